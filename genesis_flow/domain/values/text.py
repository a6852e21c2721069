"""Text that every backend can store: lengths, and no lone surrogates."""

from __future__ import annotations

import re
from typing import Any, Final

from genesis_flow.domain.errors import InvalidInput

#: How Python words that a certificate was refused; what follows is OpenSSL's reason.
_REFUSED_CERTIFICATE: Final = re.compile(r"certificate verify failed: ([^(\n]*[^(\s])")


def shown(value: object, most: int = 200) -> str:
    """`value` for an error message: quoted, escaped and cut at `most` characters."""
    text = str(value).replace("\n", "\\n").replace("\r", "\\r").replace("\0", "\\0")
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= most else f"{text[:most]}..."


def quoted(value: object) -> str:
    """`value` for an error message, as MLflow shows it there: like JSON."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f'"{shown(value)}"' if isinstance(value, (str, bytes)) else shown(value)


def refused_certificate(message: str) -> str:
    """Why a server's certificate was refused, if that is what a driver's `message` says; else ""."""
    found = _REFUSED_CERTIFICATE.search(message)
    return found[1] if found else ""


def storable(field: str, value: Any) -> str:
    """
    `value` itself, if it is a string that UTF-8 can hold.

    Raises:
        InvalidInput: Not a string, or it holds a lone surrogate (U+D800 to U+DFFF).
    """
    if not isinstance(value, str):
        raise InvalidInput(
            field,
            f"Invalid value for '{field}': a string is needed, got {type(value).__name__} "
            f"({shown(value)!r}).",
        )
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise InvalidInput(
                field,
                f"Invalid value for '{field}': the character at position {error.start} is a lone "
                "surrogate, which UTF-8 cannot hold.",
            ) from None
    return value


def within(field: str, limit: int, value: str) -> str:
    """
    `value` itself, if it has at most `limit` characters.

    Raises:
        InvalidInput: Longer; the message names the field and the limit.
    """
    if len(value) > limit:
        raise InvalidInput(field, f"'{field}' exceeds the maximum length of {limit} characters")
    return value


def cut(field: str, limit: int, value: str, *, truncate: bool) -> str:
    """`value`, cut to `limit` characters with a warning where `truncate` allows it."""
    if len(value) > limit and truncate:
        import logging  # rarely needed, and it takes time to load

        logging.getLogger(__name__).warning(
            "%s '%s...' (%d characters) is truncated to %d characters to meet the length limit.",
            field, shown(value[:100]), len(value), limit,
        )
        return value[:limit]
    return within(field, limit, value)
