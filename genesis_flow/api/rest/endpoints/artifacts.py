"""Artifacts of runs, logged models and versions of registered models."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.rest.downloads import opened
from genesis_flow.api.rest.links import saying_unsupported
from genesis_flow.api.rest.locations import is_proxied, require_served
from genesis_flow.api.rest.messages import artifacts as messages
from genesis_flow.api.rest.messages.artifacts import artifact_to_json, headers_to_json
from genesis_flow.api.rest.messages.fields import Values, present
from genesis_flow.api.rest.routes import ANY, PAGES, TOP, Download, Endpoint
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.paths import artifact_path
from genesis_flow.domain.values.storage import LONGEST_URL_S
from genesis_flow.server_settings import MLFLOW_PRESIGNED_DOWNLOAD_URL_TTL_SECONDS

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases

#: Bytes of a file that a page in a browser may upload.
MOST_BYTES: Final = 10 << 20
#: Seconds for which a link for an upload works, if nobody says otherwise.
UPLOAD_URL_S: Final = 900


def find(use_cases: UseCases, given: Values) -> dict[str, Any]:
    run = use_cases.lifecycle.get(given["run_id"])
    require_served(run.artifact_uri, use_cases.settings)
    files = use_cases.artifacts.find(run.id, given["path"])
    return present(root_uri=run.artifact_uri, files=[*map(artifact_to_json, files)])


def download(use_cases: UseCases, given: Values) -> Download:
    return opened(use_cases, use_cases.lifecycle.get(given["run_id"]).artifact_uri, given["path"])


def download_of_model(use_cases: UseCases, given: Values) -> Download:
    path = given["artifact_file_path"]
    if not path:
        raise MlflowException('Request must include the "artifact_file_path" query parameter.', "BAD_REQUEST")
    return opened(use_cases, use_cases.logged_models.get(given["model_id"]).artifact_location, path)


def download_of_version(use_cases: UseCases, given: Values) -> Download:
    return opened(use_cases, use_cases.model_versions.location(given["name"], given["version"]), given["path"])


def upload(use_cases: UseCases, given: Values) -> dict[str, Any]:
    for field in ("run_uuid", "path"):
        if not given[field]:
            raise InvalidInput(field, f"Request must specify {field}.")
    path = artifact_path(given["path"])
    run = use_cases.lifecycle.get(given["run_uuid"])
    require_served(run.artifact_uri, use_cases.settings)
    data = given["body"].read(MOST_BYTES + 1)
    if not data:
        raise InvalidInput("body", "Request must specify data.")
    if len(data) > MOST_BYTES:
        raise InvalidInput("body", "Artifact size is too large. Max size is 10MB.")
    use_cases.artifacts.log_stream(run.id, BytesIO(data), path.text)
    return {}


def upload_url(use_cases: UseCases, given: Values) -> dict[str, Any]:
    if bool(given["run_id"]) == bool(given["model_id"]):
        raise InvalidInput("run_id", "Exactly one of run_id and model_id must be provided.")
    expires_s = _seconds(given, UPLOAD_URL_S)
    path = artifact_path(given["path"]).text
    if given["run_id"]:
        location = use_cases.lifecycle.get(given["run_id"]).artifact_uri
    else:
        location = use_cases.logged_models.get(given["model_id"]).artifact_location
    _require_direct(
        location,
        "Presigned upload is not supported for proxied artifact storage (artifact URI scheme: mlflow-artifacts). This "
        "endpoint requires a direct cloud storage artifact URI.",
    )
    with saying_unsupported("Presigned upload"):
        link = use_cases.artifacts.uploads_below(location).link(path, expires_s=expires_s)
    return {"presigned_url": link.url, **headers_to_json(link)}


def download_url(use_cases: UseCases, given: Values) -> dict[str, Any]:
    expires_s = _seconds(given, MLFLOW_PRESIGNED_DOWNLOAD_URL_TTL_SECONDS.get())
    path = artifact_path(given["path"]).text
    run = use_cases.lifecycle.get(given["run_id"])
    _require_direct(
        run.artifact_uri,
        "Presigned download is not supported for runs with proxied artifact storage (artifact URI scheme: "
        "mlflow-artifacts). This endpoint requires a run with a direct cloud storage artifact URI.",
    )
    with saying_unsupported("Presigned download"):
        link = use_cases.artifacts.download_link(run.id, path, expires_s=expires_s)
    return {"presigned_url": link.url, "file_size": link.size_bytes}


def _seconds(given: Values, usual: int) -> int:
    expires_s: int = usual if given["expiration"] is None else given["expiration"]
    if not 1 <= expires_s <= LONGEST_URL_S:
        raise InvalidInput("expiration", f"expiration must be between 1 and {LONGEST_URL_S} seconds (got {expires_s}).")
    return expires_s


def _require_direct(location: str, message: str) -> None:
    if is_proxied(location):
        raise InvalidInput("run_id", message)


_OF_VERSION: Final = "model-versions/get-artifact"
_FILES: Final = "logged-models/{model_id}/artifacts/files"

ROUTES: Final = (
    Endpoint("artifacts/list", ("GET",), messages.LIST, find),
    Endpoint("artifacts/presigned-upload-url", ("POST",), messages.UPLOAD_URL, upload_url),
    Endpoint("artifacts/presigned-download-url", ("POST",), messages.DOWNLOAD_URL, download_url),
    Endpoint("get-artifact", ("GET",), messages.DOWNLOAD, download, TOP, media_type=ANY),
    Endpoint(_OF_VERSION, ("GET",), messages.DOWNLOAD_OF_VERSION, download_of_version, TOP, media_type=ANY),
    Endpoint(_FILES, ("GET",), messages.DOWNLOAD_OF_MODEL, download_of_model, PAGES, media_type=ANY),
    Endpoint("upload-artifact", ("POST",), messages.UPLOAD, upload, PAGES, is_upload=True),
)
