"""Webhooks: addresses that are told of what happens in the model registry."""

from __future__ import annotations

from enum import Enum
from typing import Any

import attrs

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.limits import INT64_MAX, INT64_MIN
from genesis_flow.domain.values.pages import Cursor, cursor_from_token
from genesis_flow.domain.values.webhook_events import WebhookEvent


class WebhookStatus(Enum):
    """Whether a webhook is told of anything."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


@attrs.frozen
class Webhook:
    """
    An address that is told of events.

    Attributes:
        id: Given once. name: Need not be unique.
        url: It may hold what only its owner should know, so it is neither logged nor in the repr.
        events: In the order of `webhook_events`, at least one.
        created_at, updated_at: Milliseconds since the epoch (UTC).
        sealed_secret: What deliveries are signed with, encrypted; None if they are not signed.
    """

    id: str
    name: str
    url: str = attrs.field(repr=False)
    events: tuple[WebhookEvent, ...]
    created_at: int
    updated_at: int
    description: str | None = None
    status: WebhookStatus = WebhookStatus.ACTIVE
    sealed_secret: str | None = attrs.field(default=None, repr=False)


@attrs.frozen
class WebhookChange:
    """
    What becomes of a webhook; what is None stays as it is.

    Attributes:
        sealed_secret: "" for none any more.
    """

    updated_at: int
    name: str | None = None
    url: str | None = attrs.field(default=None, repr=False)
    events: tuple[WebhookEvent, ...] | None = None
    description: str | None = None
    status: WebhookStatus | None = None
    sealed_secret: str | None = attrs.field(default=None, repr=False)

    def values(self) -> dict[str, Any]:
        """The attributes of the webhook that change, by name."""
        found = attrs.asdict(self, recurse=False, filter=lambda _, value: value is not None)
        return {**found, "sealed_secret": None} if self.sealed_secret == "" else found


@attrs.frozen
class WebhookQuery:
    """
    One page of webhooks, the newest first; those of one moment by id.

    Attributes:
        event: Only webhooks that are told of it. limit: Most webhooks on the page, at least 1.
        page_token: Continues an earlier page with the same event.
    """

    event: WebhookEvent | None = None
    limit: int = 100
    page_token: str | bytes | None = None

    @property
    def cursor(self) -> Cursor | None:
        """
        The place to continue from, None for the first page.

        Raises:
            InvalidInput: The token is not one of this search.
        """
        cursor = cursor_from_token(self.page_token, self._fingerprint, 2)
        if cursor is not None and not _is_place(*(value for _, value in cursor.keys)):
            raise InvalidInput("page_token", "Invalid page token, parsed value is not a cursor")
        return cursor

    @property
    def after(self) -> tuple[int, str] | None:
        """Creation time and id of the webhook behind which the page begins, None for the first page."""
        cursor = self.cursor
        if cursor is None:
            return None
        (_, created_at), (_, id) = cursor.keys
        return int(created_at or 0), str(id)

    def token_after(self, webhook: Webhook) -> str:
        """The token of the page behind a webhook."""
        return Cursor(((0, webhook.created_at), (0, webhook.id))).token(self._fingerprint)

    @property
    def _fingerprint(self) -> str:
        return f"webhooks {self.event or ''}"


def _is_place(created_at: object, id: object) -> bool:
    return isinstance(created_at, int) and INT64_MIN <= created_at <= INT64_MAX and isinstance(id, str) and id.isascii()
