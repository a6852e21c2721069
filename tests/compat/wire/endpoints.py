"""Every endpoint with a request that it grants, in which each field has a value."""

from __future__ import annotations

from typing import Any, Final

import attrs

from tests.compat.wire.requests import Ask, get, post

_TAGS: Final = [{"key": "k", "value": "v"}]
_DATASET: Final = {"name": "d", "digest": "2", "source_type": "local", "source": "s", "schema": "{}", "profile": "{}"}
_METRIC: Final = {
    "key": "m", "value": 1.5, "timestamp": 7, "step": 3,
    "model_id": "{model}", "dataset_name": "d", "dataset_digest": "1",
}  # fmt: skip


@attrs.frozen
class Change:
    """
    What a request may change.

    Attributes:
        shown: Shows it. renewed: Makes another one in its place.
    """

    shown: Ask
    renewed: Ask


_RUN: Final = Change(
    get("runs/get", run_id="{run}"),
    post(
        "runs/create",
        {"experiment_id": "{exp}", "run_name": "new", "start_time": 1, "tags": _TAGS},
        run="run.info.run_id",
    ),
)
_EXPERIMENT: Final = Change(
    get("experiments/get", experiment_id="{exp}"),
    post("experiments/create", {"name": "{mark}-{number}", "tags": _TAGS}, exp="experiment_id"),
)
_MODEL: Final = Change(
    get("logged-models/{model}"),
    post("logged-models", {"experiment_id": "{exp}", "name": "new", "tags": _TAGS}, model="model.info.model_id"),
)
_REGISTERED: Final = Change(
    get("registered-models/get", name="{mark}-reg"),
    post("registered-models/set-tag", {"name": "{mark}-reg", "key": "k", "value": "v"}),
)
_VERSION: Final = Change(
    get("model-versions/get", name="{mark}-reg", version="1"),
    post("model-versions/set-tag", {"name": "{mark}-reg", "version": "1", "key": "k", "value": "v"}),
)


@attrs.frozen
class Base:
    """
    An endpoint.

    Attributes:
        content: Of a request, in its URL for a GET, else in its body. change: What it may change.
    """

    method: str
    path: str
    content: dict[str, Any]
    change: Change | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


