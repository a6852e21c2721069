"""What MLflow's users see of views: pairs, dictionaries, text, equality."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from genesis_flow.api.entities import (
    Dataset,
    DatasetInput,
    Experiment,
    ExperimentTag,
    FileInfo,
    InputTag,
    LoggedModel,
    LoggedModelInput,
    LoggedModelOutput,
    LoggedModelParameter,
    LoggedModelStatus,
    LoggedModelTag,
    Metric,
    Param,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunOutputs,
    RunTag,
)
from genesis_flow.api.entities.metric import MetricWithRunId
from genesis_flow.api.exceptions import MlflowException

NAN = float("nan")
INFO: dict[str, Any] = {
    "run_id": "r", "experiment_id": "0", "user_id": "u", "status": "RUNNING", "start_time": 1,
    "end_time": None, "lifecycle_stage": "active", "artifact_uri": "uri", "run_name": "n",
}  # fmt: skip
USED = DatasetInput(Dataset("n", "d", "local", "{}"), [InputTag("a", "b")])


def a_run() -> Run:
    """A run that has one of everything."""
    return Run(
        RunInfo(**INFO),
        RunData([Metric("m", 1.5, 2, 3)], [Param("p", "1")], [RunTag("t", "v")]),
        RunInputs([USED], [LoggedModelInput("m-1")]),
        RunOutputs([LoggedModelOutput("m-2", 4)]),
    )


PAIRS: list[tuple[Any, list[tuple[str, Any]]]] = [
    (RunInfo(**INFO), sorted(INFO.items())),
    (Param("a", "b"), [("key", "a"), ("value", "b")]),
    (RunTag("a", "b"), [("key", "a"), ("value", "b")]),
    (FileInfo("p", False, 3), [("file_size", 3), ("is_dir", False), ("path", "p")]),
    (LoggedModelOutput("m", 2), [("model_id", "m"), ("step", 2)]),
    (MetricWithRunId(Metric("k", 1.0, 2, 3), "r"), [("run_id", "r")]),
    (
        RunData([Metric("m", 1.5, 2, 3)], [Param("p", "1")], [RunTag("t", "v")]),
        [("metrics", {"m": 1.5}), ("params", {"p": "1"}), ("tags", {"t": "v"})],
    ),
    (
        Experiment("1", "n", "loc", "active", [ExperimentTag("a", "b")], 1, 2),
        [
            ("artifact_location", "loc"), ("creation_time", 1), ("effective_trace_archival_retention", None),
            ("experiment_id", "1"), ("last_update_time", 2), ("lifecycle_stage", "active"), ("name", "n"),
            ("tags", {"a": "b"}), ("trace_location", None), ("workspace", "default"),
        ],
    ),
]  # fmt: skip

TEXTS: list[tuple[object, str]] = [
    (
        Metric("k", 1.5, 2, 3),
        "<Metric: dataset_digest=None, dataset_name=None, key='k', model_id=None, run_id=None, step=3, "
        "timestamp=2, value=1.5>",
    ),
    (MetricWithRunId(Metric("k", 1.5, 2, 3), "r"), "<MetricWithRunId: run_id='r'>"),
    (
        a_run(),
        "<Run: data=<RunData: metrics={'m': 1.5}, params={'p': '1'}, tags={'t': 'v'}>, "
        "info=<RunInfo: artifact_uri='uri', end_time=None, experiment_id='0', lifecycle_stage='active', "
        "run_id='r', run_name='n', start_time=1, status='RUNNING', user_id='u'>, "
        "inputs=<RunInputs: dataset_inputs=[<DatasetInput: dataset=<Dataset: digest='d', name='n', "
        "profile=None, schema=None, source='{}', source_type='local'>, tags=[<InputTag: key='a', "
        "value='b'>]>], model_inputs=[<LoggedModelInput: model_id='m-1'>]>, "
        "outputs=<RunOutputs: model_outputs=[<LoggedModelOutput: model_id='m-2', step=4>]>>",
    ),
    (
        LoggedModel("0", "m-1", "n", "loc", 1, 2, tags={"a": "b"}),
        "LoggedModel(artifact_location='loc', creation_timestamp=1, experiment_id='0', "
        "last_updated_timestamp=2, model_id='m-1', model_type=None, model_uri='models:/m-1', name='n', "
        "source_run_id=None, status=<LoggedModelStatus.READY: 'READY'>, status_message=None)",
    ),
]

BY_CONTENT: list[tuple[Any, Any]] = [
    (RunTag("a", "b"), RunTag("a", "c")),
    (ExperimentTag("a", "b"), ExperimentTag("a", "c")),
    (InputTag("a", "b"), InputTag("a", "c")),
    (LoggedModelTag("a", "b"), LoggedModelTag("a", "c")),
    (FileInfo("p", False, 3), FileInfo("p", False, 4)),
    (Dataset("n", "d", "t", "s"), Dataset("n", "d", "t", "other")),
    (USED, DatasetInput(USED.dataset)),
    (RunInputs([USED]), RunInputs([])),
    (RunOutputs([LoggedModelOutput("m", 1)]), RunOutputs([LoggedModelOutput("m", 2)])),
    (LoggedModelInput("m"), LoggedModelInput("n")),
    (RunInfo(**INFO), RunInfo(**{**INFO, "status": "FAILED"})),
]


@pytest.mark.parametrize(("view", "pairs"), PAIRS, ids=lambda each: type(each).__name__)
def test_iterating_gives_the_properties_in_order_of_their_names(
    view: Any, pairs: list[tuple[str, Any]]
) -> None:
    """`dict(view)` has each property that the class itself defines."""
    assert pairs == list(view)


@pytest.mark.parametrize(("view", "text"), TEXTS, ids=lambda each: type(each).__name__)
def test_the_text_shows_properties_as_mlflow_does(view: object, text: str) -> None:
    """`repr` lists the properties in order of their names, nested views included."""
    assert text == repr(view)


def test_a_long_mapping_is_shown_on_several_lines() -> None:
    """A mapping of more than 80 characters is broken after each pair."""
    data = RunData([], [Param("p" * 30, "v" * 60), Param("q" * 30, "w" * 60)])

    assert f"params={{'{'p' * 30}': '{'v' * 60}',\n '{'q' * 30}': '{'w' * 60}'}}, tags" in repr(data)


@pytest.mark.parametrize(("view", "other"), BY_CONTENT, ids=lambda each: type(each).__name__)
def test_values_are_equal_by_content_and_not_hashable(view: Any, other: Any) -> None:
    """A copy is equal, other content is not, and a set does not take them."""
    assert view == copy.deepcopy(view)
    assert view != other
    with pytest.raises(TypeError, match="unhashable"):
        hash(view)


def test_values_of_different_types_are_not_equal() -> None:
    """A run's tag is no input tag, though both have a key and a value."""
    assert RunTag("a", "b") != InputTag("a", "b")


