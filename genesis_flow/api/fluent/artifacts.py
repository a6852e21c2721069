"""Artifacts of the active run; without one, a run is started."""

from __future__ import annotations

import io
import posixpath
from typing import TYPE_CHECKING, Any

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.fluent.active_run import run_in_force
from genesis_flow.api.fluent.experiments import experiment_in_force

if TYPE_CHECKING:
    import pandas


def log_artifact(local_path: str, artifact_path: str | None = None, run_id: str | None = None) -> None:
    """
    Store a local file (or directory) as an artifact; see `MlflowClient.log_artifact`.

    Source: MLflow `mlflow.log_artifact`.
    """
    MlflowClient().log_artifact(run_id or run_in_force(), local_path, artifact_path)


def log_artifacts(local_dir: str, artifact_path: str | None = None, run_id: str | None = None) -> None:
    """
    Store everything below a local directory as artifacts; see `MlflowClient.log_artifacts`.

    Source: MLflow `mlflow.log_artifacts`.
    """
    MlflowClient().log_artifacts(run_id or run_in_force(), local_dir, artifact_path)


def log_stream(
    stream: io.BufferedIOBase | io.RawIOBase, artifact_file: str, run_id: str | None = None
) -> None:
    """
    Store what is left in a binary stream as an artifact; see `MlflowClient.log_stream`.

    Source: MLflow `mlflow.log_stream`.
    """
    MlflowClient().log_stream(run_id or run_in_force(), stream, artifact_file)


def log_text(text: str, artifact_file: str, run_id: str | None = None) -> None:
    """
    Store a text as an artifact; see `MlflowClient.log_text`.

    Source: MLflow `mlflow.log_text`.
    """
    MlflowClient().log_text(run_id or run_in_force(), text, artifact_file)


def log_dict(dictionary: dict[str, Any], artifact_file: str, run_id: str | None = None) -> None:
    """
    Store a dictionary as a JSON or YAML artifact; see `MlflowClient.log_dict`.

    Source: MLflow `mlflow.log_dict`.
    """
    MlflowClient().log_dict(run_id or run_in_force(), dictionary, artifact_file)


def log_figure(figure: Any, artifact_file: str, *, save_kwargs: dict[str, Any] | None = None) -> None:
    """
    Store a matplotlib or plotly figure as an artifact; see `MlflowClient.log_figure`.

    Source: MLflow `mlflow.log_figure`.
    """
    MlflowClient().log_figure(run_in_force(), figure, artifact_file, save_kwargs=save_kwargs)


def log_image(
    image: Any,
    artifact_file: str | None = None,
    key: str | None = None,
    step: int | None = None,
    timestamp: int | None = None,
    synchronous: bool | None = False,
) -> None:
    """
    Store an image as an artifact; see `MlflowClient.log_image`.

    Source: MLflow `mlflow.log_image`.
    """
    MlflowClient().log_image(run_in_force(), image, artifact_file, key, step, timestamp, synchronous)


def log_table(
    data: dict[str, Any] | pandas.DataFrame, artifact_file: str, run_id: str | None = None
) -> None:
    """
    Store or extend a table; see `MlflowClient.log_table`.

    Source: MLflow `mlflow.log_table`.
    """
    MlflowClient().log_table(run_id or run_in_force(), data, artifact_file)


def load_table(
    artifact_file: str, run_ids: list[str] | None = None, extra_columns: list[str] | None = None
) -> pandas.DataFrame:
    """
    The rows of the tables of that name in the experiment in force; see `MlflowClient.load_table`.

    Source: MLflow `mlflow.load_table`.
    """
    return MlflowClient().load_table(experiment_in_force(), artifact_file, run_ids, extra_columns)


def get_artifact_uri(artifact_path: str | None = None) -> str:
    """
    The URI of an artifact of the active run, or of their root.

    Source: MLflow `mlflow.get_artifact_uri`.
    """
    root = MlflowClient().get_run(run_in_force()).info.artifact_uri
    return posixpath.join(root or "", artifact_path) if artifact_path else root or ""
