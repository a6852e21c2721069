"""Requests that are generated from the OpenAPI document: whatever is sent, the server does not fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from genesis_flow.api.rest import create_app
from genesis_flow.api.rest.endpoints.table import ROUTES
from genesis_flow.api.rest.openapi import document
from tests.api.rest.conftest import in_thread

SCHEMA = schemathesis.openapi.from_dict(document(ROUTES))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on a store in memory."""
    app = create_app("memory://", artifacts_destination=str(tmp_path_factory.mktemp("any")))
    with in_thread(app) as (host, port):
        yield f"http://{host}:{port}"


@SCHEMA.parametrize()
@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_nothing_fails(case: schemathesis.Case, address: str) -> None:
    """Requests that follow the document and requests that break it are answered without a failure."""
    response = case.call(base_url=address)
    assert response.status_code != 500, response.text
