"""Rules of the model registry that registered models, versions and prompts share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.keys import bounded_key
from genesis_flow.domain.values.text import shown, storable, within

#: The tag of a version of a prompt that holds its text.
PROMPT_TEXT_TAG: Final = "mlflow.prompt.text"
#: More rounds of percent-encoding than this are an attack, not a name.
_MOST_DECODINGS: Final = 8
_SEPARATORS: Final = re.compile(r"[/\\:]")


def registry_tags(tags: Mapping[Any, Any] | None) -> dict[str, str]:
    """
    `tags`, if they can be those of a registered model or of a version.

    Raises:
        InvalidInput: A key or value breaks its rule.
    """
    return {bounded_key("key", "key", key): _tag_value(key, value) for key, value in (tags or {}).items()}


def _tag_value(key: str, value: Any) -> str:
    if value is None:
        raise InvalidInput("value", "Tag value cannot be None")
    if key == PROMPT_TEXT_TAG and len(storable("value", value)) > limits.MODEL_TAG_VALUE:
        raise InvalidInput("value", f"Prompt text exceeds max length of {limits.MODEL_TAG_VALUE} characters.")
    return within("value", limits.MODEL_TAG_VALUE, storable("value", value))


def tag_key(key: Any) -> str:
    """
    `key`, if a tag can have it.

    Raises:
        InvalidInput: It breaks the rule of keys.
    """
    return bounded_key("key", "key", key)


def optional_text(field: str, value: Any) -> str | None:
    """`value`, if it is None or a text that can be stored."""
    return None if value is None else storable(field, value)


def model_source(value: Any) -> str:
    """
    `value`, if it can be the source of a version.

    Raises:
        InvalidInput: Not a text, or one that leaves its place: with `..` as a part of its path, also when it is
            percent-decoded once or repeatedly; or with a control character.
    """
    source = storable("source", value)
    text = source
    for _ in range(_MOST_DECODINGS):
        parts = _SEPARATORS.split(text.partition("?")[0])
        if ".." in parts or any(ord(character) < 32 for character in text):
            raise _traversal(source)
        decoded = unquote(text)
        if decoded == text:
            return source
        text = decoded
    raise _traversal(source)


def _traversal(source: str) -> InvalidInput:
    return InvalidInput(
        "source",
        f"Invalid model version source: '{shown(source)}'. It must not contain '..' as a part of its path or a "
        "control character, also not when percent-decoded.",
    )
