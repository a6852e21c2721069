"""
Digests of frames and arrays, equal to MLflow's for the same data.

Source: MLflow 3.17 `mlflow.data.digest_utils`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from genesis_flow.api.exceptions import MlflowException

#: Rows (of arrays: elements) that count for a digest, besides how many there are.
MAX_ROWS: Final = 10_000


def compute_pandas_digest(df: Any) -> str:
    """
    The digest of a `pandas.DataFrame`.

    What counts: columns of numbers and columns of nothing but str, in the first 10,000 rows; the index there;
    the number of rows; the names of all columns.
    """
    import numpy as np
    import pandas as pd

    is_text = [all(type(value) is str for value in df.iloc[:, at]) for at in range(df.shape[1])]
    head = df.head(MAX_ROWS)
    numeric = head.select_dtypes(include=[np.number]).columns
    hashed = head[df.columns[is_text].union(numeric)] if len(is_text) else head
    row_hashes = pd.util.hash_pandas_object(hashed).to_numpy()
    return get_normalized_md5_digest(
        [row_hashes, np.int64(len(df)), *(str(column).encode() for column in df.columns)]
    )


def compute_numpy_digest(features: Any, targets: Any = None) -> str:
    """
    The digest of arrays, or of dicts of arrays.

    What counts: the first 10,000 elements of each array and its shape; of dicts, in the order of their keys.
    """
    arrays = [array for item in (features, targets) if item is not None for array in _arrays(item)]
    return get_normalized_md5_digest([element for array in arrays for element in _hashed(array)])


def get_normalized_md5_digest(elements: list[Any]) -> str:
    """
    The first eight digits of the MD5 sum of buffers.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: There are none.
    """
    if not elements:
        raise MlflowException.invalid_parameter_value(
            "No hashable elements were provided for md5 digest creation"
        )
    digest = hashlib.md5(usedforsecurity=False)
    for element in elements:
        digest.update(element)
    return digest.hexdigest()[:8]


def _arrays(item: Any) -> Iterable[Any]:
    return [item[key] for key in sorted(item)] if isinstance(item, dict) else [item]


def _hashed(array: Any) -> list[Any]:
    import numpy as np
    import pandas as pd

    first = array.flatten() if array.size <= MAX_ROWS else array.flat[:MAX_ROWS]
    try:
        content = pd.util.hash_array(first)
    except TypeError:  # elements that cannot be hashed: only their number counts
        content = np.int64(first.size)
    return [content, *(np.int64(length) for length in array.shape)]
