"""What every model registry must do for writers in several threads at once."""

from __future__ import annotations

from collections import Counter

from genesis_flow.domain.entities.model_version import ModelVersion, VersionStage
from genesis_flow.domain.entities.registered_model import PROMPT_TAG, RegisteredModel
from genesis_flow.domain.errors import AlreadyExists, Conflict, NotFound
from tests.contracts.concurrency import raced
from tests.contracts.registry_samples import added_model, added_version, new_model
from tests.contracts.samples import NOW, unique
from tests.contracts.stores import OpensStores, Stores

WRITERS = 8


def outcome(found: object) -> str:
    """What became of one writer: what it got, or the error that it got instead."""
    return type(found).__name__


class RegistryConcurrencyContract(OpensStores):
    """What every model registry must do for writers in several threads at once."""

    def test_numbers_are_given_once_and_without_gaps(self, stores: Stores) -> None:
        """Writers that register versions of one model at once get 1 to N, and each finds its own."""
        name = added_model(stores).name

        def register(number: int) -> list[int]:
            return [added_version(stores, name, tags={"by": str(number)}).version for _ in range(6)]

        given = raced(register, WRITERS)
        assert list(range(1, 6 * WRITERS + 1)) == sorted(number for numbers in given for number in numbers)
        for writer, numbers in enumerate(given):
            assert {str(writer)} == {stores.versions.get(name, number).tags["by"] for number in numbers}

    def test_one_writer_gets_a_name(self, stores: Stores) -> None:
        """Of writers that want one name, for models and for prompts, exactly one succeeds."""
        name = unique()

        def add(number: int) -> RegisteredModel:
            return stores.models.add(new_model(name, tags={PROMPT_TAG: "true"} if number % 2 else {}))

        found = raced(add, WRITERS)
        assert {"RegisteredModel": 1, "AlreadyExists": WRITERS - 1} == Counter(map(outcome, found))
        (winner,) = (one for one in found if isinstance(one, RegisteredModel))
        assert winner == stores.models.get(name)

    def test_one_writer_renames_to_a_name(self, stores: Stores) -> None:
        """Of models that are renamed to one name at once, exactly one gets it; the others keep theirs."""
        name, olds = unique(), [added_version(stores).name for _ in range(WRITERS)]
        found = raced(lambda number: stores.models.rename(olds[number], name, at=NOW), WRITERS)
        assert {"RegisteredModel": 1, "AlreadyExists": WRITERS - 1} == Counter(map(outcome, found))
        for old, one in zip(olds, found, strict=True):
            known = name if isinstance(one, RegisteredModel) else old
            assert known == stores.versions.get(known, 1).name

    def test_a_model_that_is_renamed_by_many_has_one_name(self, stores: Stores) -> None:
        """After writers gave one model several names at once, it has one of them and the others are free."""
        old = added_version(stores).name
        names = [unique() for _ in range(WRITERS)]
        found = raced(lambda number: stores.models.rename(old, names[number], at=NOW), WRITERS)
        assert {RegisteredModel, Conflict, NotFound} >= {type(one) for one in found}
        (winner,) = (one.name for one in found if isinstance(one, RegisteredModel))
        assert 1 == stores.versions.get(winner, 1).version
        for name in {old, *names} - {winner}:
            assert name == added_model(stores, name=name).name

    def test_an_alias_has_one_holder(self, stores: Stores) -> None:
        """While writers move an alias, every reader finds exactly one version with it."""
        name = added_model(stores).name
        for _ in range(WRITERS):
            added_version(stores, name)
        stores.models.set_alias(name, "best", 1)

        def use(number: int) -> list[tuple[str, ...]]:
            seen = []
            for turn in range(8):
                if number % 2:
                    stores.models.set_alias(name, "best", 1 + (number + turn) % WRITERS)
                else:
                    seen.append(stores.versions.get_by_alias(name, "best").aliases)
            return seen

        seen = raced(use, WRITERS)
        assert {("best",)} == {aliases for each in seen for aliases in each}
        holder = stores.models.get(name).aliases["best"]
        having = [number for number in range(1, WRITERS + 1) if stores.versions.get(name, number).aliases]
        assert [holder] == having

    def test_one_version_is_left_in_production(self, stores: Stores) -> None:
        """Of writers that put versions into production and archive the others at once, one succeeds last."""
        name = added_model(stores).name
        for _ in range(WRITERS):
            added_version(stores, name)
        for _ in range(4):
            found = raced(
                lambda number: stores.versions.move(
                    name, number + 1, VersionStage.PRODUCTION, archiving_others=True, at=NOW
                ),
                WRITERS,
            )
            assert {ModelVersion} == {type(one) for one in found}
            stages = Counter(stores.versions.get(name, number + 1).stage for number in range(WRITERS))
            assert {VersionStage.PRODUCTION: 1, VersionStage.ARCHIVED: WRITERS - 1} == stages

    def test_aliases_do_not_outlive_their_version(self, stores: Stores) -> None:
        """Whoever sets an alias while its version is removed is refused, or the alias goes with it."""
        name = added_model(stores).name
        for turn in range(6):
            number = added_version(stores, name).version

            def use(writer: int, number: int = number) -> None:
                if writer == 0:
                    stores.versions.remove(name, number, at=NOW)
                else:
                    stores.models.set_alias(name, f"a{writer}", number)

            found = raced(use, 4)
            assert {type(None), NotFound} >= {type(one) for one in found}
            assert {} == stores.models.get(name).aliases, turn

    def test_a_model_is_removed_once(self, stores: Stores) -> None:
        """Of writers that remove a model, one succeeds; the name is free, and nothing of it is left."""
        name = added_version(stores).name
        found = raced(lambda number: stores.models.remove(name), WRITERS)
        assert {"NoneType": 1, "NotFound": WRITERS - 1} == Counter(map(outcome, found))
        assert AlreadyExists not in {type(one) for one in found}
        assert 1 == added_version(stores, added_model(stores, name=name).name).version

    def test_tags_of_writers_are_all_kept(self, stores: Stores) -> None:
        """Tags that are written to one model and one version at once are all there."""
        name = added_version(stores).name

        def tag(number: int) -> None:
            for turn in range(4):
                stores.models.set_tags(name, {f"t{number}.{turn}": "1"})
                stores.versions.set_tags(name, 1, {f"t{number}.{turn}": "1"})

        raced(tag, WRITERS)
        expected = {f"t{number}.{turn}" for number in range(WRITERS) for turn in range(4)}
        assert expected == set(stores.models.get(name).tags) == set(stores.versions.get(name, 1).tags)
