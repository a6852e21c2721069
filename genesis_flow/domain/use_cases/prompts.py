"""Registering, reading, changing and finding prompts, which are registered models with a mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from genesis_flow.domain.entities.model_version import ModelVersion, NewModelVersion
from genesis_flow.domain.entities.prompt import EXPERIMENTS_TAG, SOURCE, TEXT_TAG
from genesis_flow.domain.entities.registered_model import PROMPT_TAG, NewRegisteredModel, RegisteredModel
from genesis_flow.domain.errors import AlreadyExists, GenesisFlowError, InvalidInput, NotFound
from genesis_flow.domain.search.ast import Field, Filter, Kind, Like, OrderKey, TextComparison
from genesis_flow.domain.search.binding import bind_filter, bind_order
from genesis_flow.domain.search.fields import MODEL_VERSIONS, REGISTERED_MODELS, FieldType, Named
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.prompts import PROMPT_FIELD
from genesis_flow.domain.search.queries import ModelVersionQuery, RegisteredModelQuery
from genesis_flow.domain.use_cases.model_versions import by_alias, with_aliases
from genesis_flow.domain.use_cases.registered_models import add_named
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.model_names import alias_name, free_alias, model_name, model_version, prompt_name
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.policies import registry_page_limit
from genesis_flow.domain.values.registry_rules import optional_text, registry_tags, tag_key
from genesis_flow.ports.clock import Clock
from genesis_flow.ports.model_versions import ModelVersionRepository
from genesis_flow.ports.registered_models import RegisteredModelRepository

_MARKED = TextComparison(PROMPT_FIELD, "=", "true")
_MARK = {PROMPT_TAG: "true"}
_EXPERIMENTS = Field(Kind.TAG, EXPERIMENTS_TAG)
_EXPERIMENT_TYPE = FieldType(REGISTERED_MODELS.keyed[Kind.TAG].value, frozenset({"="}), orderable=False)
#: `experiment_id = '1'` asks for the prompts that were used in an experiment.
_FIELDS = attrs.evolve(
    REGISTERED_MODELS,
    named={
        Kind.ATTRIBUTE: {
            **REGISTERED_MODELS.named[Kind.ATTRIBUTE], "experiment_id": Named("experiment_id", _EXPERIMENT_TYPE),
        },
    },
)


@attrs.frozen
class Prompts:
    """
    Everything that is done with prompts.

    Registered models are kept beside them under the same names: every method that is given the name of one
    raises `InvalidInput`.
    """

    _models: RegisteredModelRepository
    _versions: ModelVersionRepository
    _clock: Clock

    def create(
        self, name: Any, *, tags: Mapping[str, str] | None = None, description: str | None = None
    ) -> RegisteredModel:
        """
        Create a prompt without versions.

        Raises:
            AlreadyExists: The name is taken by a prompt or a model.
            InvalidInput: A name, tag or description breaks its rule.
        """
        return add_named(
            self._models,
            NewRegisteredModel(
                prompt_name(name), self._clock.now(), optional_text("description", description),
                {**registry_tags(tags), **_MARK},
            ),
        )

    def register(
        self,
        name: Any,
        content: Mapping[str, str],
        *,
        tags: Mapping[str, str] | None = None,
        description: str | None = None,
    ) -> ModelVersion:
        """
        Register a version of a prompt, which is created if there is none.

        Args:
            content: The tags that say what the version is (see `domain/entities/prompt.py`).
            tags: Set on the version and on the prompt.

        Raises:
            InvalidInput: The name is that of a model, or an argument breaks its rule. Nothing is left then.

        Source: MLflow 3.17 `MlflowClient.register_prompt`.
        """
        new = self._new_version(prompt_name(name), content, tags, description)
        own = registry_tags(tags)
        try:
            known = self._models.get(new.name)
        except NotFound:
            known = self._created(new, own)
        if not known.is_prompt:
            raise InvalidInput(
                "name",
                f"Model '{new.name}' exists with the same name. MLflow does not allow registering a prompt with "
                "the same name as an existing model. Please choose a different name for the prompt.",
            )
        missing = {key: value for key, value in own.items() if known.tags.get(key) != value}
        if missing:
            self._models.set_tags(new.name, missing)
        return self._versions.add(new)

    def _created(self, new: NewModelVersion, tags: Mapping[str, str]) -> RegisteredModel:
        """The new prompt, or the one that another writer created meanwhile."""
        marked = NewRegisteredModel(new.name, new.created_at, new.description, {**tags, **_MARK})
        try:
            return self._models.add(marked)
        except AlreadyExists:
            return self._models.get(new.name)

    def add_version(
        self,
        name: Any,
        content: Mapping[str, str],
        *,
        tags: Mapping[str, str] | None = None,
        description: str | None = None,
    ) -> ModelVersion:
        """
        Register a version of a prompt that exists.

        Raises:
            NotFound: No such prompt.
            InvalidInput: The name is that of a model, or an argument breaks its rule.
        """
        new = self._new_version(self.get(name).name, content, tags, description)
        return self._versions.add(new)

    def _new_version(
        self, name: str, content: Mapping[str, str], tags: Mapping[str, str] | None, description: str | None
    ) -> NewModelVersion:
        if len(content.get(TEXT_TAG, "")) > limits.MODEL_TAG_VALUE:
            raise InvalidInput(
                "template", f"Prompt text exceeds max length of {limits.MODEL_TAG_VALUE} characters."
            )
        return NewModelVersion(
            name=name, created_at=self._clock.now(), source=SOURCE, storage_location=SOURCE,
            description=optional_text("description", description),
            tags=registry_tags({**(tags or {}), **content, **_MARK}),
        )

    def get(self, name: Any) -> RegisteredModel:
        """
        The prompt with this name.

        Raises:
            NotFound: No such prompt.
            InvalidInput: It is a model.
        """
        found = self._models.get(model_name(name))
        if not found.is_prompt:
            raise InvalidInput(
                "name",
                f"Name `{found.name}` is registered as a model, not a prompt. MLflow does not allow registering a "
                "prompt with the same name as an existing model.",
            )
        return found

    def get_version(self, name: Any, version: Any) -> ModelVersion:
        """
        The version with this number, or with this alias if it is not a number; "latest" is the greatest.

        Raises:
            NotFound: No such prompt or version.
            InvalidInput: No such alias, or the name is that of a model.
        """
        checked, text = model_name(name), str(version)
        if text.lstrip("+-").isdecimal():
            found = self._versions.get(checked, model_version(text))
        else:
            found = by_alias(self._models, self._versions, checked, alias_name(text))
        if not found.is_prompt:
            self.get(checked)
            raise InvalidInput("name", f"Version {found.version} of `{checked}` is not one of a prompt.")
        return found

    def find(
        self,
        *,
        filter_string: str | None = None,
        order_by: Sequence[str] | None = None,
        max_results: Any = 100,
        page_token: str | bytes | None = None,
    ) -> Page[RegisteredModel]:
        """
        One page of the prompts that match a filter.

        Args:
            filter_string: As for registered models; `experiment_id = '1'` finds those used in an experiment.

        Raises:
            InvalidSearch: The filter or order cannot be read.
            InvalidInput: Another argument breaks its rule.
        """
        limit = registry_page_limit(max_results, limits.REGISTERED_MODELS_PER_PAGE, least=0)
        terms = [_placed(term) for term in bind_filter(filter_string, _FIELDS).terms]
        query = RegisteredModelQuery(
            filter=Filter((_MARKED, *terms)),
            order=total_order(bind_order(order_by, REGISTERED_MODELS), REGISTERED_MODELS),
            limit=limit,
            page_token=page_token,
            sees_prompts=True,
        )
        return self._models.find(query) if limit else Page([])

    def find_versions(
        self, name: Any, *, max_results: Any = 100, page_token: str | bytes | None = None
    ) -> Page[ModelVersion]:
        """
        One page of the versions of a prompt, the greatest number first, with their aliases.

        Raises:
            NotFound: No such prompt.
            InvalidInput: The name is that of a model.
        """
        prompt = self.get(name)
        named = TextComparison(Field(Kind.ATTRIBUTE, "name"), "=", prompt.name)
        newest = OrderKey(Field(Kind.ATTRIBUTE, "version"), ascending=False)
        query = ModelVersionQuery(
            filter=Filter((named, _MARKED)), order=total_order((newest,), MODEL_VERSIONS),
            limit=registry_page_limit(max_results, limits.MODEL_VERSIONS_PER_PAGE), page_token=page_token,
            sees_prompts=True,
        )
        page = self._versions.find(query)
        return Page([with_aliases(version, prompt) for version in page.items], page.next_token)

    def find_linked(self, tag: str, pattern: str) -> Sequence[ModelVersion]:
        """The versions of prompts with a tag that is LIKE `pattern`, without aliases, the latest update first."""
        linked = Like(Field(Kind.TAG, tag), pattern)
        query = ModelVersionQuery(
            filter=Filter((linked, _MARKED)), order=total_order((), MODEL_VERSIONS),
            limit=limits.MODEL_VERSIONS_PER_PAGE, sees_prompts=True,
        )
        return self._versions.find(query).items

    def set_tags(self, name: Any, tags: Mapping[str, str]) -> None:
        """
        Set tags of a prompt, all or none.

        Raises:
            NotFound: No such prompt.
            InvalidInput: A key or value breaks its rule, or the name is that of a model.
        """
        checked = registry_tags(tags)
        self._models.set_tags(self.get(name).name, checked)

    def remove_tag(self, name: Any, key: Any) -> None:
        """Remove a tag of a prompt; one that it does not have, nothing. Raises as `set_tags`."""
        checked = tag_key(key)
        self._models.remove_tag(self.get(name).name, checked)

    def set_version_tags(self, name: Any, version: Any, tags: Mapping[str, str]) -> None:
        """
        Set tags of a version of a prompt, all or none.

        Raises:
            NotFound: No such prompt or version.
            InvalidInput: A key or value breaks its rule, or the name is that of a model.
        """
        number, checked = _number(version), registry_tags(tags)
        self._versions.set_tags(self.get(name).name, number, checked)

    def remove_version_tag(self, name: Any, version: Any, key: Any) -> None:
        """Remove a tag of a version of a prompt; one that it does not have, nothing. Raises as `set_version_tags`."""
        number, checked = _number(version), tag_key(key)
        self._versions.remove_tag(self.get(name).name, number, checked)

    def set_alias(self, name: Any, alias: Any, version: Any) -> None:
        """
        Let an alias name this version of a prompt, and no other any more.

        Raises:
            NotFound: No such prompt or version.
            InvalidInput: Not an alias, one that is reserved, or the name is that of a model.
        """
        checked, number = free_alias(alias), model_version(version)
        self._models.set_alias(self.get(name).name, checked, number)

    def remove_alias(self, name: Any, alias: Any) -> None:
        """Remove an alias of a prompt; one that it does not have, nothing. Raises as `set_alias`."""
        checked = alias_name(alias)
        self._models.remove_alias(self.get(name).name, checked)

    def delete(self, name: Any) -> None:
        """
        Erase a prompt with its versions, for good.

        Raises:
            NotFound: No such prompt.
            InvalidInput: It is a model.
        """
        self._models.remove(self.get(name).name)

    def delete_version(self, name: Any, version: Any) -> None:
        """
        Erase a version of a prompt; its number is not given again.

        Raises:
            NotFound: No such prompt or version.
            InvalidInput: The name is that of a model.
        """
        number = _number(version)
        self._versions.remove(self.get(name).name, number, at=self._clock.now())


def _placed(term: Any) -> Any:
    """`experiment_id = '1'` as what it asks of the tag in which the ids are."""
    if term.field.key != "experiment_id" or term.field.kind is not Kind.ATTRIBUTE:
        return term
    return Like(_EXPERIMENTS, f"%,{term.value},%")


def _number(version: Any) -> int:
    try:
        return model_version(version)
    except InvalidInput:
        raise GenesisFlowError(f"Invalid version number: {version}") from None
