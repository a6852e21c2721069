"""The life and search of runs at the client; expected answers are MLflow 3.17.2's, where not said otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import Dataset, DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput, RunTag
from tests.api.refusals import INVALID, MISSING, refusal

NOBODY = "a" * 32


def test_a_new_run(client: MlflowClient) -> None:
    """Running, active, named, with artifacts below its experiment's."""
    run = client.create_run("0", tags={"k": 1})
    home = client.get_experiment("0").artifact_location

    assert ("RUNNING", "active", None, "unknown", "0") == (
        run.info.status,
        run.info.lifecycle_stage,
        run.info.end_time,
        run.info.user_id,
        run.info.experiment_id,
    )
    assert f"{home}/{run.info.run_id}/artifacts" == run.info.artifact_uri
    assert {"k": "1", "mlflow.runName": run.info.run_name} == run.data.tags
    assert 3 == len(run.info.run_name.split("-"))


def test_names_and_the_name_tag_are_one(client: MlflowClient) -> None:
    """Either gives the name, both must agree, and each changes the other; empty names change nothing."""
    tagged, named = client.create_run("0", tags={"mlflow.runName": "t"}), client.create_run("0", run_name="n")
    assert ("t", "n") == (tagged.info.run_name, named.data.tags["mlflow.runName"])
    code, message = refusal(lambda: client.create_run("0", run_name="b", tags={"mlflow.runName": "a"}))
    assert (INVALID, True) == (code, "(run_name='b', mlflow.runName='a')" in message)

    id = named.info.run_id
    client.set_tag(id, "mlflow.runName", "by tag")
    assert "by tag" == client.get_run(id).info.run_name
    client.update_run(id, name="by update")
    client.update_run(id, name="")
    client.set_tag(id, "mlflow.runName", "")
    assert ("by update", "by update") == (
        client.get_run(id).info.run_name,
        client.get_run(id).data.tags["mlflow.runName"],
    )


@pytest.mark.parametrize("time", [5, np.int64(5), np.int32(5), 5.0])
def test_times_are_whole_numbers(client: MlflowClient, time: Any) -> None:
    """Of any numeric type; they come back as Python integers."""
    id = client.create_run("0", start_time=time).info.run_id
    client.set_terminated(id, end_time=time)
    info = client.get_run(id).info

    assert (5, 5, int, int) == (info.start_time, info.end_time, type(info.start_time), type(info.end_time))


@pytest.mark.parametrize("time", [-5, 5.5, "5", 2**63, True, float("nan"), float("inf"), {}])
def test_other_times_are_refused(client: MlflowClient, run_id: str, time: Any) -> None:
    """Ours: MLflow's SQLite store keeps whatever it gets."""
    if time:
        assert INVALID == refusal(lambda: client.create_run("0", start_time=time))[0]
        assert INVALID == refusal(lambda: client.set_terminated(run_id, end_time=time))[0]
    assert "RUNNING" == client.get_run(run_id).info.status


def test_ending(client: MlflowClient, run_id: str) -> None:
    """Any status may follow any other, an end time stays, and a finished run takes metrics."""
    client.set_terminated(run_id)
    client.log_metric(run_id, "late", 1)
    ended = client.get_run(run_id).info
    client.update_run(run_id, status="RUNNING")
    again = client.get_run(run_id).info

    assert ("FINISHED", "RUNNING", ended.end_time) == (ended.status, again.status, again.end_time)
    code, message = refusal(lambda: client.set_terminated(run_id, "finished"))
    assert (INVALID, True) == (code, "['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']" in message)


