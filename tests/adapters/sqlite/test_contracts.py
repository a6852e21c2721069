"""The SQLite adapter keeps the contracts of its ports."""

from __future__ import annotations

from tests.adapters.sqlite.opening import OpensSqlite
from tests.contracts.concurrency import ConcurrencyContract
from tests.contracts.durability import DurabilityContract
from tests.contracts.experiment_lifecycle import ExperimentLifecycleContract
from tests.contracts.experiment_search import ExperimentSearchContract
from tests.contracts.experiments import ExperimentRepositoryContract
from tests.contracts.logged_model_metrics import LoggedModelMetricsContract
from tests.contracts.logged_model_search import LoggedModelSearchContract
from tests.contracts.logged_models import LoggedModelRepositoryContract
from tests.contracts.model_versions import ModelVersionRepositoryContract
from tests.contracts.refusals import RefusalsContract
from tests.contracts.registered_models import RegisteredModelRepositoryContract
from tests.contracts.registry_concurrency import RegistryConcurrencyContract
from tests.contracts.registry_durability import RegistryDurabilityContract
from tests.contracts.registry_search import RegistrySearchContract
from tests.contracts.run_append import RunAppendContract
from tests.contracts.run_inputs import RunInputsContract
from tests.contracts.run_pages import RunPagesContract
from tests.contracts.run_search import RunSearchContract
from tests.contracts.runs import RunRepositoryContract
from tests.contracts.webhooks import WebhookRepositoryContract


class TestExperiments(OpensSqlite, ExperimentRepositoryContract):
    """Experiments in a SQLite file."""


class TestExperimentLifecycle(OpensSqlite, ExperimentLifecycleContract):
    """Deleting and restoring experiments in a SQLite file."""


class TestRuns(OpensSqlite, RunRepositoryContract):
    """Runs in a SQLite file."""


class TestRunAppend(OpensSqlite, RunAppendContract):
    """Batches in a SQLite file."""


class TestRunInputs(OpensSqlite, RunInputsContract):
    """Inputs and outputs in a SQLite file."""


class TestConcurrency(OpensSqlite, ConcurrencyContract):
    """Writers at once, on a SQLite file."""


class TestDurability(OpensSqlite, DurabilityContract):
    """What a SQLite file keeps when it is closed."""


class TestRunSearch(OpensSqlite, RunSearchContract):
    """Searching runs in a SQLite file."""


class TestRunPages(OpensSqlite, RunPagesContract):
    """Pages of runs in a SQLite file."""


class TestExperimentSearch(OpensSqlite, ExperimentSearchContract):
    """Searching experiments in a SQLite file."""


class TestRefusals(OpensSqlite, RefusalsContract):
    """What is refused, and how."""


class TestRegisteredModels(OpensSqlite, RegisteredModelRepositoryContract):
    """Registered models in a SQLite file."""


class TestModelVersions(OpensSqlite, ModelVersionRepositoryContract):
    """Versions of registered models in a SQLite file."""


class TestRegistrySearch(OpensSqlite, RegistrySearchContract):
    """Searching the model registry in a SQLite file."""


class TestRegistryConcurrency(OpensSqlite, RegistryConcurrencyContract):
    """Writers at once in the model registry in a SQLite file."""


class TestRegistryDurability(OpensSqlite, RegistryDurabilityContract):
    """What the model registry keeps in a SQLite file."""


class TestLoggedModels(OpensSqlite, LoggedModelRepositoryContract):
    """Logged models in a SQLite file."""


class TestLoggedModelMetrics(OpensSqlite, LoggedModelMetricsContract):
    """Metrics of logged models in a SQLite file."""


class TestLoggedModelSearch(OpensSqlite, LoggedModelSearchContract):
    """Searching logged models in a SQLite file."""


class TestWebhooks(OpensSqlite, WebhookRepositoryContract):
    """Webhooks in a SQLite file."""
