"""What runs log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from genesis_flow.api.rest.messages import runs as messages
from genesis_flow.api.rest.messages.fields import Values
from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.domain.entities.dataset import Dataset, DatasetInput
from genesis_flow.domain.entities.logged_model import ModelMetric
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.entities.run import ModelOutput
from genesis_flow.domain.errors import InvalidInput, ParamConflict
from genesis_flow.domain.values.text import shown

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases

_OF_MODEL: Final = ("artifact_path", "flavors", "run_id", "utc_time_created")


def log_metric(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.logging.log_metric(given["run_id"], _point(given))
    return {}


def log_param(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.logging.log_param(given["run_id"], given["key"], given["value"])
    return {}


def set_tag(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.logging.set_tag(given["run_id"], given["key"], given["value"])
    return {}


def delete_tag(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.logging.remove_tag(given["run_id"], given["key"])
    return {}


def log_batch(use_cases: UseCases, given: Values) -> dict[str, Any]:
    try:
        use_cases.logging.log_batch(
            given["run_id"],
            metrics=[_point(row) for row in given["metrics"]],
            params=[(row["key"], row["value"]) for row in given["params"]],
            tags=[(row["key"], row["value"]) for row in given["tags"]],
        )
    except ParamConflict as error:
        raise InvalidInput("params", error.listed()) from error
    return {}


def log_inputs(use_cases: UseCases, given: Values) -> dict[str, Any]:
    use_cases.logging.log_inputs(
        given["run_id"],
        datasets=[
            DatasetInput(Dataset(**row["dataset"]), {tag["key"]: tag["value"] for tag in row["tags"]})
            for row in given["datasets"]
        ],
        model_inputs=[row["model_id"] for row in given["models"]],
    )
    return {}


def log_outputs(use_cases: UseCases, given: Values) -> dict[str, Any]:
    made = [ModelOutput(row["model_id"], row["step"]) for row in given["models"]]
    use_cases.logging.log_inputs(given["run_id"], model_outputs=made)
    return {}


def log_model(use_cases: UseCases, given: Values) -> dict[str, Any]:
    try:
        record = json.loads(given["model_json"])
    except (ValueError, RecursionError):
        raise InvalidInput(
            "model_json", f"Malformed model info. \n {shown(given['model_json'])} \n is not a valid JSON."
        ) from None
    missing = [name for name in _OF_MODEL if not isinstance(record, dict) or name not in record]
    if missing:
        raise InvalidInput("model_json", f"Model json is missing mandatory fields: {{{', '.join(map(repr, missing))}}}")
    if not isinstance(record["flavors"], dict):
        raise InvalidInput("model_json", "Model json has flavors that are no JSON object.")
    use_cases.logging.record_model(given["run_id"], record)
    return {}


def _point(given: Values) -> Metric:
    """The point that a request names, of a logged model if it says so."""
    name, digest = given["dataset_name"] or None, given["dataset_digest"] or None
    if (name is None) != (digest is None):
        raise InvalidInput("dataset_name", "Both dataset_name and dataset_digest must be provided if one is provided")
    key, value, at, step = given["key"], given["value"], given["timestamp"], given["step"]
    if given["model_id"]:
        return ModelMetric(key, value, at, step, given["model_id"], "", name, digest)
    return Metric(key, value, at, step)


ROUTES: Final = (
    Endpoint("runs/log-metric", ("POST",), messages.LOG_METRIC, log_metric),
    Endpoint("runs/log-parameter", ("POST",), messages.PAIR_OF_RUN, log_param),
    Endpoint("runs/log-batch", ("POST",), messages.LOG_BATCH, log_batch),
    Endpoint("runs/set-tag", ("POST",), messages.PAIR_OF_RUN, set_tag),
    Endpoint("runs/delete-tag", ("POST",), messages.DELETE_TAG, delete_tag),
    Endpoint("runs/log-inputs", ("POST",), messages.LOG_INPUTS, log_inputs),
    Endpoint("runs/outputs", ("POST",), messages.LOG_OUTPUTS, log_outputs),
    Endpoint("runs/log-model", ("POST",), messages.LOG_MODEL, log_model),
)
