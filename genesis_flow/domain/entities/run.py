"""Runs: one execution of some code, with its params, metrics, tags and inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from genesis_flow.domain.entities.dataset import DatasetInput
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.values.lifecycle import RunStatus, Stage

#: The tag that *is* the run's name: setting either sets both.
NAME_TAG: Final = "mlflow.runName"


@attrs.frozen
class ModelOutput:
    """A logged model that a run produced at `step`."""

    model_id: str
    step: int = 0


@attrs.frozen
class Run:
    """
    One execution of some code.

    Attributes:
        id: Unique among all experiments.
        experiment_id: The experiment that the run belongs to, for good.
        name: Also stored as the tag `mlflow.runName`.
        user_id: Who ran it.
        status: What the run says of itself.
        started_at, ended_at: Milliseconds since the epoch (UTC); `ended_at` is None until it ends.
        stage: Lifecycle stage; `deleted_at` (milliseconds) is set while it is deleted.
        artifact_uri: Where its artifacts are.
        params, tags: Texts by key. metrics: The latest point by key.
        dataset_inputs, model_inputs, model_outputs: What it used and produced; ids for model inputs.
    """

    id: str
    experiment_id: str
    name: str
    user_id: str
    status: RunStatus
    started_at: int
    ended_at: int | None
    stage: Stage
    deleted_at: int | None
    artifact_uri: str
    params: Mapping[str, str] = attrs.field(factory=dict)
    metrics: Mapping[str, Metric] = attrs.field(factory=dict)
    tags: Mapping[str, str] = attrs.field(factory=dict)
    dataset_inputs: tuple[DatasetInput, ...] = ()
    model_inputs: tuple[str, ...] = ()
    model_outputs: tuple[ModelOutput, ...] = ()
