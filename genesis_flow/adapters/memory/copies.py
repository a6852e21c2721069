"""Copies of entities for the border of the stores: callers and stores share no dict."""

from __future__ import annotations

import attrs

from genesis_flow.domain.entities.dataset import DatasetInput
from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.model_version import ModelVersion
from genesis_flow.domain.entities.registered_model import RegisteredModel
from genesis_flow.domain.entities.run import Run


def copied_experiment(experiment: Experiment) -> Experiment:
    """An equal experiment that shares no mutable part with this one."""
    return attrs.evolve(experiment, tags=dict(experiment.tags))


def copied_run(run: Run) -> Run:
    """An equal run that shares no mutable part with this one."""
    return attrs.evolve(
        run,
        params=dict(run.params),
        metrics=dict(run.metrics),
        tags=dict(run.tags),
        dataset_inputs=tuple(map(copied_input, run.dataset_inputs)),
        model_inputs=tuple(run.model_inputs),
        model_outputs=tuple(run.model_outputs),
    )


def copied_input(used: DatasetInput) -> DatasetInput:
    """An equal dataset input with tags of its own."""
    return attrs.evolve(used, tags=dict(used.tags))


def copied_model(model: RegisteredModel) -> RegisteredModel:
    """An equal registered model that shares no mutable part with this one."""
    return attrs.evolve(model, tags=dict(model.tags), aliases=dict(model.aliases))


def copied_version(version: ModelVersion) -> ModelVersion:
    """An equal model version with tags of its own."""
    return attrs.evolve(version, tags=dict(version.tags))
