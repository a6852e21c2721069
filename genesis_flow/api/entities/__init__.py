"""
MLflow-shaped views of experiments, runs and what belongs to them.

Each name is loaded when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genesis_flow.api.entities.dataset import Dataset
    from genesis_flow.api.entities.dataset_input import DatasetInput
    from genesis_flow.api.entities.document import Document
    from genesis_flow.api.entities.entity_type import EntityAssociationType
    from genesis_flow.api.entities.experiment import Experiment
    from genesis_flow.api.entities.experiment_tag import ExperimentTag
    from genesis_flow.api.entities.file_info import FileInfo
    from genesis_flow.api.entities.input_tag import InputTag
    from genesis_flow.api.entities.lifecycle_stage import LifecycleStage
    from genesis_flow.api.entities.link import Link
    from genesis_flow.api.entities.logged_model import LoggedModel
    from genesis_flow.api.entities.logged_model_input import LoggedModelInput
    from genesis_flow.api.entities.logged_model_output import LoggedModelOutput
    from genesis_flow.api.entities.logged_model_parameter import LoggedModelParameter
    from genesis_flow.api.entities.logged_model_status import LoggedModelStatus
    from genesis_flow.api.entities.logged_model_tag import LoggedModelTag
    from genesis_flow.api.entities.metric import Metric
    from genesis_flow.api.entities.model_registry.prompt import Prompt
    from genesis_flow.api.entities.param import Param
    from genesis_flow.api.entities.run import Run
    from genesis_flow.api.entities.run_data import RunData
    from genesis_flow.api.entities.run_info import RunInfo
    from genesis_flow.api.entities.run_inputs import RunInputs
    from genesis_flow.api.entities.run_outputs import RunOutputs
    from genesis_flow.api.entities.run_status import RunStatus
    from genesis_flow.api.entities.run_tag import RunTag
    from genesis_flow.api.entities.source_type import SourceType
    from genesis_flow.api.entities.view_type import ViewType
    from genesis_flow.api.entities.webhook import Webhook, WebhookEvent, WebhookStatus, WebhookTestResult

__all__ = [
    "Dataset",
    "DatasetInput",
    "Document",
    "EntityAssociationType",
    "Experiment",
    "ExperimentTag",
    "FileInfo",
    "InputTag",
    "LifecycleStage",
    "Link",
    "LoggedModel",
    "LoggedModelInput",
    "LoggedModelOutput",
    "LoggedModelParameter",
    "LoggedModelStatus",
    "LoggedModelTag",
    "Metric",
    "Param",
    "Prompt",
    "Run",
    "RunData",
    "RunInfo",
    "RunInputs",
    "RunOutputs",
    "RunStatus",
    "RunTag",
    "SourceType",
    "ViewType",
    "Webhook",
    "WebhookEvent",
    "WebhookStatus",
    "WebhookTestResult",
]

_HOMES = {
    "Dataset": "dataset",
    "DatasetInput": "dataset_input",
    "Document": "document",
    "EntityAssociationType": "entity_type",
    "Experiment": "experiment",
    "ExperimentTag": "experiment_tag",
    "FileInfo": "file_info",
    "InputTag": "input_tag",
    "LifecycleStage": "lifecycle_stage",
    "Link": "link",
    "LoggedModel": "logged_model",
    "LoggedModelInput": "logged_model_input",
    "LoggedModelOutput": "logged_model_output",
    "LoggedModelParameter": "logged_model_parameter",
    "LoggedModelStatus": "logged_model_status",
    "LoggedModelTag": "logged_model_tag",
    "Metric": "metric",
    "Param": "param",
    "Prompt": "model_registry.prompt",
    "Run": "run",
    "RunData": "run_data",
    "RunInfo": "run_info",
    "RunInputs": "run_inputs",
    "RunOutputs": "run_outputs",
    "RunStatus": "run_status",
    "RunTag": "run_tag",
    "SourceType": "source_type",
    "ViewType": "view_type",
    "Webhook": "webhook",
    "WebhookEvent": "webhook",
    "WebhookStatus": "webhook",
    "WebhookTestResult": "webhook",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"genesis_flow.api.entities.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
