"""The door between domain errors and MLflow's."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

from genesis_flow.api.errors import CODES, error_to_exception, translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.domain import errors

KINDS = [kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, errors.GenesisFlowError)]


def example(kind: type[errors.GenesisFlowError]) -> errors.GenesisFlowError:
    """An error of this kind, made without its constructor's arguments."""
    error = kind.__new__(kind, "what happened")
    error.message = "what happened"
    return error


def test_every_error_has_a_row_of_its_own_or_a_reason() -> None:
    """Only an invalid search is left to its ancestor, an invalid input."""
    assert [errors.InvalidSearch] == [kind for kind in KINDS if kind not in CODES]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_reaches_users_as_mlflows(kind: type[errors.GenesisFlowError]) -> None:
    """With a code, its message, and the error itself as the cause: from a block, a function and a generator's start."""
    error = example(kind)

    def fail() -> None:
        raise error

    def block() -> None:
        with translating_errors():
            fail()

    for call in (block, translating_errors(fail)):
        with pytest.raises(MlflowException) as caught:
            call()
        assert (error, "what happened") == (caught.value.__cause__, caught.value.message)
        assert error_to_exception(error).error_code == caught.value.error_code
        assert caught.value.error_code in set(CODES.values())


def test_other_errors_pass_unchanged() -> None:
    """A fault of ours, or of the caller's, is not dressed up."""

    @translating_errors
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()


def test_a_function_keeps_its_face() -> None:
    """Name, documentation and signature."""

    def given(a: int, *, b: str = "x") -> Iterator[int]:
        """What it does."""
        yield a

    made = translating_errors(given)

    assert (given.__name__, given.__doc__, inspect.signature(given)) == (
        made.__name__,
        made.__doc__,
        inspect.signature(made),
    )
