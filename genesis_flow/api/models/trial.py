"""Trying the example of a model that is being logged on the files that were written, as MLflow does."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api import session
from genesis_flow.domain.entities.model_record import FUNCTION, RECORD_FILE
from genesis_flow.domain.values.trust import Trust
from genesis_flow.settings import MLFLOW_RECORD_ENV_VARS_IN_MODEL_LOGGING, variables_read

if TYPE_CHECKING:
    from genesis_flow.api.models.mlmodel import Model

_log = logging.getLogger(__name__)

ENVIRONMENT_FILE: Final = "environment_variables.txt"
_HEADER: Final = (
    "# This file records environment variable names that are used during model inference.\n"
    "# They might need to be set when creating a serving endpoint from this model.\n"
    "# Note: it is not guaranteed that all environment variables listed here are required\n"
)
#: Parts of names of variables that hold what gives access to something.
_RECORDED: Final = (
    "API_KEY", "API_TOKEN", "DATABRICKS_HOST", "DATABRICKS_USERNAME", "DATABRICKS_PASSWORD", "DATABRICKS_TOKEN",
    "DATABRICKS_INSECURE", "DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET", "_DATABRICKS_WORKSPACE_HOST",
    "_DATABRICKS_WORKSPACE_ID",
)  # fmt: skip
_SHOWN: Final = 50


def try_example(model: Model, directory: Path, options: Mapping[str, Any]) -> None:
    """
    Load the model in `directory` and have it predict for its example, as a server would.

    Nothing runs for it that is not running already: only what a user wrote, and gave as `python_model` in the
    `options` of saving, is loaded by pickle.

    That it fails is said, and nothing else. The names (never the values) of variables that it read, and that give
    access to something, are noted in a file beside it and in `MLmodel`.
    """
    text = model.get_serving_input(str(directory))
    if not text or FUNCTION not in model.flavors:
        return
    own = options.get("python_model") is not None
    trust = Trust(frozenset(options.get("skops_trusted_types") or ()), allow_unsafe=own, is_own=own)
    is_noted = MLFLOW_RECORD_ENV_VARS_IN_MODEL_LOGGING.get()
    with variables_read() if is_noted else nullcontext(()) as names:
        try:
            _predict(model, text, directory, trust)
        except Exception as error:  # whatever the model raises: it is logged all the same
            _log.warning(
                "Failed to validate serving input example %s. Alternatively, you can avoid passing input example and "
                "pass model signature instead when logging the model. To ensure the input example is valid prior to "
                "serving, please try calling `mlflow.models.predict(model_uri=..., input_data=serving_input, "
                'env_manager="local")` on the model uri and serving input example. A serving input example can be '
                "generated from model input example using `mlflow.models.convert_input_example_to_serving_input` "
                "function.\nGot error: %s",
                text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...", error,
            )  # fmt: skip
    found = sorted(name for name in names if any(part in name for part in _RECORDED))
    if found:
        (directory / ENVIRONMENT_FILE).write_text(_HEADER + "\n".join(found) + "\n", encoding="utf-8")
        model.env_vars = found
        model.save(directory / RECORD_FILE)
        _log.info("The model reads these environment variables when it predicts: %s", ", ".join(found))


def _predict(model: Model, text: str, directory: Path, trust: Trust) -> None:
    from genesis_flow.api.models.functions import function_model
    from genesis_flow.api.models.serving import parsed_json

    record, function = session.model_directories().load_function(directory, trust, {})
    loaded = function_model(model, record.flavor(FUNCTION), function)
    loaded.input_example = model.load_input_example(str(directory))
    sent = parsed_json(text, model.signature)
    loaded.predict(sent.data, sent.params)


__all__ = ["ENVIRONMENT_FILE", "try_example"]
