"""What the functions of this package need of a client."""

from __future__ import annotations

from typing import Any, Protocol


class RunContent(Protocol):
    """Reads and writes the artifacts and tags of runs."""

    def log_bytes(self, run_id: str, data: bytes, path: str) -> None:
        """Store `data` as the artifact `path`."""

    def read_bytes(self, run_id: str, path: str) -> bytes | None:
        """What is in the artifact `path`, None if it does not exist."""

    def set_tag(self, run_id: str, key: str, value: Any) -> object:
        """Set a tag; `value` becomes a text."""

    def get_run(self, run_id: str) -> Any:
        """The run, as MLflow shows it."""
