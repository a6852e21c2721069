"""
The state of a process: the chosen URIs, the open applications, and each thread's stack of active runs.

The only module with mutable global state.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from genesis_flow import settings
from genesis_flow.settings import Settings

if TYPE_CHECKING:
    from genesis_flow.api.async_logging import AsyncLogging
    from genesis_flow.api.webhook_queue import WebhookQueue
    from genesis_flow.bootstrap import Application
    from genesis_flow.domain.entities.registry_change import RegistryChange
    from genesis_flow.domain.use_cases.artifacts import Artifacts
    from genesis_flow.domain.use_cases.model_directories import ModelDirectories
    from genesis_flow.domain.use_cases.plugins import Plugins
    from genesis_flow.domain.use_cases.version_signatures import VersionSignatures
    from genesis_flow.domain.values.trust_policy import TrustPolicy

T = TypeVar("T")

#: What `shared` calls the models that this process wrote, and what it knows of runs: both belong to one use of it.
OWN_MODELS: Final = "own models"
RUN_LINKS: Final = "run links"

#: Seconds for what webhooks were not told yet when a store is closed.
_LAST_DELIVERIES_S: Final = 5.0

#: More stores than this are rarely open in one process; the least recently used is closed.
MOST_APPLICATIONS: Final = 32


class _Thread(threading.local):
    """What every thread has of its own."""

    def __init__(self) -> None:
        self.stack: list[Any] = []  # of ActiveRun, which is built on this module
        self.last_run_id: str | None = None
        self.last_model_id: str | None = None
        self.active_model_id: str | None = None
        self.is_model_chosen = False  # until then the environment decides


class _Process:
    """What all threads share."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.tracking_uri: str | None = None
        self.registry_uri: str | None = None
        self.experiment_id: str | None = None
        self.trust_policy: TrustPolicy | None = None
        self.is_async = False
        self.applications: OrderedDict[Settings, Application] = OrderedDict()
        self.queues: dict[Settings, AsyncLogging] = {}
        self.webhooks: dict[Settings, WebhookQueue] = {}
        self.shared: dict[str, Any] = {}
        self.volatile: dict[str, Settings] = {}
        self.settings: dict[str, tuple[Hashable, Settings]] = {}
        self.said: set[tuple[str, str]] = set()  # which redirects


_thread = _Thread()
_process = _Process()


def _after_fork_in_child() -> None:
    """A child has no active runs, and nobody would release a lock that another thread held."""
    global _thread
    _thread = _Thread()
    _process.lock = threading.RLock()
    _process.queues, _process.webhooks = {}, {}


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def tracking_uri() -> str:
    """The URI in force: set explicitly, else from the environment, else the embedded default."""
    return _process.tracking_uri or settings.default_tracking_uri()


def is_tracking_uri_set() -> bool:
    """Whether the program or the environment chose a tracking URI."""
    return bool(_process.tracking_uri or settings.MLFLOW_TRACKING_URI.get())


def set_tracking_uri(uri: str) -> None:
    """Choose a tracking URI for this process and its future children; "" goes back to the default."""
    _process.tracking_uri = uri or None
    if uri:
        settings.MLFLOW_TRACKING_URI.set(uri)
    else:
        settings.MLFLOW_TRACKING_URI.unset()


def registry_uri() -> str:
    """The URI of the model registry: set explicitly, else from the environment, else the tracking URI."""
    return chosen_registry_uri() or tracking_uri()


def chosen_registry_uri() -> str | None:
    """The URI of the model registry, None where neither the program nor the environment chose one."""
    return _process.registry_uri or settings.MLFLOW_REGISTRY_URI.get()


def set_registry_uri(uri: str) -> None:
    """Choose a registry URI for this process; "" goes back to the tracking URI."""
    _process.registry_uri = uri or None


