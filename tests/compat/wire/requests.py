"""Requests whose ids are names, filled in for each server, and answers in which ids are names again."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import attrs

API: Final = "/api/2.0/mlflow/"
#: Headers of responses that clients may depend on.
COMPARED: Final = (
    "access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-methods",
    "access-control-allow-headers", "access-control-expose-headers", "allow", "content-disposition", "x-frame-options",
    "x-content-type-options",
)  # fmt: skip
_JSON: Final = {"Content-Type": "application/json"}
_OWNERS: Final = ("run_id", "key", "model_id", "digest", "context")
_NAMED: Final = re.compile(r"\{(\w+)\}")
_ELSEWHERE: Final = re.compile(r"<root>/\d+/")
_NEW_ID: Final = re.compile(r"\b(m-)?[0-9a-f]{32}\b")
_RANDOM_NAME: Final = re.compile(r"^[a-z]+-[a-z]+-\d{1,4}$")
_HOUR_MS: Final = 3_600_000


@attrs.frozen
class Ask:
    """
    A request; `{name}` in it is what an earlier answer gave.

    Attributes:
        path: Below the API, or from "/" on.
        content: Its JSON body. query: Of its URL. body: Bytes in place of JSON. headers: Further ones, None for none.
        takes: Names for parts of the answer, by where they are: "run.info.run_id".
    """

    method: str
    path: str
    content: Any = None
    query: Sequence[tuple[str, str]] = ()
    body: str | None = None
    headers: Mapping[str, str | None] = attrs.field(factory=dict)
    takes: Mapping[str, str] = attrs.field(factory=dict)

    def __str__(self) -> str:
        what = self.body if self.body is not None else "" if self.content is None else json.dumps(self.content)
        asked = f"?{urlencode(self.query)}" if self.query else ""
        shown = what if len(what) < 400 else f"{what[:400]}... ({len(what)})"
        return f"{self.method} {self.path}{asked} {shown} {dict(self.headers) or ''}".strip()


def post(path: str, content: Any = None, /, **takes: str) -> Ask:
    """A POST with a JSON body."""
    return Ask("POST", path, {} if content is None else content, takes=takes)


def get(path: str, /, **query: Any) -> Ask:
    """A GET with a query; lists are parameters that are repeated."""
    return Ask("GET", path, query=[*to_query(query)])


def patch(path: str, /, **content: Any) -> Ask:
    """A PATCH with a JSON body."""
    return Ask("PATCH", path, content)


def delete(path: str, /, **content: Any) -> Ask:
    """A DELETE with a JSON body."""
    return Ask("DELETE", path, content)


def to_query(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values of a query."""
    return [
        (name, one if isinstance(one, str) else json.dumps(one))
        for name, value in values.items()
        for one in (value if isinstance(value, list) else [value])
    ]


@attrs.frozen
class Answer:
    """What came back: JSON where it is such, else text; `headers` are those of `COMPARED`."""

    status: int
    media_type: str
    content: Any
    headers: Mapping[str, str]


@attrs.define
class Server:
    """
    One of the servers, and what it called things.

    Attributes:
        root: Below which it keeps artifacts. names: What it called things, by our names for them.
    """

    name: str
    address: str
    root: Path
    names: dict[str, str] = attrs.field(factory=dict)
    _connection: HTTPConnection | None = None

    def ask(self, ask: Ask) -> Answer:
        """Its answer to a request; names are taken from it."""
        status, headers, text = self._send(ask.method, self._url(ask), *self._body(ask))
        media_type = headers.get("content-type", "")
        content = json.loads(text) if text and media_type.startswith("application/json") else text
        if status == 200:
            self.names |= {name: str(_part(content, place)) for name, place in ask.takes.items()}
        compared = {name: headers[name] for name in COMPARED if name in headers}
        return Answer(status, media_type, self._named(content), compared)

    def erase_models(self) -> None:
        """Delete all registered models, prompts among them."""
        for where in ("", "tags.`mlflow.prompt.is_prompt` = 'true'"):
            query = urlencode({"max_results": 1000, "filter": where})
            found = json.loads(self._send("GET", f"{API}registered-models/search?{query}", None, {})[2])
            for model in found.get("registered_models", ()):
                body = json.dumps({"name": model["name"]}).encode()
                self._send("DELETE", f"{API}registered-models/delete", body, _JSON)

    def _url(self, ask: Ask) -> str:
        path: str = self._filled(ask.path if ask.path.startswith("/") else f"{API}{ask.path}")
        query = urlencode([(self._filled(name), self._filled(value)) for name, value in ask.query])
        return f"{path}?{query}" if query else path

    def _body(self, ask: Ask) -> tuple[bytes | None, Mapping[str, str]]:
        """The body of a request, and its headers."""
        body = ask.body if ask.content is None else json.dumps(self._filled(ask.content))
        headers = {**({} if body is None else _JSON), **ask.headers}
        sent = {name: value for name, value in headers.items() if value is not None}
        return None if body is None else self._filled(body).encode(), sent

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], str]:
        for attempt in (1, 2):
            if self._connection is None:
                where = urlsplit(self.address)
                self._connection = HTTPConnection(str(where.hostname), where.port, timeout=120)
            try:
                self._connection.request(method, path, body, dict(headers))
                response = self._connection.getresponse()
                content = response.read()
            except (OSError, HTTPException):
                self.close()
                if attempt == 2:
                    raise
                continue
            found = {name.lower(): value for name, value in response.getheaders()}
            return response.status, found, content.decode("utf-8", "replace")
        raise AssertionError

    def _filled(self, value: Any) -> Any:
        match value:
            case str():
                return _NAMED.sub(lambda found: self.names.get(found[1], found[0]), value)
            case dict():
                return {self._filled(name): self._filled(item) for name, item in value.items()}
            case list():
                return [self._filled(item) for item in value]
            case _:
                return value

    def _named(self, value: Any, key: str = "") -> Any:
        match value:
            case str():
                return self._with_names(value, key)
            case int() if not isinstance(value, bool) and abs(value - time.time() * 1000) < _HOUR_MS:
                return "<now>"
            case dict():
                return {name: self._named(item, name) for name, item in value.items()}
            case list():
                return _sorted([self._named(item, key) for item in value])
            case _:
                return value

    def _with_names(self, text: str, key: str) -> str:
        if key == "next_page_token" and text:
            return "<token>"
        text = text.replace(str(self.root), "<root>").replace(self.address, "<address>")
        for name, called in sorted(self.names.items(), key=lambda item: -len(item[1])):
            if called.isdigit():
                text = re.sub(rf"(?<![\w.-]){called}(?![\w.-])", f"<{name}>", text)
            else:
                text = text.replace(called, f"<{name}>")
        text = _ELSEWHERE.sub("<root>/<experiment>/", text)
        text = _NEW_ID.sub(r"<\1id>", text)
        if key == "experiment_id" and text.isdigit() and text != "0":
            return "<experiment>"
        return "<random name>" if key in ("run_name", "name", "value") and _RANDOM_NAME.match(text) else text


def _sorted(items: list[Any]) -> list[Any]:
    """Entries of runs and models by what they are of: some servers have them in the order of random ids."""
    if not all(isinstance(item, dict) and not item.keys().isdisjoint(_OWNERS) for item in items):
        return items
    return sorted(items, key=lambda item: [str(item.get(name, "")) for name in _OWNERS])


def _part(content: Any, place: str) -> Any:
    for step in place.split("."):
        try:
            content = content[int(step)] if isinstance(content, list) else content[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return f"<no {place}>"
    return content
