"""Uses of logged models by runs."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _Comparable


class LoggedModelInput(_Comparable):
    """A logged model that a run used."""

    def __init__(self, model_id: str) -> None:
        self._model_id = model_id

    @property
    def model_id(self) -> str:
        """Id of the logged model."""
        return self._model_id
