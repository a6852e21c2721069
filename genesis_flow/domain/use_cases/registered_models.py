"""Creating, reading, changing and finding registered models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from genesis_flow.domain.entities.registered_model import PROMPT_TAG, NewRegisteredModel, RegisteredModel
from genesis_flow.domain.errors import AlreadyExists, InvalidInput, NotFound
from genesis_flow.domain.search.binding import bind_filter, bind_order
from genesis_flow.domain.search.fields import REGISTERED_MODELS
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.prompts import seen
from genesis_flow.domain.search.queries import RegisteredModelQuery
from genesis_flow.domain.use_cases.model_versions import unhidden
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.model_names import alias_name, free_alias, model_name, model_version
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.policies import registry_page_limit
from genesis_flow.domain.values.registry_rules import optional_text, registry_tags, tag_key
from genesis_flow.ports.clock import Clock
from genesis_flow.ports.registered_models import RegisteredModelRepository


@attrs.frozen
class RegisteredModels:
    """
    Everything that is done with registered models.

    Prompts are kept beside them under the same names, and are not found here (see `Prompts`): every method that
    is given the name of a prompt raises `NotFound`.

    Attributes:
        takes_prompts: Here they are models like any other; but searches leave them out unless they are asked for.
    """

    _models: RegisteredModelRepository
    _clock: Clock
    takes_prompts: bool = False

    def create(
        self, name: Any, *, tags: Mapping[str, str] | None = None, description: str | None = None
    ) -> RegisteredModel:
        """
        Create a registered model without versions.

        Args:
            name: Unique among models and prompts; at most 500 characters, without `/` and `:`.
            tags: Texts of at most 100,000 characters by key.

        Raises:
            AlreadyExists: The name is taken by a model or a prompt.
            InvalidInput: A name, tag or description breaks its rule.

        Source: MLflow 3.17 `POST registered-models/create`.
        """
        if PROMPT_TAG in (tags or {}) and not self.takes_prompts:
            raise InvalidInput("tags", "Prompts cannot be registered as models.")
        return add_named(self._models, self._new(name, tags, description))

    def _new(self, name: Any, tags: Mapping[str, str] | None, description: str | None) -> NewRegisteredModel:
        return NewRegisteredModel(
            model_name(name), self._clock.now(), optional_text("description", description), registry_tags(tags)
        )

    def get(self, name: Any) -> RegisteredModel:
        """
        The registered model with this name.

        Raises:
            NotFound: No such registered model, or it is a prompt.
        """
        return unhidden(self._models.get(model_name(name)), self.takes_prompts)

    def find(
        self,
        *,
        filter_string: str | None = None,
        order_by: Sequence[str] | None = None,
        max_results: Any = 100,
        page_token: str | bytes | None = None,
    ) -> Page[RegisteredModel]:
        """
        One page of the registered models that match a filter; prompts only where it asks for them.

        Args:
            filter_string: Comparisons joined by AND, over the name and tags.
            order_by: Texts `key [ASC|DESC]`; by name by default.
            max_results: 0 to 1,000.

        Raises:
            InvalidSearch: The filter or order cannot be read.
            InvalidInput: Another argument breaks its rule.

        Source: MLflow 3.17 `GET registered-models/search`.
        """
        limit = registry_page_limit(max_results, limits.REGISTERED_MODELS_PER_PAGE, least=0)
        filter, sees_prompts = seen(bind_filter(filter_string, REGISTERED_MODELS))
        query = RegisteredModelQuery(
            filter=filter,
            order=total_order(bind_order(order_by, REGISTERED_MODELS), REGISTERED_MODELS),
            limit=limit,
            page_token=page_token,
            sees_prompts=sees_prompts,
        )
        return self._models.find(query) if limit else Page([])

    def rename(self, name: Any, new_name: Any) -> RegisteredModel:
        """
        Give a registered model, with all that belongs to it, a new name.

        Raises:
            NotFound: No such registered model.
            AlreadyExists: The new name is taken.
            Conflict: Another writer renamed or removed it meanwhile.
            InvalidInput: A name breaks its rule.
        """
        known = self._known(name)
        return self._models.rename(known, model_name(new_name, "new_name"), at=self._clock.now())

    def describe(self, name: Any, description: str | None) -> RegisteredModel:
        """
        Replace the description of a registered model.

        Raises:
            NotFound: No such registered model.
        """
        known = self._known(name)
        return self._models.describe(known, optional_text("description", description), at=self._clock.now())

    def set_tags(self, name: Any, tags: Mapping[str, str]) -> None:
        """
        Set tags of a registered model, all or none.

        Raises:
            NotFound: No such registered model.
            InvalidInput: A key or value breaks its rule.
        """
        self._models.set_tags(self._known(name), registry_tags(tags))

    def remove_tag(self, name: Any, key: Any) -> None:
        """
        Remove a tag of a registered model; one that it does not have, nothing.

        Raises:
            NotFound: No such registered model.
            InvalidInput: The key breaks its rule.
        """
        self._models.remove_tag(self._known(name), tag_key(key))

    def set_alias(self, name: Any, alias: Any, version: Any) -> None:
        """
        Let an alias name this version, and no other any more.

        Raises:
            NotFound: No such registered model or version.
            InvalidInput: Not an alias, or one that is reserved.
        """
        checked, number = alias_name(alias), model_version(version)
        self._models.set_alias(self._known(name), free_alias(checked), number)

    def remove_alias(self, name: Any, alias: Any) -> None:
        """
        Remove an alias of a registered model; one that it does not have, nothing.

        Raises:
            NotFound: No such registered model.
            InvalidInput: Not an alias.
        """
        checked = alias_name(alias)
        self._models.remove_alias(self._known(name), checked)

    def delete(self, name: Any) -> None:
        """
        Erase a registered model with its versions, tags and aliases, for good.

        Raises:
            NotFound: No such registered model.
        """
        self._models.remove(self._known(name))

    def _known(self, name: Any) -> str:
        """The name of a registered model that is no hidden prompt; where none is hidden, it is not looked for."""
        return model_name(name) if self.takes_prompts else self.get(name).name


def add_named(models: RegisteredModelRepository, new: NewRegisteredModel) -> RegisteredModel:
    """
    Add a registered model or prompt; a refusal says what has the name.

    Raises:
        AlreadyExists: The name is taken.

    Source: MLflow 3.17 `handle_resource_already_exist_error`.
    """
    try:
        return models.add(new)
    except AlreadyExists as error:
        try:
            is_taken_by_prompt = models.get(new.name).is_prompt
        except NotFound:
            raise error from None
        names = {True: "Prompt", False: "Registered Model"}
        wanted, known = names[PROMPT_TAG in new.tags], names[is_taken_by_prompt]
        message = f"{wanted} (name={new.name}) already exists."
        if wanted != known:
            message = (
                f"Tried to create a {wanted.lower()} with name {new.name!r}, but the name is already taken by a "
                f"{known.lower()}. MLflow does not allow creating a model and a prompt with the same name."
            )
        raise AlreadyExists(error.entity, new.name, message) from None
