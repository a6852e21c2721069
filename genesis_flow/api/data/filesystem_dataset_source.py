"""Datasets in files."""

from __future__ import annotations

from genesis_flow.api.data.dataset_source import DatasetSource


class FileSystemDatasetSource(DatasetSource):
    """
    A source in a local or remote file system, named by a URI.

    Source: MLflow `mlflow.data.filesystem_dataset_source.FileSystemDatasetSource`.
    """

    @property
    def uri(self) -> str:
        """The URI or path of the file or directory."""
        raise NotImplementedError

    def load(self, dst_path: str | None = None) -> str:
        """Copy the source into the local directory `dst_path` (None for a new one); return its place."""
        raise NotImplementedError
