"""What is known of a stored model."""

from __future__ import annotations

from typing import Any

from genesis_flow.api import session
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.locating import located
from genesis_flow.api.models.mlmodel import Model, ModelInfo
from genesis_flow.domain.entities.model_record import ModelRecord

__all__ = ["get_model_info", "infer_pip_requirements"]


@translating_errors
def get_model_info(model_uri: str) -> ModelInfo:
    """
    What is known of a stored model; nothing of it is loaded.

    Args:
        model_uri: As for `load_model`.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST: There is none. DATA_LOSS: Its record is damaged.

    Source: MLflow `mlflow.models.get_model_info`.
    """
    found = located(str(model_uri))
    model = Model.from_dict(dict(found.record().content))
    logged = None
    if found.place is not None and found.place.model_id is not None:
        logged = MlflowClient().get_logged_model(found.place.model_id)
    return model.get_model_info(logged)


@translating_errors
def infer_pip_requirements(
    model_uri: str,
    flavor: str,
    fallback: list[str] | None = None,
    timeout: int | None = None,
    extra_env_vars: dict[str, str] | None = None,
    uv_project_dir: Any = None,
    uv_groups: list[str] | None = None,
    uv_extras: list[str] | None = None,
) -> list[str]:
    """
    What a stored model needs, as lines for pip.

    Nothing is loaded and no process is started: it is what was noted when the model was saved, or what the
    packages of its flavor are here.

    Args:
        flavor: Such as "sklearn". fallback: What is returned if nothing is known.
        timeout, extra_env_vars: Not needed. uv_project_dir, uv_groups, uv_extras: Not supported.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST: No such model or flavor.

    Source: MLflow `mlflow.models.infer_pip_requirements`.
    """
    from genesis_flow.api.models.requirements import name_of

    found = located(str(model_uri))
    record: ModelRecord = found.record()
    record.flavor(flavor)
    directories = session.model_directories()
    if (found.directory / "requirements.txt").is_file():
        lines = found.read_text("requirements.txt").splitlines()
        return [line for line in lines if not line.startswith("-") and not name_of(line).startswith("mlflow")]
    inferred = directories.files.pinned([directories.flavors.get(flavor).distribution], frozenset())
    if not inferred and fallback is None:
        raise MlflowException(f"Nothing is known of what the model at {model_uri} needs.")
    return inferred or list(fallback or ())
