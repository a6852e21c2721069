"""The step that adds webhooks. `secret` is encrypted; an event is a text such as `prompt.created`."""

from __future__ import annotations

from typing import Final

WEBHOOKS: Final = (
    """CREATE TABLE webhooks (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        url TEXT NOT NULL,
        description TEXT,
        status TEXT NOT NULL,
        secret TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX webhooks_by_creation ON webhooks (created_at DESC, id)",
    """CREATE TABLE webhook_events (
        webhook TEXT NOT NULL REFERENCES webhooks ON DELETE CASCADE,
        event TEXT NOT NULL,
        PRIMARY KEY (webhook, event)
    ) WITHOUT ROWID""",
    "CREATE INDEX webhook_events_by_event ON webhook_events (event, webhook)",
)
