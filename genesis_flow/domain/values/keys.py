"""
Keys of params, metrics and tags.

A key is a relative path in normal form, made of letters, digits and `_ - . space : /`.
Unlike MLflow's pattern, a trailing newline does not slip through.

Source: MLflow 3.17 `_validate_param_name`, `_validate_metric_name`, `_validate_tag_name`.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.text import shown, storable

_ALLOWED = re.compile(r"[/\w.\- :]*")


def checked_key(field: str, key: Any) -> str:
    """
    `key` itself, if it has a legal form (length is checked separately).

    Raises:
        InvalidInput: Missing, a forbidden character, or a path that is not in normal form.
    """
    if key is None:
        raise InvalidInput(
            field, f"Missing value for required parameter '{field}'. A key name must be provided."
        )
    name = storable(field, key)
    if _ALLOWED.fullmatch(name) is None:
        raise InvalidInput(
            field,
            f"Invalid value \"{shown(name)}\" for parameter '{field}' supplied: Names may only "
            "contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), "
            "colon(:) and slashes (/).",
        )
    normal = posixpath.normpath(name)
    if normal != name or name == "." or name.startswith(("..", "/")):
        raise InvalidInput(
            field,
            f"Invalid value \"{shown(name)}\" for parameter '{field}' supplied: Names may be "
            "treated as files in certain cases, and must not resolve to other names when treated "
            f"as such. This name would resolve to '{shown(normal)}'",
        )
    return name


def bounded_key(field: str, label: str, key: Any, limit: int = limits.ENTITY_KEY) -> str:
    """`key`, if its form is legal and it has at most `limit` characters (the error says `label`)."""
    name = checked_key(field, key)
    if len(name) > limit:
        raise InvalidInput(field, f"'{label}' exceeds the maximum length of {limit} characters")
    return name
