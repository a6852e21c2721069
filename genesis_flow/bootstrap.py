"""
The composition root: settings in, an application out. It and the other modules `bootstrap_*`
alone import adapters.

A row in `BACKENDS` is all that a new store needs here.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, Final

import attrs
import punq

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.policies import ArtifactRoot, Truncation
from genesis_flow.domain.values.uris import redacted
from genesis_flow.ports.artifacts import ArtifactStores
from genesis_flow.ports.clock import Clock
from genesis_flow.ports.experiments import ExperimentRepository
from genesis_flow.ports.identifiers import Identifiers
from genesis_flow.ports.runs import RunRepository
from genesis_flow.settings import (
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR,
    MLFLOW_TRUNCATE_LONG_VALUES,
    Settings,
    sqlite_path,
    storage_access,
)

if TYPE_CHECKING:
    from genesis_flow.domain.entities.registry_change import RegistryChange
    from genesis_flow.domain.use_cases.artifacts import Artifacts
    from genesis_flow.domain.use_cases.experiments import Experiments
    from genesis_flow.domain.use_cases.garbage_collection import GarbageCollection
    from genesis_flow.domain.use_cases.logged_model_artifacts import LoggedModelArtifacts
    from genesis_flow.domain.use_cases.logged_models import LoggedModels
    from genesis_flow.domain.use_cases.model_persistence import ModelPersistence
    from genesis_flow.domain.use_cases.model_versions import ModelVersions
    from genesis_flow.domain.use_cases.prompts import Prompts
    from genesis_flow.domain.use_cases.registered_models import RegisteredModels
    from genesis_flow.domain.use_cases.run_lifecycle import RunLifecycle
    from genesis_flow.domain.use_cases.run_logging import RunLogging
    from genesis_flow.domain.use_cases.run_search import RunSearch
    from genesis_flow.domain.use_cases.webhook_delivery import WebhookDelivery
    from genesis_flow.domain.use_cases.webhooks import Webhooks
    from genesis_flow.ports.diagnosis import Diagnosis
    from genesis_flow.ports.logged_models import LoggedModelRepository
    from genesis_flow.ports.model_versions import ModelVersionRepository
    from genesis_flow.ports.registered_models import RegisteredModelRepository
    from genesis_flow.ports.webhooks import WebhookRepository

    Registry = tuple[RegisteredModelRepository, ModelVersionRepository]

#: Where each use case of an `Application` is; loaded when it is first asked for, so that logging starts fast.
USE_CASES: Final = {
    "artifacts": "genesis_flow.domain.use_cases.artifacts:Artifacts",
    "experiments": "genesis_flow.domain.use_cases.experiments:Experiments",
    "garbage_collection": "genesis_flow.domain.use_cases.garbage_collection:GarbageCollection",
    "logged_models": "genesis_flow.domain.use_cases.logged_models:LoggedModels",
    "model_artifacts": "genesis_flow.domain.use_cases.logged_model_artifacts:LoggedModelArtifacts",
    "lifecycle": "genesis_flow.domain.use_cases.run_lifecycle:RunLifecycle",
    "logging": "genesis_flow.domain.use_cases.run_logging:RunLogging",
    "model_persistence": "genesis_flow.domain.use_cases.model_persistence:ModelPersistence",
    "model_versions": "genesis_flow.domain.use_cases.model_versions:ModelVersions",
    "prompts": "genesis_flow.domain.use_cases.prompts:Prompts",
    "registered_models": "genesis_flow.domain.use_cases.registered_models:RegisteredModels",
    "search": "genesis_flow.domain.use_cases.run_search:RunSearch",
    "webhook_delivery": "genesis_flow.domain.use_cases.webhook_delivery:WebhookDelivery",
    "webhooks": "genesis_flow.domain.use_cases.webhooks:Webhooks",
}
#: Use cases of the model registry, whose ports are loaded with them.
_REGISTRY_USE_CASES: Final = frozenset({"model_versions", "prompts", "registered_models", "webhook_delivery"})
#: Use cases of webhooks, likewise.
_WEBHOOK_USE_CASES: Final = frozenset({"webhook_delivery", "webhooks"})


@attrs.frozen
class Backend:
    """
    A store, opened: its repositories, what can diagnose it, and how to let go of it.

    Those of models are made when they are first asked for, so that logging starts fast.
    """

    experiments: ExperimentRepository
    runs: RunRepository
    open_registry: Callable[[], Registry]
    open_logged_models: Callable[[], LoggedModelRepository]
    open_webhooks: Callable[[], WebhookRepository]
    diagnose: Callable[[], Diagnosis]
    close: Callable[[], None]


class Application:
    """
    Every use case on one store, each built when it is first asked for.

    Attributes:
        settings: What it was built from. close: Lets go of the store.
    """

    def __init__(self, settings: Settings, backend: Backend) -> None:
        self.settings = settings
        self._diagnose = backend.diagnose
        self.close = backend.close
        self._container = build_container(settings, backend)

    @cached_property
    def artifacts(self) -> Artifacts:
        """The files of runs."""
        found: Artifacts = use_case(self._container, "artifacts")
        return found

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """What is wrong with the store."""
        return self._diagnose()

    @cached_property
    def experiments(self) -> Experiments:
        """Everything that is done with experiments."""
        found: Experiments = use_case(self._container, "experiments")
        return found

    @cached_property
    def garbage_collection(self) -> GarbageCollection:
        """Erasing for good what was deleted."""
        found: GarbageCollection = use_case(self._container, "garbage_collection")
        return found

    @cached_property
    def logged_models(self) -> LoggedModels:
        """Everything that is done with logged models."""
        found: LoggedModels = use_case(self._container, "logged_models")
        return found

    @cached_property
    def model_artifacts(self) -> LoggedModelArtifacts:
        """The files of logged models."""
        found: LoggedModelArtifacts = use_case(self._container, "model_artifacts")
        return found

    @cached_property
    def lifecycle(self) -> RunLifecycle:
        """Runs from their start to their end."""
        found: RunLifecycle = use_case(self._container, "lifecycle")
        return found

    @cached_property
    def logging(self) -> RunLogging:
        """What runs write."""
        found: RunLogging = use_case(self._container, "logging")
        return found

    @cached_property
    def model_persistence(self) -> ModelPersistence:
        """The files of models."""
        found: ModelPersistence = use_case(self._container, "model_persistence")
        return found

    @cached_property
    def model_versions(self) -> ModelVersions:
        """Versions of registered models."""
        found: ModelVersions = use_case(self._container, "model_versions")
        return found

    @cached_property
    def prompts(self) -> Prompts:
        """Prompts and their versions."""
        found: Prompts = use_case(self._container, "prompts")
        return found

    @cached_property
    def registered_models(self) -> RegisteredModels:
        """Names under which versions of models are kept."""
        found: RegisteredModels = use_case(self._container, "registered_models")
        return found

    @cached_property
    def search(self) -> RunSearch:
        """Finding runs."""
        found: RunSearch = use_case(self._container, "search")
        return found

    @cached_property
    def webhook_delivery(self) -> WebhookDelivery:
        """Telling webhooks of what happened."""
        found: WebhookDelivery = use_case(self._container, "webhook_delivery")
        return found

    @cached_property
    def webhooks(self) -> Webhooks:
        """Everything else that is done with webhooks."""
        found: Webhooks = use_case(self._container, "webhooks")
        return found


def open_application(settings: Settings, tell: Callable[[RegistryChange], None] | None = None) -> Application:
    """
    The application on the store of `settings`; nothing is connected before it is needed.

    Args:
        tell: Is told of each change of the model registry that webhooks may want to know of; must not block or fail.

    Raises:
        InvalidInput: No backend serves the scheme of the tracking URI.
    """
    backend = _open_backend(settings)
    if tell is not None:
        from genesis_flow.bootstrap_webhooks import telling

        backend = attrs.evolve(backend, open_registry=cache(partial(telling, backend.open_registry, tell)))
    return Application(settings, backend)


#: Use cases that need no more ports than runs do; logging starts faster without the others.
_OF_RUNS: Final = frozenset({"experiments", "lifecycle", "logging", "search"})


class _Container(punq.Container):
    """A container that learns of further ports when a use case needs them."""

    def __init__(self, further: Callable[[punq.Container], None]) -> None:
        super().__init__()
        self._further: Callable[[punq.Container], None] | None = further

    def add_further_ports(self) -> None:
        """Register the ports that are left."""
        further, self._further = self._further, None
        if further is not None:
            further(self)


def _add_model_ports(backend: Backend, container: punq.Container) -> None:
    from genesis_flow.ports.logged_models import LoggedModelRepository

    container.register(
        LoggedModelRepository, factory=backend.open_logged_models, scope=punq.Scope.singleton
    )


def build_container(settings: Settings, backend: Backend) -> punq.Container:
    """A fresh container with every port on `backend`; `use_case` adds use cases to it."""
    from genesis_flow.adapters.system.clock import SystemClock
    from genesis_flow.adapters.system.identifiers import RandomIdentifiers

    container = _Container(partial(_add_model_ports, backend))
    container.register(ExperimentRepository, instance=backend.experiments)
    container.register(RunRepository, instance=backend.runs)
    container.register(Backend, instance=backend)
    open_stores = partial(open_artifact_stores, settings.artifacts_destination)
    container.register(ArtifactStores, factory=open_stores, scope=punq.Scope.singleton)
    container.register(Clock, instance=SystemClock())
    container.register(Identifiers, instance=RandomIdentifiers())
    container.register(ArtifactRoot, instance=ArtifactRoot(settings.artifact_root))
    container.register(Truncation, instance=Truncation(MLFLOW_TRUNCATE_LONG_VALUES.get))
    return container


def use_case(container: punq.Container, name: str) -> Any:
    """The use case with this name in `USE_CASES`, built from the ports of `container`."""
    if name in _REGISTRY_USE_CASES:
        _register_registry(container)
    if name in _WEBHOOK_USE_CASES:
        from genesis_flow.bootstrap_webhooks import register_webhooks

        register_webhooks(container, container.resolve(Backend).open_webhooks())
    module, _, class_name = USE_CASES[name].partition(":")
    kind = getattr(importlib.import_module(module), class_name)
    if name not in _OF_RUNS and isinstance(container, _Container):
        container.add_further_ports()
    container.register(kind, scope=punq.Scope.singleton)
    return container.resolve(kind)


def _register_registry(container: punq.Container) -> None:
    from genesis_flow.ports.model_versions import ModelVersionRepository
    from genesis_flow.ports.registered_models import RegisteredModelRepository

    models, versions = container.resolve(Backend).open_registry()
    container.register(RegisteredModelRepository, instance=models)
    container.register(ModelVersionRepository, instance=versions)


def _open_registry(adapter: str, prefix: str, database: Any) -> Registry:
    return (
        _loaded(adapter, "registered_models", f"{prefix}RegisteredModelRepository", database),
        _loaded(adapter, "model_versions", f"{prefix}ModelVersionRepository", database),
    )


def open_artifact_stores(destination: str | None = None) -> ArtifactStores:
    """The artifact stores of every URI that an adapter serves, and of a server's own if it keeps any."""
    from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStores
    from genesis_flow.adapters.artifacts.progress import TransferProgress

    stores = FsspecArtifactStores(storage_access, TransferProgress(MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.get))
    if destination is None:
        return stores
    from genesis_flow.adapters.artifacts.proxied import ProxiedArtifactStores

    return ProxiedArtifactStores(stores, destination)


