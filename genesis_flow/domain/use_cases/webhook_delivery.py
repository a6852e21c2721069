"""Telling webhooks of what happened."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import attrs

from genesis_flow.domain.entities.registry_change import EXAMPLES, Notice, is_prompt
from genesis_flow.domain.entities.webhook import Webhook, WebhookQuery, WebhookStatus
from genesis_flow.domain.errors import GenesisFlowError, NotFound
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.webhook_events import WebhookEvent
from genesis_flow.domain.values.webhook_rules import WebhookSchemes, webhook_url
from genesis_flow.ports.clock import Clock
from genesis_flow.ports.identifiers import Identifiers
from genesis_flow.ports.registered_models import RegisteredModelRepository
from genesis_flow.ports.webhooks import Answer, SecretBox, WebhookRepository, WebhookSender

_ID: Final = "X-MLflow-Delivery-Id"
_TIME: Final = "X-MLflow-Timestamp"
_SIGNATURE: Final = "X-MLflow-Signature"


@attrs.frozen
class Message:
    """
    What is sent to a webhook.

    Attributes:
        webhook_id: Whose it is. url, headers, body: What is posted, and where; they may hold what nobody should see.
    """

    webhook_id: str
    url: str = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)


@attrs.frozen
class WebhookTest:
    """What came of a test: what the receiver answered, or what went wrong."""

    is_success: bool
    status: int | None = None
    body: str | None = None
    problem: str | None = None


@attrs.frozen
class WebhookDelivery:
    """
    Tells webhooks of what happened; each call sends once, and blocks until that is done.

    Source: MLflow 3.17 `mlflow/webhooks/delivery.py`.
    """

    _webhooks: WebhookRepository
    _models: RegisteredModelRepository
    _sender: WebhookSender
    _secrets: SecretBox
    _schemes: WebhookSchemes
    _identifiers: Identifiers
    _clock: Clock

    def told_of(self, event: WebhookEvent) -> tuple[Webhook, ...]:
        """The active webhooks that are told of an event."""
        found: list[Webhook] = []
        query = WebhookQuery(event, limits.WEBHOOKS_PER_PAGE)
        while True:
            page = self._webhooks.find(query)
            found += (webhook for webhook in page.items if webhook.status is WebhookStatus.ACTIVE)
            if page.next_token is None:
                return tuple(found)
            query = attrs.evolve(query, page_token=page.next_token)

    def is_prompt(self, name: str) -> bool:
        """Whether this is the name of a prompt; of what is gone meanwhile, it is not known any more."""
        try:
            return is_prompt(self._models.get(name).tags)
        except NotFound:
            return False

    def message(self, webhook: Webhook, notice: Notice) -> Message:
        """
        What a webhook is told, signed if it has a secret.

        Raises:
            CorruptRecord: Its secret was encrypted with another key: nothing is sent that is not signed then.
        """
        now = self._clock.now()
        told = {
            "entity": notice.event.entity,
            "action": notice.event.action,
            "timestamp": datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="microseconds"),
            "data": notice.data,
        }
        body = json.dumps(told).encode()
        id, time = self._identifiers.delivery_id(), str(now // 1000)
        headers = {"Content-Type": "application/json", _ID: id, _TIME: time}
        if webhook.sealed_secret is not None:
            secret = self._secrets.open(webhook.sealed_secret)
            signed = hmac.new(secret.encode(), b".".join((id.encode(), time.encode(), body)), hashlib.sha256).digest()
            headers[_SIGNATURE] = f"v1,{base64.b64encode(signed).decode()}"
        return Message(webhook.id, webhook.url, headers, body)

    def send(self, message: Message) -> Answer:
        """
        Send a message once.

        Raises:
            InvalidInput: Its address is one that the settings do not allow any more.
            Forbidden: Its address may not be connected to.
            Unavailable: It could not be reached, or did not answer in time.
        """
        return self._sender.post(webhook_url(message.url, self._schemes.allowed()), message.headers, message.body)

    def test(self, id: str, event: WebhookEvent | None = None) -> WebhookTest:
        """
        Tell a webhook of something that did not happen, by default of the first of its events; also a disabled one.

        Raises:
            NotFound: No such webhook.

        Source: MLflow 3.17 `POST webhooks/{webhook_id}/test`.
        """
        webhook = self._webhooks.get(id)
        event = event or webhook.events[0]
        try:
            answer = self.send(self.message(webhook, Notice(event, EXAMPLES[str(event)])))
        except GenesisFlowError as error:
            return WebhookTest(False, problem=f"Failed to test webhook: {error.message}")
        problem = "Redirects are not followed: give the webhook its new address." if answer.is_redirect else None
        return WebhookTest(answer.is_success, answer.status, answer.body, problem)
