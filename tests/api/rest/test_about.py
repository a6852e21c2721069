"""What the server says of itself: numbers for Prometheus, the OpenAPI document, and a page that shows it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from genesis_flow.api.rest.endpoints.table import ROUTES
from tests.api.rest.conftest import PREFIX, Wire, wire_to


def samples(wire: Wire) -> dict[str, float]:
    """The numbers of the server, by name and labels."""
    response = wire.client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_requests_are_counted(wire: Wire) -> None:
    """Each request counts once, by endpoint, method and status, and its time is noted."""
    wire.run_id()
    for id in ("0", "0", "77"):
        wire.get("experiments/get", experiment_id=id)
    found = samples(wire)
    names = ("['200', 'GET', 'experiments/get']", "['404', 'GET', 'experiments/get']", "['200', 'POST', 'runs/create']")
    assert [2.0, 1.0, 1.0] == [found[f"genesis_flow_requests_total{name}"] for name in names]
    assert 3.0 == found["genesis_flow_request_seconds_count['GET', 'experiments/get']"]
    assert 0 < found["genesis_flow_request_seconds_sum['GET', 'experiments/get']"] < 60
    assert [1.0, 1.0] == [found["genesis_flow_requests_in_flight[]"], found["genesis_flow_calls[]"]]
    assert 1 << 20 < found["process_resident_memory_bytes[]"]


def test_what_nobody_knows_makes_no_new_numbers(wire: Wire) -> None:
    """Unknown paths, methods and hosts are counted together, so that nobody can fill the memory with names."""
    for path in ("/a", "/b", f"{PREFIX}/c"):
        wire.client.get(path)
    wire.client.get("/metrics", headers={"host": "evil.com"})
    wire.client.request("BREW", f"{PREFIX}/runs/get")
    found = samples(wire)
    names = ("['404', 'GET', 'none']", "['403', 'GET', 'none']", "['405', 'OTHER', 'none']")
    assert [3.0, 1.0, 1.0] == [found[f"genesis_flow_requests_total{name}"] for name in names]


@pytest.mark.parametrize("prefix", ["/api", "/ajax-api"])
def test_what_the_server_can(wire: Wire, prefix: str) -> None:
    """Clients learn that there is a database behind the server, and that files go through it."""
    response = wire.client.get(f"{prefix}/3.0/mlflow/server-info")
    assert {
        "store_type": "SqlStore", "workspaces_enabled": False, "trace_archival_enabled": False,
        "multipart_uploads_enabled": False, "multipart_downloads_enabled": False,
        "presigned_upload_run_id_supported": True, "presigned_upload_model_id_supported": True,
        "features_enabled": {"gateway": False},
    } == response.json()  # fmt: skip


def documented(wire: Wire) -> Any:
    """The OpenAPI document."""
    return wire.client.get("/openapi.json").json()


def test_the_document_has_every_operation(wire: Wire) -> None:
    """Each row of the tables is an operation, with an id of its own."""
    paths = documented(wire)["paths"]
    operations = [(path, method) for path, found in paths.items() for method in found]
    expected = {
        (re.sub(r":path\}", "}", f"{row.prefixes[0]}{row.path}"), method.lower())
        for row in ROUTES
        for method in row.methods
    }
    assert expected <= set(operations)
    assert len(expected) + 4 == len(operations)


def test_the_document_says_what_requests_hold(wire: Wire) -> None:
    """Fields are in the body, the query or the path, with their types, and required where they are."""
    paths = documented(wire)["paths"]
    body = paths["/api/2.0/mlflow/experiments/create"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    text = {"type": "string", "minLength": 1}
    assert (["name"], text) == (body["required"], body["properties"]["name"])
    assert ["key"] == body["properties"]["tags"]["items"]["required"]
    query = paths["/api/2.0/mlflow/runs/get"]["get"]["parameters"]
    assert [{"name": "run_id", "in": "query", "required": True, "schema": text}] == query
    parts = paths["/api/2.0/mlflow/logged-models/{model_id}/tags/{tag_key}"]["delete"]["parameters"]
    assert [("model_id", "path"), ("tag_key", "path")] == [(each["name"], each["in"]) for each in parts]
    upload = paths["/api/2.0/mlflow-artifacts/artifacts/{artifact_path}"]["put"]["requestBody"]["content"]
    assert ["application/octet-stream"] == [*upload]


def test_the_page_needs_no_script_and_no_other_server(wire: Wire) -> None:
    """The page shows each operation, and its policy forbids all but its own style."""
    response = wire.client.get("/docs")
    assert ("text/html", True) == (response.headers["content-type"], response.text.startswith("<!doctype html>"))
    policy = response.headers["content-security-policy"]
    assert re.fullmatch(r"default-src 'none'; style-src 'sha256-[\w+/=]+'; frame-ancestors 'self'", policy)
    assert [] == re.findall(r"<script|src=|https?:", response.text)
    for path in documented(wire)["paths"]:
        assert path in response.text


def test_others_learn_nothing(fresh: Path) -> None:
    """What is for this machine is for this machine alone, numbers and documents, too."""
    with wire_to(("10.1.2.3", 50_000)) as wire:
        paths = ("/metrics", "/openapi.json", "/docs", "/api/3.0/mlflow/server-info")
        assert [401] * 4 == [wire.client.get(path).status_code for path in paths]