def _open_backend(settings: Settings) -> Backend:
    opener = BACKENDS.get(settings.scheme)
    if opener is None:
        raise InvalidInput(
            "tracking_uri",
            f"No store serves the tracking URI '{redacted(settings.tracking_uri)}'. Supported are "
            "mongodb://HOST/DATABASE, mongodb+srv://HOST/DATABASE, sqlite:///FILE and memory://. Tracking servers "
            "(http://) and file stores (./mlruns) are not: genesis-flow talks to databases directly. Where a program "
            "names one, GENESIS_FLOW_REDIRECT=FROM=TO, or `genesis-flow run --redirect FROM=TO`, has it use a store.",
        )
    return opener(settings)


def _open_memory(settings: Settings) -> Backend:
    from genesis_flow.adapters.memory.database import MemoryDatabase
    from genesis_flow.adapters.memory.experiments import MemoryExperimentRepository
    from genesis_flow.adapters.memory.runs import MemoryRunRepository
    from genesis_flow.adapters.system.clock import SystemClock

    database = MemoryDatabase(settings.artifact_root, created_at=SystemClock().now())
    return Backend(
        MemoryExperimentRepository(database),
        MemoryRunRepository(database),
        cache(partial(_open_registry, "memory", "Memory", database)),
        partial(_loaded, "memory", "logged_models", "MemoryLoggedModelRepository", database),
        partial(_loaded, "memory", "webhooks", "MemoryWebhookRepository", database),
        partial(_loaded, "memory", "diagnosis", "MemoryDiagnosis"),
        lambda: None,
    )


