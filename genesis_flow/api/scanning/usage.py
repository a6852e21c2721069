"""The names of `mlflow` that a piece of code refers to, by its syntax alone."""

from __future__ import annotations

import ast
from collections import ChainMap
from typing import Final

import attrs

_ROOT: Final = "mlflow"
#: After a name: an instance of what it names.
INSTANCE: Final = "()"
#: Classes whose instances are followed, and functions that give some.
_CLASSES: Final = frozenset(
    f"mlflow{module}.MlflowClient" for module in ("", ".client", ".tracking", ".tracking.client")
)
_RESULTS: Final = {
    **dict.fromkeys(_CLASSES, f"mlflow.MlflowClient{INSTANCE}"),
    "mlflow.active_run": f"mlflow.ActiveRun{INSTANCE}",
    "mlflow.start_run": f"mlflow.ActiveRun{INSTANCE}",
}
#: What takes the address of a store.
_CONNECTING: Final = _CLASSES | {
    f"mlflow{module}.set_{kind}_uri" for module in ("", ".tracking") for kind in ("tracking", "registry")
}
_ADDRESSES: Final = frozenset({"uri", "tracking_uri", "registry_uri"})
_IMPORTERS: Final = frozenset({"importlib.import_module", "import_module", "__import__"})

Scope = ChainMap[str, str]


@attrs.frozen
class Use:
    """
    A place where a name is used.

    Attributes:
        name: From "mlflow" on; "mlflow.MlflowClient().get_run" for the method of an instance.
        line: Counted from 1.
        address: Of the store that the name is called with, if it is written there; may hold a password.
    """

    name: str
    line: int
    address: str = attrs.field(default="", repr=False)


def uses_in(tree: ast.Module, known: Scope) -> list[Use]:
    """
    Every use of a name of `mlflow` in `tree`.

    Args:
        known: What names of the code mean already; those that `tree` binds at its top are added.

    Raises:
        RecursionError: The code is nested too deeply.
    """
    reader = _Reader(known)
    for statement in tree.body:
        reader.visit(statement)
    return reader.uses


class _Reader(ast.NodeVisitor):
    """Reads statements in their order; a name means what it was bound to last, in its function or around it."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.uses: list[Use] = []

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            is_ours = alias.name.partition(".")[0] == _ROOT
            if is_ours:
                self.uses.append(Use(alias.name, node.lineno))
            if alias.asname:
                self._bind(alias.asname, alias.name if is_ours else None)
            elif is_ours:
                self._bind(_ROOT, _ROOT)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        is_ours = not node.level and module.partition(".")[0] == _ROOT
        for alias in node.names:
            name = module if alias.name == "*" else f"{module}.{alias.name}"
            if is_ours:
                self.uses.append(Use(name, node.lineno))
            if alias.name != "*":
                self._bind(alias.asname or alias.name, name if is_ours else None)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        meaning = self._meaning(node)
        if meaning is None:
            self.visit(node.value)
            return
        if not meaning.endswith(INSTANCE):
            self.uses.append(Use(meaning, node.lineno))
        left: ast.expr = node
        while isinstance(left, ast.Attribute):
            left = left.value
        if isinstance(left, ast.Call):
            self.visit(left)

    def visit_Name(self, node: ast.Name) -> None:
        meaning = self.scope.get(node.id)
        if meaning and not meaning.endswith(INSTANCE) and isinstance(node.ctx, ast.Load):
            self.uses.append(Use(meaning, node.lineno))

    def visit_Call(self, node: ast.Call) -> None:
        meaning = self._meaning(node.func)
        if meaning in _CONNECTING:
            self.uses += [Use(meaning, node.lineno, address) for address in _addresses(node)]
        match node.args:
            case [ast.Constant(value=str(name)), *_] if _key(node.func) in _IMPORTERS:
                if name.partition(".")[0] == _ROOT:
                    self.uses.append(Use(name, node.lineno))
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                self.visit(target)
            self._assign(target, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self._assign(node.target, node.value)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self._assign(node.target, node.value)

    def visit_withitem(self, node: ast.withitem) -> None:
        self.visit(node.context_expr)
        if node.optional_vars is not None:
            self._assign(node.optional_vars, node.context_expr)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for each in (*node.decorator_list, node.args, node.returns):
            if each is not None:
                self.visit(each)
        around, self.scope = self.scope, self.scope.new_child()
        arguments = node.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            kind = self._meaning(argument.annotation) if argument.annotation is not None else None
            self._bind(argument.arg, _RESULTS.get(kind or "") if kind in _CLASSES else None)
        for statement in node.body:
            self.visit(statement)
        self.scope = around

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for each in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(each)
        around, self.scope = self.scope, self.scope.new_child()
        for each in ast.walk(node):  # what one method keeps, another one may use
            if isinstance(each, ast.Assign):
                for target in each.targets:
                    if isinstance(target, ast.Attribute):
                        self._assign(target, each.value)
        for statement in node.body:
            self.visit(statement)
        self.scope = around

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        """Note what is kept under a name, or an attribute of a name, if it is an instance that is followed."""
        key = _key(target)
        if key is None:
            return
        meaning = self._meaning(value)
        if meaning is not None and (meaning.endswith(INSTANCE) or isinstance(value, ast.Name | ast.Attribute)):
            self._bind(key, meaning)
        elif (self.scope.get(key) or "").endswith(INSTANCE):
            self._bind(key, None)  # and not where MLflow was imported: `mlflow = None` is for where it cannot be

    def _bind(self, name: str, meaning: str | None) -> None:
        self.scope[name] = meaning or ""

    def _meaning(self, node: ast.expr | None) -> str | None:
        """What an expression is, as a name that begins with "mlflow"; None for anything else."""
        match node:
            case ast.Name():
                return self.scope.get(node.id) or None
            case ast.Attribute():
                kept = self.scope.get(_key(node) or "")
                if kept:
                    return kept
                owner = self._meaning(node.value)
                return f"{owner}.{node.attr}" if owner else None
            case ast.Call():
                return _RESULTS.get(self._meaning(node.func) or "")
            case _:
                return None


def _key(node: ast.expr) -> str | None:
    """What is kept under `name` or `name.attribute` is looked up by that text."""
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute(value=ast.Name(id=name)):
            return f"{name}.{node.attr}"
        case _:
            return None


def _addresses(call: ast.Call) -> list[str]:
    """The addresses of stores that are written in a call."""
    given = [*call.args, *(each.value for each in call.keywords if each.arg in _ADDRESSES)]
    return [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
