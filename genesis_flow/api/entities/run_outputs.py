"""Outputs of runs."""

from __future__ import annotations

from typing import Any

from genesis_flow.api.entities._mlflow_object import _Comparable
from genesis_flow.api.entities.logged_model_output import LoggedModelOutput


class RunOutputs(_Comparable):
    """What a run produced."""

    def __init__(self, model_outputs: list[LoggedModelOutput]) -> None:
        self._model_outputs = model_outputs

    @property
    def model_outputs(self) -> list[LoggedModelOutput]:
        """Logged models that the run produced."""
        return self._model_outputs

    def to_dictionary(self) -> dict[Any, Any]:
        """Models as dictionaries."""
        return {"model_outputs": [output.to_dictionary() for output in self._model_outputs]}