def _open_sqlite(settings: Settings) -> Backend:
    from genesis_flow.adapters.sqlite.connection import SqliteDatabase
    from genesis_flow.adapters.sqlite.experiments import SqliteExperimentRepository
    from genesis_flow.adapters.sqlite.runs import SqliteRunRepository
    from genesis_flow.adapters.system.clock import SystemClock

    database = SqliteDatabase(
        path=sqlite_path(settings.tracking_uri),
        artifact_root=settings.artifact_root,
        created_at=SystemClock().now(),
        timeout_s=settings.timeout_s,
    )
    return Backend(
        SqliteExperimentRepository(database),
        SqliteRunRepository(database),
        cache(partial(_open_registry, "sqlite", "Sqlite", database)),
        partial(_loaded, "sqlite", "logged_models", "SqliteLoggedModelRepository", database),
        partial(_loaded, "sqlite", "webhooks", "SqliteWebhookRepository", database),
        partial(_loaded, "sqlite", "diagnosis", "SqliteDiagnosis", database),
        database.close,
    )


def _open_mongo(settings: Settings) -> Backend:
    from genesis_flow.adapters.mongo.experiments import MongoExperimentRepository
    from genesis_flow.adapters.mongo.runs import MongoRunRepository
    from genesis_flow.bootstrap_mongo import open_database

    database = open_database(settings)
    return Backend(
        MongoExperimentRepository(database),
        MongoRunRepository(database),
        cache(partial(_open_registry, "mongo", "Mongo", database)),
        partial(_loaded, "mongo", "logged_models", "MongoLoggedModelRepository", database),
        partial(_loaded, "mongo", "webhooks", "MongoWebhookRepository", database),
        partial(_loaded, "mongo", "diagnosis", "MongoDiagnosis", database),
        database.close,
    )


def _loaded(adapter: str, module: str, name: str, *arguments: Any) -> Any:
    return getattr(importlib.import_module(f"genesis_flow.adapters.{adapter}.{module}"), name)(*arguments)


#: Which function opens the store of a tracking URI, by scheme.
BACKENDS: Final[dict[str, Callable[[Settings], Backend]]] = {
    "memory": _open_memory,
    "sqlite": _open_sqlite,
    "mongodb": _open_mongo,
    "mongodb+srv": _open_mongo,
}
