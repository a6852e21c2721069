"""The tracking store that stock MLflow opens."""

from __future__ import annotations

import contextlib

from mlflow.store.tracking.abstract_store import AbstractStore

from genesis_flow.api.plugin.applications import opened
from genesis_flow.api.plugin.errors import translated
from genesis_flow.api.plugin.experiments import ExperimentMethods
from genesis_flow.api.plugin.logged_models import LoggedModelMethods
from genesis_flow.api.plugin.logging import LoggingMethods
from genesis_flow.api.plugin.removal import RemovalMethods
from genesis_flow.api.plugin.runs import RunMethods
from genesis_flow.domain.errors import NotFound
from genesis_flow.domain.values.ids import DEFAULT_EXPERIMENT_ID


class GenesisTrackingStore(
    ExperimentMethods, RunMethods, LoggingMethods, LoggedModelMethods, RemovalMethods,
    AbstractStore,  # type: ignore[misc]
):
    """
    Experiments, runs and logged models in a store of ours, for MLflow 3.2 to 3.17.

    Methods take and return MLflow's entities and raise its `MlflowException`. What is not here, such as traces, is as
    in a store that does not support it.

    Attributes:
        artifact_root_uri: Below which new experiments keep their artifacts.

    Source: MLflow `store/tracking/abstract_store.py`.
    """

    @translated
    def __init__(self, store_uri: str, artifact_uri: str | None = None) -> None:
        super().__init__()
        self._application = opened(store_uri, artifact_uri)
        self.artifact_root_uri = self._application.settings.artifact_root
        if artifact_uri is not None:
            self._settle_default_experiment()

    def _settle_default_experiment(self) -> None:
        """Whoever opens a new store first decides where its default experiment keeps artifacts: let it be us."""
        with contextlib.suppress(NotFound):
            self._application.experiments.get(DEFAULT_EXPERIMENT_ID)
