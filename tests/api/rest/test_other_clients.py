"""
Requests as the clients for Java and R send them, every path that they have.

Java writes protobuf messages as JSON, with 64-bit numbers as texts, under both names of a run's id. R writes whole
numbers as it has them, some in exponents, and an older one encodes its JSON twice.
Source: MLflow 3.17, and the clients of 3.1.
"""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

from tests.api.rest.conftest import PREFIX, Wire

JSON = {"content-type": "application/json; charset=utf-8"}


@attrs.define
class Client:
    """
    Sends what a client sends, and reads what it reads.

    Attributes:
        is_encoded_twice: Bodies are texts in JSON that hold JSON. called: Method and path of each request.
    """

    wire: Wire
    is_encoded_twice: bool = False
    called: set[tuple[str, str]] = attrs.field(factory=set)

    def __call__(self, method: str, path: str, **fields: Any) -> Any:
        """What is answered to a request that works."""
        status, body = self.answer(method, path, fields)
        assert (200, dict) == (status, type(body)), body
        return body

    def answer(self, method: str, path: str, fields: dict[str, Any]) -> tuple[int, Any]:
        """Status and JSON."""
        self.called.add((method, path))
        options: dict[str, Any] = {"params": fields}
        if method != "GET":
            text = json.dumps(fields)
            options = {"content": json.dumps(text) if self.is_encoded_twice else text, "headers": JSON}
        response = self.wire.client.request(method, f"{PREFIX}/{path}", **options)
        return response.status_code, response.json()


def pairs(found: list[dict[str, Any]]) -> dict[str, Any]:
    return {each["key"]: each["value"] for each in found}


JAVA = {
    "GET": (
        "runs/get", "metrics/get-history", "experiments/get", "experiments/get-by-name",
        "registered-models/get-latest-versions", "registered-models/get", "model-versions/get",
        "model-versions/get-download-uri", "model-versions/search",
    ),
    "POST": (
        "runs/create", "runs/search", "experiments/search", "experiments/create", "experiments/delete",
        "experiments/restore", "experiments/update", "runs/delete", "runs/restore", "runs/log-parameter",
        "runs/log-metric", "experiments/set-experiment-tag", "runs/set-tag", "runs/delete-tag", "runs/log-batch",
        "runs/update",
    ),
}  # fmt: skip

R = {
    "GET": (
        "registered-models/get", "registered-models/get-latest-versions", "model-versions/get",
        "experiments/get-by-name", "experiments/get", "runs/get", "metrics/get-history", "artifacts/list",
    ),
    "POST": (
        "registered-models/create", "registered-models/rename", "registered-models/search", "model-versions/create",
        "model-versions/transition-stage", "model-versions/set-tag", "experiments/create", "experiments/search",
        "experiments/set-experiment-tag", "experiments/delete", "experiments/restore", "experiments/update",
        "runs/log-metric", "runs/create", "runs/delete", "runs/restore", "runs/log-batch", "runs/set-tag",
        "runs/delete-tag", "runs/log-parameter", "runs/search", "runs/update",
    ),
    "PATCH": ("registered-models/update", "model-versions/update"),
    "DELETE": ("registered-models/delete", "model-versions/delete"),
}  # fmt: skip


def paths(table: dict[str, tuple[str, ...]]) -> set[tuple[str, str]]:
    return {(method, path) for method, each in table.items() for path in each}


