"""Datasets that are pandas frames."""

from __future__ import annotations

import json
import logging
from functools import cached_property
from typing import Any

from genesis_flow.api.data.dataset import Dataset
from genesis_flow.api.data.dataset_source import DatasetSource
from genesis_flow.api.data.dataset_source_registry import source_or_code
from genesis_flow.api.data.digest_utils import compute_pandas_digest
from genesis_flow.api.data.pyfunc_dataset_mixin import PyFuncConvertibleDatasetMixin, PyFuncInputsOutputs
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.types.schema_inference import frame_schema
from genesis_flow.api.types.schemas import Schema

_log = logging.getLogger(__name__)


class PandasDataset(Dataset, PyFuncConvertibleDatasetMixin):
    """
    A `pandas.DataFrame` as a dataset.

    Source: MLflow `mlflow.data.pandas_dataset.PandasDataset`.
    """

    def __init__(
        self,
        df: Any,
        source: DatasetSource,
        targets: str | None = None,
        name: str | None = None,
        digest: str | None = None,
        predictions: str | None = None,
    ) -> None:
        """
        A `pandas.DataFrame` as a dataset.

        Args:
            targets, predictions: Names of columns, or None.
            digest: Computed if None.

        Raises:
            MlflowException: INVALID_PARAMETER_VALUE: No such column.
        """
        for label, column in (("targets", targets), ("predictions", predictions)):
            if column is not None and column not in df.columns:
                raise MlflowException.invalid_parameter_value(
                    f"The specified pandas DataFrame does not contain the specified {label} column "
                    f"'{column}'."
                )
        self._df = df
        self._targets = targets
        self._predictions = predictions
        super().__init__(source=source, name=name, digest=digest)

    def _compute_digest(self) -> str:
        return compute_pandas_digest(self._df)

    def to_dict(self) -> dict[str, Any]:
        """Name, digest, source, source type, schema and profile."""
        schema = json.dumps({"mlflow_colspec": self.schema.to_dict()}) if self.schema else None
        return {**super().to_dict(), "schema": schema, "profile": json.dumps(self.profile)}

    @property
    def df(self) -> Any:
        """The frame itself."""
        return self._df

    @property
    def targets(self) -> str | None:
        """The name of the column with targets, or None."""
        return self._targets

    @property
    def predictions(self) -> str | None:
        """The name of the column with predictions, or None."""
        return self._predictions

    @property
    def profile(self) -> Any | None:
        """The number of rows and of cells."""
        return {"num_rows": len(self._df), "num_elements": int(self._df.size)}

    @cached_property
    def schema(self) -> Schema | None:
        """The types of the columns, None if they cannot be inferred."""
        try:
            return frame_schema(self._df)
        except (ValueError, TypeError, MlflowException) as error:
            _log.debug("The frame has no schema: %s", error)
            return None

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """The columns but the targets, and the targets."""
        if self._targets is None:
            return PyFuncInputsOutputs(self._df)
        return PyFuncInputsOutputs(self._df.drop(columns=[self._targets]), self._df[self._targets])


def from_pandas(
    df: Any,
    source: str | DatasetSource | None = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    predictions: str | None = None,
) -> PandasDataset:
    """
    A `pandas.DataFrame` as a dataset.

    Args:
        source: Where the data comes from: a URI, a path or a `DatasetSource`; None for the code that runs.
        targets, predictions: Names of columns, or None.
        digest: Computed if None, as MLflow computes it.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: No such column. RESOURCE_DOES_NOT_EXIST: An unknown source.

    Source: MLflow `mlflow.data.from_pandas`.
    """
    return PandasDataset(df, source_or_code(source), targets, name, digest, predictions)
