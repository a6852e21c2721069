"""
What webhooks can be told of.

Source: MLflow 3.17 `mlflow/entities/webhook.py`, `mlflow/webhooks/types.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.text import shown

#: The actions that are known, also those that no entity has.
ACTIONS: Final = ("created", "updated", "deleted", "set", "exceeded")
#: What can happen to each kind of entity. Nothing here exceeds a budget; MLflow's clients may ask for it all the same.
ALLOWED: Final[Mapping[str, tuple[str, ...]]] = {
    "registered_model": ("created",),
    "model_version": ("created",),
    "model_version_tag": ("deleted", "set"),
    "model_version_alias": ("created", "deleted"),
    "prompt": ("created",),
    "prompt_version": ("created",),
    "prompt_tag": ("deleted", "set"),
    "prompt_version_tag": ("deleted", "set"),
    "prompt_alias": ("created", "deleted"),
    "budget_policy": ("exceeded",),
}


@attrs.frozen(order=True)
class WebhookEvent:
    """That something happened to an entity: `entity` and `action` are a pair of `ALLOWED`."""

    entity: str
    action: str

    def __str__(self) -> str:
        return f"{self.entity}.{self.action}"


def webhook_event(entity: str, action: str) -> WebhookEvent:
    """
    The event of an entity and an action.

    Raises:
        InvalidInput: There is no such event.
    """
    allowed = ALLOWED.get(entity, ())
    if action not in allowed:
        raise InvalidInput(
            "events",
            f"Invalid action '{shown(action)}' for entity '{shown(entity)}'. Valid actions are: {list(allowed)}",
        )
    return WebhookEvent(entity, action)


def stored_event(text: str) -> WebhookEvent:
    """The event that a store has as `text`, which was checked when it was stored."""
    entity, _, action = text.partition(".")
    return WebhookEvent(entity, action)


def event_of_text(text: str) -> WebhookEvent:
    """
    The event of a text such as "registered_model.created".

    Raises:
        InvalidInput: There is no such event.
    """
    entity, point, action = text.partition(".")
    if not point or "." in action:
        raise InvalidInput(
            "events",
            f"Invalid event string format: {shown(text)}. "
            "Expected format: 'entity.action' (e.g., 'registered_model.created')",
        )
    for kind, value, known in (("WebhookEntity", entity, ALLOWED), ("WebhookAction", action, ACTIONS)):
        if value not in known:
            raise InvalidInput(
                "events",
                f"Invalid entity or action in event string: {shown(text)}. "
                f"Error: {shown(value)!r} is not a valid {kind}",
            )
    return webhook_event(entity, action)


def webhook_events(events: Any) -> tuple[WebhookEvent, ...]:
    """
    `events` in the order in which MLflow lists them, without repetition.

    Raises:
        InvalidInput: None, or something else than events.
    """
    if not events or not isinstance(events, (list, tuple)) or not all(isinstance(e, WebhookEvent) for e in events):
        raise InvalidInput(
            "events", f"Webhook events must be a non-empty list of WebhookEvent objects: {shown(events)}."
        )
    return tuple(sorted(set(events)))
