"""The MongoDB adapter keeps the contracts of its ports."""

from __future__ import annotations

from tests.adapters.mongo.opening import OpensMongo
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


class TestExperiments(OpensMongo, ExperimentRepositoryContract):
    """Experiments in MongoDB."""


class TestExperimentLifecycle(OpensMongo, ExperimentLifecycleContract):
    """Deleting and restoring experiments in MongoDB."""


class TestRuns(OpensMongo, RunRepositoryContract):
    """Runs in MongoDB."""


class TestRunAppend(OpensMongo, RunAppendContract):
    """Batches in MongoDB."""


class TestRunInputs(OpensMongo, RunInputsContract):
    """Inputs and outputs in MongoDB."""


class TestConcurrency(OpensMongo, ConcurrencyContract):
    """Writers at once, in MongoDB."""


class TestRunSearch(OpensMongo, RunSearchContract):
    """Searching runs in MongoDB."""


class TestRunPages(OpensMongo, RunPagesContract):
    """Pages of runs in MongoDB."""


class TestExperimentSearch(OpensMongo, ExperimentSearchContract):
    """Searching experiments in MongoDB."""


class TestDurability(OpensMongo, DurabilityContract):
    """Reopening a MongoDB database."""


class TestRefusals(OpensMongo, RefusalsContract):
    """What is refused, and how."""


class TestRegisteredModels(OpensMongo, RegisteredModelRepositoryContract):
    """Registered models in MongoDB."""


class TestModelVersions(OpensMongo, ModelVersionRepositoryContract):
    """Versions of registered models in MongoDB."""


class TestRegistrySearch(OpensMongo, RegistrySearchContract):
    """Searching the model registry in MongoDB."""


class TestRegistryConcurrency(OpensMongo, RegistryConcurrencyContract):
    """Writers at once in the model registry in MongoDB."""


class TestRegistryDurability(OpensMongo, RegistryDurabilityContract):
    """What the model registry keeps in MongoDB."""


class TestLoggedModels(OpensMongo, LoggedModelRepositoryContract):
    """Logged models in MongoDB."""


class TestLoggedModelMetrics(OpensMongo, LoggedModelMetricsContract):
    """Metrics of logged models in MongoDB."""


class TestLoggedModelSearch(OpensMongo, LoggedModelSearchContract):
    """Searching logged models in MongoDB."""


class TestWebhooks(OpensMongo, WebhookRepositoryContract):
    """Webhooks in MongoDB."""
