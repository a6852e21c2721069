"""
Uploads in parts: clients get a link for each part, send the parts to the storage themselves, and say when that is done.

Source: MLflow 3.17 `_create_multipart_upload_artifact` and its like.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.links import saying_unsupported
from genesis_flow.api.rest.locations import SERVED_ROOT
from genesis_flow.api.rest.messages import artifacts as messages
from genesis_flow.api.rest.messages.artifacts import headers_to_json
from genesis_flow.api.rest.messages.fields import Values, present
from genesis_flow.api.rest.routes import PROXY, Endpoint
from genesis_flow.domain.entities.artifact import UploadedPart
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.paths import artifact_path

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases

_WHAT: Final = "Multipart upload"


def create(use_cases: UseCases, given: Values) -> dict[str, Any]:
    path = _path(given)
    with saying_unsupported(_WHAT):
        begun = use_cases.artifacts.uploads_below(SERVED_ROOT).begin(path, parts=given["num_parts"])
    credentials = [
        {"url": link.url, "part_number": number, **headers_to_json(link)} for number, link in enumerate(begun.links, 1)
    ]
    return present(upload_id=begun.id, credentials=credentials)


def complete(use_cases: UseCases, given: Values) -> dict[str, Any]:
    path = _path(given)
    parts = [UploadedPart(part["part_number"], part["etag"] or None, part["url"] or None) for part in given["parts"]]
    with saying_unsupported(_WHAT):
        use_cases.artifacts.uploads_below(SERVED_ROOT).complete(path, given["upload_id"] or None, parts)
    return {}


def abort(use_cases: UseCases, given: Values) -> dict[str, Any]:
    path = _path(given)
    with saying_unsupported(_WHAT):
        use_cases.artifacts.uploads_below(SERVED_ROOT).abort(path, given["upload_id"] or None)
    return {}


def _path(given: Values) -> str:
    """The file in the directory of the URL; its name is the last part of a path on the client's disk."""
    name = re.split(r"[/\\]", given["path"])[-1]
    if name in ("", ".", ".."):
        raise InvalidInput("path", "'path' does not name a file.")
    return (artifact_path(given["artifact_path"]) / name).text


_PATH: Final = "{artifact_path:path}"

ROUTES: Final = (
    Endpoint(f"mpu/create/{_PATH}", ("POST",), messages.CREATE_PARTS, create, PROXY),
    Endpoint(f"mpu/complete/{_PATH}", ("POST",), messages.COMPLETE_PARTS, complete, PROXY),
    Endpoint(f"mpu/abort/{_PATH}", ("POST",), messages.ABORT_PARTS, abort, PROXY),
)
