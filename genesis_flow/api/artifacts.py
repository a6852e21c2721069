"""
Artifacts by run or URI: downloading, listing, and loading into memory.

Source: MLflow `mlflow.artifacts`.
"""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genesis_flow.api.client.registry_sources import ModelPlace, model_place
from genesis_flow.api.content.pixels import pillow
from genesis_flow.api.entities import FileInfo
from genesis_flow.api.entities.translation import artifacts_to_views
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import BAD_REQUEST, MlflowException
from genesis_flow.api.session import artifacts_for

if TYPE_CHECKING:
    from genesis_flow.domain.use_cases.artifacts import Artifacts

__all__ = ["download_artifacts", "get_download_url", "list_artifacts", "load_dict", "load_image", "load_text"]


@translating_errors
def download_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    dst_path: str | None = None,
    tracking_uri: str | None = None,
    registry_uri: str | None = None,
) -> str:
    """
    Copy an artifact file or directory to the local disk.

    Args:
        artifact_uri: `runs:/<run_id>/<path>`, `models:/<name>/<version>` and what else names a model, or a URI or
            local path of an artifact store; or give `run_id`.
        artifact_path: Path among the artifacts of `run_id`; None for all of them.
        dst_path: Directory to copy to, made if it is missing. None for a new temporary directory, which
            nobody erases; what a store's URI names on this machine's disk is then not copied at all.
        registry_uri: The store of the model registry; by default the one in force.

    Returns:
        Where it is now.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST.

    Source: MLflow `mlflow.artifacts.download_artifacts`.
    """
    _require_one(artifact_uri, run_id, artifact_path)
    artifacts, target = artifacts_for(tracking_uri), Path(dst_path).absolute() if dst_path is not None else None
    if artifact_uri is None:
        return str(artifacts.download(run_id or "", artifact_path, target or _new_directory()))
    place = model_place(artifact_uri, tracking_uri, registry_uri)
    if place is not None:
        local = artifacts.local_path_below(place.location, place.path) if target is None else None
        return str(local or _downloaded(artifacts, place, target or _new_directory()))
    if target is None and (local := artifacts.local_path_at(artifact_uri)):
        return str(local)
    return str(artifacts.download_at(artifact_uri, target or _new_directory()))


def _new_directory() -> Path:
    return Path(tempfile.mkdtemp(prefix="genesis-flow-"))


def _downloaded(artifacts: Artifacts, place: ModelPlace, target: Path) -> Path:
    """Copy the files of a model, and write beside those of a registered one which it is, as MLflow does."""
    fetched = artifacts.download_below(place.location, place.path, target)
    if place.version is not None and not place.path and fetched.is_dir():
        note = f"model_name: {json.dumps(place.name)}\nmodel_version: '{place.version}'\n"
        (fetched / "registered_model_meta").write_text(note, encoding="utf-8")
    return fetched


@translating_errors
def list_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    tracking_uri: str | None = None,
) -> list[FileInfo]:
    """
    The files and directories directly in an artifact directory, by path; none for a file.

    Args:
        artifact_uri: `runs:/<run_id>/<path>`, `models:/<name>/<version>` and what else names a model, or a URI or
            local path of an artifact store; or give `run_id`.
        artifact_path: Path among the artifacts of `run_id`; None for the top.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST.

    Source: MLflow `mlflow.artifacts.list_artifacts`.
    """
    _require_one(artifact_uri, run_id, artifact_path)
    artifacts = artifacts_for(tracking_uri)
    if artifact_uri is not None:
        place = model_place(artifact_uri, tracking_uri)
        if place is not None:
            return artifacts_to_views(artifacts.find_below(place.location, place.path))
        return artifacts_to_views(artifacts.find_at(artifact_uri))
    return artifacts_to_views(artifacts.find(run_id or "", artifact_path))


@translating_errors
def get_download_url(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    tracking_uri: str | None = None,
    *,
    expiration: int = 300,
) -> str:
    """
    A URL from which anyone who has it can download an artifact file, straight from object storage.

    It works without credentials, so it is as good as a key to that one file: give it away, do not store or log it.

    Args:
        artifact_uri: `runs:/<run_id>/<path>`, `models:/<name>/<version>/<path>`, or a URI of an artifact store; or give
            `run_id` and `artifact_path`.
        expiration: Seconds for which it works, at most 604800 (a week).

    Raises:
        MlflowException: NOT_IMPLEMENTED: The store is no object storage, or its credentials cannot sign.
            RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: ours; MLflow has `get_download_presigned_url` on artifact repositories.
    """
    _require_one(artifact_uri, run_id, artifact_path)
    artifacts = artifacts_for(tracking_uri)
    if artifact_uri is None:
        return artifacts.download_link(run_id or "", artifact_path or "", expires_s=expiration).url
    place = model_place(artifact_uri, tracking_uri)
    if place is not None:
        return artifacts.download_link_below(place.location, place.path, expires_s=expiration).url
    return artifacts.download_link_at(artifact_uri, expires_s=expiration).url


def load_text(artifact_uri: str) -> str:
    """
    What is in an artifact file, as text; line ends become `\\n`.

    Raises:
        MlflowException: BAD_REQUEST: Not UTF-8. RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.artifacts.load_text`.
    """
    try:
        return io.TextIOWrapper(io.BytesIO(_read(artifact_uri)), encoding="utf-8").read()
    except UnicodeDecodeError as error:
        raise MlflowException(
            f"Artifact {artifact_uri!r} is not valid UTF-8. To read a file in another encoding, download it "
            "with `mlflow.artifacts.download_artifacts` and open it with the correct `encoding`.",
            BAD_REQUEST,
        ) from error


def load_dict(artifact_uri: str) -> dict[str, Any]:
    """
    What is in an artifact file of JSON.

    Raises:
        MlflowException: BAD_REQUEST: Not JSON. RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.

    Source: MLflow `mlflow.artifacts.load_dict`.
    """
    try:
        loaded: dict[str, Any] = json.loads(load_text(artifact_uri))
    except (json.JSONDecodeError, RecursionError) as error:
        raise MlflowException("Unable to form a JSON object from file content", BAD_REQUEST) from error
    return loaded


def load_image(artifact_uri: str) -> Any:
    """
    What is in an artifact file, as a `PIL.Image.Image`.

    Raises:
        MlflowException: BAD_REQUEST: Not an image. RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE.
        MissingLibrary: Pillow is not installed.

    Source: MLflow `mlflow.artifacts.load_image`.
    """
    opener = pillow("`load_image`")
    data = _read(artifact_uri)
    try:
        image = opener.open(io.BytesIO(data))
        image.load()
    except (OSError, SyntaxError, ValueError, opener.DecompressionBombError) as error:
        raise MlflowException("Unable to form a PIL Image object from file content", BAD_REQUEST) from error
    return image


@translating_errors
def _read(artifact_uri: str) -> bytes:
    place = model_place(artifact_uri)
    if place is not None:
        return artifacts_for().read_bytes_below(place.location, place.path)
    return artifacts_for().read_bytes_at(artifact_uri)


def _require_one(artifact_uri: str | None, run_id: str | None, artifact_path: str | None) -> None:
    if (artifact_uri is None) == (run_id is None):
        raise MlflowException.invalid_parameter_value(
            "Exactly one of `run_id` or `artifact_uri` must be specified"
        )
    if artifact_uri is not None and artifact_path is not None:
        raise MlflowException.invalid_parameter_value(
            "`artifact_path` cannot be specified if `artifact_uri` is specified"
        )
