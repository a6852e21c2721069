"""Inputs of runs."""

from __future__ import annotations

from typing import Any

from genesis_flow.api.entities._mlflow_object import _Comparable
from genesis_flow.api.entities.dataset_input import DatasetInput
from genesis_flow.api.entities.logged_model_input import LoggedModelInput


class RunInputs(_Comparable):
    """What a run used."""

    def __init__(
        self, dataset_inputs: list[DatasetInput], model_inputs: list[LoggedModelInput] | None = None
    ) -> None:
        self._dataset_inputs = dataset_inputs
        self._model_inputs = model_inputs or []

    @property
    def dataset_inputs(self) -> list[DatasetInput]:
        """Datasets that the run used."""
        return self._dataset_inputs

    @property
    def model_inputs(self) -> list[LoggedModelInput]:
        """Logged models that the run used."""
        return self._model_inputs

    def to_dictionary(self) -> dict[str, Any]:
        """Datasets as dictionaries; models as they are, as MLflow gives them."""
        return {
            "model_inputs": self._model_inputs,
            "dataset_inputs": [used.to_dictionary() for used in self._dataset_inputs],
        }
