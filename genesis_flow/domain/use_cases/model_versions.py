"""Registering, reading, changing and finding versions of registered models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from genesis_flow.domain.entities.model_version import (
    ACTIVE_STAGES,
    ModelVersion,
    NewModelVersion,
    VersionStage,
)
from genesis_flow.domain.entities.registered_model import PROMPT_TAG, RegisteredModel
from genesis_flow.domain.errors import GenesisFlowError, InvalidInput, NotFound
from genesis_flow.domain.search.binding import bind_filter, bind_order
from genesis_flow.domain.search.fields import MODEL_VERSIONS
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.prompts import seen
from genesis_flow.domain.search.queries import ModelVersionQuery
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.model_names import LATEST, alias_name, model_name, model_version
from genesis_flow.domain.values.model_uris import ModelUri, is_model_uri, model_uri
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.policies import registry_page_limit
from genesis_flow.domain.values.refusals import hidden_prompt
from genesis_flow.domain.values.registry_rules import model_source, optional_text, registry_tags, tag_key
from genesis_flow.domain.values.text import shown
from genesis_flow.ports.clock import Clock
from genesis_flow.ports.model_versions import ModelVersionRepository
from genesis_flow.ports.registered_models import RegisteredModelRepository

_STAGES = {stage.value.lower(): stage for stage in VersionStage}


@attrs.frozen
class LoggedModelPlace:
    """What the registry needs of a logged model: where its files are, and the run that made it."""

    artifact_location: str
    source_run_id: str | None


#: From the id of a logged model to its place; raises `NotFound`.
FindLoggedModel = Callable[[str], LoggedModelPlace]


@attrs.frozen
class ModelVersions:
    """
    Everything that is done with versions of registered models.

    Versions of prompts are not found here (see `Prompts`), but for searches that ask for them.

    Attributes:
        takes_prompts: Here they are versions like any other.
    """

    _versions: ModelVersionRepository
    _models: RegisteredModelRepository
    _clock: Clock
    takes_prompts: bool = False

    def create(
        self,
        name: Any,
        source: Any,
        *,
        run_id: str | None = None,
        tags: Mapping[str, str] | None = None,
        run_link: str | None = None,
        description: str | None = None,
        logged_model_id: str | None = None,
        find_logged_model: FindLoggedModel,
    ) -> ModelVersion:
        """
        Register a version under the next number.

        Args:
            source: URI or path of the model's files. `models:/name/version` and `models:/<id>` are resolved
                into the storage location, and kept as they are beside it.
            run_id: The run that made it; by default that of the logged model.
            find_logged_model: From the id of a logged model to its place.

        Raises:
            NotFound: No such registered model.
            InvalidInput: An argument breaks its rule; the source would leave its place.
            GenesisFlowError: What the source names cannot be found.

        Source: MLflow 3.17 `POST model-versions/create`.
        """
        if PROMPT_TAG in (tags or {}) and not self.takes_prompts:
            raise InvalidInput("tags", "Prompts cannot be registered as models.")
        known, own = model_name(name), registry_tags(tags)
        checked, location = model_source(source), source
        if is_model_uri(checked):
            location, run_id = self._resolved(checked, run_id, find_logged_model)
        elif logged_model_id and not run_id:
            run_id = find_logged_model(logged_model_id).source_run_id
        return self._versions.add(
            NewModelVersion(
                name=known, created_at=self._clock.now(), source=checked, storage_location=location,
                run_id=optional_text("run_id", run_id), run_link=optional_text("run_link", run_link),
                description=optional_text("description", description), tags=own,
                logged_model_id=optional_text("model_id", logged_model_id),
            )
        )

    def _resolved(self, source: str, run_id: str | None, find: FindLoggedModel) -> tuple[str, str | None]:
        """Where the files are that a `models:/` URI names, and the run that made them."""
        try:
            wanted = model_uri(source)
            if wanted.logged_model_id is None:
                return self.resolve(wanted).storage_location, run_id
            place = find(wanted.logged_model_id)
            return place.artifact_location, run_id or place.source_run_id
        except (NotFound, InvalidInput) as error:
            raise GenesisFlowError(
                f"Unable to fetch model from model URI source artifact location '{shown(source)}'."
                f"Error: {error.message}"
            ) from error

    def resolve(self, wanted: ModelUri) -> ModelVersion:
        """
        The version that a parsed URI names, by number, alias or stage, or as the latest of all.

        Raises:
            NotFound: No such registered model or version.
            InvalidInput: No such alias or stage.
        """
        if wanted.version is not None:
            return self.get(wanted.name, wanted.version)
        if wanted.alias is not None:
            return self.get_by_alias(wanted.name, wanted.alias)
        found = self.latest(wanted.name, None if wanted.stage is None else [wanted.stage])
        if not found:
            stage = "" if wanted.stage is None else f" and stage '{wanted.stage}'"
            raise NotFound(
                "model version", wanted.name, f"No versions of model with name '{wanted.name}'{stage} found"
            )
        return max(found, key=lambda version: version.version)

    def copy(self, known: ModelVersion, name: Any) -> ModelVersion:
        """
        Register a version as a new version of another registered model, which must exist.

        Raises:
            NotFound: No such registered model.
        """
        return self._versions.add(
            NewModelVersion(
                name=model_name(name), created_at=self._clock.now(),
                source=f"models:/{known.name}/{known.version}", storage_location=known.storage_location,
                run_id=known.run_id, run_link=known.run_link, description=known.description,
                logged_model_id=known.logged_model_id, tags=known.tags,
            )
        )

    def get(self, name: Any, version: Any) -> ModelVersion:
        """
        The version with this number.

        Raises:
            NotFound: No such version, or it is one of a prompt.
            InvalidInput: Not a number.
        """
        return self._unless_prompt(self._versions.get(model_name(name), model_version(version)))

    def location(self, name: Any, version: Any) -> str:
        """
        Where the files of a version are.

        Raises:
            NotFound: No such registered model or version.
            InvalidInput: Not a number.
        """
        return self._versions.get(*self._known(name, version)).storage_location

    def get_by_alias(self, name: Any, alias: Any) -> ModelVersion:
        """
        The version that an alias names; "latest" in any case is the one with the greatest number.

        Raises:
            NotFound: No such registered model, or it is a prompt, or it has no versions.
            InvalidInput: No such alias.
        """
        return self._unless_prompt(by_alias(self._models, self._versions, model_name(name), alias_name(alias)))

    def latest(self, name: Any, stages: Sequence[str] | None = None) -> Sequence[ModelVersion]:
        """
        The version with the greatest number in each stage, or in each of `stages`, by number.

        Raises:
            NotFound: No such registered model, or it is a prompt.
            InvalidInput: Not a stage.
        """
        model = self._model(name)
        wanted = {canonical_stage(stage) for stage in stages or ()} or set(VersionStage)
        found = [version for version in self._versions.find_latest([model]) if version.stage in wanted]
        return [with_aliases(version, model) for version in found]

    def latest_of(self, models: Sequence[RegisteredModel]) -> Mapping[str, Sequence[ModelVersion]]:
        """The version with the greatest number in each stage of each of these models, without aliases, by name."""
        found: dict[str, list[ModelVersion]] = {model.name: [] for model in models}
        for version in self._versions.find_latest(models) if models else ():
            found[version.name].append(version)
        return found

    def find(
        self,
        *,
        filter_string: str | None = None,
        order_by: Sequence[str] | None = None,
        max_results: Any = 10_000,
        page_token: str | bytes | None = None,
    ) -> Page[ModelVersion]:
        """
        One page of the versions that match a filter, without aliases; those of prompts only where it asks for them.

        Args:
            filter_string: Comparisons joined by AND, over name, number, run, source and tags.
            order_by: Texts `key [ASC|DESC]`; the latest update comes first by default.
            max_results: 1 to 200,000.

        Raises:
            InvalidSearch: The filter or order cannot be read.
            InvalidInput: Another argument breaks its rule.

        Source: MLflow 3.17 `GET model-versions/search`.
        """
        limit = registry_page_limit(max_results, limits.MODEL_VERSIONS_PER_PAGE)
        filter, sees_prompts = seen(bind_filter(filter_string, MODEL_VERSIONS))
        query = ModelVersionQuery(
            filter=filter,
            order=total_order(bind_order(order_by, MODEL_VERSIONS), MODEL_VERSIONS),
            limit=limit,
            page_token=page_token,
            sees_prompts=sees_prompts,
        )
        return self._versions.find(query)

    def describe(self, name: Any, version: Any, description: str | None) -> ModelVersion:
        """
        Replace the description of a version.

        Raises:
            NotFound: No such registered model or version.
        """
        known, number = self._known(name, version)
        text = optional_text("description", description)
        return self._versions.describe(known, number, text, at=self._clock.now())

    def move(self, name: Any, version: Any, stage: Any, *, archiving_others: bool = False) -> ModelVersion:
        """
        Put a version into a stage, and perhaps archive those that were there.

        Raises:
            NotFound: No such registered model or version.
            InvalidInput: Not a stage.
            GenesisFlowError: Others cannot be archived from that stage.
        """
        known, wanted = self._name(name), canonical_stage(stage)
        if archiving_others and wanted not in ACTIVE_STAGES:
            raise GenesisFlowError(
                "Model version transition cannot archive existing model versions because "
                f"'{stage}' is not an Active stage. Valid stages are {[each.value for each in ACTIVE_STAGES]}"
            )
        number = model_version(version)
        return self._versions.move(known, number, wanted, archiving_others=archiving_others, at=self._clock.now())

    def set_tags(self, name: Any, version: Any, tags: Mapping[str, str]) -> None:
        """
        Set tags of a version, all or none.

        Raises:
            NotFound: No such registered model or version.
            InvalidInput: A key or value breaks its rule.
        """
        self._versions.set_tags(*self._known(name, version), registry_tags(tags))

    def remove_tag(self, name: Any, version: Any, key: Any) -> None:
        """
        Remove a tag of a version; one that it does not have, nothing.

        Raises:
            NotFound: No such registered model or version.
            InvalidInput: The key breaks its rule.
        """
        self._versions.remove_tag(*self._known(name, version), tag_key(key))

    def delete(self, name: Any, version: Any) -> None:
        """
        Erase a version with its tags and aliases; its number is not given again.

        Raises:
            NotFound: No such registered model or version.
        """
        self._versions.remove(*self._known(name, version), at=self._clock.now())

    def _known(self, name: Any, version: Any) -> tuple[str, int]:
        """The names of a registered model and of one of its versions."""
        return self._name(name), model_version(version)

    def _name(self, name: Any) -> str:
        """The name of a registered model; where none is hidden, it is not looked for."""
        return model_name(name) if self.takes_prompts else self._model(name).name

    def _model(self, name: Any) -> RegisteredModel:
        return unhidden(self._models.get(model_name(name)), self.takes_prompts)

    def _unless_prompt(self, version: ModelVersion) -> ModelVersion:
        if version.is_prompt and not self.takes_prompts:
            raise hidden_prompt(version.name)
        return version


def canonical_stage(value: Any) -> VersionStage:
    """
    The stage that `value` names in any case.

    Raises:
        InvalidInput: None.
    """
    found = _STAGES.get(value.lower()) if isinstance(value, str) else None
    if found is None:
        raise InvalidInput(
            "stage",
            f"Invalid Model Version stage: {shown(value)}. Value must be one of "
            f"{', '.join(stage.value for stage in VersionStage)}.",
        )
    return found


def unhidden(model: RegisteredModel, takes_prompts: bool) -> RegisteredModel:
    """
    `model` itself, unless it is a prompt, and those are not taken for models.

    Raises:
        NotFound: It is a prompt.
    """
    if model.is_prompt and not takes_prompts:
        raise hidden_prompt(model.name)
    return model


def by_alias(
    models: RegisteredModelRepository, versions: ModelVersionRepository, name: str, alias: str
) -> ModelVersion:
    """The version of a model or prompt that an alias names, which may be "latest" in any case."""
    if alias.lower() != LATEST:
        return versions.get_by_alias(name, alias)
    model = models.get(name)
    found = versions.find_latest([model])
    if not found:
        raise NotFound("model version", name, f"Latest version not found for model {name}.")
    return with_aliases(max(found, key=lambda version: version.version), model)


def with_aliases(version: ModelVersion, model: RegisteredModel) -> ModelVersion:
    """`version` with those aliases of its registered model that name it."""
    named = sorted(alias for alias, number in model.aliases.items() if number == version.version)
    return attrs.evolve(version, aliases=tuple(named))
