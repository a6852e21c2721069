"""Identifiers: experiments have short numbers written as text, runs have 32 hex digits."""

from __future__ import annotations

import re
from typing import Any, Final

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.limits import INT64_MAX
from genesis_flow.domain.values.text import shown, storable

DEFAULT_EXPERIMENT_ID: Final = "0"
DEFAULT_EXPERIMENT_NAME: Final = "Default"

_NUMBER = re.compile(r"[0-9]+", re.ASCII)
_RUN_ID = re.compile(r"[a-zA-Z0-9][\w\-]{0,255}", re.ASCII)


def experiment_id(value: Any) -> str:
    """
    The canonical id ("7") of `value` ("7", 7, "007").

    Raises:
        InvalidInput: Not a whole number from 0 to 2**63 - 1.
    """
    text = "" if isinstance(value, bool) else str(value)
    if _NUMBER.fullmatch(text) is None or len(text) > 40 or (number := int(text)) > INT64_MAX:
        raise InvalidInput(
            "experiment_id",
            f"Invalid experiment ID '{shown(value)}'. Experiment ID must be a valid integer.",
        )
    return str(number)


def model_id(value: Any) -> str:
    """
    `value` itself, if it can be the id of a logged model.

    Raises:
        InvalidInput: Not a string with something in it.
    """
    if not isinstance(value, str) or not value:
        raise InvalidInput("model_id", f"`model_id` must be a non-empty string, but got {shown(repr(value))}")
    return storable("model_id", value)


def run_id(value: Any, field: str = "run_id") -> str:
    """
    `value` itself, if it can be a run id.

    Raises:
        InvalidInput: Not a string of 1 to 256 letters, digits, `_` or `-`, the first a letter or digit.
    """
    if not isinstance(value, str) or _RUN_ID.fullmatch(value) is None:
        raise InvalidInput(field, f"Invalid value \"{shown(value)}\" for parameter '{field}' supplied.")
    return value
