"""Webhooks through the server: requests, and what receivers are told, as stock MLflow has them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from starlette.testclient import TestClient

from genesis_flow.api.rest import create_app
from genesis_flow.api.webhook_queue import MOST_TESTS
from genesis_flow.webhook_settings import MLFLOW_WEBHOOK_DELIVERY_MAX_WORKERS
from tests.api.rest.conftest import HERE, Wire, wire_to
from tests.api.rest.webhook_calls import ABOUT_WEBHOOKS, CHANGES, filled, new, note, timeless, told
from tests.services.stock import stock_python
from tests.services.webhook_receiver import Receiver, receiving

KEY = "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY"
#: Receivers of tests are on this machine.
OPEN = {
    "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
    "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http,https",
    "MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_WEBHOOK_CACHE_TTL": "0",
    KEY: Fernet.generate_key().decode(),
}
SCRIPT = Path(__file__).with_name("webhook_calls.py")



def responding(path: str, before: int) -> tuple[int, dict[str, str], bytes]:
    """Some fail always, most answer at once."""
    return (400, {}, b"no") if path.endswith("/fails") else (200, {}, b"ok")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""
    with receiving(responding) as found:
        yield found


@pytest.fixture
def opened(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which webhooks may be on this machine."""
    for name, value in OPEN.items():
        monkeypatch.setenv(name, value)


