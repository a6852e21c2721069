"""
Webhooks, as a model registry store of MLflow has them.

MLflow's server sends by itself what it learns of here. The oldest versions have no webhooks, so nothing of them is
imported before it is used.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs
from mlflow.store.entities.paged_list import PagedList

from genesis_flow.api import session
from genesis_flow.api.plugin.errors import error_to_stock, translated
from genesis_flow.bootstrap import Application
from genesis_flow.bootstrap_webhooks import new_key, secret_box
from genesis_flow.domain.entities import webhook as domain
from genesis_flow.domain.errors import GenesisFlowError
from genesis_flow.domain.use_cases.webhook_delivery import WebhookDelivery
from genesis_flow.domain.use_cases.webhooks import Webhooks
from genesis_flow.domain.values import webhook_events
from genesis_flow.webhook_settings import MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY

if TYPE_CHECKING:
    from mlflow.entities.webhook import Webhook, WebhookEvent, WebhookStatus, WebhookTestResult

_log: Final = logging.getLogger(__name__)


class WebhookMethods:
    """Create, read, change, delete, find and test webhooks."""

    _webhooks: Webhooks
    _delivery: WebhookDelivery

    @translated
    def create_webhook(
        self,
        name: str,
        url: str,
        events: list[WebhookEvent],
        description: str | None = None,
        secret: str | None = None,
        status: WebhookStatus | None = None,
    ) -> Webhook:
        created = self._webhooks.create(
            name, url, _events(events), description=description, secret=secret, status=_status(status)
        )
        return self._to_stock(created)

    @translated
    def get_webhook(self, webhook_id: str) -> Webhook:
        return self._to_stock(self._webhooks.get(webhook_id))

    @translated
    def list_webhooks(self, max_results: int | None = None, page_token: str | None = None) -> PagedList[Webhook]:
        page = self._webhooks.find(max_results=max_results, page_token=page_token)
        return PagedList([self._to_stock(webhook) for webhook in page.items], page.next_token)

    @translated
    def list_webhooks_by_event(
        self, event: WebhookEvent, max_results: int | None = None, page_token: str | None = None
    ) -> PagedList[Webhook]:
        page = self._webhooks.find(event=_event(event), max_results=max_results, page_token=page_token)
        return PagedList([self._to_stock(webhook) for webhook in page.items], page.next_token)

    @translated
    def update_webhook(
        self,
        webhook_id: str,
        name: str | None = None,
        description: str | None = None,
        url: str | None = None,
        events: list[WebhookEvent] | None = None,
        secret: str | None = None,
        status: WebhookStatus | None = None,
    ) -> Webhook:
        changed = self._webhooks.update(
            webhook_id, name=name, url=url, events=_events(events), description=description, secret=secret,
            status=_status(status),
        )
        return self._to_stock(changed)

    @translated
    def delete_webhook(self, webhook_id: str) -> None:
        self._webhooks.delete(webhook_id)

    @translated
    def test_webhook(self, webhook_id: str, event: WebhookEvent | None = None) -> WebhookTestResult:
        from mlflow.entities.webhook import WebhookTestResult

        found = self._delivery.test(webhook_id, None if event is None else _event(event))
        return WebhookTestResult(found.is_success, found.status, found.body, found.problem)

    def _to_stock(self, webhook: domain.Webhook) -> Webhook:
        from mlflow.entities.webhook import Webhook, WebhookEvent

        try:
            kind, secret = Webhook, self._webhooks.secret_of(webhook)
        except GenesisFlowError as error:
            kind, secret = _without_secret(Webhook, error), None
        return kind(
            webhook_id=webhook.id, name=webhook.name, url=webhook.url,
            events=[WebhookEvent(event.entity, event.action) for event in webhook.events],
            creation_timestamp=webhook.created_at, last_updated_timestamp=webhook.updated_at,
            description=webhook.description, status=webhook.status.value, secret=secret,
        )  # fmt: skip


def webhooks_of(application: Application) -> tuple[Webhooks, WebhookDelivery]:
    """The use cases of webhooks; without a key for secrets, as in MLflow, with one that is this process's own."""
    secrets = secret_box(lambda: MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY.get() or session.shared("webhook key", _own_key))
    return (
        attrs.evolve(application.webhooks, secrets=secrets),
        attrs.evolve(application.webhook_delivery, secrets=secrets),
    )


def _own_key() -> str:
    _log.warning(
        "%s is not set: secrets of webhooks are encrypted with a key that no other process has, and are lost when "
        "this one ends.",
        MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY.name,
    )
    return new_key()


def _without_secret(kind: Any, error: GenesisFlowError) -> Any:
    """A kind of webhook that can be shown, but whose secret cannot be read: so nothing is sent unsigned instead."""

    def secret(_: Any) -> str:
        raise error_to_stock(error)

    return type(kind.__name__, (kind,), {"secret": property(secret)})


def _event(event: WebhookEvent) -> webhook_events.WebhookEvent:
    return webhook_events.webhook_event(event.entity.value, event.action.value)


def _events(events: Any) -> Sequence[Any] | None:
    """Events of MLflow as ours; whatever else was given, for the use case to refuse."""
    if not isinstance(events, list):
        return () if events is not None else None
    return [_event(each) if hasattr(each, "entity") and hasattr(each, "action") else each for each in events]


def _status(status: WebhookStatus | None) -> domain.WebhookStatus | None:
    return None if status is None else domain.WebhookStatus(status.value)
