"""Files and functions stay small enough to be read at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import genesis_flow

PACKAGE = Path(genesis_flow.__file__).parent
FILES = sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py"))

MOST_LINES = 400
MOST_BODY_LINES = 40
MOST_WIDTH = 120
VAGUE = {"utils.py", "common.py", "helpers.py", "base.py", "misc.py"}

#: Where callers read documentation. Adapters do not repeat what their ports say.
DOCUMENTED = (
    "ports",
    "domain",
    "api/client",
    "api/fluent",
    "api/session.py",
    "api/errors.py",
    "bootstrap.py",
    "bootstrap_models.py",
    "bootstrap_mongo.py",
    "bootstrap_webhooks.py",
    "settings.py",
    "server_settings.py",
    "webhook_settings.py",
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _is_overload(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "overload" for each in getattr(node, "decorator_list", ()))


def _body_lines(function: Function) -> int:
    body = function.body
    if (
        isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_small(file: str) -> None:
    """At most 400 lines, none wider than 120 characters, and no function body beyond 40."""
    text = (PACKAGE / file).read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, Function)]

    assert len(text.splitlines()) <= MOST_LINES
    assert [] == [number for number, line in enumerate(text.splitlines(), 1) if len(line) > MOST_WIDTH]
    assert [] == [f"{each.name}: {_body_lines(each)}" for each in functions if _body_lines(each) > MOST_BODY_LINES]


def test_half_of_all_functions_are_tiny() -> None:
    """Fewer than 8 lines of body."""
    lengths = sorted(
        _body_lines(node)
        for file in FILES
        for node in ast.walk(ast.parse((PACKAGE / file).read_text(encoding="utf-8")))
        if isinstance(node, Function)
    )

    assert lengths[len(lengths) // 2] < 8


def test_no_name_says_nothing() -> None:
    """A file is called after what is in it."""
    assert [] == [file for file in FILES if Path(file).name in VAGUE and Path(file).parent != Path("api")]


def test_public_things_are_documented() -> None:
    """Every module, public class and public function of ports, use cases and the facade."""
    missing = []
    for file in FILES:
        if not file.startswith(DOCUMENTED) or file.endswith("__init__.py"):
            continue
        tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
        nodes = [tree, *(n for n in tree.body if isinstance(n, Function | ast.ClassDef))]
        nodes += [
            m
            for n in tree.body
            if isinstance(n, ast.ClassDef) and n.name[0] != "_"
            for m in n.body
            if isinstance(m, Function)
        ]
        missing += [
            f"{file}: {getattr(node, 'name', 'module')}"
            for node in nodes
            if not getattr(node, "name", "").startswith("_") and not ast.get_docstring(node) and not _is_overload(node)
        ]

    assert [] == missing
