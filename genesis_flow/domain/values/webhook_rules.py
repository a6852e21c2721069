"""
Names, addresses and texts that webhooks can have.

Source: MLflow 3.17 `_validate_webhook_name`, `_validate_webhook_url`; what goes beyond is in docs/decisions/0030.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import attrs

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.text import storable, within

_NAME: Final = re.compile(r"(?=.{1,63}\Z)[a-z0-9]([a-z0-9._-]*[a-z0-9])?", re.IGNORECASE | re.ASCII)
#: Spaces and control characters, which parsers of URLs and of HTTP treat differently.
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]")


@attrs.frozen
class WebhookSchemes:
    """The schemes that addresses of webhooks may have."""

    allowed: Callable[[], Sequence[str]]


def _quoted(text: str) -> str:
    """`text` as a Python literal, cut at 200 characters."""
    return repr(text if len(text) <= 200 else f"{text[:200]}...")


def webhook_name(value: Any) -> str:
    """
    `value`, if it can be the name of a webhook; names need not be unique.

    Raises:
        InvalidInput: Not a text, or not one of the form that the message describes.
    """
    if not isinstance(value, str):
        raise InvalidInput("name", f"Webhook name must be a string, got {type(value).__name__!r}")
    if not _NAME.fullmatch(value):
        raise InvalidInput(
            "name",
            f"Webhook name {_quoted(value)} is invalid. It must start and end with a letter or digit, be less than 63 "
            "characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-).",
        )
    return value


def webhook_url(value: Any, schemes: Sequence[str]) -> str:
    """
    `value`, if a webhook can be at this address; where its host is, is not looked up.

    Raises:
        InvalidInput: Not a text, too long, of another scheme, without a host, with a user name or password, or with
            a space or control character.
    """
    if not isinstance(value, str):
        raise InvalidInput("url", f"Webhook URL must be a string, got {type(value).__name__!r}")
    if not value.strip():
        raise InvalidInput("url", f"Webhook URL cannot be empty or just whitespace: {_quoted(value)}")
    within("url", limits.WEBHOOK_URL, storable("url", value))
    parts = _split(value)
    if parts.scheme not in schemes:
        raise InvalidInput(
            "url", f"Invalid webhook URL scheme: {_quoted(parts.scheme)}. Allowed schemes are: {', '.join(schemes)}."
        )
    if not parts.hostname:
        raise InvalidInput("url", f"Webhook URL must include a hostname: {_quoted(value)}")
    if parts.username is not None or parts.password is not None:
        raise InvalidInput(
            "url",
            "Webhook URL must not include a user name or password: they would be stored and shown. Give the webhook "
            "a secret instead, with which deliveries are signed.",
        )
    if _UNSAFE.search(value):
        raise InvalidInput("url", "Webhook URL must not include spaces or control characters: percent-encode them.")
    return value


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        if parts.port == 0:
            raise ValueError("Port out of range 0-65535")
    except ValueError as error:
        raise InvalidInput("url", f"Invalid webhook URL {_quoted(url)}: {error!r}") from None
    return parts


def webhook_description(value: Any) -> str | None:
    """`value`, if it is None or a text of at most 1,000 characters."""
    return None if value is None else within("description", limits.WEBHOOK_TEXT, storable("description", value))


def webhook_secret(value: Any) -> str:
    """`value`, if it is a text of at most 1,000 characters; errors do not show it."""
    if not isinstance(value, str):
        raise InvalidInput("secret", f"Webhook secret must be a string, got {type(value).__name__!r}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidInput("secret", "Webhook secret holds a lone surrogate, which UTF-8 cannot hold.") from None
    return within("secret", limits.WEBHOOK_TEXT, value)