def test_java(wire: Wire) -> None:
    """Every path of the client for Java, in a session that makes use of all of them."""
    call = Client(wire)
    experiment = call("POST", "experiments/create", name="java")["experiment_id"]
    call("POST", "experiments/set-experiment-tag", experiment_id=experiment, key="k", value="v")
    assert [{"key": "k", "value": "v"}] == call("GET", "experiments/get", experiment_id=experiment)["experiment"][
        "tags"
    ]
    created = call(
        "POST", "runs/create", experiment_id=experiment, user_id="duke", start_time="1700000000123", tags=[],
        run_name="from java",
    )["run"]["info"]  # fmt: skip
    run_id = created["run_uuid"]
    both = {"run_uuid": run_id, "run_id": run_id}
    assert (run_id, 1_700_000_000_123, "RUNNING") == (created["run_id"], created["start_time"], created["status"])
    for step, value in enumerate((0.5, "NaN", "-Infinity")):
        call(
            "POST",
            "runs/log-metric",
            **both,
            key="m",
            value=value,
            timestamp=f"{1_700_000_000_200 + step}",
            step=f"{step}",
        )
    call("POST", "runs/log-parameter", **both, key="p", value="1")
    call("POST", "runs/set-tag", **both, key="t", value="1")
    call("POST", "runs/set-tag", **both, key="gone", value="1")
    call("POST", "runs/delete-tag", run_id=run_id, key="gone")
    call(
        "POST", "runs/log-batch", run_id=run_id, params=[{"key": "q", "value": "2"}], tags=[{"key": "u", "value": "2"}],
        metrics=[{"key": "n", "value": 1.0, "timestamp": "1700000000300", "step": "0"}],
    )  # fmt: skip
    assert (
        "FINISHED"
        == call("POST", "runs/update", **both, status="FINISHED", end_time="1700000000999")["run_info"]["status"]
    )
    run = call("GET", "runs/get", **both)["run"]
    assert {"p": "1", "q": "2"} == pairs(run["data"]["params"])
    assert {"m": "-Infinity", "n": 1} == pairs(run["data"]["metrics"])
    assert {"t": "1", "u": "2", "mlflow.runName": "from java"} == pairs(run["data"]["tags"])
    assert (1_700_000_000_999, "duke") == (run["info"]["end_time"], run["info"]["user_id"])
    history = call("GET", "metrics/get-history", **both, metric_key="m")["metrics"]
    assert [(0, 0.5), (1, "NaN"), (2, "-Infinity")] == [(each["step"], each["value"]) for each in history]
    found = call(
        "POST", "runs/search", experiment_ids=[experiment], filter="params.p = '1'", run_view_type="ACTIVE_ONLY",
        max_results=1000, order_by=["metrics.n DESC"],
    )  # fmt: skip
    assert [run_id] == [each["info"]["run_uuid"] for each in found["runs"]]
    call("POST", "runs/delete", run_id=run_id)
    assert {} == call("POST", "runs/search", experiment_ids=[experiment], run_view_type="ACTIVE_ONLY", max_results=5)
    call("POST", "runs/restore", run_id=run_id)
    call("POST", "experiments/update", experiment_id=experiment, new_name="renamed")
    assert (
        experiment == call("GET", "experiments/get-by-name", experiment_name="renamed")["experiment"]["experiment_id"]
    )
    call("POST", "experiments/delete", experiment_id=experiment)
    assert ["Default"] == experiment_names(
        call("POST", "experiments/search", view_type="ACTIVE_ONLY", max_results=1000)
    )
    call("POST", "experiments/restore", experiment_id=experiment)
    version = registered(wire, run_id)
    assert "registered" == call("GET", "registered-models/get", name="registered")["registered_model"]["name"]
    latest = call("GET", "registered-models/get-latest-versions", name="registered", stages=["None"])
    assert [version] == [each["version"] for each in latest["model_versions"]]
    assert run_id == call("GET", "model-versions/get", name="registered", version=version)["model_version"]["run_id"]
    place = call("GET", "model-versions/get-download-uri", name="registered", version=version)["artifact_uri"]
    assert place.endswith(f"{run_id}/artifacts/model")
    searched = call("GET", "model-versions/search", filter="name = 'registered'", max_results=200_000)
    assert [version] == [each["version"] for each in searched["model_versions"]]
    assert call.called == paths(JAVA)


def experiment_names(found: dict[str, Any]) -> list[str]:
    return [each["name"] for each in found["experiments"]]


def registered(wire: Wire, run_id: str) -> str:
    """A version of a model that a run logged, which the client for Java cannot make."""
    call = Client(wire)
    source = f"{call('GET', 'runs/get', run_id=run_id)['run']['info']['artifact_uri']}/model"
    call("POST", "registered-models/create", name="registered")
    made = call("POST", "model-versions/create", name="registered", source=source, run_id=run_id)
    return str(made["model_version"]["version"])


