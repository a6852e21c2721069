"""What every `LoggedModelRepository` must do, by example and by a machine beside a dict."""

from __future__ import annotations

import attrs
import pytest

from genesis_flow.domain.entities.logged_model import LoggedModel, ModelStatus
from genesis_flow.domain.errors import AlreadyExists, Inactive, InvalidState, NotFound, ParamConflict
from genesis_flow.domain.values.lifecycle import Stage, View
from tests.contracts.concurrency import WRITERS, kinds, raced
from tests.contracts.logged_model_machine import check_any_sequence
from tests.contracts.samples import (
    KEYS,
    NOW,
    added_experiment,
    added_model,
    added_run,
    measure,
    model_point,
    new_model,
    scribble,
)
from tests.contracts.searching import found_model_ids, model_query
from tests.contracts.stores import Capability, OpensStores, Stores


class LoggedModelRepositoryContract(OpensStores):
    """What every `LoggedModelRepository` must do."""

    def test_any_sequence_of_operations(self) -> None:
        """Whatever is done in whatever order, the store holds what a dict would hold."""
        check_any_sequence(self.open_stores)

    def test_a_model_is_read_as_it_was_added(self, stores: Stores) -> None:
        """Every attribute comes back, awkward keys and empty texts included."""
        texts = {key: f"value of {key}" for key in KEYS} | {"empty": "", "": "no key", "$x": "$y", "long": "é" * 65_535}
        model = added_model(
            stores, name="a b%", type="Agent", source_run_id="r", status=ModelStatus.FAILED, status_message="why",
            params=texts, tags=dict(reversed(texts.items())), updated_at=NOW + 1,
        )
        assert model == stores.logged_models.get(model.id)
        assert model == stores.logged_models.find(model_query([model.experiment_id])).items[0]

    def test_what_is_optional_may_be_missing(self, stores: Stores) -> None:
        """A model needs no type, run or message."""
        model = added_model(stores)
        assert (None, None, None, {}, {}, ()) == (
            model.type, model.source_run_id, model.status_message, model.params, model.tags, model.metrics,
        )
        assert model == stores.logged_models.get(model.id)

    def test_names_need_not_be_unique(self, stores: Stores) -> None:
        """Two models of an experiment may have one name; ids are unique everywhere."""
        model = added_model(stores)
        added_model(stores, model.experiment_id, name=model.name)
        for experiment_id in (model.experiment_id, added_experiment(stores).id):
            with pytest.raises(AlreadyExists):
                stores.logged_models.add(new_model(experiment_id, id=model.id, created_at=NOW + 5))

    def test_models_are_added_to_active_experiments(self, stores: Stores) -> None:
        """A deleted experiment takes no models, and one that does not exist neither."""
        experiment = added_experiment(stores)
        stores.experiments.remove(experiment.id, at=NOW)
        with pytest.raises(Inactive):
            stores.logged_models.add(new_model(experiment.id))
        with pytest.raises(NotFound):
            stores.logged_models.add(new_model("987654"))

    def test_missing_models_are_not_found(self, stores: Stores) -> None:
        """Every method says so with MLflow's words."""
        for act in (
            lambda: stores.logged_models.get("m-x"),
            lambda: stores.logged_models.update("m-x", status=ModelStatus.READY, at=NOW),
            lambda: stores.logged_models.append("m-x", tags={"a": "b"}),
            lambda: stores.logged_models.append("m-x"),
            lambda: stores.logged_models.remove_tag("m-x", "a"),
            lambda: stores.logged_models.remove("m-x", at=NOW),
            lambda: stores.logged_models.purge("m-x"),
        ):
            with pytest.raises(NotFound, match=r"^Logged model with ID 'm-x' not found"):
                act()

    def test_deleted_models_are_read_but_not_changed(self, stores: Stores) -> None:
        """`get` shows them, searches and changes do not find them, deleting them again changes nothing."""
        model = added_model(stores, tags={"a": "b"})
        stores.logged_models.remove(model.id, at=NOW + 3)
        stores.logged_models.remove(model.id, at=NOW + 9)
        assert attrs.evolve(model, stage=Stage.DELETED, updated_at=NOW + 3) == stores.logged_models.get(model.id)
        assert [] == found_model_ids(stores, model_query([model.experiment_id]))
        assert [model.id] == found_model_ids(stores, model_query([model.experiment_id], view=View.DELETED_ONLY))
        for act in (
            lambda: stores.logged_models.update(model.id, status=ModelStatus.READY, at=NOW),
            lambda: stores.logged_models.append(model.id, params={"a": "b"}),
            lambda: stores.logged_models.remove_tag(model.id, "a"),
        ):
            with pytest.raises(NotFound):
                act()

    def test_the_status_may_change_in_any_way(self, stores: Stores) -> None:
        """From anything to anything; the time of the change is kept, nothing else moves."""
        model = added_model(stores, params={"p": "1"}, tags={"t": "1"})
        for number, status in enumerate((ModelStatus.READY, ModelStatus.FAILED, ModelStatus.PENDING)):
            expected = attrs.evolve(model, status=status, updated_at=NOW + number)
            assert expected == stores.logged_models.update(model.id, status=status, at=NOW + number)
            assert expected == stores.logged_models.get(model.id)

    def test_params_are_set_once(self, stores: Stores) -> None:
        """The same value again is fine, another one refuses the whole call and names every conflict."""
        model = added_model(stores, params={"a": "1", "b": "2"})
        stores.logged_models.append(model.id, params={"a": "1", "c": "3"})
        with pytest.raises(ParamConflict, match="for logged model ID") as caught:
            stores.logged_models.append(model.id, params={"a": "9", "b": "2", "c": "8", "d": "4"}, tags={"t": "1"})
        assert (("a", "1", "9"), ("c", "3", "8")) == caught.value.changes
        found = stores.logged_models.get(model.id)
        assert ({"a": "1", "b": "2", "c": "3"}, {}) == (found.params, found.tags)

    def test_tags_change_and_go(self, stores: Stores) -> None:
        """The last value counts; a tag that is not there cannot be removed."""
        model = added_model(stores, tags={"a": "1", "a.b": "$x"})
        stores.logged_models.append(model.id, tags={"a": "2", "A": "$a", "e": ""})
        stores.logged_models.remove_tag(model.id, "a.b")
        assert {"a": "2", "A": "$a", "e": ""} == stores.logged_models.get(model.id).tags
        with pytest.raises(NotFound, match=r"^No tag with key 'a.b' found for model with ID"):
            stores.logged_models.remove_tag(model.id, "a.b")

    def test_nothing_is_shared_with_callers(self, stores: Stores) -> None:
        """Changing what was given or returned does not change what is stored."""
        params, tags = {"p": "1"}, {"t": "1"}
        model = added_model(stores, params=params, tags=tags)
        expected = attrs.evolve(model, params=dict(params), tags=dict(tags))
        scribble(params)
        scribble(tags)
        page = stores.logged_models.find(model_query([model.experiment_id]))
        for found in (stores.logged_models.get(model.id), page.items[0]):
            assert expected == found
            scribble(found.params)
            scribble(found.tags)
        assert expected == stores.logged_models.get(model.id)

    def test_deleting_experiments_leaves_models_alone(self, stores: Stores) -> None:
        """A model is found, read and changed while its experiment is deleted; restoring changes nothing either."""
        model = added_model(stores)
        stores.experiments.remove(model.experiment_id, at=NOW)
        assert [model] == list(stores.logged_models.find(model_query([model.experiment_id])).items)
        stores.logged_models.append(model.id, tags={"a": "b"})
        stores.experiments.restore(model.experiment_id, at=NOW)
        assert {"a": "b"} == stores.logged_models.get(model.id).tags

    def test_purging_an_experiment_erases_its_models(self, stores: Stores) -> None:
        """All of them with their metrics, and no others."""
        run = added_run(stores)
        models = [added_model(stores, run.experiment_id) for _ in range(3)]
        other = added_model(stores)
        measure(stores, *(model_point(model.id, step=n, run_id=run.id) for model in models for n in range(300)))
        stores.experiments.remove(run.experiment_id, at=NOW)
        stores.experiments.purge(run.experiment_id)
        for model in models:
            with pytest.raises(NotFound):
                stores.logged_models.get(model.id)
        assert other == stores.logged_models.get(other.id)
        assert [] == found_model_ids(stores, model_query([run.experiment_id], view=View.ALL))

    def test_only_deleted_models_are_purged(self, stores: Stores) -> None:
        """Purging erases a model with its metrics; its id may be used again, and nothing of it is left."""
        run = added_run(stores)
        model, other = added_model(stores, run.experiment_id), added_model(stores, run.experiment_id)
        points = [model_point(id, step=n, run_id=run.id) for id in (model.id, other.id) for n in range(600)]
        measure(stores, *points)
        with pytest.raises(InvalidState):
            stores.logged_models.purge(model.id)
        stores.logged_models.remove(model.id, at=NOW)
        stores.logged_models.purge(model.id)
        with pytest.raises(NotFound):
            stores.logged_models.get(model.id)
        stores.logged_models.add(model)
        assert () == stores.logged_models.get(model.id).metrics
        assert 600 == len(stores.logged_models.get(other.id).metrics)

    def test_removed_models_are_found_oldest_first(self, stores: Stores) -> None:
        """Those deleted at or before a time, at most as many as asked for, without metrics."""
        run = added_run(stores)
        models = [added_model(stores, run.experiment_id) for _ in range(4)]
        measure(stores, *(model_point(model.id, run_id=run.id) for model in models))
        for model, at in zip(models, (NOW + 5, NOW + 1, NOW + 3), strict=False):
            stores.logged_models.remove(model.id, at=at)
        found = stores.logged_models.find_removed(before=NOW + 3, limit=10)
        assert [(models[1].id, ()), (models[2].id, ())] == [(model.id, model.metrics) for model in found]
        assert [models[1].id] == [model.id for model in stores.logged_models.find_removed(before=NOW + 9, limit=1)]
        assert [] == list(stores.logged_models.find_removed(before=NOW, limit=10))

    def test_writers_of_one_model_lose_nothing(self, stores: Stores) -> None:
        """Sixteen writers of one model leave all that they wrote, and one of them each shared param."""
        model = added_model(stores)

        def write(number: int) -> None:
            tags = {f"t.{number}": "1", "t": str(number)}
            stores.logged_models.append(model.id, params={f"p.{number}": "1"}, tags=tags)
            stores.logged_models.update(model.id, status=ModelStatus.READY, at=NOW + number)

        assert [None] * WRITERS == raced(write)
        found = stores.logged_models.get(model.id)
        assert {f"p.{number}" for number in range(WRITERS)} == set(found.params)
        assert {f"t.{number}" for number in range(WRITERS)} | {"t"} == set(found.tags)

    def test_one_of_the_writers_of_a_param_wins(self, stores: Stores) -> None:
        """All others are refused."""
        model = added_model(stores)
        outcomes = raced(lambda number: stores.logged_models.append(model.id, params={"p": str(number)}))
        assert {type(None): 1, ParamConflict: WRITERS - 1} == kinds(outcomes)
        assert outcomes.index(None) == int(stores.logged_models.get(model.id).params["p"])

    def test_models_survive_reopening(self, stores: Stores) -> None:
        """Models with all they hold are the same after reopening."""
        if Capability.DURABLE not in stores.capabilities or stores.reopen is None:
            pytest.skip("this store is not durable")
        run = added_run(stores)
        model = added_model(stores, run.experiment_id, params={"p": "1"}, tags={"t": "1"}, type="x")
        measure(stores, *(model_point(model.id, step=n, run_id=run.id, dataset=("d", "1")) for n in range(300)))
        known: LoggedModel = stores.logged_models.get(model.id)
        stores.close()
        again = stores.reopen()
        assert known == again.logged_models.get(model.id)
        again.close()
