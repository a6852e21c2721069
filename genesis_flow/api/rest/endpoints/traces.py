"""Traces, of which no store keeps any yet: reading finds none, and writing is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.rest.messages import traces as messages
from genesis_flow.api.rest.messages.fields import Values
from genesis_flow.api.rest.routes import PAGES, TOP, V3, Endpoint
from genesis_flow.api.rest.wire import Reply
from genesis_flow.domain.errors import NotFound, Unsupported

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases


def none(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return {}


def none_deleted(use_cases: UseCases, given: Values) -> dict[str, Any]:
    return {"traces_deleted": 0}


def missing(use_cases: UseCases, given: Values) -> dict[str, Any]:
    id = given["trace_id"] if "trace_id" in given else given["request_id"]
    raise NotFound("trace", id, f"Trace with ID '{id}' not found.")


def missing_tag(use_cases: UseCases, given: Values) -> dict[str, Any]:
    id = given["trace_id"] if "trace_id" in given else given["request_id"]
    raise NotFound("tag", given["key"], f"No trace tag with key '{given['key']}' for trace with ID '{id}'")


def missing_spans(use_cases: UseCases, given: Values) -> dict[str, Any]:
    id = given["request_id"]
    if not id:
        raise MlflowException('Request must include the "request_id" query parameter.', "BAD_REQUEST")
    raise NotFound("trace", id, f"Trace with ID {id} is not found.")


def refused(use_cases: UseCases, given: Values) -> dict[str, Any]:
    raise Unsupported("This server keeps no traces yet.")


def refused_spans(use_cases: UseCases, given: Values) -> Reply:
    """MLflow's client looks for these words, and sends the trace by another way, which is refused, too."""
    detail = {"detail": "REST OTLP span logging is not supported by genesis-flow"}
    return Reply(501, json.dumps(detail).encode())


_REQUEST: Final = "traces/{request_id}"
_TRACE: Final = "traces/{trace_id}"
_ASSESSMENT: Final = f"{_TRACE}/assessments/{{assessment_id}}"
_SPANS: Final = "get-trace-artifact"

ROUTES: Final = (
    Endpoint("traces", ("GET",), messages.SEARCH, none),
    Endpoint("traces", ("POST",), (), refused),
    Endpoint("traces/delete-traces", ("POST",), messages.DELETE, none_deleted),
    Endpoint("traces/link-to-run", ("POST",), messages.LINK_TO_RUN, refused),
    Endpoint("traces/link-prompts", ("POST",), messages.TRACE, missing),
    Endpoint(_REQUEST, ("PATCH",), messages.REQUEST, missing),
    Endpoint(f"{_REQUEST}/info", ("GET",), messages.REQUEST, missing),
    Endpoint(f"{_REQUEST}/tags", ("PATCH",), messages.TAG_OF_REQUEST, missing),
    Endpoint(f"{_REQUEST}/tags", ("DELETE",), messages.KEY_OF_REQUEST, missing_tag),
    Endpoint("traces", ("POST",), messages.NEW, refused, V3),
    Endpoint("traces/search", ("POST",), messages.SEARCH_LOCATIONS, none, V3),
    Endpoint("traces/delete-traces", ("POST",), messages.DELETE, none_deleted, V3),
    Endpoint("traces/metrics", ("POST",), (), refused, V3),
    Endpoint("traces/get", ("GET",), messages.GET, missing, V3),
    Endpoint("traces/batchGet", ("GET",), messages.MANY, none, V3),
    Endpoint("traces/batchGetInfos", ("POST",), messages.MANY, none, V3),
    Endpoint(_TRACE, ("GET",), messages.TRACE, missing, V3),
    Endpoint(f"{_TRACE}/tags", ("PATCH",), messages.TAG_OF_TRACE, missing, V3),
    Endpoint(f"{_TRACE}/tags", ("DELETE",), messages.KEY_OF_TRACE, missing_tag, V3),
    Endpoint(f"{_TRACE}/assessments", ("POST",), messages.ASSESS, missing, V3),
    Endpoint(_ASSESSMENT, ("GET", "PATCH", "DELETE"), messages.ASSESSMENT, missing, V3),
    Endpoint(_SPANS, ("GET",), messages.ARTIFACT, missing_spans, (*PAGES, V3[1])),
    Endpoint("v1/traces", ("POST",), (), refused_spans, TOP, is_upload=True),
)
