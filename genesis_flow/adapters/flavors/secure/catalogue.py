"""All tables as one: the entry of a full name. A library's table is read when a file first names the library."""

from __future__ import annotations

import functools
import importlib
from typing import Final

from genesis_flow.adapters.flavors.secure.entries import Entry, Key, Table
from genesis_flow.adapters.flavors.secure.tables import plain
from genesis_flow.adapters.flavors.secure.wrapped_arrays import TABLE as WRAPPED_ARRAYS

_TABLES: Final = "genesis_flow.adapters.flavors.secure.tables"

#: By the first part of a module's name: the table that has the names of its library.
_HOMES: Final = {
    "sklearn": "sklearn",
    "_loss": "sklearn",
    "scipy": "sklearn",
    "torch": "torch",
    "pandas": "pandas",
    "pyarrow": "pandas",
}


def entry_of(key: Key) -> Entry | None:
    """The entry of (module, name), if a file may use it; nothing is imported for a name that has none."""
    found = plain.TABLE.get(key) or WRAPPED_ARRAYS.get(key)
    if found is None and (home := _HOMES.get(key[0].partition(".")[0])):
        found = _table(home).get(key)
    return found


@functools.cache
def _table(home: str) -> Table:
    table: Table = importlib.import_module(f"{_TABLES}.{home}").TABLE
    return table


def every_entry() -> Table:
    """All names of all libraries, for tests and documentation."""
    table = plain.TABLE | WRAPPED_ARRAYS
    for home in set(_HOMES.values()):
        table.update(_table(home))
    return table
