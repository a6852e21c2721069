"""The mongo adapter keeps the contracts of its ports on the vCore tier of Cosmos DB."""

from __future__ import annotations

from tests.adapters.cosmos.opening import OpensVcore
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


class TestExperiments(OpensVcore, ExperimentRepositoryContract):
    """Experiments on the vCore tier."""


class TestExperimentLifecycle(OpensVcore, ExperimentLifecycleContract):
    """Deleting and restoring experiments on the vCore tier."""


class TestRuns(OpensVcore, RunRepositoryContract):
    """Runs on the vCore tier."""


class TestRunAppend(OpensVcore, RunAppendContract):
    """Batches on the vCore tier."""


class TestRunInputs(OpensVcore, RunInputsContract):
    """Inputs and outputs on the vCore tier."""


class TestConcurrency(OpensVcore, ConcurrencyContract):
    """Writers at once, on the vCore tier."""


class TestRunSearch(OpensVcore, RunSearchContract):
    """Searching runs on the vCore tier."""


class TestRunPages(OpensVcore, RunPagesContract):
    """Pages of runs on the vCore tier."""


class TestExperimentSearch(OpensVcore, ExperimentSearchContract):
    """Searching experiments on the vCore tier."""


class TestDurability(OpensVcore, DurabilityContract):
    """Reopening on the vCore tier."""


class TestRefusals(OpensVcore, RefusalsContract):
    """What is refused, and how."""


class TestRegisteredModels(OpensVcore, RegisteredModelRepositoryContract):
    """Registered models on the vCore tier."""


class TestModelVersions(OpensVcore, ModelVersionRepositoryContract):
    """Versions of registered models on the vCore tier."""


class TestRegistrySearch(OpensVcore, RegistrySearchContract):
    """Searching the model registry on the vCore tier."""


class TestRegistryConcurrency(OpensVcore, RegistryConcurrencyContract):
    """Writers at once in the model registry on the vCore tier."""


class TestRegistryDurability(OpensVcore, RegistryDurabilityContract):
    """What the model registry keeps on the vCore tier."""


class TestLoggedModels(OpensVcore, LoggedModelRepositoryContract):
    """Logged models on the vCore tier."""


class TestLoggedModelMetrics(OpensVcore, LoggedModelMetricsContract):
    """Metrics of logged models on the vCore tier."""


class TestLoggedModelSearch(OpensVcore, LoggedModelSearchContract):
    """Searching logged models on the vCore tier."""


class TestWebhooks(OpensVcore, WebhookRepositoryContract):
    """Webhooks on the vCore tier."""
