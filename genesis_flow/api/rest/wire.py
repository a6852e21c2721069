"""From bytes to JSON objects and back; errors as MLflow writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from genesis_flow.api.errors import error_to_exception
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.rest.messages.fields import Field, Values, boolean, invalid, read_fields
from genesis_flow.domain.errors import GenesisFlowError, UnsafePath

_JSON: Final = "application/json"
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
#: Methods whose requests have their fields in the URL.
WITHOUT_BODY: Final = frozenset({"GET", "HEAD"})
#: Methods that forms of foreign pages can have; their content has to be declared as what no form can send.
_DECLARED: Final = frozenset({"POST", "PUT"})


@attrs.frozen
class Received:
    """
    What a request holds.

    Attributes:
        method: Of HTTP. query: Names and values in their order. content_type: As it was sent, "" without one.
        body: All of it, None for a file that is still coming.
        path: Fields that are parts of the path; they count, whatever else says so.
    """

    method: str
    query: Sequence[tuple[str, str]]
    content_type: str
    body: bytes | None
    path: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class Reply:
    """A response: its status, its body and what it is; `headers` are further ones."""

    status: int
    body: bytes
    media_type: str = _JSON
    headers: Mapping[str, str] = attrs.field(factory=dict)


def received_to_values(received: Received, fields: Sequence[Field]) -> Values:
    """
    The values of `fields` in a request: of its query if it is a GET that has one, or an upload, else of its body.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.
    """
    if received.body is None or (received.method in WITHOUT_BODY and received.query):
        given: Mapping[str, Any] = _query_to_json(received.query, fields)
    else:
        given = _body_to_json(received, received.body)
    if received.path:
        spellings = {field.spelling for field in fields if field.name in received.path}
        given = {**{name: value for name, value in given.items() if name not in spellings}, **received.path}
    return read_fields(fields, given)


def _query_to_json(query: Sequence[tuple[str, str]], fields: Sequence[Field]) -> dict[str, Any]:
    given: dict[str, list[str]] = {}
    for name, value in query:
        given.setdefault(name, []).append(value)
    named = {name: field for field in fields for name in (field.name, field.alias) if name is not None}
    return {name: _of_query(named[name], values) for name, values in given.items() if name in named}


def _of_query(field: Field, values: list[str]) -> Any:
    if field.is_list:
        return values
    return _truth(values[0]) if field.read is boolean else values[0]


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise MlflowException.invalid_parameter_value(f"Invalid boolean value: {text}, must be 'true' or 'false'.")
    return text.lower() == "true"


def _body_to_json(received: Received, body: bytes) -> Mapping[str, Any]:
    """The JSON object of a body; a body that is no JSON counts as an empty one, as in MLflow."""
    if received.method in _DECLARED:
        _require_json(received.content_type)
    given = _parsed(body)
    if isinstance(given, str):
        given = _parsed(given)  # old clients encode twice
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise invalid("body", given)
    return given


def _require_json(content_type: str) -> None:
    if not content_type:
        raise MlflowException.invalid_parameter_value("Bad Request. Content-Type header is missing.")
    if content_type.partition(";")[0].strip().lower() != _JSON:
        raise MlflowException.invalid_parameter_value(f"Bad Request. Content-Type must be one of ['{_JSON}'].")


def _parsed(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def json_to_reply(content: Mapping[str, Any], status: int = 200) -> Reply:
    """The response that holds a JSON object."""
    return Reply(status, _ENCODER.encode(content).encode())


def exception_to_reply(error: MlflowException, status: int | None = None) -> Reply:
    """The response that reports an error; `status` if it is not that of its code."""
    return Reply(status or error.get_http_status_code(), error.serialize_as_json().encode())


def error_to_answer(error: GenesisFlowError) -> MlflowException:
    """What clients are told of a domain error: of paths as little as MLflow says."""
    if isinstance(error, UnsafePath):
        return MlflowException.invalid_parameter_value("Invalid path")
    return error_to_exception(error)


def error_to_reply(error: GenesisFlowError) -> Reply:
    """The response that reports a domain error."""
    return exception_to_reply(error_to_answer(error))


class Refused(Exception):
    """A request that is not read to its end."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status

    def reply(self) -> Reply:
        """The response to such a request."""
        return exception_to_reply(MlflowException(self, "BAD_REQUEST"), self.status)
