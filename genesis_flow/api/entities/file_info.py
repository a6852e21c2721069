"""Files and directories among artifacts."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _Comparable


class FileInfo(_Comparable):
    """A file or directory among the artifacts of a run."""

    def __init__(self, path: str, is_dir: bool, file_size: int | None) -> None:
        self._path = path
        self._is_dir = is_dir
        self._bytes = file_size

    @property
    def path(self) -> str:
        """Relative to the root of the artifacts, with `/`."""
        return self._path

    @property
    def is_dir(self) -> bool:
        """Whether this is a directory."""
        return self._is_dir

    @property
    def file_size(self) -> int | None:
        """Bytes, or None for a directory."""
        return self._bytes
