"""What there is before a request: experiments, runs, models and versions, active and deleted ones."""

from __future__ import annotations

from typing import Final

from tests.compat.wire.requests import Ask, post

_TAGS: Final = [{"key": "k", "value": "v"}]
_METRICS: Final = [
    *({"key": "m", "value": float(step), "timestamp": 10 + step, "step": step} for step in range(3)),
    {"key": "acc", "value": 0.5, "timestamp": 5, "step": 0},
]
_DATASET: Final = {"name": "d", "digest": "1", "source_type": "local", "source": "s", "schema": "{}", "profile": "{}"}
_RUN: Final = {"experiment_id": "{exp}", "user_id": "u", "run_name": "first", "start_time": 1000}
_VERSION: Final = {"name": "{mark}-reg", "source": "{uri}/x", "run_id": "{run}", "tags": _TAGS}
_MODEL: Final = {"experiment_id": "{exp}", "name": "lm", "source_run_id": "{run}", "model_type": "t"}

#: Requests that make a world, whose names begin with what `{mark}` is.
WORLD: Final = (
    post("experiments/create", {"name": "{mark}-one", "tags": _TAGS}, exp="experiment_id"),
    post("experiments/create", {"name": "{mark}-gone"}, gone_exp="experiment_id"),
    post("runs/create", {**_RUN, "tags": _TAGS}, run="run.info.run_id", uri="run.info.artifact_uri"),
    post("runs/create", {**_RUN, "run_name": "second", "start_time": 2000}, other_run="run.info.run_id"),
    post("runs/create", {**_RUN, "run_name": "gone", "start_time": 3000}, gone_run="run.info.run_id"),
    post("runs/log-batch", {"run_id": "{run}", "metrics": _METRICS, "params": [{"key": "p", "value": "1"}]}),
    post("runs/log-inputs", {"run_id": "{run}", "datasets": [{"dataset": _DATASET, "tags": _TAGS}]}),
    post("runs/delete", {"run_id": "{gone_run}"}),
    post("experiments/delete", {"experiment_id": "{gone_exp}"}),
    post(
        "logged-models",
        {**_MODEL, "tags": _TAGS, "params": [{"key": "p", "value": "1"}]},
        model="model.info.model_id",
    ),
    post("logged-models", {"experiment_id": "{exp}", "name": "gone"}, gone_model="model.info.model_id"),
    Ask("DELETE", "logged-models/{gone_model}", {}),
    post("registered-models/create", {"name": "{mark}-reg", "description": "text", "tags": _TAGS}),
    *(post("model-versions/create", _VERSION) for _ in range(3)),
    Ask("DELETE", "model-versions/delete", {"name": "{mark}-reg", "version": "3"}),
    post("registered-models/alias", {"name": "{mark}-reg", "alias": "best", "version": "1"}),
    post(
        "registered-models/create",
        {"name": "{mark}-prompt", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]},
    ),
)
