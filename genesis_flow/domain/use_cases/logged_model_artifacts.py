"""Storing and listing the files of logged models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from genesis_flow.domain.entities.artifact import ArtifactInfo
from genesis_flow.domain.use_cases.artifacts import checked_directory
from genesis_flow.domain.use_cases.logged_model_places import active_model
from genesis_flow.domain.values.ids import model_id as checked_id
from genesis_flow.domain.values.paths import artifact_path
from genesis_flow.ports.artifacts import ArtifactStore, ArtifactStores
from genesis_flow.ports.logged_models import LoggedModelRepository


@attrs.frozen
class LoggedModelArtifacts:
    """Storing and listing the files of logged models; every method may also raise what the stores do."""

    _models: LoggedModelRepository
    _stores: ArtifactStores

    def log_file(self, model_id: Any, source: Path, directory: str | None = None) -> None:
        """
        Store a local file in `directory` under its own name; of a local directory, all files below it.

        Raises:
            NotFound: No such active model, or no such local file.
            InvalidInput: Not a legal directory.
        """
        below = checked_directory(directory)
        store = self._store(model_id)
        if source.is_dir():
            store.put_tree(source, below / source.resolve().name)
        else:
            store.put(source, below / source.name)

    def log_tree(self, model_id: Any, source: Path, directory: str | None = None) -> None:
        """
        Store the files below the local directory `source` below `directory`; raises as `log_file`.

        Raises:
            UntrustedContent: A symbolic link in `source` leads outside it.
        """
        below = checked_directory(directory)
        self._store(model_id).put_tree(source, below)

    def find(self, model_id: Any, path: str | None = None) -> Sequence[ArtifactInfo]:
        """
        The direct children of directory `path`, by path; none for a file or what does not exist.

        Raises:
            NotFound: No such active model.
        """
        return self._store(model_id).find(artifact_path(path))

    def _store(self, model_id: Any) -> ArtifactStore:
        return self._stores.open(active_model(checked_id(model_id), self._models).artifact_location)
