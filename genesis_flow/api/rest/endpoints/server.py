"""What the server says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.docs_page import page
from genesis_flow.api.rest.locations import SERVED_ROOT
from genesis_flow.api.rest.measuring import Measures
from genesis_flow.api.rest.messages.fields import Values
from genesis_flow.api.rest.openapi import document
from genesis_flow.api.rest.routes import TOP, V3, Endpoint
from genesis_flow.api.rest.wire import Reply, json_to_reply
from genesis_flow.domain.errors import GenesisFlowError
from genesis_flow.domain.values.uris import scheme_of
from genesis_flow.server_settings import MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD, MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases

#: What clients ask before they choose a way; stock MLflow on a database says the same.
_INFO: Final = {
    "store_type": "SqlStore",
    "workspaces_enabled": False,
    "trace_archival_enabled": False,
    "presigned_upload_run_id_supported": True,
    "presigned_upload_model_id_supported": True,
    "features_enabled": {"gateway": False},
}
_S3: Final = frozenset({"s3", "s3a"})


def about(endpoints: Sequence[Endpoint], measures: Measures, *, serves_artifacts: bool) -> tuple[Endpoint, ...]:
    """The endpoints that tell what the others are, and how they do."""
    described = cache(lambda: document((*endpoints, *own)))

    def info(use_cases: UseCases, given: Values) -> dict[str, Any]:
        return {
            **_INFO,
            "multipart_uploads_enabled": serves_artifacts and _takes_parts(use_cases),
            "multipart_downloads_enabled": serves_artifacts and _gives_links(use_cases),
        }

    def metrics(use_cases: UseCases, given: Values) -> Reply:
        return measures.reply()

    def openapi(use_cases: UseCases, given: Values) -> Reply:
        return json_to_reply(described())

    def docs(use_cases: UseCases, given: Values) -> Reply:
        return page(described())

    own = (
        Endpoint("server-info", ("GET",), (), info, V3),
        Endpoint("metrics", ("GET",), (), metrics, TOP, media_type="text/plain"),
        Endpoint("openapi.json", ("GET",), (), openapi, TOP),
        Endpoint("docs", ("GET",), (), docs, TOP, media_type="text/html"),
    )
    return own


def _takes_parts(use_cases: UseCases) -> bool:
    """Whether clients send large files to the storage themselves; those that get no links send them here."""
    if MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD.get() is False:
        return False
    try:
        use_cases.artifacts.uploads_below(SERVED_ROOT)
    except GenesisFlowError:
        return False
    return True


def _gives_links(use_cases: UseCases) -> bool:
    """Whether clients get every file from the storage, which they have to reach then, as in MLflow with S3 alone."""
    wanted = MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD.get()
    return scheme_of(use_cases.settings.artifacts_destination or "") in _S3 if wanted is None else wanted
