"""All attacks together."""

from __future__ import annotations

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


def every() -> list[Attack]:
    """All attacks, each with a name of its own."""
    return [attack for family in FAMILIES for attack in family.attacks()]
