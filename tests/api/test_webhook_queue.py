"""Deliveries in the background: repeated, bounded, fair, and ended in time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from genesis_flow.api import webhook_queue as module
from genesis_flow.api.webhook_queue import MOST_WAITING, WebhookQueue
from genesis_flow.bootstrap import Application, open_application
from genesis_flow.domain.entities import registry_change as change
from genesis_flow.domain.values.webhook_events import event_of_text
from genesis_flow.settings import Settings
from tests.api.rest.conftest import until
from tests.services.webhook_receiver import Receiver, receiving

CREATED = [event_of_text("registered_model.created")]


@pytest.fixture
def app(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> Application:
    """An application on a store in memory, whose webhooks may be on this machine."""
    monkeypatch.setenv("MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS", "true")
    monkeypatch.setenv("MLFLOW_WEBHOOK_ALLOWED_SCHEMES", "http,https")
    return open_application(Settings("memory://", str(fresh)))


@contextmanager
def queue_of(app: Application, timeout_s: float = 60) -> Iterator[WebhookQueue]:
    """A queue; what is in it is delivered at the end."""
    queue = WebhookQueue(app.webhook_delivery)
    try:
        yield queue
    finally:
        queue.close(timeout_s)


def put(queue: WebhookQueue, *names: str) -> None:
    """Tell of registered models that were created."""
    for name in names:
        queue.put(change.model_created(name, {}, None))


def names(receiver: Receiver) -> list[str]:
    """The registered models that were told of."""
    return [each.content["data"]["name"] for each in receiver.deliveries]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_failures_are_repeated(app: Application, status: int) -> None:
    """Until the receiver takes it, with the same id, time and signature, as often as is set at most."""

    def respond(path: str, before: int) -> tuple[int, dict[str, str], bytes]:
        return (200 if before == 2 else status), {"Retry-After": "0"}, b""

    with receiving(respond) as receiver, queue_of(app) as queue:
        app.webhooks.create("w", receiver.url(), CREATED)
        put(queue, "m")
        receiver.wait(3)
    assert 3 == len(receiver.deliveries)
    assert 1 == len({(each.headers["x-mlflow-delivery-id"], each.body) for each in receiver.deliveries})


@pytest.mark.parametrize(("status", "attempts"), [(500, 3), (302, 1), (400, 1), (404, 1), (501, 1), (204, 1)])
def test_how_often_it_is_tried(
    app: Application, status: int, attempts: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot get better is not repeated; what is given up is logged, without the address."""
    monkeypatch.setenv("MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES", "2")
    further = {"Retry-After": "0", "Location": "/other"}
    with receiving(lambda path, before: (status, further, b"")) as receiver, queue_of(app) as queue:
        id = app.webhooks.create("w", receiver.url("/hidden"), CREATED).id
        put(queue, "m")
    assert ["/hidden"] * attempts == [each.path for each in receiver.deliveries]
    expected = f"Webhook {id} was not told of registered_model.created: it answered with status {status}"
    assert ([] if status == 204 else [expected]) == caplog.messages


def test_addresses_that_are_not_allowed_any_more(app: Application, caplog: Any, monkeypatch: Any) -> None:
    """What the settings forbid meanwhile is not connected to, nor tried again; the log says which webhook it is."""
    with receiving() as receiver, queue_of(app) as queue:
        id = app.webhooks.create("w", receiver.url("/hidden"), CREATED).id
        monkeypatch.setenv("MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS", "false")
        put(queue, "a")
        assert until(lambda: not queue._pending)
        monkeypatch.setenv("MLFLOW_WEBHOOK_ALLOWED_SCHEMES", "https")
        put(queue, "b")
        assert until(lambda: not queue._pending)
        assert [] == receiver.deliveries
    head = f"Webhook {id} was not told of registered_model.created: "
    assert [
        f"{head}'127.0.0.1' resolves to 127.0.0.1, which is not a public address: nothing is sent there.",
        f"{head}Invalid webhook URL scheme: 'http'. Allowed schemes are: https.",
    ] == caplog.messages


def test_pauses_grow() -> None:
    """None before the first repetition, then 2, 4, 8 seconds and up to one more."""
    assert [0, 2, 4, 8] == [int(module._pause_s(number)) for number in range(4)]


