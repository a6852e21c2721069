"""
Datasets that runs use: what they are, and where they come from.

Source: MLflow `mlflow.data`.
"""

from __future__ import annotations

from genesis_flow.api.data import sources
from genesis_flow.api.data.dataset import Dataset
from genesis_flow.api.data.dataset_registry import register_constructor
from genesis_flow.api.data.dataset_source import DatasetSource
from genesis_flow.api.data.dataset_source_registry import (
    get_dataset_source_from_json,
    get_registered_sources,
)
from genesis_flow.api.data.meta_dataset import MetaDataset
from genesis_flow.api.data.numpy_dataset import from_numpy
from genesis_flow.api.data.pandas_dataset import from_pandas
from genesis_flow.api.entities import Dataset as DatasetEntity
from genesis_flow.api.entities import DatasetInput
from genesis_flow.api.exceptions import MlflowException

__all__ = [  # noqa: RUF022 - constructors that users register are added at the end
    "Dataset",
    "DatasetSource",
    "MetaDataset",
    "get_dataset_source_from_json",
    "get_registered_sources",
    "get_source",
    "register_constructor",
    "sources",
    "from_numpy",
    "from_pandas",
]


def get_source(dataset: DatasetEntity | DatasetInput | Dataset) -> DatasetSource:
    """
    The source of a dataset.

    Args:
        dataset: A dataset, or the view of one that a run used.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: Something else.
            RESOURCE_DOES_NOT_EXIST: A source of an unknown kind.

    Source: MLflow `mlflow.data.get_source`.
    """
    if isinstance(dataset, DatasetInput):
        dataset = dataset.dataset
    if isinstance(dataset, DatasetEntity):
        return get_dataset_source_from_json(dataset.source, dataset.source_type)
    if isinstance(dataset, Dataset):
        return dataset.source
    raise MlflowException.invalid_parameter_value(
        f"Unrecognized dataset type {type(dataset)}. Expected one of: `mlflow.data.dataset.Dataset`, "
        "`mlflow.entities.Dataset`, `mlflow.entities.DatasetInput`."
    )
