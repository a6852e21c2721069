"""Views show what entities hold, and changing a view changes nothing else."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given

from genesis_flow.api.entities import FileInfo, LoggedModelOutput, Metric, RunStatus, ViewType
from genesis_flow.api.entities.translation import (
    artifacts_to_views,
    dataset_input_to_view,
    dataset_to_view,
    experiment_to_view,
    history_to_views,
    metric_to_view,
    run_to_view,
    view_to_dataset,
    view_to_view_type,
    view_type_to_view,
    views_to_dataset_inputs,
    views_to_model_outputs,
)
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.domain.entities import metric as domain
from genesis_flow.domain.entities.artifact import ArtifactInfo
from genesis_flow.domain.entities.dataset import Dataset, DatasetInput
from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.run import ModelOutput, Run
from genesis_flow.domain.values.lifecycle import Stage, View
from tests.strategies.entities import experiments, metrics, runs

LINKS: dict[str, Any] = {"model_inputs": ("m-1",), "model_outputs": (ModelOutput("m-2", 3),)}


def shown(value: float) -> object:
    """A value that equals itself, NaN included."""
    return "NaN" if math.isnan(value) else value


@given(run=runs(["0", "7"]))
def test_a_run_shows_everything_that_it_holds(run: Run) -> None:
    """No field of a run is lost or mixed up."""
    view = run_to_view(attrs.evolve(run, **LINKS))
    info = {
        "run_id": run.id, "experiment_id": run.experiment_id, "user_id": run.user_id,
        "status": run.status.value, "start_time": run.started_at, "end_time": run.ended_at,
        "lifecycle_stage": "active", "artifact_uri": run.artifact_uri, "run_name": run.name,
    }  # fmt: skip
    assert view.inputs is not None
    assert view.outputs is not None

    assert info == dict(view.info)
    assert (dict(run.params), dict(run.tags)) == (view.data.params, view.data.tags)
    latest = {key: shown(point.value) for key, point in run.metrics.items()}
    assert latest == {key: shown(value) for key, value in view.data.metrics.items()}
    assert list(run.dataset_inputs) == views_to_dataset_inputs(view.inputs.dataset_inputs)
    assert ["m-1"] == [each.model_id for each in view.inputs.model_inputs]
    assert [ModelOutput("m-2", 3)] == views_to_model_outputs(view.outputs.model_outputs)


@given(run=runs(["0"]))
def test_the_data_of_a_run_keeps_steps_and_timestamps(run: Run) -> None:
    """The latest points can be had whole, before and after pickling."""
    data = run_to_view(run).data
    sent = pickle.loads(pickle.dumps(data))
    expected = [(p.key, shown(p.value), p.timestamp, p.step) for p in run.metrics.values()]

    for found in (data, sent):
        assert expected == [(p.key, shown(p.value), p.timestamp, p.step) for p in found._metric_objs]


@given(run=runs(["0"]))
def test_changing_the_view_of_a_run_changes_nothing_else(run: Run) -> None:
    """Neither the entity nor another view sees what a caller does to its view."""
    before = repr(run)
    view, other = run_to_view(run), run_to_view(run)
    shown_before = repr(other)
    assert view.inputs is not None
    assert view.outputs is not None

    view.data.params["x"] = view.data.tags["x"] = "y"
    view.data.metrics["x"] = 1.0
    view.data._metric_objs.append(Metric("x", 1.0, 0, 0))
    for used in view.inputs.dataset_inputs:
        used.tags.clear()
    view.inputs.dataset_inputs.append(dataset_input_to_view(DatasetInput(Dataset("n", "d", "t", "s"))))
    view.inputs.model_inputs.clear()
    view.outputs.model_outputs.append(LoggedModelOutput("m", 0))

    assert before == repr(run)
    assert shown_before == repr(other)


@given(run=runs(["0"]))
def test_a_search_can_leave_out_model_inputs(run: Run) -> None:
    """Model inputs are left out when asked, outputs are not."""
    view = run_to_view(attrs.evolve(run, **LINKS), with_model_inputs=False)
    assert view.inputs is not None
    assert view.outputs is not None

    assert [] == view.inputs.model_inputs
    assert 1 == len(view.outputs.model_outputs)


@given(experiment=experiments())
def test_an_experiment_shows_everything_that_it_holds(experiment: Experiment) -> None:
    """No field of an experiment is lost, and its tags are the caller's."""
    view = experiment_to_view(attrs.evolve(experiment, stage=Stage.DELETED))
    expected = {
        "experiment_id": experiment.id, "name": experiment.name,
        "artifact_location": experiment.artifact_location, "lifecycle_stage": "deleted",
        "creation_time": experiment.created_at, "last_update_time": experiment.updated_at,
        "tags": dict(experiment.tags), "workspace": "default", "trace_location": None,
        "effective_trace_archival_retention": None,
    }  # fmt: skip
    assert expected == dict(view)

    before = copy.deepcopy(dict(experiment.tags))
    view.tags["x"] = "y"
    assert before == experiment.tags


