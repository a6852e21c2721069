"""What every durable model registry must keep."""

from __future__ import annotations

import pytest

from genesis_flow.domain.entities.model_version import VersionStage
from genesis_flow.domain.errors import AlreadyExists
from tests.contracts.durability import reopened
from tests.contracts.registry_samples import added_model, added_version, new_model
from tests.contracts.samples import KEYS, NOW, unique
from tests.contracts.stores import OpensStores, Stores


class RegistryDurabilityContract(OpensStores):
    """What every durable model registry must keep."""

    def test_the_registry_survives(self, stores: Stores) -> None:
        """Models, versions, tags, aliases and numbers are the same after reopening."""
        old = added_model(stores, description="é", tags=dict.fromkeys(KEYS, "é")).name
        for number in range(1, 4):
            added_version(stores, old, run_id=f"r{number}", tags=dict.fromkeys(KEYS, str(number)))
        stores.models.set_alias(old, "best", 2)
        stores.versions.move(old, 2, VersionStage.PRODUCTION, archiving_others=True, at=NOW + 1)
        stores.versions.remove(old, 3, at=NOW + 2)
        name = unique()
        stores.models.rename(old, name, at=NOW + 3)
        before = [stores.versions.get(name, 1), stores.versions.get(name, 2), stores.models.get(name)]
        again = reopened(stores)
        assert before == [again.versions.get(name, 1), again.versions.get(name, 2), again.models.get(name)]
        assert before[1] == again.versions.get_by_alias(name, "best")
        assert 4 == added_version(again, name).version
        with pytest.raises(AlreadyExists):
            again.models.add(new_model(name))
        assert 1 == added_version(again, added_model(again, name=old).name).version
        again.close()
