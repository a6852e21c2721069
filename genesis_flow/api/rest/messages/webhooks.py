"""JSON objects about webhooks. A secret is taken, and never given."""

from __future__ import annotations

from typing import Any, Final

from genesis_flow.api.rest.messages.fields import Choice, Field, Known, Message, Messages, present, text, whole
from genesis_flow.domain.entities.webhook import Webhook, WebhookStatus
from genesis_flow.domain.use_cases.webhook_delivery import WebhookTest
from genesis_flow.domain.values.webhook_events import ACTIONS, ALLOWED, WebhookEvent


def _numbered(*names: str) -> dict[int | str, str]:
    """What stands for each name in JSON: itself in capitals, and its place."""
    return {key: name for place, name in enumerate(names, 1) for key in (place, name.upper())}


_STATUSES: Final[dict[int | str, WebhookStatus]] = {
    1: WebhookStatus.ACTIVE, 2: WebhookStatus.DISABLED, "ACTIVE": WebhookStatus.ACTIVE,
    "DISABLED": WebhookStatus.DISABLED,
}  # fmt: skip
_EVENT: Final = (
    Field("entity", Known(_numbered(*ALLOWED)), is_required=True),
    Field("action", Known(_numbered(*ACTIONS)), is_required=True),
)
_STATUS: Final = Field("status", Choice(_STATUSES))
_FURTHER: Final = (Field("description", text), Field("secret", text), _STATUS)

ONE: Final = (Field("webhook_id", text, is_required=True),)
LIST: Final = (Field("max_results", whole), Field("page_token", text))
CREATE: Final = (
    Field("name", text, is_required=True),
    Field("url", text, is_required=True),
    Field("events", Messages(_EVENT), is_required=True),
    *_FURTHER,
)
UPDATE: Final = (*ONE, Field("name", text), Field("url", text), Field("events", Messages(_EVENT)), *_FURTHER)
TEST: Final = (*ONE, Field("event", Message(_EVENT)))


def webhook_to_json(webhook: Webhook) -> dict[str, Any]:
    """The webhook as MLflow writes it, without its secret."""
    return present(
        webhook_id=webhook.id,
        name=webhook.name,
        description=webhook.description or None,
        url=webhook.url,
        events=[_event_to_json(event) for event in webhook.events],
        status=webhook.status.value,
        creation_timestamp=webhook.created_at,
        last_updated_timestamp=webhook.updated_at,
    )


def _event_to_json(event: WebhookEvent) -> dict[str, str]:
    return {"entity": event.entity.upper(), "action": event.action.upper()}


def test_to_json(found: WebhookTest) -> dict[str, Any]:
    """What came of a test, as MLflow writes it."""
    return present(
        success=found.is_success, response_status=found.status, response_body=found.body, error_message=found.problem
    )