def test_deleted_runs_refuse_writes(client: MlflowClient, run_id: str) -> None:
    """Deleting twice and restoring twice is no error; what is deleted stays readable."""
    client.delete_run(run_id)
    client.delete_run(run_id)
    expected = (INVALID, f"The run {run_id} must be in the 'active' state. Current state is deleted.")
    writes = [
        lambda: client.log_metric(run_id, "m", 1),
        lambda: client.log_param(run_id, "p", 1),
        lambda: client.set_tag(run_id, "t", 1),
        lambda: client.log_batch(run_id, tags=[RunTag("t", "1")]),
        lambda: client.delete_tag(run_id, "t"),
        lambda: client.update_run(run_id, name="x"),
        lambda: client.set_terminated(run_id),
        lambda: client.log_inputs(run_id, [DatasetInput(Dataset("n", "d", "t", "s"))]),
    ]

    found = [refusal(write) for write in writes]

    assert [expected[0]] * len(writes) == [code for code, _ in found]
    assert [True] * len(writes) == [message.startswith(expected[1]) for _, message in found]
    client.restore_run(run_id)
    client.restore_run(run_id)
    assert "active" == client.get_run(run_id).info.lifecycle_stage


def test_runs_that_are_not_there(client: MlflowClient) -> None:
    """RESOURCE_DOES_NOT_EXIST with the id; only a history is empty instead."""
    calls = [
        lambda: client.get_run(NOBODY),
        lambda: client.log_metric(NOBODY, "m", 1),
        lambda: client.log_param(NOBODY, "p", 1),
        lambda: client.set_tag(NOBODY, "t", 1),
        lambda: client.delete_tag(NOBODY, "t"),
        lambda: client.delete_run(NOBODY),
        lambda: client.restore_run(NOBODY),
        lambda: client.set_terminated(NOBODY),
        lambda: client.get_parent_run(NOBODY),
        lambda: client.log_inputs(NOBODY, [DatasetInput(Dataset("n", "d", "t", "s"))]),
    ]

    found = [refusal(call) for call in calls]

    assert [(MISSING, f"Run with id={NOBODY} not found")] * len(calls) == found
    assert [] == client.get_metric_history(NOBODY, "m")


@pytest.mark.parametrize("id", ["", "x y", "-a", "../x", "a" * 257, None, 5, {}, "a\n", "\u00e9"])
def test_malformed_run_ids(client: MlflowClient, id: Any) -> None:
    """Refused before the store is asked."""
    calls = [lambda: client.get_run(id), lambda: client.log_metric(id, "m", 1), lambda: client.delete_run(id)]

    assert [INVALID] * 3 == [refusal(call)[0] for call in calls]


def test_removing_tags(client: MlflowClient, run_id: str) -> None:
    """A tag that is not there is an error that names it."""
    client.set_tag(run_id, "t", 1)
    client.delete_tag(run_id, "t")

    assert (MISSING, f"No tag with name: t in run with id {run_id}") == refusal(lambda: client.delete_tag(run_id, "t"))


def test_inputs_and_outputs(client: MlflowClient, run_id: str) -> None:
    """A dataset counts once and keeps its first tags; models are kept; searches leave out model inputs."""
    for context in ("train", "eval"):
        tags = [InputTag("mlflow.data.context", context)]
        client.log_inputs(run_id, [DatasetInput(Dataset("ds", "d1", "local", "s"), tags)], [LoggedModelInput("m-1")])
    client.log_outputs(run_id, [LoggedModelOutput("m-2", 3)])
    run, (found,) = client.get_run(run_id), client.search_runs(["0"])

    assert [("ds", "d1", ["train"])] == [
        (used.dataset.name, used.dataset.digest, [tag.value for tag in used.tags]) for used in run.inputs.dataset_inputs
    ]
    assert (["m-1"], [("m-2", 3)]) == (
        [m.model_id for m in run.inputs.model_inputs],
        [(m.model_id, m.step) for m in run.outputs.model_outputs],
    )
    assert ([], 1, 1) == (found.inputs.model_inputs, len(found.inputs.dataset_inputs), len(found.outputs.model_outputs))


@pytest.mark.parametrize("field", ["name", "digest", "source_type", "source"])
def test_datasets_need_all_their_fields(client: MlflowClient, run_id: str, field: str) -> None:
    """The message names the field."""
    given = {"name": "n", "digest": "d", "source_type": "t", "source": "s", field: ""}

    code, message = refusal(lambda: client.log_inputs(run_id, [DatasetInput(Dataset(**given))]))

    assert (INVALID, True) == (code, f"'{field}'" in message)


