"""How to open an empty store in memory."""

from __future__ import annotations

from genesis_flow.adapters.memory.database import MemoryDatabase
from genesis_flow.adapters.memory.experiments import MemoryExperimentRepository
from genesis_flow.adapters.memory.model_versions import MemoryModelVersionRepository
from genesis_flow.adapters.memory.registered_models import MemoryRegisteredModelRepository
from genesis_flow.adapters.memory.runs import MemoryRunRepository
from tests.contracts.samples import ROOT
from tests.contracts.stores import OpensStores, Stores


class OpensMemory(OpensStores):
    """How to open an empty store in memory."""

    def open_stores(self) -> Stores:
        database = MemoryDatabase(ROOT)
        return Stores(
            MemoryExperimentRepository(database),
            MemoryRunRepository(database),
            MemoryRegisteredModelRepository(database),
            MemoryModelVersionRepository(database),
        )
