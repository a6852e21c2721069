"""Erasing for good what was deleted: artifacts first, then runs and logged models, then experiments."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import unquote

import attrs

from genesis_flow.domain.entities.logged_model import LoggedModel
from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.search.ast import Field, Filter, Kind, NumberComparison
from genesis_flow.domain.search.fields import EXPERIMENTS, LOGGED_MODELS, RUNS
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.queries import ExperimentQuery, LoggedModelQuery, RunQuery
from genesis_flow.domain.values.ids import experiment_id as canonical_id
from genesis_flow.domain.values.ids import model_id as checked_model_id
from genesis_flow.domain.values.ids import run_id as checked_id
from genesis_flow.domain.values.lifecycle import Stage, View
from genesis_flow.domain.values.paths import ROOT
from genesis_flow.ports.artifacts import ArtifactStores
from genesis_flow.ports.clock import Clock
from genesis_flow.ports.experiments import ExperimentRepository
from genesis_flow.ports.logged_models import LoggedModelRepository
from genesis_flow.ports.runs import RunRepository

_log = logging.getLogger(__name__)

_BATCH: Final = 200
_ALL: Final = 1_000_000


@attrs.frozen
class Collected:
    """What was erased (or, in a rehearsal, would be): ids in the order of erasure."""

    run_ids: tuple[str, ...]
    experiment_ids: tuple[str, ...]
    model_ids: tuple[str, ...] = ()


@attrs.frozen
class GarbageCollection:
    """Erases deleted runs, logged models and experiments with their artifacts; interrupted, it can be repeated."""

    _runs: RunRepository
    _models: LoggedModelRepository
    _experiments: ExperimentRepository
    _stores: ArtifactStores
    _clock: Clock

    def collect(
        self,
        *,
        older_than_ms: int = 0,
        run_ids: Sequence[Any] = (),
        experiment_ids: Sequence[Any] = (),
        model_ids: Sequence[Any] = (),
        is_rehearsal: bool = False,
    ) -> Collected:
        """
        Erase deleted entities, an experiment with all of its runs and logged models.

        Artifacts that do not lie in a directory of their run's or model's own (an imported run may name any place) stay
        where they are, with a warning.

        Args:
            older_than_ms: Only what was deleted at least this many milliseconds ago.
            run_ids, experiment_ids, model_ids: Only these; with none of them, everything that is deleted.
            is_rehearsal: Only say what would be erased.

        Raises:
            NotFound: A named entity does not exist.
            InvalidInput: A named entity is not deleted, or not for long enough.

        Source: MLflow 3.17 `mlflow gc`.
        """
        before = self._clock.now() - older_than_ms
        if run_ids or experiment_ids or model_ids:
            runs: Iterable[Run] = [self._deleted_run(id, before) for id in run_ids]
            models: Iterable[LoggedModel] = [self._deleted_model(id, before) for id in model_ids]
            experiments = [self._deleted_experiment(id, before) for id in experiment_ids]
        else:
            runs, models = self._old_runs(before, is_rehearsal), self._old_models(before, is_rehearsal)
            experiments = list(self._old_experiments(before))
        experiments = list(dict.fromkeys(experiments))
        erased: dict[str, None] = {}
        erased_models: dict[str, None] = {}
        for experiment_id in experiments:
            erased_models |= dict.fromkeys(self._erase_models_of(experiment_id, is_rehearsal))
            erased |= dict.fromkeys(self._erase_experiment(experiment_id, is_rehearsal))
        for run in runs:
            if run.id not in erased:
                erased[run.id] = None
                self._erase(run, is_rehearsal)
        for model in models:
            if model.id not in erased_models:
                erased_models[model.id] = None
                self._erase_model(model, is_rehearsal)
        return Collected(tuple(erased), tuple(experiments), tuple(erased_models))

    def removed_runs(self, *, older_than_ms: int = 0) -> list[str]:
        """The ids of the runs that were deleted at least `older_than_ms` milliseconds ago, oldest first."""
        before = self._clock.now() - older_than_ms
        return [run.id for run in self._runs.find_removed(before=before, limit=_ALL)]

    def removed_models(self, *, older_than_ms: int = 0) -> list[str]:
        """The ids of the logged models that were deleted at least `older_than_ms` milliseconds ago, oldest first."""
        before = self._clock.now() - older_than_ms
        return [model.id for model in self._models.find_removed(before=before, limit=_ALL)]

    def purge_run(self, run_id: Any) -> None:
        """
        Erase a deleted run, but for its artifacts.

        Raises:
            NotFound: No such run. InvalidState: The run is active.
        """
        self._runs.purge(checked_id(run_id))

    def purge_model(self, model_id: Any) -> None:
        """
        Erase a deleted logged model, but for its artifacts.

        Raises:
            NotFound: No such model. InvalidState: The model is active.
        """
        self._models.purge(checked_model_id(model_id))

    def purge_experiment(self, experiment_id: Any) -> None:
        """
        Erase a deleted experiment with its runs and logged models, but for their artifacts.

        Raises:
            NotFound: No such experiment. InvalidState: The experiment is active.
        """
        self._experiments.purge(canonical_id(experiment_id))

    def _erase_models_of(self, experiment_id: str, is_rehearsal: bool) -> list[str]:
        """Erase the files of an experiment's models; the models go with the experiment."""
        erased = []
        for model in self._models_of(experiment_id):
            erased.append(model.id)
            if not is_rehearsal:
                self._erase_model_artifacts(model)
        return erased

    def _erase_model(self, model: LoggedModel, is_rehearsal: bool) -> None:
        if not is_rehearsal:
            self._erase_model_artifacts(model)
            self._models.purge(model.id)

    def _erase_model_artifacts(self, model: LoggedModel) -> None:
        if _is_its_own(model.artifact_location, model.id):
            self._stores.open(model.artifact_location).remove(ROOT)
        else:
            _log.warning("The files of logged model %s stay: their place is not the model's own.", model.id)

    def _erase_experiment(self, experiment_id: str, is_rehearsal: bool) -> list[str]:
        erased = []
        for run in self._runs_of(experiment_id):
            erased.append(run.id)
            if not is_rehearsal:
                self._erase_artifacts(run)
        if not is_rehearsal:
            self._experiments.purge(experiment_id)
        return erased

    def _erase(self, run: Run, is_rehearsal: bool) -> None:
        if not is_rehearsal:
            self._erase_artifacts(run)
            self._runs.purge(run.id)

    def _erase_artifacts(self, run: Run) -> None:
        if _is_its_own(run.artifact_uri, run.id):
            self._stores.open(run.artifact_uri).remove(ROOT)
        else:
            _log.warning("The artifacts of run %s stay: their place is not the run's own.", run.id)

    def _deleted_run(self, run_id: Any, before: int) -> Run:
        run = self._runs.get(checked_id(run_id))
        if run.stage is not Stage.DELETED:
            raise InvalidInput(
                "run_ids",
                f"Run {run.id} is not in `deleted` lifecycle stage. Only runs in `deleted` lifecycle stage can be "
                "deleted for good.",
            )
        if (run.deleted_at or 0) > before:
            raise InvalidInput("run_ids", f"Run {run.id} was deleted too recently for --older-than.")
        return run

    def _deleted_model(self, model_id: Any, before: int) -> LoggedModel:
        model = self._models.get(checked_model_id(model_id))
        if model.stage is not Stage.DELETED:
            raise InvalidInput(
                "logged_model_ids",
                f"Logged model {model.id} is not in `deleted` lifecycle stage. Only logged models in `deleted` "
                "lifecycle stage can be deleted for good.",
            )
        if model.updated_at > before:
            raise InvalidInput(
                "logged_model_ids", f"Logged model {model.id} was deleted too recently for --older-than."
            )
        return model

    def _deleted_experiment(self, experiment_id: Any, before: int) -> str:
        experiment = self._experiments.get(canonical_id(experiment_id))
        if experiment.stage is not Stage.DELETED:
            raise InvalidInput(
                "experiment_ids",
                f"Experiment {experiment.id} is not in `deleted` lifecycle stage. Only experiments in `deleted` "
                "lifecycle stage can be deleted for good.",
            )
        if experiment.updated_at > before:
            raise InvalidInput(
                "experiment_ids", f"Experiment {experiment.id} was deleted too recently for --older-than."
            )
        return experiment.id

    def _old_experiments(self, before: int) -> Iterator[str]:
        old = NumberComparison(Field(Kind.ATTRIBUTE, "updated_at"), "<=", before)
        order = total_order((), EXPERIMENTS)
        token: str | bytes | None = None
        while True:
            query = ExperimentQuery(Filter((old,)), order, View.DELETED_ONLY, _BATCH, token)
            page = self._experiments.find(query)
            yield from (experiment.id for experiment in page.items)
            token = page.next_token
            if token is None:
                return

    def _runs_of(self, experiment_id: str) -> Iterator[Run]:
        order = total_order((), RUNS)
        token: str | bytes | None = None
        while True:
            query = RunQuery(Filter(), order, View.ALL, _BATCH, token, experiment_ids=(experiment_id,))
            page = self._runs.find(query)
            yield from page.items
            token = page.next_token
            if token is None:
                return

    def _models_of(self, experiment_id: str) -> Iterator[LoggedModel]:
        order = total_order((), LOGGED_MODELS)
        token: str | bytes | None = None
        while True:
            query = LoggedModelQuery(Filter(), order, View.ALL, _BATCH, token, experiment_ids=(experiment_id,))
            page = self._models.find(query)
            yield from page.items
            token = page.next_token
            if token is None:
                return

    def _old_models(self, before: int, is_rehearsal: bool) -> Iterator[LoggedModel]:
        if is_rehearsal:
            yield from self._models.find_removed(before=before, limit=_ALL)
            return
        while batch := self._models.find_removed(before=before, limit=_BATCH):
            yield from batch

    def _old_runs(self, before: int, is_rehearsal: bool) -> Iterator[Run]:
        if is_rehearsal:
            yield from self._runs.find_removed(before=before, limit=_ALL)
            return
        while batch := self._runs.find_removed(before=before, limit=_BATCH):
            yield from batch


def _is_its_own(uri: str, id: str) -> bool:
    """Whether the place is where every run or model of ours (and MLflow's) has its files, and nothing leads out."""
    parts = unquote(uri).replace("\\", "/").rstrip("/").split("/")
    return parts[-2:] == [id, "artifacts"] and ".." not in parts
