"""MLflow's own server tells webhooks that are kept in our stores, as it tells those of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.api.rest.webhook_calls import ABOUT_WEBHOOKS, timeless, told
from tests.compat.guest.conftest import Guest
from tests.services.stock import NEWEST, guest_python
from tests.services.webhook_receiver import receiving

pytestmark = [pytest.mark.stock, pytest.mark.mongodb]

OPEN = {
    "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
    "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http,https",
    "MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_WEBHOOK_CACHE_TTL": "0",
}


@pytest.fixture
def newest(guest_site: Path, tmp_path: Path) -> Guest:
    """The newest MLflow; the oldest has no webhooks."""
    return Guest(NEWEST, guest_python(NEWEST), guest_site, tmp_path)


def test_a_server_tells_the_same(newest: Guest, mongodb_uri: str, tmp_path: Path) -> None:
    """The same requests have the same answers and deliveries, up to ids and times, on our store and on MLflow's."""
    variables = {**OPEN, "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY": Fernet.generate_key().decode()}
    with receiving(lambda path, before: (400 if path.endswith("/fails") else 200, {}, b"ok")) as receiver:
        theirs, ours = (
            newest.run(
                "tests.api.rest.webhook_calls", receiver.url(f"/{name}"), str(tmp_path), *uri, **variables
            )
            for name, uri in (("stock", ()), ("guest", (f"{mongodb_uri}_webhooks",)))
        )
    about = len(ABOUT_WEBHOOKS)
    assert timeless(theirs[:about]) == json.loads(json.dumps(timeless(ours[:about])).replace("/guest", "/stock"))
    assert [status for status, _ in theirs] == [status for status, _ in ours]
    expected = told(receiver.deliveries, "/stock")
    assert expected == told(receiver.deliveries, "/guest")
    assert 40 < expected.total()
    assert all(each.is_signed("s3cret") for each in receiver.deliveries if each.path.endswith("/all"))


def test_without_a_key(newest: Guest, tmp_path: Path) -> None:
    """Secrets last as long as the process; later everything but signing works, and nothing is sent unsigned instead."""
    with receiving() as receiver:
        uri = f"genesis+sqlite:///{tmp_path}/keyless.db"
        first, second = (
            newest.run("tests.compat.guest.keyless_script", uri, receiver.url(), **OPEN) for _ in range(2)
        )
    warning = "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY is not set"
    assert (["s3cret"], [[True, None]], True) == (first["secrets"], first["tested"], warning in first["warned"])
    assert ["s3cret", "unreadable"] == second["secrets"]
    assert [True, False] == [is_success for is_success, _ in second["tested"]]
    assert "was encrypted with another key" in second["tested"][1][1]
    assert [True, True] == [each.is_signed("s3cret") for each in receiver.deliveries]
    assert b"s3cret" not in (tmp_path / "keyless.db").read_bytes()
