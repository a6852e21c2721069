"""Requests and responses as they are on the wire."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from genesis_flow.api.rest.app import create_app
from genesis_flow.api.rest.routes import PREFIXES
from genesis_flow.api.rest.service import Limits, Service
from tests.api.rest.conftest import Wire, wire_to

SEE_DOCS = " See the API docs for more information about request parameters."
JSON = {"content-type": "application/json"}


def missing(name: str) -> tuple[int, str, str]:
    """The refusal of a request without a field."""
    return 400, "INVALID_PARAMETER_VALUE", f"Missing value for required parameter '{name}'.{SEE_DOCS}"


def invalid(name: str, value: str, kind: str) -> tuple[int, str, str]:
    """The refusal of a field with a value of a wrong type."""
    message = f"Invalid value {value} for parameter '{name}' supplied:  Hint: Value was of type '{kind}'.{SEE_DOCS}"
    return 400, "INVALID_PARAMETER_VALUE", message


@pytest.mark.parametrize("prefix", PREFIXES)
def test_both_prefixes_are_served(wire: Wire, prefix: str) -> None:
    """Clients use one prefix, pages in browsers the other."""
    response = wire.client.get(f"{prefix}experiments/get", params={"experiment_id": "0"})
    assert (200, "Default") == (response.status_code, response.json()["experiment"]["name"])


@pytest.mark.parametrize(("path", "text"), [("/health", "OK"), ("/version", "3.17.2")])
def test_plain_texts(wire: Wire, path: str, text: str) -> None:
    """Health and version are texts, for any Host, as load balancers send none that is allowed."""
    response = wire.client.get(path, headers={"host": "balancer.example"})
    assert (200, text) == (response.status_code, response.text)


def test_error_body(wire: Wire) -> None:
    """An error has its code, its message and the classes of MLflow 3."""
    expected = {
        "error_code": "RESOURCE_DOES_NOT_EXIST",
        "message": f"Run with id={'0' * 32} not found",
        "sqlstate": "KAM00",
        "error_class": "RESOURCE_NOT_FOUND",
    }
    assert (404, expected) == wire.get("runs/get", run_id="0" * 32)


def test_run_as_written(wire: Wire) -> None:
    """Absent fields are left out, an empty text is not, and 64-bit integers are numbers."""
    run = wire.post("runs/create", {"experiment_id": "0", "start_time": "123", "run_name": "rr"})[1]["run"]
    run_id = run["info"]["run_id"]
    root = run["info"]["artifact_uri"].removesuffix(f"/{run_id}/artifacts")
    info = {
        "run_uuid": run_id, "experiment_id": "0", "run_name": "rr", "user_id": "", "status": "RUNNING",
        "start_time": 123, "artifact_uri": f"{root}/{run_id}/artifacts", "lifecycle_stage": "active", "run_id": run_id,
    }  # fmt: skip
    data = {"tags": [{"key": "mlflow.runName", "value": "rr"}]}
    assert {"info": info, "data": data, "inputs": {}} == run


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("experiments/create", {}, missing("name")),
        ("experiments/create", {"name": ""}, missing("name")),
        ("experiments/create", {"name": None}, missing("name")),
        ("experiments/create", {"name": 5}, invalid("name", "5", "int")),
        ("experiments/create", {"name": "x", "tags": [{"value": "1"}]}, missing("tags[0].key")),
        ("experiments/create", {"name": "x", "tags": "a"}, invalid("tags", '"a"', "str")),
        ("experiments/create", {"name": "x", "tags": ["a"]}, invalid("tags[0]", '"a"', "str")),
        ("runs/create", {"experiment_id": "0", "start_time": 1.5}, invalid("start_time", "1.5", "float")),
        ("runs/create", {"experiment_id": "0", "start_time": True}, invalid("start_time", "true", "bool")),
        ("runs/create", {"experiment_id": "0", "start_time": 2**63}, invalid("start_time", str(2**63), "int")),
        ("runs/create", {"experiment_id": "0", "start_time": "1_0"}, invalid("start_time", '"1_0"', "str")),
        ("runs/search", {"experiment_ids": "1"}, invalid("experiment_ids", '"1"', "str")),
        ("runs/search", {"experiment_ids": [1]}, invalid("experiment_ids", "[1]", "list")),
        ("runs/search", {"run_view_type": []}, invalid("run_view_type", "[]", "list")),
        ("runs/log-metric", {"run_id": "a", "key": "k", "value": 1}, missing("timestamp")),
        ("runs/log-metric", {"run_id": "a", "key": "k", "value": "abc"}, invalid("value", '"abc"', "str")),
        ("runs/log-parameter", {"run_id": "a", "key": "k", "value": 1}, invalid("value", "1", "int")),
        ("runs/log-batch", {"run_id": "a", "metrics": [{"key": "a", "value": 1}]}, missing("metrics[0].timestamp")),
    ],
)
def test_what_is_refused(wire: Wire, path: str, content: Any, expected: tuple[int, str, str]) -> None:
    """Missing and mistyped fields are refused in MLflow's words, by the path of the field."""
    assert expected == wire.refusal(path, content)