@given(metric=metrics())
def test_a_metric_becomes_a_view(metric: domain.Metric) -> None:
    """A point keeps its key, value, timestamp and step."""
    view = metric_to_view(metric, "r")

    assert "r" == view.run_id
    assert (metric.key, shown(metric.value), metric.timestamp, metric.step) == (
        view.key, shown(view.value), view.timestamp, view.step,
    )  # fmt: skip


def test_a_history_becomes_views_in_its_order() -> None:
    """Each point is shown once, in the order of the history; it names the run only if that is given."""
    history = domain.MetricHistory("k", [2.0, math.inf], [5, 6], [1, -1])
    expected = [Metric("k", 2.0, 5, 1), Metric("k", math.inf, 6, -1)]

    assert expected == history_to_views(history)
    assert ["r", "r"] == [view.run_id for view in history_to_views(history, "r")]


def test_a_dataset_becomes_a_view_and_back() -> None:
    """All six fields go both ways."""
    dataset = Dataset("n", "d", "local", "{}", "schema", "profile")
    view = dataset_to_view(dataset)

    assert dataset == view_to_dataset(view)
    assert attrs.asdict(dataset) == view.to_dictionary()


def test_the_use_of_a_dataset_without_tags_becomes_an_entity() -> None:
    """No tags are no tags, in both directions."""
    used = DatasetInput(Dataset("n", "d", "local", "{}"))

    assert [used] == views_to_dataset_inputs([dataset_input_to_view(used)])


def test_artifacts_become_views() -> None:
    """A directory has no size."""
    found = artifacts_to_views([ArtifactInfo("a", True, None), ArtifactInfo("b", False, 3)])

    assert [FileInfo("a", True, None), FileInfo("b", False, 3)] == found


def test_view_types_become_views_and_back() -> None:
    """Each view has one number."""
    numbers = [ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL]
    views = [View.ACTIVE_ONLY, View.DELETED_ONLY, View.ALL]

    assert views == [view_type_to_view(number) for number in numbers]
    assert numbers == [view_to_view_type(view) for view in views]


@pytest.mark.parametrize("view_type", [0, 4, -1, "ALL", None, [1], 1.5])
def test_what_is_no_view_type_is_refused(view_type: Any) -> None:
    """Anything but the three numbers is an invalid parameter that the message names."""
    with pytest.raises(MlflowException, match="view_type") as caught:
        view_type_to_view(view_type)

    assert "INVALID_PARAMETER_VALUE" == caught.value.error_code


@given(run=runs(["0"]))
def test_the_status_that_is_shown_has_a_number(run: Run) -> None:
    """Every status of the domain is one of MLflow's."""
    assert RunStatus.from_string(run.status.value) in RunStatus.all_status()
