"""Sending: what goes over the wire, and what a receiver cannot make it do."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from genesis_flow.adapters.webhooks import sender as module
from genesis_flow.adapters.webhooks.addresses import NotPublic
from genesis_flow.adapters.webhooks.sender import HttpWebhookSender
from genesis_flow.domain.errors import Forbidden, InvalidInput, Unavailable
from tests.services.certificates import self_signed
from tests.services.webhook_receiver import Receiver, receiving

ANYWHERE = HttpWebhookSender(lambda: True, lambda: 30)
PUBLIC_ONLY = HttpWebhookSender(lambda: False, lambda: 30)


@contextmanager
def talking(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """The URL of a server that says what it likes on each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    try:
                        talk(connection)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def saying(*pieces: bytes) -> Callable[[socket.socket], None]:
    """Reads a request, and says that."""

    def talk(connection: socket.socket) -> None:
        while (received := connection.recv(65_536)) and not received.endswith(b"{}"):
            pass
        for piece in pieces:
            connection.sendall(piece)

    return talk


def test_what_is_sent() -> None:
    """Path and query as they are, what is not ASCII percent-encoded; the headers, and nothing that nobody wants."""
    with receiving() as receiver:
        answer = ANYWHERE.post(receiver.url("/a%20b/é?q=$x&r=ü#part"), {"X-A": "1"}, b"{}")
    (delivery,) = receiver.deliveries
    assert (200, "ok", None) == (answer.status, answer.body, answer.retry_after_s)
    assert "/a%20b/%C3%A9?q=$x&r=%C3%BC" == delivery.path
    assert b"{}" == delivery.body
    expected = {
        "host": f"127.0.0.1:{receiver.port}", "accept-encoding": "identity", "content-length": "2",
        "user-agent": "genesis-flow", "x-a": "1",
    }  # fmt: skip
    assert expected == delivery.headers


def test_redirects_are_not_followed() -> None:
    """A receiver that sends to another place, such as a cloud's metadata, is not believed."""
    further = {"Location": "http://169.254.169.254/latest/meta-data"}
    with receiving(lambda path, before: (302, further, b"")) as receiver:
        answer = ANYWHERE.post(receiver.url("/"), {}, b"{}")
    assert (1, True, False, False) == (
        len(receiver.deliveries), answer.is_redirect, answer.is_success, answer.may_be_repeated,
    )


def test_private_addresses_are_not_connected_to() -> None:
    """A receiver on this machine gets nothing, not even a connection."""
    with receiving() as receiver, pytest.raises(Forbidden, match=r"127\.0\.0\.1, which is not a public address"):
        PUBLIC_ONLY.post(receiver.url(), {}, b"{}")
    assert [] == receiver.deliveries
    with pytest.raises(InvalidInput, match="must not resolve to a non-public IP address"):
        PUBLIC_ONLY.require_public("https://localhost/")
    ANYWHERE.require_public("https://localhost/")


def test_names_that_change_their_minds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public when it is looked at, and private when it would be connected to, gets nothing."""
    with receiving() as receiver:
        answers = iter(["8.8.8.8", "127.0.0.1"])

        def look(host: str, port: int, **_: Any) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

        monkeypatch.setattr(socket, "getaddrinfo", look)
        PUBLIC_ONLY.require_public(f"http://rebound.example:{receiver.port}/")
        with pytest.raises(NotPublic):
            PUBLIC_ONLY.post(f"http://rebound.example:{receiver.port}/", {}, b"{}")
        assert ([], []) == (receiver.deliveries, list(answers))


def test_a_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is connected to is what was looked at: there is no second look-up that could say something else."""
    looked: list[str] = []

    def look(host: str, port: int, **_: Any) -> list[Any]:
        looked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    with receiving() as receiver:
        monkeypatch.setattr(socket, "getaddrinfo", look)
        monkeypatch.setattr("genesis_flow.adapters.webhooks.addresses.is_public", lambda address: True)
        PUBLIC_ONLY.post(f"http://name.example:{receiver.port}/", {}, b"{}")
    assert (["name.example"], f"name.example:{receiver.port}") == (looked, receiver.deliveries[0].headers["host"])


