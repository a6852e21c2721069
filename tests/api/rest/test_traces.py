"""Traces, of which there are none: readers find none, and writers learn that they are not kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.rest.conftest import Wire

V2, V3 = "/api/2.0/mlflow/traces", "/api/3.0/mlflow/traces"
LOCATIONS = {"locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}]}
MISSING = (404, "RESOURCE_DOES_NOT_EXIST", "Trace with ID 'x' not found.")
NOT_KEPT = (501, "NOT_IMPLEMENTED", "This server keeps no traces yet.")


def answer(wire: Wire, method: str, path: str, content: Any = None) -> Any:
    """The JSON of a success; status, code and message of a refusal."""
    response = wire.client.request(method, path, json=content)
    body = response.json()
    return body if response.status_code == 200 else (response.status_code, body["error_code"], body["message"])


@pytest.mark.parametrize(
    ("method", "path", "content", "expected"),
    [
        ("GET", f"{V2}?experiment_ids=0", None, {}),
        ("POST", f"{V3}/search", LOCATIONS, {}),
        ("GET", f"{V3}/batchGet?trace_ids=x", None, {}),
        ("POST", f"{V3}/batchGetInfos", {"trace_ids": ["x"]}, {}),
        ("POST", f"{V3}/delete-traces", {"experiment_id": "0", "max_timestamp_millis": 5}, {"traces_deleted": 0}),
        ("GET", f"{V3}/x", None, MISSING),
        ("GET", f"{V3}/get?trace_id=x", None, MISSING),
        ("GET", f"{V2}/x/info", None, MISSING),
        ("PATCH", f"{V3}/x/tags", {"key": "a", "value": "b"}, MISSING),
        ("GET", f"{V3}/x/assessments/a", None, MISSING),
        (
            "DELETE", f"{V3}/x/tags", {"key": "a"},
            (404, "RESOURCE_DOES_NOT_EXIST", "No trace tag with key 'a' for trace with ID 'x'"),
        ),
        (
            "GET", "/ajax-api/3.0/mlflow/get-trace-artifact?request_id=x", None,
            (404, "RESOURCE_DOES_NOT_EXIST", "Trace with ID x is not found."),
        ),
        (
            "GET", "/ajax-api/2.0/mlflow/get-trace-artifact", None,
            (400, "BAD_REQUEST", 'Request must include the "request_id" query parameter.'),
        ),
        ("POST", V3, {"trace": {}}, NOT_KEPT),
        ("POST", V2, {"experiment_id": "0"}, NOT_KEPT),
        ("POST", f"{V2}/link-to-run", {"trace_ids": ["x"], "run_id": "r"}, NOT_KEPT),
    ],
)  # fmt: skip
def test_none_are_there(wire: Wire, method: str, path: str, content: Any, expected: Any) -> None:
    """Answers are those of MLflow on a store without traces; what would make one is not implemented."""
    assert expected == answer(wire, method, path, content)


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [("POST", f"{V3}/search", "locations"), ("GET", V2, "experiment_ids"), ("POST", V3, "trace")],
)
def test_requests_are_checked(wire: Wire, method: str, path: str, name: str) -> None:
    """What is missing in a request is said first."""
    assert f"Missing value for required parameter '{name}'." in answer(wire, method, path, {})[2]


def test_spans(wire: Wire) -> None:
    """Spans are refused in the words that clients look for, whatever was sent."""
    headers = {"content-type": "application/x-protobuf", "x-mlflow-experiment-id": "0"}
    response = wire.client.post("/v1/traces", content=b"x", headers=headers)
    detail = "REST OTLP span logging is not supported by genesis-flow"
    assert (501, {"detail": detail}) == (response.status_code, response.json())
