"""How every store must keep the metrics of logged models."""

from __future__ import annotations

import math

import pytest

from genesis_flow.domain.entities.logged_model import ModelMetric, ordered_points
from genesis_flow.domain.errors import Inactive, NotFound, ParamConflict
from genesis_flow.domain.values.limits import INT64_MAX, INT64_MIN
from tests.contracts.concurrency import WRITERS, raced
from tests.contracts.samples import (
    KEYS,
    NOW,
    added_model,
    added_run,
    measure,
    model_point,
    point,
    points,
    shown_points,
)
from tests.contracts.searching import model_query
from tests.contracts.stores import OpensStores, Stores


def stored(stores: Stores, model_id: str) -> list[str]:
    """The points of a model, written out."""
    return shown_points(stores.logged_models.get(model_id).metrics)


class LoggedModelMetricsContract(OpensStores):
    """How every store must keep the metrics of logged models."""

    def test_every_point_is_kept(self, stores: Stores) -> None:
        """Points that differ in key, value, time, step, run or dataset are all kept, extreme ones included."""
        run, other = added_run(stores), added_run(stores)
        model = added_model(stores, run.experiment_id)
        kept = [
            *(model_point(model.id, key, run_id=run.id) for key in KEYS),
            *(
                model_point(model.id, "v", value, run.id)
                for value in (0.5, math.nan, math.inf, -math.inf, 5e-324, 1e308, 1 + 1e-12, 0.0)
            ),
            model_point(model.id, "v", 0.5, other.id),
            model_point(model.id, "v", 0.5, run.id, timestamp=0),
            model_point(model.id, "v", 0.5, run.id, timestamp=INT64_MAX, step=INT64_MIN),
            model_point(model.id, "v", 0.5, run.id, step=INT64_MAX),
            *(model_point(model.id, "v", 0.5, run.id, dataset=pair) for pair in (("d", "1"), ("d", "2"), ("D", "1"))),
        ]
        measure(stores, *kept)
        assert shown_points(ordered_points(kept)) == stored(stores, model.id)
        (found,) = stores.logged_models.find(model_query([model.experiment_id])).items
        assert shown_points(ordered_points(kept)) == shown_points(found.metrics)

    def test_a_retried_point_is_kept_once(self, stores: Stores) -> None:
        """Sending a batch again changes nothing, NaN and zeros of either sign included."""
        run = added_run(stores)
        model = added_model(stores, run.experiment_id)
        sent = [model_point(model.id, "v", value, run.id) for value in (1.0, math.nan, 0.0, -0.0, 1.0)]
        for _ in range(3):
            measure(stores, *sent)
        assert shown_points(ordered_points(sent[:3])) == stored(stores, model.id)

    @pytest.mark.parametrize("sizes", [[1] * 300, [255, 1, 1, 1], [256, 1], [257], [1000, 1000, 3], [100] * 7])
    def test_points_of_any_number(self, stores: Stores, sizes: list[int]) -> None:
        """Nothing depends on how many points there are, or how they come."""
        run = added_run(stores)
        model = added_model(stores, run.experiment_id)
        numbers = iter(range(sum(sizes)))
        expected: list[ModelMetric] = []
        for size in sizes:
            drawn = [next(numbers) for _ in range(size)]
            batch = [model_point(model.id, f"k{n % 3}", float(n), run.id, step=n) for n in drawn]
            measure(stores, *batch)
            expected += batch
        assert shown_points(ordered_points(expected)) == stored(stores, model.id)
        (found,) = stores.logged_models.find(model_query([model.experiment_id])).items
        assert shown_points(ordered_points(expected)) == shown_points(found.metrics)

    def test_points_of_runs_and_models_are_written_together(self, stores: Stores) -> None:
        """One call writes points of the run, of several models, params and tags."""
        run = added_run(stores)
        models = [added_model(stores).id for _ in range(3)]
        stores.runs.append(
            run.id, metrics=[point("m", 1.0)], params={"p": "1"}, tags={"t": "1"},
            model_metrics=[model_point(id, "m", 1.0, run.id) for id in models],
        )
        found = stores.runs.get(run.id)
        assert (1.0, "1", "1") == (found.metrics["m"].value, found.params["p"], found.tags["t"])
        assert [[repr(model_point(id, "m", 1.0, run.id))] for id in models] == [stored(stores, id) for id in models]

    def test_what_is_refused_leaves_nothing(self, stores: Stores) -> None:
        """A missing or deleted model, a deleted run or a changed param refuses the whole batch."""
        run = added_run(stores, params={"p": "1"})
        model, deleted = added_model(stores, run.experiment_id), added_model(stores, run.experiment_id)
        stores.logged_models.remove(deleted.id, at=NOW)
        for bad in ("m-x", deleted.id):
            with pytest.raises(NotFound, match=r"^Logged model with ID"):
                stores.runs.append(
                    run.id, metrics=[point("m")], tags={"t": "1"},
                    model_metrics=[model_point(model.id, run_id=run.id), model_point(bad, run_id=run.id)],
                )
        with pytest.raises(ParamConflict):
            stores.runs.append(run.id, params={"p": "2"}, model_metrics=[model_point(model.id, run_id=run.id)])
        assert ({}, [], []) == (
            stores.runs.get(run.id).metrics, points(stores, run.id, "m"), stored(stores, model.id),
        )
        assert "t" not in stores.runs.get(run.id).tags
        stores.runs.remove(run.id, at=NOW)
        with pytest.raises(Inactive):
            stores.runs.append(run.id, model_metrics=[model_point(model.id, run_id=run.id)])
        with pytest.raises(NotFound, match=r"^Run with id"):
            stores.runs.append("f" * 32, model_metrics=[model_point(model.id, run_id="f" * 32)])
        assert [] == stored(stores, model.id)

    def test_what_is_wrong_with_the_run_is_said_first(self, stores: Stores) -> None:
        """Of a deleted or missing run and a missing model, the run is named, whatever the param."""
        run = added_run(stores, params={"p": "1"})
        wrong = [model_point("m-x", run_id=run.id)]
        with pytest.raises(NotFound, match=r"^Logged model with ID"):
            stores.runs.append(run.id, params={"p": "2"}, model_metrics=wrong)
        stores.runs.remove(run.id, at=NOW)
        with pytest.raises(Inactive):
            stores.runs.append(run.id, model_metrics=wrong)
        with pytest.raises(NotFound, match=r"^Run with id"):
            stores.runs.append("f" * 32, model_metrics=wrong)

    def test_measurements_outlive_their_run(self, stores: Stores) -> None:
        """Deleting and erasing the run that measured leaves the model as it is."""
        run = added_run(stores)
        model = added_model(stores, run.experiment_id, source_run_id=run.id)
        measure(stores, model_point(model.id, run_id=run.id))
        known = stores.logged_models.get(model.id)
        stores.runs.remove(run.id, at=NOW)
        assert known == stores.logged_models.get(model.id)
        stores.runs.purge(run.id)
        assert known == stores.logged_models.get(model.id)

    def test_writers_of_one_model_lose_no_point(self, stores: Stores) -> None:
        """Sixteen writers with batches of all sizes leave every point."""
        run = added_run(stores)
        model = added_model(stores, run.experiment_id)
        batches = [
            [model_point(model.id, f"k{n}", float(step), run.id, step=step) for step in range((1, 20, 60)[n % 3])]
            for n in range(WRITERS)
        ]
        assert [None] * WRITERS == raced(lambda number: measure(stores, *batches[number]))
        expected = ordered_points(each for batch in batches for each in batch)
        assert shown_points(expected) == stored(stores, model.id)
