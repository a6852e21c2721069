"""The kinds of dataset sources that URIs and stored datasets are resolved with."""

from __future__ import annotations

import warnings
from typing import Any, Final

from genesis_flow.api import session
from genesis_flow.api.data import artifact_dataset_sources as artifact_sources
from genesis_flow.api.data.code_dataset_source import CodeDatasetSource
from genesis_flow.api.data.dataset_source import DatasetSource
from genesis_flow.api.data.http_dataset_source import HTTPDatasetSource
from genesis_flow.api.exceptions import RESOURCE_DOES_NOT_EXIST, MlflowException


class DatasetSourceRegistry:
    """
    Kinds of dataset sources; of those that fit, the one registered last counts.

    Source: MLflow `mlflow.data.dataset_source_registry.DatasetSourceRegistry`.
    """

    def __init__(self) -> None:
        self.sources: list[type[DatasetSource]] = []

    def register(self, source: type[DatasetSource]) -> None:
        """Add a kind of source."""
        self.sources.append(source)

    def resolve(
        self, raw_source: Any, candidate_sources: list[type[DatasetSource]] | None = None
    ) -> DatasetSource:
        """
        The source that `raw_source`, such as a URI or path, means.

        Args:
            candidate_sources: Only these kinds and their subclasses; None for all.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST: No kind fits.
        """
        candidates = tuple(candidate_sources or (DatasetSource,))
        fitting = [
            source for source in self.sources
            if issubclass(source, candidates) and source._can_resolve(raw_source)
        ]
        if not fitting:
            raise MlflowException(
                "Could not find a source information resolver for the specified dataset source: "
                f"{raw_source}.",
                RESOURCE_DOES_NOT_EXIST,
            )
        if len(fitting) > 1:
            names = ", ".join(source.__name__ for source in fitting)
            warnings.warn(
                f"The dataset source can be interpreted in several ways: {names}. It is taken as "
                f"{fitting[-1].__name__}.",
                stacklevel=3,
            )
        return fitting[-1]._resolve(raw_source)

    def get_source_from_json(self, source_json: str, source_type: str) -> DatasetSource:
        """
        The source of kind `source_type` that `source_json` describes.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST: An unknown kind.
        """
        for source in reversed(self.sources):
            if source._get_source_type() == source_type:
                return source.from_json(source_json)
        raise MlflowException(
            "Could not parse dataset source from JSON due to unrecognized source type: "
            f"{source_type}.",
            RESOURCE_DOES_NOT_EXIST,
        )


def register_dataset_source(source: type[DatasetSource]) -> None:
    """Add a kind of source for this process."""
    _registry().register(source)


def resolve_dataset_source(
    raw_source: Any, candidate_sources: list[type[DatasetSource]] | None = None
) -> DatasetSource:
    """The source that `raw_source` means; see `DatasetSourceRegistry.resolve`."""
    return _registry().resolve(raw_source, candidate_sources)


def get_dataset_source_from_json(source_json: str, source_type: str) -> DatasetSource:
    """The source of kind `source_type` that `source_json` describes."""
    return _registry().get_source_from_json(source_json, source_type)


def get_registered_sources() -> list[type[DatasetSource]]:
    """The kinds of sources, in the order in which they were registered."""
    return _registry().sources


def source_or_code(source: Any) -> DatasetSource:
    """The source that a constructor of datasets was given; None means the code that runs."""
    if source is None:
        from genesis_flow.api.context import with_context

        return CodeDatasetSource(tags=with_context({}))
    return source if isinstance(source, DatasetSource) else resolve_dataset_source(source)


#: The kinds that are always there.
_OWN: Final = (
    artifact_sources.LocalArtifactDatasetSource,
    artifact_sources.S3ArtifactDatasetSource,
    artifact_sources.R2ArtifactDatasetSource,
    artifact_sources.B2ArtifactDatasetSource,
    artifact_sources.GCSArtifactDatasetSource,
    artifact_sources.AzureBlobArtifactDatasetSource,
    artifact_sources.FTPArtifactDatasetSource,
    artifact_sources.SFTPArtifactDatasetSource,
    artifact_sources.HdfsArtifactDatasetSource,
    artifact_sources.ViewfsArtifactDatasetSource,
    artifact_sources.AzureDataLakeArtifactDatasetSource,
    HTTPDatasetSource,
    CodeDatasetSource,
)


def _registry() -> DatasetSourceRegistry:
    """What plugins registered for this process, and our own."""
    return session.shared("dataset sources", _own_sources)


def _own_sources() -> DatasetSourceRegistry:
    registry = DatasetSourceRegistry()
    for source in _OWN:
        registry.register(source)
    return registry
