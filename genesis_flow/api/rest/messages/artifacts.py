"""JSON objects about artifacts."""

from __future__ import annotations

from typing import Any, Final

from genesis_flow.api.rest.messages import logged_models, models, runs
from genesis_flow.api.rest.messages.fields import Field, Messages, present, text, whole
from genesis_flow.domain.entities.artifact import ArtifactInfo, UploadLink

_PATH: Final = Field("path", text, is_required=True)
_PROXIED_PATH: Final = Field("artifact_path", text, "")
_EXPIRATION: Final = Field("expiration", whole)
_UPLOAD_ID: Final = Field("upload_id", text)
_PART: Final = (Field("part_number", whole, 0), Field("etag", text), Field("url", text))

LIST: Final = (*runs.ID, Field("path", text), Field("page_token", text))
DOWNLOAD: Final = (*runs.ID, _PATH)
DOWNLOAD_OF_VERSION: Final = (*models.VERSION, _PATH)
DOWNLOAD_OF_MODEL: Final = (*logged_models.ID, Field("artifact_file_path", text, ""))
UPLOAD: Final = (Field("run_uuid", text, ""), Field("path", text, ""))
UPLOAD_URL: Final = (Field("run_id", text, ""), Field("model_id", text, ""), _PATH, _EXPIRATION)
DOWNLOAD_URL: Final = (*DOWNLOAD, _EXPIRATION)

PROXIED: Final = (_PROXIED_PATH,)
PROXIED_LIST: Final = (Field("path", text),)
CREATE_PARTS: Final = (_PROXIED_PATH, _PATH, Field("num_parts", whole, 0))
COMPLETE_PARTS: Final = (_PROXIED_PATH, _PATH, _UPLOAD_ID, Field("parts", Messages(_PART), is_required=True))
ABORT_PARTS: Final = (_PROXIED_PATH, _PATH, _UPLOAD_ID)


def headers_to_json(link: UploadLink) -> dict[str, Any]:
    """The headers that a link takes, if it takes any, as protobuf writes maps."""
    return {"headers": dict(link.headers)} if link.headers else {}


def artifact_to_json(entity: ArtifactInfo) -> dict[str, Any]:
    """The file or directory as MLflow writes it."""
    return present(path=entity.path, is_dir=entity.is_dir, file_size=entity.size_bytes)
