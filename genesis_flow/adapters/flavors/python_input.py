"""Input as the functions of users want it, by what they say about its type."""

from __future__ import annotations

import json
import sys
import typing
from typing import Any

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.hints import hints_of


def converted(data: Any, model: Any, signature: Any) -> Any:
    """
    `data` as the model's `predict` wants it: a frame as a list of texts, or of dicts, where it says so.

    Args:
        signature: As in the model's record.
    """
    pandas = sys.modules.get("pandas")
    if pandas is None or not isinstance(data, pandas.DataFrame):
        return data
    hint = hints_of(getattr(model, "func", model.predict)).input
    if hint == list[str]:
        return _texts(data, pandas)
    if _is_list_of_dicts(hint):
        return _dicts(data, pandas, signature)
    return data


def _texts(frame: Any, pandas: Any) -> list[str]:
    name = _first_text_column(frame, pandas)
    if name is None:
        raise InvalidInput("model_input", "Expected model input to contain at least one string column")
    found: list[str] = frame[name].tolist()
    return found


def _dicts(frame: Any, pandas: Any, signature: Any) -> Any:
    if _is_one_unnamed_column(signature):
        name = _first_text_column(frame, pandas)
        if name is not None:
            return frame[[name]].to_dict(orient="records")
        if len(frame.columns) == 1:
            return frame.iloc[:, 0].tolist()
    return frame.to_dict(orient="records")


def _first_text_column(frame: Any, pandas: Any) -> Any:
    for name in frame.columns:
        if len(frame) and isinstance(frame[name].iloc[0], str):
            return name
    return None


def _is_list_of_dicts(hint: Any) -> bool:
    inside = typing.get_args(hint)
    return typing.get_origin(hint) is list and len(inside) == 1 and inside[0] in (dict[str, str], dict[str, Any])


def _is_one_unnamed_column(signature: Any) -> bool:
    try:
        columns = json.loads(signature["inputs"])
    except (TypeError, ValueError, KeyError):
        return False
    return len(columns) == 1 and columns[0].get("name") is None
