"""What filesystems raise becomes an error of the domain."""

from __future__ import annotations

import errno
import os

import pytest

from genesis_flow.adapters.artifacts.errors import translated, translating_errors
from genesis_flow.domain.errors import (
    AlreadyExists,
    Forbidden,
    GenesisFlowError,
    InvalidInput,
    NotFound,
    Unavailable,
    UntrustedContent,
)

EXPECTED: dict[int, type[GenesisFlowError]] = {
    errno.ENOENT: NotFound,
    errno.EEXIST: AlreadyExists,
    errno.EISDIR: AlreadyExists,
    errno.ENOTDIR: AlreadyExists,
    errno.EACCES: Forbidden,
    errno.EPERM: Forbidden,
    errno.EROFS: Forbidden,
    errno.ENOSPC: Unavailable,
    errno.EDQUOT: Unavailable,
    errno.ENAMETOOLONG: InvalidInput,
    errno.EINVAL: InvalidInput,
    errno.ELOOP: UntrustedContent,
}


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_number_has_an_error(number: int) -> None:
    """Each error of the operating system becomes one of the domain, which names the path."""
    error = translated(OSError(number, os.strerror(number)), "d/a")
    assert isinstance(error, EXPECTED.get(number, GenesisFlowError))
    assert "d/a" in error.message


@pytest.mark.parametrize(
    ("raised", "expected"),
    [(FileNotFoundError("x"), NotFound), (FileExistsError("x"), AlreadyExists), (OSError("x"), Unavailable)],
)
def test_errors_without_a_number_are_known_by_class(
    raised: OSError, expected: type[GenesisFlowError]
) -> None:
    """fsspec raises some errors without a number; their class decides, and they stay as the cause."""
    with pytest.raises(expected) as caught, translating_errors("d/a"):
        raise raised
    assert raised is caught.value.__cause__


def test_other_errors_pass() -> None:
    """What is no error of the operating system is not touched."""
    with pytest.raises(KeyError), translating_errors("d/a"):
        raise KeyError("x")