def test_half_a_dataset_is_refused(client: MlflowClient, run_id: str) -> None:
    """A metric names a dataset by name and digest, or not at all."""
    assert INVALID == refusal(lambda: client.log_metric(run_id, "m", 1, dataset_name="n"))[0]
    assert INVALID == refusal(lambda: client.log_metric(run_id, "m", 1, dataset_digest="d"))[0]


def test_parents(client: MlflowClient, run_id: str) -> None:
    """The tag `mlflow.parentRunId` makes the family."""
    child = client.create_run("0", tags={"mlflow.parentRunId": run_id}).info.run_id

    assert run_id == client.get_parent_run(child).info.run_id
    assert client.get_parent_run(run_id) is None


@pytest.mark.parametrize("ids", ["0", 0, ["0"], ("0",), [0], ["0", "0"], ["0", "999"]])
def test_where_to_search(client: MlflowClient, run_id: str, ids: Any) -> None:
    """One id or several; those that do not exist hold nothing, and each run is found once."""
    assert [run_id] == [run.info.run_id for run in client.search_runs(ids)]


@pytest.mark.parametrize("ids", [[], None, ()])
def test_searching_nowhere(client: MlflowClient, run_id: str, ids: Any) -> None:
    """No experiments, no runs."""
    page = client.search_runs(ids)

    assert ([], None) == (list(page), page.token)


@pytest.mark.parametrize(
    "given",
    [
        {"max_results": 0},
        {"max_results": -1},
        {"max_results": 50_001},
        {"max_results": "5"},
        {"max_results": None},
        {"max_results": True},
        {"page_token": "!"},
        {"page_token": "e30="},
        {"page_token": 5},
        {"run_view_type": 9},
        {"run_view_type": "ACTIVE_ONLY"},
        {"order_by": "start_time"},
        {"order_by": ["metrics.m UP"]},
        {"order_by": ["foo"]},
        {"order_by": ["dataset.name"]},
        {"filter_string": "metrics.m > 0 OR params.p = 'a'"},
        {"filter_string": " "},
        {"filter_string": "experiment_id = '1'"},
        {"filter_string": "params.p = abc"},
        {"filter_string": "metrics.m < 'a'"},
        {"filter_string": "run_id IN ()"},
        {"filter_string": "foo.bar = 'x'"},
    ],
)
def test_wrong_searches_are_refused(client: MlflowClient, given: dict[str, Any]) -> None:
    """Every argument is checked, whether there are runs or not."""
    assert INVALID == refusal(lambda: client.search_runs(["0"], **given))[0]


def test_ordering_twice_by_one_field(client: MlflowClient) -> None:
    """MLflow calls this its own fault."""
    code, message = refusal(lambda: client.search_runs(["0"], order_by=["metrics.m", "metrics.m DESC"]))

    assert ("INTERNAL_ERROR", True) == (code, message.startswith("`order_by` contains duplicate fields"))


@pytest.mark.parametrize("token_type", [str, bytes])
def test_pages_of_runs(client: MlflowClient, token_type: type) -> None:
    """Tokens are texts, taken as bytes too; a run that is added meanwhile neither repeats nor hides another."""
    ids = [client.create_run("0", start_time=1_000 + i).info.run_id for i in range(5)]
    found, token = [], None
    while True:
        page = client.search_runs(["0"], max_results=np.int64(2), page_token=token)
        found += [run.info.run_id for run in page]
        client.create_run("0", start_time=9_000 + len(found))
        if page.token is None:
            break
        token = page.token if token_type is str else page.token.encode()

    assert ids[::-1] == found


def test_a_token_belongs_to_its_search(client: MlflowClient) -> None:
    """Continuing another search with it is an error, not a wrong page (ours)."""
    for _ in range(2):
        client.create_run("0")
    token = client.search_runs(["0"], max_results=1).token

    assert INVALID == refusal(lambda: client.search_runs(["0"], "params.p = 'x'", max_results=1, page_token=token))[0]
