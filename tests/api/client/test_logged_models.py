"""Logged models through `MlflowClient`; expected answers are MLflow 3.17.2's, where not said otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import LoggedModel, LoggedModelStatus, Metric
from tests.api.refusals import INVALID, MISSING, refusal


def test_a_model_has_all_that_was_given(client: MlflowClient) -> None:
    """Keys and values become texts; it is PENDING and has no metrics."""
    made = client.create_logged_model("0", "a b", "run", {"t": 1, 2: None}, {"p": 0.5}, "Agent")
    found = client.get_logged_model(made.model_id)

    assert isinstance(found, LoggedModel)
    assert made.to_dictionary() == found.to_dictionary()
    assert ("a b", "run", {"t": "1", "2": "None"}, {"p": "0.5"}, "Agent") == (
        found.name, found.source_run_id, found.tags, found.params, found.model_type,
    )
    assert (LoggedModelStatus.PENDING, None, None, f"models:/{made.model_id}", "0") == (
        found.status, found.status_message, found.metrics, found.model_uri, found.experiment_id,
    )
    assert found.creation_timestamp == found.last_updated_timestamp


def test_models_without_anything(client: MlflowClient) -> None:
    """Only the experiment is needed."""
    made = client.create_logged_model("0")

    assert ({}, {}, None, None) == (made.tags, made.params, made.model_type, made.source_run_id)
    assert len(made.name) <= 20


@pytest.mark.parametrize(
    ("call", "code", "message"),
    [
        (lambda c: c.create_logged_model("999"), MISSING, "No Experiment with id=999 exists"),
        (lambda c: c.create_logged_model("x"), INVALID, "Invalid experiment ID 'x'"),
        (lambda c: c.create_logged_model("0", "a.b"), INVALID, "Invalid model name ('a.b') provided."),
        (lambda c: c.get_logged_model("m-x"), MISSING, "Logged model with ID 'm-x' not found."),
        (lambda c: c.get_logged_model(None), INVALID, "`model_id` must be a non-empty string, but got None"),
        (lambda c: c.delete_logged_model("m-x"), MISSING, "Logged model with ID 'm-x' not found."),
        (lambda c: c.finalize_logged_model("m-x", "READY"), MISSING, "Logged model with ID 'm-x' not found."),
        (lambda c: c.finalize_logged_model("m-x", "UNSPECIFIED"), INVALID, "A logged model cannot become"),
        (lambda c: c.set_logged_model_tags("m-x", {"a": 1}), INVALID, "Failed to get logged model with ID m-x."),
        (lambda c: c.log_model_params("m-x", {"a": 1}), INVALID, "Failed to get logged model with ID m-x."),
        (lambda c: c.delete_logged_model_tag("m-x", "a"), MISSING, "Logged model with ID 'm-x' not found."),
        (lambda c: c.log_model_artifact("m-x", "f"), MISSING, "Logged model with ID 'm-x' not found."),
        (lambda c: c.list_logged_model_artifacts("m-x"), MISSING, "Logged model with ID 'm-x' not found."),
        (lambda c: c.search_logged_models("0"), INVALID, "experiment_ids must be a list of strings"),
        (lambda c: c.search_logged_models([0]), INVALID, "experiment_ids must be a list of strings"),
        (lambda c: c.search_logged_models(["0"], datasets=[{}]), INVALID, "`dataset_name` in the `datasets` clause"),
        (lambda c: c.search_logged_models(["0"], order_by=[{"field_name": "x"}]), INVALID, "Invalid order by field"),
        (lambda c: c.search_logged_models(["0"], "foo = 'x'"), INVALID, "Invalid attribute key 'foo'"),
    ],
)
def test_refusals(client: MlflowClient, call: Callable[[MlflowClient], Any], code: str, message: str) -> None:
    """Codes and the beginnings of messages."""
    found = refusal(lambda: call(client))

    assert (code, message) == (found[0], found[1][: len(message)])


def test_an_unknown_status_is_a_value_error(client: MlflowClient) -> None:
    """As from the enumeration itself."""
    with pytest.raises(ValueError, match="'ready' is not a valid LoggedModelStatus"):
        client.finalize_logged_model(client.create_logged_model("0").model_id, "ready")  # type: ignore[arg-type]  # a mistake of the caller


def test_the_life_of_a_model(client: MlflowClient) -> None:
    """Finalized, tagged, given params, found, deleted."""
    id = client.create_logged_model("0", "m", params={"a": 1}).model_id

    assert "READY" == client.finalize_logged_model(id, "READY").status
    assert LoggedModelStatus.PENDING is client.finalize_logged_model(id, LoggedModelStatus.PENDING).status
    client.set_logged_model_tags(id, {"t": 1, "u": 2})
    client.set_logged_model_tags(id, {"t": "x"})
    client.delete_logged_model_tag(id, "u")
    client.log_model_params(id, {"b": 2, "a": "1"})
    assert INVALID == refusal(lambda: client.log_model_params(id, {"a": "2"}))[0]
    assert (MISSING, f"No tag with key 'u' found for model with ID '{id}'.") == refusal(
        lambda: client.delete_logged_model_tag(id, "u")
    )
    found = client.get_logged_model(id)
    assert ({"t": "x"}, {"a": "1", "b": "2"}) == (found.tags, found.params)
    client.delete_logged_model(id)
    client.delete_logged_model(id)
    assert MISSING == refusal(lambda: client.get_logged_model(id))[0]
    assert INVALID == refusal(lambda: client.set_logged_model_tags(id, {"a": 1}))[0]
    assert [] == client.search_logged_models(["0"])


def test_metrics_belong_to_run_and_model(client: MlflowClient, run_id: str) -> None:
    """Every point of the model names run, model and dataset; the run has its history as ever."""
    id = client.create_logged_model("0").model_id
    client.log_metric(run_id, "acc", "0.9", 5, 2, dataset_name="d", dataset_digest="1", model_id=id)
    client.log_metric(run_id, "acc", math.nan, 6, 2, model_id=id)
    client.log_batch(run_id, [Metric("acc", 0.5, 7, 3, id), Metric("own", 1.0, 7, 3)])
    client.log_metric(run_id, "other", 1.0, dataset_name="d", dataset_digest="1")
    first, second, third = client.get_logged_model(id).metrics or ()

    assert Metric("acc", 0.9, 5, 2, id, "d", "1", run_id) == first
    assert (True, 6) == (math.isnan(second.value), second.timestamp)
    assert Metric("acc", 0.5, 7, 3, id, None, None, run_id) == third
    assert {"acc": 0.5, "own": 1.0, "other": 1.0} == client.get_run(run_id).data.metrics
    assert [0.9, 0.5] == [each.value for each in client.get_metric_history(run_id, "acc") if each.value == each.value]
    assert [] == client.get_run(run_id).inputs.model_inputs


def test_metrics_in_the_background(client: MlflowClient, run_id: str) -> None:
    """They reach the model, too, and a failure its caller only."""
    id = client.create_logged_model("0").model_id
    good = client.log_metric(run_id, "a", 1.0, model_id=id, synchronous=False)
    bad = client.log_metric(run_id, "a", 2.0, model_id="m-x", synchronous=False)
    batch = client.log_batch(run_id, [Metric("b", float(n), n, n, id) for n in range(1500)], synchronous=False)
    for each in (good, batch):
        assert each is not None
        each.wait()
    assert bad is not None
    assert (MISSING, "Logged model with ID 'm-x' not found.") == refusal(bad.wait)
    assert 1501 == len(client.get_logged_model(id).metrics or ())
    assert [1.0] == [point.value for point in client.get_metric_history(run_id, "a")]


@pytest.mark.parametrize("given", [{"dataset_name": "d"}, {"dataset_digest": "1"}])
def test_half_a_dataset_is_refused(client: MlflowClient, run_id: str, given: dict[str, str]) -> None:
    """With and without a model; nothing is written."""
    id = client.create_logged_model("0").model_id
    for model_id in (None, id):
        found = refusal(lambda: client.log_metric(run_id, "a", 1.0, model_id=model_id, **given))  # noqa: B023  # called at once
        assert (INVALID, "Both dataset_name and dataset_digest must be provided if one is provided") == found
    assert {} == client.get_run(run_id).data.metrics


def test_a_missing_model_refuses_the_whole_batch(client: MlflowClient, run_id: str) -> None:
    """The run has nothing of it either (ours: MLflow writes a part)."""
    batch = [Metric("a", 1.0, 1, 1), Metric("b", 1.0, 1, 1, "m-x")]

    assert (MISSING, "Logged model with ID 'm-x' not found.") == refusal(lambda: client.log_batch(run_id, batch))
    assert {} == client.get_run(run_id).data.metrics


def test_pages_of_models(client: MlflowClient, run_id: str) -> None:
    """Pages follow each other by token; filters, datasets and orders are used."""
    ids = [client.create_logged_model("0", f"m{n}", params={"p": n % 2}).model_id for n in range(5)]
    for n, id in enumerate(ids):
        client.log_metric(run_id, "acc", n / 10, 1, 1, model_id=id, dataset_name="d", dataset_digest=str(n % 2))
    by_acc = [{"field_name": "metrics.acc", "ascending": False}]
    token, found = None, []
    while True:
        page = client.search_logged_models(["0"], order_by=by_acc, max_results=2, page_token=token)
        found += [model.name for model in page]
        token = page.token
        if token is None:
            break
    assert ["m4", "m3", "m2", "m1", "m0"] == found

    def names(*arguments: Any, **options: Any) -> list[str]:
        return [model.name for model in client.search_logged_models(["0"], *arguments, **options)]

    assert ["m1", "m3"] == sorted(names("params.p = '1' AND metrics.acc > 0"))
    assert ["m3", "m1"] == names(datasets=[{"dataset_name": "d", "dataset_digest": "1"}], order_by=by_acc)
    assert ["m4"] == names("metrics.acc > 0.3", datasets=[{"dataset_name": "d", "dataset_digest": "0"}])
    assert 5 == len(names("status = 'PENDING'"))


def test_files_of_models(client: MlflowClient, tmp_path: Path) -> None:
    """Stored under their names, in directories, as trees."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "f.txt").write_text("hi")
    (tmp_path / "tree" / "g.txt").write_text("ho")
    id = client.create_logged_model("0").model_id
    client.log_model_artifact(id, str(tmp_path / "f.txt"))
    client.log_model_artifact(id, str(tmp_path / "f.txt"), "sub")
    client.log_model_artifacts(id, str(tmp_path / "tree"))
    client.log_model_artifacts(id, str(tmp_path / "tree"), "a/b")

    assert [("a", True), ("f.txt", False), ("g.txt", False), ("sub", True)] == [
        (each.path, each.is_dir) for each in client.list_logged_model_artifacts(id)
    ]
    assert ["a/b/g.txt"] == [each.path for each in client.list_logged_model_artifacts(id, "a/b")]
    assert [] == client.list_logged_model_artifacts(id, "f.txt")
    assert INVALID == refusal(lambda: client.log_model_artifact(id, str(tmp_path / "f.txt"), "../x"))[0]
    assert INVALID == refusal(lambda: client.list_logged_model_artifacts(id, "../.."))[0]
    assert MISSING == refusal(lambda: client.log_model_artifact(id, str(tmp_path / "nope")))[0]
