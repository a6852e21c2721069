"""Webhooks through `MlflowClient`, and changes through this library that they are told of."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from genesis_flow.entities import Webhook, WebhookEvent, WebhookStatus, WebhookTestResult
from genesis_flow.entities.webhook import VALID_ENTITY_ACTIONS, WebhookAction, WebhookEntity
from genesis_flow.exceptions import MlflowException

import genesis_flow as mlflow
from genesis_flow.api import session
from tests.services.webhook_receiver import Receiver, receiving

EVERY = [
    f"{entity}.{action}"
    for entity, actions in VALID_ENTITY_ACTIONS.items()
    for action in sorted(actions)
]
URL = "https://127.0.0.1/path"


@pytest.fixture
def client(uri: str, monkeypatch: pytest.MonkeyPatch) -> mlflow.MlflowClient:
    """A client whose webhooks may be on this machine."""
    monkeypatch.setenv("MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS", "true")
    monkeypatch.setenv("MLFLOW_WEBHOOK_ALLOWED_SCHEMES", "http,https")
    monkeypatch.setenv("MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY", Fernet.generate_key().decode())
    return mlflow.MlflowClient()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""
    with receiving() as found:
        yield found


def test_webhooks_are_made_read_changed_and_deleted(client: mlflow.MlflowClient) -> None:
    """With the names and defaults of MLflow; a secret is not given back."""
    events = ["prompt.created", WebhookEvent("model_version", "created")]
    made = client.create_webhook("w", URL, events, secret="s3cret")
    read = client.get_webhook(made.webhook_id)
    assert vars(made) == vars(read)
    assert ("w", URL, None, None, "default") == (read.name, read.url, read.description, read.secret, read.workspace)
    assert ["model_version.created", "prompt.created"] == [str(event) for event in read.events]
    assert read.status.is_active()
    assert read.creation_timestamp == read.last_updated_timestamp
    assert "s3cret" not in repr(read)
    changed = client.update_webhook(
        made.webhook_id, name="n", description="d", url=f"{URL}?a", events=["prompt_tag.set"], secret="",
        status="DISABLED",
    )  # fmt: skip
    assert ("n", "d", f"{URL}?a") == (changed.name, changed.description, changed.url)
    assert ([WebhookEvent("prompt_tag", "set")], WebhookStatus.DISABLED) == (changed.events, changed.status)
    client.delete_webhook(made.webhook_id)
    for call in (client.get_webhook, client.delete_webhook, client.update_webhook, client.test_webhook):
        with pytest.raises(MlflowException, match=rf"^Webhook with ID {made.webhook_id} not found\.$") as caught:
            call(made.webhook_id)
        assert "RESOURCE_DOES_NOT_EXIST" == caught.value.error_code


def test_pages(client: mlflow.MlflowClient) -> None:
    """As of every search."""
    ids = {client.create_webhook(name, URL, EVERY).webhook_id for name in "abc"}
    first = client.list_webhooks(max_results=2)
    second = client.list_webhooks(2, first.token)
    assert (2, 1, None) == (len(first), len(second), second.token)
    assert ids == {webhook.webhook_id for webhook in [*first, *second]}
    with pytest.raises(MlflowException, match=r"^max_results must be between 1 and 1000\.$"):
        client.list_webhooks(1001)


def test_what_is_refused(client: mlflow.MlflowClient) -> None:
    """In MLflow's words."""
    for arguments, message in (
        (("-", URL, EVERY), "Webhook name '-' is invalid."),
        (("w", "ftp://h", EVERY), "Invalid webhook URL scheme: 'ftp'."),
        (("w", URL, []), r"Webhook events must be a non-empty list of WebhookEvent objects: \[\]."),
        (("w", URL, [5]), r"Webhook events must be a non-empty list of WebhookEvent objects: \[5\]."),
        (("w", URL, ["prompt"]), "Invalid event string format: prompt."),
        (("w", URL, ["a.b"]), "Error: 'a' is not a valid WebhookEntity"),
        (("w", URL, ["prompt.x"]), "Error: 'x' is not a valid WebhookAction"),
        (("w", URL, ["prompt.set"]), r"Invalid action 'set' for entity 'prompt'. Valid actions are: \['created'\]"),
        (("w", URL, EVERY, "d" * 1_001), "'description' exceeds the maximum length of 1000 characters"),
        (("w", URL, EVERY, None, "s" * 1_001), "'secret' exceeds the maximum length of 1000 characters"),
        (("w", URL, EVERY, None, 5), "Webhook secret must be a string, got 'int'"),
        (("w", URL, EVERY, None, "\ud800"), "lone surrogate"),
    ):
        with pytest.raises(MlflowException, match=message) as caught:
            client.create_webhook(*arguments)  # type: ignore[arg-type]
        assert "INVALID_PARAMETER_VALUE" == caught.value.error_code
    assert [] == client.list_webhooks()


