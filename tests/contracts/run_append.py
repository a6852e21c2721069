"""What `append` and `history` of every `RunRepository` must do."""

from __future__ import annotations

import itertools
import math
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.domain.entities.metric import Metric, latest
from genesis_flow.domain.entities.run import NAME_TAG
from genesis_flow.domain.errors import ParamConflict
from genesis_flow.domain.values.limits import INT64_MAX, INT64_MIN
from tests.contracts.samples import (
    KEYS,
    NOW,
    added_experiment,
    added_run,
    expected_points,
    point,
    points,
    shown,
)
from tests.contracts.stores import OpensStores, Stores

NAN, INF = math.nan, math.inf

#: Few values and steps, so that points collide; several that other types or formats would change.
NUMBERS = (0.0, 1.0, -1.0, NAN, INF, -INF, 0.1, 0.1 + 1e-12, 1e308, 5e-324, 2.0**53 + 2, 1 / 3)
STEPS = (0, 1, 2, -1, INT64_MIN, INT64_MAX, INT64_MAX - 1, 2**53 + 1)
TIMES = (0, NOW, NOW + 1, INT64_MAX, 2**53 + 1)

metrics = st.builds(
    Metric,
    key=st.sampled_from(("k", "K", "k.k", "$k", "é", "e\u0301")),
    value=st.sampled_from(NUMBERS),
    timestamp=st.sampled_from(TIMES),
    step=st.sampled_from(STEPS),
)
WINNERS_AND_LOSERS = (
    (point(step=2, timestamp=0, value=-9.0), point(step=1, timestamp=NOW, value=9.0)),
    (point(step=-1), point(step=-2, value=9.0)),
    (point(step=INT64_MAX), point(step=INT64_MAX - 1, value=9.0)),
    (point(step=2**53 + 1), point(step=2**53, value=9.0)),
    (point(timestamp=NOW + 1, value=-9.0), point(timestamp=NOW, value=9.0)),
    (point(value=0.1 + 1e-12), point(value=0.1)),
    (point(value=INF), point(value=1e308)),
    (point(value=-1e308), point(value=-INF)),
    (point(value=NAN), point(value=-5.0)),
    (point(value=5.0), point(value=NAN)),
    (point(value=0.0), point(value=NAN)),
    (point(step=1, value=NAN), point(step=0, value=INF)),
    (point(step=1, value=-INF), point(step=0, value=NAN)),
)


