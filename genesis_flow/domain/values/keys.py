"""
Keys of params, metrics and tags.

A key is a relative path in normal form, made of letters, digits and `_ - . space : /`.
Unlike MLflow's pattern, a trailing newline does not slip through.

Source: MLflow 3.17 `_validate_param_name`, `_validate_metric_name`, `_validate_tag_name`.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any, Final

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.text import shown, storable

_ALLOWED = re.compile(r"[/\w.\- :]*")
#: What is said of a missing key where that is more than that it is missing.
_MISSING: Final = {
    "Param key": "Invalid value \"\" for parameter '{}' supplied: A key name must be provided.",
    "Metric name": "Invalid value null for parameter '{}' supplied: Metric name cannot be None. "
    "A key name must be provided.",
}


def checked_key(field: str, key: Any, label: str = "") -> str:
    """
    `key` itself, if it has a legal form (length is checked separately); `label` is as for `bounded_key`.

    Raises:
        InvalidInput: Missing, a forbidden character, or a path that is not in normal form.
    """
    if key is None:
        raise InvalidInput(field, _MISSING.get(label, "Missing value for required parameter '{}'.").format(field))
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
    name = checked_key(field, key, label)
    if len(name) > limit:
        raise InvalidInput(field, f"'{label}' exceeds the maximum length of {limit} characters")
    return name
