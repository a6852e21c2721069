"""Looks at every command for what the RU tier refuses or charges dearly and the emulation lets pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pymongo.monitoring import CommandListener, CommandStartedEvent

from genesis_flow.adapters.cosmos.dialect import RU


class Strictness(CommandListener):
    """Collects what no command to the RU tier may be."""

    def __init__(self) -> None:
        self.violations: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        """Judge a command."""
        name, command = event.command_name, event.command
        collection = command.get(name)
        self.violations += [f"{name} {collection}: {what}" for what in violations(name, command)]

    def succeeded(self, event: object) -> None:
        """Nothing to judge."""

    def failed(self, event: object) -> None:
        """Nothing to judge."""

    def taken(self) -> list[str]:
        """What was found since the last time."""
        found, self.violations = self.violations, []
        return found


def violations(name: str, command: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a command."""
    if "txnNumber" in command:
        yield "a retryable write or a transaction"
    if name == "find" and list(command.get("sort") or {"_id": 1}) != ["_id"]:
        yield f"sorted by {list(command['sort'])}"
    if name == "aggregate":
        yield from (f"stage {stage}" for stage in command["pipeline"] if "$sort" in stage or "$unionWith" in stage)
    key = RU.shard_keys.get(str(command.get(name)))
    if key is not None:
        yield from _unrouted(name, command, key)


def _unrouted(name: str, command: Mapping[str, Any], key: str) -> Iterator[str]:
    """Writes of one document that do not say in which partition it is, and documents that have none."""
    if name == "findAndModify" and not _names(command["query"], key):
        yield f"{dict(command['query'])} names no {key}"
    for update in command.get("updates", ()) if name == "update" else ():
        if not update.get("multi") and not _names(update["q"], key):
            yield f"{dict(update['q'])} names no {key}"
    for delete in command.get("deletes", ()) if name == "delete" else ():
        if delete["limit"] and not _names(delete["q"], key):
            yield f"{dict(delete['q'])} names no {key}"
    for document in command.get("documents", ()) if name == "insert" else ():
        if key not in document:
            yield f"a document without {key}"


def _names(query: Mapping[str, Any], key: str) -> bool:
    return isinstance(query.get(key), str)
