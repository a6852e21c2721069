"""What is known of a prediction, under the name that MLflow has it."""

from __future__ import annotations

from genesis_flow.api.models.contexts import Context, get_prediction_context, set_prediction_context

__all__ = ["Context", "get_prediction_context", "set_prediction_context"]