@pytest.mark.parametrize("body", [b"", b"{bad", b"null", b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json_counts_as_empty(wire: Wire, body: bytes) -> None:
    """As in MLflow, what cannot be read holds no fields."""
    response = wire.client.post(f"{PREFIXES[0]}experiments/create", content=body, headers=JSON)
    assert (400, missing("name")[2]) == (response.status_code, response.json()["message"])


def test_odd_bodies(wire: Wire) -> None:
    """JSON in a JSON string is read, unknown fields are ignored, another type of content is refused."""
    path = f"{PREFIXES[0]}experiments/create"
    twice = wire.client.post(path, content=json.dumps(json.dumps({"name": "twice", "new": [1]})), headers=JSON)
    plain = wire.client.post(path, content='{"name": "plain"}', headers={"content-type": "text/plain"})
    nothing = wire.client.post(path, content='{"name": "plain"}')
    array = wire.client.post(path, content="[1]", headers=JSON)
    assert (200, {"experiment_id": "1"}) == (twice.status_code, twice.json())
    assert "Bad Request. Content-Type must be one of ['application/json']." == plain.json()["message"]
    assert "Bad Request. Content-Type header is missing." == nothing.json()["message"]
    assert [400, 400, 400] == [plain.status_code, nothing.status_code, array.status_code]
    status, body = wire.send("DELETE", "registered-models/delete", content=b'{"name": "nope"}')
    assert (404, "RESOURCE_DOES_NOT_EXIST") == (status, body["error_code"])


@pytest.mark.parametrize(
    ("sent", "read"),
    [("1.5", 1.5), ('"2.5"', 2.5), ("true", 1.0), ('"NaN"', "NaN"), ("NaN", "NaN"), ('"Infinity"', "Infinity"),
     ("-Infinity", "-Infinity"), ("1", 1.0)],
)  # fmt: skip
def test_values_of_metrics(wire: Wire, sent: str, read: Any) -> None:
    """Numbers may be texts; NaN and infinities are kept and written as texts, for JSON has none."""
    run_id = wire.run_id()
    body = f'{{"run_id": "{run_id}", "key": "m", "value": {sent}, "timestamp": "7", "step": "-3"}}'
    assert 200 == wire.client.post(f"{PREFIXES[0]}runs/log-metric", content=body, headers=JSON).status_code
    expected = {"metrics": [{"key": "m", "value": read, "timestamp": 7, "step": -3}]}
    assert (200, expected) == wire.get("metrics/get-history", run_id=run_id, metric_key="m")


def test_older_names_and_names_of_enums(wire: Wire) -> None:
    """`run_uuid` is `run_id`; an enum is a name or a number, and an unknown name changes nothing, as in MLflow."""
    run_id = wire.run_id()
    statuses = [
        wire.post("runs/update", {"run_uuid": run_id, "status": status})[1]["run_info"]["status"]
        for status in ("FAILED", "BOGUS", 3)
    ]
    assert ["FAILED", "FAILED", "FINISHED"] == statuses


def test_queries(wire: Wire) -> None:
    """A GET has its fields in the query, lists by repetition, and names in camelCase are not known."""
    found = wire.client.get(
        f"{PREFIXES[0]}experiments/search?max_results=5&order_by=name+ASC&order_by=last_update_time+DESC"
    )
    assert (200, ["Default"]) == (found.status_code, [each["name"] for each in found.json()["experiments"]])
    assert missing("experiment_id") == (
        lambda answer: (answer[0], answer[1]["error_code"], answer[1]["message"])
    )(wire.get("experiments/get", experimentId="0"))  # fmt: skip


def test_pages_of_a_history(wire: Wire) -> None:
    """The pages of a history, one after the other, are the history, NaN and equal times included."""
    run_id = wire.run_id()
    points = [
        {"key": "m", "value": value, "timestamp": 5, "step": step} for value in ("NaN", 1.0, 2.0) for step in (0, 1)
    ]
    assert (200, {}) == wire.post("runs/log-batch", {"run_id": run_id, "metrics": points})
    everything = wire.get("metrics/get-history", run_id=run_id, metric_key="m")[1]
    pages: list[Any] = []
    token: dict[str, str] = {}
    while True:
        page = wire.get("metrics/get-history", run_id=run_id, metric_key="m", max_results="1", **token)[1]
        pages += page["metrics"]
        if "next_page_token" not in page:
            break
        token = {"page_token": page["next_page_token"]}
    assert 6 == len(pages)
    assert everything == {"metrics": pages}
    assert 400 == wire.get("metrics/get-history", run_id=run_id, metric_key="m", max_results="0")[0]


def test_artifacts_are_listed(wire: Wire, fresh: Path) -> None:
    """Files and directories are listed below the artifact root, and a path that leads out is refused."""
    run = wire.get("runs/get", run_id=wire.run_id())[1]["run"]["info"]
    directory = Path(run["artifact_uri"])
    (directory / "sub").mkdir(parents=True)
    (directory / "top.txt").write_text("hello")
    files = [{"path": "sub", "is_dir": True}, {"path": "top.txt", "is_dir": False, "file_size": 5}]
    expected = {"root_uri": run["artifact_uri"], "files": files}
    assert (200, expected) == wire.get("artifacts/list", run_id=run["run_id"])
    query = {"run_id": run["run_id"], "path": "../.."}
    assert 400 == wire.send("GET", "artifacts/list", params=query)[0]


@pytest.mark.parametrize("form", ["{}", "file://{}", "{}/artifacts/../outside"])
def test_the_disk_of_the_server_is_not_listed(wire: Wire, fresh: Path, form: str) -> None:
    """Whoever creates an experiment chooses its location, which must not show the server's files to them."""
    location = form.format(fresh)
    status, made = wire.post("experiments/create", {"name": "out", "artifact_location": location})
    assert 200 == status
    run = wire.post("runs/create", {"experiment_id": made["experiment_id"]})[1]["run"]["info"]
    status, body = wire.get("artifacts/list", run_id=run["run_id"])
    assert (403, "PERMISSION_DENIED") == (status, body["error_code"])


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("POST", "nope", 404, "ENDPOINT_NOT_FOUND"), ("GET", "runs/search", 405, "BAD_REQUEST")],
)
def test_unknown_endpoints(wire: Wire, method: str, path: str, status: int, code: str) -> None:
    """What is not there is answered with an error that clients can read."""
    found, body = wire.send(method, path)
    assert (status, code) == (found, body["error_code"])


