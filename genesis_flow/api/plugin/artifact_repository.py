"""Artifacts in Azure Blob Storage, as stock MLflow reads and writes them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from mlflow.entities import FileInfo
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST
from mlflow.store.artifact.artifact_repo import ArtifactRepository
from mlflow.utils.file_utils import create_tmp_dir

from genesis_flow.api import session
from genesis_flow.api.plugin.errors import translated
from genesis_flow.bootstrap import open_artifact_stores
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.use_cases.artifacts import checked_directory
from genesis_flow.domain.values.paths import artifact_path as checked_path


class GenesisArtifactRepository(ArtifactRepository):  # type: ignore[misc]
    """
    The artifacts below a URI `azure://`, `az://`, `abfs://` or `abfss://`.

    Files move in parallel, appear whole or not at all, and are checked on the way; credentials are those of
    genesis-flow (see `docs/azure.md`).

    Source: MLflow `store/artifact/artifact_repo.py`.
    """

    @translated
    def __init__(self, artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None) -> None:
        super().__init__(artifact_uri, tracking_uri)
        self.registry_uri = registry_uri  # MLflow 3.2 knows no such argument
        self._store = session.shared("artifact stores", open_artifact_stores).open(artifact_uri)

    @translated
    def log_artifact(self, local_file: str, artifact_path: str | None = None) -> None:
        source = Path(local_file)
        self._store.put(source, checked_directory(artifact_path) / source.name)

    @translated
    def log_artifacts(self, local_dir: str, artifact_path: str | None = None) -> None:
        self._store.put_tree(Path(local_dir), checked_directory(artifact_path))

    @translated
    def list_artifacts(self, path: str | None = None) -> list[FileInfo]:
        found = self._store.find(checked_path(path))
        return [FileInfo(info.path, info.is_dir, info.size_bytes) for info in found]

    @translated
    def download_artifacts(self, artifact_path: str | None, dst_path: str | None = None) -> str:
        """Copy a file or directory, with the directories that it lies in, below a local directory."""
        path = checked_path(artifact_path)
        target = _directory(dst_path) / path.parent.text
        target.mkdir(parents=True, exist_ok=True)
        return str(self._store.fetch(path, target))

    @translated
    def _download_file(self, remote_file_path: str, local_path: str) -> None:
        directory, name = os.path.split(os.path.abspath(local_path))
        with tempfile.TemporaryDirectory(dir=directory) as temporary:
            fetched = self._store.fetch(checked_path(remote_file_path), Path(temporary))
            os.replace(fetched, Path(directory) / name)

    @translated
    def delete_artifacts(self, artifact_path: str | None = None) -> None:
        self._store.remove(checked_path(artifact_path))


def _directory(path: str | None) -> Path:
    """The local directory to download to, a new one if none is given."""
    if not path:
        return Path(create_tmp_dir())
    if not os.path.exists(path):
        raise MlflowException(
            f"The destination path for downloaded artifacts does not exist! Destination path: {path}",
            error_code=RESOURCE_DOES_NOT_EXIST,
        )
    if not os.path.isdir(path):
        raise InvalidInput(
            "dst_path",
            f"The destination path for downloaded artifacts must be a directory! Destination path: {path}",
        )
    return Path(path).absolute()
