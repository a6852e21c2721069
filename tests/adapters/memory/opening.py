"""How to open an empty store in memory."""

from __future__ import annotations

from genesis_flow.adapters.memory.database import MemoryDatabase
from genesis_flow.adapters.memory.experiments import MemoryExperimentRepository
from genesis_flow.adapters.memory.logged_models import MemoryLoggedModelRepository
from genesis_flow.adapters.memory.model_versions import MemoryModelVersionRepository
from genesis_flow.adapters.memory.registered_models import MemoryRegisteredModelRepository
from genesis_flow.adapters.memory.runs import MemoryRunRepository
from genesis_flow.adapters.memory.webhooks import MemoryWebhookRepository
from tests.contracts.samples import ROOT
from tests.contracts.stores import OpensStores, Stores


def stores_on(database: MemoryDatabase) -> Stores:
    """Repositories over this database."""
    return Stores(
        MemoryExperimentRepository(database),
        MemoryRunRepository(database),
        MemoryRegisteredModelRepository(database),
        MemoryModelVersionRepository(database),
        MemoryLoggedModelRepository(database),
        MemoryWebhookRepository(database),
    )


class OpensMemory(OpensStores):
    """How to open an empty store in memory."""

    store = "memory"

    def open_stores(self) -> Stores:
        return stores_on(MemoryDatabase(ROOT))
