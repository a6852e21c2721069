"""Lists of artifacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.locations import require_served
from genesis_flow.api.rest.messages import artifacts as messages
from genesis_flow.api.rest.messages.artifacts import artifact_to_json
from genesis_flow.api.rest.messages.fields import Values, present
from genesis_flow.api.rest.routes import Endpoint

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases


def find(use_cases: UseCases, given: Values) -> dict[str, Any]:
    run = use_cases.lifecycle.get(given["run_id"])
    require_served(run.artifact_uri, use_cases.settings.artifact_root)
    files = use_cases.artifacts.find(run.id, given["path"])
    return present(root_uri=run.artifact_uri, files=[*map(artifact_to_json, files)])


ROUTES: Final = (Endpoint("artifacts/list", ("GET",), messages.LIST, find),)
