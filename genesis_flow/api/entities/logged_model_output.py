"""Logged models that came out of runs."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _Comparable


class LoggedModelOutput(_Comparable):
    """A logged model that a run produced."""

    def __init__(self, model_id: str, step: int) -> None:
        self._model_id = model_id
        self._step = step

    @property
    def model_id(self) -> str:
        """Id of the logged model."""
        return self._model_id

    @property
    def step(self) -> int:
        """The step at which it was logged."""
        return self._step

    def to_dictionary(self) -> dict[str, str | int]:
        """Both properties by name."""
        return {"model_id": self._model_id, "step": self._step}
