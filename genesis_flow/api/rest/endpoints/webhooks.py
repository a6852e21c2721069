"""Webhooks, of which no store keeps any: there are none, and none can be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.messages import traces as messages
from genesis_flow.api.rest.messages.fields import Values
from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.domain.errors import NotFound, Unsupported

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases


def none(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return {}


def missing(use_cases: UseCases, given: Values) -> dict[str, Any]:
    id = given["webhook_id"]
    raise NotFound("webhook", id, f"Webhook with ID {id} not found.")


def refused(use_cases: UseCases, given: Values) -> dict[str, Any]:
    raise Unsupported("This server has no webhooks.")


_ONE: Final = "webhooks/{webhook_id}"

ROUTES: Final = (
    Endpoint("webhooks", ("GET",), messages.WEBHOOKS, none),
    Endpoint("webhooks", ("POST",), messages.NEW_WEBHOOK, refused),
    Endpoint(_ONE, ("GET", "PATCH", "DELETE"), messages.WEBHOOK, missing),
    Endpoint(f"{_ONE}/test", ("POST",), messages.WEBHOOK, missing),
)
