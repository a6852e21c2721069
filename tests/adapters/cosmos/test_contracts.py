"""The mongo adapter keeps the contracts of its ports on the RU tier of Cosmos DB, as it is emulated."""

from __future__ import annotations

import pytest

from tests.adapters.cosmos.opening import OpensRu
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

# What judges every command gives it a number, which the driver draws from `random`; no example depends on it.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the .random. module inside strategies")


class TestExperiments(OpensRu, ExperimentRepositoryContract):
    """Experiments on the RU tier."""


class TestExperimentLifecycle(OpensRu, ExperimentLifecycleContract):
    """Deleting and restoring experiments on the RU tier."""


class TestRuns(OpensRu, RunRepositoryContract):
    """Runs on the RU tier."""


class TestRunAppend(OpensRu, RunAppendContract):
    """Batches on the RU tier."""


class TestRunInputs(OpensRu, RunInputsContract):
    """Inputs and outputs on the RU tier."""


class TestConcurrency(OpensRu, ConcurrencyContract):
    """Writers at once, on the RU tier."""


class TestRunSearch(OpensRu, RunSearchContract):
    """Searching runs on the RU tier."""


class TestRunPages(OpensRu, RunPagesContract):
    """Pages of runs on the RU tier."""


class TestExperimentSearch(OpensRu, ExperimentSearchContract):
    """Searching experiments on the RU tier."""


class TestDurability(OpensRu, DurabilityContract):
    """Reopening on the RU tier."""


class TestRefusals(OpensRu, RefusalsContract):
    """What is refused, and how."""


class TestRegisteredModels(OpensRu, RegisteredModelRepositoryContract):
    """Registered models on the RU tier."""


class TestModelVersions(OpensRu, ModelVersionRepositoryContract):
    """Versions of registered models on the RU tier."""


class TestRegistrySearch(OpensRu, RegistrySearchContract):
    """Searching the model registry on the RU tier."""


class TestRegistryConcurrency(OpensRu, RegistryConcurrencyContract):
    """Writers at once in the model registry on the RU tier."""


class TestRegistryDurability(OpensRu, RegistryDurabilityContract):
    """What the model registry keeps on the RU tier."""


class TestLoggedModels(OpensRu, LoggedModelRepositoryContract):
    """Logged models on the RU tier."""


class TestLoggedModelMetrics(OpensRu, LoggedModelMetricsContract):
    """Metrics of logged models on the RU tier."""


class TestLoggedModelSearch(OpensRu, LoggedModelSearchContract):
    """Searching logged models on the RU tier."""


class TestWebhooks(OpensRu, WebhookRepositoryContract):
    """Webhooks on the RU tier."""
