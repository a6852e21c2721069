"""Datasets that are numpy arrays."""

from __future__ import annotations

import json
import logging
from functools import cached_property
from typing import Any

from genesis_flow.api.data.dataset import Dataset
from genesis_flow.api.data.dataset_source import DatasetSource
from genesis_flow.api.data.dataset_source_registry import source_or_code
from genesis_flow.api.data.digest_utils import compute_numpy_digest
from genesis_flow.api.data.pyfunc_dataset_mixin import PyFuncConvertibleDatasetMixin, PyFuncInputsOutputs
from genesis_flow.api.data.schema import TensorDatasetSchema
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.types.schema_inference import tensor_schema

_log = logging.getLogger(__name__)


class NumpyDataset(Dataset, PyFuncConvertibleDatasetMixin):
    """
    Arrays, or dicts of arrays, as a dataset.

    Source: MLflow `mlflow.data.numpy_dataset.NumpyDataset`.
    """

    def __init__(
        self,
        features: Any,
        source: DatasetSource,
        targets: Any = None,
        name: str | None = None,
        digest: str | None = None,
    ) -> None:
        """
        Arrays as a dataset.

        Args:
            features, targets: A `numpy.ndarray` or a dict of them; of targets, None too.
            digest: Computed if None.
        """
        self._features = features
        self._targets = targets
        super().__init__(source=source, name=name, digest=digest)

    def _compute_digest(self) -> str:
        return compute_numpy_digest(self._features, self._targets)

    def to_dict(self) -> dict[str, Any]:
        """Name, digest, source, source type, schema and profile."""
        schema = json.dumps(self.schema.to_dict()) if self.schema else None
        return {**super().to_dict(), "schema": schema, "profile": json.dumps(self.profile)}

    @property
    def features(self) -> Any:
        """The features."""
        return self._features

    @property
    def targets(self) -> Any | None:
        """The targets, or None."""
        return self._targets

    @property
    def profile(self) -> Any | None:
        """Shape, number of elements and bytes of features and targets; dicts of these for dicts of arrays."""
        parts = {"features": self._features, "targets": self._targets}
        return {
            f"{part}_{what}": _of_each(data, what)
            for part, data in parts.items()
            if data is not None
            for what in ("shape", "size", "nbytes")
        }

    @cached_property
    def schema(self) -> TensorDatasetSchema | None:
        """The types and shapes of features and targets, None if they have none."""
        try:
            targets = None if self._targets is None else tensor_schema(self._targets)
            return TensorDatasetSchema(tensor_schema(self._features), targets)
        except (ValueError, AttributeError, MlflowException) as error:
            _log.warning("Failed to infer schema for NumPy dataset. Exception: %s", error)
            return None

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """The features and the targets."""
        return PyFuncInputsOutputs(self._features, self._targets)


def from_numpy(
    features: Any,
    source: str | DatasetSource | None = None,
    targets: Any = None,
    name: str | None = None,
    digest: str | None = None,
) -> NumpyDataset:
    """
    Arrays, or dicts of arrays, as a dataset.

    Args:
        source: Where the data comes from: a URI, a path or a `DatasetSource`; None for the code that runs.
        features, targets: A `numpy.ndarray` or a dict of them; of targets, None too.
        digest: Computed if None, as MLflow computes it.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: No arrays. RESOURCE_DOES_NOT_EXIST: An unknown source.

    Source: MLflow `mlflow.data.from_numpy`.
    """
    return NumpyDataset(features, source_or_code(source), targets, name, digest)


def _of_each(data: Any, what: str) -> Any:
    if isinstance(data, dict):
        return {key: getattr(array, what) for key, array in data.items()}
    return getattr(data, what)
