"""Creating, reading, changing and finding webhooks."""

from __future__ import annotations

from typing import Any, Final

import attrs

from genesis_flow.domain.entities.webhook import Webhook, WebhookChange, WebhookQuery, WebhookStatus
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.webhook_events import WebhookEvent, webhook_events
from genesis_flow.domain.values.webhook_rules import (
    WebhookSchemes,
    webhook_description,
    webhook_name,
    webhook_secret,
    webhook_url,
)
from genesis_flow.ports.clock import Clock
from genesis_flow.ports.identifiers import Identifiers
from genesis_flow.ports.webhooks import SecretBox, WebhookRepository, WebhookSender

_PAGE: Final = 100


@attrs.frozen
class Webhooks:
    """Everything that is done with webhooks, but telling them of something (see `WebhookDelivery`)."""

    _webhooks: WebhookRepository
    _sender: WebhookSender
    _secrets: SecretBox
    _schemes: WebhookSchemes
    _identifiers: Identifiers
    _clock: Clock

    def create(
        self,
        name: Any,
        url: Any,
        events: Any,
        *,
        description: str | None = None,
        secret: str | None = None,
        status: WebhookStatus | None = None,
    ) -> Webhook:
        """
        Create a webhook; its host is looked up, and has to be public.

        Args:
            name: 1 to 63 letters, digits, `.`, `_` and `-`; need not be unique.
            events: What it is told of, at least one.
            secret: What deliveries are signed with; None and "" for no signatures.
            status: Active by default.

        Raises:
            InvalidInput: An argument breaks its rule; or there is a secret, and no key to encrypt it with.

        Source: MLflow 3.17 `POST webhooks`.
        """
        now = self._clock.now()
        webhook = Webhook(
            id=self._identifiers.webhook_id(),
            name=webhook_name(name),
            url=self._checked_url(url),
            events=webhook_events(events),
            created_at=now,
            updated_at=now,
            description=webhook_description(description),
            status=status or WebhookStatus.ACTIVE,
            sealed_secret=self._sealed(secret) or None,
        )
        self._webhooks.add(webhook)
        return webhook

    def get(self, id: str) -> Webhook:
        """
        The webhook with this id.

        Raises:
            NotFound: No such webhook.
        """
        return self._webhooks.get(id)

    def find(
        self, *, event: WebhookEvent | None = None, max_results: Any = None, page_token: str | bytes | None = None
    ) -> Page[Webhook]:
        """
        One page of webhooks, the newest first.

        Args:
            event: Only webhooks that are told of it.
            max_results: 1 to 1,000; 100 for None and 0.

        Raises:
            InvalidInput: An argument breaks its rule.

        Source: MLflow 3.17 `GET webhooks`.
        """
        limit = max_results or _PAGE
        if not isinstance(limit, int) or not 1 <= limit <= limits.WEBHOOKS_PER_PAGE:
            raise InvalidInput("max_results", f"max_results must be between 1 and {limits.WEBHOOKS_PER_PAGE}.")
        return self._webhooks.find(WebhookQuery(event, limit, page_token))

    def update(
        self,
        id: str,
        *,
        name: Any = None,
        url: Any = None,
        events: Any = None,
        description: str | None = None,
        secret: str | None = None,
        status: WebhookStatus | None = None,
    ) -> Webhook:
        """
        Change what is not None of a webhook; "" removes its secret.

        Raises:
            NotFound: No such webhook.
            InvalidInput: As `create`.

        Source: MLflow 3.17 `PATCH webhooks/{webhook_id}`.
        """
        self._webhooks.get(id)  # a webhook that is missing is told before what is wrong with the change
        change = WebhookChange(
            self._clock.now(),
            name=None if name is None else webhook_name(name),
            url=None if url is None else self._checked_url(url),
            events=None if events is None else webhook_events(events),
            description=webhook_description(description),
            status=status,
            sealed_secret=self._sealed(secret),
        )
        return self._webhooks.change(id, change)

    def delete(self, id: str) -> None:
        """
        Erase a webhook with its secret.

        Raises:
            NotFound: No such webhook.

        Source: MLflow 3.17 `DELETE webhooks/{webhook_id}`.
        """
        self._webhooks.remove(id)

    def secret_of(self, webhook: Webhook) -> str | None:
        """
        What deliveries to a webhook are signed with, None if they are not.

        Raises:
            CorruptRecord: It was encrypted with another key.
        """
        return None if webhook.sealed_secret is None else self._secrets.open(webhook.sealed_secret)

    def _checked_url(self, url: Any) -> str:
        checked = webhook_url(url, self._schemes.allowed())
        self._sender.require_public(checked)
        return checked

    def _sealed(self, secret: Any) -> str | None:
        """The secret, encrypted; None and "" as they are."""
        return secret if secret is None or secret == "" else self._secrets.seal(webhook_secret(secret))
