"""A store without a key for secrets; run by an interpreter with stock MLflow: STORE_URI, and the URL of a receiver."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from mlflow.entities.webhook import Webhook, WebhookEvent
from mlflow.exceptions import MlflowException
from mlflow.tracking._model_registry.utils import _get_store
from mlflow.webhooks.delivery import test_webhook


def secret_of(webhook: Webhook) -> str | None:
    """Its secret, as far as it can be read."""
    try:
        return webhook.secret
    except MlflowException:
        return "unreadable"


def main(store_uri: str, url: str) -> None:
    """Make a webhook with a secret, list all that there are, and let MLflow test each."""
    messages: list[str] = []
    handler: Any = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())
    logging.getLogger("genesis_flow").addHandler(handler)
    store = _get_store(store_uri)
    store.create_webhook("w", url, [WebhookEvent.from_str("prompt.created")], secret="s3cret")
    webhooks = list(store.list_webhooks_by_event(WebhookEvent.from_str("prompt.created")))
    tested = [test_webhook(store.get_webhook(webhook.webhook_id)) for webhook in webhooks]
    found = {
        "secrets": [secret_of(webhook) for webhook in webhooks],
        "tested": [[each.success, each.error_message] for each in tested],
        "warned": messages[0],
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