def asked(wire: Wire, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Status and JSON of a request."""
    how = {"params": body} if method == "GET" else {"json": body or {}}
    return wire.send(method, path, **how)


def ours(address: str) -> list[Any]:
    """What our server answers to every call; all deliveries are made when it ends."""
    answers, ids = [], []
    with wire_to() as wire:
        for call in (*ABOUT_WEBHOOKS, *CHANGES):
            found = asked(wire, *filled(call, ids, address))
            note(found[1], ids)
            answers.append(list(found))
    return answers


def stock(address: str, directory: Path) -> list[Any]:
    """What the server of MLflow answers to every call."""
    done = subprocess.run(
        [str(stock_python()), str(SCRIPT), address, str(directory)],
        cwd=directory, capture_output=True, text=True, timeout=300, check=False,
        env={"HOME": str(directory), "PATH": "/usr/bin:/bin", **OPEN},
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr[-3_000:]
    return list(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.stock
def test_as_the_server_of_mlflow(receiver: Receiver, opened: None, tmp_path: Path) -> None:
    """The same requests have the same answers, and cause the same deliveries, up to ids and times."""
    theirs, mine = stock(receiver.url("/stock"), tmp_path), ours(receiver.url("/ours"))
    for call, expected, found in zip((*ABOUT_WEBHOOKS, *CHANGES), theirs, mine, strict=True):
        text = json.dumps(timeless(found)).replace("/ours", "/stock")
        if "webhooks" in call[1]:
            assert timeless(expected) == json.loads(text), call
        assert expected[0] == found[0], call
    expected, found = told(receiver.deliveries, "/stock"), told(receiver.deliveries, "/ours")
    assert expected == found
    assert 15 == sum(json.loads(text)[0] == "/tests" for text in found.elements()) - 1
    assert {"/all", "/one", "/quiet", "/tests", "/fails"} == {json.loads(text)[0] for text in found}
    signed = [each for each in receiver.deliveries if each.path.endswith("/all")]
    assert all(each.is_signed("s3cret") for each in signed)
    assert all(each.is_signed("t3sts") for each in receiver.deliveries if each.path.endswith("/tests"))
    assert not any("x-mlflow-signature" in each.headers for each in receiver.deliveries if each.path.endswith("/one"))
    assert len(signed) == len({each.headers["x-mlflow-delivery-id"] for each in signed})


def made(wire: Wire, url: str, **changes: Any) -> str:
    """The id of a new webhook."""
    status, answer = wire.post("webhooks", new(url=url, **changes))
    assert 200 == status, answer
    return str(answer["webhook"]["webhook_id"])


def test_pages_of_webhooks(wire: Wire, opened: None) -> None:
    """The newest come first, in pages that have each of them once; a token of something else is refused."""
    ids = {made(wire, "https://127.0.0.1/") for _ in range(5)}
    found: list[Any] = []
    token: dict[str, str] = {}
    while True:
        page = wire.get("webhooks", max_results=2, **token)[1]
        found += page["webhooks"]
        if "next_page_token" not in page:
            break
        token = {"page_token": page["next_page_token"]}
    assert (5, ids) == (len(found), {each["webhook_id"] for each in found})
    assert sorted((each["creation_timestamp"] for each in found), reverse=True) == [
        each["creation_timestamp"] for each in found
    ]
    assert 400 == wire.get("webhooks", page_token="eyJvZmZzZXQiOiAyfQ==")[0]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/", "Invalid webhook URL scheme: 'http'. Allowed schemes are: https."),
        ("HTTPS:/example.com", "Webhook URL must include a hostname: 'HTTPS:/example.com'"),
        ("https://127.0.0.1/", "'127.0.0.1' resolves to 127.0.0.1."),
        ("https://127.1:8443/", "'127.1' resolves to 127.0.0.1."),
        ("https://2130706433/", "'2130706433' resolves to 127.0.0.1."),
        ("https://0x7f.0.0.1/", "'0x7f.0.0.1' resolves to 127.0.0.1."),
        ("https://localhost/", "'localhost' resolves to "),
        ("https://[::1]/", "'::1' resolves to ::1."),
        ("https://[::ffff:10.0.0.1]/", "resolves to ::ffff:10.0.0.1."),
        ("https://[64:ff9b::a9fe:a9fe]/", "resolves to 64:ff9b::a9fe:a9fe."),
        ("https://169.254.169.254/latest", "'169.254.169.254' resolves to 169.254.169.254."),
        ("https://168.63.129.16/machine", "'168.63.129.16' resolves to 168.63.129.16."),
        ("https://0.0.0.0/", "'0.0.0.0' resolves to 0.0.0.0."),
        ("https://224.0.0.1/", "'224.0.0.1' resolves to 224.0.0.1."),
        ("https://no.such.host.invalid/", "Cannot resolve Webhook URL hostname 'no.such.host.invalid': "),
        ("https://ann:secret@example.com/", "Webhook URL must not include a user name or password"),
        ("https://example.com\\@127.0.0.1/", "Webhook URL must not include a user name or password"),
        ("https://example.com/a b", "Webhook URL must not include spaces or control characters"),
        ("https://example.com/\r\nX-Injected: 1", "Webhook URL must not include spaces or control characters"),
        ("https://exam\tple.com/", "Webhook URL must not include spaces or control characters"),
        ("https://example.com:0/", "Port out of range"),
        ("https://example.com:99999/", "Port out of range"),
        ("https://" + "é" * 64 + ".com/", "Cannot resolve Webhook URL hostname"),
        ("https://example.com/" + "x" * 2_048, "'url' exceeds the maximum length of 2048 characters"),
        ("https://" + "x" * 1_000_000, "'url' exceeds the maximum length of 2048 characters"),
    ],
)
def test_addresses_that_are_refused(wire: Wire, url: str, reason: str) -> None:
    """Only public addresses by HTTPS will do, however they are written; an answer shows neither secret nor password."""
    status, code, message = wire.refusal("webhooks", new(url=url, secret="s3cret"))
    assert (400, "INVALID_PARAMETER_VALUE") == (status, code)
    assert reason in message
    assert len(message) < 1_000
    assert "secret@" not in message
    assert "s3cret" not in message
    assert {} == wire.get("webhooks")[1]


def test_a_secret_needs_a_key(wire: Wire, opened: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one, or with something else in its place, a secret is refused, not stored; the answer says what to do."""
    for value in (None, "", "no key"):
        if value is None:
            monkeypatch.delenv(KEY)
        else:
            monkeypatch.setenv(KEY, value)
        status, code, message = wire.refusal("webhooks", new(url="https://127.0.0.1", secret="s3cret"))
        assert (400, "INVALID_PARAMETER_VALUE") == (status, code)
        assert f"Set {KEY}" in message
        assert "no key. " in message.replace("there is no key", "no key")
        assert "s3cret" not in message
    id = made(wire, "https://127.0.0.1")
    assert 400 == wire.send("PATCH", f"webhooks/{id}", json={"secret": "s3cret"})[0]


def test_a_lost_key(receiver: Receiver, fresh: Path, opened: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """With another key webhooks are listed and changed all the same, and nothing is sent unsigned in the meantime."""
    uri = f"sqlite:///{fresh}/w.db"
    with TestClient(create_app(uri), base_url="http://localhost", client=HERE) as client:
        wire = Wire(client)
        id = made(wire, receiver.url("/signed"), secret="s3cret")
        made(wire, receiver.url("/unsigned"))
        monkeypatch.setenv(KEY, Fernet.generate_key().decode())
        result = wire.post(f"webhooks/{id}/test")[1]["result"]
        assert "was encrypted with another key" in result["error_message"]
        assert not result["success"]
        assert 2 == len(wire.get("webhooks")[1]["webhooks"])
        wire.post("registered-models/create", {"name": "m"})
        assert ["/unsigned"] == [each.path for each in receiver.wait(1)]
        wire.send("PATCH", f"webhooks/{id}", json={"secret": "n3w"})
        wire.post("registered-models/create", {"name": "n"})
        (signed,) = receiver.wait(1, "/signed")
        assert signed.is_signed("n3w")
        wire.send("PATCH", f"webhooks/{id}", json={"secret": ""})
        assert wire.post(f"webhooks/{id}/test")[1]["result"]["success"]
        assert "x-mlflow-signature" not in receiver.wait(2, "/signed")[1].headers
    assert b"s3cret" not in (fresh / "w.db").read_bytes()
    assert b"n3w" not in (fresh / "w.db").read_bytes()


def test_changes_of_webhooks_count_at_once(wire: Wire, receiver: Receiver, opened: None, monkeypatch: Any) -> None:
    """Whoever is told is known for a minute, but not when this server changed it."""
    monkeypatch.setenv("MLFLOW_WEBHOOK_CACHE_TTL", "60")
    wire.post("registered-models/create", {"name": "before"})
    id = made(wire, receiver.url("/a"))
    wire.post("registered-models/create", {"name": "a"})
    receiver.wait(1)
    wire.send("PATCH", f"webhooks/{id}", json={"url": receiver.url("/b")})
    wire.post("registered-models/create", {"name": "b"})
    receiver.wait(2)
    wire.send("DELETE", f"webhooks/{id}")
    wire.post("registered-models/create", {"name": "c"})
    made(wire, receiver.url("/d"))
    wire.post("registered-models/create", {"name": "d"})
    found = [(each.path, each.content["data"]["name"]) for each in receiver.wait(3)]
    assert [("/a", "a"), ("/b", "b"), ("/d", "d")] == found


@pytest.mark.parametrize("event", [{}, {"entity": "PROMPT"}, {"entity": "NOPE", "action": "SET"}, "prompt.created", 1])
def test_events_that_are_none(wire: Wire, opened: None, event: Any) -> None:
    """Where MLflow's server fails, ours says what is wrong."""
    assert 400 == wire.post("webhooks", new(url="https://127.0.0.1", events=[event]))[0]
    id = made(wire, "https://127.0.0.1")
    assert 400 == wire.post(f"webhooks/{id}/test", {"event": event})[0]


def test_hanging_receivers_hold_up_nobody(opened: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are answered while every delivery hangs, and only a few threads wait for tests of webhooks."""
    monkeypatch.setenv("MLFLOW_WEBHOOK_REQUEST_TIMEOUT", "60")
    most = MLFLOW_WEBHOOK_DELIVERY_MAX_WORKERS.default
    with receiving(lambda path, before: (0, {}, b"")) as receiver, wire_to() as wire, ThreadPoolExecutor() as pool:
        ids = [made(wire, receiver.url(f"/{number}")) for number in range(most + 2)]
        for number in range(20):
            assert 200 == wire.post("registered-models/create", {"name": str(number)})[0]
        receiver.wait(most)
        waiting = [pool.submit(wire.post, f"webhooks/{ids[0]}/test") for _ in range(MOST_TESTS)]
        receiver.wait(most + MOST_TESTS)
        assert 429 == wire.post(f"webhooks/{ids[0]}/test")[0]
        assert 20 == len(wire.get("registered-models/search")[1]["registered_models"])
        receiver.released.set()
        assert not any(each.result()[1]["result"]["success"] for each in waiting)
