"""The tables of names say what they mean, and hold nothing that reaches files, imports or code."""

from __future__ import annotations

import types
from typing import Any

import pytest

from genesis_flow.adapters.flavors.secure.catalogue import every_entry
from genesis_flow.adapters.flavors.secure.entries import resolved

#: Names that are there for older or newer versions than the installed ones.
MODULES = {
    "numpy",
    "scipy",
    "sklearn",
    "pandas",
    "torch",
    "pyarrow",
    "builtins",
    "collections",
    "datetime",
    "decimal",
    "fractions",
    "uuid",
    "types",
    "copyreg",
    "_codecs",
    "zoneinfo",
    "genesis_flow",
}
#: Parts of names of functions that reach out of memory.
REACHING = (
    "load",
    "save",
    "read",
    "write",
    "open",
    "file",
    "eval",
    "exec",
    "import",
    "run",
    "compile",
    "popen",
    "system",
)


def _resolved() -> dict[tuple[str, str], tuple[Any, Any]]:
    found = {}
    for key, entry in every_entry().items():
        try:
            found[key] = (entry, resolved(entry))
        except LookupError:
            continue
    return found


FOUND = _resolved()


def test_most_names_are_there() -> None:
    """The few that are not are those of other versions."""
    missing = {key for key in every_entry() if key not in FOUND}

    assert len(missing) <= 0.03 * len(FOUND), missing
    assert MODULES >= {entry.module.partition(".")[0] for entry in every_entry().values()}


def test_names_have_no_dots() -> None:
    """A name that has one would walk attributes."""
    assert [] == [key for key, entry in every_entry().items() if "." in key[1] or "." in entry.name]


def test_what_is_created_is_a_class() -> None:
    """And no metaclass, exception or base of everything."""
    kinds = [value for entry, value in FOUND.values() if entry.new]

    assert [] == [kind for kind in kinds if not isinstance(kind, type) or issubclass(kind, type | BaseException)]
    assert object not in kinds


def test_nothing_that_is_listed_is_a_module() -> None:
    """A module leads to everything in it."""
    assert [] == [key for key, (_, value) in FOUND.items() if isinstance(value, types.ModuleType)]


def test_kept_functions_do_not_reach_out() -> None:
    """By their names, nothing reads, writes, imports or runs."""
    functions = [key for key, (entry, value) in FOUND.items() if entry.call is None and not isinstance(value, type)]

    assert [] == [key for key in functions if any(part in key[1].lower().split("_") for part in REACHING)]
    assert [] == [key for key in functions if FOUND[key][1] in (getattr, setattr, eval, exec, open, compile, vars)]


def test_a_kept_function_is_what_it_is_called() -> None:
    """The name leads to a thing of this name, not to another one."""
    other = []
    for key, (entry, value) in FOUND.items():
        name = getattr(value, "__name__", None)
        if entry.call is None and isinstance(value, types.FunctionType) and name != entry.name:
            other.append((key, name))

    assert [] == other


@pytest.mark.parametrize("package", ["sklearn", "torch", "pandas"])
def test_classes_with_a_way_of_their_own_were_reviewed(package: str) -> None:
    """A class that sets its own state does so by an entry that says how."""
    kinds = [
        (key, entry)
        for key, (entry, value) in FOUND.items()
        if entry.new and key[0].startswith(package) and hasattr(value, "__setstate__")
    ]

    assert [] == [key for key, entry in kinds if entry.state is None]
    assert kinds


def test_no_created_class_acts_when_it_is_erased() -> None:
    """None has a `__del__` of its own, but those that only let go of what they hold."""
    assert [] == [key for key, (entry, value) in FOUND.items() if entry.new and hasattr(value, "__del__")]
