"""Models whose files are kept elsewhere: the note of them that takes the place of the files."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from genesis_flow.api.entities import LoggedModel
from genesis_flow.api.version import COMPATIBLE_MLFLOW_VERSION


def describe(client: Any, model: LoggedModel) -> None:
    """Store an `MLmodel` file without flavors with `model`, so that it can be registered like any other."""
    with tempfile.TemporaryDirectory(prefix="genesis-flow-") as directory:
        Path(directory, "MLmodel").write_text(_mlmodel(model), encoding="utf-8")
        client.log_model_artifacts(model.model_id, directory)


def _mlmodel(model: LoggedModel) -> str:
    """The file in YAML, of which JSON texts are a part."""
    run = [("run_id", model.source_run_id)] if model.source_run_id is not None else []
    fields: list[tuple[str, Any]] = [
        ("artifact_path", model.artifact_location),
        ("flavors", {}),
        ("is_signature_from_type_hint", False),
        ("metadata", {"mlflow.model.isExternal": True}),
        ("mlflow_version", COMPATIBLE_MLFLOW_VERSION),
        ("model_id", model.model_id),
        ("model_uuid", model.model_id),
        ("prompts", None),
        *run,
        ("signature", {"inputs": _ANY, "outputs": _ANY, "params": None}),
        ("type_hint_from_example", False),
        ("utc_time_created", datetime.now(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")),
    ]
    return "".join(f"{name}: {json.dumps(value)}\n" for name, value in fields)


#: MLflow's registry of models wants a signature, whatever it says.
_ANY = '[{"type": "boolean", "required": true}]'
