"""The OpenAPI document of the API, from the tables of its routes and fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from genesis_flow.api.rest.messages.fields import (
    Choice,
    Field,
    Message,
    Messages,
    anything,
    boolean,
    real,
    text,
    texts,
    whole,
)
from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.api.rest.routing import PART
from genesis_flow.api.rest.wire import WITHOUT_BODY
from genesis_flow.api.version import COMPATIBLE_MLFLOW_VERSION
from genesis_flow.domain.values import limits

Schema = dict[str, Any]

_TEXT: Final = {"type": "string"}
_SCHEMAS: Final[dict[Any, Schema]] = {
    text: _TEXT,
    texts: {"type": "array", "items": _TEXT},
    anything: {"description": "JSON."},
    boolean: {"type": "boolean"},
    whole: {
        "description": "An integer of 64 bits, or a text of one.",
        "anyOf": [
            {"type": "integer", "minimum": limits.INT64_MIN, "maximum": limits.INT64_MAX},
            {"type": "string", "pattern": "^-?[0-9]{1,19}$"},
        ],
    },
    real: {
        "description": "A number, or a text of one.",
        "anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}],
    },
}
_ERROR: Final = {
    "type": "object",
    "required": ["error_code", "message"],
    "properties": {"error_code": _TEXT, "message": _TEXT, "sqlstate": _TEXT, "error_class": _TEXT},
}
_BYTES: Final = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


def document(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of some endpoints, each under the first of its prefixes."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = endpoint.prefixes[0] + PART.sub(r"{\1}", endpoint.path)
        for method in endpoint.methods:
            paths.setdefault(path, {})[method.lower()] = _operation(endpoint, method)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "genesis-flow",
            "version": COMPATIBLE_MLFLOW_VERSION,
            "description": "MLflow's REST API. What is under /api/ is under /ajax-api/, too, for pages in browsers.",
        },
        "paths": paths,
        "components": {"schemas": {"Error": _ERROR}},
    }


def _operation(endpoint: Endpoint, method: str) -> dict[str, Any]:
    parts = [part[1] for part in PART.finditer(endpoint.path)]
    others = [field for field in endpoint.fields if field.name not in parts]
    found: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{method.lower()} {endpoint.path}").strip("_"),
        "tags": [endpoint.path.partition("/")[0]],
        "parameters": [{"name": name, "in": "path", "required": True, "schema": _TEXT} for name in parts],
        "responses": {
            "200": {"description": "Done.", "content": _content(endpoint)},
            "default": {
                "description": "Refused.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            },
        },
    }
    if endpoint.is_upload or method in WITHOUT_BODY:
        found["parameters"] += [_parameter(field) for field in others]
    if endpoint.is_upload:
        found["requestBody"] = {"required": True, "content": _BYTES}
    elif method not in WITHOUT_BODY:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": _object(others)}}}
    return found


def _content(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.media_type == "application/json":
        return {endpoint.media_type: {"schema": {"type": "object"}}}
    return {endpoint.media_type: {}}


def _parameter(field: Field) -> dict[str, Any]:
    return {"name": field.name, "in": "query", "required": field.is_required, "schema": _schema(field)}


def _object(fields: Sequence[Field]) -> Schema:
    found: Schema = {"type": "object", "properties": {field.name: _schema(field) for field in fields}}
    required = [field.name for field in fields if field.is_required]
    return found | ({"required": required} if required else {})


def _schema(field: Field) -> Schema:
    read = field.read
    if isinstance(read, Choice):
        return {"enum": [*read.values]}
    if isinstance(read, Message):
        return _object(read.fields)
    if isinstance(read, Messages):
        return {"type": "array", "items": _object(read.fields)}
    if field.is_required and read is text:
        return {**_TEXT, "minLength": 1}
    return _SCHEMAS[read]
