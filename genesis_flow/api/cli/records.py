"""Entities as JSON objects, under the names that MLflow has for them."""

from __future__ import annotations

from typing import Any

from genesis_flow.api.cli.text import shown_uri, without_passwords
from genesis_flow.domain.entities.artifact import ArtifactInfo
from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.run import Run


def experiment_to_record(experiment: Experiment) -> dict[str, Any]:
    """An experiment with its tags; times in milliseconds since the epoch (UTC)."""
    return {
        "experiment_id": experiment.id,
        "name": experiment.name,
        "lifecycle_stage": experiment.stage.value,
        "artifact_location": shown_uri(experiment.artifact_location),
        "creation_time": experiment.created_at,
        "last_update_time": experiment.updated_at,
        "tags": dict(experiment.tags),
    }


def run_to_record(run: Run) -> dict[str, Any]:
    """A run with its params, tags and the latest value of each metric; times in milliseconds (UTC)."""
    return {
        "run_id": run.id,
        "run_name": run.name,
        "experiment_id": run.experiment_id,
        "user_id": run.user_id,
        "status": run.status.value,
        "lifecycle_stage": run.stage.value,
        "start_time": run.started_at,
        "end_time": run.ended_at,
        "artifact_uri": shown_uri(run.artifact_uri),
        "params": dict(run.params),
        "metrics": {key: metric.value for key, metric in run.metrics.items()},
        "tags": dict(run.tags),
    }


def run_to_full_record(run: Run) -> dict[str, Any]:
    """A run with, besides, when its latest metrics were logged, and what it used and produced."""
    return run_to_record(run) | {
        "metric_points": {
            key: {"value": metric.value, "step": metric.step, "timestamp": metric.timestamp}
            for key, metric in run.metrics.items()
        },
        "dataset_inputs": [
            {
                "name": used.dataset.name,
                "digest": used.dataset.digest,
                "source_type": used.dataset.source_type,
                "source": without_passwords(used.dataset.source),
                "tags": dict(used.tags),
            }
            for used in run.dataset_inputs
        ],
        "model_inputs": list(run.model_inputs),
        "model_outputs": [{"model_id": output.model_id, "step": output.step} for output in run.model_outputs],
    }


def artifact_to_record(artifact: ArtifactInfo) -> dict[str, Any]:
    """A file or directory; `file_size` is in bytes, null for directories."""
    return {"path": artifact.path, "is_dir": artifact.is_dir, "file_size": artifact.size_bytes}