@pytest.mark.parametrize("is_encoded_twice", [False, True])
def test_r(wire: Wire, is_encoded_twice: bool) -> None:
    """Every path of the client for R, whichever way it writes its JSON."""
    call = Client(wire, is_encoded_twice)
    experiment = call("POST", "experiments/create", name="r", tags=[{"key": "a", "value": "b"}])["experiment_id"]
    call("POST", "experiments/set-experiment-tag", experiment_id=experiment, key="c", value="d")
    found = call("GET", "experiments/get", experiment_id=experiment)["experiment"]
    assert {"a": "b", "c": "d"} == pairs(found["tags"])
    run = call(
        "POST", "runs/create", experiment_id=experiment, user_id="hadley", start_time=1.7e12,
        tags=[{"key": "mlflow.source.type", "value": "LOCAL"}],
    )["run"]["info"]  # fmt: skip
    run_id = run["run_id"]
    assert (1_700_000_000_000, "hadley") == (run["start_time"], run["user_id"])
    both = {"run_uuid": run_id, "run_id": run_id}
    call("POST", "runs/log-metric", **both, key="m", value="NaN", timestamp=1.7e12, step=0)
    call("POST", "runs/log-metric", **both, key="m", value=2, timestamp=1_700_000_000_001.0, step=1.0)
    call("POST", "runs/log-parameter", **both, key="p", value="x")
    call("POST", "runs/set-tag", **both, key="t", value="1")
    call("POST", "runs/delete-tag", run_id=run_id, key="t")
    call(
        "POST", "runs/log-batch", run_id=run_id, params=[{"key": "q", "value": "y"}], tags=[],
        metrics=[{"key": "n", "value": "Inf", "timestamp": "1700000000000", "step": "3"}],
    )  # fmt: skip
    history = call("GET", "metrics/get-history", **both, metric_key="m")["metrics"]
    assert [(0, "NaN", 1_700_000_000_000), (1, 2, 1_700_000_000_001)] == [
        (each["step"], each["value"], each["timestamp"]) for each in history
    ]
    got = call("GET", "runs/get", **both)["run"]["data"]
    assert {"p": "x", "q": "y"} == pairs(got["params"])
    assert {"m": 2, "n": "Infinity"} == pairs(got["metrics"])
    assert {"root_uri": run["artifact_uri"]} == call("GET", "artifacts/list", **both)
    call("POST", "runs/update", **both, status="FINISHED", end_time=1.7e12)
    searched = call("POST", "runs/search", experiment_ids=[experiment], filter="metrics.m > 1", run_view_type="ALL")
    assert [run_id] == [each["info"]["run_id"] for each in searched["runs"]]
    call("POST", "runs/delete", run_id=run_id)
    call("POST", "runs/restore", run_id=run_id)
    call("POST", "experiments/update", experiment_id=experiment, new_name="renamed")
    assert (
        experiment == call("GET", "experiments/get-by-name", experiment_name="renamed")["experiment"]["experiment_id"]
    )
    call("POST", "experiments/delete", experiment_id=experiment)
    call("POST", "experiments/restore", experiment_id=experiment)
    assert {"Default", "renamed"} == {*experiment_names(call("POST", "experiments/search", max_results=50))}
    models_of_r(call, run_id, f"{run['artifact_uri']}/model")
    assert call.called == paths(R)


@pytest.mark.parametrize("is_encoded_twice", [False, True])
def test_r_logs_models(wire: Wire, is_encoded_twice: bool) -> None:
    """What R says of a model that it logs is kept in a tag of the run, one after the other."""
    call, run_id = Client(wire, is_encoded_twice), wire.run_id()
    fields = {"run_id": run_id, "model_json": json.dumps(model(run_id))}
    status, body = call.answer("POST", "runs/log-model", fields)
    assert (200, {}) == (status, body) == call.answer("POST", "runs/log-model", fields)
    tags = pairs(call("GET", "runs/get", run_id=run_id)["run"]["data"]["tags"])
    kept = json.loads(tags["mlflow.log-model.history"])
    assert 2 == len(kept)
    assert model(run_id).items() <= kept[0].items()


def model(run_id: str) -> dict[str, Any]:
    """What R says of a model that it logs."""
    return {
        "artifact_path": "model", "run_id": run_id, "utc_time_created": "2026-01-01T00:00:00.000000",
        "flavors": {"crate": {"version": "0.1.0", "model": "crate.bin"}},
    }  # fmt: skip


def models_of_r(call: Client, run_id: str, source: str) -> None:
    """What it does with the model registry."""
    call("POST", "registered-models/create", name="one", tags=[{"key": "a", "value": "b"}], description="first")
    call("POST", "registered-models/rename", name="one", new_name="two")
    call("PATCH", "registered-models/update", name="two", description="second")
    got = call("GET", "registered-models/get", name="two")["registered_model"]
    assert ("second", {"a": "b"}) == (got["description"], pairs(got["tags"]))
    found = call("POST", "registered-models/search", filter="name = 'two'", max_results=100)
    assert ["two"] == [each["name"] for each in found["registered_models"]]
    made = call("POST", "model-versions/create", name="two", source=source, run_id=run_id)["model_version"]
    which = {"name": "two", "version": made["version"]}
    call("PATCH", "model-versions/update", **which, description="third")
    call("POST", "model-versions/set-tag", **which, key="k", value="v")
    moved = call("POST", "model-versions/transition-stage", **which, stage="Production", archive_existing_versions=True)
    assert "Production" == moved["model_version"]["current_stage"]
    version = call("GET", "model-versions/get", **which)["model_version"]
    assert ("third", {"k": "v"}) == (version["description"], pairs(version["tags"]))
    latest = call("GET", "registered-models/get-latest-versions", name="two", stages=["Production"])
    assert ["1"] == [each["version"] for each in latest["model_versions"]]
    call("DELETE", "model-versions/delete", **which)
    call("DELETE", "registered-models/delete", name="two")
    status, body = call.answer("GET", "registered-models/get", {"name": "two"})
    assert (404, "RESOURCE_DOES_NOT_EXIST") == (status, body["error_code"])
