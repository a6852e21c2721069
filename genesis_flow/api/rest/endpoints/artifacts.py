"""Lists of artifacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.locations import is_below, local_path
from genesis_flow.api.rest.messages import artifacts as messages
from genesis_flow.api.rest.messages.artifacts import artifact_to_json
from genesis_flow.api.rest.messages.fields import Values, present
from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.domain.errors import Forbidden

if TYPE_CHECKING:
    from genesis_flow.bootstrap import Application


def find(application: Application, given: Values) -> dict[str, Any]:
    run = application.lifecycle.get(given["run_id"])
    _require_served(run.artifact_uri, application.settings.artifact_root)
    files = application.artifacts.find(run.id, given["path"])
    return present(root_uri=run.artifact_uri, files=[*map(artifact_to_json, files)])


def _require_served(location: str, root: str) -> None:
    """
    Refuse to read this machine's disk for a caller elsewhere, but for what lies below the artifact root.

    Raises:
        Forbidden: A local path outside it; a caller of the API chose it as the location of an experiment.
    """
    path = local_path(location)
    if path is not None and not is_below(path, root):
        raise Forbidden(
            "The artifacts of this run are on the disk of the server, outside its artifact root: they are not listed "
            "for clients. Start the server with an artifact root that holds them (--default-artifact-root)."
        )


ROUTES: Final = (Endpoint("artifacts/list", ("GET",), messages.LIST, find),)