@pytest.mark.parametrize("kind", [Param, LoggedModelParameter])
def test_params_are_equal_and_hashed_by_key(kind: Any) -> None:
    """Two params with one key are equal, whatever their values."""
    assert kind("a", "1") == kind("a", "2")
    assert kind("a", "1") != kind("b", "1")
    assert hash("a") == hash(kind("a", "1"))


@pytest.mark.parametrize("make", [a_run, lambda: a_run().data, lambda: Experiment("1", "n", "l", "active")])
def test_what_has_an_identity_is_equal_to_itself_only(make: Any) -> None:
    """Runs, their data and experiments compare by identity and can be put into sets."""
    view = make()

    assert view != make()
    assert [view] == [each for each in {make(), view} if each == view]


def test_metrics_are_equal_and_hashed_by_content() -> None:
    """Metrics with the same content are one member of a set; another NaN makes another metric."""
    same = {Metric("k", 1.5, 2, 3), Metric("k", 1.5, 2, 3), Metric("k", 1.5, 2, 4)}

    assert 2 == len(same)
    assert Metric("k", NAN, 2, 3) == Metric("k", NAN, 2, 3)
    assert Metric("k", float("nan"), 2, 3) != Metric("k", float("nan"), 2, 3)


def test_a_metric_of_a_subclass_is_not_equal_to_one_of_its_parent() -> None:
    """`MetricWithRunId` never equals a `Metric`, in either order."""
    plain, of_run = Metric("k", 1.0, 2, 3, run_id="r"), MetricWithRunId(Metric("k", 1.0, 2, 3), "r")

    assert plain != of_run
    assert of_run != plain


def test_a_metric_becomes_a_dictionary_and_back() -> None:
    """`from_dictionary` reads what `to_dictionary` wrote."""
    metric = Metric("k", 1.5, 2, 3, "m-1", "n", "d", "r")
    written = {
        "key": "k", "value": 1.5, "timestamp": 2, "step": 3, "model_id": "m-1", "dataset_name": "n",
        "dataset_digest": "d", "run_id": "r",
    }  # fmt: skip

    assert written == metric.to_dictionary()
    assert metric == Metric.from_dictionary(written)


def test_a_metric_says_which_entries_are_missing() -> None:
    """A dictionary without step and timestamp is refused by name."""
    with pytest.raises(MlflowException, match=r"\['timestamp', 'step'\]") as caught:
        Metric.from_dictionary({"key": "k", "value": 1.0})

    assert "INVALID_PARAMETER_VALUE" == caught.value.error_code


