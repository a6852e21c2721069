"""What every `WebhookRepository` must do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.domain.entities.webhook import Webhook, WebhookChange, WebhookQuery, WebhookStatus
from genesis_flow.domain.errors import InvalidInput, NotFound
from genesis_flow.domain.values.pages import Cursor
from genesis_flow.domain.values.webhook_events import ALLOWED, WebhookEvent
from genesis_flow.ports.webhooks import WebhookRepository
from tests.contracts.samples import NOW
from tests.contracts.stores import Capability, OpensStores, Stores

EVENTS = tuple(sorted(WebhookEvent(entity, action) for entity, actions in ALLOWED.items() for action in actions))
CREATED, SET = WebhookEvent("prompt", "created"), WebhookEvent("prompt_tag", "set")

TEXTS = st.sampled_from(["", "d", "$name", "{$set: 1}", "é\u0301", "a\0b", "' OR 1=1 --", "x" * 1_000])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["a", "B.c-d_e"]),
        "url": st.sampled_from(["https://h/$a?b=c", "https://h/" + "p" * 2_000]),
        "events": st.sets(st.sampled_from(EVENTS), min_size=1).map(lambda found: tuple(sorted(found))),
        "description": TEXTS,
        "status": st.sampled_from(WebhookStatus),
        "sealed_secret": TEXTS,
    },
)


def new_webhook(**changes: Any) -> Webhook:
    """A webhook to add, under an id of its own."""
    fixed: dict[str, Any] = {"name": "w", "url": "https://host/path", "events": (CREATED,), "created_at": NOW}
    values = {"id": str(uuid.uuid4()), **fixed, **changes}
    return Webhook(**{"updated_at": values["created_at"], **values})


def added(webhooks: WebhookRepository, **changes: Any) -> Webhook:
    """A webhook that the store has now."""
    webhook = new_webhook(**changes)
    webhooks.add(webhook)
    return webhook


def every(webhooks: WebhookRepository, limit: int, event: WebhookEvent | None = None) -> list[Webhook]:
    """The webhooks of all pages."""
    found: list[Webhook] = []
    token = None
    while True:
        page = webhooks.find(WebhookQuery(event, limit, token))
        assert len(page.items) <= limit
        found += page.items
        token = page.next_token
        if token is None:
            return found
        assert limit == len(page.items)


class WebhookRepositoryContract(OpensStores):
    """What every `WebhookRepository` must do."""

    @pytest.mark.parametrize(
        "values",
        [
            {},
            {"description": "$d\0é", "status": WebhookStatus.DISABLED, "sealed_secret": "gAAA="},
            {"events": EVENTS, "url": "https://h/" + "ü" * 2_000, "created_at": 2**53},
        ],
    )
    def test_what_is_added_is_what_is_read(self, stores: Stores, values: dict[str, Any]) -> None:
        """`get` and `find` return what was added, with all its events in their order."""
        webhook = added(stores.webhooks, **values)
        assert webhook == stores.webhooks.get(webhook.id)
        assert [webhook] == stores.webhooks.find(WebhookQuery()).items

    def test_what_does_not_exist_is_not_found(self, stores: Stores) -> None:
        """Every method that takes an id raises `NotFound` for an unknown or removed one, in MLflow's words."""
        webhook = added(stores.webhooks)
        stores.webhooks.remove(webhook.id)
        calls: tuple[Callable[[str], object], ...] = (
            stores.webhooks.get,
            stores.webhooks.remove,
            lambda id: stores.webhooks.change(id, WebhookChange(NOW, name="n")),
        )
        for id in (webhook.id, "no", "", "a\0", "$id", "x" * 3_000):
            for call in calls:
                with pytest.raises(NotFound) as caught:
                    call(id)
                assert f"Webhook with ID {id} not found." == caught.value.message
        assert [] == stores.webhooks.find(WebhookQuery()).items

    def test_a_change_leaves_the_rest(self, stores: Stores) -> None:
        """Only what the change names is different afterwards; a secret can be removed."""
        webhook = added(stores.webhooks, description="d", sealed_secret="s", events=(CREATED, SET))
        other = added(stores.webhooks)
        for values in (
            {"name": "n"}, {"url": "https://other"}, {"events": (SET,)}, {"description": ""},
            {"status": WebhookStatus.DISABLED}, {"sealed_secret": "t"}, {"sealed_secret": ""}, {},
        ):  # fmt: skip
            change = WebhookChange(webhook.updated_at + 1, **values)
            webhook = attrs.evolve(webhook, **change.values())
            assert webhook == stores.webhooks.change(webhook.id, change)
            assert webhook == stores.webhooks.get(webhook.id)
        assert (other, None) == (stores.webhooks.get(other.id), webhook.sealed_secret)

    def test_pages_have_the_newest_first(self, stores: Stores) -> None:
        """Pages of every size have each webhook once, by creation time from the newest, those of one moment by id."""
        made = [added(stores.webhooks, created_at=NOW + number // 3) for number in range(8)]
        expected = sorted(made, key=lambda webhook: (-webhook.created_at, webhook.id))
        for limit in range(1, 10):
            assert expected == every(stores.webhooks, limit)

    def test_pages_neither_repeat_nor_skip(self, stores: Stores) -> None:
        """Webhooks that come and go meanwhile do not move the others."""
        made = [added(stores.webhooks, created_at=NOW + number) for number in range(4)]
        first = stores.webhooks.find(WebhookQuery(limit=2))
        added(stores.webhooks, created_at=NOW + 9)
        stores.webhooks.remove(made[3].id)
        second = stores.webhooks.find(WebhookQuery(limit=2, page_token=first.next_token))
        assert [made[3], made[2], made[1], made[0]] == [*first.items, *second.items]
        assert second.next_token is None

    def test_webhooks_are_found_by_event(self, stores: Stores) -> None:
        """Those that are told of an event, disabled ones too, and no longer if their events change."""
        one = added(stores.webhooks, events=(CREATED, SET), status=WebhookStatus.DISABLED)
        two = added(stores.webhooks, created_at=NOW + 1)
        three = added(stores.webhooks, created_at=NOW + 2)
        assert [three, two, one] == every(stores.webhooks, 1, CREATED)
        assert [one] == every(stores.webhooks, 2, SET)
        changed = stores.webhooks.change(two.id, WebhookChange(NOW, events=(SET,)))
        assert [changed, one] == every(stores.webhooks, 1, SET)
        assert [three, one] == every(stores.webhooks, 5, CREATED)

    def test_tokens_belong_to_their_search(self, stores: Stores) -> None:
        """A token of another search, and one that was made up, is refused."""
        for number in range(2):
            added(stores.webhooks, created_at=NOW + number)
        token = stores.webhooks.find(WebhookQuery(limit=1)).next_token
        made_up = [
            Cursor(tuple((0, key) for key in keys)).token("webhooks ")
            for keys in ((), (1,), ("a", "b"), (1.5, "a"), (1, 2), (2**80, "a"))
        ]
        with pytest.raises(InvalidInput, match="belongs to another search"):
            stores.webhooks.find(WebhookQuery(CREATED, 1, token))
        for wrong in ("zz!", "e30=", *made_up):
            with pytest.raises(InvalidInput, match="page token"):
                stores.webhooks.find(WebhookQuery(None, 1, wrong))

    def test_webhooks_survive(self, stores: Stores) -> None:
        """A durable store has after reopening what it had, and not what was removed."""
        if Capability.DURABLE not in stores.capabilities or stores.reopen is None:
            pytest.skip("this store is not durable")
        webhook = added(stores.webhooks, sealed_secret="s", events=EVENTS)
        changed = stores.webhooks.change(webhook.id, WebhookChange(NOW + 1, name="n"))
        stores.webhooks.remove(added(stores.webhooks).id)
        again = stores.reopen()
        assert [changed] == again.webhooks.find(WebhookQuery()).items
        again.close()

    @given(data=st.data())
    def test_any_sequence_of_changes(self, data: st.DataObject) -> None:
        """Whatever is added, changed and removed, the store has what a dictionary would have."""
        stores = self.open_stores()
        expected: dict[str, Webhook] = {}
        for number in range(data.draw(st.integers(1, 8))):
            action = data.draw(st.sampled_from(["add", "change", "remove"])) if expected else "add"
            if action == "add":
                values = data.draw(CHANGES)
                webhook = added(stores.webhooks, **values, created_at=NOW + data.draw(st.integers(0, 2)))
                expected[webhook.id] = webhook
                continue
            id = data.draw(st.sampled_from(sorted(expected)))
            if action == "remove":
                stores.webhooks.remove(id)
                del expected[id]
            else:
                change = WebhookChange(NOW + number, **data.draw(CHANGES))
                expected[id] = attrs.evolve(expected[id], **change.values())
                assert expected[id] == stores.webhooks.change(id, change)
        ordered = sorted(expected.values(), key=lambda webhook: (-webhook.created_at, webhook.id))
        for event in (None, data.draw(st.sampled_from(EVENTS))):
            found = [webhook for webhook in every(stores.webhooks, 100, event) if webhook.id in expected]
            assert [webhook for webhook in ordered if event in (None, *webhook.events)] == found
        for webhook in expected.values():
            stores.webhooks.remove(webhook.id)
        stores.close()
