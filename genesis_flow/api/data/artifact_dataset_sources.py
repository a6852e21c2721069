"""
Datasets in places that artifacts can lie in too.

A dataset may be described whatever its scheme; it can be loaded where an artifact store serves the scheme.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from genesis_flow.api.data.filesystem_dataset_source import FileSystemDatasetSource
from genesis_flow.api.exceptions import MlflowException


class ArtifactDatasetSource(FileSystemDatasetSource):
    """A file or directory that a URI names; subclasses say with which schemes."""

    _schemes: ClassVar[tuple[str, ...]] = ()
    _source_type: ClassVar[str] = ""

    def __init__(self, uri: str) -> None:
        self._uri = uri

    @property
    def uri(self) -> str:
        """The URI or path of the file or directory."""
        return self._uri

    @classmethod
    def _get_source_type(cls) -> str:
        return cls._source_type

    def load(self, dst_path: str | None = None) -> str:
        """
        Copy the source to the local disk.

        Args:
            dst_path: Directory to copy to; None for a new one, or none at all if the source is local.

        Returns:
            Where it is now.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: No artifact store serves the scheme.
                RESOURCE_DOES_NOT_EXIST: It is not there.
        """
        from genesis_flow.api.artifacts import download_artifacts

        return download_artifacts(artifact_uri=self.uri, dst_path=dst_path)

    @classmethod
    def _can_resolve(cls, raw_source: Any) -> bool:
        return isinstance(raw_source, str) and _scheme(raw_source) in cls._schemes

    @classmethod
    def _resolve(cls, raw_source: Any) -> Self:
        return cls(str(raw_source))

    def to_dict(self) -> dict[str, Any]:
        """The source as a dict with the key "uri"."""
        return {"uri": self.uri}

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> Self:
        """The source that `to_dict` gave."""
        uri = source_dict.get("uri")
        if uri is None:
            raise MlflowException.invalid_parameter_value(
                f'Failed to parse {cls.__name__}. Missing expected key: "uri"'
            )
        return cls(uri=uri)


class LocalArtifactDatasetSource(ArtifactDatasetSource):
    """A file or directory on the local disk."""

    _schemes = ("", "file")
    _source_type = "local"

    @classmethod
    def _can_resolve(cls, raw_source: Any) -> bool:
        return isinstance(raw_source, Path) or super()._can_resolve(raw_source)


class S3ArtifactDatasetSource(ArtifactDatasetSource):
    """Objects in Amazon S3."""

    _schemes, _source_type = ("s3",), "s3"


class R2ArtifactDatasetSource(ArtifactDatasetSource):
    """Objects in Cloudflare R2."""

    _schemes, _source_type = ("r2",), "r2"


class B2ArtifactDatasetSource(ArtifactDatasetSource):
    """Objects in Backblaze B2."""

    _schemes, _source_type = ("b2",), "b2"


class GCSArtifactDatasetSource(ArtifactDatasetSource):
    """Objects in Google Cloud Storage."""

    _schemes, _source_type = ("gs",), "gs"


class AzureBlobArtifactDatasetSource(ArtifactDatasetSource):
    """Blobs in Azure Blob Storage."""

    _schemes, _source_type = ("wasbs",), "wasbs"


class AzureDataLakeArtifactDatasetSource(ArtifactDatasetSource):
    """Files in Azure Data Lake Storage."""

    _schemes, _source_type = ("abfss",), "abfss"


class FTPArtifactDatasetSource(ArtifactDatasetSource):
    """Files on an FTP server."""

    _schemes, _source_type = ("ftp",), "ftp"


class SFTPArtifactDatasetSource(ArtifactDatasetSource):
    """Files on an SFTP server."""

    _schemes, _source_type = ("sftp",), "sftp"


class HdfsArtifactDatasetSource(ArtifactDatasetSource):
    """Files in HDFS."""

    _schemes, _source_type = ("hdfs",), "hdfs"


class ViewfsArtifactDatasetSource(ArtifactDatasetSource):
    """Files behind a mount table of HDFS."""

    _schemes, _source_type = ("viewfs",), "viewfs"


def _scheme(uri: str) -> str | None:
    try:
        return urlsplit(uri).scheme
    except ValueError:
        return None
