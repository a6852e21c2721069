"""
Names, aliases, versions and stages of registered models, and names of prompts.

Source: MLflow 3.17 `_validate_model_name`, `_validate_model_alias_name`, `_validate_model_version`.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any, Final

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.text import shown, storable, within

LATEST: Final = "latest"

_ALIAS = re.compile(r"[\w\-]+")
_VERSION_ALIAS = re.compile(r"[vV]\d+")
_PROMPT_NAME = re.compile(r"[a-zA-Z0-9_.-]+")
_WHOLE_NUMBER = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)


def model_name(value: Any, field: str = "name") -> str:
    """
    `value` itself, if it can name a registered model.

    Raises:
        InvalidInput: Missing or blank, with `/` or `:`, a path that is not in normal form, or longer
            than 500 characters.
    """
    if value is None or (isinstance(value, str) and value.strip() == ""):
        raise InvalidInput(field, f"Missing value for required parameter '{field}'.")
    name = storable(field, value)
    if "/" in name or ":" in name:
        raise InvalidInput(field, f"Invalid model name '{shown(name)}'. Names cannot contain '/' or ':'.")
    normal = posixpath.normpath(name)
    if normal != name or name in (".", ".."):
        raise InvalidInput(
            field,
            f"Invalid value \"{shown(name)}\" for parameter '{field}' supplied: Names may be treated as files "
            "in certain cases, and must not resolve to other names when treated as such. This name would "
            f"resolve to '{shown(normal)}'",
        )
    return within(field, limits.MODEL_NAME, name)


def prompt_name(value: Any) -> str:
    """
    `value` itself, if it can name a prompt.

    Raises:
        InvalidInput: Not a text of ASCII letters, digits, `_`, `-` and `.`, or one that cannot name a model.
    """
    if not isinstance(value, str) or not value:
        raise InvalidInput("name", "Prompt name must be a non-empty string.")
    if _PROMPT_NAME.fullmatch(value) is None:
        raise InvalidInput(
            "name", "Prompt name can only contain alphanumeric characters, hyphens, underscores, and dots."
        )
    return model_name(value)


def alias_name(value: Any) -> str:
    """
    `value` itself, if it can be asked for as an alias.

    Raises:
        InvalidInput: Empty, longer than 255 characters, or not of letters, digits, `_` and `-` alone.
    """
    if value is None or value == "":
        raise InvalidInput("alias", "Registered model alias name cannot be empty.")
    alias = storable("alias", value)
    if _ALIAS.fullmatch(alias) is None:
        raise InvalidInput(
            "alias",
            f"Invalid alias name: '{shown(alias)}'. Names may only contain alphanumerics, underscores (_), and "
            "dashes (-).",
        )
    if len(alias) > limits.MODEL_ALIAS:
        raise InvalidInput(
            "alias",
            f"'Registered model alias name' exceeds the maximum length of {limits.MODEL_ALIAS} characters",
        )
    return alias


def free_alias(value: Any) -> str:
    """
    `value` itself, if it can be given to a version.

    Raises:
        InvalidInput: Not an alias, or one that is reserved: "latest" in any case, or such as "v1".
    """
    alias = alias_name(value)
    if alias.lower() == LATEST:
        raise InvalidInput("alias", "'latest' alias name (case insensitive) is reserved.")
    if _VERSION_ALIAS.fullmatch(alias):
        raise InvalidInput("alias", f"Version alias name '{alias}' is reserved.")
    return alias


def model_version(value: Any) -> int:
    """
    The number of a version that `value` ("7", 7, "007") writes.

    Raises:
        InvalidInput: Not a whole number.
    """
    is_number = isinstance(value, int) and not isinstance(value, bool)
    text = str(value) if is_number or isinstance(value, str) else ""
    if _WHOLE_NUMBER.fullmatch(text) is None or len(text) > 100:
        raise InvalidInput("version", f"Parameter 'version' must be an integer, got '{shown(value)}'.")
    return int(text)