class RunAppendContract(OpensStores):
    """What `append` and `history` of every `RunRepository` must do."""

    def test_a_batch_is_stored_whole(self, stores: Stores) -> None:
        """Metrics, params and tags of one batch are all there afterwards."""
        run = added_run(stores, tags={"t": "0"}, params={"p": "1"})
        stores.runs.append(
            run.id, metrics=[point("a", 1.5), point("b", 2.5)], params={"q": ""}, tags={"t": "1", "u": "é"}
        )
        found = stores.runs.get(run.id)
        assert {"p": "1", "q": ""} == found.params
        assert {"t": "1", "u": "é", NAME_TAG: run.name} == found.tags
        assert {"a": point("a", 1.5), "b": point("b", 2.5)} == found.metrics

    def test_an_empty_batch_changes_nothing(self, stores: Stores) -> None:
        """A batch without content succeeds and changes nothing."""
        run = added_run(stores)
        stores.runs.append(run.id)
        stores.runs.append(run.id, metrics=[], params={}, tags={})
        assert run == stores.runs.get(run.id)

    def test_keys_are_stored_faithfully(self, stores: Stores) -> None:
        """Keys with dots, `$`, `%`, accents or other case are different keys, and come back as they were."""
        run = added_run(stores)
        texts = {key: f"value {place}" for place, key in enumerate(KEYS)}
        numbers = [point(key, float(place)) for place, key in enumerate(KEYS)]
        stores.runs.append(run.id, metrics=numbers, params=texts, tags=texts)
        found = stores.runs.get(run.id)
        assert texts == found.params
        assert {**texts, NAME_TAG: run.name} == found.tags
        assert {metric.key: metric for metric in numbers} == found.metrics
        for place, key in enumerate(KEYS):
            assert [(NOW, 0, repr(float(place)))] == points(stores, run.id, key)

    def test_keys_are_stored_faithfully_one_by_one(self, stores: Stores) -> None:
        """Similar keys that come in batches of their own do not replace each other."""
        run = added_run(stores)
        for place, key in enumerate(KEYS):
            stores.runs.append(run.id, metrics=[point(key, float(place))], params={key: key}, tags={key: key})
        found = stores.runs.get(run.id)
        assert {key: key for key in KEYS} == found.params
        assert {**{key: key for key in KEYS}, NAME_TAG: run.name} == found.tags
        assert {key: float(place) for place, key in enumerate(KEYS)} == {
            key: metric.value for key, metric in found.metrics.items()
        }
        assert {key: key for key in KEYS} == {key: metric.key for key, metric in found.metrics.items()}

    def test_long_values_come_back_whole(self, stores: Stores) -> None:
        """Params of 6,000 and tags of 8,000 characters, line ends and NUL included, are stored unchanged."""
        run = added_run(stores)
        long = {"p": "é" * 6_000, "lines": " a\r\nb\t\0c ", "digits": "007", "none": "None", "nan": "nan"}
        stores.runs.append(run.id, params=long, tags={**long, "t": "\U0001f600" * 8_000})
        found = stores.runs.get(run.id)
        assert long == found.params
        assert {**long, "t": "\U0001f600" * 8_000, NAME_TAG: run.name} == found.tags

    def test_a_full_batch_is_stored(self, stores: Stores) -> None:
        """1,000 points of 1,000 keys, and 1,000 points of one key, are stored."""
        run = added_run(stores)
        stores.runs.append(run.id, metrics=[point(f"k.{number}", number) for number in range(1_000)])
        stores.runs.append(run.id, metrics=[point("one", number, step=number) for number in range(1_000)])
        assert 1_001 == len(stores.runs.get(run.id).metrics)
        assert [(NOW, step, repr(float(step))) for step in range(1_000)] == points(stores, run.id, "one")

    def test_a_long_history_keeps_every_point(self, stores: Stores) -> None:
        """Batches add up: 2,500 points in batches of 1, 7 and 499 are all in the history, once."""
        run = added_run(stores)
        expected = [point(value=step / 3, step=step, timestamp=NOW + step // 2) for step in range(2_500)]
        rest = iter(expected)
        for size in itertools.cycle((1, 7, 499)):
            batch = list(itertools.islice(rest, size))
            if not batch:
                break
            stores.runs.append(run.id, metrics=batch)
        assert expected_points(expected) == points(stores, run.id)
        assert {"loss": expected[-1]} == stores.runs.get(run.id).metrics

    def test_values_are_stored_exactly(self, stores: Stores) -> None:
        """NaN, infinities and every last bit of a number come back, as latest and in the history."""
        run = added_run(stores)
        for value in NUMBERS:
            stores.runs.append(run.id, metrics=[point(repr(value), value)])
        found = stores.runs.get(run.id).metrics
        assert {repr(value) for value in NUMBERS} == set(found)
        for key, metric in found.items():
            assert (NOW, 0, key) == shown(metric)
            assert [(NOW, 0, key)] == points(stores, run.id, key)

    def test_negative_zero_is_zero(self, stores: Stores) -> None:
        """-0.0 and 0.0 are one value: the two points count once."""
        run = added_run(stores)
        stores.runs.append(run.id, metrics=[point(value=-0.0)])
        stores.runs.append(run.id, metrics=[point(value=0.0)])
        assert 1 == len(points(stores, run.id))
        assert stores.runs.get(run.id).metrics["loss"].value == 0

    def test_steps_and_times_are_64_bit_integers(self, stores: Stores) -> None:
        """Steps and times are stored without rounding over the whole range."""
        run = added_run(stores)
        for step, timestamp in itertools.product(STEPS, TIMES):
            key = f"{step}/{timestamp}"
            stores.runs.append(run.id, metrics=[point(key, step=step, timestamp=timestamp)])
            assert [(timestamp, step, "0.5")] == points(stores, run.id, key)
        for key, metric in stores.runs.get(run.id).metrics.items():
            assert key == f"{metric.step}/{metric.timestamp}"

    @pytest.mark.parametrize("in_one_batch", [True, False])
    def test_the_latest_point_has_the_greatest_step_time_and_value(
        self, stores: Stores, in_one_batch: bool
    ) -> None:
        """The latest is the greatest (step, timestamp, value), NaN just below 0, whichever comes first."""
        experiment = added_experiment(stores)
        for winner, loser in WINNERS_AND_LOSERS:
            for order in ((winner, loser), (loser, winner)):
                run = added_run(stores, experiment.id)
                for batch in [order] if in_one_batch else [[order[0]], [order[1]]]:
                    stores.runs.append(run.id, metrics=batch)
                assert shown(winner) == shown(stores.runs.get(run.id).metrics["loss"]), order
                assert 2 == len(points(stores, run.id)), order

    def test_a_history_is_in_order(self, stores: Stores) -> None:
        """A history is ordered by (timestamp, step, value), NaN first, whatever the order of arrival."""
        run = added_run(stores)
        expected = [
            point(timestamp=1, step=5, value=1.0),
            point(timestamp=2, step=-1, value=9.0),
            point(timestamp=2, step=0, value=NAN),
            point(timestamp=2, step=0, value=-INF),
            point(timestamp=2, step=0, value=0.5),
            point(timestamp=2, step=0, value=INF),
            point(timestamp=3, step=-7, value=0.0),
        ]
        for place in (4, 0, 6, 2, 5, 1, 3):
            stores.runs.append(run.id, metrics=[expected[place]])
        written = [(metric.timestamp, metric.step, repr(metric.value)) for metric in expected]
        assert written == points(stores, run.id)

    def test_an_unknown_key_has_no_history(self, stores: Stores) -> None:
        """A key that was never logged, or differs in case or by a prefix, has an empty history."""
        run = added_run(stores)
        stores.runs.append(run.id, metrics=[point("a.b")])
        for key in ("missing", "a", "a.", "A.b", "a.b.", "b", "a%b", "a_b", "%"):
            history = stores.runs.history(run.id, key)
            assert (key, 0) == (history.key, len(history))

    def test_repeated_batches_count_once(self, stores: Stores) -> None:
        """A batch that is appended again, whole, in part or mixed, leaves what it left before."""
        run = added_run(stores)
        batch = [point(value=value, step=step) for value in (NAN, INF, 0.0, 0.5) for step in (0, 1)]
        stores.runs.append(run.id, metrics=batch, params={"p": "1"}, tags={"t": "1"})
        before, history = stores.runs.get(run.id), points(stores, run.id)
        stores.runs.append(run.id, metrics=batch, params={"p": "1"}, tags={"t": "1"})
        stores.runs.append(run.id, metrics=batch[3:] + batch[:5], params={"p": "1"})
        assert repr(before) == repr(stores.runs.get(run.id))
        assert expected_points(batch) == history == points(stores, run.id)

    def test_a_duplicate_point_does_not_drop_the_rest(self, stores: Stores) -> None:
        """New points after a point that is known already are stored, and the latest moves on."""
        run = added_run(stores)
        stores.runs.append(run.id, metrics=[point(step=0)])
        stores.runs.append(run.id, metrics=[point(step=0), point(step=1), point("other"), point(step=0)])
        assert [0, 1] == list(stores.runs.history(run.id, "loss").steps)
        found = stores.runs.get(run.id).metrics
        assert (1, {"loss", "other"}) == (found["loss"].step, set(found))

    def test_params_do_not_change(self, stores: Stores) -> None:
        """A param that would change is refused with run, key, stored and new value; the same value is not."""
        run = added_run(stores, params={"p": "1"})
        stores.runs.append(run.id, params={"p": "1"})
        with pytest.raises(ParamConflict) as caught:
            stores.runs.append(run.id, params={"p": "2"})
        assert (run.id, (("p", "1", "2"),)) == (caught.value.run_id, caught.value.changes)
        assert {"p": "1"} == stores.runs.get(run.id).params

    def test_params_compare_exactly(self, stores: Stores) -> None:
        """Values that differ in case, spaces or accents are different values."""
        run = added_run(stores, params={"p": "a"})
        for other in ("", "A", "a ", " a", "á", "a\u0301", "a\n", "a\0", "%", "_"):
            with pytest.raises(ParamConflict):
                stores.runs.append(run.id, params={"p": other})
        assert {"p": "a"} == stores.runs.get(run.id).params

    def test_a_refused_batch_leaves_nothing(self, stores: Stores) -> None:
        """A conflict names every param that would change, and nothing of the batch is stored."""
        run = added_run(stores, params={"p.a": "1", "q": "1", "same": "1"}, tags={"t": "1"})
        stores.runs.append(run.id, metrics=[point()])
        before = stores.runs.get(run.id)
        with pytest.raises(ParamConflict) as caught:
            stores.runs.append(
                run.id,
                metrics=[point(step=9), point("new")],
                params={"new": "1", "p.a": "2", "same": "1", "q": "3"},
                tags={"t": "2", "new": "1"},
            )
        assert {("p.a", "1", "2"), ("q", "1", "3")} == set(caught.value.changes)
        assert before == stores.runs.get(run.id)
        assert [(NOW, 0, "0.5")] == points(stores, run.id)
        assert [] == points(stores, run.id, "new")

    def test_runs_do_not_share_what_is_appended(self, stores: Stores) -> None:
        """What is appended to one run is in no other, of the same or another experiment."""
        experiment = added_experiment(stores)
        run, others = added_run(stores, experiment.id), [added_run(stores, experiment.id), added_run(stores)]
        stores.runs.append(run.id, metrics=[point()], params={"p": "1"}, tags={"t": "1"})
        assert others == [stores.runs.get(other.id) for other in others]
        assert [[], []] == [points(stores, other.id) for other in others]

    @given(batches=st.lists(st.lists(metrics, max_size=8), max_size=6), data=st.data())
    def test_any_batches_add_up(self, batches: list[list[Metric]], data: st.DataObject) -> None:
        """Latest points and histories depend on the set of points, not on batches, order or repetition."""
        with closing(self.open_stores()) as stores:
            run = added_run(stores)
            repeated = data.draw(st.permutations(batches + batches[:2]))
            for batch in repeated:
                stores.runs.append(run.id, metrics=batch)
            every = [metric for batch in batches for metric in batch]
            found = stores.runs.get(run.id).metrics
            expected = {key: shown(metric) for key, metric in latest(every).items()}
            assert expected == {key: shown(metric) for key, metric in found.items()}
            for key in {metric.key for metric in every}:
                mine = [metric for metric in every if metric.key == key]
                assert expected_points(mine) == points(stores, run.id, key)
