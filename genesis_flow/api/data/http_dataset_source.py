"""Datasets on the web."""

from __future__ import annotations

import os
import re
import tempfile
from typing import IO, TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit
from uuid import uuid4

from genesis_flow.api.data.dataset_source import DatasetSource
from genesis_flow.api.exceptions import TEMPORARILY_UNAVAILABLE, MlflowException

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

#: Seconds that a server may be silent.
TIMEOUT_S: Final = 120.0
_CHUNK_BYTES: Final = 1 << 20
_FILE_NAME: Final = re.compile(r"filename=(.+)")


class HTTPDatasetSource(DatasetSource):
    """
    What a URL (HTTP or HTTPS) gives.

    Source: MLflow `mlflow.data.http_dataset_source.HTTPDatasetSource`.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def url(self) -> str:
        """The URL."""
        return self._url

    @staticmethod
    def _get_source_type() -> str:
        return "http"

    def load(self, dst_path: str | None = None) -> str:
        """
        Download what the URL gives into a local directory, whole or not at all.

        Args:
            dst_path: The directory, made if it is missing; None for a new temporary one, which nobody erases.

        Returns:
            The place of the file, named as the server says or as the URL ends.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: No HTTP, or the server names a path instead of a file.
                INTERNAL_ERROR: The server answers with an error.
                TEMPORARILY_UNAVAILABLE: No answer, it was cut short, or the disk is full.

        Source: MLflow `HTTPDatasetSource.load`.
        """
        from http.client import HTTPException
        from urllib.error import HTTPError

        if not self._can_resolve(self.url):
            raise MlflowException.invalid_parameter_value("The URL of an HTTP dataset source is not HTTP(S).")
        try:
            with _web().open(self.url, timeout=TIMEOUT_S) as response:
                return _saved(response, dst_path, _file_name(response.headers, self.url))
        except HTTPError as error:
            error.close()
            raise MlflowException(f"The server answered {error.code} {error.reason}.") from error
        except (OSError, HTTPException) as error:
            raise MlflowException(
                f"The dataset cannot be downloaded: {error}", TEMPORARILY_UNAVAILABLE
            ) from error

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        try:
            return isinstance(raw_source, str) and urlsplit(raw_source).scheme in ("http", "https")
        except ValueError:
            return False

    @classmethod
    def _resolve(cls, raw_source: Any) -> Self:
        return cls(raw_source)

    def to_dict(self) -> dict[str, Any]:
        """The source as a dict with the key "url"."""
        return {"url": self.url}

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> Self:
        """The source that `to_dict` gave."""
        url = source_dict.get("url")
        if url is None:
            raise MlflowException.invalid_parameter_value(
                'Failed to parse HTTPDatasetSource. Missing expected key: "url"'
            )
        return cls(url=url)


def _web() -> OpenerDirector:
    """What opens HTTP and HTTPS and nothing else, wherever it is redirected."""
    from urllib import request

    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler, request.HTTPHandler, request.HTTPSHandler, request.HTTPRedirectHandler,
        request.HTTPDefaultErrorHandler, request.HTTPErrorProcessor, request.UnknownHandler,
    ):
        opener.add_handler(handler())
    return opener


def _file_name(headers: Any, url: str) -> str:
    if match := _FILE_NAME.search(headers.get("Content-Disposition") or ""):
        name = match[1].strip("'\"")
        if not _is_plain(name):
            raise MlflowException.invalid_parameter_value(
                f"Invalid filename in Content-Disposition header: {name!r}. "
                "It must be a file name, not a path."
            )
        return name
    name = os.path.basename(urlsplit(url).path)
    return name if _is_plain(name) else "dataset_source"


def _is_plain(name: str) -> bool:
    return bool(name.strip(". ")) and not any(c in "/\\:" or not c.isprintable() for c in name)


def _saved(response: IO[bytes], directory: str | None, name: str) -> str:
    """The place of the file `name` in `directory`, where what is left in `response` has arrived."""
    target = directory if directory is not None else tempfile.mkdtemp(prefix="genesis-flow-")
    os.makedirs(target, exist_ok=True)
    final, passing = os.path.join(target, name), os.path.join(target, f".{uuid4().hex}.partial")
    try:
        with open(passing, "xb") as file:
            while chunk := response.read(_CHUNK_BYTES):
                file.write(chunk)
        left = getattr(response, "length", None)
        if left:
            raise ConnectionError(f"{left} bytes are missing")
        os.replace(passing, final)
    finally:
        if os.path.exists(passing):
            os.unlink(passing)
    return final
