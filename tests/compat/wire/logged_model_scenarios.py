"""Sequences of requests about logged models, and about models that MLflow 2 logged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.compat.wire.requests import Ask, delete, get, patch, post
from tests.compat.wire.tracking_scenarios import DATASET, POINT, experiment, logged, pages, run

_RECORD: Final = '{"artifact_path": "model", "flavors": {"f": {}}, "utc_time_created": "now", "run_id": "{run}"}'

LEGACY_MODELS: Final = [
    experiment(), run("run"),
    *(
        post("runs/log-model", {"run_id": "{run}", "model_json": text})
        for text in (
            _RECORD, _RECORD, "", "x", "{}", "[]", "1", '"x"', "null", '{"artifact_path": "m"}',
            '{"artifact_path": "m", "flavors": {}, "utc_time_created": "x"}',
            '{"artifact_path": "m", "flavors": 1, "utc_time_created": "x", "run_id": "x"}',
            _RECORD.replace('"run_id"', '"extra": 1, "run_id"'),
        )
    ),
    post("runs/log-model", {"run_id": "{run}", "model_json": {"a": 1}}), post("runs/log-model", {"run_id": "{run}"}),
    post("runs/log-model", {"model_json": _RECORD}),
    post("runs/log-model", {"run_id": "0" * 32, "model_json": _RECORD}), get("runs/get", run_id="{run}"),
]  # fmt: skip


def _models(*contents: Mapping[str, Any]) -> list[Ask]:
    return [post("logged-models/search", {"experiment_ids": ["{exp}"], **content}) for content in contents]


LOGGED_MODELS: Final = [
    experiment(), run("run"), logged(metrics=[{**POINT, "key": "before"}]),
    post("runs/log-inputs", {"run_id": "{run}", "datasets": [{"dataset": DATASET}]}),
    post(
        "logged-models",
        {
            "experiment_id": "{exp}", "name": "one", "source_run_id": "{run}", "model_type": "t",
            "params": [{"key": "p", "value": "1"}], "tags": [{"key": "a", "value": "b"}],
        },
        one="model.info.model_id",
    ),
    post("logged-models", {"experiment_id": "{exp}", "name": "two"}, two="model.info.model_id"),
    post("logged-models", {"experiment_id": "{exp}", "name": "one"}, same="model.info.model_id"),
    experiment("odd_exp"), post("logged-models", {"experiment_id": "{odd_exp}"}),
    *(
        post("logged-models", {"experiment_id": "{odd_exp}", "name": name})
        for name in ("a/b", "a:b", "a.b", "a%b", "a'b", 'a"b', "a b", "\u00e9", "n" * 300)
    ),
    post("logged-models", {"experiment_id": "9999999", "name": "x"}),
    post("logged-models", {"experiment_id": "x", "name": "x"}), post("logged-models", {"name": "x"}),
    get("logged-models/{one}"), get("logged-models/m-none"),
    patch("logged-models/{one}", model_id="{one}", status="LOGGED_MODEL_READY"),
    patch("logged-models/{one}", model_id="{one}", status="LOGGED_MODEL_UPLOAD_FAILED"),
    patch("logged-models/{one}", model_id="{one}", status="LOGGED_MODEL_PENDING"),
    patch("logged-models/{one}", model_id="{one}", status=2),
    patch("logged-models/m-none", model_id="m-none", status="LOGGED_MODEL_READY"),
    patch("logged-models/{one}/tags", model_id="{one}", tags=[{"key": "a", "value": "2"}, {"key": "c", "value": "3"}]),
    patch("logged-models/{one}/tags", model_id="{one}", tags=[]), patch("logged-models/{one}/tags", model_id="{one}"),
    patch("logged-models/m-none/tags", model_id="m-none", tags=[{"key": "a", "value": "2"}]),
    delete("logged-models/{one}/tags/c"), delete("logged-models/{one}/tags/c"),
    delete("logged-models/m-none/tags/c"),
    post("logged-models/{one}/params", {"model_id": "{one}", "params": [{"key": "q", "value": "2"}]}),
    post("logged-models/m-none/params", {"model_id": "m-none", "params": [{"key": "q", "value": "2"}]}),
    get("logged-models/{one}"),
    logged(
        metrics=[
            {**POINT, "key": "acc", "value": 0.5, "model_id": "{one}", "dataset_name": "d", "dataset_digest": "1"},
            {**POINT, "key": "acc", "value": 0.75, "model_id": "{two}"},
        ],
    ),
    post("runs/log-metric", {"run_id": "{run}", **POINT, "key": "late", "model_id": "{one}", "step": 4}),
    post("runs/outputs", {"run_id": "{run}", "models": [{"model_id": "{one}", "step": 2}, {"model_id": "{two}"}]}),
    post("runs/outputs", {"run_id": "{run}", "models": []}), post("runs/outputs", {"run_id": "{run}"}),
    post("runs/outputs", {"run_id": "0" * 32, "models": [{"model_id": "{one}"}]}),
    post("runs/log-inputs", {"run_id": "{run}", "models": [{"model_id": "{one}"}]}), get("runs/get", run_id="{run}"),
    post("runs/search", {"experiment_ids": ["{exp}"]}), get("logged-models/{one}"), get("logged-models/{two}"),
    get("logged-models/{one}/artifacts/directories"), get("logged-models/m-none/artifacts/directories"),
    get("logged-models/{one}/artifacts/directories", artifact_directory_path="../x"),
    get("/ajax-api/2.0/mlflow/logged-models/{one}/artifacts/files"),
    get("/ajax-api/2.0/mlflow/logged-models/{one}/artifacts/files", artifact_file_path="none"),
    get("/ajax-api/2.0/mlflow/logged-models/{one}/artifacts/files", artifact_file_path="../x"),
    *_models(
        {"order_by": [{"field_name": "name"}, {"field_name": "creation_timestamp"}]}, {"filter": "name = 'two'"},
        {"filter": "metrics.acc > 0.6"}, {"filter": "metrics.acc > 0.1 AND params.p = '1'"}, {"filter": "tags.a = '2'"},
        {"filter": "params.p = 1"}, {"filter": "name = two"}, {"filter": "bogus = '1'"},
        {"filter": "name = 'one' OR name = 'two'"}, {"filter": "metrics.acc = 'x'"},
        {"filter": "source_run_id = '{run}'"}, {"filter": "model_type LIKE 't%'"},
        {"filter": "name IN ('one', 'two')", "order_by": [{"field_name": "name"}]},
        {"filter": "metrics.acc > 0.1", "datasets": [{"dataset_name": "d"}]},
        {"filter": "metrics.acc > 0.1", "datasets": [{"dataset_name": "d", "dataset_digest": "1"}]},
        {"datasets": [{"dataset_digest": "1"}]}, {"datasets": [{}]},
        {"order_by": [{"field_name": "metrics.acc", "ascending": False}]}, {"order_by": [{"field_name": "bogus"}]},
        {"order_by": [{}]}, {"order_by": [{"field_name": "params.p"}]},
        {"order_by": [{"field_name": "metrics.acc", "dataset_digest": "1"}]}, {"max_results": 0}, {"max_results": -1},
        {"max_results": 50}, {"page_token": "x"}, {"experiment_ids": []}, {"experiment_ids": ["9999999"]},
        {"experiment_ids": ["x"]},
    ),
    post("logged-models/search", {}),
    *pages(
        "logged-models/search",
        {"experiment_ids": ["{exp}"], "max_results": 2, "order_by": [{"field_name": "name", "ascending": False}]}, 2,
    ),
    post("logged-models/search", {"experiment_ids": ["{exp}"], "max_results": 2, "page_token": "{token}"}),
    post(
        "logged-models/search",
        {
            "experiment_ids": ["0"], "max_results": 2, "page_token": "{token}",
            "order_by": [{"field_name": "name", "ascending": False}],
        },
    ),
    delete("logged-models/{two}"), delete("logged-models/{two}"), delete("logged-models/m-none"),
    get("logged-models/{two}"), patch("logged-models/{two}/tags", model_id="{two}", tags=[{"key": "a", "value": "2"}]),
    patch("logged-models/{two}", model_id="{two}", status="LOGGED_MODEL_READY"),
    *_models({"order_by": [{"field_name": "name"}, {"field_name": "creation_timestamp"}]}),
]  # fmt: skip
