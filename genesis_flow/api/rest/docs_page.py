"""A page that shows the OpenAPI document to people."""

from __future__ import annotations

from html import escape
from typing import Any

from genesis_flow.api.rest.html import html_page
from genesis_flow.api.rest.wire import Reply


def page(document: dict[str, Any]) -> Reply:
    """The page of a document."""
    groups: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            groups.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    info = document["info"]
    body = "".join(f"<h2>{escape(name)}</h2>{''.join(rows)}" for name, rows in groups.items())
    said = f'<p>{escape(info["description"])} <a href="openapi.json">OpenAPI</a></p>'
    return html_page(f"{info['title']} {info['version']}", said + body)


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
