"""
skops files: a zip archive with a description of the object and the arrays that it refers to.

The description is read here, not by skops: which of its nodes make what is decided by our own tables, and what
they make goes through the same hands as what pickles make. Nodes that stand for calls of the file's choice
(`MethodNode`, `OperatorFuncNode`, ...) do not exist here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from genesis_flow.adapters.flavors.secure.archives import Archive
from genesis_flow.adapters.flavors.secure.entries import Key, Refused
from genesis_flow.adapters.flavors.secure.limits import Deadline, Limits, too_much
from genesis_flow.adapters.flavors.secure.making import Making
from genesis_flow.adapters.flavors.secure.noting import Noting
from genesis_flow.adapters.flavors.secure.pickles import finished
from genesis_flow.adapters.flavors.secure.refusals import corrupt, forbidden
from genesis_flow.adapters.flavors.secure.skops_nodes import NODES, Reading
from genesis_flow.domain.errors import GenesisFlowError
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.trust import Trust

SCHEMA: Final = "schema.json"
_MOST_PROTOCOL: Final = 2
#: Nodes that name no class, whatever they write there.
_NAMELESS: Final = frozenset({"JsonNode", "CachedNode"})


def loaded(archive: Archive, trust: Trust, limits: Limits, source: str) -> Any:
    """The object of a skops file; every name in it is looked up before anything is made."""
    schema = description(archive, limits, source)
    deadline = Deadline(limits.seconds, source)
    noted(schema, trust, limits, source).require_allowed()
    making = Making(trust, source)
    found = _guarded(lambda: Reading(archive, making, limits, deadline).read(schema), source)
    finished(found, making, limits)
    return found


def description(archive: Archive, limits: Limits, source: str) -> dict[str, Any]:
    """The parsed description."""
    if archive.size_bytes(SCHEMA) > limits.schema_bytes:
        raise too_much(source, "bytes of description", limits.schema_bytes)
    try:
        schema = json.loads(bytes(archive.read(SCHEMA)))
    except (ValueError, RecursionError) as error:
        raise corrupt(source, f"its description is no JSON: {error}") from error
    protocol = schema.get("protocol") if type(schema) is dict else None
    if type(protocol) is not int or not 0 <= protocol <= _MOST_PROTOCOL:
        raise corrupt(source, "its protocol is unknown; a newer genesis-flow may read it")
    return dict(schema)


def noted(schema: dict[str, Any], trust: Trust, limits: Limits, source: str) -> Noting:
    """The names that a description uses, without making anything."""
    noting = Noting(trust, source)
    note(schema, noting, limits)
    return noting


def note(schema: dict[str, Any], noting: Noting, limits: Limits) -> None:
    """Note in `noting` the names that a description uses."""
    for key in _names(schema, limits, noting.source):
        noting.named(key)


def _names(schema: dict[str, Any], limits: Limits, source: str) -> Iterator[Key]:
    pending: list[tuple[Any, int]] = [(schema, 0)]
    while pending:
        node, depth = pending.pop()
        if depth > limits.depth:
            raise too_much(source, "nested containers", limits.depth)
        if type(node) is list:
            pending.extend((part, depth + 1) for part in node)
        elif type(node) is dict:
            if "__loader__" in node and (key := _name(node, source)) is not None:
                yield key
            pending.extend((part, depth + 1) for part in node.values() if type(part) in (dict, list))


def _name(node: dict[str, Any], source: str) -> Key | None:
    loader, module, name = node["__loader__"], node.get("__module__"), node.get("__class__")
    if type(loader) is not str or loader not in NODES:
        raise forbidden(source, f"it has a node of the kind '{shown(loader)}', which can stand for any call")
    if loader in _NAMELESS:
        return None
    if type(module) is not str or type(name) is not str:
        raise corrupt(source, "a node has no class")
    if loader == "FunctionNode" and type(node.get("content")) is dict:
        content = node["content"]
        module, name = content.get("module_path"), content.get("function")
        if type(module) is not str or type(name) is not str:
            raise corrupt(source, "a node has no class")
    return module, name


def _guarded(read: Callable[[], Any], source: str) -> Any:
    try:
        return read()
    except GenesisFlowError:
        raise
    except Refused as error:
        raise forbidden(source, str(error)) from error
    except MemoryError as error:
        raise corrupt(source, "it asks for more memory than there is") from error
    except RecursionError as error:
        raise corrupt(source, "its objects are nested too deeply") from error
    except Exception as error:
        raise corrupt(source, f"its description is odd: {type(error).__name__}: {error}") from error