def test_failures_say_nothing_of_the_inside(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected failure is logged under a mark, and the client learns the mark alone."""

    def fail(*_: object) -> None:
        raise RuntimeError("mongodb://user:secret@host")

    monkeypatch.setattr("genesis_flow.api.rest.service.received_to_values", fail)
    status, body = wire.post("runs/search")
    assert (500, "INTERNAL_ERROR") == (status, body["error_code"])
    assert "secret" not in json.dumps(body)
    assert body["message"].rpartition(" ")[2].rstrip(".") in caplog.text


def test_handlers_never_block_the_event_loop(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every use case runs in a thread of the pool."""
    seen: list[str] = []
    reply = Service.reply

    def noted(self: Any, *arguments: Any) -> Any:
        seen.append(threading.current_thread().name)
        return reply(self, *arguments)

    monkeypatch.setattr(Service, "reply", noted)
    wire.run_id()
    assert [True] == [name.startswith("genesis-flow-rest") for name in seen]


def test_head(wire: Wire) -> None:
    """HEAD is GET without the body of the response."""
    path = f"{PREFIXES[0]}experiments/get"
    statuses = [wire.client.head(path, params={"experiment_id": id}).status_code for id in ("0", "77")]
    assert [200, 404] == statuses


def test_many_requests_at_once(wire: Wire) -> None:
    """Requests of many clients are all answered, and nothing that they log is lost."""
    run_id = wire.run_id()

    def log(step: int) -> int:
        point = {"run_id": run_id, "key": "m", "value": step, "timestamp": step, "step": step}
        return wire.post("runs/log-metric", point)[0]

    with ThreadPoolExecutor(16) as pool:
        assert {200} == set(pool.map(log, range(100)))
    points = wire.get("metrics/get-history", run_id=run_id, metric_key="m")[1]["metrics"]
    assert [*range(100)] == [point["step"] for point in points]


def test_a_body_that_does_not_come_is_given_up(fresh: Path) -> None:
    """Who sends a part of a body and then nothing gets an error in time."""
    app = create_app("memory://", limits=Limits(body_s=0.05))
    scope = {
        "type": "http", "method": "POST", "path": f"{PREFIXES[0]}runs/search", "query_string": b"", "root_path": "",
        "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 5000),
        "scheme": "http", "http_version": "1.1",
    }  # fmt: skip
    sent: list[Any] = []
    pieces = iter([{"type": "http.request", "body": b"{", "more_body": True}])

    async def receive() -> Any:
        piece = next(pieces, None)
        return piece if piece is not None else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    app.state.close()
    assert 408 == sent[0]["status"]


def test_a_large_body_is_refused(fresh: Path) -> None:
    """Nothing is read beyond the limit of a body."""
    with wire_to(limits=Limits(body_bytes=100)) as wire:
        status, code, _ = wire.refusal("experiments/create", {"name": "x" * 100})
    assert (413, "BAD_REQUEST") == (status, code)
