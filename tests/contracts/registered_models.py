"""What every `RegisteredModelRepository` must do, searches apart."""

from __future__ import annotations

import pytest

from genesis_flow.domain.errors import AlreadyExists, InvalidInput, NotFound
from tests.contracts.registry_machine import run_registry_machine
from tests.contracts.registry_samples import added_model, added_version, new_model, new_version
from tests.contracts.samples import KEYS, NOW, scribble, unique
from tests.contracts.stores import OpensStores, Stores


class RegisteredModelRepositoryContract(OpensStores):
    """What every `RegisteredModelRepository` must do, searches apart."""

    def test_what_is_added_is_what_is_read(self, stores: Stores) -> None:
        """`add` returns the stored registered model, and `get` returns an equal one."""
        new = new_model(description="d", tags={"a.b": "1", "b": ""})
        added = stores.models.add(new)
        assert new.with_id(added.id) == added
        assert added == stores.models.get(new.name)

    @pytest.mark.parametrize("tag", [{}, {"mlflow.prompt.is_prompt": "true"}])
    def test_names_are_unique_among_models_and_prompts(self, stores: Stores, tag: dict[str, str]) -> None:
        """A name is taken by a model or prompt, and a refused name leaves nothing behind."""
        first = added_model(stores)
        with pytest.raises(AlreadyExists, match=r"^Registered Model \(name=.*\) already exists\.$") as caught:
            stores.models.add(new_model(first.name, tags=tag))
        assert ("registered model", first.name) == (caught.value.entity, caught.value.key)
        assert first == stores.models.get(first.name)

    @pytest.mark.parametrize("other", ["NAME", "name ", "na%me", "nam_", "náme", "na\u0301me", "$name", "x" * 500])
    def test_names_differ_by_code_points(self, stores: Stores, other: str) -> None:
        """Names are compared exactly: case, spaces and accents count."""
        added = [stores.models.add(new_model(name)) for name in ("name", other)]
        assert added == [stores.models.get(name) for name in ("name", other)]

    def test_what_does_not_exist_is_not_found(self, stores: Stores) -> None:
        """Every method that takes a name raises `NotFound` in MLflow's words for an unknown one."""
        models, name = stores.models, unique()
        for call in (
            lambda: models.get(name),
            lambda: models.rename(name, unique(), at=NOW),
            lambda: models.describe(name, "d", at=NOW),
            lambda: models.set_tags(name, {"a": "b"}),
            lambda: models.remove_tag(name, "a"),
            lambda: models.remove_alias(name, "a"),
            lambda: models.remove(name),
            lambda: stores.versions.add(new_version(name)),
            lambda: stores.versions.get_by_alias(name, "a"),
        ):
            with pytest.raises(NotFound, match=rf"^Registered Model with name={name} not found$"):
                call()

    def test_renaming_moves_everything(self, stores: Stores) -> None:
        """Versions, tags and aliases are found by the new name only; times of versions stay."""
        old = added_model(stores, tags={"a": "b"})
        for number in range(3):
            added_version(stores, old.name, tags={"n": str(number)}, created_at=NOW + number)
        stores.models.set_alias(old.name, "best", 2)
        before = [stores.versions.get(old.name, number) for number in (1, 2, 3)]
        name = unique()
        renamed = stores.models.rename(old.name, name, at=NOW + 9)
        assert renamed == stores.models.get(name)
        assert (old.id, {"a": "b"}, {"best": 2}, NOW + 9) == (
            renamed.id, renamed.tags, renamed.aliases, renamed.updated_at,
        )
        for known in before:
            moved = stores.versions.get(name, known.version)
            assert (known.tags, known.updated_at, known.aliases) == (moved.tags, moved.updated_at, moved.aliases)
            with pytest.raises(NotFound):
                stores.versions.get(old.name, known.version)
        assert 2 == stores.versions.get_by_alias(name, "best").version
        assert 4 == added_version(stores, name).version

    def test_renaming_frees_the_old_name_and_takes_the_new_one(self, stores: Stores) -> None:
        """The name that was given up can be used again, and starts at version 1; the new one is taken."""
        old, name = added_version(stores).name, unique()
        stores.models.rename(old, name, at=NOW)
        with pytest.raises(AlreadyExists):
            stores.models.add(new_model(name))
        assert 1 == added_version(stores, added_model(stores, name=old).name).version

    def test_renaming_to_a_taken_name_is_refused(self, stores: Stores) -> None:
        """Another's name is refused and nothing changes; its own name is not."""
        first, second = added_model(stores), added_model(stores)
        with pytest.raises(AlreadyExists):
            stores.models.rename(first.name, second.name, at=NOW + 1)
        assert [first, second] == [stores.models.get(each.name) for each in (first, second)]
        assert NOW + 1 == stores.models.rename(first.name, first.name, at=NOW + 1).updated_at

    def test_descriptions_are_replaced(self, stores: Stores) -> None:
        """A description can be replaced, emptied and removed, and moves the time."""
        model = added_model(stores, description="old", tags={"a": "b"})
        for text in ("$new", "", None):
            described = stores.models.describe(model.name, text, at=NOW + 5)
            assert (text, NOW, NOW + 5) == (described.description, described.created_at, described.updated_at)
            assert described == stores.models.get(model.name)

    def test_tags_are_set_replaced_and_removed(self, stores: Stores) -> None:
        """Tags with awkward keys are kept faithfully; removing a missing one does nothing; times stay."""
        model = added_model(stores, tags={"keep": "1"})
        expected = {key: f"$value {place}" for place, key in enumerate(KEYS)}
        stores.models.set_tags(model.name, expected)
        assert {"keep": "1", **expected} == stores.models.get(model.name).tags
        stores.models.set_tags(model.name, {KEYS[0]: ""})
        for key in (*KEYS[1:], "missing"):
            stores.models.remove_tag(model.name, key)
        found = stores.models.get(model.name)
        assert ({"keep": "1", KEYS[0]: ""}, NOW) == (found.tags, found.updated_at)

    def test_a_tag_holds_a_hundred_thousand_characters(self, stores: Stores) -> None:
        """The longest legal value of a tag comes back whole, from models and versions."""
        value = "é" * 100_000
        version = added_version(stores, tags={"a": value})
        stores.models.set_tags(version.name, {"a": value})
        assert value == stores.models.get(version.name).tags["a"]
        assert value == stores.versions.get(version.name, 1).tags["a"]

    def test_an_alias_names_one_version(self, stores: Stores) -> None:
        """An alias is moved by setting it again; a version may have several, in order."""
        name = added_version(stores).name
        added_version(stores, name)
        for alias, number in (("b", 1), ("a", 1), ("1", 1), ("a", 2), ("é-_", 2), ("A", 2)):
            stores.models.set_alias(name, alias, number)
        assert {"b": 1, "1": 1, "a": 2, "A": 2, "é-_": 2} == stores.models.get(name).aliases
        assert ("1", "b") == stores.versions.get(name, 1).aliases
        assert ("A", "a", "é-_") == stores.versions.get_by_alias(name, "a").aliases
        assert [1, 2, 2] == [stores.versions.get_by_alias(name, alias).version for alias in ("1", "A", "é-_")]

    def test_aliases_are_removed(self, stores: Stores) -> None:
        """A removed alias names nothing; removing a missing one does nothing; case counts."""
        name = added_version(stores).name
        stores.models.set_alias(name, "best", 1)
        stores.models.remove_alias(name, "Best")
        assert {"best": 1} == stores.models.get(name).aliases
        stores.models.remove_alias(name, "best")
        with pytest.raises(InvalidInput, match=r"^Registered model alias best not found\.$"):
            stores.versions.get_by_alias(name, "best")

    @pytest.mark.parametrize("number", [-1, 0, 2, 2**63 - 1, 10**10, 10**30])
    def test_an_alias_needs_a_version(self, stores: Stores, number: int) -> None:
        """An alias cannot be given to a version that does not exist, and stays where it was."""
        name = added_version(stores).name
        stores.models.set_alias(name, "best", 1)
        with pytest.raises(NotFound, match=rf"^Model Version \(name={name}, version={number}\) not found$"):
            stores.models.set_alias(name, "best", number)
        assert {"best": 1} == stores.models.get(name).aliases

    def test_what_is_removed_is_gone(self, stores: Stores) -> None:
        """A removed model takes versions, tags and aliases with it; created again it starts anew."""
        first = added_version(stores, tags={"a": "b"})
        before = stores.models.get(first.name)
        stores.models.set_alias(first.name, "best", 1)
        stores.models.remove(first.name)
        with pytest.raises(NotFound):
            stores.versions.get(first.name, 1)
        again = added_model(stores, name=first.name)
        assert ({}, {}) == (again.tags, again.aliases)
        assert again.id != before.id
        with pytest.raises(NotFound):
            stores.versions.get(first.name, 1)
        assert 1 == added_version(stores, first.name).version
        assert {} == stores.versions.get(first.name, 1).tags

    def test_what_was_passed_in_or_out_is_not_shared(self, stores: Stores) -> None:
        """Changing a dict that was given to the store, or that it gave, changes nothing in it."""
        given = {"a": "1"}
        model = stores.models.add(new_model(tags=given))
        version = added_version(stores, model.name, tags=given)
        for mapping in (given, model.tags, version.tags, stores.models.get(model.name).tags):
            scribble(mapping)
        stores.models.set_alias(model.name, "best", 1)
        scribble(stores.models.get(model.name).aliases)
        found = stores.models.get(model.name)
        assert ({"a": "1"}, {"best": 1}) == (found.tags, found.aliases)
        assert {"a": "1"} == stores.versions.get(model.name, 1).tags

    def test_any_sequence_of_operations_behaves_as_a_dict_model(self) -> None:
        """Whatever is done in whatever order, the registry is what a few dicts would be."""
        run_registry_machine(self.open_stores)
