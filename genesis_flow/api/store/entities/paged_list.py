"""MLflow's `mlflow.store.entities.paged_list`."""

from __future__ import annotations

from genesis_flow.api.paged_list import PagedList

__all__ = ["PagedList"]