def test_the_classes() -> None:
    """Texts, equality and refusals are those of MLflow's classes."""
    event = WebhookEvent("prompt_tag", WebhookAction.SET)
    assert (WebhookEntity.PROMPT_TAG, WebhookAction.SET) == (event.entity, event.action)
    assert event == WebhookEvent.from_str("prompt_tag.set") != WebhookEvent("prompt_tag", "deleted")
    assert {event: 1} == {WebhookEvent("prompt_tag", "set"): 1}
    assert "prompt_tag.set" != event
    assert "WebhookEvent(entity=prompt_tag, action=set)" == repr(event)
    assert ("ACTIVE", "ACTIVE") == (str(WebhookStatus.ACTIVE), WebhookStatus.ACTIVE)
    assert not WebhookStatus.DISABLED.is_active()
    expected = "Webhook(webhook_id='i', name='n', url='u', status='ACTIVE', workspace='default', "
    expected += "events=[WebhookEvent(entity=prompt_tag, action=set)], creation_timestamp=1, last_updated_timestamp=2)"
    assert expected == repr(Webhook("i", "n", "u", [event], 1, 2))
    with pytest.raises(MlflowException, match="Webhook events cannot be empty"):
        Webhook("i", "n", "u", [], 1, 2)
    with pytest.raises(ValueError, match="'x' is not a valid WebhookEntity"):
        WebhookEvent("x", "set")
    with pytest.raises(MlflowException, match="Invalid action 'set' for entity 'prompt'"):
        WebhookEvent("prompt", "set")
    assert "WebhookTestResult(success=True, response_status=None, response_body=None, error_message=None)" == repr(
        WebhookTestResult(True)
    )


def test_a_test(client: mlflow.MlflowClient, receiver: Receiver) -> None:
    """An example of the event, signed; also to a disabled webhook; failures are told, not raised."""
    id = client.create_webhook("w", receiver.url(), EVERY, secret="s3cret", status="DISABLED").webhook_id
    for event in (None, *EVERY, WebhookEvent("prompt", "created")):
        result = client.test_webhook(id, event)
        assert (True, 200, "ok", None) == (
            result.success, result.response_status, result.response_body, result.error_message,
        )
    assert ["budget_policy.exceeded", *EVERY, "prompt.created"] == [each.event for each in receiver.deliveries]
    assert all(each.is_signed("s3cret") for each in receiver.deliveries)
    receiver.respond = lambda path, before: (301, {"Location": receiver.url()}, b"")
    moved = client.test_webhook(id)
    assert (False, 301) == (moved.success, moved.response_status)
    assert "Redirects are not followed" in str(moved.error_message)
    os.environ["MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS"] = "false"
    refused = client.test_webhook(id)
    assert (False, None) == (refused.success, refused.response_status)
    assert "is not a public address" in str(refused.error_message)
    os.environ["MLFLOW_WEBHOOK_ALLOWED_SCHEMES"] = "https"
    assert "Invalid webhook URL scheme: 'http'" in str(client.test_webhook(id).error_message)


