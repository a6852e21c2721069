"""Calls of the methods of webhooks; run by an interpreter with stock MLflow 3.17, see `calls`."""

from __future__ import annotations

from typing import Any

from mlflow.entities.webhook import Webhook, WebhookEvent, WebhookStatus

from tests.compat.guest.calls import Call

CREATED = WebhookEvent.from_str("registered_model.created")
PROMPT = WebhookEvent.from_str("prompt.created")
TAG = WebhookEvent.from_str("model_version_tag.set")
OF_NONE = WebhookEvent.from_str("prompt_alias.deleted")
URL = "https://127.0.0.1/path?a=b"


def shown(webhook: Webhook) -> dict[str, Any]:
    """Everything that there is to see of a webhook."""
    names = ("name", "url", "description", "secret", "creation_timestamp", "last_updated_timestamp")
    found = {name: getattr(webhook, name) for name in names}
    return {**found, "events": [str(event) for event in webhook.events], "status": str(webhook.status)}


def made(known_as: str, store: Any, ids: dict[str, str], /, **changes: Any) -> dict[str, Any]:
    """A new webhook, whose id is known as that to later calls."""
    webhook = store.create_webhook(**{"name": known_as, "url": URL, "events": [CREATED], **changes})
    ids[known_as] = webhook.webhook_id
    return shown(webhook)


def listed(page: Any) -> list[Any]:
    """The webhooks of a page, and whether there are more."""
    return [[shown(webhook) for webhook in page], page.token is not None]


def pages(store: Any, size: int) -> list[str]:
    """The names of all webhooks, read in pages."""
    found, token = [], None
    while True:
        page = store.list_webhooks(size, token)
        found += [webhook.name for webhook in page]
        token = page.token
        if token is None:
            return found


WEBHOOKS: list[Call] = [
    ("none", lambda s, v: listed(s.list_webhooks())),
    ("make", lambda s, v: made("a", s, v, description="d", secret="s3cret")),
    ("make a disabled one", lambda s, v: made("b", s, v, events=[PROMPT, CREATED], status=WebhookStatus.DISABLED)),
    ("make with a name that is taken", lambda s, v: made("c", s, v, name="a", events=[TAG])),
    ("make without events", lambda s, v: made("x", s, v, events=[])),
    ("make with events that are texts", lambda s, v: made("x", s, v, events=["prompt.created"])),
    ("make without a name", lambda s, v: made("x", s, v, name="")),
    ("make with a number for a name", lambda s, v: made("x", s, v, name=5)),
    ("make with a long name", lambda s, v: made("x", s, v, name="x" * 64)),
    ("make by http", lambda s, v: made("x", s, v, url="http://127.0.0.1")),
    ("make without a host", lambda s, v: made("x", s, v, url="https://")),
    ("make without a URL", lambda s, v: made("x", s, v, url="")),
    ("make with a number for a URL", lambda s, v: made("x", s, v, url=5)),
    ("get", lambda s, v: shown(s.get_webhook(v["a"]))),
    ("get a missing one", lambda s, v: s.get_webhook("none")),
    ("list", lambda s, v: listed(s.list_webhooks())),
    ("list two", lambda s, v: listed(s.list_webhooks(max_results=2))),
    ("list in pages", lambda s, v: [pages(s, size) for size in (1, 2, 3, 1000)]),
    ("list too many", lambda s, v: s.list_webhooks(1001)),
    ("list too few", lambda s, v: s.list_webhooks(-1)),
    ("list by a wrong token", lambda s, v: s.list_webhooks(1, "zz")),
    ("list by event", lambda s, v: listed(s.list_webhooks_by_event(CREATED))),
    ("list by another event", lambda s, v: listed(s.list_webhooks_by_event(TAG, 1))),
    ("list by an event of none", lambda s, v: listed(s.list_webhooks_by_event(OF_NONE))),
    ("list too many by event", lambda s, v: s.list_webhooks_by_event(CREATED, 1001)),
    ("change nothing", lambda s, v: shown(s.update_webhook(v["a"]))),
    (
        "change all",
        lambda s, v: shown(
            s.update_webhook(v["b"], "n", "e", f"{URL}&c", [TAG, PROMPT], "other", WebhookStatus.ACTIVE)
        ),
    ),
    ("change the description to nothing", lambda s, v: shown(s.update_webhook(v["a"], description=""))),
    ("change to no events", lambda s, v: s.update_webhook(v["a"], events=[])),
    ("change to a wrong name", lambda s, v: s.update_webhook(v["a"], name="-")),
    ("change to a wrong URL", lambda s, v: s.update_webhook(v["a"], url="ftp://h")),
    ("change a missing one", lambda s, v: s.update_webhook("none", name="-")),
    ("get the changed one", lambda s, v: shown(s.get_webhook(v["b"]))),
    ("delete", lambda s, v: s.delete_webhook(v["a"])),
    ("delete again", lambda s, v: s.delete_webhook(v["a"])),
    ("get the deleted one", lambda s, v: s.get_webhook(v["a"])),
    ("change the deleted one", lambda s, v: s.update_webhook(v["a"], name="n")),
    ("list without the deleted one", lambda s, v: listed(s.list_webhooks())),
    ("list by event without the deleted one", lambda s, v: listed(s.list_webhooks_by_event(CREATED))),
]