def application(uri: str | None = None) -> Application:
    """
    The application on `uri` (by default the tracking URI in force), opened once.

    Raises:
        InvalidInput: No store serves the URI, or a setting of the environment is wrong.
    """
    wanted = _settings_of(uri or tracking_uri())
    with _process.lock:
        found = _process.applications.get(wanted)
        if found is None:
            from genesis_flow.bootstrap import open_application

            tell = partial(_tell, wanted) if wanted.tells_webhooks else None
            found = _process.applications[wanted] = open_application(wanted, tell)
            if tell is not None:
                try:
                    _webhook_queue(wanted)  # here, so that a wrong setting fails before anything is changed
                except BaseException:
                    _process.applications.pop(wanted).close()
                    raise
            _close_those_too_many()
        _process.applications.move_to_end(wanted)
        return found


def _settings_of(uri: str) -> Settings:
    """The settings of a store; those of one in memory stay what they were, or its contents would be lost."""
    known = _process.volatile.get(uri)
    if known is not None:
        return known
    surroundings = settings.surroundings()
    then, found = _process.settings.get(uri, (None, None))
    if found is None or then != surroundings:
        found = settings.settings_for(redirected(uri))
        if found.scheme == "memory":
            return _process.volatile.setdefault(uri, found)
        if len(_process.settings) >= MOST_APPLICATIONS:
            _process.settings.clear()
        _process.settings[uri] = surroundings, found
    return found


def redirected(uri: str) -> str:
    """The store that is used for `uri`: itself, unless whoever runs the program chose another one for it."""
    if not settings.GENESIS_FLOW_REDIRECT.is_set():
        return uri
    from genesis_flow.api.redirecting import store_for

    return store_for(uri, _process.said)


def _close_those_too_many() -> None:
    durable = [each for each in _process.applications if each not in _process.volatile.values()]
    for oldest in durable[: max(0, len(durable) - MOST_APPLICATIONS)]:
        queue = _process.queues.pop(oldest, None)
        if queue is not None:
            queue.close()
        _close_webhooks(oldest)
        _process.applications.pop(oldest).close()


def _tell(wanted: Settings, change: RegistryChange) -> None:
    """Tell webhooks of a change in a store, in the background."""
    queue = _webhook_queue(wanted)
    if queue is not None:  # nothing is told of what is done with a store that another thread closes meanwhile
        queue.put(change)


def _webhook_queue(wanted: Settings) -> WebhookQueue | None:
    """The queue of an open store, None for one that is closed."""
    from genesis_flow.api.async_logging import call_at_end_of_child
    from genesis_flow.api.webhook_queue import WebhookQueue

    with _process.lock:
        queue, application = _process.webhooks.get(wanted), _process.applications.get(wanted)
        if queue is None and application is not None:
            queue = _process.webhooks[wanted] = WebhookQueue(application.webhook_delivery)
            call_at_end_of_child(partial(_close_webhooks, wanted))
        return queue


def forget_webhooks(application: Application) -> None:
    """Look up anew which webhooks of a store are told of what."""
    queue = _process.webhooks.get(application.settings)
    if queue is not None:
        queue.forget()


def _close_webhooks(wanted: Settings) -> None:
    queue = _process.webhooks.pop(wanted, None)
    if queue is not None:
        queue.close(_LAST_DELIVERIES_S)


def artifacts_for(uri: str | None = None) -> Artifacts:
    """The artifact use cases on `uri`, by default the tracking URI in force."""
    return application(uri).artifacts


def model_directories() -> ModelDirectories:
    """Models on the local disk."""
    from genesis_flow.bootstrap_models import open_model_directories

    return shared("model directories", open_model_directories)


def plugins() -> Plugins:
    """The flavors that are installed."""
    from genesis_flow.bootstrap_models import open_plugins

    return shared("plugins", open_plugins)


def version_signatures() -> VersionSignatures:
    """Signing, and finding out whether signatures are valid."""
    from genesis_flow.bootstrap_models import open_version_signatures

    return shared("version signatures", open_version_signatures)


def trust_policy() -> TrustPolicy | None:
    """What the program trusts of registered models, None where it leaves that to the environment."""
    return _process.trust_policy