def test_a_long_pause_holds_no_thread(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a receiver wants to be left alone, the only thread tells others; at the end nobody waits for it."""
    monkeypatch.setenv("MLFLOW_WEBHOOK_DELIVERY_MAX_WORKERS", "1")

    def respond(path: str, before: int) -> tuple[int, dict[str, str], bytes]:
        return (503, {"Retry-After": "3600"}, b"") if path == "/busy" else (200, {}, b"")

    with receiving(respond) as receiver:
        began = time.monotonic()
        with queue_of(app, 30) as queue:
            app.webhooks.create("w", receiver.url("/busy"), CREATED)
            app.webhooks.create("w", receiver.url("/free"), CREATED)
            put(queue, "a", "b")
            receiver.wait(2, "/free")
            receiver.wait(2, "/busy")
            assert until(lambda: 2 == queue._pending)
        assert time.monotonic() - began < 25
    assert {"/busy": 2, "/free": 2} == {
        path: sum(each.path == path for each in receiver.deliveries) for path in ("/busy", "/free")
    }


def test_one_hanging_receiver_leaves_threads_to_others(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much a receiver that hangs is told, half of the threads are there for the others."""
    monkeypatch.setenv("MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES", "0")
    with receiving(lambda path, before: (0 if path == "/hangs" else 200, {}, b"")) as receiver, queue_of(app) as queue:
        app.webhooks.create("w", receiver.url("/hangs"), CREATED)
        app.webhooks.create("w", receiver.url("/free"), CREATED)
        put(queue, *map(str, range(50)))
        assert 50 == len(receiver.wait(50, "/free"))
        assert 5 == len(receiver.wait(5, "/hangs"))
        receiver.released.set()


def test_a_burst_gets_more_threads(app: Application) -> None:
    """Two jobs that come before an idle thread has woken up run at the same time."""
    meeting = threading.Barrier(2)
    with queue_of(app) as queue:
        queue._add(module._Job(lambda: None, 0))
        assert until(lambda: queue._idle == 1)
        with queue._changed:
            for _ in range(2):
                queue._add(module._Job(lambda: meeting.wait(20), 0))
        assert until(lambda: not queue._pending)
    assert not meeting.broken


def test_ten_thousand_changes(app: Application, caplog: pytest.LogCaptureFixture) -> None:
    """More than fit into the queue: nobody waits, the rest is dropped, and the log says so without growing as much."""
    with receiving(lambda path, before: (0, {}, b"")) as receiver:
        app.webhooks.create("w", receiver.url(), CREATED)
        queue = WebhookQueue(app.webhook_delivery)
        put(queue, "first")
        receiver.wait(1)
        began = time.monotonic()
        put(queue, *map(str, range(2 * MOST_WAITING)))
        assert time.monotonic() - began < 20
        assert MOST_WAITING >= queue._pending
        assert threading.active_count() < 60
        began = time.monotonic()
        queue.close(0.1)
        assert time.monotonic() - began < 10
    dropped = [message for message in caplog.messages if "were dropped" in message]
    assert 1 <= len(dropped) < 20
    assert caplog.messages[-1].endswith("deliveries to webhooks were not made before the end.")


def test_large_changes(app: Application, caplog: pytest.LogCaptureFixture) -> None:
    """Memory is bounded by what changes hold, too: of 100 with a megabyte each, a third waits at most."""
    with receiving(lambda path, before: (0, {}, b"")) as receiver:
        app.webhooks.create("w", receiver.url(), CREATED)
        queue = WebhookQueue(app.webhook_delivery)
        for number in range(100):
            queue.put(change.model_created(str(number), {f"t{tag}": "x" * 100_000 for tag in range(10)}, "d"))
        assert until(lambda: len(queue._told_of) == 1)
        assert queue._size <= 32 << 20
        receiver.released.set()
        queue.close(0.1)
        assert queue._dropped > 60
    assert "were dropped" in caplog.text


def test_what_is_queued_is_told_at_the_end(app: Application) -> None:
    """Closing waits for deliveries, so far as there is time."""
    with receiving() as receiver:
        app.webhooks.create("w", receiver.url(), CREATED)
        with queue_of(app) as queue:
            put(queue, *map(str, range(200)))
        assert sorted(map(str, range(200))) == sorted(names(receiver))


def test_nothing_is_taken_after_the_end(app: Application, caplog: pytest.LogCaptureFixture) -> None:
    """A closed queue drops what comes, and says so."""
    with receiving() as receiver:
        app.webhooks.create("w", receiver.url(), CREATED)
        with queue_of(app, 0) as queue:
            pass
        put(queue, "m")
        assert [] == receiver.deliveries
    assert "1 deliveries to webhooks were dropped" in caplog.text


def test_who_is_told_is_looked_up_seldom(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for all changes within a time, unless it is known to have changed; and what a prompt is, only if needed."""
    looked: list[Any] = []
    found = type(app.webhook_delivery).told_of
    monkeypatch.setattr(
        type(app.webhook_delivery), "told_of", lambda self, event: looked.append(str(event)) or found(self, event)
    )
    monkeypatch.setattr(type(app.webhook_delivery), "is_prompt", lambda self, name: looked.append(name))
    with receiving() as receiver, queue_of(app) as queue:
        put(queue, "a", "b")
        assert until(lambda: not queue._pending)
        app.webhooks.create("w", receiver.url(), CREATED)
        put(queue, "c")
        queue.put(change.alias_set("a", "best", 1))
        assert until(lambda: not queue._pending)
        assert ["registered_model.created", "model_version_alias.created", "prompt_alias.created"] == looked
        queue.forget()
        put(queue, "d")
        receiver.wait(1)
    assert ["d"] == names(receiver)


def test_a_store_that_is_away(app: Application, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    """Changes of which nobody knows who is told of them are logged; those after them are told."""
    caplog.set_level(logging.ERROR)
    found = type(app.webhook_delivery).told_of
    failures = iter([RuntimeError("mongodb://user:password@host")])

    def told_of(self: Any, event: Any) -> Any:
        for error in failures:
            raise error
        return found(self, event)

    monkeypatch.setattr(type(app.webhook_delivery), "told_of", told_of)
    with receiving() as receiver, queue_of(app) as queue:
        app.webhooks.create("w", receiver.url(), CREATED)
        put(queue, "a")
        assert until(lambda: not queue._pending)
        put(queue, "b")
    assert ["b"] == names(receiver)
    assert ["Webhooks could not be told of a change: RuntimeError"] == caplog.messages
