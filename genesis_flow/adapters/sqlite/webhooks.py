"""Webhooks in a SQLite file."""

# ruff: noqa: S608 (only names of the schema are spliced; values travel as parameters)

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, Final

import attrs

from genesis_flow.adapters.sqlite.connection import SqliteDatabase
from genesis_flow.domain.entities.webhook import Webhook, WebhookChange, WebhookQuery, WebhookStatus
from genesis_flow.domain.values.limits import INT64_MAX
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.refusals import no_webhook
from genesis_flow.domain.values.webhook_events import WebhookEvent, stored_event
from genesis_flow.ports.webhooks import WebhookRepository

#: The attributes that are columns, by name.
_COLUMNS: Final = {
    "name": "name", "url": "url", "description": "description", "status": "status", "sealed_secret": "secret",
    "updated_at": "updated_at",
}  # fmt: skip
_SELECT: Final = """
    SELECT w.id, w.name, w.url, w.created_at, w.updated_at, w.description, w.status, w.secret,
        (SELECT json_group_array(e.event) FROM webhook_events e WHERE e.webhook = w.id)
    FROM webhooks w WHERE
"""


_IS_TOLD: Final = "w.id IN (SELECT e.webhook FROM webhook_events e WHERE e.event = ?) AND"


@attrs.frozen
class SqliteWebhookRepository(WebhookRepository):
    """Webhooks in a SQLite file."""

    _database: SqliteDatabase

    def add(self, webhook: Webhook) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO webhooks (id, name, url, description, status, secret, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    webhook.id, webhook.name, webhook.url, webhook.description, webhook.status.value,
                    webhook.sealed_secret, webhook.created_at, webhook.updated_at,
                ),
            )
            _put_events(connection, webhook.id, webhook.events)

    def get(self, id: str) -> Webhook:
        with self._database.reading() as connection:
            return _get(connection, id)

    def find(self, query: WebhookQuery) -> Page[Webhook]:
        with self._database.reading() as connection:
            rows = find_webhooks(connection, query)
        found = [_row_to_webhook(row) for row in rows[: query.limit]]
        return Page(found, query.token_after(found[-1]) if len(rows) > query.limit else None)

    def change(self, id: str, change: WebhookChange) -> Webhook:
        values = {name: value for name, value in change.values().items() if name in _COLUMNS}
        if change.status is not None:
            values["status"] = change.status.value
        with self._database.writing() as connection:
            _get(connection, id)
            connection.execute(
                f"UPDATE webhooks SET {', '.join(f'{_COLUMNS[name]} = ?' for name in values)} WHERE id = ?",
                (*values.values(), id),
            )
            if change.events is not None:
                connection.execute("DELETE FROM webhook_events WHERE webhook = ?", (id,))
                _put_events(connection, id, change.events)
            return _get(connection, id)

    def remove(self, id: str) -> None:
        with self._database.writing() as connection:
            if not connection.execute("DELETE FROM webhooks WHERE id = ?", (id,)).rowcount:
                raise no_webhook(id)


def find_webhooks(connection: sqlite3.Connection, query: WebhookQuery) -> list[Any]:
    """The rows of webhooks on a page, one more than asked for where there are more."""
    created_at, id = query.after or (INT64_MAX, "")
    told = "" if query.event is None else _IS_TOLD
    values = () if query.event is None else (str(query.event),)
    return connection.execute(
        f"{_SELECT} {told} w.created_at <= ? AND (w.created_at < ? OR w.id > ?)"
        " ORDER BY w.created_at DESC, w.id LIMIT ?",
        (*values, created_at, created_at, id, query.limit + 1),
    ).fetchall()


def _put_events(connection: sqlite3.Connection, id: str, events: Iterable[WebhookEvent]) -> None:
    connection.executemany(
        "INSERT INTO webhook_events (webhook, event) VALUES (?, ?)", [(id, str(event)) for event in events]
    )


def _get(connection: sqlite3.Connection, id: str) -> Webhook:
    row = connection.execute(f"{_SELECT} w.id = ?", (id,)).fetchone()
    if row is None:
        raise no_webhook(id)
    return _row_to_webhook(row)


def _row_to_webhook(row: tuple[Any, ...]) -> Webhook:
    id, name, url, created_at, updated_at, description, status, secret, events = row
    told = tuple(sorted(map(stored_event, json.loads(events))))
    return Webhook(id, name, url, told, created_at, updated_at, description, WebhookStatus(status), secret)