@pytest.mark.parametrize("half", [{"dataset_name": "n"}, {"dataset_digest": "d"}])
def test_a_metric_needs_both_name_and_digest_of_a_dataset(half: dict[str, str]) -> None:
    """One half of what identifies a dataset is refused."""
    with pytest.raises(MlflowException) as caught:
        Metric("k", 1.0, 2, 3, **half)

    assert "INVALID_PARAMETER_VALUE" == caught.value.error_code


def test_from_dictionary_takes_what_is_named_like_a_property() -> None:
    """Unknown entries are left out."""
    assert RunInfo(**INFO) == RunInfo.from_dictionary({**INFO, "unknown": 1})


def test_a_run_becomes_a_dictionary_without_what_it_lacks() -> None:
    """Each part that is there becomes a dictionary; models stay as they are in inputs."""
    full = a_run()
    assert full.inputs is not None
    expected = {
        "info": INFO,
        "data": {"metrics": {"m": 1.5}, "params": {"p": "1"}, "tags": {"t": "v"}},
        "inputs": {
            "model_inputs": full.inputs.model_inputs,
            "dataset_inputs": [{"dataset": dict(USED.dataset), "tags": {"a": "b"}}],
        },
        "outputs": {"model_outputs": [{"model_id": "m-2", "step": 4}]},
    }

    assert expected == full.to_dictionary()
    assert {"info", "data"} == set(Run(full.info, full.data).to_dictionary())


@pytest.mark.parametrize("field", ["experiment_id", "user_id", "status", "start_time"])
def test_run_info_needs_its_fields(field: str) -> None:
    """None is refused by the name of the field."""
    with pytest.raises(MlflowException, match=f"{field} cannot be None"):
        RunInfo(**{**INFO, field: None})


def test_a_run_needs_its_info() -> None:
    """A run without info is refused."""
    nothing: Any = None
    with pytest.raises(MlflowException, match="run_info cannot be None"):
        Run(nothing, RunData())


def test_attributes_of_runs_that_filters_may_name() -> None:
    """Every attribute that can be searched by can be ordered by."""
    expected = ["artifact_uri", "end_time", "run_id", "run_name", "start_time", "status", "user_id"]

    assert expected == RunInfo.get_searchable_attributes()
    assert expected == RunInfo.get_orderable_attributes()


def test_properties_cannot_be_assigned_but_other_attributes_can() -> None:
    """Users may hang notes on a view, which are not among its properties."""
    experiment: Any = Experiment("1", "n", "l", "active")
    experiment.note = "mine"

    assert "mine" == experiment.note
    assert "note" not in dict(experiment)
    with pytest.raises(AttributeError):
        experiment.name = "other"


def test_an_empty_run_data_has_lists_and_mappings_of_its_own() -> None:
    """No two views share a mapping."""
    first, second = RunData(), RunData()
    first.params["a"] = "b"

    assert {} == second.params
    assert ([], {}) == (second._metric_objs, second.metrics)


def test_a_run_can_be_copied_and_pickled() -> None:
    """A run that was sent to another process shows the same."""
    run = a_run()

    assert repr(run) == repr(pickle.loads(pickle.dumps(run)))
    assert repr(run) == repr(copy.deepcopy(run))


def test_a_logged_model_takes_lists_and_mappings_of_texts() -> None:
    """Tags and params may be given either way; the dictionary has the status as a number."""
    listed = LoggedModel(
        "0", "m-1", "n", "loc", 1, 2, status=3, tags=[LoggedModelTag("a", "b")],
        params=[LoggedModelParameter("p", "q")],
    )  # fmt: skip
    mapped = LoggedModel(
        "0", "m-1", "n", "loc", 1, 2, status=LoggedModelStatus.FAILED, tags={"a": "b"}, params={"p": "q"}
    )

    assert listed.to_dictionary() == mapped.to_dictionary()
    assert (3, {"a": "b"}, {"p": "q"}) == (listed.status.to_int(), listed.tags, listed.params)
    assert "model_uri" not in listed.to_dictionary()


def test_a_logged_model_can_be_changed() -> None:
    """What the server may change has a setter."""
    model = LoggedModel("0", "m-1", "n", "loc", 1, 2)
    changed = {
        "experiment_id": "1", "model_id": "m-2", "name": "o", "artifact_location": "there",
        "last_updated_timestamp": 3, "model_type": "t", "status": LoggedModelStatus.FAILED, "metrics": [],
    }  # fmt: skip
    for name, value in changed.items():
        setattr(model, name, value)

    assert changed == {name: getattr(model, name) for name in changed}
