"""What clients are told where no links can be given to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from genesis_flow.domain.errors import NeedsCredentials, Unsupported


@contextmanager
def saying_unsupported(what: str) -> Iterator[None]:
    """
    Say in MLflow's words that there is no `what`, and then what would help: clients know the words, and go another way.

    Source: MLflow 3.17 `_UnsupportedMultipartUploadException` and its like.
    """
    said = f"{what} is not supported for the current artifact repository"
    try:
        yield
    except NeedsCredentials as error:
        raise NeedsCredentials(f"{said}. {error.message}") from None
    except Unsupported:
        raise Unsupported(said) from None
