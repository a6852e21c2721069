"""URIs of stores, which may hold passwords."""

from __future__ import annotations

import re
from typing import Any, Final

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")


def scheme_of(uri: str) -> str:
    """The scheme of `uri` in lower case, "" for none; never fails, so that no error shows a URI with a password."""
    match = _SCHEME.match(uri)
    return match[1].lower() if match else ""


def redacted(uri: Any) -> str:
    """
    `uri` without what may be secret: user, password, and the values of its query.

    A password may hold characters that it should not, such as `/`: whatever stands before the last `@` goes.
    """
    text = str(uri)
    scheme = _SCHEME.match(text)
    start = text[: scheme.end()] if scheme and text[scheme.end() :].startswith("//") else ""
    _, at, host = text[len(start) :].lstrip("/" if start else "").rpartition("@")
    if at:
        return f"{start}{'//' if start else ''}***@{_without_query(host)}"
    return _without_query(text)


def _without_query(text: str) -> str:
    shown, mark, _ = text.partition("?")
    return f"{shown}?..." if mark else shown
