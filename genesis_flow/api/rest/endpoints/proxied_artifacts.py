"""The proxy of artifacts: clients that cannot reach the storage send and get files by way of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from genesis_flow.api.rest.downloads import opened
from genesis_flow.api.rest.links import saying_unsupported
from genesis_flow.api.rest.locations import SERVED_ROOT
from genesis_flow.api.rest.messages import artifacts as messages
from genesis_flow.api.rest.messages.artifacts import artifact_to_json
from genesis_flow.api.rest.messages.fields import Values, present
from genesis_flow.api.rest.routes import ANY, PROXY, Download, Endpoint
from genesis_flow.domain.errors import AlreadyExists, InvalidInput
from genesis_flow.domain.values.paths import ROOT, artifact_path
from genesis_flow.domain.values.text import shown
from genesis_flow.server_settings import MLFLOW_PRESIGNED_DOWNLOAD_URL_TTL_SECONDS

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases


def download(use_cases: UseCases, given: Values) -> Download:
    return opened(use_cases, SERVED_ROOT, given["artifact_path"])


def upload(use_cases: UseCases, given: Values) -> dict[str, Any]:
    path = given["artifact_path"]
    if not path or path.endswith("/"):
        raise InvalidInput("artifact_path", "Artifact path must include a filename (cannot end with '/').")
    below = artifact_path(path)
    try:
        use_cases.artifacts.log_stream_below(SERVED_ROOT, given["body"], below.text)
    except AlreadyExists:
        # What the store says of it names where the server keeps its files.
        message = f"'{shown(path)}' cannot be written: a file or directory of that name is in the way."
        raise AlreadyExists("artifact", path, message) from None
    return {}


def remove(use_cases: UseCases, given: Values) -> dict[str, Any]:
    path = given["artifact_path"]
    if artifact_path(path) == ROOT:
        raise InvalidInput("artifact_path", "Invalid path: name what to delete; not everything can be deleted at once.")
    use_cases.artifacts.remove_below(SERVED_ROOT, path)
    return {}


def find(use_cases: UseCases, given: Values) -> dict[str, Any]:
    """The children of a directory, by their own names."""
    files = use_cases.artifacts.find_below(SERVED_ROOT, given["path"] or "")
    return present(files=[artifact_to_json(attrs.evolve(file, path=file.path.rpartition("/")[2])) for file in files])


def download_url(use_cases: UseCases, given: Values) -> dict[str, Any]:
    expires_s = MLFLOW_PRESIGNED_DOWNLOAD_URL_TTL_SECONDS.get()
    with saying_unsupported("Multipart download"):
        link = use_cases.artifacts.download_link_below(SERVED_ROOT, given["artifact_path"], expires_s=expires_s)
    return {"url": link.url, "headers": {}, "file_size": link.size_bytes}


_FILE: Final = "artifacts/{artifact_path:path}"

ROUTES: Final = (
    Endpoint("artifacts", ("GET",), messages.PROXIED_LIST, find, PROXY),
    Endpoint(_FILE, ("GET",), messages.PROXIED, download, PROXY, media_type=ANY),
    Endpoint(_FILE, ("PUT",), messages.PROXIED, upload, PROXY, is_upload=True),
    Endpoint(_FILE, ("DELETE",), messages.PROXIED, remove, PROXY),
    Endpoint("presigned/{artifact_path:path}", ("GET",), messages.PROXIED, download_url, PROXY),
)
