"""
The door between domain errors and MLflow's: one table, one translation.

A domain error that has no row of its own has the code of its nearest ancestor that has one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import TracebackType
from typing import Final, ParamSpec, TypeVar, overload

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.domain import errors

P = ParamSpec("P")
R = TypeVar("R")

CODES: Final[dict[type[errors.GenesisFlowError], str]] = {
    errors.GenesisFlowError: "INTERNAL_ERROR",
    errors.NotFound: "RESOURCE_DOES_NOT_EXIST",
    errors.AlreadyExists: "RESOURCE_ALREADY_EXISTS",
    errors.InvalidInput: "INVALID_PARAMETER_VALUE",
    errors.UnsafePath: "INVALID_PARAMETER_VALUE",
    # MLflow reports a column that is ordered by twice as a failure of its own.
    errors.DuplicateOrder: "INTERNAL_ERROR",
    errors.InvalidState: "INVALID_STATE",
    errors.Inactive: "INVALID_PARAMETER_VALUE",
    errors.Conflict: "RESOURCE_CONFLICT",
    errors.ParamConflict: "INVALID_PARAMETER_VALUE",
    errors.Unsupported: "NOT_IMPLEMENTED",
    errors.NeedsCredentials: "NOT_IMPLEMENTED",
    errors.Unavailable: "TEMPORARILY_UNAVAILABLE",
    errors.Throttled: "RESOURCE_EXHAUSTED",
    errors.Unauthenticated: "UNAUTHENTICATED",
    errors.Forbidden: "PERMISSION_DENIED",
    errors.CorruptRecord: "DATA_LOSS",
    errors.UntrustedContent: "INVALID_PARAMETER_VALUE",
}


def code_of(error: errors.GenesisFlowError) -> str:
    """The name of the code that MLflow has for a domain error."""
    return next(CODES[kind] for kind in type(error).__mro__ if kind in CODES)


def error_to_exception(error: errors.GenesisFlowError) -> MlflowException:
    """The exception that MLflow's callers expect for a domain error."""
    return MlflowException(error.message, code_of(error))


class Translation:
    """Turns domain errors that leave a block, or a function, into what `to_exception` makes of them."""

    __slots__ = ("_to_exception",)

    def __init__(self, to_exception: Callable[[errors.GenesisFlowError], Exception]) -> None:
        self._to_exception = to_exception

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, errors.GenesisFlowError):
            raise self._to_exception(error) from error

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """`function` with the same signature; what a generator raises later is not translated."""
        to_exception = self._to_exception

        @functools.wraps(function)
        def translated(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return function(*args, **kwargs)
            except errors.GenesisFlowError as error:
                raise to_exception(error) from error

        return translated


_TRANSLATION: Final = Translation(error_to_exception)


@overload
def translating_errors() -> Translation: ...
@overload
def translating_errors(function: Callable[P, R]) -> Callable[P, R]: ...
def translating_errors(function: Callable[P, R] | None = None) -> Callable[P, R] | Translation:
    """
    Raise MLflow's errors for domain errors, as `with translating_errors():` or `@translating_errors`.

    A decorated function keeps its signature; what a generator raises later is not translated.

    Raises:
        MlflowException: In place of, and from, any domain error.

    Source: ours; codes as MLflow 3.17 uses them.
    """
    return _TRANSLATION if function is None else _TRANSLATION(function)
