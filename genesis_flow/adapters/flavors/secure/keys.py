"""What may be a key of a dictionary or a member of a set."""

from __future__ import annotations

from typing import Any, Final

from genesis_flow.adapters.flavors.secure.entries import Refused

_ATOMS: Final = frozenset({str, bytes, int, float, bool, complex, type(None), type(Ellipsis)})
_LIBRARY_ATOMS: Final = frozenset(
    {
        ("datetime", "datetime"), ("datetime", "date"), ("datetime", "time"), ("datetime", "timedelta"),
        ("decimal", "Decimal"), ("uuid", "UUID"), ("fractions", "Fraction"),
        ("pandas", "Timestamp"), ("pandas._libs.tslibs.timestamps", "Timestamp"),
        ("pandas", "Timedelta"), ("pandas._libs.tslibs.timedeltas", "Timedelta"),
        ("pandas._libs.missing", "NAType"), ("pandas.api.typing", "NAType"),
        ("pandas._libs.tslibs.nattype", "NaTType"), ("pandas.api.typing", "NaTType"),
        ("pandas._libs.interval", "Interval"), ("pandas", "Interval"),
        ("torch", "dtype"), ("torch", "device"),
    }
)  # fmt: skip
#: A tuple that shares its parts costs exponential time to hash; no honest key has this many.
_MOST_PARTS: Final = 2_000
_MOST_DEPTH: Final = 50


def require_key(key: Any, also: type | None = None) -> Any:
    """
    `key` itself, if hashing and comparing it runs no code of a model and takes no long time.

    Args:
        also: A further type that may be, or be part of, a key.

    Raises:
        Refused: It may.
    """
    if type(key) not in _ATOMS:
        _walk(key, 0, [0], also)
    return key


def _walk(key: Any, depth: int, seen: list[int], also: type | None) -> None:
    seen[0] += 1
    if depth > _MOST_DEPTH or seen[0] > _MOST_PARTS:
        raise Refused("a key has too many parts")
    kind = type(key)
    if kind is tuple or kind is frozenset:
        for part in key:
            _walk(part, depth + 1, seen, also)
    elif kind not in _ATOMS and kind is not also and not _is_plain(key, kind):
        raise Refused(f"an object of {kind.__name__} is a key")


def _is_plain(key: Any, kind: type) -> bool:
    return (
        isinstance(key, type)
        or (kind.__module__ == "numpy" and any(base.__name__ == "generic" for base in kind.__mro__))
        or (kind.__module__, kind.__name__) in _LIBRARY_ATOMS
    )
