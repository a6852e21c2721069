"""The errors of loading, worded once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from genesis_flow.domain.errors import CorruptRecord, Unsupported, UntrustedContent
from genesis_flow.domain.values.text import shown

_MOST_NAMES: Final = 20


def corrupt(source: str, reason: str) -> CorruptRecord:
    """The file is damaged or not what it claims to be."""
    return CorruptRecord(f"'{source}' cannot be read: {reason}.")


def forbidden(source: str, reason: str, *names: str) -> UntrustedContent:
    """The file does something that no honest writer does; naming a class does not help."""
    return UntrustedContent(
        f"'{source}' was refused: {reason}. No trusted name can allow this; if you know who made the file, "
        "allow_unsafe_deserialization=True loads it and runs whatever code it holds.",
        names=names,
        source=source,
    )


def untrusted(source: str, names: Iterable[str], trustable: Iterable[str]) -> UntrustedContent:
    """The file uses `names`, of which the caller may vouch for `trustable`."""
    all_names, vouched = sorted(set(names)), sorted(set(trustable))
    message = f"'{source}' needs what is not trusted: {_listed(all_names)}."
    if vouched:
        message += f" If these are classes that you know, pass trusted=[{_quoted(vouched)}]."
    if set(all_names) - set(vouched):
        message += (
            f" {_listed(sorted(set(all_names) - set(vouched)))} cannot be trusted by name, because calling it can "
            "run any code."
        )
    message += " If you know who made the file, allow_unsafe_deserialization=True loads it, whatever it runs."
    return UntrustedContent(message, names=all_names, source=source)


def missing(source: str, name: str, package: str) -> Unsupported:
    """The file uses a class of a library that is not installed, or not in the version that has it."""
    return Unsupported(
        f"'{source}' needs {shown(name)}, which the installed packages do not have. Install {package}, in the "
        "version that the model was saved with."
    )


def _listed(names: list[str]) -> str:
    text = ", ".join(shown(name, 100) for name in names[:_MOST_NAMES])
    return text if len(names) <= _MOST_NAMES else f"{text} and {len(names) - _MOST_NAMES} more"


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{shown(name, 100)}"' for name in names[:_MOST_NAMES])
