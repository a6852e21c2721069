"""What a client of stock MLflow asks a tracking server; run by an interpreter that has it."""

from __future__ import annotations

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric


def shown(client: Any) -> dict[str, Any]:
    """Three runs, a registered model and an artifact, as they are read back."""
    experiment = client.create_experiment("shown")
    for number in range(3):
        run_id = client.create_run(experiment, run_name=f"run-{number}").info.run_id
        points = [Metric("loss", 1 / (step + 1 + number), 1_000 + step, step) for step in range(20)]
        client.log_batch(run_id, points)
        client.log_metric(run_id, "acc", 0.5 + 0.2 * number)
        client.log_param(run_id, "lr", 0.1 * number)
        client.log_text(run_id, "hello artifact", "notes.txt")
        dataset = Dataset("iris", "d1", "local", "{}")
        client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "train")])])
        client.set_terminated(run_id)
    client.create_registered_model("churn")
    client.create_model_version("churn", f"{client.get_run(run_id).info.artifact_uri}/model", run_id)
    client.set_registered_model_alias("churn", "champion", "1")
    found = client.search_runs([experiment], "metrics.acc > 0.6", order_by=["metrics.acc DESC"])
    return {
        "experiment": experiment,
        "run": run_id,
        "location": client.get_experiment(experiment).artifact_location,
        "found": [run.info.run_name for run in found],
        "history": len(client.get_metric_history(run_id, "loss")),
        "artifacts": [file.path for file in client.list_artifacts(run_id)],
        "text": Path(client.download_artifacts(run_id, "notes.txt")).read_text(),
        "champion": client.get_model_version_by_alias("churn", "champion").version,
        "latest": client.get_registered_model("churn").latest_versions[0].version,
    }


def asked(base: str, found: dict[str, Any]) -> dict[str, Any]:
    """What the web page asks in its own ways."""
    run = found["run"]
    bulk = _get(f"{base}/ajax-api/2.0/mlflow/metrics/get-history-bulk?run_id={run}&metric_key=loss")
    interval = _get(
        f"{base}/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?run_ids={run}&metric_key=loss&max_results=5"
    )
    wanted = {"experiment_ids": [found["experiment"]]}
    datasets = _post(f"{base}/ajax-api/2.0/mlflow/experiments/search-datasets", wanted)
    graph = _post(f"{base}/graphql", {
        "operationName": "GetRun",
        "query": "query GetRun($data: MlflowGetRunInput!) { mlflowGetRun(input: $data) { run { info { runName } } } }",
        "variables": {"data": {"runId": run}},
    })  # fmt: skip
    return {
        "bulk": len(bulk["metrics"]),
        "interval": [point["step"] for point in interval["metrics"]],
        "datasets": datasets["dataset_summaries"],
        "graph": graph["data"]["mlflowGetRun"]["run"]["info"]["runName"],
    }


def refused(client: Any) -> dict[str, Any]:
    """Errors keep their codes."""
    codes = {}
    for name, call in {
        "run": lambda: client.get_run("0" * 32),
        "experiment": lambda: client.create_experiment("shown"),
        "filter": lambda: client.search_runs(["0"], "nonsense"),
        "model": lambda: client.get_registered_model("nobody"),
        "alias": lambda: client.get_model_version_by_alias("churn", "nobody"),
    }.items():
        try:
            call()
        except mlflow.MlflowException as error:
            codes[name] = error.error_code
    return codes


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)


def _post(url: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def main() -> None:
    """Everything, as a line of JSON."""
    mlflow.set_tracking_uri(sys.argv[1])
    client = mlflow.MlflowClient()
    found = shown(client)
    print(json.dumps({"shown": found, "asked": asked(sys.argv[1], found), "refused": refused(client)}))


if __name__ == "__main__":
    main()