def changes(client: mlflow.MlflowClient) -> None:
    """Everything that webhooks are told of, and more."""
    client.create_registered_model("m", tags={"a": "b"}, description="d")
    client.create_model_version("m", "s3://bucket/path", tags={"c": "d"})
    client.set_registered_model_tag("m", "a", "c")
    client.set_model_version_tag("m", "1", "e", "f")
    client.delete_model_version_tag("m", "1", "e")
    client.set_registered_model_alias("m", "best", 1)  # type: ignore[arg-type]
    client.delete_registered_model_alias("m", "best")
    client.copy_model_version("models:/m/1", "copy")
    mlflow.register_prompt("p", "Hi {{you}}", tags={"g": "h"})
    client.set_prompt_tag("p", "i", "j")
    client.delete_prompt_tag("p", "i")
    client.set_prompt_version_tag("p", 1, "k", "l")
    client.delete_prompt_version_tag("p", 1, "k")
    client.set_prompt_alias("p", "best", 1)
    client.delete_prompt_alias("p", "best")
    client.update_registered_model("m", "e")
    client.rename_registered_model("m", "n")
    client.delete_registered_model("n")


@pytest.mark.parametrize("mode", ["deliver", "off", None])
def test_changes_through_the_library(
    client: mlflow.MlflowClient, receiver: Receiver, mode: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are told where the environment asks for it, in the background, and all of them when the program ends."""
    if mode is not None:
        monkeypatch.setenv("GENESIS_FLOW_WEBHOOKS", mode)
    client.create_webhook("w", receiver.url(), EVERY)
    changes(client)
    session.close_all()
    told = sorted({each.event for each in receiver.deliveries})
    assert (sorted(set(EVERY) - {"budget_policy.exceeded"}) if mode == "deliver" else []) == told
    if mode == "deliver":
        data = [(each.event, each.content["data"]) for each in receiver.deliveries]
        by_event = {event: found for event, found in data if found["name"] != "copy"}
        assert {"name": "m", "tags": {"a": "b"}, "description": "d"} == by_event["registered_model.created"]
        assert {"name": "m", "version": "1", "key": "e", "value": "f"} == by_event["model_version_tag.set"]
        assert "Hi {{you}}" == by_event["prompt_version.created"]["template"]
        assert {"name": "p", "alias": "best"} == by_event["prompt_alias.deleted"]


@pytest.mark.parametrize(
    "variables",
    [
        {"GENESIS_FLOW_WEBHOOKS": "yes"},
        {"MLFLOW_WEBHOOK_DELIVERY_MAX_WORKERS": "0"},
        {"MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES": "often"},
        {"MLFLOW_WEBHOOK_CACHE_TTL": "-1"},
    ],
)
def test_wrong_settings_are_refused(uri: str, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is changed that webhooks would have to be told of."""
    for name, value in {"GENESIS_FLOW_WEBHOOKS": "deliver", **variables}.items():
        monkeypatch.setenv(name, value)
    for _ in range(2):
        with pytest.raises(MlflowException, match="|".join(f"{name} is wrong" for name in variables)):
            mlflow.MlflowClient(uri).create_registered_model("m")
    monkeypatch.undo()
    assert [] == mlflow.MlflowClient(uri).search_registered_models()


SCRIPT = """
import sys, genesis_flow as mlflow
mlflow.set_tracking_uri(sys.argv[1])
for number in range(20):
    mlflow.MlflowClient().create_registered_model(f"{sys.argv[2]}{number}")
"""


def _in_child(uri: str) -> None:
    mlflow.MlflowClient(uri).create_registered_model("child")


def test_the_end_of_a_program(fresh: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts, and children of `multiprocessing`, tell what they did; they end in time if nobody listens."""
    for name, value in {
        "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true", "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http",
        "GENESIS_FLOW_WEBHOOKS": "deliver", "PYTHONPATH": str(Path(__file__).parents[3]),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    uri = f"sqlite:///{fresh}/w.db"
    client = mlflow.MlflowClient(uri)
    id = client.create_webhook("w", receiver.url(), ["registered_model.created"]).webhook_id
    run: Any = [sys.executable, "-c", SCRIPT, uri]
    subprocess.run([*run, "a"], check=True, timeout=60)
    assert 20 == len(receiver.deliveries)
    child = multiprocessing.get_context("fork").Process(target=_in_child, args=(uri,))
    client.create_registered_model("parent")
    child.start()
    child.join(60)
    assert {"parent", "child"} == {each.content["data"]["name"] for each in receiver.wait(22)[20:]}
    receiver.respond = lambda path, before: (0, {}, b"")
    began = time.monotonic()
    subprocess.run([*run, "b"], check=True, timeout=60)
    assert 4 < time.monotonic() - began < 50
    client.delete_webhook(id)