def set_trust_policy(policy: TrustPolicy | None) -> None:
    """Choose what is trusted of registered models."""
    _process.trust_policy = policy


def async_logging(uri: str | None = None) -> AsyncLogging:
    """The queue of background writes to `uri`, by default the tracking URI in force."""
    from genesis_flow.api.async_logging import AsyncLogging

    target = application(uri)
    with _process.lock:
        if target.settings not in _process.queues:
            _process.queues[target.settings] = AsyncLogging(target.logging.log_batch)
        return _process.queues[target.settings]


def flush_async_logging() -> None:
    """Wait until everything that was queued for background writing is written or has failed."""
    for queue in list(_process.queues.values()):
        queue.flush()


def is_async() -> bool:
    """Whether logging calls that do not say so write in the background."""
    return _process.is_async or settings.MLFLOW_ENABLE_ASYNC_LOGGING.get()


def set_async(is_on: bool) -> None:
    """Choose whether logging calls that do not say so write in the background."""
    _process.is_async = is_on
    settings.MLFLOW_ENABLE_ASYNC_LOGGING.set(is_on)


def experiment_id() -> str | None:
    """The experiment chosen with `set_experiment`, None where none was."""
    return _process.experiment_id


def set_experiment_id(id: str | None) -> None:
    """Choose the experiment of new runs for this process and its future children."""
    _process.experiment_id = id
    if id is None:
        settings.MLFLOW_EXPERIMENT_ID.unset()
    else:
        settings.MLFLOW_EXPERIMENT_ID.set(id)


def active_runs() -> list[Any]:
    """This thread's stack of `ActiveRun`s, the innermost last; it is the stack itself."""
    return _thread.stack


def last_run_id() -> str | None:
    """The run that this thread ended last."""
    return _thread.last_run_id


def set_last_run_id(run_id: str | None) -> None:
    """Note the run that this thread ended last."""
    _thread.last_run_id = run_id


def last_model_id() -> str | None:
    """The logged model that this thread created last."""
    return _thread.last_model_id


def set_last_model_id(model_id: str | None) -> None:
    """Note the logged model that this thread created last."""
    _thread.last_model_id = model_id


def active_model_id() -> str | None:
    """This thread's active logged model, at first what the environment says."""
    if not _thread.is_model_chosen:
        set_active_model_id(settings.active_model_id())
    return _thread.active_model_id


def set_active_model_id(model_id: str | None) -> None:
    """Choose this thread's active logged model."""
    _thread.active_model_id, _thread.is_model_chosen = model_id, True


def clear_active_model() -> None:
    """Have no active logged model in this thread, nor in the environment."""
    settings.unset_active_model_id()
    set_active_model_id(None)


def shared(name: str, make: Callable[[], T]) -> T:
    """The object called `name` that this process keeps; made at first use."""
    with _process.lock:
        if name not in _process.shared:
            _process.shared[name] = make()
        found: T = _process.shared[name]
        return found


def close_all() -> None:
    """Write and tell what is queued, then close every store; the next use opens them again."""
    flush_async_logging()
    with _process.lock:
        for queue in _process.queues.values():
            queue.close()
        _process.queues.clear()
        for wanted in list(_process.webhooks):
            _close_webhooks(wanted)
        while _process.applications:
            _process.applications.popitem()[1].close()
        _process.volatile.clear()


def reset() -> None:
    """Close everything and forget every choice (for tests and notebooks)."""
    close_all()
    if _process.tracking_uri is not None:
        set_tracking_uri("")
    if _process.experiment_id is not None:
        set_experiment_id(None)
    if _process.is_async:
        set_async(False)
    _process.registry_uri = _process.trust_policy = None
    _thread.stack.clear()
    _thread.last_run_id = _thread.last_model_id = None
    _thread.active_model_id, _thread.is_model_chosen = None, False
    _process.shared.pop(OWN_MODELS, None)
    _process.shared.pop(RUN_LINKS, None)
    _process.said.clear()


atexit.register(close_all)
