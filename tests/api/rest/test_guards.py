"""Who is let in, and under which name."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from genesis_flow.api.cli.main import cli
from genesis_flow.api.rest import create_app
from genesis_flow.api.rest.offload import Offload
from genesis_flow.api.rest.protocols import PatientH11, PatientProtocol
from genesis_flow.domain.errors import Throttled
from tests.api.rest.conftest import HERE, PREFIX, Wire, in_thread, running, server, wire_to

ELSEWHERE = ("10.1.2.3", 50_000)


@pytest.mark.parametrize(
    ("host", "is_allowed"),
    [
        ("localhost", True), ("localhost:5000", True), ("127.0.0.1:1", True), ("[::1]:5000", True), ("10.0.0.7", True),
        ("192.168.1.2:80", True), ("evil.com", False), ("10.evil.com", False), ("localhost.evil.com", False),
        ("8.8.8.8", False), ("", False), ("127.0.0.1.evil.com", False),
    ],
)  # fmt: skip
def test_hosts(wire: Wire, host: str, is_allowed: bool) -> None:
    """A name that a page could have resolve to this machine is refused; addresses of this network are not."""
    response = wire.client.get(f"{PREFIX}/experiments/get?experiment_id=0", headers={"host": host})
    assert (200 if is_allowed else 403) == response.status_code


def test_chosen_hosts(fresh: Path) -> None:
    """Hosts that are given are the ones that are allowed, and no others."""
    with wire_to(allowed_hosts=["*.example.com"]) as wire:
        statuses = [
            wire.client.get(f"{PREFIX}/experiments/get?experiment_id=0", headers={"host": host}).status_code
            for host in ("flow.example.com", "localhost")
        ]
    assert [200, 403] == statuses


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://evil.com", 403), ("null", 403), ("http://[", 403), ("http://localhost:3000", 200),
     ("https://ui.example.com", 200)],
)  # fmt: skip
def test_origins(fresh: Path, origin: str, status: int) -> None:
    """Pages of other sites change nothing."""
    with wire_to(allowed_origins=["https://*.example.com"]) as wire:
        response = wire.client.post(
            f"{PREFIX}/experiments/create", json={"name": "x"}, headers={"origin": origin}
        )  # fmt: skip
    assert status == response.status_code


@pytest.mark.parametrize(
    ("origins", "origin", "allowed", "credentials"),
    [
        ([], "http://localhost:3000", "http://localhost:3000", "true"),
        ([], "http://evil.com", None, "true"),
        (["https://*.example.com"], "https://ui.example.com", "https://ui.example.com", "true"),
        (["https://*.example.com"], "https://example.com.evil.org", None, "true"),
        (["*"], "http://evil.com", "*", None),
    ],
)
def test_pages_that_may_read(
    fresh: Path, origins: list[str], origin: str, allowed: str | None, credentials: str | None
) -> None:
    """Browsers are told whether a page may read answers, before it asks and with each answer."""
    asks = {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": "x-a"}
    with wire_to(allowed_origins=origins) as wire:
        before = wire.client.options(f"{PREFIX}/runs/search", headers=asks)
        answer = wire.client.get(f"{PREFIX}/experiments/get?experiment_id=0", headers={"origin": origin})
    assert (200 if allowed else 400) == before.status_code
    headers = [before.headers.get("access-control-allow-origin"), answer.headers.get("access-control-allow-origin")]
    assert [allowed, allowed] == headers
    assert credentials == answer.headers.get("access-control-allow-credentials")


def test_options(wire: Wire) -> None:
    """What an endpoint can is said; of a path that is none, that there is none."""
    found = wire.client.options(f"{PREFIX}/experiments/search")
    allowed = set(found.headers["allow"].split(", "))
    assert (204, {"GET", "HEAD", "POST", "OPTIONS"}) == (found.status_code, allowed)
    assert 404 == wire.client.options(f"{PREFIX}/none").status_code


def test_headers_of_every_response(wire: Wire) -> None:
    """Refusals, too, keep browsers from guessing types and from showing them in frames."""
    answers = [wire.client.get("/health"), wire.client.get(f"{PREFIX}/runs/get", headers={"host": "evil.com"})]
    expected = [("nosniff", "SAMEORIGIN")] * 2
    assert expected == [(each.headers["x-content-type-options"], each.headers["x-frame-options"]) for each in answers]


@pytest.mark.parametrize(
    ("peer", "headers", "anonymous", "status"),
    [
        (HERE, {}, False, 200),
        (("::1", 1), {}, False, 200),
        (ELSEWHERE, {}, False, 401),
        (HERE, {"x-forwarded-for": "127.0.0.1"}, False, 401),
        (HERE, {"Forwarded": "for=10.1.2.3"}, False, 401),
        (ELSEWHERE, {}, True, 200),
    ],
)
def test_who_is_let_in(
    fresh: Path, peer: tuple[str, int], headers: dict[str, str], anonymous: bool, status: int
) -> None:
    """Processes of this machine are; others, and those behind a proxy, only if everybody is."""
    with wire_to(peer, allow_anonymous=anonymous) as wire:
        found, body = wire.send("POST", "runs/search", json={}, headers=headers)
    assert status == found
    assert (None if status == 200 else "UNAUTHENTICATED") == body.get("error_code")


def test_the_command_listens_for_others_only_if_told_so(fresh: Path) -> None:
    """An interface that others reach needs --allow-anonymous."""
    result = CliRunner().invoke(cli, ["server", "--host", "0.0.0.0", "--backend-store-uri", "memory://"])
    assert 2 == result.exit_code
    assert "--allow-anonymous" in result.output


def test_options_of_the_command(tmp_path: Path) -> None:
    """Options and variables of `mlflow server` are understood, and options count more."""
    uri, path = f"sqlite:///{tmp_path}/store.db", "/api/2.0/mlflow-artifacts/artifacts"
    variables = {"MLFLOW_SERVE_ARTIFACTS": "false", "MLFLOW_ARTIFACTS_DESTINATION": str(tmp_path / "files")}
    with running(uri, tmp_path, **variables) as found:
        assert 503 == found.request("GET", path)[0]
    with running(uri, tmp_path, "--serve-artifacts", "--artifacts-only", **variables) as found:
        statuses = [
            found.request("PUT", f"{path}/f", b"x")[0], found.request("GET", f"{PREFIX}/runs/get?run_id=x")[0]
        ]  # fmt: skip
    assert ([200, 503], b"x") == (statuses, (tmp_path / "files/f").read_bytes())


def test_mounted(fresh: Path) -> None:
    """The application works below a path of another one."""
    inner = create_app("memory://")
    outer = Starlette(routes=[Mount("/flow", inner)])
    with TestClient(outer, base_url="http://localhost", client=HERE) as client:
        health = client.get("/flow/health", headers={"host": "balancer.example"})
        found = client.get(f"/flow{PREFIX}/experiments/get", params={"experiment_id": "0"})
    inner.state.close()
    assert (200, "Default") == (health.status_code, found.json()["experiment"]["name"])


def test_more_calls_than_can_wait_are_refused() -> None:
    """The pool has a bound, and is free again when its calls are done."""

    async def overload() -> tuple[bool, str]:
        offload, go = Offload(1, 1), threading.Event()
        calls = [asyncio.ensure_future(offload(go.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Throttled):
            await offload(lambda: None)
        go.set()
        await asyncio.gather(*calls)
        free = await offload(lambda: "free")
        offload.close()
        return all(call.result() for call in calls), free

    assert (True, "free") == asyncio.run(overload())


def test_a_body_does_not_wait_for_its_headers(tmp_path: Path) -> None:
    """The quickest of 20 calls is quicker than the 40 ms by which a client may delay acknowledgements."""
    with server(f"sqlite:///{tmp_path}/store.db", tmp_path) as address:
        connection = HTTPConnection(address.removeprefix("http://"), timeout=30)
        quickest = min(_seconds(connection) for _ in range(20))
        connection.close()
    assert quickest < 0.03


def _seconds(connection: HTTPConnection) -> float:
    start = time.perf_counter()
    connection.request("GET", f"{PREFIX}/experiments/get?experiment_id=0")
    assert b"Default" in connection.getresponse().read()
    return time.perf_counter() - start


@pytest.fixture(params=["h11", "httptools"])
def impatient(request: pytest.FixtureRequest) -> type[asyncio.Protocol]:
    """A protocol that cuts off after a short time, so that the test does not wait."""
    if request.param == "httptools":
        pytest.importorskip("httptools")
    protocol = PatientH11 if request.param == "h11" else PatientProtocol
    return type("Impatient", (protocol,), {"headers_s": 0.2})


@pytest.mark.parametrize("sent", [b"", b"GET /health HTTP/1.1\r\nHost: local"])
def test_headers_that_do_not_come_end_the_connection(
    fresh: Path, impatient: type[asyncio.Protocol], sent: bytes
) -> None:
    """Who sends no whole header in time holds no connection."""
    app = create_app("memory://")
    with in_thread(app, impatient) as address, socket.create_connection(address, timeout=30) as connection:
        connection.sendall(sent)
        assert b"" == connection.recv(100)


def test_headers_that_have_no_end(fresh: Path, impatient: type[asyncio.Protocol]) -> None:
    """Who sends more headers than a request may have is cut off, or gets an error."""
    app = create_app("memory://")
    with in_thread(app, impatient) as address, socket.create_connection(address, timeout=30) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n")
        with pytest.raises(ConnectionError):
            flood(connection)


def flood(connection: socket.socket) -> None:
    """Send 10 MB of headers."""
    for _ in range(1_000):
        connection.sendall(b"X-More: " + b"x" * 10_000 + b"\r\n")
