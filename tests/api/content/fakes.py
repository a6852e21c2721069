"""A client in memory, for functions that write artifacts and tags."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any


class FakeClient:
    """Keeps the artifacts and tags of runs in dicts."""

    def __init__(self) -> None:
        self.files: dict[str, dict[str, bytes]] = {}
        self.tags: dict[str, dict[str, str]] = {}

    def log_bytes(self, run_id: str, data: bytes, path: str) -> None:
        """Store `data` as the artifact `path`."""
        self.files.setdefault(run_id, {})[path] = data

    def read_bytes(self, run_id: str, path: str) -> bytes | None:
        """What is in the artifact `path`, None if it does not exist."""
        return self.files.get(run_id, {}).get(path)

    def set_tag(self, run_id: str, key: str, value: Any) -> None:
        """Set a tag."""
        self.tags.setdefault(run_id, {})[key] = str(value)

    def get_run(self, run_id: str) -> Any:
        """The run, as far as its tags go."""
        return SimpleNamespace(data=SimpleNamespace(tags=dict(self.tags.get(run_id, {}))))
