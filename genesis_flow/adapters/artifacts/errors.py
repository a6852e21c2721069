"""What filesystems raise, as errors of the domain."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from genesis_flow.domain.errors import (
    AlreadyExists,
    Forbidden,
    GenesisFlowError,
    InvalidInput,
    NotFound,
    Unavailable,
    UntrustedContent,
)

_Maker = Callable[[str], GenesisFlowError]


def no_such_artifact(path: object) -> NotFound:
    """The error for an artifact that is not there."""
    return NotFound("artifact", str(path), f"No such artifact: '{path}'")


def name_is_taken(path: object) -> AlreadyExists:
    """The error for a file where a directory is, or the other way round."""
    return AlreadyExists(
        "artifact", str(path), f"'{path}' cannot be written: a file or directory of that name is in the way."
    )


def leads_outside(path: object) -> UntrustedContent:
    """The error for a symbolic link that leaves its root."""
    return UntrustedContent(f"'{path}' is or lies behind a symbolic link that leads outside of its root.")


def _disk_is_full(path: str) -> GenesisFlowError:
    return Unavailable(f"'{path}' cannot be written: the disk or a quota is full. Free some space.")


def _forbidden(path: str) -> GenesisFlowError:
    return Forbidden(f"The permissions of '{path}' do not allow the operation.")


def bad_name(path: str) -> GenesisFlowError:
    """The error for a name that is too long, or that the storage does not allow."""
    return InvalidInput("artifact_path", f"Invalid path: the storage cannot hold the name '{path}'.")


def _loops(path: str) -> GenesisFlowError:
    return UntrustedContent(f"'{path}' lies behind symbolic links that lead in a circle.")


#: Before the numbers, because some filesystems raise these without one.
_BY_CLASS: Final[dict[type[OSError], _Maker]] = {
    FileNotFoundError: no_such_artifact,
    FileExistsError: name_is_taken,
    IsADirectoryError: name_is_taken,
    NotADirectoryError: name_is_taken,
    PermissionError: _forbidden,
}
_BY_NUMBER: Final[dict[int, _Maker]] = {
    errno.ENOSPC: _disk_is_full,
    errno.EDQUOT: _disk_is_full,
    errno.EFBIG: _disk_is_full,
    errno.EROFS: _forbidden,
    errno.ENAMETOOLONG: bad_name,
    errno.EILSEQ: bad_name,
    errno.EINVAL: bad_name,
    errno.ELOOP: _loops,
}


@contextmanager
def translating_errors(path: object) -> Iterator[None]:
    """Raise what the filesystem raises for `path` as an error of the domain that names `path`."""
    try:
        yield
    except OSError as error:
        raise translated(error, path) from error


def translated(error: OSError, path: object) -> GenesisFlowError:
    """The domain's error for `error`; one that is not known counts as passing."""
    for kind, maker in _BY_CLASS.items():
        if isinstance(error, kind):
            return maker(str(path))
    if error.errno in _BY_NUMBER:
        return _BY_NUMBER[error.errno](str(path))
    reason = error.strerror or type(error).__name__
    return Unavailable(f"'{path}' cannot be reached at the moment: {reason}.")
