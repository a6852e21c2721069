"""The logged model that this thread works on: metrics without a model belong to it."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Any

from genesis_flow.api import session
from genesis_flow.api.entities import LoggedModel
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.fluent.logged_models import create_external_model, get_logged_model, search_logged_models

_log = logging.getLogger(__name__)


class ActiveModel(LoggedModel):
    """
    A logged model that is active from now on; in a `with` statement, until its block ends.

    Source: MLflow `mlflow.ActiveModel`.
    """

    def __init__(self, logged_model: LoggedModel, set_by_user: bool) -> None:
        super().__init__(**logged_model.to_dictionary())
        self._before = session.active_model_id()
        session.set_active_model_id(self.model_id)

    def __enter__(self) -> ActiveModel:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        session.set_active_model_id(self._before)


def set_active_model(*, name: str | None = None, model_id: str | None = None) -> ActiveModel:
    """
    Make a logged model this thread's active model.

    Args:
        name: Of the newest such model in the experiment in force; an external one is created if there is none.
        model_id: Of the model; its name must be `name` then, if that is given, too.

    Returns:
        The model; in a `with` statement it is active until the block ends.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.set_active_model`.
    """
    if model_id is not None:
        model = get_logged_model(model_id)
        if name is not None and model.name != name:
            raise MlflowException.invalid_parameter_value(
                f"LoggedModel with model_id {model_id!r} has name {model.name!r}, which does not match the provided "
                f"name {name!r}."
            )
    elif name is not None:
        model = _named(name)
    else:
        raise MlflowException.invalid_parameter_value("Either name or model_id must be provided")
    return ActiveModel(model, set_by_user=True)


def _named(name: str) -> LoggedModel:
    # A name that no model can have could end the text that it is compared with.
    found: Any = [] if "'" in str(name) else search_logged_models(
        filter_string=f"name = '{name}'", max_results=2, output_format="list"
    )
    if len(found) > 1:
        _log.warning("Several logged models are called %r: the newest becomes active.", name)
    newest: LoggedModel = found[0] if found else create_external_model(name=name)
    return newest


def get_active_model_id() -> str | None:
    """
    The id of this thread's active model; by default what `MLFLOW_ACTIVE_MODEL_ID` says, None without.

    Source: MLflow `mlflow.get_active_model_id`.
    """
    return session.active_model_id()


def clear_active_model() -> None:
    """
    Have no active model any more in this thread; the environment variable is unset, too.

    Source: MLflow `mlflow.clear_active_model`.
    """
    session.clear_active_model()
