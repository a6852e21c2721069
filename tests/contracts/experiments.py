"""What every `ExperimentRepository` must do, searches apart."""

from __future__ import annotations

import pytest

from genesis_flow.domain.errors import AlreadyExists, Inactive, InvalidState, NotFound
from genesis_flow.domain.values.lifecycle import Stage
from tests.contracts.experiment_machine import run_experiment_machine
from tests.contracts.samples import KEYS, NOW, ROOT, added_experiment, new_experiment, scribble, unique
from tests.contracts.searching import experiment_query
from tests.contracts.stores import OpensStores, Stores


class ExperimentRepositoryContract(OpensStores):
    """What every `ExperimentRepository` must do, searches apart."""

    def test_the_default_experiment_exists_from_the_start(self, stores: Stores) -> None:
        """An empty store has the active experiment "0" named "Default"."""
        found = stores.experiments.get("0")
        assert ("0", "Default", Stage.ACTIVE) == (found.id, found.name, found.stage)
        assert found == stores.experiments.get_by_name("Default")

    def test_what_is_added_is_what_is_read(self, stores: Stores) -> None:
        """`add` returns the stored experiment, and `get` and `get_by_name` return an equal one."""
        new = new_experiment(artifact_location="memory://elsewhere", tags={"a.b": "1", "b": ""})
        added = stores.experiments.add(new)
        assert new.with_id(added.id) == added
        assert added == stores.experiments.get(added.id)
        assert added == stores.experiments.get_by_name(new.name)

    def test_artifacts_go_below_the_root_by_default(self, stores: Stores) -> None:
        """Without a location of its own an experiment keeps artifacts in <root>/<id>."""
        added = added_experiment(stores)
        assert f"{ROOT}/{added.id}" == stores.experiments.get(added.id).artifact_location

    def test_ids_rise_and_are_canonical_numbers(self, stores: Stores) -> None:
        """Each new id is a greater whole number, written without leading zeros, of at most 18 digits."""
        ids = [added_experiment(stores).id for _ in range(12)]
        assert ids == [str(int(id)) for id in ids]
        assert ids == sorted(set(ids), key=int)
        assert 0 < int(ids[0]) <= int(ids[-1]) < 10**18

    def test_an_id_is_never_given_twice(self, stores: Stores) -> None:
        """After the newest experiment is purged the next one gets a greater id still."""
        first = added_experiment(stores)
        stores.experiments.remove(first.id, at=NOW)
        stores.experiments.purge(first.id)
        assert int(added_experiment(stores).id) > int(first.id)

    @pytest.mark.parametrize("is_deleted", [False, True])
    def test_names_are_unique_among_all_stages(self, stores: Stores, is_deleted: bool) -> None:
        """A name is taken by active and by deleted experiments."""
        first = added_experiment(stores)
        if is_deleted:
            stores.experiments.remove(first.id, at=NOW)
        with pytest.raises(AlreadyExists) as caught:
            stores.experiments.add(new_experiment(first.name, tags={"a": "b"}))
        assert ("experiment", first.name) == (caught.value.entity, caught.value.key)
        assert {} == stores.experiments.get(first.id).tags

    def test_a_refused_name_leaves_nothing_behind(self, stores: Stores) -> None:
        """A name that was refused still names the first experiment."""
        first = added_experiment(stores)
        with pytest.raises(AlreadyExists):
            stores.experiments.add(new_experiment(first.name))
        assert first == stores.experiments.get_by_name(first.name)

    @pytest.mark.parametrize(
        "other",
        [
            "NAME", "name ", " name", "name.", "na%me", "nam_", "n\u00e1me", "na\u0301me", "name\n", "\u00df",
            "ss", "$name", "x" * 500,
        ],
    )
    def test_names_differ_by_code_points(self, stores: Stores, other: str) -> None:
        """Names are compared exactly: case, spaces and accents count."""
        names = ("name", other)
        added = [stores.experiments.add(new_experiment(name)) for name in names]
        assert added == [stores.experiments.get_by_name(name) for name in names]

    def test_a_purged_name_is_free(self, stores: Stores) -> None:
        """The name of a purged experiment can be used again."""
        first = added_experiment(stores)
        stores.experiments.remove(first.id, at=NOW)
        stores.experiments.purge(first.id)
        again = stores.experiments.add(new_experiment(first.name))
        assert again == stores.experiments.get_by_name(first.name)

    @pytest.mark.parametrize("id", ["999999999", "9223372036854775807"])
    def test_what_does_not_exist_is_not_found(self, stores: Stores, id: str) -> None:
        """Every method that takes an id raises `NotFound` with that id for an unknown one."""
        experiments = stores.experiments
        calls = [
            lambda: experiments.get(id),
            lambda: experiments.rename(id, unique(), at=NOW),
            lambda: experiments.set_tags(id, {"a": "b"}, at=NOW),
            lambda: experiments.remove_tag(id, "a", at=NOW),
            lambda: experiments.remove(id, at=NOW),
            lambda: experiments.restore(id, at=NOW),
            lambda: experiments.purge(id),
        ]
        for call in calls:
            with pytest.raises(NotFound) as caught:
                call()
            assert ("experiment", id) == (caught.value.entity, caught.value.key)

    def test_an_unknown_name_is_not_found(self, stores: Stores) -> None:
        """`get_by_name` raises `NotFound` with the name."""
        with pytest.raises(NotFound) as caught:
            stores.experiments.get_by_name("no such name")
        assert ("experiment", "no such name") == (caught.value.entity, caught.value.key)

    def test_renaming_changes_the_name_and_the_time(self, stores: Stores) -> None:
        """A renamed experiment is found by its new name only, and was updated at the given time."""
        first, name = added_experiment(stores, tags={"a": "b"}), unique()
        stores.experiments.rename(first.id, name, at=NOW + 7)
        found = stores.experiments.get_by_name(name)
        assert (first.id, name, NOW, NOW + 7) == (found.id, found.name, found.created_at, found.updated_at)
        assert {"a": "b"} == found.tags
        with pytest.raises(NotFound):
            stores.experiments.get_by_name(first.name)

    def test_renaming_frees_the_old_name(self, stores: Stores) -> None:
        """The name that an experiment gave up can be used by another."""
        first = added_experiment(stores)
        stores.experiments.rename(first.id, unique(), at=NOW)
        assert first.name == stores.experiments.add(new_experiment(first.name)).name

    def test_an_experiment_may_keep_its_name(self, stores: Stores) -> None:
        """Renaming an experiment to the name that it has succeeds."""
        first = added_experiment(stores)
        stores.experiments.rename(first.id, first.name, at=NOW + 1)
        assert first.name == stores.experiments.get(first.id).name

    @pytest.mark.parametrize("is_deleted", [False, True])
    def test_renaming_to_a_taken_name_is_refused(self, stores: Stores, is_deleted: bool) -> None:
        """Another experiment's name, deleted or not, is refused and nothing changes."""
        first, second = added_experiment(stores), added_experiment(stores)
        if is_deleted:
            stores.experiments.remove(second.id, at=NOW)
        with pytest.raises(AlreadyExists) as caught:
            stores.experiments.rename(first.id, second.name, at=NOW + 1)
        assert ("experiment", second.name) == (caught.value.entity, caught.value.key)
        assert first == stores.experiments.get(first.id)

    def test_a_deleted_experiment_is_not_renamed(self, stores: Stores) -> None:
        """Renaming a deleted experiment raises `InvalidState`."""
        first = added_experiment(stores)
        stores.experiments.remove(first.id, at=NOW)
        with pytest.raises(InvalidState) as caught:
            stores.experiments.rename(first.id, unique(), at=NOW + 1)
        assert ("experiment", first.id) == (caught.value.entity, caught.value.key)
        assert first.name == stores.experiments.get(first.id).name

    def test_tags_are_set_replaced_and_removed(self, stores: Stores) -> None:
        """Tags that are named change, the others stay, and the time of the change is kept."""
        first = added_experiment(stores, tags={"keep": "1", "change": "2", "drop": "3"})
        stores.experiments.set_tags(first.id, {"change": "4", "new": ""}, at=NOW + 1)
        stores.experiments.remove_tag(first.id, "drop", at=NOW + 2)
        found = stores.experiments.get(first.id)
        assert {"keep": "1", "change": "4", "new": ""} == found.tags
        assert NOW + 2 == found.updated_at

    def test_tag_keys_are_stored_faithfully(self, stores: Stores) -> None:
        """Keys with dots, `$`, `%`, accents or other case are different keys, and come back as they were."""
        expected = {key: f"value {place}" for place, key in enumerate(KEYS)}
        first = added_experiment(stores, tags=dict(list(expected.items())[:20]))
        stores.experiments.set_tags(first.id, expected, at=NOW)
        assert expected == stores.experiments.get(first.id).tags
        for key in KEYS:
            stores.experiments.remove_tag(first.id, key, at=NOW)
            del expected[key]
            assert expected == stores.experiments.get(first.id).tags

    def test_a_tag_holds_twenty_thousand_characters(self, stores: Stores) -> None:
        """The longest legal value of a tag comes back whole."""
        value = "\u00e9" * 20_000
        first = added_experiment(stores, tags={"a": value})
        assert {"a": value} == stores.experiments.get(first.id).tags

    def test_removing_a_missing_tag_is_not_found(self, stores: Stores) -> None:
        """A tag that is not there cannot be removed, keys being compared exactly."""
        first = added_experiment(stores, tags={"Key": "1", "a.b": "2"})
        for key in ("key", "a", "b", "a."):
            with pytest.raises(NotFound) as caught:
                stores.experiments.remove_tag(first.id, key, at=NOW)
            assert ("tag", key) == (caught.value.entity, caught.value.key)

    def test_tags_of_a_deleted_experiment_stay(self, stores: Stores) -> None:
        """Tags of a deleted experiment can be neither set nor removed, missing ones included."""
        first = added_experiment(stores, tags={"a": "1"})
        stores.experiments.remove(first.id, at=NOW)
        for call in (
            lambda: stores.experiments.set_tags(first.id, {"a": "2"}, at=NOW),
            lambda: stores.experiments.remove_tag(first.id, "a", at=NOW),
            lambda: stores.experiments.remove_tag(first.id, "missing", at=NOW),
        ):
            with pytest.raises(Inactive) as caught:
                call()
            assert ("experiment", first.id) == (caught.value.entity, caught.value.key)
        assert {"a": "1"} == stores.experiments.get(first.id).tags

    def test_what_was_passed_in_is_not_shared(self, stores: Stores) -> None:
        """Changing a dict that was given to the store changes nothing in it."""
        given = {"a": "1"}
        added = stores.experiments.add(new_experiment(tags=given))
        scribble(given)
        assert {"a": "1"} == stores.experiments.get(added.id).tags
        changes = {"b": "2"}
        stores.experiments.set_tags(added.id, changes, at=NOW)
        scribble(changes)
        assert {"a": "1", "b": "2"} == stores.experiments.get(added.id).tags

    def test_what_is_returned_is_not_shared(self, stores: Stores) -> None:
        """Changing what `add`, `get`, `get_by_name` or `find` returned changes nothing in the store."""
        added = added_experiment(stores, tags={"a": "1"})
        scribble(added.tags)
        scribble(stores.experiments.get(added.id).tags)
        scribble(stores.experiments.get_by_name(added.name).tags)
        for found in stores.experiments.find(experiment_query()).items:
            scribble(found.tags)
        assert {"a": "1"} == stores.experiments.get(added.id).tags

    def test_it_behaves_like_a_dict(self) -> None:
        """Any sequence of operations leaves what the same operations leave in a dict."""
        run_experiment_machine(self.open_stores)
