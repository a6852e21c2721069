"""MLflow's `mlflow.tracking.context.registry`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genesis_flow.api.context import with_context

__all__ = ["resolve_tags"]


def resolve_tags(tags: Mapping[str, Any] | None = None, ignore: Sequence[type] | None = None) -> dict[str, str]:
    """
    The tags that say where a run comes from, and `tags`, which win.

    Args:
        ignore: Classes of MLflow's providers; there are none here, so it changes nothing.

    Source: MLflow `mlflow.tracking.context.registry.resolve_tags`.
    """
    return with_context(tags or {})
