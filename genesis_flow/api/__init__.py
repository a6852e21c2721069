"""
The MLflow-shaped namespace: `genesis_flow.<name>` is found here, each name loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import Any

#: Where each public name lives.
_HOMES = {
    name: f"genesis_flow.api.{module}"
    for module, names in {
        "fluent.uris": (
            "get_registry_uri", "get_tracking_uri", "is_tracking_uri_set", "set_registry_uri", "set_tracking_uri",
        ),
        "fluent.experiments": (
            "create_experiment", "delete_experiment", "delete_experiment_tag", "get_experiment",
            "get_experiment_by_name", "restore_experiment", "search_experiments", "set_experiment",
            "set_experiment_tag", "set_experiment_tags",
        ),
        "fluent.active_run": ("ActiveRun", "active_run", "end_run", "last_active_run", "start_run"),
        "fluent.runs": ("delete_run", "get_parent_run", "get_run", "restore_run", "search_runs"),
        "fluent.logging": (
            "delete_tag", "flush_artifact_async_logging", "flush_async_logging", "log_metric", "log_metrics",
            "log_param", "log_params", "set_tag", "set_tags",
        ),
        "fluent.inputs": ("log_input", "log_inputs", "log_outputs"),
        "fluent.artifacts": (
            "get_artifact_uri", "load_table", "log_artifact", "log_artifacts", "log_dict", "log_figure",
            "log_image", "log_stream", "log_table", "log_text",
        ),
        "fluent.registry": (
            "register_model", "search_model_versions", "search_registered_models", "set_model_version_tag",
        ),
        "fluent.prompts": (
            "delete_prompt_alias", "load_prompt", "register_prompt", "search_prompts", "set_prompt_alias",
        ),
        "fluent.active_model": ("ActiveModel", "clear_active_model", "get_active_model_id", "set_active_model"),
        "fluent.checkpoints": ("import_checkpoints",),
        "fluent.logged_models": (
            "create_external_model", "delete_logged_model_tag", "finalize_logged_model", "get_logged_model",
            "initialize_logged_model", "last_logged_model", "log_model_params", "search_logged_models",
            "set_logged_model_tags",
        ),
        "fluent.doctor": ("doctor",),
        "autologging.every_flavor": ("autolog",),
        "client": ("MlflowClient",),
        "content.images": ("Image",),
        "drop_in.installing": ("install_as_mlflow", "uninstall_as_mlflow"),
        "exceptions": ("MlflowException",),
        "models.trust": ("set_trust_policy",),
        "run_operations": ("RunOperations",),
    }.items()
    for name in names
}  # fmt: skip

__all__ = sorted(_HOMES)  # computed, so that names and their homes cannot disagree


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value
