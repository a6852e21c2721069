"""Storing the files of logged models, and finding those of whatever a URI names."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import attrs

from genesis_flow.domain.entities.logged_model import LoggedModel, ModelStatus
from genesis_flow.domain.errors import GenesisFlowError, NotFound
from genesis_flow.domain.use_cases.logged_model_places import (
    active_model,
    is_logged_model_uri,
    logged_model_place,
    model_of_run,
)
from genesis_flow.domain.values.ids import model_id as checked_id
from genesis_flow.domain.values.manifests import MANIFEST_TAG, Manifest
from genesis_flow.domain.values.paths import ROOT, ArtifactPath, artifact_path
from genesis_flow.ports.artifacts import ArtifactStore, ArtifactStores
from genesis_flow.ports.clock import Clock
from genesis_flow.ports.logged_models import LoggedModelRepository
from genesis_flow.ports.runs import RunRepository

_RUN_URI: Final = re.compile(r"runs:/([^/]+)/(.+)", re.DOTALL)
_MODEL_LOCATION: Final = re.compile(r".*/models/(m-[0-9a-f]{32})/artifacts/?", re.DOTALL)


@attrs.frozen
class ModelPlace:
    """
    Where the files of a model are.

    Attributes:
        path: In the store. digest: Of their manifest, None where nobody noted it.
        model_id: Of the logged model that they belong to, None for other files.
        experiment_id: Of the logged model or run that they belong to, None for other files.
    """

    store: ArtifactStore
    path: ArtifactPath = ROOT
    digest: str | None = None
    model_id: str | None = None
    experiment_id: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether the files are on this machine's disk."""
        return self.store.local_path(self.path) is not None

    @property
    def uri(self) -> str:
        """Where the files are."""
        return f"{self.store.uri.rstrip('/')}/{self.path}" if self.path.text else self.store.uri


@attrs.frozen
class ModelPersistence:
    """Storing the files of logged models, and finding those of whatever a URI names."""

    _models: LoggedModelRepository
    _runs: RunRepository
    _stores: ArtifactStores
    _clock: Clock

    def store(self, model_id: Any, write: Callable[[Path], Manifest]) -> LoggedModel:
        """
        Have `write` make the files of a model in an empty directory, then store them; the model is READY then.

        Whatever goes wrong, and whenever the program is interrupted, the model is FAILED, and no files are left.

        Returns:
            The model as it is now.

        Raises:
            NotFound: No such active model. Whatever else `write` or the stores raise.
        """
        model = active_model(checked_id(model_id), self._models)
        store = self._stores.open(model.artifact_location)
        try:
            with tempfile.TemporaryDirectory(prefix="genesis-flow-model-") as directory:
                manifest = write(Path(directory) / "model")
                store.put_tree(Path(directory) / "model", ROOT)
            self._models.append(model.id, tags={MANIFEST_TAG: manifest.digest})
            return self._models.update(model.id, status=ModelStatus.READY, at=self._clock.now())
        except BaseException:
            self._give_up(model, store)
            raise

    def replace(self, place: ModelPlace, directory: Path, manifest: Manifest) -> None:
        """
        Store the files of a model that were changed in `directory`; others are left as they are.

        Raises:
            What the stores raise.
        """
        place.store.put_tree(directory, place.path)
        if place.model_id is not None:
            self._models.append(place.model_id, tags={MANIFEST_TAG: manifest.digest})

    def fail(self, model_id: Any) -> None:
        """Say that a model will never have files; on one that is gone nothing changes."""
        with contextlib.suppress(NotFound):
            self._models.update(checked_id(model_id), status=ModelStatus.FAILED, at=self._clock.now())

    def locate(self, uri: str) -> ModelPlace:
        """
        Where the files of a model are.

        Args:
            uri: `models:/<model_id>`, `runs:/<run_id>/<path or name of a logged model>`, or a URI of a store.

        Raises:
            NotFound: No such logged model or run.
            InvalidInput: No adapter serves the URI, or it is malformed.
        """
        if is_logged_model_uri(uri):
            model, path = logged_model_place(uri, self._models)
            return self._of_model(model, path)
        match = _RUN_URI.fullmatch(uri)
        if match is not None:
            return self._of_run(match[1], match[2])
        of_model = _MODEL_LOCATION.fullmatch(uri)
        if of_model is not None:
            with contextlib.suppress(NotFound):
                model = active_model(of_model[1], self._models)
                if model.artifact_location.rstrip("/") == uri.rstrip("/"):
                    return self._of_model(model, ROOT)
        return ModelPlace(*self._stores.locate(uri))

    def fetch(self, place: ModelPlace, target: Path | None) -> Path:
        """
        The files of a model on the local disk: where they are, if that is there, else copied.

        Args:
            target: A directory to copy them to in any case; None for a new temporary one, if need be.

        Raises:
            NotFound: There are none.
        """
        if target is None:
            local = place.store.local_path(place.path)
            if local is not None:
                return local
            target = Path(tempfile.mkdtemp(prefix="genesis-flow-model-"))
        return place.store.fetch(place.path, target)

    def _of_model(self, model: LoggedModel, path: ArtifactPath) -> ModelPlace:
        digest = model.tags.get(MANIFEST_TAG) if path == ROOT else None
        return ModelPlace(self._stores.open(model.artifact_location), path, digest, model.id, model.experiment_id)

    def _of_run(self, run_id: str, path: str) -> ModelPlace:
        run, below = self._runs.get(run_id), artifact_path(path)
        model = model_of_run(run, below.text, self._models)
        if model is not None:
            return self._of_model(model, ROOT)
        return ModelPlace(self._stores.open(run.artifact_uri), below, experiment_id=run.experiment_id)

    def _give_up(self, model: LoggedModel, store: ArtifactStore) -> None:
        with contextlib.suppress(GenesisFlowError):  # what went wrong first is what the caller has to hear of
            self.fail(model.id)
            store.remove(ROOT)
