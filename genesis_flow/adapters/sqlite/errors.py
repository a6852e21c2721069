"""One table from sqlite3's errors to ours, and the context manager that applies it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from genesis_flow.domain.errors import (
    Conflict,
    CorruptRecord,
    Forbidden,
    GenesisFlowError,
    InvalidInput,
    Unavailable,
    Unsupported,
)

Row = tuple[type[GenesisFlowError], str]

_BUSY: Row = (
    Unavailable,
    "The database file {path} stayed locked by another writer for longer than the timeout. "
    "The call may be repeated; a greater timeout waits longer.",
)
_FULL: Row = (Unavailable, "No space is left for the database file {path}: free some, then repeat the call.")
_READ_FAILED: Row = (
    Unavailable, "The database file {path} cannot be read or written ({detail}); the call may be repeated.",
)
_UNOPENED: Row = (
    Unavailable,
    "The database file {path} cannot be opened: check that its directory exists and may be written.",
)
_FORBIDDEN: Row = (
    Forbidden,
    "The database file {path} may not be written: check the permissions of the file and its directory.",
)
_CORRUPT: Row = (
    CorruptRecord,
    "The file {path} is damaged or not a SQLite database ({detail}): restore it from a backup.",
)
_UNSUPPORTED: Row = (
    Unsupported, "This build of SQLite refused an operation on {path} ({detail}): a newer one is needed.",
)
_CONFLICT: Row = (Conflict, "A record in {path} breaks a rule of the database ({detail}).")
_TOO_LARGE: Row = (InvalidInput, "A text is longer than the database file {path} can hold.")
_UNREADABLE: Row = (CorruptRecord, "A text in {path} is not UTF-8.")

#: What each primary result code means.
CODES: Final[Mapping[int, Row]] = {
    sqlite3.SQLITE_ERROR: _UNSUPPORTED,
    sqlite3.SQLITE_INTERNAL: _UNSUPPORTED,
    sqlite3.SQLITE_PERM: _FORBIDDEN,
    sqlite3.SQLITE_ABORT: _READ_FAILED,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_NOMEM: _READ_FAILED,
    sqlite3.SQLITE_READONLY: _FORBIDDEN,
    sqlite3.SQLITE_INTERRUPT: _READ_FAILED,
    sqlite3.SQLITE_IOERR: _READ_FAILED,
    sqlite3.SQLITE_CORRUPT: _CORRUPT,
    sqlite3.SQLITE_NOTFOUND: _UNSUPPORTED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_CANTOPEN: _UNOPENED,
    sqlite3.SQLITE_PROTOCOL: _BUSY,
    sqlite3.SQLITE_EMPTY: _CORRUPT,
    sqlite3.SQLITE_SCHEMA: _READ_FAILED,
    sqlite3.SQLITE_TOOBIG: _TOO_LARGE,
    sqlite3.SQLITE_CONSTRAINT: _CONFLICT,
    sqlite3.SQLITE_MISMATCH: _CORRUPT,
    sqlite3.SQLITE_MISUSE: _UNSUPPORTED,
    sqlite3.SQLITE_NOLFS: _UNSUPPORTED,
    sqlite3.SQLITE_AUTH: _FORBIDDEN,
    sqlite3.SQLITE_FORMAT: _CORRUPT,
    sqlite3.SQLITE_RANGE: _UNSUPPORTED,
    sqlite3.SQLITE_NOTADB: _CORRUPT,
    sqlite3.SQLITE_NOTICE: _READ_FAILED,
    sqlite3.SQLITE_WARNING: _READ_FAILED,
}

#: What errors mean that Python's module raises without a result code; the most derived class comes first.
CLASSES: Final[tuple[tuple[type[sqlite3.Error], Row], ...]] = (
    (sqlite3.IntegrityError, _CONFLICT),
    (sqlite3.DataError, _TOO_LARGE),
    (sqlite3.NotSupportedError, _UNSUPPORTED),
    (sqlite3.ProgrammingError, _UNSUPPORTED),
    (sqlite3.InterfaceError, _UNSUPPORTED),
    (sqlite3.InternalError, _CORRUPT),
    (sqlite3.OperationalError, _UNREADABLE),
    (sqlite3.DatabaseError, _CORRUPT),
    (sqlite3.Error, _READ_FAILED),
)


def primary_code(error: sqlite3.Error) -> int | None:
    """The primary result code of `error`, None if SQLite itself did not raise it."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def is_busy(error: sqlite3.Error) -> bool:
    """Whether `error` says that somebody else holds a lock, so that waiting may help."""
    code = primary_code(error)
    return code is not None and CODES.get(code) is _BUSY


def domain_error(error: sqlite3.Error, path: str) -> GenesisFlowError:
    """What `error` on the database file `path` is called in the domain."""
    code = primary_code(error)
    if code is not None and code in CODES:
        kind, template = CODES[code]
    else:
        kind, template = next(row for known, row in CLASSES if isinstance(error, known))
    message = template.format(path=path, detail=str(error)[:200])
    return InvalidInput("value", message) if kind is InvalidInput else kind(message)


@contextmanager
def translating_errors(path: str) -> Iterator[None]:
    """Raise the domain's errors in place of those of sqlite3 and of its bindings."""
    try:
        yield
    except sqlite3.Error as error:
        raise domain_error(error, path) from error
    except OverflowError as error:
        raise InvalidInput("value", "SQLite can only store 64-bit integers.") from error
    except UnicodeEncodeError as error:
        raise InvalidInput("value", "A text holds a lone surrogate, which UTF-8 cannot hold.") from error
