"""Webhooks in memory."""

from __future__ import annotations

import attrs

from genesis_flow.adapters.memory.database import MemoryDatabase
from genesis_flow.domain.entities.webhook import Webhook, WebhookChange, WebhookQuery
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.refusals import no_webhook
from genesis_flow.ports.webhooks import WebhookRepository


@attrs.frozen
class MemoryWebhookRepository(WebhookRepository):
    """Webhooks in memory; lost when the process ends."""

    _database: MemoryDatabase

    def add(self, webhook: Webhook) -> None:
        with self._database.lock:
            self._database.webhooks[webhook.id] = webhook

    def get(self, id: str) -> Webhook:
        with self._database.lock:
            return self._stored(id)

    def find(self, query: WebhookQuery) -> Page[Webhook]:
        after = query.after
        with self._database.lock:
            found = [each for each in self._database.webhooks.values() if query.event in (None, *each.events)]
        found.sort(key=_place)
        if after is not None:
            found = [each for each in found if _place(each) > (-after[0], after[1])]
        items = found[: query.limit]
        return Page(items, query.token_after(items[-1]) if len(found) > query.limit else None)

    def change(self, id: str, change: WebhookChange) -> Webhook:
        with self._database.lock:
            changed = self._database.webhooks[id] = attrs.evolve(self._stored(id), **change.values())
            return changed

    def remove(self, id: str) -> None:
        with self._database.lock:
            del self._database.webhooks[self._stored(id).id]

    def _stored(self, id: str) -> Webhook:
        found = self._database.webhooks.get(id)
        if found is None:
            raise no_webhook(id)
        return found


def _place(webhook: Webhook) -> tuple[int, str]:
    return -webhook.created_at, webhook.id
