"""What every `ModelVersionRepository` must do, searches apart."""

from __future__ import annotations

import attrs
import pytest

from genesis_flow.domain.entities.model_version import VersionStage, VersionStatus
from genesis_flow.domain.errors import NotFound
from tests.contracts.registry_samples import added_model, added_version, new_version
from tests.contracts.samples import KEYS, NOW
from tests.contracts.stores import OpensStores, Stores


def stages(stores: Stores, name: str, count: int) -> list[str]:
    """The stages of the first versions of a model."""
    return [stores.versions.get(name, number).stage.value for number in range(1, count + 1)]


class ModelVersionRepositoryContract(OpensStores):
    """What every `ModelVersionRepository` must do, searches apart."""

    def test_what_is_added_is_what_is_read(self, stores: Stores) -> None:
        """`add` returns the stored version, and `get` returns an equal one."""
        name = added_model(stores).name
        new = new_version(
            name, created_at=NOW + 3, source="models:/m-1", storage_location="s3://b/m-1", run_id="r" * 32,
            run_link="https://x/$r", description="$d", user_id="ada", logged_model_id="m-1", tags={"a.b": "$1"},
        )
        added = stores.versions.add(new)
        assert new.with_number(1) == added
        assert (VersionStage.NONE, VersionStatus.READY, None) == (added.stage, added.status, added.status_message)
        assert added == stores.versions.get(name, 1)
        assert NOW + 3 == stores.models.get(name).updated_at

    def test_numbers_rise_from_one(self, stores: Stores) -> None:
        """Each model counts its own versions."""
        first, second = added_model(stores).name, added_model(stores).name
        assert [1, 2, 3] == [added_version(stores, first).version for _ in range(3)]
        assert [1, 2] == [added_version(stores, second).version for _ in range(2)]

    def test_a_number_is_never_given_again(self, stores: Stores) -> None:
        """Numbers of removed versions, the greatest included, are not used again."""
        name = added_model(stores).name
        for _ in range(3):
            added_version(stores, name)
        for number in (1, 3):
            stores.versions.remove(name, number, at=NOW)
        assert [4, 5] == [added_version(stores, name).version for _ in range(2)]

    @pytest.mark.parametrize("number", [-1, 0, 2, 2**63 - 1, 10**10, 10**30])
    def test_what_does_not_exist_is_not_found(self, stores: Stores, number: int) -> None:
        """Every method raises `NotFound` in MLflow's words for a missing version, or model."""
        versions, known = stores.versions, added_version(stores).name
        for name in (known, "no such model"):
            for call in (
                lambda name=name: versions.get(name, number),
                lambda name=name: versions.describe(name, number, "d", at=NOW),
                lambda name=name: versions.move(
                    name, number, VersionStage.STAGING, archiving_others=True, at=NOW
                ),
                lambda name=name: versions.set_tags(name, number, {"a": "b"}),
                lambda name=name: versions.remove_tag(name, number, "a"),
                lambda name=name: versions.remove(name, number, at=NOW),
            ):
                refusal = rf"^Model Version \(name={name}, version={number}\) not found$"
                with pytest.raises(NotFound, match=refusal):
                    call()

    def test_descriptions_are_replaced(self, stores: Stores) -> None:
        """A description can be replaced, emptied and removed, and moves the time of the version only."""
        version = added_version(stores, description="old")
        stores.models.set_alias(version.name, "best", 1)
        for text in ("$new", "", None):
            described = stores.versions.describe(version.name, 1, text, at=NOW + 5)
            assert attrs.evolve(version, description=text, updated_at=NOW + 5, aliases=("best",)) == described
            assert described == stores.versions.get(version.name, 1)
        assert NOW == stores.models.get(version.name).updated_at

    def test_a_version_moves_between_stages(self, stores: Stores) -> None:
        """Any stage follows any other; the times of version and model move; others stay where they are."""
        name = added_version(stores).name
        added_version(stores, name)
        for step, stage in enumerate([*VersionStage, *reversed(VersionStage)]):
            for number in (1, 2):
                moved = stores.versions.move(name, number, stage, archiving_others=False, at=NOW + step)
                assert (stage, NOW + step) == (moved.stage, moved.updated_at)
                assert moved == stores.versions.get(name, number)
            assert NOW + step == stores.models.get(name).updated_at
        assert ["None", "None"] == stages(stores, name, 2)

    def test_moving_can_archive_the_others(self, stores: Stores) -> None:
        """Other versions in that stage are archived at that time, those in other stages are not."""
        name, other = added_model(stores).name, added_model(stores).name
        for number in range(1, 5):
            added_version(stores, name)
            stage = VersionStage.STAGING if number == 4 else VersionStage.PRODUCTION
            stores.versions.move(name, number, stage, archiving_others=False, at=NOW)
        added_version(stores, other)
        stores.versions.move(other, 1, VersionStage.PRODUCTION, archiving_others=False, at=NOW)
        stores.versions.move(name, 2, VersionStage.PRODUCTION, archiving_others=True, at=NOW + 1)
        assert ["Archived", "Production", "Archived", "Staging"] == stages(stores, name, 4)
        assert [NOW + 1, NOW + 1, NOW + 1, NOW] == [stores.versions.get(name, n).updated_at for n in range(1, 5)]
        assert ["Production"] == stages(stores, other, 1)

    def test_moving_can_be_repeated(self, stores: Stores) -> None:
        """A version that is in the stage already stays, and the others are archived all the same."""
        name = added_version(stores).name
        added_version(stores, name)
        for number in (1, 2, 1):
            stores.versions.move(name, number, VersionStage.STAGING, archiving_others=False, at=NOW)
        for _ in range(2):
            stores.versions.move(name, 2, VersionStage.STAGING, archiving_others=True, at=NOW)
            assert ["Archived", "Staging"] == stages(stores, name, 2)

    def test_tags_are_set_replaced_and_removed(self, stores: Stores) -> None:
        """Tags with awkward keys are kept faithfully; removing a missing one does nothing; times stay."""
        version = added_version(stores, tags={"keep": "1"})
        expected = {key: f"$value {place}" for place, key in enumerate(KEYS)}
        stores.versions.set_tags(version.name, 1, expected)
        assert {"keep": "1", **expected} == stores.versions.get(version.name, 1).tags
        stores.versions.set_tags(version.name, 1, {KEYS[0]: ""})
        for key in (*KEYS[1:], "missing"):
            stores.versions.remove_tag(version.name, 1, key)
        assert attrs.evolve(version, tags={"keep": "1", KEYS[0]: ""}) == stores.versions.get(version.name, 1)

    def test_what_is_removed_is_gone(self, stores: Stores) -> None:
        """A removed version takes its tags and aliases with it, and others stay; the model's time moves."""
        name = added_version(stores, tags={"a": "b"}).name
        kept = added_version(stores, name)
        for alias, number in (("x", 1), ("y", 2), ("z", 1)):
            stores.models.set_alias(name, alias, number)
        stores.versions.remove(name, 1, at=NOW + 4)
        with pytest.raises(NotFound):
            stores.versions.get(name, 1)
        with pytest.raises(NotFound):
            stores.versions.remove(name, 1, at=NOW + 4)
        model = stores.models.get(name)
        assert ({"y": 2}, NOW + 4) == (model.aliases, model.updated_at)
        assert attrs.evolve(kept, aliases=("y",)) == stores.versions.get(name, 2)

    def test_the_latest_versions_are_one_for_each_stage(self, stores: Stores) -> None:
        """Of each model and stage, the version with the greatest number is found, without its aliases."""
        names = sorted(added_model(stores).name for _ in range(3))
        for name in names[:2]:
            for number in range(1, 13):
                added_version(stores, name, tags={"n": str(number)})
        production = VersionStage.PRODUCTION
        for number in (3, 9, 5):
            stores.versions.move(names[0], number, production, archiving_others=False, at=NOW)
        stores.versions.move(names[0], 12, VersionStage.ARCHIVED, archiving_others=False, at=NOW)
        stores.versions.remove(names[1], 12, at=NOW)
        stores.models.set_alias(names[0], "best", 9)
        models = [stores.models.get(name) for name in names]
        found = stores.versions.find_latest(models)
        assert [(names[0], 9), (names[0], 11), (names[0], 12), (names[1], 11)] == [
            (version.name, version.version) for version in found
        ]
        assert [attrs.evolve(stores.versions.get(each.name, each.version), aliases=()) for each in found] == list(found)
        assert [] == list(stores.versions.find_latest([]))

    def test_removed_models_have_no_latest_versions(self, stores: Stores) -> None:
        """What was removed since it was read is not found."""
        model = stores.models.get(added_version(stores).name)
        stores.models.remove(model.name)
        assert [] == list(stores.versions.find_latest([model]))
