"""Whether a symbol of this library is what the snapshot and the policy say."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Mapping
from functools import cached_property
from types import ModuleType
from typing import Any

import attrs

from tests.compat.ledger.policy import ABSENT, SUPERSET, Verdict

MISSING = object()


def deviation(
    name: str, fact: Mapping[str, Any], verdict: Verdict | None, root: str = "genesis_flow"
) -> str | None:
    """
    What is wrong with the symbol that MLflow calls `name`, None if nothing is.

    Args:
        fact: What the snapshot says of it.
        verdict: What the policy says of it; None for "the same".
        root: The package that stands in for `mlflow`.
    """
    found = resolved(name, root)
    if isinstance(verdict, ABSENT):
        return None if found is MISSING else f"{name}: the policy says that it is absent, but it is there"
    if found is MISSING:
        return f"{name}: missing"
    observed = observed_fact(name, fact, found, root)
    if isinstance(verdict, SUPERSET):
        return _superset_deviation(name, fact, observed, found)
    return None if observed == fact else f"{name}: expected {dict(fact)}, found {observed}"


def resolved(name: str, root: str) -> Any:
    """The object that MLflow calls `name`: attributes where there are any, modules otherwise."""
    path = name.replace("mlflow", root, 1).split(".")
    found: Any = importlib.import_module(path[0])
    for end, part in enumerate(path[1:], start=2):
        found = _below(found, part, ".".join(path[:end]))
        if found is MISSING:
            return MISSING
    return found


def observed_fact(name: str, fact: Mapping[str, Any], found: Any, root: str) -> dict[str, Any]:
    """The same facts as in `fact`, of the object that was found."""
    match fact["kind"]:
        case "module" if isinstance(found, ModuleType):
            return {"kind": "module"}
        case "alias":
            return {"kind": "alias", "of": fact["of"] if found is resolved(fact["of"], root) else "another"}
        case "function" if callable(found) and not isinstance(found, type):
            return {"kind": "function", "signature": signature_text(found)}
        case "class" if isinstance(found, type):
            return {"kind": "class", "signature": signature_text(found)}
        case "enum" if hasattr(found, "__members__"):
            return {"kind": "enum", "members": {key: item.value for key, item in found.__members__.items()}}
        case "method" | "property":
            return _member_fact(*_place(name, root))
        case "constant":
            return {"kind": "constant", "value": found}
    return {"kind": type(found).__name__}


def signature_text(of: Any) -> str:
    """Parameters without annotations, as `inspect` writes them."""
    signature = inspect.signature(of)
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()]
    text = str(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty))
    return re.sub(r"<function [^,)]*>", "<function>", text)  # where a function is in memory says nothing


def _member_fact(owner: type, member: str) -> dict[str, Any]:
    raw = inspect.getattr_static(owner, member)
    if isinstance(raw, (property, cached_property)):
        return {"kind": "property", "settable": getattr(raw, "fset", None) is not None}
    if inspect.ismemberdescriptor(raw):  # an attribute of a class with slots
        return {"kind": "property", "settable": _is_settable(owner, member)}
    binding = {staticmethod: "static", classmethod: "classmethod"}.get(type(raw), "instance")
    if not callable(getattr(owner, member)):
        return {"kind": type(raw).__name__}
    return {"kind": "method", "binding": binding, "signature": signature_text(getattr(owner, member))}


def _is_settable(owner: type, member: str) -> bool:
    fields = {field.name: field for field in attrs.fields(owner)} if attrs.has(owner) else {}
    is_fixed = member in fields and fields[member].on_setattr is attrs.setters.frozen
    return not is_fixed and owner.__setattr__.__name__ != "_frozen_setattrs"


def _superset_deviation(
    name: str, fact: Mapping[str, Any], observed: Mapping[str, Any], found: Any
) -> str | None:
    if observed == fact:
        return f"{name}: the policy says that it takes more, but it is the same"
    expected = _names(fact.get("signature", "()"))
    kept = []
    for each in inspect.signature(found).parameters.values() if callable(found) else ():
        is_optional = each.default is not each.empty or each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
        if each.name in expected:
            kept.append(each.replace(annotation=inspect.Parameter.empty))
        elif not is_optional:
            return f"{name}: the additional parameter {each.name!r} cannot be left out"
    reduced = {**observed, "signature": str(inspect.Signature(kept))}
    return None if reduced == fact else f"{name}: expected at least {dict(fact)}, found {dict(observed)}"


def _names(signature: str) -> set[str]:
    # Defaults such as <factory> are not Python, and only names are wanted.
    source = f"def f{re.sub('<[^>]*>', 'None', signature)}: pass"
    arguments = ast.walk(ast.parse(source))
    return {node.arg for node in arguments if isinstance(node, ast.arg)}


def _below(found: Any, part: str, name: str) -> Any:
    try:
        following = getattr(found, part, MISSING)
        return importlib.import_module(name) if following is MISSING else following
    except ModuleNotFoundError as error:
        # Only what was asked for may be missing; a module that misses one of its own is broken.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        return MISSING


def _place(name: str, root: str) -> tuple[type, str]:
    owner, _, member = name.rpartition(".")
    return resolved(owner, root), member
