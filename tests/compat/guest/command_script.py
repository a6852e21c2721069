"""What MLflow's commands say of a store of ours, and what `mlflow gc` leaves; run by an interpreter that has it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import mlflow
from click.testing import CliRunner
from mlflow.cli import cli


def said(*arguments: str) -> str:
    """What a command writes."""
    result = CliRunner().invoke(cli, list(arguments))
    if result.exit_code:
        raise RuntimeError(f"{arguments}: {result.output}") from result.exception
    return str(result.output)


def main() -> None:
    """Everything, as a line of JSON."""
    uri = os.environ["MLFLOW_TRACKING_URI"] = sys.argv[1]
    client = mlflow.MlflowClient(uri)
    said("experiments", "create", "-n", "by-command")
    experiment = client.get_experiment_by_name("by-command")
    kept, deleted = (client.create_run(experiment.experiment_id, run_name=name) for name in ("kept", "deleted"))
    client.log_text(deleted.info.run_id, "words", "notes.txt")
    model = client.create_logged_model(experiment.experiment_id, "gone")
    listed = {
        "experiments": "by-command" in said("experiments", "search"),
        "runs": "kept" in said("runs", "list", "--experiment-id", experiment.experiment_id),
        "run": json.loads(said("runs", "describe", "--run-id", kept.info.run_id))["info"]["run_name"],
    }
    said("runs", "delete", "--run-id", deleted.info.run_id)
    client.delete_logged_model(model.model_id)
    said("gc", "--backend-store-uri", uri)
    left = [run.info.run_name for run in client.search_runs([experiment.experiment_id], run_view_type=3)]
    said("experiments", "delete", "-x", experiment.experiment_id)
    said("gc", "--backend-store-uri", uri, "--experiment-ids", experiment.experiment_id)
    found: dict[str, Any] = {
        **listed,
        "left": left,
        "files": Path(deleted.info.artifact_uri).exists(),
        "model": _code(lambda: client.get_logged_model(model.model_id)),
        "experiment": _code(lambda: client.get_experiment(experiment.experiment_id)),
        "its run": _code(lambda: client.get_run(kept.info.run_id)),
    }
    print(json.dumps(found))


def _code(call: Any) -> str | None:
    try:
        call()
    except mlflow.MlflowException as error:
        return str(error.error_code)
    return None


if __name__ == "__main__":
    main()
