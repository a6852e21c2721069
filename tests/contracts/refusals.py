"""How every adapter words its refusals: MLflow's clients match on these texts."""

from __future__ import annotations

import pytest

from genesis_flow.domain.errors import AlreadyExists, Inactive, InvalidState, NotFound
from tests.contracts.samples import NOW, added_experiment, added_run, new_run
from tests.contracts.stores import OpensStores, Stores


class RefusalsContract(OpensStores):
    """Texts of refusals."""

    def test_what_does_not_exist(self, stores: Stores) -> None:
        """A missing run or experiment is named as MLflow names it."""
        with pytest.raises(NotFound, match=r"^Run with id=abc not found$"):
            stores.runs.get("abc")
        with pytest.raises(NotFound, match=r"^No Experiment with id=999999 exists$"):
            stores.experiments.get("999999")
        with pytest.raises(NotFound, match=r"^No Experiment with id=999999 exists$"):
            stores.runs.add(new_run("999999"))

    def test_tags_that_do_not_exist(self, stores: Stores) -> None:
        """A missing tag is named with its owner."""
        run = added_run(stores)
        with pytest.raises(NotFound, match=rf"^No tag with name: nope in run with id {run.id}$"):
            stores.runs.remove_tag(run.id, "nope")
        with pytest.raises(NotFound, match=rf"^No tag with name: nope in experiment with id {run.experiment_id}$"):
            stores.experiments.remove_tag(run.experiment_id, "nope", at=NOW)

    def test_names_and_ids_that_are_taken(self, stores: Stores) -> None:
        """A name or id that is taken is said to exist already."""
        experiment = added_experiment(stores)
        with pytest.raises(AlreadyExists, match=rf"^Experiment\(name={experiment.name}\) already exists\."):
            added_experiment(stores, name=experiment.name)
        run = added_run(stores, experiment.id)
        with pytest.raises(AlreadyExists, match=rf"^Run with id={run.id} already exists\.$"):
            stores.runs.add(run)

    def test_what_is_deleted(self, stores: Stores) -> None:
        """Writing to what is deleted is refused in MLflow's words."""
        run = added_run(stores)
        stores.runs.remove(run.id, at=NOW)
        refusal = rf"^The run {run.id} must be in the 'active' state\. Current state is deleted\.$"
        with pytest.raises(Inactive, match=refusal):
            stores.runs.append(run.id, tags={"a": "b"})
        stores.experiments.remove(run.experiment_id, at=NOW)
        refusal = rf"^The experiment {run.experiment_id} must be in the 'active' state\. Current state is deleted\.$"
        with pytest.raises(Inactive, match=refusal):
            stores.runs.add(new_run(run.experiment_id))
        with pytest.raises(InvalidState, match=r"^Cannot rename a non-active experiment\.$"):
            stores.experiments.rename(run.experiment_id, "other", at=NOW)
        with pytest.raises(NotFound, match=rf"^No Experiment with id={run.experiment_id} exists$"):
            stores.experiments.remove(run.experiment_id, at=NOW)
