"""Creating, reading, changing and finding logged models."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from genesis_flow.domain.entities.logged_model import LoggedModel, ModelStatus
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.search.fields import LOGGED_MODELS
from genesis_flow.domain.search.model_binding import bind_model_filter, bind_model_order, dataset_scopes
from genesis_flow.domain.search.model_tokens import AskedFor, next_token_in
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.queries import LoggedModelQuery
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.ids import experiment_id as canonical_id
from genesis_flow.domain.values.ids import model_id as checked_id
from genesis_flow.domain.values.lifecycle import Stage
from genesis_flow.domain.values.locations import below
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.policies import page_limit
from genesis_flow.domain.values.refusals import no_logged_model
from genesis_flow.domain.values.text import shown, storable, within
from genesis_flow.ports.clock import Clock
from genesis_flow.ports.experiments import ExperimentRepository
from genesis_flow.ports.identifiers import Identifiers
from genesis_flow.ports.logged_models import LoggedModelRepository

#: Holds a JSON list of the versions of registered models that a logged model is.
VERSIONS_TAG: Final = "mlflow.modelVersions"
_FORBIDDEN: Final = ("/", ":", ".", "%", '"', "'")
_DEFAULT_PAGE: Final = 100


@attrs.frozen
class LoggedModels:
    """Everything that is done with logged models, except their files and metrics."""

    _models: LoggedModelRepository
    _experiments: ExperimentRepository
    _clock: Clock
    _identifiers: Identifiers

    def create(
        self,
        experiment_id: Any,
        *,
        name: Any = None,
        source_run_id: str | None = None,
        tags: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        type: str | None = None,
    ) -> LoggedModel:
        """
        Create a model, which is PENDING until it is finalized.

        Args:
            name: Not unique, without any of `/ : . % " '`; None for a readable random one.
            source_run_id: The run that made it; whether there is such a run is not looked at.
            tags, params: Texts by key, of any number.
            type: What kind of model it is, in words of your own.

        Raises:
            NotFound: No such experiment.
            Inactive: The experiment is deleted.
            InvalidInput: An argument breaks its rule.

        Source: MLflow 3.17 `POST logged-models`.
        """
        experiment_id, model_id = canonical_id(experiment_id), self._identifiers.model_id()
        name = self._identifiers.run_name() if name is None else _checked_name(name)
        labels, settings = _checked_texts("tags", tags), _checked_texts("params", params)
        kind = _optional("model_type", limits.MODEL_TYPE, type)
        source = _optional("source_run_id", limits.SOURCE_RUN_ID, source_run_id)
        now = self._clock.now()
        location = self._experiments.get(experiment_id).artifact_location
        model = LoggedModel(
            id=model_id, experiment_id=experiment_id, name=name,
            artifact_location=below(location, "models", model_id, "artifacts"),
            created_at=now, updated_at=now, type=kind, source_run_id=source, params=settings, tags=labels,
        )
        self._models.add(model)
        return model

    def get(self, model_id: Any, *, allow_deleted: bool = False) -> LoggedModel:
        """
        The model with this id.

        Raises:
            NotFound: No such model, or it is deleted and `allow_deleted` is not set.
            InvalidInput: Not a model id.

        Source: MLflow 3.17 `GET logged-models/{model_id}`.
        """
        model = self._models.get(checked_id(model_id))
        if model.stage is not Stage.ACTIVE and not allow_deleted:
            raise no_logged_model(model.id)
        return model

    def find(
        self,
        experiment_ids: Sequence[Any],
        *,
        filter_string: str | None = None,
        datasets: Sequence[Mapping[str, Any]] | None = None,
        order_by: Sequence[Mapping[str, Any]] | None = None,
        max_results: Any = None,
        page_token: str | bytes | None = None,
    ) -> Page[LoggedModel]:
        """
        One page of the models of some experiments that match a filter.

        Args:
            experiment_ids: Where to look; none finds nothing.
            filter_string: Comparisons joined by AND, over attributes, metrics, params and tags. A comparison
                with a metric is satisfied by any point of it.
            datasets: Only metrics on one of these count, each `{"dataset_name", "dataset_digest"?}`. Without a
                comparison with a metric: only models that have any metric on one of them.
            order_by: Each `{"field_name", "ascending"?, "dataset_name"?, "dataset_digest"?}`; of a metric the
                latest point counts. The newest come first where that does not decide.
            max_results: 1 to 50,000; None or 0 for 100.

        Raises:
            InvalidSearch: The filter, datasets or order cannot be read.
            InvalidInput: Another argument breaks its rule.

        Source: MLflow 3.17 `POST logged-models/search`.
        """
        query = LoggedModelQuery(
            experiment_ids=tuple(dict.fromkeys(canonical_id(id) for id in experiment_ids)),
            filter=bind_model_filter(filter_string, dataset_scopes(datasets)),
            order=total_order(bind_model_order(order_by), LOGGED_MODELS),
            limit=page_limit(_DEFAULT_PAGE if max_results in (None, 0) else max_results, limits.MODELS_PER_PAGE),
            page_token=next_token_in(page_token),
        )
        asked = AskedFor(query.experiment_ids, filter_string, order_by)
        try:
            page = self._models.find(query)
        except InvalidInput as error:
            raise asked.explained(error, page_token) if error.field == "page_token" else error from None
        return attrs.evolve(page, next_token=asked.token(page.next_token))

    def finalize(self, model_id: Any, status: ModelStatus) -> LoggedModel:
        """
        Give a model a status.

        Returns:
            The model as it is now.

        Raises:
            NotFound: No such model, or it is deleted.

        Source: MLflow 3.17 `PATCH logged-models/{model_id}`.
        """
        return self._models.update(checked_id(model_id), status=status, at=self._clock.now())

    def log_params(self, model_id: Any, params: Mapping[str, str]) -> None:
        """
        Set params of a model for good, all or none; raises as `set_tags`.

        Raises:
            ParamConflict: A param has another value already.

        Source: MLflow 3.17 `POST logged-models/{model_id}/params`.
        """
        self._models.append(checked_id(model_id), params=_checked_texts("params", params))

    def set_tags(self, model_id: Any, tags: Mapping[str, str]) -> None:
        """
        Set tags of a model, all or none.

        Raises:
            NotFound: No such model, or it is deleted.
            InvalidInput: A key or value breaks its rule.

        Source: MLflow 3.17 `PATCH logged-models/{model_id}/tags`.
        """
        self._models.append(checked_id(model_id), tags=_checked_texts("tags", tags))

    def note_registration(self, model_id: Any, name: str, version: int) -> None:
        """
        Add a version of a registered model to those that a tag of the logged model lists.

        Two that are noted at the same time may lose one of them, as in MLflow.

        Raises:
            NotFound: No such model, or it is deleted.
        """
        known = json.loads(self.get(model_id).tags.get(VERSIONS_TAG, "[]"))
        noted = {"name": name, "version": version}
        if noted not in known:
            self.set_tags(model_id, {VERSIONS_TAG: json.dumps([*known, noted])})

    def remove_tag(self, model_id: Any, key: Any) -> None:
        """
        Remove a tag of a model.

        Raises:
            NotFound: No such model, or it is deleted, or it has no such tag.

        Source: MLflow 3.17 `DELETE logged-models/{model_id}/tags/{tag_key}`.
        """
        self._models.remove_tag(checked_id(model_id), storable("key", key))

    def delete(self, model_id: Any) -> None:
        """
        Mark a model as deleted; on a deleted model nothing changes.

        Raises:
            NotFound: No such model.

        Source: MLflow 3.17 `DELETE logged-models/{model_id}`.
        """
        self._models.remove(checked_id(model_id), at=self._clock.now())


def _checked_name(name: Any) -> str:
    if not isinstance(name, str) or not name or any(mark in name for mark in _FORBIDDEN):
        raise InvalidInput(
            "name",
            f"Invalid model name ({shown(repr(name))}) provided. Model name must be a non-empty string and cannot "
            f"contain the following characters: {_FORBIDDEN}",
        )
    return within("name", limits.MODEL_NAME, storable("name", name))


def _checked_texts(field: str, texts: Mapping[str, str] | None) -> dict[str, str]:
    return {
        within(f"{field} key", limits.MODEL_KEY, storable("key", key)): within(
            f"{field} value", limits.MODEL_VALUE, storable("value", value)
        )
        for key, value in (texts or {}).items()
    }


def _optional(field: str, limit: int, value: Any) -> str | None:
    return None if value is None else within(field, limit, storable(field, value))
