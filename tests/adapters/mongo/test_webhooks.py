"""Webhooks in MongoDB: round trips, the index of their search, and what faults leave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import pytest

from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.indexes import WEBHOOKS
from genesis_flow.adapters.mongo.webhooks import MongoWebhookRepository
from genesis_flow.domain.entities.webhook import WebhookChange, WebhookQuery
from genesis_flow.domain.errors import NotFound, Unavailable
from tests.adapters.mongo.failing import failing, open_failing
from tests.adapters.mongo.listening import Commands
from tests.adapters.mongo.opening import open_database
from tests.adapters.mongo.test_faults import DROPPED_AFTER, DROPPED_BEFORE
from tests.adapters.mongo.test_plans import explained
from tests.contracts.samples import NOW
from tests.contracts.webhooks import CREATED, EVENTS, SET, added, every, new_webhook


@contextmanager
def opened(database: MongoDatabase) -> Iterator[MongoWebhookRepository]:
    """The webhooks of an empty database, which is connected already."""
    webhooks = MongoWebhookRepository(database)
    webhooks.find(WebhookQuery())
    yield webhooks
    database.client().drop_database(database.uri.partition("?")[0].rpartition("/")[2])
    database.close()


@pytest.fixture(params=[20.0, 0.0], ids=["patient", "bare"])
def failing_webhooks(request: pytest.FixtureRequest) -> Iterator[MongoWebhookRepository]:
    """Webhooks on a database whose driver repeats nothing, with and without patience of the repository."""
    database = open_failing("webhooks", retryWrites="false", retryReads="false")
    database.patience_s = request.param
    with opened(database) as webhooks:
        yield webhooks


def test_every_operation_is_one_round_trip() -> None:
    """Whatever the number of events, and however many webhooks are on a page."""
    commands = Commands()
    with opened(open_database("webhook_round_trips", listeners=(commands,))) as webhooks:
        webhook = added(webhooks, events=EVENTS)
        for call, expected in (
            (lambda: added(webhooks, events=EVENTS), "insert"),
            (lambda: webhooks.get(webhook.id), "find"),
            (lambda: webhooks.find(WebhookQuery()), "aggregate"),
            (lambda: webhooks.find(WebhookQuery(CREATED)), "aggregate"),
            (lambda: webhooks.change(webhook.id, WebhookChange(NOW, events=(SET,))), "findAndModify"),
            (lambda: webhooks.remove(webhook.id), "delete"),
        ):
            with commands.recorded() as names:
                call()
            assert [expected] == names


def test_webhooks_of_an_event_are_found_by_an_index() -> None:
    """What is asked in the background after every change reads only those that are told."""
    with opened(open_database("webhook_plans")) as webhooks:
        database: Any = webhooks._database
        for number in range(400):
            added(webhooks, events=(SET,) if number else (CREATED,))
        scans = explained(database[WEBHOOKS], [{"events": str(CREATED)}], limit=10)
        assert scans
        assert not any(scan.startswith("Seq Scan") for scan in scans)


@pytest.mark.parametrize("fault", [DROPPED_AFTER, DROPPED_BEFORE], ids=["after", "before"])
def test_a_fault_leaves_all_or_nothing(failing_webhooks: MongoWebhookRepository, fault: dict[str, Any]) -> None:
    """With patience a write happens once, whatever became of its answer; without, it is said, and can be repeated."""
    webhooks, is_patient = failing_webhooks, failing_webhooks._database.patience_s > 0
    webhook, change = new_webhook(events=(CREATED, SET)), WebhookChange(NOW + 1, name="n", events=(SET,))
    for command, act, expected in (
        ("insert", lambda: webhooks.add(webhook), [webhook]),
        ("findAndModify", lambda: webhooks.change(webhook.id, change), [attrs.evolve(webhook, **change.values())]),
        ("delete", lambda: webhooks.remove(webhook.id), []),
    ):
        before = every(webhooks, 10)
        with failing(webhooks._database, command, **fault):
            if is_patient:
                act()
            else:
                with pytest.raises(Unavailable):
                    act()
                assert every(webhooks, 10) == (expected if "afterApply" in fault else before)
                try:
                    act()
                except NotFound:
                    assert [] == expected
        assert expected == every(webhooks, 10)
