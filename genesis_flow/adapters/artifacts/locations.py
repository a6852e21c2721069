"""What URIs of artifact roots mean: parsed once, and what is not plain is refused."""

from __future__ import annotations

import os
import re
from typing import Final
from urllib.parse import unquote

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.paths import artifact_path
from genesis_flow.domain.values.text import shown

# Two characters or more: one letter and a colon are a Windows drive.
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]+):")


def scheme_of(uri: str) -> str:
    """The scheme of `uri` in lower case, "" for a plain path."""
    match = _SCHEME.match(uri)
    return match[1].lower() if match else ""


def path_of_plain(uri: str) -> str:
    """The absolute local path that a path (absolute or relative) means; every character counts as it is."""
    return os.path.abspath(_printable(uri))


def path_of_file_uri(uri: str) -> str:
    """
    The absolute local path that a `file:` URI means; percent-escapes are decoded once.

    Raises:
        InvalidInput: Another host, a query or fragment, `..`, or escapes that are no UTF-8.
    """
    rest = _printable(uri)[len("file:"):]
    if rest.startswith("//"):
        host, slash, rest = rest[2:].partition("/")
        rest = slash + rest
        if host.lower() not in ("", "localhost") or not slash:
            raise _malformed(uri, "it names another host; write file:///path")
    if "?" in rest or "#" in rest:
        raise _malformed(uri, "write '?' as %3F and '#' as %23")
    try:
        path = _printable(unquote(rest, errors="strict"))
    except UnicodeDecodeError:
        raise _malformed(uri, "its percent-escapes are no UTF-8") from None
    if not path or ".." in path.split("/"):
        raise _malformed(uri, "it needs a path without '..'")
    return os.path.abspath(path)


def path_of_memory_uri(uri: str) -> str:
    """The path that a `memory://` URI means; every character counts as it is."""
    return f"/{artifact_path(uri[len('memory:'):].lstrip('/'), 'artifact_uri')}".rstrip("/")


def _printable(text: str) -> str:
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise _malformed(text, "it holds a control character")
    return text


def _malformed(uri: str, reason: str) -> InvalidInput:
    return InvalidInput("artifact_uri", f"Invalid artifact URI '{shown(uri)}': {reason}.")
