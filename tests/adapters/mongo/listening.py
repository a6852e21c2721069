"""Counts the commands that reach a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.monitoring import CommandListener, CommandStartedEvent, CommandSucceededEvent


class Commands(CommandListener):
    """The names of the commands that were sent while `recorded` was active, in order."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.is_on = False

    def started(self, event: CommandStartedEvent) -> None:
        """Note a command."""
        if self.is_on:
            self.names.append(event.command_name)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing to note."""

    def failed(self, event: object) -> None:
        """Nothing to note."""

    @contextmanager
    def recorded(self) -> Iterator[list[str]]:
        """The commands of a block."""
        self.names = []
        self.is_on = True
        try:
            yield self.names
        finally:
            self.is_on = False
