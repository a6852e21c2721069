"""The data of trainings as datasets."""

from __future__ import annotations

import sys
from typing import Any

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import DatasetInput, InputTag
from genesis_flow.domain.entities.dataset import CONTEXT_TAG


def dataset_of(X: Any, y: Any = None) -> Any:
    """
    `X`, and `y` unless `X` is a frame, as a dataset that the running code made.

    Raises:
        TypeError: There is no dataset of this kind of data.
    """
    from genesis_flow.api.data import from_numpy, from_pandas

    if _is("pandas", "DataFrame", X):
        return from_pandas(X)
    features, targets = (_dense(X), _dense(y))
    if not _is("numpy", "ndarray", features):
        raise TypeError(f"Data of type {type(X).__name__} are no dataset; arrays and frames are.")
    return from_numpy(features, targets=targets)


def log_dataset(run_id: str, dataset: Any, context: str) -> None:
    """Note that a run used a dataset for `context`."""
    tags = [InputTag(CONTEXT_TAG, context)]
    MlflowClient().log_inputs(run_id, [DatasetInput(dataset._to_mlflow_entity(), tags)])


def _dense(data: Any) -> Any:
    scipy = sys.modules.get("scipy.sparse")
    return data.toarray() if scipy is not None and scipy.issparse(data) else data


def _is(module: str, name: str, value: Any) -> bool:
    """Whether a value is of a class, if the module of the class is loaded at all."""
    home = sys.modules.get(module)
    return home is not None and isinstance(value, getattr(home, name))