def test_a_certificate_has_to_be_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """By HTTPS nothing is sent before the certificate of the receiver was found good, and made for its name."""
    authority = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, authority.with_name("key.pem"))
    with receiving(context=context) as receiver:
        module._context.cache_clear()
        with pytest.raises(Unavailable, match="certificate verify failed"):
            ANYWHERE.post(receiver.url(), {}, b"{}")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        module._context.cache_clear()
        assert ANYWHERE.post(f"https://localhost:{receiver.port}/", {}, b"{}").is_success
        module._context.cache_clear()
    assert 1 == len(receiver.deliveries)


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (b"nonsense\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",),
    ],
)
def test_answers_that_are_none(pieces: tuple[bytes, ...]) -> None:
    """Whatever comes instead of an answer is one error, and may be repeated."""
    with talking(saying(*pieces)) as url, pytest.raises(Unavailable):
        ANYWHERE.post(url, {}, b"{}")


def test_the_status_is_what_counts() -> None:
    """An answer that breaks off after its status was an answer."""
    with talking(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")) as url:
        assert "short" == ANYWHERE.post(url, {}, b"{}").body


def test_a_large_answer_is_read_to_a_part() -> None:
    """An answer without an end takes no memory."""

    def endless(connection: socket.socket) -> None:
        saying(b"HTTP/1.1 200 OK\r\n\r\n")(connection)
        while True:
            connection.sendall(b"\xff" * 65_536)

    with talking(endless) as url:
        assert 65_536 == len(ANYWHERE.post(url, {}, b"{}").body)


def test_receivers_that_hang_and_drip() -> None:
    """A call ends in time: without an answer, with one that comes byte by byte, and with interim answers for ever."""

    def drip(text: bytes, first: bytes = b"HTTP/1.1 200 OK\r\n") -> Callable[[socket.socket], None]:
        def talk(connection: socket.socket) -> None:
            saying(first)(connection)
            while True:
                connection.sendall(text)
                time.sleep(0.02)

        return talk

    def hang(connection: socket.socket) -> None:
        while connection.recv(65_536):
            pass

    hurried = HttpWebhookSender(lambda: True, lambda: 0.3)
    for talk in (hang, drip(b"x"), drip(b"HTTP/1.1 100 Go\r\n\r\n", b"")):
        began = time.monotonic()
        with talking(talk) as url, pytest.raises(Unavailable, match="did not answer in time"):
            hurried.post(url, {}, b"{}")
        assert time.monotonic() - began < 20


def test_nobody_is_there() -> None:
    """A port on which nobody listens is an error that says so, and shows no path."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unavailable, match="refused") as caught:
        ANYWHERE.post(f"http://127.0.0.1:{port}/secret-path", {}, b"{}")
    assert "secret-path" not in caught.value.message


@pytest.mark.parametrize("headers", [{"X-A": "1\r\nX-B: 2"}, {"X\r\nY": "1"}])
def test_headers_cannot_bring_others(headers: dict[str, str]) -> None:
    """A header with a line break is not sent."""
    with receiving() as receiver, pytest.raises(Unavailable):
        ANYWHERE.post(receiver.url(), headers, b"{}")
    assert [] == receiver.deliveries


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("7", 7, 7), (" 0 ", 0, 0), ("9" * 100, 1e8, 1e9), ("-1", None, None), ("soon", None, None), ("", None, None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0), ("1.5", None, None), ("٣", None, None),
    ],
)  # fmt: skip
def test_when_to_ask_again(value: str, least: float | None, most: float | None) -> None:
    """Seconds, or a date; what is neither says nothing."""
    found = module._seconds(value)
    assert (least is None) == (found is None)
    assert found is None or (least is not None and most is not None and least <= found <= most)


def test_a_date_says_when_to_ask_again() -> None:
    """It is seconds from now."""
    found = module._seconds(format_datetime(datetime.now(UTC) + timedelta(minutes=9), usegmt=True))
    assert found is not None
    assert 500 <= found <= 540


def test_the_receiver_is_a_real_one() -> None:
    """What the other tests believe of the receiver: it answers by the path, and counts."""
    with receiving(lambda path, before: (500 + before, {"Retry-After": "3"}, b"")) as receiver:
        found = [ANYWHERE.post(receiver.url(), {}, b"{}") for _ in range(2)]
    assert isinstance(receiver, Receiver)
    assert [(500, 3.0, True), (501, 3.0, False)] == [
        (each.status, each.retry_after_s, each.may_be_repeated) for each in found
    ]
