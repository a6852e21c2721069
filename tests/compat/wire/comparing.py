"""Asks all servers the same, and tells where ours answer otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import attrs

from tests.compat.wire.differences import meant, same
from tests.compat.wire.requests import Answer, Ask, Server


@attrs.frozen
class Outcome:
    """
    What became of a request.

    Attributes:
        problems: Differences that are not meant, as texts. is_granted: Whether the real server granted it.
        is_split: Whether one granted it that another refused, so that their stores differ from here on.
    """

    problems: Sequence[str]
    is_granted: bool
    is_split: bool


@attrs.define
class Servers:
    """
    The real server and ours.

    Attributes:
        seen: How often each difference that is meant was seen. subjects: How many subjects were begun.
    """

    stock: Server
    ours: Sequence[Server]
    seen: Counter[str] = attrs.field(factory=Counter)
    subjects: int = 0
    _worlds: int = 0
    _asked: int = 0

    def begin(self, world: Iterable[Ask] = ()) -> list[str]:
        """Forget all names and make a world, with a mark of its own; returns the problems on the way."""
        self._worlds += 1
        for server in (self.stock, *self.ours):
            server.names.clear()
            server.names["mark"] = f"world{self._worlds}x"
        return [problem for ask in world for problem in self.ask(ask).problems]

    def ask(self, ask: Ask) -> Outcome:
        """Send a request to all of them; `{number}` in it is a text that no other request has."""
        self._asked += 1
        for server in (self.stock, *self.ours):
            server.names["number"] = f"number{self._asked}y"
        expected, answers = self.stock.ask(ask), [server.ask(ask) for server in self.ours]
        problems = [
            problem
            for server, answer in zip(self.ours, answers, strict=True)
            if (problem := self._problem(ask, expected, server, answer))
        ]
        statuses = {answer.status == 200 for answer in (expected, *answers)}
        return Outcome(problems, expected.status == 200, len(statuses) > 1)

    def _problem(self, ask: Ask, expected: Answer, server: Server, answer: Answer) -> str | None:
        if same(expected, answer):
            return None
        name = meant(ask, expected, answer)
        if name is None:
            return f"{ask}\n    expected {expected}\n    {server.name:8} {answer}"
        self.seen[name] += 1
        return None
