"""From a request that is granted to those that differ from it in one thing."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tests.compat.wire.endpoints import Base
from tests.compat.wire.requests import Ask, to_query

_LEFT_OUT: Final = object()
#: Whether everything is tried, or what was seen to matter.
_ALL: Final = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


def _values(*values: Any, more: Sequence[Any] = ()) -> Sequence[Any]:
    return (_LEFT_OUT, None, *values, *(more if _ALL else ()))


#: In place of texts, numbers and so on.
_TEXTS: Final = _values(
    "", "x", "\u00e9 \u4e2d", "a/b", "a\nb", "A" * 6500, 1, True, [], {},
    more=(" ", "1", "unknown", "../a", "%2e%2e/a", "a:b", "a.b", "'", "A" * 300, 0, 1.5, ["a"], {"a": 1}),
)  # fmt: skip
_NUMBERS: Final = _values(
    "", "2", "2.0", "x", "NaN", 0, -1, 1.5, 2**31, 2**63, -(2**63), True, [], {},
    more=("1e2", "Infinity", " 3", 1.0, 1e300, 2**53 + 1, 100_000, [1]),
)  # fmt: skip
_TRUTHS: Final = _values(True, "true", "x", 1, [], more=(0, {}))
_LISTS: Final = _values([], "x", 1, {}, [None], [1], ["x"], [{}], more=(True, {"a": 1}, [[]], ["\u00e9"]))
_OBJECTS: Final = _values({}, "x", 1, [], more=(True, {"x": 1}))
#: Values of fields that have ids, that each endpoint might know.
_IDS: Final = {
    "experiment_id": ("{gone_exp}", "999999", "-1", "1.5", "9" * 30),
    "run_id": ("{gone_run}", "0" * 32, "{other_run}"),
    "model_id": ("{gone_model}", "m-" + "0" * 32),
    "name": ("{mark}-prompt", "{mark}-none"),
    "version": ("3", "9", "1.0", "-1"),
    "alias": ("latest", "Latest", "v1", "V12", "none"),
    "stage": ("production", "Archived", "None"),
    "filter": (
        "name", "name = ", "a.b.c = 'x'", "name = 'x' OR name = 'y'", "params.p = 1", "tags.k = 'v' AND",
        "metrics.m > 'x'", "((", "metrics.`a b` > 1", "name ~ 'x'",
    ),
    "order_by": (["name ASC, name"], ["name up"], ["nothing DESC"], ["metrics.m DESC"], ["name", "name"], ["'"]),
    "page_token": ("x", "e30=", "MTIz", "eyJvZmZzZXQiOiAxfQ=="),
    "run_view_type": ("DELETED_ONLY", "ACTIVE_ONLY", 2, 3, 9),
    "view_type": ("DELETED_ONLY", 2, 3, 9),
    "status": ("RUNNING", "KILLED", 4, 9, "LOGGED_MODEL_UPLOAD_FAILED", "LOGGED_MODEL_PENDING", "READY"),
    "stages": (["Staging", "none"], ["x"]),
    "path": ("/a", "file:///etc", "a/../b", "%252e%252e"),
    "experiment_ids": (["{gone_exp}"], ["999999"], ["{exp}", "{gone_exp}", "0"], ["0"] * 30),
    "source": (
        "/etc/passwd", "file:///etc", "s3://b/../x", "s3://b/x", "http://h/p", "models:/{mark}-reg/1",
        "models:/{model}", "runs:/{run}/x", "mlflow-artifacts:/x", "dummy-source",
    ),
}  # fmt: skip


def variants(base: Base) -> Iterator[Ask]:
    """Requests that differ from that of `base` in one field, or in how they are made; and itself."""
    for content in _fields(base.content):
        yield _ask(base, content)
    if base.method != "GET":
        yield from _bodies(base)
    yield from _spellings(base)
    yield Ask("PUT" if base.method != "PUT" else "GET", base.path, {})
    yield _ask(base, base.content)


def _ask(base: Base, content: dict[str, Any]) -> Ask:
    if base.method == "GET":
        return Ask("GET", base.path, query=to_query(content))
    return Ask(base.method, base.path, content)


def _fields(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in content.items():
        for other in _others(name, value):
            changed = {key: item for key, item in content.items() if key != name}
            yield changed if other is _LEFT_OUT else {**changed, name: other}


def _others(name: str, value: Any) -> Iterator[Any]:
    yield from _IDS.get(name, ())
    match value:
        case bool():
            yield from _TRUTHS
        case str():
            yield from _TEXTS
        case int() | float():
            yield from _NUMBERS
        case dict():
            yield from _OBJECTS
            yield from _inner(value)
        case [dict() as first, *_]:
            yield from _LISTS
            for changed in _inner(first):
                yield [changed]
            yield [first, first]
        case list():
            yield from _LISTS
        case _:
            raise AssertionError(value)


def _inner(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Fewer changes for objects inside of a request."""
    for name, value in content.items():
        yield {key: item for key, item in content.items() if key != name}
        if isinstance(value, (dict, list)):
            others = [*_others(name, value)]
        else:
            others = [None, "", "x", "A" * 6500, 1, [], *_IDS.get(name, ())[:1]]
        for other in others:
            if other is not _LEFT_OUT:
                yield {**content, name: other}


def _bodies(base: Base) -> Iterator[Ask]:
    def sent(body: str) -> Ask:
        return Ask(base.method, base.path, body=body)

    bodies = ["", "[]", "{", json.dumps(json.dumps(base.content)), *(("null", "1", "true", '"x"') if _ALL else ())]
    yield from map(sent, bodies)
    for kind in (None, "text/plain", "APPLICATION/JSON", *(("application/json; charset=utf-8",) if _ALL else ())):
        yield Ask(base.method, base.path, body="{}", headers={"Content-Type": kind})
    yield Ask(base.method, base.path, query=to_query(base.content))
    yield Ask(base.method, base.path, {}, query=to_query(base.content))


def _spellings(base: Base) -> Iterator[Ask]:
    """Names of fields as JavaScript spells them, alone and beside the others; fields that there are not."""
    camel = {re.sub(r"_(\w)", lambda found: found[1].upper(), name): value for name, value in base.content.items()}
    for name, value in camel.items():
        if name not in base.content:
            yield _ask(base, {**base.content, name: value})
            snake = re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", name)
            yield _ask(base, {key: item for key, item in base.content.items() if key != snake} | {name: value})
    yield _ask(base, {**base.content, "surplus": {"a": [1]}})
