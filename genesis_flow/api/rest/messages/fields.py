"""
Fields of requests: how JSON, or the text of a query, becomes values.

The rules are those of protobuf's JSON format as MLflow 3.17 applies it: a field that is null counts as absent, unknown
fields are ignored, numbers may be texts. What cannot be read is refused; MLflow stores 0 or "" for some of it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.text import shown

#: How MLflow ends what it says of a wrong field.
SEE_DOCS: Final = " See the API docs for more information about request parameters."

_DIGITS: Final = re.compile(r"[+-]?[0-9]{1,19}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")

#: From (path of the field, its JSON value) to its value.
Read = Callable[[str, Any], Any]

#: The values of a message by the names of its fields; absent fields have their default.
Values = Mapping[str, Any]


@attrs.frozen
class Field:
    """
    A field of a request.

    Attributes:
        name: In snake_case. read: What turns its JSON value into a value.
        default: Its value where it is absent or null. is_required: Refuse a request without it, or with "".
        is_list: In a query, its values are all those of its name. alias: An older name.
        spelling: The name in camel case, None where that is the same.
    """

    name: str
    read: Read
    default: Any = None
    is_required: bool = False
    is_list: bool = False
    alias: str | None = None
    spelling: str | None = attrs.field(init=False)

    @spelling.default
    def _camel_case(self) -> str | None:
        first, *rest = self.name.split("_")
        return "".join([first, *map(str.capitalize, rest)]) if rest else None


def read_fields(fields: Sequence[Field], given: Mapping[str, Any], path: str = "") -> Values:
    """
    The values of `fields` in a JSON object.

    Args:
        path: What stands before the names of fields in errors, such as "metrics[0].".

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: A field is missing, or has a value of another type.
    """
    return {field.name: _value(field, given, path) for field in fields}


def _value(field: Field, given: Mapping[str, Any], path: str) -> Any:
    value = given.get(field.name)
    if field.spelling is not None and field.spelling in given:
        if field.name in given:
            raise MlflowException.invalid_parameter_value(
                f"Request specifies both '{field.name}' and '{field.spelling}'; provide only one of them."
            )
        if path or not field.is_required:
            value = given[field.spelling]
    if value is None and field.alias is not None:
        value = given.get(field.alias)
    if field.is_required and (value is None or value == ""):
        raise MlflowException.invalid_parameter_value(
            f"Missing value for required parameter '{path}{field.name}'.{SEE_DOCS}"
        )
    return field.default if value is None else field.read(f"{path}{field.name}", value)


def invalid(path: str, value: Any) -> MlflowException:
    """The error for a value of the wrong type, as MLflow words it."""
    text = shown(json.dumps(value, sort_keys=True, separators=(",", ":")))
    return MlflowException.invalid_parameter_value(
        f"Invalid value {text} for parameter '{path}' supplied:  Hint: Value was of type "
        f"'{type(value).__name__}'.{SEE_DOCS}"
    )


def text(path: str, value: Any) -> str:
    """A JSON string."""
    if not isinstance(value, str):
        raise invalid(path, value)
    return value


def whole(path: str, value: Any) -> int:
    """A 64-bit integer: a whole number, or a text of one."""
    number = _whole(value)
    if number is None or not limits.INT64_MIN <= number <= limits.INT64_MAX:
        raise invalid(path, value)
    return number


def _whole(value: Any) -> int | None:
    if isinstance(value, str):
        return _whole_text(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _whole_text(value: str) -> int | None:
    if _DIGITS.fullmatch(value):
        return int(value)
    number = float(value) if _NUMBER.fullmatch(value) else math.nan
    return int(number) if number.is_integer() else None


def real(path: str, value: Any) -> float:
    """A double: a number, or a text of one, "NaN", "Infinity" and "-Infinity" among them; True is 1.0."""
    if not isinstance(value, (int, float, str)):
        raise invalid(path, value)
    try:
        return float(value)
    except (ValueError, OverflowError):
        raise invalid(path, value) from None


def boolean(path: str, value: Any) -> bool:
    """A JSON boolean."""
    if not isinstance(value, bool):
        raise invalid(path, value)
    return value


def anything(path: str, value: Any) -> Any:
    """Whatever it is."""
    return value


def texts(path: str, value: Any) -> list[str]:
    """A list of JSON strings."""
    if not all(isinstance(item, str) for item in _list(path, value)):
        raise invalid(path, value)
    return list(value)


@attrs.frozen
class Choice:
    """One of `values` by its name or number; as in MLflow, an unknown name counts as absent, a number does not."""

    values: Mapping[int | str, Any]

    def __call__(self, path: str, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise invalid(path, value)
        if isinstance(value, str) and value in self.values:
            return self.values[value]
        number = _whole(value)
        if number is not None and number in self.values:
            return self.values[number]
        if number is None and isinstance(value, str):
            return None
        raise invalid(path, value)


@attrs.frozen
class Known(Choice):
    """One of `values` by its name or number; another is refused."""

    def __call__(self, path: str, value: Any) -> Any:
        chosen = super().__call__(path, value)
        if chosen is None:
            raise invalid(path, value)
        return chosen


@attrs.frozen
class Message:
    """A JSON object with `fields`."""

    fields: Sequence[Field]

    def __call__(self, path: str, value: Any) -> Values:
        if not isinstance(value, dict):
            raise invalid(path, value)
        return read_fields(self.fields, value, f"{path}.")


@attrs.frozen
class Messages:
    """A list of JSON objects, each with `fields`."""

    fields: Sequence[Field]

    def __call__(self, path: str, value: Any) -> list[Values]:
        read_one = Message(self.fields)
        return [read_one(f"{path}[{place}]", item) for place, item in enumerate(_list(path, value))]


def _list(path: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise invalid(path, value)
    return value


def present(**values: Any) -> dict[str, Any]:
    """A JSON object without what is None or empty, as protobuf writes messages; an empty text is written."""
    return {name: value for name, value in values.items() if value is not None and value != [] and value != ()}


def double(value: float) -> float | str:
    """A double as protobuf writes it in JSON, which has no NaN and no infinities."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Texts by key as the list of objects that MLflow has for tags and params."""
    return [{"key": key, "value": value} for key, value in tags.items()]


#: A tag or param of a request.
PAIR: Final = (Field("key", text, is_required=True), Field("value", text, ""))
