"""
Where the files of logged models are: what `models:/m-<id>/<path>` and `runs:/<run id>/<model name>/<path>` mean.

A URI of one part, `models:/<id>`, is a logged model's; with a path behind it the id has its full form, so that it
cannot be taken for a registered model and its version.
"""

from __future__ import annotations

import re
from typing import Final

from genesis_flow.domain.entities.logged_model import LoggedModel
from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.search.ast import Field, Filter, Kind, TextComparison
from genesis_flow.domain.search.fields import LOGGED_MODELS
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.queries import LoggedModelQuery
from genesis_flow.domain.values.lifecycle import Stage
from genesis_flow.domain.values.paths import ArtifactPath, artifact_path
from genesis_flow.domain.values.refusals import no_logged_model
from genesis_flow.domain.values.text import shown
from genesis_flow.ports.logged_models import LoggedModelRepository

MODELS_SCHEME: Final = "models:"

_MODEL_URI: Final = re.compile(r"models:/+(?:(m-[0-9a-f]{32})(?:/(.*))?|([^/@]+)/?)", re.DOTALL)
_NEVER_A_NAME: Final = re.compile(r"[:.%\"']")


def is_logged_model_uri(uri: str) -> bool:
    """Whether `uri` names a logged model, or a file of one."""
    return _MODEL_URI.fullmatch(uri) is not None


def logged_model_place(uri: str, models: LoggedModelRepository) -> tuple[LoggedModel, ArtifactPath]:
    """
    The logged model that `uri` names, and the path among its files.

    Raises:
        NotFound: No such logged model, or it is deleted.
        InvalidInput: Not such a URI.
    """
    match = _MODEL_URI.fullmatch(uri)
    if match is None:
        raise InvalidInput(
            "artifact_uri", f"Not a URI of a logged model: {shown(uri)}. They have the form models:/<model_id>/<path>."
        )
    return active_model(match[1] or match[3], models), artifact_path(match[2])


def active_model(model_id: str, models: LoggedModelRepository) -> LoggedModel:
    """The logged model with this id, or `NotFound`, also where it is deleted."""
    model = models.get(model_id)
    if model.stage is not Stage.ACTIVE:
        raise no_logged_model(model_id)
    return model


def model_of_run(run: Run, name: str, models: LoggedModelRepository) -> LoggedModel | None:
    """The newest logged model called `name` that `run` made, None if there is none."""
    if not name or _NEVER_A_NAME.search(name):
        return None
    terms = (
        TextComparison(Field(Kind.ATTRIBUTE, "name"), "=", name),
        TextComparison(Field(Kind.ATTRIBUTE, "source_run_id"), "=", run.id),
    )
    order = total_order((), LOGGED_MODELS)
    page = models.find(LoggedModelQuery(Filter(terms), order, limit=1, experiment_ids=(run.experiment_id,)))
    return page.items[0] if page.items else None
