"""What every `RunRepository` must do, apart from batches, inputs and searches."""

from __future__ import annotations

import copy

import attrs
import pytest

from genesis_flow.domain.entities.run import NAME_TAG, ModelOutput
from genesis_flow.domain.errors import AlreadyExists, Inactive, InvalidState, NotFound
from genesis_flow.domain.values.lifecycle import RunStatus, Stage, View
from genesis_flow.domain.values.limits import INT64_MAX
from tests.contracts.run_machine import run_run_machine
from tests.contracts.samples import (
    KEYS,
    NOW,
    added_experiment,
    added_run,
    dataset_input,
    new_run,
    point,
    points,
    scribble,
)
from tests.contracts.searching import run_query
from tests.contracts.stores import OpensStores, Stores

UNKNOWN = "f" * 32


class RunRepositoryContract(OpensStores):
    """What every `RunRepository` must do, apart from batches, inputs and searches."""

    def test_what_is_added_is_what_is_read(self, stores: Stores) -> None:
        """`get` returns a run that equals the one that was added, in every attribute."""
        run = new_run(
            added_experiment(stores).id, name="my run é", tags={"a.b": "1", "$c": ""}, user_id="Ünal",
            status=RunStatus.SCHEDULED, started_at=0, ended_at=17, params={"lr": "0.1", "l.r": ""},
            artifact_uri="memory://elsewhere/%20/x",
        )
        stores.runs.add(run)
        assert run == stores.runs.get(run.id)

    def test_a_run_may_be_added_with_inputs_and_outputs(self, stores: Stores) -> None:
        """Inputs and outputs that a new run has already are stored with it."""
        run = new_run(
            added_experiment(stores).id, dataset_inputs=(dataset_input(tags={"a": "1"}),),
            model_inputs=("m-1",), model_outputs=(ModelOutput("m-2", 3),),
        )
        stores.runs.add(run)
        assert run == stores.runs.get(run.id)

    def test_times_may_be_extreme(self, stores: Stores) -> None:
        """Times are whole milliseconds from 0 to 2**63 - 1, without rounding."""
        run = added_run(stores, started_at=INT64_MAX - 1, ended_at=INT64_MAX)
        assert run == stores.runs.get(run.id)

    def test_ids_may_be_of_any_legal_form(self, stores: Stores) -> None:
        """Ids are compared exactly: case, `-` and `_` count, and 256 characters fit."""
        experiment = added_experiment(stores)
        runs = [new_run(experiment.id, id=id) for id in ("abc", "ABC", "a-c", "a_c", "0", "x" * 256)]
        for run in runs:
            stores.runs.add(run)
        assert runs == [stores.runs.get(run.id) for run in runs]

    def test_a_run_needs_an_experiment(self, stores: Stores) -> None:
        """Adding a run to an unknown experiment raises `NotFound` with its id and stores nothing."""
        run = new_run("999999999")
        with pytest.raises(NotFound) as caught:
            stores.runs.add(run)
        assert ("experiment", "999999999") == (caught.value.entity, caught.value.key)
        with pytest.raises(NotFound):
            stores.runs.get(run.id)

    def test_a_run_needs_an_active_experiment(self, stores: Stores) -> None:
        """Adding a run to a deleted experiment raises `Inactive` and stores nothing."""
        experiment = added_experiment(stores)
        stores.experiments.remove(experiment.id, at=NOW)
        run = new_run(experiment.id)
        with pytest.raises(Inactive) as caught:
            stores.runs.add(run)
        assert ("experiment", experiment.id) == (caught.value.entity, caught.value.key)
        with pytest.raises(NotFound):
            stores.runs.get(run.id)

    def test_an_id_is_used_once(self, stores: Stores) -> None:
        """An id that a run has, in whatever experiment and stage, is refused and that run stays."""
        first, second = added_experiment(stores), added_experiment(stores)
        run = added_run(stores, first.id, params={"p": "1"})
        for is_deleted in (False, True):
            if is_deleted:
                stores.runs.remove(run.id, at=NOW)
            for experiment in (first, second):
                with pytest.raises(AlreadyExists) as caught:
                    stores.runs.add(new_run(experiment.id, id=run.id))
                assert ("run", run.id) == (caught.value.entity, caught.value.key)
        stores.runs.restore(run.id)
        assert run == stores.runs.get(run.id)

    def test_what_does_not_exist_is_not_found(self, stores: Stores) -> None:
        """Every method that takes an id, but `history`, raises `NotFound` with that id for an unknown one."""
        runs = stores.runs
        for call in (
            lambda: runs.get(UNKNOWN),
            lambda: runs.append(UNKNOWN, metrics=[point()]),
            lambda: runs.append(UNKNOWN, params={"a": "b"}),
            lambda: runs.append(UNKNOWN, tags={"a": "b"}),
            lambda: runs.append(UNKNOWN),
            lambda: runs.update(UNKNOWN, status=RunStatus.FAILED),
            lambda: runs.update(UNKNOWN),
            lambda: runs.remove_tag(UNKNOWN, "a"),
            lambda: runs.attach(UNKNOWN, model_inputs=["m-1"]),
            lambda: runs.attach(UNKNOWN),
            lambda: runs.remove(UNKNOWN, at=NOW),
            lambda: runs.restore(UNKNOWN),
            lambda: runs.purge(UNKNOWN),
        ):
            with pytest.raises(NotFound) as caught:
                call()
            assert ("run", UNKNOWN) == (caught.value.entity, caught.value.key)
        assert [] == points(stores, UNKNOWN)

    def test_a_deleted_run_takes_no_writes(self, stores: Stores) -> None:
        """Every write to a deleted run raises `Inactive` and changes nothing; it stays readable."""
        run = added_run(stores, params={"p": "1"}, tags={"t": "1"})
        stores.runs.append(run.id, metrics=[point()])
        stores.runs.remove(run.id, at=NOW)
        before = stores.runs.get(run.id)
        for call in (
            lambda: stores.runs.append(run.id, metrics=[point(step=9)]),
            lambda: stores.runs.append(run.id, params={"q": "1"}),
            lambda: stores.runs.append(run.id, params={"p": "2"}),
            lambda: stores.runs.append(run.id, tags={"t": "2"}),
            lambda: stores.runs.append(run.id),
            lambda: stores.runs.update(run.id, status=RunStatus.FAILED, ended_at=1, name="other"),
            lambda: stores.runs.update(run.id),
            lambda: stores.runs.remove_tag(run.id, "t"),
            lambda: stores.runs.remove_tag(run.id, "missing"),
            lambda: stores.runs.attach(run.id, datasets=[dataset_input()], model_inputs=["m-1"]),
        ):
            with pytest.raises(Inactive) as caught:
                call()
            assert ("run", run.id) == (caught.value.entity, caught.value.key)
        assert before == stores.runs.get(run.id)
        assert [(NOW, 0, "0.5")] == points(stores, run.id)

    def test_update_changes_what_is_given(self, stores: Stores) -> None:
        """`update` changes status, end and name where given, keeps the rest, and returns the run as it is."""
        run = added_run(stores, tags={"a": "1"}, params={"p": "1"})
        assert run == stores.runs.update(run.id)
        changed = stores.runs.update(run.id, status=RunStatus.FINISHED, ended_at=NOW + 5)
        assert attrs.evolve(run, status=RunStatus.FINISHED, ended_at=NOW + 5) == changed
        assert changed == stores.runs.get(run.id)
        again = stores.runs.update(run.id, status=RunStatus.RUNNING)
        assert attrs.evolve(changed, status=RunStatus.RUNNING) == again == stores.runs.get(run.id)

    @pytest.mark.parametrize("status", RunStatus)
    def test_every_status_can_be_stored(self, stores: Stores, status: RunStatus) -> None:
        """A run may go from any status to any other and comes back with it."""
        run = added_run(stores, status=status)
        assert status == stores.runs.get(run.id).status
        for other in RunStatus:
            assert other == stores.runs.update(run.id, status=other).status
            assert other == stores.runs.get(run.id).status

    def test_the_name_is_a_tag(self, stores: Stores) -> None:
        """Renaming a run sets its name tag, and setting the name tag renames it."""
        run = added_run(stores, tags={"a": "1"})
        renamed = stores.runs.update(run.id, name="second")
        assert ("second", {"a": "1", NAME_TAG: "second"}) == (renamed.name, renamed.tags)
        stores.runs.append(run.id, tags={NAME_TAG: "third", "b": "2"})
        found = stores.runs.get(run.id)
        assert ("third", {"a": "1", "b": "2", NAME_TAG: "third"}) == (found.name, found.tags)

    def test_removing_the_name_tag_keeps_the_name(self, stores: Stores) -> None:
        """A run whose name tag is removed keeps its name, as in MLflow, and can be renamed again."""
        run = added_run(stores, name="first", tags={"a": "1"})
        stores.runs.remove_tag(run.id, NAME_TAG)
        found = stores.runs.get(run.id)
        assert ("first", {"a": "1"}) == (found.name, found.tags)
        assert {"a": "1", NAME_TAG: "again"} == stores.runs.update(run.id, name="again").tags

    def test_a_tag_is_removed_alone(self, stores: Stores) -> None:
        """Removing a tag leaves every tag with another key, similar keys included."""
        expected = {key: f"value {place}" for place, key in enumerate(KEYS)}
        run = added_run(stores, tags=expected)
        for key in KEYS:
            stores.runs.remove_tag(run.id, key)
            del expected[key]
            assert {**expected, NAME_TAG: run.name} == stores.runs.get(run.id).tags

    def test_removing_a_missing_tag_is_not_found(self, stores: Stores) -> None:
        """A tag that is not there cannot be removed, keys being compared exactly."""
        run = added_run(stores, tags={"Key": "1", "a.b": "2"})
        for key in ("key", "Key ", "a", "b", "a.", "mlflow"):
            with pytest.raises(NotFound) as caught:
                stores.runs.remove_tag(run.id, key)
            assert ("tag", key) == (caught.value.entity, caught.value.key)
        assert run == stores.runs.get(run.id)

    def test_deletion_is_soft_and_repeatable(self, stores: Stores) -> None:
        """A deleted run is readable with the time of its first deletion; restored, it is as it was."""
        run = added_run(stores, params={"p": "1"})
        stores.runs.remove(run.id, at=NOW + 1)
        stores.runs.remove(run.id, at=NOW + 2)
        assert attrs.evolve(run, stage=Stage.DELETED, deleted_at=NOW + 1) == stores.runs.get(run.id)
        stores.runs.restore(run.id)
        stores.runs.restore(run.id)
        assert run == stores.runs.get(run.id)
        stores.runs.remove(run.id, at=NOW + 9)
        assert NOW + 9 == stores.runs.get(run.id).deleted_at

    def test_a_purged_run_is_gone(self, stores: Stores) -> None:
        """Purging erases a deleted run with its history; other runs are whole."""
        experiment = added_experiment(stores)
        run, kept = added_run(stores, experiment.id), added_run(stores, experiment.id)
        for each in (run, kept):
            stores.runs.append(each.id, metrics=[point(step=step) for step in range(50)])
        stores.runs.remove(run.id, at=NOW)
        stores.runs.purge(run.id)
        with pytest.raises(NotFound):
            stores.runs.get(run.id)
        with pytest.raises(NotFound):
            stores.runs.restore(run.id)
        assert [] == points(stores, run.id)
        assert 50 == len(points(stores, kept.id))

    def test_an_id_of_a_purged_run_starts_afresh(self, stores: Stores) -> None:
        """A run that is added under the id of a purged one has nothing of it."""
        run = added_run(stores)
        stores.runs.append(run.id, metrics=[point()], params={"p": "1"}, tags={"t": "1"})
        stores.runs.remove(run.id, at=NOW)
        stores.runs.purge(run.id)
        stores.runs.add(run)
        assert run == stores.runs.get(run.id)
        assert [] == points(stores, run.id)

    def test_an_active_run_is_not_purged(self, stores: Stores) -> None:
        """Purging an active run raises `InvalidState` and erases nothing."""
        run = added_run(stores)
        stores.runs.append(run.id, metrics=[point()])
        with pytest.raises(InvalidState) as caught:
            stores.runs.purge(run.id)
        assert ("run", run.id) == (caught.value.entity, caught.value.key)
        assert 1 == len(points(stores, run.id))
        assert Stage.ACTIVE == stores.runs.get(run.id).stage

    def test_removed_runs_are_found_oldest_first(self, stores: Stores) -> None:
        """`find_removed` gives deleted runs up to and including a time, oldest first, at most `limit`."""
        experiments = [added_experiment(stores) for _ in range(2)]
        runs = [added_run(stores, experiments[number % 2].id) for number in range(6)]
        for run, at in zip(runs, (50, 20, 40, 10, 30, 60), strict=True):
            stores.runs.remove(run.id, at=at)
        added_run(stores, experiments[0].id)
        stores.runs.restore(runs[4].id)
        oldest = [runs[3].id, runs[1].id, runs[2].id, runs[0].id]
        assert oldest == [run.id for run in stores.runs.find_removed(before=50, limit=100)]
        assert oldest[:2] == [run.id for run in stores.runs.find_removed(before=50, limit=2)]
        assert oldest[:3] == [run.id for run in stores.runs.find_removed(before=49, limit=100)]
        assert [] == list(stores.runs.find_removed(before=9, limit=100))
        first = stores.runs.find_removed(before=10, limit=1)[0]
        assert stores.runs.get(first.id) == first

    def test_runs_of_a_deleted_experiment_are_removed_runs(self, stores: Stores) -> None:
        """`find_removed` sees runs that were deleted with their experiment."""
        experiment = added_experiment(stores)
        run = added_run(stores, experiment.id)
        stores.experiments.remove(experiment.id, at=25)
        assert [run.id] == [found.id for found in stores.runs.find_removed(before=25, limit=9)]
        assert [] == list(stores.runs.find_removed(before=24, limit=9))

    def test_what_is_added_is_not_shared(self, stores: Stores) -> None:
        """Changing what was given to `add` changes nothing in the store."""
        used = dataset_input(tags={"u": "1"})
        run = new_run(
            added_experiment(stores).id, tags={"t": "1"}, params={"p": "1"}, dataset_inputs=(used,)
        )
        expected = copy.deepcopy(run)
        stores.runs.add(run)
        for given in (run.tags, run.params, run.metrics, used.tags):
            scribble(given)
        assert expected == stores.runs.get(run.id)

    def test_what_is_appended_or_attached_is_not_shared(self, stores: Stores) -> None:
        """Changing what was given to `append` or `attach` changes nothing in the store."""
        run = added_run(stores)
        tags, params, metrics, used = {"t": "1"}, {"p": "1"}, [point()], dataset_input(tags={"u": "1"})
        stores.runs.append(run.id, metrics=metrics, params=params, tags=tags)
        stores.runs.attach(run.id, datasets=[used])
        for given in (tags, params, used.tags):
            scribble(given)
        metrics.clear()
        found = stores.runs.get(run.id)
        assert ({"p": "1"}, {"t": "1", NAME_TAG: run.name}) == (found.params, found.tags)
        assert ({"u": "1"}, [point()]) == (found.dataset_inputs[0].tags, list(found.metrics.values()))

    def test_what_is_returned_is_not_shared(self, stores: Stores) -> None:
        """Changing what `get`, `update`, `find` or `find_removed` returned changes nothing in the store."""
        run = added_run(stores, params={"p": "1"})
        stores.runs.append(run.id, metrics=[point()])
        stores.runs.attach(run.id, datasets=[dataset_input(tags={"u": "1"})])
        query = run_query([run.experiment_id], view=View.ALL)
        reads = [
            lambda: stores.runs.get(run.id),
            lambda: stores.runs.update(run.id, name="same"),
            lambda: stores.runs.find(query).items[0],
            lambda: stores.runs.find_removed(before=NOW, limit=1)[0],
        ]
        for read in reads:
            if read is reads[-1]:
                stores.runs.remove(run.id, at=NOW)
            found = read()
            expected = copy.deepcopy(found)
            for mapping in (found.tags, found.params, found.metrics, found.dataset_inputs[0].tags):
                scribble(mapping)
            assert expected == stores.runs.get(run.id)

    def test_it_behaves_like_a_dict(self) -> None:
        """Any sequence of operations leaves what the same operations leave in a dict."""
        run_run_machine(self.open_stores)
