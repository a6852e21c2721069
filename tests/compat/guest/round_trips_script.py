"""Writes which commands calls of a guest send to MongoDB; run by an interpreter that has stock MLflow."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from pymongo import monitoring

from tests.adapters.mongo.listening import Commands


def calls(uri: str) -> dict[str, Callable[[], Any]]:
    """What is done, by its label, in an order in which each finds what it needs and has been done before."""
    import mlflow
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, RunTag, ViewType
    from mlflow.entities.model_registry import ModelVersionTag
    from mlflow.tracking._model_registry.utils import _get_store as registry_store
    from mlflow.tracking._tracking_service.utils import _get_store as tracking_store

    tracking_store(uri, "/another/root").get_experiment("0")
    mlflow.set_tracking_uri(uri)
    client, registry = MlflowClient(), registry_store(uri)
    store = client._tracking_client.store
    id = store.create_run("0", "me", 1, [RunTag("a", "b")], "first").info.run_id
    points = [Metric("many", float(step), step, step) for step in range(1000)]

    def fluent() -> None:
        with mlflow.start_run():
            mlflow.log_metric("a", 1)
            mlflow.log_params({"x": 1, "y": 2})

    return {
        "create_run": lambda: store.create_run("0", "me", 1, [RunTag("a", "b")], "second"),
        "log_metric": lambda: store.log_metric(id, Metric("m", 0.5, 1, 0)),
        "log_param": lambda: store.log_param(id, Param("p", "1")),
        "set_tag": lambda: store.set_tag(id, RunTag("t", "1")),
        "log_batch": lambda: store.log_batch(id, [Metric("m", 1.0, 1, 1)], [Param("q", "1")], [RunTag("t", "2")]),
        "log_batch of 1,000 points": lambda: store.log_batch(id, points, [], []),
        "get_run": lambda: store.get_run(id),
        "search_runs": lambda: store.search_runs(["0"], "metrics.m > 0", ViewType.ACTIVE_ONLY),
        "get_metric_history": lambda: store.get_metric_history(id, "m"),
        "start_run, log_metric, log_params, end_run": fluent,
        "create_registered_model, first of all": lambda: registry.create_registered_model("model"),
        "create_model_version": lambda: registry.create_model_version("model", "s3://x/2", id),
        "get_model_version": lambda: registry.get_model_version("model", 1),
        "set_model_version_tag": lambda: registry.set_model_version_tag("model", 1, ModelVersionTag("a", "b")),
        "set_registered_model_alias": lambda: registry.set_registered_model_alias("model", "best", 1),
        "get_model_version_by_alias": lambda: registry.get_model_version_by_alias("model", "best"),
        "get_model_version_download_uri": lambda: registry.get_model_version_download_uri("model", 1),
        "search_model_versions": lambda: registry.search_model_versions("name = 'model'"),
    }


def main() -> None:
    """The commands of each call, as JSON."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    commands = Commands()
    monitoring.register(commands)
    found = {}
    for label, call in calls(sys.argv[1]).items():
        with commands.recorded() as names:
            call()
        found[label] = names
    answers.write(json.dumps(found) + "\n")
    answers.close()


if __name__ == "__main__":
    main()
