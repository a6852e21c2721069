"""Asks all servers the same, and tells where ours answer otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import attrs

from tests.compat.wire.differences import meant, same
from tests.compat.wire.requests import Ask, Server


@attrs.frozen
class Outcome:
    """
    What became of a request.

    Attributes:
        problems: Differences that are not meant, as texts. is_granted: Whether the real server granted it.
        is_split: Whether it was granted, and answered with a difference that is meant, so that stores may differ now.
    """

    problems: Sequence[str]
    is_granted: bool
    is_split: bool


@attrs.define
class Servers:
    """
    The real server and ours.

    Attributes:
        seen: How often each difference that is meant was seen.
    """

    stock: Server
    ours: Sequence[Server]
    seen: Counter[str] = attrs.field(factory=Counter)
    _worlds: int = 0
    _asked: int = 0
    _pool: ThreadPoolExecutor = attrs.field(factory=ThreadPoolExecutor)

    def begin(self, world: Iterable[Ask] = ()) -> list[str]:
        """Forget all names and make a world, with a mark of its own; returns the problems on the way."""
        self._worlds += 1
        for server in (self.stock, *self.ours):
            server.names.clear()
            server.names["mark"] = f"world{self._worlds}x"
        return [problem for ask in world for problem in self.ask(ask).problems]

    def erase_models(self) -> None:
        """Delete what searches of models would find of earlier subjects, in whatever order these were tested."""
        for server in (self.stock, *self.ours):
            server.erase_models()

    def ask(self, ask: Ask) -> Outcome:
        """Send a request to all of them; `{number}` in it is a text that no other request has."""
        self._asked += 1
        for server in (self.stock, *self.ours):
            server.names["number"] = f"number{self._asked}y"
        expected, *answers = self._pool.map(lambda server: server.ask(ask), (self.stock, *self.ours))
        problems, is_split = [], False
        for server, answer in zip(self.ours, answers, strict=True):
            if same(expected, answer):
                continue
            name = meant(ask, expected, answer)
            if name is None:
                problems.append(f"{ask}\n    expected {expected}\n    {server.name:8} {answer}")
            else:
                self.seen[name] += 1
                is_split |= 200 in (expected.status, answer.status)
        return Outcome(problems, expected.status == 200, is_split)
