"""Requests as MLflow's clients for Java and R send them: every endpoint that they use, in their forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.rest.conftest import Wire

Send = Callable[..., Any]


def sender(wire: Wire, *, names_runs_twice: bool) -> Send:
    """What sends fields in the query of a GET, else as JSON, and gives the JSON of a success."""

    def send(method: str, path: str, **content: Any) -> Any:
        if names_runs_twice and "run_id" in content:
            content["run_uuid"] = content["run_id"]
        options = {"params": content} if method == "GET" else {"json": content}
        status, body = wire.send(method, path, **options)
        assert 200 == status, body
        return body

    return send


@pytest.fixture
def java(wire: Wire) -> Send:
    """A client that writes 64-bit integers as texts, as protobuf does."""
    return sender(wire, names_runs_twice=False)


@pytest.fixture
def r(wire: Wire) -> Send:
    """A client that sends the id of a run under both of its names, and large numbers with an exponent."""
    return sender(wire, names_runs_twice=True)


def test_java(java: Send) -> None:
    """Experiments, runs, what they log and the registry, by every endpoint of the Java client."""
    id = java("POST", "experiments/create", name="e")["experiment_id"]
    java("POST", "experiments/update", experiment_id=id, new_name="f")
    java("POST", "experiments/set-experiment-tag", experiment_id=id, key="k", value="v")
    java("POST", "experiments/delete", experiment_id=id)
    java("POST", "experiments/restore", experiment_id=id)
    assert "f" == java("GET", "experiments/get", experiment_id=id)["experiment"]["name"]
    assert id == java("GET", "experiments/get-by-name", experiment_name="f")["experiment"]["experiment_id"]
    assert 2 == len(java("POST", "experiments/search", view_type="ALL", max_results="1000")["experiments"])
    run = java("POST", "runs/create", experiment_id=id, user_id="ann", start_time="1700000000000")["run"]["info"]
    run_id = run["run_id"]
    assert [1700000000000, "RUNNING", "ann"] == [run["start_time"], run["status"], run["user_id"]]
    java("POST", "runs/log-metric", run_id=run_id, key="m", value=0.5, timestamp="1700000000001", step="3")
    java("POST", "runs/log-metric", run_id=run_id, key="m", value="NaN", timestamp="1700000000002", step="4")
    java("POST", "runs/log-parameter", run_id=run_id, key="p", value="1")
    java("POST", "runs/set-tag", run_id=run_id, key="t", value="1")
    java("POST", "runs/delete-tag", run_id=run_id, key="t")
    point = {"key": "b", "value": 1.0, "timestamp": "5", "step": "-1"}
    java("POST", "runs/log-batch", run_id=run_id, metrics=[point], params=[{"key": "q", "value": "2"}], tags=[])
    java("POST", "runs/update", run_id=run_id, status="FINISHED", end_time="1700000000009")
    java("POST", "runs/delete", run_id=run_id)
    java("POST", "runs/restore", run_id=run_id)
    found = java("GET", "runs/get", run_uuid=run_id, run_id=run_id)["run"]
    assert ["FINISHED", 1700000000009] == [found["info"]["status"], found["info"]["end_time"]]
    assert {"p": "1", "q": "2"} == {param["key"]: param["value"] for param in found["data"]["params"]}
    history = java("GET", "metrics/get-history", run_uuid=run_id, run_id=run_id, metric_key="m")["metrics"]
    assert [[0.5, 3], ["NaN", 4]] == [[each["value"], each["step"]] for each in history]
    runs = java("POST", "runs/search", experiment_ids=[id], filter="params.p = '1'", run_view_type="ACTIVE_ONLY")
    assert [run_id] == [each["info"]["run_id"] for each in runs["runs"]]


def test_java_reads_the_registry(java: Send) -> None:
    """The registry, which the Java client reads."""
    java("POST", "registered-models/create", name="M")
    java("POST", "model-versions/create", name="M", source="s3://b/m")
    assert "M" == java("GET", "registered-models/get", name="M")["registered_model"]["name"]
    assert "1" == java("GET", "model-versions/get", name="M", version="1")["model_version"]["version"]
    assert "s3://b/m" == java("GET", "model-versions/get-download-uri", name="M", version="1")["artifact_uri"]
    found = java("GET", "model-versions/search", filter="name = 'M'", max_results="10")["model_versions"]
    latest = java("GET", "registered-models/get-latest-versions", name="M", stages=["None"])["model_versions"]
    assert ["1", "1"] == [each["version"] for each in (*found, *latest)]


def test_r(r: Send) -> None:
    """Experiments and runs by every endpoint of the R client."""
    id = r("POST", "experiments/create", name="e", artifact_location="s3://b/e", tags=[])["experiment_id"]
    r("POST", "experiments/set-experiment-tag", experiment_id=id, key="k", value="v")
    r("POST", "experiments/update", experiment_id=id, new_name="f")
    r("POST", "experiments/delete", experiment_id=id)
    r("POST", "experiments/restore", experiment_id=id)
    found = r("POST", "experiments/search", filter="name = 'f'", view_type="ACTIVE_ONLY", max_results=1e3)
    assert [id] == [each["experiment_id"] for each in found["experiments"]]
    assert id == r("GET", "experiments/get-by-name", experiment_name="f")["experiment"]["experiment_id"]
    assert "f" == r("GET", "experiments/get", experiment_id=id)["experiment"]["name"]
    tags = [{"key": "mlflow.source.name", "value": "<console>"}]
    run = r("POST", "runs/create", experiment_id=id, start_time=1.7e12, tags=tags)["run"]["info"]
    run_id = run["run_uuid"]
    assert 1_700_000_000_000 == run["start_time"]
    r("POST", "runs/log-metric", run_id=run_id, key="m", value="NaN", timestamp=1.7e12, step=0)
    r("POST", "runs/log-parameter", run_id=run_id, key="p", value="1")
    r("POST", "runs/set-tag", run_id=run_id, key="t", value="1")
    r("POST", "runs/delete-tag", run_id=run_id, key="t")
    metrics = [{"key": "b", "value": 1, "timestamp": 1.7e12, "step": 1}]
    r("POST", "runs/log-batch", run_id=run_id, metrics=metrics, params=[], tags=[])
    record = '{"artifact_path": "m", "flavors": {"crate": {}}, "utc_time_created": "t", "run_id": "r"}'
    r("POST", "runs/log-model", run_id=run_id, model_json=record)
    r("POST", "runs/update", run_id=run_id, status="FINISHED", end_time=1.7e12)
    r("POST", "runs/delete", run_id=run_id)
    r("POST", "runs/restore", run_id=run_id)
    assert "FINISHED" == r("GET", "runs/get", run_id=run_id)["run"]["info"]["status"]
    history = r("GET", "metrics/get-history", run_id=run_id, metric_key="m")["metrics"]
    assert [{"key": "m", "value": "NaN", "timestamp": 1_700_000_000_000, "step": 0}] == history
    runs = r("POST", "runs/search", experiment_ids=[id], filter="", run_view_type="ACTIVE_ONLY", order_by=[])
    assert [run_id] == [each["info"]["run_id"] for each in runs["runs"]]


def test_r_lists_artifacts(wire: Wire, r: Send) -> None:
    """Lists of artifacts, without a path."""
    found = r("GET", "artifacts/list", run_id=wire.run_id())
    assert ["root_uri"] == [*found]


def test_r_and_the_registry(r: Send) -> None:
    """Models and versions by every endpoint of the R client, which posts its searches."""
    r("POST", "registered-models/create", name="M", tags=[], description="d")
    r("POST", "registered-models/rename", name="M", new_name="N")
    r("PATCH", "registered-models/update", name="N", description="e")
    r("POST", "model-versions/create", name="N", source="s3://b/m")
    r("PATCH", "model-versions/update", name="N", version="1", description="v")
    r("POST", "model-versions/set-tag", name="N", version="1", key="k", value="v")
    moved = r(
        "POST", "model-versions/transition-stage", name="N", version="1", stage="Staging",
        archive_existing_versions=False,
    )  # fmt: skip
    assert "Staging" == moved["model_version"]["current_stage"]
    found = r("POST", "registered-models/search", filter="name = 'N'", max_results=5, order_by=["name ASC"])
    assert ["N"] == [each["name"] for each in found["registered_models"]]
    latest = r("GET", "registered-models/get-latest-versions", name="N", stages=["Staging"])["model_versions"]
    assert [("1", "v")] == [(each["version"], each["description"]) for each in latest]
    assert "e" == r("GET", "registered-models/get", name="N")["registered_model"]["description"]
    assert "1" == r("GET", "model-versions/get", name="N", version="1")["model_version"]["version"]
    r("DELETE", "model-versions/delete", name="N", version="1")
    r("DELETE", "registered-models/delete", name="N")
