"""JSON objects about artifacts."""

from __future__ import annotations

from typing import Any, Final

from genesis_flow.api.rest.messages import runs
from genesis_flow.api.rest.messages.fields import Field, present, text
from genesis_flow.domain.entities.artifact import ArtifactInfo

LIST: Final = (*runs.ID, Field("path", text), Field("page_token", text))


def artifact_to_json(entity: ArtifactInfo) -> dict[str, Any]:
    """The file or directory as MLflow writes it."""
    return present(path=entity.path, is_dir=entity.is_dir, file_size=entity.size_bytes)
