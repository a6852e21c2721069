"""What every pair of repositories must do when experiments are deleted, restored and purged."""

from __future__ import annotations

import pytest

from genesis_flow.domain.errors import InvalidState, NotFound
from genesis_flow.domain.values.lifecycle import Stage, View
from tests.contracts.samples import NOW, added_experiment, added_run, point, points
from tests.contracts.searching import run_query
from tests.contracts.stores import OpensStores, Stores


class ExperimentLifecycleContract(OpensStores):
    """What every pair of repositories must do when experiments are deleted, restored and purged."""

    def test_a_deleted_experiment_stays_readable(self, stores: Stores) -> None:
        """A deleted experiment keeps everything but its stage and the time of the last change."""
        first = added_experiment(stores, tags={"a": "1"})
        stores.experiments.remove(first.id, at=NOW + 3)
        found = stores.experiments.get(first.id)
        assert (Stage.DELETED, NOW + 3, NOW) == (found.stage, found.updated_at, found.created_at)
        assert (first.name, first.artifact_location, {"a": "1"}) == (
            found.name, found.artifact_location, found.tags,
        )
        assert found == stores.experiments.get_by_name(first.name)

    def test_deleting_an_experiment_deletes_its_runs(self, stores: Stores) -> None:
        """All runs of a deleted experiment are deleted at that time, and no others."""
        first, other = added_experiment(stores), added_experiment(stores)
        runs = [added_run(stores, first.id) for _ in range(3)]
        kept = added_run(stores, other.id)
        stores.experiments.remove(first.id, at=NOW + 5)
        after = [stores.runs.get(run.id) for run in runs]
        assert [(Stage.DELETED, NOW + 5)] * 3 == [(run.stage, run.deleted_at) for run in after]
        assert kept == stores.runs.get(kept.id)
        assert Stage.ACTIVE == stores.experiments.get(other.id).stage

    def test_similar_ids_are_different_experiments(self, stores: Stores) -> None:
        """Deleting experiment 1 leaves 10, 11 and 100 alone: ids are not compared by their beginning."""
        experiments = [added_experiment(stores) for _ in range(12)]
        runs = [added_run(stores, experiment.id) for experiment in experiments]
        stores.experiments.remove(experiments[0].id, at=NOW)
        active = [run.id for run in runs if stores.runs.get(run.id).stage is Stage.ACTIVE]
        assert [run.id for run in runs[1:]] == active

    def test_restoring_an_experiment_restores_all_of_its_runs(self, stores: Stores) -> None:
        """Restoring brings back all runs, those that were deleted before the experiment included."""
        first = added_experiment(stores)
        early, late = added_run(stores, first.id), added_run(stores, first.id)
        stores.runs.remove(early.id, at=NOW + 1)
        stores.experiments.remove(first.id, at=NOW + 2)
        stores.experiments.restore(first.id, at=NOW + 9)
        assert early == stores.runs.get(early.id)
        assert late == stores.runs.get(late.id)
        found = stores.experiments.get(first.id)
        assert (Stage.ACTIVE, NOW + 9) == (found.stage, found.updated_at)

    def test_a_restored_experiment_can_be_written(self, stores: Stores) -> None:
        """After restoring, the experiment and its runs take writes again."""
        first = added_experiment(stores)
        run = added_run(stores, first.id)
        stores.experiments.remove(first.id, at=NOW)
        stores.experiments.restore(first.id, at=NOW)
        stores.experiments.set_tags(first.id, {"a": "1"}, at=NOW)
        stores.runs.append(run.id, params={"p": "1"})
        added_run(stores, first.id)
        assert {"p": "1"} == stores.runs.get(run.id).params

    def test_only_an_active_experiment_is_deleted(self, stores: Stores) -> None:
        """Deleting a deleted experiment raises `NotFound` and leaves the time of its deletion."""
        first = added_experiment(stores)
        stores.experiments.remove(first.id, at=NOW + 1)
        with pytest.raises(NotFound) as caught:
            stores.experiments.remove(first.id, at=NOW + 2)
        assert ("experiment", first.id) == (caught.value.entity, caught.value.key)
        assert NOW + 1 == stores.experiments.get(first.id).updated_at

    def test_only_a_deleted_experiment_is_restored(self, stores: Stores) -> None:
        """Restoring an active experiment raises `NotFound` and leaves its deleted runs deleted."""
        first = added_experiment(stores)
        run = added_run(stores, first.id)
        stores.runs.remove(run.id, at=NOW)
        with pytest.raises(NotFound) as caught:
            stores.experiments.restore(first.id, at=NOW + 2)
        assert ("experiment", first.id) == (caught.value.entity, caught.value.key)
        assert Stage.DELETED == stores.runs.get(run.id).stage
        assert first == stores.experiments.get(first.id)

    def test_the_default_experiment_can_be_deleted(self, stores: Stores) -> None:
        """Experiment "0" is deleted and restored like any other."""
        stores.experiments.remove("0", at=NOW)
        assert Stage.DELETED == stores.experiments.get("0").stage
        stores.experiments.restore("0", at=NOW)
        assert Stage.ACTIVE == stores.experiments.get("0").stage

    def test_a_run_of_a_deleted_experiment_can_be_restored(self, stores: Stores) -> None:
        """Restoring one run of a deleted experiment leaves the experiment and the other runs deleted."""
        first = added_experiment(stores)
        run, other = added_run(stores, first.id), added_run(stores, first.id)
        stores.experiments.remove(first.id, at=NOW)
        stores.runs.restore(run.id)
        stores.runs.append(run.id, tags={"a": "1"})
        assert "1" == stores.runs.get(run.id).tags["a"]
        assert Stage.DELETED == stores.runs.get(other.id).stage
        assert Stage.DELETED == stores.experiments.get(first.id).stage

    def test_purging_erases_experiment_runs_and_histories(self, stores: Stores) -> None:
        """After a purge nothing of the experiment can be read, and other experiments are whole."""
        first, other = added_experiment(stores), added_experiment(stores)
        runs = [added_run(stores, first.id) for _ in range(3)]
        kept = added_run(stores, other.id)
        for run in (*runs, kept):
            stores.runs.append(run.id, metrics=[point(step=step) for step in range(5)])
        before = stores.runs.get(kept.id)
        stores.experiments.remove(first.id, at=NOW)
        stores.experiments.purge(first.id)
        for run in runs:
            with pytest.raises(NotFound):
                stores.runs.get(run.id)
            assert [] == points(stores, run.id)
        with pytest.raises(NotFound):
            stores.experiments.get(first.id)
        with pytest.raises(NotFound):
            stores.experiments.get_by_name(first.name)
        found = stores.runs.find(run_query([first.id], view=View.ALL))
        assert [] == list(found.items)
        assert before == stores.runs.get(kept.id)
        assert 5 == len(points(stores, kept.id))

    def test_an_active_experiment_is_not_purged(self, stores: Stores) -> None:
        """Purging an active experiment raises `InvalidState` and erases nothing."""
        first = added_experiment(stores)
        run = added_run(stores, first.id)
        with pytest.raises(InvalidState) as caught:
            stores.experiments.purge(first.id)
        assert ("experiment", first.id) == (caught.value.entity, caught.value.key)
        assert first == stores.experiments.get(first.id)
        assert run == stores.runs.get(run.id)

    def test_purging_takes_restored_runs_along(self, stores: Stores) -> None:
        """A run that was restored in a deleted experiment is erased with it all the same."""
        first = added_experiment(stores)
        run = added_run(stores, first.id)
        stores.experiments.remove(first.id, at=NOW)
        stores.runs.restore(run.id)
        stores.experiments.purge(first.id)
        with pytest.raises(NotFound):
            stores.runs.get(run.id)
