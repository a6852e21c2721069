"""The memory adapter keeps the contracts of its ports."""

from __future__ import annotations

from tests.adapters.memory.opening import OpensMemory
from tests.contracts.concurrency import ConcurrencyContract
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
from tests.contracts.registry_search import RegistrySearchContract
from tests.contracts.run_append import RunAppendContract
from tests.contracts.run_inputs import RunInputsContract
from tests.contracts.run_pages import RunPagesContract
from tests.contracts.run_search import RunSearchContract
from tests.contracts.runs import RunRepositoryContract
from tests.contracts.webhooks import WebhookRepositoryContract


class TestExperiments(OpensMemory, ExperimentRepositoryContract):
    """Experiments in memory."""


class TestExperimentLifecycle(OpensMemory, ExperimentLifecycleContract):
    """Deleting and restoring experiments in memory."""


class TestRuns(OpensMemory, RunRepositoryContract):
    """Runs in memory."""


class TestRunAppend(OpensMemory, RunAppendContract):
    """Batches in memory."""


class TestRunInputs(OpensMemory, RunInputsContract):
    """Inputs and outputs in memory."""


class TestConcurrency(OpensMemory, ConcurrencyContract):
    """Writers at once, in memory."""


class TestRunSearch(OpensMemory, RunSearchContract):
    """Searching runs in memory."""


class TestRunPages(OpensMemory, RunPagesContract):
    """Pages of runs in memory."""


class TestExperimentSearch(OpensMemory, ExperimentSearchContract):
    """Searching experiments in memory."""


class TestRefusals(OpensMemory, RefusalsContract):
    """What is refused, and how."""


class TestRegisteredModels(OpensMemory, RegisteredModelRepositoryContract):
    """Registered models in memory."""


class TestModelVersions(OpensMemory, ModelVersionRepositoryContract):
    """Versions of registered models in memory."""


class TestRegistrySearch(OpensMemory, RegistrySearchContract):
    """Searching the model registry in memory."""


class TestRegistryConcurrency(OpensMemory, RegistryConcurrencyContract):
    """Writers at once in the model registry in memory."""


class TestLoggedModels(OpensMemory, LoggedModelRepositoryContract):
    """Logged models in memory."""


class TestLoggedModelMetrics(OpensMemory, LoggedModelMetricsContract):
    """Metrics of logged models in memory."""


class TestLoggedModelSearch(OpensMemory, LoggedModelSearchContract):
    """Searching logged models in memory."""


class TestWebhooks(OpensMemory, WebhookRepositoryContract):
    """Webhooks in memory."""
