"""What a training script does with stock MLflow on a store of ours; run by an interpreter that has it."""

from __future__ import annotations

import json
import sys
from typing import Any

import mlflow
import numpy as np
from mlflow.models import infer_signature
from sklearn.linear_model import LogisticRegression

FEATURES = np.arange(24, dtype=float).reshape(8, 3)
LABELS = np.array([0, 1] * 4)


def logged() -> dict[str, Any]:
    """Runs, nested ones and what they log, found by searches."""
    with mlflow.start_run(run_name="parent") as parent:
        mlflow.log_params({"depth": 3, "kind": "tree"})
        mlflow.log_metrics({"acc": 0.5}, step=1)
        mlflow.log_metric("acc", 0.75, step=2)
        mlflow.set_tag("team", "a")
        mlflow.log_text("words", "notes/read.txt")
        with mlflow.start_run(run_name="child", nested=True):
            mlflow.log_metric("acc", 0.25)
    found = mlflow.search_runs(filter_string="metrics.acc > 0.3", order_by=["metrics.acc DESC"])
    return {
        "found": found["tags.mlflow.runName"].tolist(),
        "params": mlflow.get_run(parent.info.run_id).data.params,
        "history": [point.value for point in mlflow.MlflowClient().get_metric_history(parent.info.run_id, "acc")],
        "text": mlflow.artifacts.load_text(f"{parent.info.artifact_uri}/notes/read.txt"),
    }


def in_background() -> int:
    """Points that a queue writes."""
    with mlflow.start_run(run_name="background") as run:
        for step in range(50):
            mlflow.log_metric("later", step, step=step, synchronous=False)
        mlflow.flush_async_logging()
    return len(mlflow.MlflowClient().get_metric_history(run.info.run_id, "later"))


def autologged() -> dict[str, Any]:
    """A training that MLflow logs by itself."""
    mlflow.sklearn.autolog(log_models=False, log_datasets=True)
    with mlflow.start_run(run_name="automatic") as run:
        LogisticRegression(C=0.5).fit(FEATURES, LABELS)
    mlflow.sklearn.autolog(disable=True)
    seen = mlflow.get_run(run.info.run_id)
    return {
        "C": seen.data.params["C"],
        "score": "training_accuracy_score" in seen.data.metrics,
        "datasets": [used.tags[0].value for used in seen.inputs.dataset_inputs],
    }


def registered() -> dict[str, Any]:
    """A model that is logged, registered, moved by an alias and loaded."""
    model = LogisticRegression().fit(FEATURES, LABELS)
    with mlflow.start_run(run_name="model") as run:
        info = mlflow.sklearn.log_model(
            model, name="classifier", registered_model_name="churn", pip_requirements=["scikit-learn"],
            signature=infer_signature(FEATURES, LABELS), serialization_format="cloudpickle",
        )
        mlflow.log_metric("loss", 0.1, model_id=info.model_id)
    client = mlflow.MlflowClient()
    client.set_registered_model_alias("churn", "champion", 1)
    loaded = mlflow.pyfunc.load_model("models:/churn@champion")
    version = client.get_model_version("churn", "1")
    of_run = mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/classifier")
    found = mlflow.search_logged_models(filter_string="metrics.loss < 1", output_format="list")
    return {
        "predicted": loaded.predict(FEATURES).tolist() == model.predict(FEATURES).tolist(),
        "by run": of_run.coef_.tolist() == model.coef_.tolist(),
        "version": [version.version, version.run_id == run.info.run_id, version.status],
        "logged": [each.name for each in found],
        "outputs": len(client.get_run(run.info.run_id).outputs.model_outputs),
        "versions": json.loads(client.get_logged_model(info.model_id).tags["mlflow.modelVersions"])[0]["name"],
    }


def prompted() -> list[Any]:
    """A prompt with two versions."""
    client = mlflow.MlflowClient()
    for template in ("hello {{name}}", "good day {{name}}"):
        client.register_prompt("greeting", template)
    client.set_prompt_alias("greeting", "live", 1)
    return [
        client.load_prompt("prompts:/greeting/2").format(name="Ann"),
        client.load_prompt("prompts:/greeting@live").version,
        [found.name for found in client.search_prompts()],
    ]


def main() -> None:
    """Everything, as a line of JSON; a run is left active, for MLflow to end."""
    mlflow.set_tracking_uri(sys.argv[1])
    mlflow.set_experiment("trained")
    found = {
        "logged": logged(), "background": in_background(), "autologged": autologged(), "registered": registered(),
        "prompted": prompted(),
    }  # fmt: skip
    found["left"] = mlflow.start_run(run_name="left").info.run_id
    print(json.dumps(found))


if __name__ == "__main__":
    main()
