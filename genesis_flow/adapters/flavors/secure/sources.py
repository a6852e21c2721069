"""Files are read once, so that what is looked at is what is loaded."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from genesis_flow.adapters.flavors.secure.limits import Limits, too_much
from genesis_flow.domain.errors import Forbidden, NotFound, Unavailable


def read_once(source: Path | bytes, limits: Limits) -> tuple[bytes, str]:
    """
    The content of a file, and its name for messages.

    Raises:
        NotFound: There is no such file, or it is a directory or a device.
        UntrustedContent: It is larger than the limits allow.
        Forbidden, Unavailable: It cannot be read.
    """
    if not isinstance(source, Path):
        if len(source) > limits.file_bytes:
            raise too_much("model", "bytes", limits.file_bytes)
        return bytes(source), "model"
    with opened(source, limits) as file:
        return file.read(), source.name


@contextmanager
def opened(source: Path, limits: Limits) -> Iterator[BinaryIO]:
    """
    The file `source` for reading.

    Raises:
        As `read_once`.
    """
    try:
        # A pipe would block until somebody writes to it.
        handle = os.open(source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise _no_such_file(source) from None
    except PermissionError as error:
        raise Forbidden(f"The permissions of '{source}' do not allow the operation.") from error
    except OSError as error:
        raise Unavailable(f"'{source}' cannot be read: {error.strerror}.") from error
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise _no_such_file(source)
    with os.fdopen(handle, "rb", buffering=0) as file:
        if status.st_size > limits.file_bytes:
            raise too_much(source.name, "bytes", limits.file_bytes)
        yield cast(BinaryIO, file)


def _no_such_file(path: Path) -> NotFound:
    return NotFound("local file", str(path), f"No such local file: '{path}'")
