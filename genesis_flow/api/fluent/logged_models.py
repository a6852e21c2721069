"""Logged models of the experiment and run in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from genesis_flow.api import session
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.context import with_context
from genesis_flow.api.entities import LoggedModel, LoggedModelStatus
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.fluent.experiments import experiment_in_force
from genesis_flow.api.paging import all_pages

if TYPE_CHECKING:
    import pandas

_PAGE: Final = 1_000
_EXTERNAL: Final = "mlflow.model.isExternal"


def initialize_logged_model(
    name: str | None = None,
    source_run_id: str | None = None,
    tags: dict[str, str] | None = None,
    params: dict[str, str] | None = None,
    model_type: str | None = None,
    experiment_id: str | None = None,
) -> LoggedModel:
    """
    Create a logged model, PENDING until it has files and is finalized.

    Args:
        name: By default a readable random one. source_run_id, experiment_id: By default those in force.
        tags, params: By key; values become texts. model_type: What kind of model it is, in your own words.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.initialize_logged_model`.
    """
    model = _created(name, source_run_id, tags, params, model_type, experiment_id)
    session.set_last_model_id(model.model_id)
    return model


def create_external_model(
    name: str | None = None,
    source_run_id: str | None = None,
    tags: dict[str, str] | None = None,
    params: dict[str, str] | None = None,
    model_type: str | None = None,
    experiment_id: str | None = None,
) -> LoggedModel:
    """
    Create a READY logged model whose files are kept elsewhere; arguments as `initialize_logged_model`.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.create_external_model`.
    """
    from genesis_flow.api.fluent.external_models import describe

    tags = {**(tags or {}), _EXTERNAL: "true"}
    model = _created(name, source_run_id, tags, params, model_type, experiment_id)
    client = MlflowClient()
    describe(client, model)
    model = client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
    session.set_last_model_id(model.model_id)
    return model


def _created(
    name: str | None,
    source_run_id: str | None,
    tags: dict[str, str] | None,
    params: dict[str, str] | None,
    model_type: str | None,
    experiment_id: str | None,
) -> LoggedModel:
    stack = session.active_runs()
    if stack:
        info = stack[-1].info
        source_run_id = source_run_id if source_run_id is not None else info.run_id
        experiment_id = experiment_id if experiment_id is not None else info.experiment_id
    return MlflowClient().create_logged_model(
        experiment_in_force() if experiment_id is None else experiment_id,
        name, source_run_id, with_context(tags or {}), params, model_type,
    )


def finalize_logged_model(model_id: str, status: Literal["READY", "FAILED"] | LoggedModelStatus) -> LoggedModel:
    """
    Give a logged model a status; see `MlflowClient.finalize_logged_model`.

    Source: MLflow `mlflow.finalize_logged_model`.
    """
    return MlflowClient().finalize_logged_model(model_id, status)


def get_logged_model(model_id: str) -> LoggedModel:
    """
    The logged model with this id; see `MlflowClient.get_logged_model`.

    Source: MLflow `mlflow.get_logged_model`.
    """
    return MlflowClient().get_logged_model(model_id)


def last_logged_model() -> LoggedModel | None:
    """
    The model that this thread logged last, as it is stored now; None without one.

    Source: MLflow `mlflow.last_logged_model`.
    """
    model_id = session.last_model_id()
    return None if model_id is None else get_logged_model(model_id)


def log_model_params(params: dict[str, str], model_id: str | None = None) -> None:
    """
    Set params of a logged model, by default the active one; see `MlflowClient.log_model_params`.

    Source: MLflow `mlflow.log_model_params`.
    """
    wanted: Any = model_id or session.active_model_id()
    MlflowClient().log_model_params(wanted, params)


def set_logged_model_tags(model_id: str, tags: dict[str, Any]) -> None:
    """
    Set tags of a logged model; see `MlflowClient.set_logged_model_tags`.

    Source: MLflow `mlflow.set_logged_model_tags`.
    """
    MlflowClient().set_logged_model_tags(model_id, tags)


def delete_logged_model_tag(model_id: str, key: str) -> None:
    """
    Remove a tag of a logged model; see `MlflowClient.delete_logged_model_tag`.

    Source: MLflow `mlflow.delete_logged_model_tag`.
    """
    MlflowClient().delete_logged_model_tag(model_id, key)


def search_logged_models(
    experiment_ids: list[str] | None = None,
    filter_string: str | None = None,
    datasets: list[dict[str, str]] | None = None,
    max_results: int | None = None,
    order_by: list[dict[str, Any]] | None = None,
    output_format: Literal["pandas", "list"] = "pandas",
) -> list[LoggedModel] | pandas.DataFrame:
    """
    All logged models that match, by default of the experiment in force; see `MlflowClient.search_logged_models`.

    Args:
        max_results: At most so many; by default all.
        output_format: "pandas" gives a DataFrame with a row for each model, "list" gives `LoggedModel` objects.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE; pandas is asked for and not installed.

    Source: MLflow `mlflow.search_logged_models`.
    """
    if output_format not in ("pandas", "list"):
        raise MlflowException.invalid_parameter_value(
            f"Unsupported output format: {output_format!r}. Supported string values are 'pandas' or 'list'"
        )
    client, ids = MlflowClient(), experiment_ids or [experiment_in_force()]

    def page(size: int, token: str | None) -> Any:
        return client.search_logged_models(ids, filter_string, datasets, size, order_by, token)

    models = all_pages(page, page_size=_PAGE, most=max_results)
    if output_format == "list":
        return models
    from genesis_flow.api.frames import logged_models_to_frame

    return logged_models_to_frame(models)