BASES: Final = (
    Base("POST", "experiments/create", {"name": "{mark}-new{number}", "artifact_location": "s3://b/c", "tags": _TAGS}),
    Base("GET", "experiments/get", {"experiment_id": "{exp}"}),
    Base("GET", "experiments/get-by-name", {"experiment_name": "{mark}-one"}),
    Base("POST", "experiments/update", {"experiment_id": "{exp}", "new_name": "{mark}-other"}, _EXPERIMENT),
    Base("POST", "experiments/set-experiment-tag", {"experiment_id": "{exp}", "key": "t", "value": "v"}, _EXPERIMENT),
    Base("POST", "experiments/delete-experiment-tag", {"experiment_id": "{exp}", "key": "k"}, _EXPERIMENT),
    Base("POST", "experiments/delete", {"experiment_id": "{exp}"}, _EXPERIMENT),
    Base("POST", "experiments/restore", {"experiment_id": "{gone_exp}"}),
    Base(
        "POST", "experiments/search",
        {"max_results": 1, "filter": "name LIKE '{mark}%'", "order_by": ["name"], "view_type": "ALL", "page_token": ""},
    ),
    Base(
        "GET", "experiments/search",
        {"max_results": 1, "filter": "name LIKE '{mark}%'", "order_by": ["name"], "view_type": "ALL"},
    ),
    Base("POST", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": ["{exp}"]}),
    Base(
        "POST", "runs/create",
        {"experiment_id": "{exp}", "user_id": "u", "run_name": "n", "start_time": 5, "tags": _TAGS},
    ),
    Base("GET", "runs/get", {"run_id": "{run}", "run_uuid": "{run}"}),
    Base("POST", "runs/update", {"run_id": "{run}", "status": "FINISHED", "end_time": 9, "run_name": "n"}, _RUN),
    Base("POST", "runs/delete", {"run_id": "{run}"}, _RUN),
    Base("POST", "runs/restore", {"run_id": "{gone_run}"}),
    Base(
        "POST", "runs/search",
        {
            "experiment_ids": ["{exp}"], "filter": "metrics.m >= 0", "run_view_type": "ALL", "max_results": 1,
            "order_by": ["attributes.start_time"], "page_token": "",
        },
    ),
    Base("POST", "runs/log-metric", {"run_id": "{run}", **_METRIC}, _RUN),
    Base("POST", "runs/log-parameter", {"run_id": "{run}", "key": "q", "value": "v"}, _RUN),
    Base("POST", "runs/set-tag", {"run_id": "{run}", "key": "t", "value": "v"}, _RUN),
    Base("POST", "runs/delete-tag", {"run_id": "{run}", "key": "k"}, _RUN),
    Base(
        "POST", "runs/log-batch",
        {"run_id": "{run}", "metrics": [_METRIC], "params": [{"key": "q", "value": "2"}], "tags": _TAGS}, _RUN,
    ),
    Base(
        "POST", "runs/log-inputs",
        {"run_id": "{run}", "datasets": [{"tags": _TAGS, "dataset": _DATASET}], "models": [{"model_id": "{model}"}]},
        _RUN,
    ),
    Base("POST", "runs/outputs", {"run_id": "{run}", "models": [{"model_id": "{model}", "step": 1}]}, _RUN),
    Base(
        "POST", "runs/log-model",
        {
            "run_id": "{run}",
            "model_json": '{"artifact_path": "a", "flavors": {}, "utc_time_created": "1", "run_id": "x"}',
        },
        _RUN,
    ),
    Base("GET", "metrics/get-history", {"run_id": "{run}", "metric_key": "m", "max_results": 2}),
    Base(
        "GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk",
        {"run_id": ["{run}", "{other_run}"], "metric_key": "m", "max_results": 2},
    ),
    Base(
        "GET", "metrics/get-history-bulk-interval",
        {"run_ids": ["{run}"], "metric_key": "m", "start_step": 0, "end_step": 2, "max_results": 5},
    ),
    Base("GET", "artifacts/list", {"run_id": "{run}", "path": "x", "page_token": ""}),
    Base(
        "POST", "logged-models",
        {
            "experiment_id": "{exp}", "name": "n", "model_type": "t", "source_run_id": "{run}",
            "params": [{"key": "a", "value": "b"}], "tags": _TAGS,
        },
    ),
    Base("GET", "logged-models/{model}", {}),
    Base("PATCH", "logged-models/{model}", {"model_id": "{model}", "status": "LOGGED_MODEL_READY"}, _MODEL),
    Base("DELETE", "logged-models/{model}", {"model_id": "{model}"}, _MODEL),
    Base(
        "POST", "logged-models/search",
        {
            "experiment_ids": ["{exp}"], "filter": "name = 'lm'",
            "datasets": [{"dataset_name": "d", "dataset_digest": "1"}], "max_results": 1,
            "order_by": [{"field_name": "metrics.m", "ascending": True, "dataset_name": "d", "dataset_digest": "1"}],
            "page_token": "",
        },
    ),
    Base("PATCH", "logged-models/{model}/tags", {"model_id": "{model}", "tags": _TAGS}, _MODEL),
    Base("DELETE", "logged-models/{model}/tags/k", {"model_id": "{model}", "tag_key": "k"}, _MODEL),
    Base(
        "POST", "logged-models/{model}/params",
        {"model_id": "{model}", "params": [{"key": "b", "value": "1"}]}, _MODEL,
    ),
    Base("GET", "logged-models/{model}/artifacts/directories", {"artifact_directory_path": "x", "page_token": ""}),
    Base("POST", "registered-models/create", {"name": "{mark}-n{number}", "description": "d", "tags": _TAGS}),
    Base("GET", "registered-models/get", {"name": "{mark}-reg"}),
    Base("POST", "registered-models/rename", {"name": "{mark}-reg", "new_name": "{mark}-x"}, _REGISTERED),
    Base("PATCH", "registered-models/update", {"name": "{mark}-reg", "description": "new"}, _REGISTERED),
    Base("DELETE", "registered-models/delete", {"name": "{mark}-prompt"}, _REGISTERED),
    Base(
        "GET", "registered-models/search",
        {"filter": "name LIKE '{mark}%'", "max_results": 1, "order_by": ["name"], "page_token": ""},
    ),
    Base("GET", "registered-models/get-latest-versions", {"name": "{mark}-reg", "stages": ["None"]}),
    Base("POST", "registered-models/get-latest-versions", {"name": "{mark}-reg", "stages": ["None"]}),
    Base("POST", "registered-models/set-tag", {"name": "{mark}-reg", "key": "t", "value": "v"}, _REGISTERED),
    Base("DELETE", "registered-models/delete-tag", {"name": "{mark}-reg", "key": "k"}, _REGISTERED),
    Base("POST", "registered-models/alias", {"name": "{mark}-reg", "alias": "a", "version": "1"}, _REGISTERED),
    Base("GET", "registered-models/alias", {"name": "{mark}-reg", "alias": "best"}),
    Base("DELETE", "registered-models/alias", {"name": "{mark}-reg", "alias": "best"}, _REGISTERED),
    Base(
        "POST", "model-versions/create",
        {
            "name": "{mark}-reg", "source": "{uri}/y", "run_id": "{run}", "tags": _TAGS, "run_link": "http://x/y",
            "description": "d", "model_id": "",
        },
    ),
    Base("GET", "model-versions/get", {"name": "{mark}-reg", "version": "1"}),
    Base("GET", "model-versions/get-download-uri", {"name": "{mark}-reg", "version": "1"}),
    Base("PATCH", "model-versions/update", {"name": "{mark}-reg", "version": "1", "description": "n"}, _VERSION),
    Base(
        "POST", "model-versions/transition-stage",
        {"name": "{mark}-reg", "version": "1", "stage": "Staging", "archive_existing_versions": False}, _VERSION,
    ),
    Base("POST", "model-versions/set-tag", {"name": "{mark}-reg", "version": "1", "key": "t", "value": "v"}, _VERSION),
    Base("DELETE", "model-versions/delete-tag", {"name": "{mark}-reg", "version": "1", "key": "k"}, _VERSION),
    Base("DELETE", "model-versions/delete", {"name": "{mark}-reg", "version": "2"}, _REGISTERED),
    Base(
        "GET", "model-versions/search",
        {"filter": "name = '{mark}-reg'", "max_results": 1, "order_by": ["version_number"], "page_token": ""},
    ),
)  # fmt: skip
