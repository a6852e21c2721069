"""Erasing for good, as `mlflow gc` asks a tracking store to do; it removes the artifacts itself."""

from __future__ import annotations

from genesis_flow.api.plugin.errors import translated
from genesis_flow.bootstrap import Application
from genesis_flow.domain.values.lifecycle import Stage
from genesis_flow.domain.values.refusals import no_experiment


class RemovalMethods:
    """Find what was deleted, and erase it."""

    _application: Application

    @translated
    def _get_deleted_runs(self, older_than: int = 0) -> list[str]:
        return self._application.garbage_collection.removed_runs(older_than_ms=older_than)

    @translated
    def _hard_delete_run(self, run_id: str) -> None:
        self._application.lifecycle.delete(run_id)  # MLflow's own stores erase active runs, too
        self._application.garbage_collection.purge_run(run_id)

    @translated
    def _get_deleted_logged_models(self, older_than: int = 0) -> list[str]:
        return self._application.garbage_collection.removed_models(older_than_ms=older_than)

    @translated
    def _hard_delete_logged_model(self, model_id: str) -> None:
        self._application.logged_models.delete(model_id)
        self._application.garbage_collection.purge_model(model_id)

    @translated
    def _hard_delete_experiment(self, experiment_id: str) -> None:
        found = self._application.experiments.get(experiment_id)
        if found.stage is not Stage.DELETED:
            raise no_experiment(found.id)
        self._application.garbage_collection.purge_experiment(found.id)
