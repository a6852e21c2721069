"""A page that shows the OpenAPI document to people: HTML alone, without scripts and without other servers."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Any, Final

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


def page(document: dict[str, Any]) -> Reply:
    """The page of a document."""
    groups: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            groups.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    info = document["info"]
    body = "".join(f"<h2>{escape(name)}</h2>{''.join(rows)}" for name, rows in groups.items())
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(info["title"])}</title>'
        f"<style>{_STYLE}</style><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
        f'<p>{escape(info["description"])} <a href="openapi.json">OpenAPI</a></p>{body}</html>'
    )
    return Reply(200, text.encode(), "text/html", {"content-security-policy": _POLICY})


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = [(each["name"], each["in"], each["schema"], each["required"]) for each in operation["parameters"]]
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    required = schema.get("required", ())
    rows += [(name, "body", value, name in required) for name, value in schema.get("properties", {}).items()]
    if content and not schema:
        rows.append(("", "body", {"type": next(iter(content))}, True))
    return (
        f"<details><summary><b>{method.upper()}</b>{escape(path)}</summary>"
        f"<table>{''.join(_row(*row) for row in rows)}</table></details>"
    )


def _row(name: str, place: str, schema: dict[str, Any], is_required: bool) -> str:
    cells = (name, place, _kind(schema), "required" if is_required else "")
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"] if not isinstance(value, int))
    if "anyOf" in schema:
        return str(schema["anyOf"][0]["type"])
    if "type" not in schema:
        return "JSON"
    if schema["type"] == "array":
        return f"list of {_kind(schema['items'])}"
    if schema["type"] == "object":
        return "{" + ", ".join(schema["properties"]) + "}"
    return str(schema["type"])
