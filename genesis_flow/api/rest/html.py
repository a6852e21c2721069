"""Pages that the server writes itself: HTML alone, without scripts and without other servers."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Final

from genesis_flow.api.rest.wire import Reply

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "summary{cursor:pointer;font-family:monospace}summary b{display:inline-block;width:5rem}"
    "table{margin:.5rem 0 1rem 5rem;border-collapse:collapse}td{padding:.1rem 1rem .1rem 0;vertical-align:top}"
)
_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "frame-ancestors 'self'"
)


def html_page(title: str, body: str) -> Reply:
    """The page with a title, which is escaped, and a body of HTML, which is not."""
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1>{body}</html>"
    )
    return Reply(200, text.encode(), "text/html", {"content-security-policy": _POLICY})
