"""One table from pymongo's errors to ours, and the context manager that applies it."""

from __future__ import annotations

import functools
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, ParamSpec, TypeVar

import attrs
from bson.errors import BSONError
from pymongo import errors

from genesis_flow.domain.errors import (
    AlreadyExists,
    CorruptRecord,
    Forbidden,
    GenesisFlowError,
    InvalidInput,
    Unauthenticated,
    Unavailable,
    Unsupported,
)

P = ParamSpec("P")
T = TypeVar("T")

DUPLICATE_KEY: Final = 11000
TOO_MANY_REQUESTS: Final = 16500
WRITE_CONFLICT: Final = 112
_CONFLICT_ATTEMPTS: Final = 6
_TOO_LARGE = frozenset({10334, 17419, 17420})
_UNAUTHENTICATED = frozenset({18, 8000})
_FORBIDDEN = frozenset({13})
_UNSUPPORTED = frozenset({59, 115, 263})
_UNAVAILABLE = frozenset(
    {6, 7, 24, 43, 50, 89, 91, 112, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 16500}
)

_CREDENTIALS = re.compile(r"//[^/@\s]*@")


def shown(error: BaseException) -> str:
    """The first line of a driver's message, short and without credentials."""
    first = str(error).split("\n", 1)[0].split(", Timeout:")[0].split(", full error:")[0]
    return _CREDENTIALS.sub("//", first)[:300]


def _unavailable(error: errors.PyMongoError) -> GenesisFlowError:
    return Unavailable(
        f"The MongoDB server cannot be reached or did not answer in time: {shown(error)}. Check the "
        "host, port and TLS options of the tracking URI and that the server runs; the call may be repeated."
    )


def _too_large(error: errors.PyMongoError) -> GenesisFlowError:
    return InvalidInput(
        "document",
        "The record would be larger than a MongoDB document may be (16 MB; 2 MB on some Cosmos DB accounts). "
        "Log fewer or shorter params, tags and metric keys to one run.",
    )


def _invalid(error: errors.PyMongoError) -> GenesisFlowError:
    return InvalidInput("tracking_uri", f"The tracking URI is not a valid MongoDB URI: {shown(error)}")


def _duplicate(error: errors.PyMongoError) -> GenesisFlowError:
    return AlreadyExists("document", "?", "A record with the same identity exists already.")


def _by_code(error: errors.OperationFailure) -> GenesisFlowError:
    code = error.code
    if code in _UNAUTHENTICATED:
        return Unauthenticated(
            "The MongoDB server refused the user name or password of the tracking URI. Check both, "
            "the authSource option, and that special characters are percent-encoded."
        )
    if code in _FORBIDDEN:
        return Forbidden(
            "The MongoDB user may not do this: grant it the readWrite role on the database of the tracking URI."
        )
    if code in _TOO_LARGE:
        return _too_large(error)
    if code in _UNSUPPORTED:
        return Unsupported(f"The server does not support an operation that is needed: {shown(error)}")
    if code in _UNAVAILABLE or error.has_error_label("RetryableWriteError"):
        return _unavailable(error)
    return GenesisFlowError(f"The MongoDB server refused an operation (code {code}): {shown(error)}")


def _bulk(error: errors.BulkWriteError) -> GenesisFlowError:
    rows = error.details.get("writeErrors") or error.details.get("writeConcernErrors") or [{}]
    return _by_code(errors.OperationFailure(str(rows[0].get("errmsg", "")), rows[0].get("code")))


#: The most derived class comes first.
TABLE: Final[tuple[tuple[type[Exception], Callable[..., GenesisFlowError]], ...]] = (
    (errors.DuplicateKeyError, _duplicate),
    (errors.ExecutionTimeout, _unavailable),
    (errors.WTimeoutError, _unavailable),
    (errors.BulkWriteError, _bulk),
    (errors.OperationFailure, _by_code),
    (errors.DocumentTooLarge, _too_large),
    (errors.ConfigurationError, _invalid),
    (errors.InvalidURI, _invalid),
    (errors.InvalidName, _invalid),
    (errors.ConnectionFailure, _unavailable),
    (errors.PyMongoError, _unavailable),
)


def domain_error(error: errors.PyMongoError) -> GenesisFlowError:
    """What `error` is called in the domain."""
    return next(make(error) for kind, make in TABLE if isinstance(error, kind))


def is_conflict(error: errors.PyMongoError) -> bool:
    """Whether the server gave up a write, having done nothing, because of another writer."""
    if isinstance(error, errors.BulkWriteError):
        rows = error.details.get("writeErrors") or [{}]
        return all(row.get("code") == WRITE_CONFLICT for row in rows)
    return isinstance(error, errors.OperationFailure) and error.code == WRITE_CONFLICT


@attrs.define
class Waited:
    """How long an operation has waited so far because the server was too busy."""

    seconds: float = 0.0


_WAITED: Final[ContextVar[Waited | None]] = ContextVar("waited", default=None)


def waiting() -> Waited:
    """What counts the waits of the operation that goes on."""
    return _WAITED.get() or Waited()


def operation(method: Callable[P, T]) -> Callable[P, T]:
    """
    Make a repository's method raise the domain's errors, and repeat it where it lost a conflict.

    Servers that keep a whole command in one transaction (Azure's) end one of two writers that wait for each
    other. Every method may be repeated: that is a promise of the ports.
    """

    @functools.wraps(method)
    def counted(*args: P.args, **kwargs: P.kwargs) -> T:
        if _WAITED.get() is not None:  # a part of an operation
            return repeated(*args, **kwargs)
        token = _WAITED.set(Waited())
        try:
            return repeated(*args, **kwargs)
        finally:
            _WAITED.reset(token)

    def repeated(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(_CONFLICT_ATTEMPTS):
            with translating_errors():
                try:
                    return method(*args, **kwargs)
                except errors.PyMongoError as error:
                    if attempt == _CONFLICT_ATTEMPTS - 1 or not is_conflict(error):
                        raise
            time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311  # spreads writers, keeps no secret
        raise AssertionError("the last attempt returns or raises")

    return counted


@contextmanager
def translating_errors() -> Iterator[None]:
    """Raise the domain's errors in place of pymongo's."""
    try:
        yield
    except errors.PyMongoError as error:
        raise domain_error(error) from error
    except BSONError as error:
        raise CorruptRecord(f"A record cannot be written or read as BSON: {shown(error)}") from error
    except OverflowError as error:
        raise InvalidInput("value", "MongoDB can only store 64-bit integers.") from error
