"""Webhooks, as `MlflowClient` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genesis_flow.api import session
from genesis_flow.api.client.connected import Connected
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.paged_list import PagedList

if TYPE_CHECKING:
    from genesis_flow.api.entities.webhook import Webhook, WebhookEvent, WebhookStatus, WebhookTestResult
    from genesis_flow.domain.entities import webhook as domain
    from genesis_flow.domain.values import webhook_events


class WebhookClient(Connected):
    """
    Create, read, change, delete, find and test webhooks.

    They are told of what is done through a server: ours, or MLflow's with this store; and of what is done through
    this library in processes that have GENESIS_FLOW_WEBHOOKS=deliver in their environment.
    """

    @translating_errors
    def create_webhook(
        self,
        name: str,
        url: str,
        events: list[Any],
        description: str | None = None,
        secret: str | None = None,
        status: str | WebhookStatus | None = None,
    ) -> Webhook:
        """
        Create a webhook; its host is looked up, and has to be public.

        Args:
            name: 1 to 63 letters, digits, `.`, `_` and `-`; need not be unique.
            url: Where it is, with https.
            events: `WebhookEvent`s, or texts such as "registered_model.created".
            secret: What deliveries are signed with; stored encrypted, with MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.create_webhook`.
        """
        created = self._registry.webhooks.create(
            name, url, _events(events), description=description, secret=secret, status=_status(status)
        )
        session.forget_webhooks(self._registry)
        return _to_view(created)

    @translating_errors
    def get_webhook(self, webhook_id: str) -> Webhook:
        """
        The webhook with this id, without its secret.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST.

        Source: MLflow `MlflowClient.get_webhook`.
        """
        return _to_view(self._registry.webhooks.get(webhook_id))

    @translating_errors
    def list_webhooks(self, max_results: int | None = None, page_token: str | None = None) -> PagedList[Webhook]:
        """
        One page of webhooks, the newest first.

        Args:
            max_results: 1 to 1,000; 100 by default.
            page_token: `.token` of the page before.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.list_webhooks`.
        """
        page = self._registry.webhooks.find(max_results=max_results, page_token=page_token)
        return PagedList([_to_view(webhook) for webhook in page.items], page.next_token)

    @translating_errors
    def update_webhook(
        self,
        webhook_id: str,
        name: str | None = None,
        description: str | None = None,
        url: str | None = None,
        events: list[Any] | None = None,
        secret: str | None = None,
        status: str | WebhookStatus | None = None,
    ) -> Webhook:
        """
        Change what is not None of a webhook; "" removes its secret.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.update_webhook`.
        """
        changed = self._registry.webhooks.update(
            webhook_id, name=name, url=url, events=None if events is None else _events(events),
            description=description, secret=secret, status=_status(status),
        )  # fmt: skip
        session.forget_webhooks(self._registry)
        return _to_view(changed)

    @translating_errors
    def delete_webhook(self, webhook_id: str) -> None:
        """
        Erase a webhook with its secret.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST.

        Source: MLflow `MlflowClient.delete_webhook`.
        """
        self._registry.webhooks.delete(webhook_id)
        session.forget_webhooks(self._registry)

    @translating_errors
    def test_webhook(self, webhook_id: str, event: str | WebhookEvent | None = None) -> WebhookTestResult:
        """
        Tell a webhook of something that did not happen, once, and wait for its answer.

        Args:
            event: By default the first of its events.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

        Source: MLflow `MlflowClient.test_webhook`.
        """
        from genesis_flow.api.entities.webhook import WebhookTestResult

        found = self._registry.webhook_delivery.test(webhook_id, None if event is None else _event(event))
        return WebhookTestResult(found.is_success, found.status, found.body, found.problem)


def _to_view(webhook: domain.Webhook) -> Webhook:
    from genesis_flow.api.entities.webhook import Webhook, WebhookEvent

    return Webhook(
        webhook.id, webhook.name, webhook.url, [WebhookEvent(each.entity, each.action) for each in webhook.events],
        webhook.created_at, webhook.updated_at, webhook.description, webhook.status.value,
    )  # fmt: skip


def _event(event: str | WebhookEvent) -> webhook_events.WebhookEvent:
    from genesis_flow.domain.values.webhook_events import event_of_text

    return event_of_text(str(event))


def _events(events: Any) -> list[Any]:
    """Events as the use case has them; what is none of them is left to it to refuse."""
    from genesis_flow.api.entities.webhook import WebhookEvent

    return [_event(each) if isinstance(each, (str, WebhookEvent)) else each for each in events]


def _status(status: str | WebhookStatus | None) -> domain.WebhookStatus | None:
    from genesis_flow.domain.entities.webhook import WebhookStatus

    return None if status is None else WebhookStatus(str(status))
