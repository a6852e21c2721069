"""How much a file may ask for."""

from __future__ import annotations

import time
from typing import Final

import attrs

from genesis_flow.domain.errors import UntrustedContent


@attrs.frozen
class Limits:
    """
    Bounds on one load; what is beyond them is refused before it is made.

    Attributes:
        file_bytes: Size of the file.
        free_expansion_bytes: What a compressed file may expand to whatever its own size is.
        expansion: How many times its own size it may expand to beyond that.
        opcodes: Steps of one pickle, nested ones included.
        memo: Objects that one pickle may refer back to.
        depth: Nesting of containers.
        members: Files in an archive.
        schema_bytes: Size of the description inside a skops file.
        seconds: Time that a load may take.
    """

    file_bytes: int = 1 << 40
    free_expansion_bytes: int = 1 << 30
    expansion: int = 100
    opcodes: int = 200_000_000
    memo: int = 50_000_000
    depth: int = 2_000
    members: int = 200_000
    schema_bytes: int = 1 << 29
    seconds: float = 600.0

    def expanded_bytes(self, stored_bytes: int) -> int:
        """What a file of `stored_bytes` may expand to."""
        return max(self.free_expansion_bytes, self.expansion * stored_bytes)


DEFAULT_LIMITS: Final = Limits()


class Deadline:
    """The moment at which a load has to be done."""

    __slots__ = ("_end", "_seconds", "_source")

    def __init__(self, seconds: float, source: str) -> None:
        self._end, self._seconds, self._source = time.monotonic() + seconds, seconds, source

    def check(self) -> None:
        """
        Nothing, as long as there is time left.

        Raises:
            UntrustedContent: There is none.
        """
        if time.monotonic() > self._end:
            raise UntrustedContent(
                f"'{self._source}' was not read within {self._seconds:g} seconds.", source=self._source
            )


def too_much(source: str, what: str, most: int) -> UntrustedContent:
    """The error for a file that asks for more than `most` of `what`."""
    return UntrustedContent(f"'{source}' asks for more than {most:,} {what}.", source=source)
