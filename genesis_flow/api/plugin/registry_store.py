"""The model registry store that stock MLflow opens."""

from __future__ import annotations

import attrs
from mlflow.store.model_registry.abstract_store import AbstractStore

from genesis_flow.api.plugin.applications import opened_with_any_root
from genesis_flow.api.plugin.errors import translated
from genesis_flow.api.plugin.model_versions import ModelVersionMethods
from genesis_flow.api.plugin.registered_models import RegisteredModelMethods
from genesis_flow.api.plugin.webhooks import WebhookMethods, webhooks_of


class GenesisRegistryStore(
    RegisteredModelMethods, ModelVersionMethods, WebhookMethods, AbstractStore  # type: ignore[misc]
):
    """
    Registered models, their versions, prompts and webhooks in a store of ours, for MLflow 3.2 to 3.17.

    As in MLflow's own stores, prompts are registered models with a mark; what it offers for them (`create_prompt`,
    `get_prompt_version`, ...) is its own code on the methods here.

    Source: MLflow `store/model_registry/abstract_store.py`.
    """

    @translated
    def __init__(self, store_uri: str, tracking_uri: str | None = None) -> None:
        super().__init__(store_uri, tracking_uri)
        self._application = opened_with_any_root(store_uri)
        self._models = attrs.evolve(self._application.registered_models, takes_prompts=True)
        self._versions = attrs.evolve(self._application.model_versions, takes_prompts=True)
        self._webhooks, self._delivery = webhooks_of(self._application)
        self._tracking_uri = None if tracking_uri == store_uri else tracking_uri
