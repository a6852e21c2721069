"""MLflow's `mlflow.tracking.fluent`: the fluent functions under their historical address."""

from __future__ import annotations

from typing import Any

from genesis_flow import api
from genesis_flow.api.fluent.runs import NUM_RUNS_PER_PAGE_PANDAS, SEARCH_MAX_RESULTS_PANDAS

__all__ = ["NUM_RUNS_PER_PAGE_PANDAS", "SEARCH_MAX_RESULTS_PANDAS"]


def __getattr__(name: str) -> Any:
    if name not in api.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(api, name)
