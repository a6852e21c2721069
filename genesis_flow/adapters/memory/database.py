"""What the memory repositories share: the stored entities and one lock."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

import attrs

from genesis_flow.domain.entities.dataset import Dataset
from genesis_flow.domain.entities.experiment import Experiment, NewExperiment
from genesis_flow.domain.entities.logged_model import LoggedModel, ModelMetric
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.entities.model_version import ModelVersion
from genesis_flow.domain.entities.registered_model import RegisteredModel
from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.entities.webhook import Webhook
from genesis_flow.domain.errors import Inactive
from genesis_flow.domain.values.ids import DEFAULT_EXPERIMENT_NAME
from genesis_flow.domain.values.lifecycle import Stage
from genesis_flow.domain.values.refusals import no_experiment, no_logged_model, no_model, no_run, no_version

#: A point of a metric as what tells it from others: (timestamp, step, value), None for NaN.
Point = tuple[int, int, float | None]


@attrs.define(eq=False, init=False)
class MemoryDatabase:
    """
    The stored entities of one process, and the lock under which they are read and replaced.

    A stored entity is never changed in place: a change stores another one. So whoever read it under the
    lock may go on using it without.

    Attributes:
        lock: Held around every use of the other attributes.
        experiments, runs: By id.
        members: The ids of an experiment's runs, by the experiment's id.
        histories: The points of each metric of a run, by run id and metric key.
        datasets: The first dataset with a (name, digest), by experiment id.
        models: Registered models by id. versions: Their versions, by the model's id and by number.
        last_versions: The greatest number that was ever given to a version, by the model's id.
        logged_models: Logged models by id, without their metrics. model_points: These, by model id, perhaps repeated.
        webhooks: By id.
    """

    lock: threading.RLock
    experiments: dict[str, Experiment]
    runs: dict[str, Run]
    members: dict[str, dict[str, None]]
    histories: dict[str, dict[str, set[Point]]]
    datasets: dict[str, dict[tuple[str, str], Dataset]]
    models: dict[str, RegisteredModel]
    versions: dict[str, dict[int, ModelVersion]]
    last_versions: dict[str, int]
    logged_models: dict[str, LoggedModel]
    model_points: dict[str, list[ModelMetric]]
    webhooks: dict[str, Webhook]
    _next_id: int

    def __init__(self, artifact_root: str, *, created_at: int = 0) -> None:
        self.lock = threading.RLock()
        self.experiments, self.runs, self.members = {}, {}, {}
        self.histories, self.datasets = {}, {}
        self.models, self.versions, self.last_versions = {}, {}, {}
        self.logged_models, self.model_points = {}, {}
        self.webhooks = {}
        self._next_id = 0
        self.add_experiment(
            NewExperiment(
                name=DEFAULT_EXPERIMENT_NAME, artifact_location=None, artifact_root=artifact_root,
                created_at=created_at,
            )
        )

    def add_experiment(self, new: NewExperiment) -> Experiment:
        """Store an experiment under the next id."""
        experiment = new.with_id(str(self._next_id))
        self._next_id += 1
        self.experiments[experiment.id] = experiment
        self.members[experiment.id] = {}
        self.datasets[experiment.id] = {}
        return experiment

    def experiment(self, experiment_id: str) -> Experiment:
        """The stored experiment, or `NotFound`."""
        try:
            return self.experiments[experiment_id]
        except KeyError:
            raise no_experiment(experiment_id) from None

    def active_experiment(self, experiment_id: str) -> Experiment:
        """The stored experiment, or `NotFound`, or `Inactive`."""
        experiment = self.experiment(experiment_id)
        if experiment.stage is not Stage.ACTIVE:
            raise Inactive("experiment", experiment_id)
        return experiment

    def run(self, run_id: str) -> Run:
        """The stored run, or `NotFound`."""
        try:
            return self.runs[run_id]
        except KeyError:
            raise no_run(run_id) from None

    def active_run(self, run_id: str) -> Run:
        """The stored run, or `NotFound`, or `Inactive`."""
        run = self.run(run_id)
        if run.stage is not Stage.ACTIVE:
            raise Inactive("run", run_id)
        return run

    def active_model(self, model_id: str) -> LoggedModel:
        """The stored logged model, or `NotFound`, also where it is deleted."""
        model = self.logged_models.get(model_id)
        if model is None or model.stage is not Stage.ACTIVE:
            raise no_logged_model(model_id)
        return model

    def runs_of(self, experiment_ids: Iterable[str]) -> Iterator[Run]:
        """The stored runs of these experiments; none for an experiment that does not exist."""
        for experiment_id in experiment_ids:
            for run_id in self.members.get(experiment_id, ()):
                yield self.runs[run_id]

    def model(self, name: str) -> RegisteredModel:
        """The stored registered model, or `NotFound`."""
        for model in self.models.values():
            if model.name == name:
                return model
        raise no_model(name)

    def version(self, name: str, number: int) -> tuple[RegisteredModel, ModelVersion]:
        """The stored version and its registered model, or `NotFound`."""
        for model in self.models.values():
            if model.name == name and number in self.versions[model.id]:
                return model, self.versions[model.id][number]
        raise no_version(name, number)

    def erase_run(self, run: Run) -> None:
        """Forget a run and its history."""
        del self.runs[run.id]
        del self.members[run.experiment_id][run.id]
        self.histories.pop(run.id, None)

    def erase_model(self, model_id: str) -> None:
        """Forget a logged model and its metrics."""
        del self.logged_models[model_id]
        self.model_points.pop(model_id, None)

    def erase_experiment(self, experiment_id: str) -> None:
        """Forget an experiment, its runs and its logged models."""
        for run in list(self.runs_of([experiment_id])):
            self.erase_run(run)
        for model in [model for model in self.logged_models.values() if model.experiment_id == experiment_id]:
            self.erase_model(model.id)
        del self.members[experiment_id], self.datasets[experiment_id], self.experiments[experiment_id]


def point_of(metric: Metric) -> Point:
    """What tells this point from the others of its run and key."""
    value = metric.value + 0.0  # -0.0 becomes 0.0
    return metric.timestamp, metric.step, value if value == value else None
