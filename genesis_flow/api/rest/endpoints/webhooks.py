"""Operations on webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.messages import webhooks as messages
from genesis_flow.api.rest.messages.fields import Values, present
from genesis_flow.api.rest.messages.webhooks import test_to_json, webhook_to_json
from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.domain.values.webhook_events import WebhookEvent, webhook_event

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases


def create(use_cases: UseCases, given: Values) -> dict[str, Any]:
    created = use_cases.webhooks.create(
        given["name"],
        given["url"],
        _events(given["events"]),
        description=given["description"] or None,
        secret=given["secret"],
        status=given["status"],
    )
    use_cases.webhook_queue.forget()
    return {"webhook": webhook_to_json(created)}


def find(use_cases: UseCases, given: Values) -> dict[str, Any]:
    page = use_cases.webhooks.find(max_results=given["max_results"], page_token=given["page_token"])
    return present(webhooks=[*map(webhook_to_json, page.items)], next_page_token=page.next_token)


def get(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return {"webhook": webhook_to_json(use_cases.webhooks.get(given["webhook_id"]))}


def update(use_cases: UseCases, given: Values) -> dict[str, Any]:
    changed = use_cases.webhooks.update(
        given["webhook_id"],
        name=given["name"] or None,
        url=given["url"] or None,
        events=_events(given["events"] or ()) or None,
        description=given["description"],
        secret=given["secret"],
        status=given["status"],
    )
    use_cases.webhook_queue.forget()
    return {"webhook": webhook_to_json(changed)}


def delete(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.webhooks.delete(given["webhook_id"])
    use_cases.webhook_queue.forget()
    return {}


def test(use_cases: UseCases, given: Values) -> dict[str, Any]:
    event = None if given["event"] is None else _event(given["event"])
    return {"result": test_to_json(use_cases.webhook_queue.test(given["webhook_id"], event))}


def _events(given: Sequence[Values]) -> list[WebhookEvent]:
    return [_event(each) for each in given]


def _event(given: Values) -> WebhookEvent:
    return webhook_event(given["entity"], given["action"])


_ONE: Final = "webhooks/{webhook_id}"

ROUTES: Final = (
    Endpoint("webhooks", ("GET",), messages.LIST, find),
    Endpoint("webhooks", ("POST",), messages.CREATE, create),
    Endpoint(_ONE, ("GET",), messages.ONE, get),
    Endpoint(_ONE, ("PATCH",), messages.UPDATE, update),
    Endpoint(_ONE, ("DELETE",), messages.ONE, delete),
    Endpoint(f"{_ONE}/test", ("POST",), messages.TEST, test),
)
