"""
The mongo adapter keeps the contracts of its ports with the options of the vCore tier, on the engine of that tier.

The other suites run on the same engine with MongoDB's dialect, from which this one differs by options only.
"""

from __future__ import annotations

from tests.adapters.cosmos.opening import OpensVcore
from tests.contracts.durability import DurabilityContract
from tests.contracts.experiments import ExperimentRepositoryContract
from tests.contracts.logged_models import LoggedModelRepositoryContract
from tests.contracts.model_versions import ModelVersionRepositoryContract
from tests.contracts.registered_models import RegisteredModelRepositoryContract
from tests.contracts.run_append import RunAppendContract
from tests.contracts.runs import RunRepositoryContract


class TestExperiments(OpensVcore, ExperimentRepositoryContract):
    """Experiments on the vCore tier."""


class TestRuns(OpensVcore, RunRepositoryContract):
    """Runs on the vCore tier."""


class TestRunAppend(OpensVcore, RunAppendContract):
    """Batches on the vCore tier."""


class TestDurability(OpensVcore, DurabilityContract):
    """Reopening on the vCore tier."""


class TestRegisteredModels(OpensVcore, RegisteredModelRepositoryContract):
    """Registered models on the vCore tier."""


class TestModelVersions(OpensVcore, ModelVersionRepositoryContract):
    """Versions of registered models on the vCore tier."""


class TestLoggedModels(OpensVcore, LoggedModelRepositoryContract):
    """Logged models on the vCore tier."""
