"""All attacks together."""

from __future__ import annotations

import functools
from types import ModuleType

from tests.adapters.flavors.attacks import (
    Attack,
    calls,
    functions,
    memory,
    nested,
    roles,
    skops_files,
    streams,
    torch_files,
)  # fmt: skip

FAMILIES = (calls, streams, roles, memory, nested, skops_files, torch_files, functions)


@functools.cache
def attacks_of(family: ModuleType) -> tuple[Attack, ...]:
    """The attacks of one family."""
    return tuple(family.attacks())


def every() -> list[Attack]:
    """All attacks, each with a name of its own."""
    return [attack for family in FAMILIES for attack in attacks_of(family)]
