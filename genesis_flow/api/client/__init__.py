"""
`MlflowClient`: one mixin a noun.

Source: MLflow `mlflow.MlflowClient`.
"""

from __future__ import annotations

from genesis_flow.api.client.artifacts import ArtifactClient
from genesis_flow.api.client.experiments import ExperimentClient
from genesis_flow.api.client.logged_models import LoggedModelClient
from genesis_flow.api.client.logging import LoggingClient
from genesis_flow.api.client.model_versions import ModelVersionClient
from genesis_flow.api.client.prompt_links import PromptLinkClient
from genesis_flow.api.client.registered_models import RegisteredModelClient
from genesis_flow.api.client.runs import RunClient
from genesis_flow.api.client.webhooks import WebhookClient
from genesis_flow.api.exceptions import MlflowException

__all__ = ["MlflowClient"]


class MlflowClient(
    ExperimentClient, RunClient, LoggingClient, ArtifactClient, LoggedModelClient, RegisteredModelClient,
    ModelVersionClient, PromptLinkClient, WebhookClient,
):
    """
    Everything that can be done with experiments, runs, models and prompts, without an active run.

    Args:
        tracking_uri: The store; by default the tracking URI in force.
        registry_uri: The store of the model registry; by default the tracking URI.
        workspace_store_uri: Not supported; leave it out.
    """

    def __init__(
        self,
        tracking_uri: str | None = None,
        registry_uri: str | None = None,
        workspace_store_uri: str | None = None,
    ) -> None:
        if workspace_store_uri is not None:
            raise MlflowException.invalid_parameter_value(
                "Workspaces are not supported: leave out workspace_store_uri."
            )
        super().__init__(tracking_uri, registry_uri)
