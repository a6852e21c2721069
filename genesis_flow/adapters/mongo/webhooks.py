"""
Webhooks in MongoDB, a document each:

    {_id: the webhook's id, name, url, about, events: ["prompt.created", ...], status, secret: encrypted or null,
     created, updated}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.conditions import Condition
from genesis_flow.adapters.mongo.errors import operation, operation_settled_by
from genesis_flow.adapters.mongo.indexes import WEBHOOKS
from genesis_flow.adapters.mongo.search import SortKey, read
from genesis_flow.domain.entities.webhook import Webhook, WebhookChange, WebhookQuery, WebhookStatus
from genesis_flow.domain.errors import NotFound
from genesis_flow.domain.values.pages import Page
from genesis_flow.domain.values.refusals import no_webhook
from genesis_flow.domain.values.webhook_events import stored_event
from genesis_flow.ports.webhooks import WebhookRepository

Document = dict[str, Any]

#: The fields of attributes.
_FIELDS: Final = {
    "name": "name", "url": "url", "events": "events", "description": "about", "status": "status",
    "sealed_secret": "secret", "created_at": "created", "updated_at": "updated",
}  # fmt: skip
_ORDER: Final = (SortKey("created", ascending=False), SortKey("_id", ascending=True))


@attrs.frozen
class MongoWebhookRepository(WebhookRepository):
    """Webhooks in MongoDB."""

    _database: MongoDatabase

    @operation
    def add(self, webhook: Webhook) -> None:
        document = {"_id": webhook.id, **_fields(attrs.asdict(webhook, recurse=False))}
        try:
            self._database[WEBHOOKS].insert_one(document)
        except DuplicateKeyError:  # an earlier attempt, of which nothing was heard, has inserted it
            if self._database[WEBHOOKS].find_one(document, {"_id": 1}) is None:
                raise

    @operation
    def get(self, id: str) -> Webhook:
        return _found(id, self._database[WEBHOOKS].find_one({"_id": id}))

    @operation
    def find(self, query: WebhookQuery) -> Page[Webhook]:
        conditions: list[Condition] = [] if query.event is None else [{"events": str(query.event)}]
        documents = read(
            self._database[WEBHOOKS], conditions, _ORDER,
            cursor=query.cursor, limit=query.limit + 1, projection={}, dialect=self._database.dialect,
        )
        found = [_document_to_webhook(document) for document in documents[: query.limit]]
        return Page(found, query.token_after(found[-1]) if len(documents) > query.limit else None)

    @operation
    def change(self, id: str, change: WebhookChange) -> Webhook:
        changed = self._database[WEBHOOKS].find_one_and_update(
            {"_id": id}, {"$set": _fields(change.values())}, return_document=ReturnDocument.AFTER
        )
        return _found(id, changed)

    @operation_settled_by(NotFound)
    def remove(self, id: str) -> None:
        if not self._database[WEBHOOKS].delete_one({"_id": id}).deleted_count:
            raise no_webhook(id)


def _fields(values: Mapping[str, Any]) -> Document:
    found = {field: values[name] for name, field in _FIELDS.items() if name in values}
    if "events" in found:
        found["events"] = [str(event) for event in found["events"]]
    if "status" in found:
        found["status"] = found["status"].value
    return found


def _found(id: str, document: Document | None) -> Webhook:
    if document is None:
        raise no_webhook(id)
    return _document_to_webhook(document)


def _document_to_webhook(document: Mapping[str, Any]) -> Webhook:
    return Webhook(
        id=document["_id"],
        name=document["name"],
        url=document["url"],
        events=tuple(map(stored_event, document["events"])),
        created_at=int(document["created"]),
        updated_at=int(document["updated"]),
        description=document["about"],
        status=WebhookStatus(document["status"]),
        sealed_secret=document["secret"],
    )
