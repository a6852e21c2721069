"""One table from pymongo's errors to ours, and the context manager that applies it."""

from __future__ import annotations

import functools
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Concatenate, Final, ParamSpec, Protocol, TypeVar

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
from genesis_flow.domain.values.text import refused_certificate

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

#: Those of `_UNAVAILABLE` that do not last: a server that stops or starts, lost its place or its time.
_PASSING = _UNAVAILABLE - {16500, WRITE_CONFLICT}
_LONGEST_WAIT_S: Final = 1.0

_CREDENTIALS = re.compile(r"//[^/@\s]*@")


def shown(error: BaseException) -> str:
    """The first line of a driver's message, short and without credentials."""
    first = str(error).split("\n", 1)[0].split(", Timeout:")[0].split(", full error:")[0]
    return _CREDENTIALS.sub("//", first)[:300]


def _unavailable(error: errors.PyMongoError) -> GenesisFlowError:
    if refused := refused_certificate(str(error)):
        return Unavailable(
            f"The certificate of the MongoDB server was not accepted: {refused}. Nothing was sent. Renew it, have "
            "this machine trust who signed it (tlsCAFile in the tracking URI), or set this machine's clock."
        )
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


class Reachable(Protocol):
    """What an operation asks of its database before it is repeated."""

    patience_s: float

    @property
    def was_reached(self) -> bool:
        """Whether the server has answered this process before."""


class Repository(Protocol):
    """Whose methods are operations."""

    @property
    def _database(self) -> Reachable: ...


R = TypeVar("R", bound=Repository)


def is_passing(error: errors.PyMongoError) -> bool:
    """Whether the failure may end by itself: a server restarts, another one takes over, a connection was cut."""
    if isinstance(error, errors.BulkWriteError):
        rows = [*error.details.get("writeErrors", ()), *error.details.get("writeConcernErrors", ())]
        return bool(rows) and all(row.get("code") in _PASSING for row in rows)
    if isinstance(error, errors.OperationFailure):
        return error.code in _PASSING or error.has_error_label("RetryableWriteError")
    return isinstance(error, (errors.AutoReconnect, errors.WaitQueueTimeoutError))


def operation(method: Callable[Concatenate[R, P], T]) -> Callable[Concatenate[R, P], T]:
    """
    Make a repository's method raise the domain's errors, and repeat it where that may help.

    It is repeated where it lost a conflict (servers that keep a whole command in one transaction, as Azure's do, end
    one of two writers that wait for each other), and, for `patience_s`, where the server went away. Every method
    may be repeated: that is a promise of the ports.
    """
    return _repeating(method, ())


def operation_settled_by(
    *settled: type[GenesisFlowError],
) -> Callable[[Callable[Concatenate[R, P], None]], Callable[Concatenate[R, P], None]]:
    """
    An operation that is done when, after an attempt with an unknown outcome, the next one raises one of `settled`.

    What was to be removed is gone, or what was to be added is there: who asks cannot tell by whom.
    """

    def decorated(method: Callable[Concatenate[R, P], None]) -> Callable[Concatenate[R, P], None]:
        return _repeating(method, settled)

    return decorated


def _repeating(
    method: Callable[Concatenate[R, P], T], settled: tuple[type[GenesisFlowError], ...]
) -> Callable[Concatenate[R, P], T]:
    @functools.wraps(method)
    def counted(repository: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
        if _WAITED.get() is not None:  # a part of an operation
            return repeated(repository, *args, **kwargs)
        token = _WAITED.set(Waited())
        try:
            return repeated(repository, *args, **kwargs)
        finally:
            _WAITED.reset(token)

    def repeated(repository: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
        attempts = Attempts(repository._database)
        while True:
            try:
                with translating_errors(attempts):
                    return method(repository, *args, **kwargs)
            except Repeat as repeat:
                time.sleep(repeat.after_s)
            except settled:
                if not attempts.had_unknown_outcome:
                    raise
                return None  # type: ignore[return-value]  # methods that can be settled return nothing

    return counted


class Repeat(Exception):
    """The method is to be called again after `after_s` seconds."""

    def __init__(self, after_s: float) -> None:
        super().__init__(after_s)
        self.after_s = after_s


class Attempts:
    """Counts the failures of one call, and says when there were enough."""

    def __init__(self, database: Reachable) -> None:
        self._database = database
        self._conflicts = 0
        self._failures = 0
        self._give_up_at: float | None = None

    @property
    def had_unknown_outcome(self) -> bool:
        """Whether an attempt failed without saying what it had done."""
        return self._failures > 0

    def raise_repeat(self, error: errors.PyMongoError) -> None:
        """Raise `Repeat` if the call should be repeated after `error`."""
        if is_conflict(error):
            self._conflicts += 1
            if self._conflicts < _CONFLICT_ATTEMPTS:
                raise Repeat(random.uniform(0, 0.01 * 2**self._conflicts))  # noqa: S311  # spreads writers
        elif is_passing(error) and self._database.was_reached:
            wait = random.uniform(0.5, 1) * min(0.02 * 2**self._failures, _LONGEST_WAIT_S)  # noqa: S311  # as above
            now = time.monotonic()
            self._give_up_at = self._give_up_at or now + self._database.patience_s
            if now + wait < self._give_up_at:
                self._failures += 1
                raise Repeat(wait)


@contextmanager
def translating_errors(attempts: Attempts | None = None) -> Iterator[None]:
    """Raise the domain's errors in place of pymongo's, or `Repeat` where `attempts` are left."""
    try:
        yield
    except errors.PyMongoError as error:
        if attempts is not None:
            attempts.raise_repeat(error)
        raise domain_error(error) from error
    except BSONError as error:
        raise CorruptRecord(f"A record cannot be written or read as BSON: {shown(error)}") from error
    except OverflowError as error:
        raise InvalidInput("value", "MongoDB can only store 64-bit integers.") from error
