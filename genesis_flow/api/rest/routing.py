"""Which endpoint a request is for: a look into a table, however many endpoints there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from starlette.datastructures import URLPath
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send

#: A part of a path that varies; with `:path` it may hold "/".
PART: Final = re.compile(r"\{(\w+)(:path)?\}")


class Table(BaseRoute):
    """
    Routes to applications by path and method.

    Starlette would compare a path with the pattern of one route after the other, which takes longer than the rest of
    its work for a request.

    Args:
        rows: Path, methods and application of each route; of paths that match, the first counts.
    """

    def __init__(self, rows: Iterable[tuple[str, Sequence[str], ASGIApp]]) -> None:
        self._plain: dict[str, dict[str, ASGIApp]] = {}
        self._patterns: dict[re.Pattern[str], dict[str, ASGIApp]] = {}
        for path, methods, app in rows:
            if PART.search(path):
                found = self._patterns.setdefault(_pattern(path), {})
            else:
                found = self._plain.setdefault(path, {})
            found.update(dict.fromkeys(methods, app))
            if "GET" in methods:
                found["HEAD"] = app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found = self._found(route_path(scope)) if scope["type"] == "http" else None
        if found is None:
            return Match.NONE, {}
        methods, parts = found
        return Match.FULL, {"endpoint": methods, "path_params": parts}

    def _found(self, path: str) -> tuple[Mapping[str, ASGIApp], Mapping[str, str]] | None:
        if path in self._plain:
            return self._plain[path], {}
        for pattern, methods in self._patterns.items():
            if match := pattern.fullmatch(path):
                return methods, match.groupdict()
        return None

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        methods: Mapping[str, ASGIApp] = scope["endpoint"]
        app = methods.get(scope["method"])
        if app is None:
            allowed = {"Allow": ", ".join([*methods, "OPTIONS"])}
            if scope["method"] != "OPTIONS":
                raise HTTPException(405, headers=allowed)
            app = Response(status_code=204, headers=allowed)
        await app(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        raise NoMatchFound(name, path_params)


def route_path(scope: Scope) -> str:
    """The path below where the application is mounted."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _pattern(path: str) -> re.Pattern[str]:
    """What a path with parts matches; a part is never empty, unless it may be several."""
    found, end = [], 0
    for part in PART.finditer(path):
        found.append(re.escape(path[end : part.start()]))
        found.append(f"(?P<{part[1]}>{'.*' if part[2] else '[^/]+'})")
        end = part.end()
    return re.compile("".join(found) + re.escape(path[end:]), re.DOTALL)
