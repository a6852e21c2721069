"""What every durable pair of repositories must keep."""

from __future__ import annotations

import attrs
import pytest

from genesis_flow.domain.entities.run import ModelOutput
from genesis_flow.domain.errors import AlreadyExists, ParamConflict
from genesis_flow.domain.values.lifecycle import RunStatus, View
from tests.contracts.samples import (
    KEYS,
    NOW,
    added_experiment,
    added_run,
    dataset_input,
    new_experiment,
    point,
    points,
)
from tests.contracts.searching import attribute, rising, run_query
from tests.contracts.stores import Capability, OpensStores, Stores


def reopened(stores: Stores) -> Stores:
    """The same store, closed and opened anew."""
    assert Capability.DURABLE in stores.capabilities
    assert stores.reopen is not None
    stores.close()
    return stores.reopen()


class DurabilityContract(OpensStores):
    """What every durable pair of repositories must keep; `Stores.close` may be called twice."""

    def test_experiments_survive(self, stores: Stores) -> None:
        """Experiments are the same after reopening, and new ids go on rising."""
        first = added_experiment(stores, tags=dict.fromkeys(KEYS, "é"))
        second = added_experiment(stores)
        stores.experiments.remove(second.id, at=NOW + 1)
        removed = stores.experiments.get(second.id)
        again = reopened(stores)
        assert [first, removed] == [again.experiments.get(each.id) for each in (first, second)]
        assert "Default" == again.experiments.get("0").name
        with pytest.raises(AlreadyExists):
            again.experiments.add(new_experiment(first.name))
        assert int(added_experiment(again).id) > int(second.id)
        again.close()

    def test_an_id_is_not_given_twice_after_reopening(self, stores: Stores) -> None:
        """The id of the newest experiment is not given again, though it was purged before reopening."""
        first = added_experiment(stores)
        stores.experiments.remove(first.id, at=NOW)
        stores.experiments.purge(first.id)
        again = reopened(stores)
        assert int(added_experiment(again).id) > int(first.id)
        again.close()

    def test_runs_survive(self, stores: Stores) -> None:
        """Runs with all they hold are the same after reopening."""
        run = added_run(stores)
        texts = dict.fromkeys(KEYS, "é")
        stores.runs.append(run.id, metrics=[point(key) for key in KEYS], params=texts, tags=texts)
        stores.runs.append(run.id, metrics=[point(step=step, value=step / 3) for step in range(1_000)])
        stores.runs.attach(
            run.id, datasets=[dataset_input(tags={"a": "1"})], model_inputs=["m"],
            model_outputs=[ModelOutput("o", 1)],
        )
        stores.runs.update(run.id, status=RunStatus.FINISHED, ended_at=NOW + 1, name="other")
        stores.runs.remove(run.id, at=NOW + 2)
        before, history = stores.runs.get(run.id), points(stores, run.id)
        again = reopened(stores)
        assert before == again.runs.get(run.id)
        assert history == points(again, run.id)
        query = run_query([run.experiment_id], view=View.ALL)
        assert [before] == list(again.runs.find(query).items)
        again.close()

    def test_rules_survive(self, stores: Stores) -> None:
        """After reopening, params do not change, points count once, and late points do not win."""
        run = added_run(stores)
        stores.runs.append(run.id, metrics=[point(step=5)], params={"p": "1"})
        stores.runs.attach(run.id, datasets=[dataset_input(source="first")])
        again = reopened(stores)
        with pytest.raises(ParamConflict):
            again.runs.append(run.id, params={"p": "2"})
        again.runs.append(run.id, metrics=[point(step=5), point(step=4, value=9.0)])
        other = added_run(again, run.experiment_id)
        again.runs.attach(other.id, datasets=[dataset_input(source="second")])
        assert 5 == again.runs.get(run.id).metrics["loss"].step
        assert 2 == len(points(again, run.id))
        assert "first" == again.runs.get(other.id).dataset_inputs[0].dataset.source
        again.close()

    def test_page_tokens_survive(self, stores: Stores) -> None:
        """A search is continued after reopening with the token of its first page."""
        experiment = added_experiment(stores)
        ids = sorted(added_run(stores, experiment.id).id for _ in range(5))
        query = run_query([experiment.id], order=(rising(attribute("id")),), limit=2)
        page = stores.runs.find(query)
        again = reopened(stores)
        rest = attrs.evolve(query, limit=9, page_token=page.next_token)
        assert ids == [run.id for run in (*page.items, *again.runs.find(rest).items)]
        again.close()

    def test_two_openings_see_each_other(self, stores: Stores) -> None:
        """What one opening wrote the other reads at once, and both enforce the rules together."""
        assert stores.reopen is not None
        other = stores.reopen()
        run = added_run(stores)
        other.runs.append(run.id, params={"p": "1"}, metrics=[point(step=3)])
        stores.runs.append(run.id, metrics=[point(step=2)])
        with pytest.raises(ParamConflict):
            stores.runs.append(run.id, params={"p": "2"})
        assert stores.runs.get(run.id) == other.runs.get(run.id)
        assert 3 == stores.runs.get(run.id).metrics["loss"].step
        ids = [added_experiment(each).id for each in (stores, other, stores, other)]
        assert sorted(ids, key=int) == ids
        assert 4 == len(set(ids))
        other.close()
