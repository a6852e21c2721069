"""What filters and orders of every `RunRepository.find` must mean, by example."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest

from genesis_flow.domain.entities.dataset import CONTEXT_TAG
from genesis_flow.domain.search.ast import (
    Comparison,
    Like,
    Membership,
    NumberComparison,
    Presence,
    TextComparison,
)
from genesis_flow.domain.values.lifecycle import RunStatus, View
from genesis_flow.domain.values.limits import INT64_MAX
from tests.contracts.samples import KEYS, NOW, added_experiment, added_run, dataset_input, point
from tests.contracts.searching import (
    attribute,
    dataset,
    falling,
    found_ids,
    metric,
    param,
    rising,
    run_query,
    tag,
)
from tests.contracts.stores import OpensStores, Stores

#: Values of the metric `m` by name of the run; "none" has another metric only.
NUMBERS: Mapping[str, float] = {
    "minus": -1.0, "zero": 0.0, "tenth": 0.1, "more": 0.1 + 1e-12, "one": 1.0, "huge": 1.7e308,
    "inf": math.inf, "-inf": -math.inf, "nan": math.nan,
}
TEXTS = (
    "abc", "ABC", "abC", "a.c", "a%c", "a_c", "a*c", "a\\c", "abcd", "xabc", "", " abc", "abc\n", "a\nc", "é",
    "É", "e\u0301", "ß", "SS", "[abc]", "(a|b)", "^abc$", "a'c", 'a"c', "10", "9", "\U0001f600", "日本",
    "abc ",
)

NUMBER_CASES: tuple[tuple[Any, float, str], ...] = (
    ("=", 0.1, "tenth"),
    ("=", 0, "zero"),
    ("!=", 0.1, "-inf minus zero more one huge inf nan"),
    ("<", 1, "-inf minus zero tenth more"),
    ("<=", 0, "-inf minus zero"),
    (">", 0.1, "more one huge inf"),
    (">=", 0.1 + 1e-12, "more one huge inf"),
    (">", 1.7e308, "inf"),
    ("=", math.inf, "inf"),
    ("=", -math.inf, "-inf"),
    (">", -math.inf, "minus zero tenth more one huge inf"),
    ("<", math.inf, "-inf minus zero tenth more one huge"),
    ("!=", math.inf, "-inf minus zero tenth more one huge nan"),
)
LIKE_CASES: tuple[tuple[str, bool, list[str]], ...] = (
    ("abc", False, ["abc"]),
    ("abc", True, ["abc", "ABC", "abC"]),
    ("ab%", False, ["abc", "abC", "abcd", "abc\n", "abc "]),
    ("%abc", False, ["abc", "xabc", " abc"]),
    ("a_c", False, ["abc", "a.c", "a%c", "a_c", "a*c", "a\\c", "a\nc", "a'c", 'a"c']),
    ("a.c", False, ["a.c"]),
    ("a*c", False, ["a*c"]),
    ("a\\c", False, ["a\\c"]),
    ("^abc$", False, ["^abc$"]),
    ("[abc]", False, ["[abc]"]),
    ("(a|b)", False, ["(a|b)"]),
    ("", False, [""]),
    ("%", False, list(TEXTS)),
    ("_", False, ["é", "É", "ß", "9", "\U0001f600"]),
    ("__", False, ["e\u0301", "SS", "10", "日本"]),
    ("é", False, ["é"]),
    ("é", True, ["é", "É"]),
    ("ß", True, ["ß"]),
    ("ss", True, ["SS"]),
    ("%'%", False, ["a'c"]),
    ("%\n%", False, ["abc\n", "a\nc"]),
    ("ABC%", True, ["abc", "ABC", "abC", "abcd", "abc\n", "abc "]),
    ("ABC%", False, ["ABC"]),
    ("%%c", False, ["abc", "a.c", "a%c", "a_c", "a*c", "a\\c", "xabc", " abc", "a\nc", "a'c", 'a"c']),
)


class RunSearchContract(OpensStores):
    """What filters and orders of every `RunRepository.find` must mean, by example."""

    def test_metrics_compare_as_numbers(self, stores: Stores) -> None:
        """Latest values compare exactly; NaN matches only `!=`, and a missing metric nothing."""
        runs = self._runs_with_numbers(stores)
        for op, value, expected in NUMBER_CASES:
            term = NumberComparison(metric("m"), op, value)
            assert set(expected.split()) == self._names(stores, runs, term), term

    def test_only_the_latest_value_counts(self, stores: Stores) -> None:
        """A value that another point has overtaken matches nothing, also when it arrives later."""
        run = added_run(stores)
        stores.runs.append(run.id, metrics=[point("m", 1.0, step=2)])
        stores.runs.append(run.id, metrics=[point("m", 9.0, step=1)])
        for value, expected in ((1.0, [run.id]), (9.0, [])):
            query = run_query([run.experiment_id], NumberComparison(metric("m"), "=", value))
            assert expected == found_ids(stores, query)

    @pytest.mark.parametrize("ascending", [True, False])
    def test_metrics_order_as_numbers(self, stores: Stores, ascending: bool) -> None:
        """Numbers are in order, then NaN, then runs without the metric, in both directions."""
        runs = self._runs_with_numbers(stores)
        order = (rising(metric("m")),) if ascending else (falling(metric("m")),)
        numbers = ["-inf", "minus", "zero", "tenth", "more", "one", "huge", "inf"]
        expected = [*(numbers if ascending else numbers[::-1]), "nan", "none"]
        query = run_query(set(runs.values()), order=order, limit=3)
        found = [stores.runs.get(id).name for id in found_ids(stores, query)]
        assert expected == found

    @pytest.mark.parametrize("kind", [param, tag])
    def test_texts_compare_by_code_points(self, stores: Stores, kind: Any) -> None:
        """`=` and `!=` are exact: case, accents, spaces and line ends count, and nothing is a wildcard."""
        ids = self._runs_with_texts(stores)
        for wanted in TEXTS:
            others = set(TEXTS) - {wanted}
            assert {wanted} == self._texts(stores, ids, TextComparison(kind("t"), "=", wanted))
            assert others == self._texts(stores, ids, TextComparison(kind("t"), "!=", wanted))

    @pytest.mark.parametrize("kind", [param, tag])
    def test_like_matches_whole_texts(self, stores: Stores, kind: Any) -> None:
        """`%` is any run of characters, `_` is one, nothing else is special; ILIKE alone ignores case."""
        ids = self._runs_with_texts(stores)
        for pattern, ignore_case, expected in LIKE_CASES:
            term = Like(kind("t"), pattern, ignore_case)
            assert set(expected) == self._texts(stores, ids, term), term

    @pytest.mark.parametrize("kind", [param, tag])
    def test_presence(self, stores: Stores, kind: Any) -> None:
        """IS NOT NULL finds runs with the key, an empty value included; IS NULL finds the others."""
        experiment = added_experiment(stores)
        here = added_run(stores, experiment.id, params={"t": ""}, tags={"t": ""})
        other = added_run(stores, experiment.id, params={"T": "1"}, tags={"T": "1"})
        for present, expected in ((True, here.id), (False, other.id)):
            assert [expected] == found_ids(stores, run_query([experiment.id], Presence(kind("t"), present)))

    def test_keys_are_compared_exactly(self, stores: Stores) -> None:
        """A field is found under its own key and under no similar one, whatever characters it holds."""
        experiment = added_experiment(stores)
        ids = {}
        for key in KEYS:
            ids[key] = added_run(stores, experiment.id, params={key: "1"}, tags={key: "1"}).id
            stores.runs.append(ids[key], metrics=[point(key, 1.0)])
        for key, id in ids.items():
            for term in (
                TextComparison(param(key), "=", "1"), Like(param(key), "%"), Presence(param(key), True),
                TextComparison(tag(key), "=", "1"), Presence(tag(key), True),
                NumberComparison(metric(key), "=", 1),
            ):
                assert [id] == found_ids(stores, run_query([experiment.id], term)), term

    def test_keys_order_exactly(self, stores: Stores) -> None:
        """An order looks at its own key and at no similar one, whatever characters it holds."""
        experiment = added_experiment(stores)
        for key in KEYS:
            # The other run would be first in one of the directions if another key were looked at.
            others = {other: "1" for other in KEYS if other != key}
            run = added_run(stores, experiment.id, params={key: "1"}, tags={key: "1"}, started_at=0)
            other = added_run(stores, experiment.id, params=others, tags=others)
            stores.runs.append(run.id, metrics=[point(key, 1.0)])
            stores.runs.append(other.id, metrics=[point(each, 1.0) for each in others])
            for field in (param(key), tag(key), metric(key)):
                for order in (rising(field), falling(field)):
                    found = found_ids(stores, run_query([experiment.id], order=(order,)))
                    assert [run.id, other.id] == found, order
            for each in (run, other):
                stores.runs.remove(each.id, at=NOW)

    def test_texts_order_by_code_points(self, stores: Stores) -> None:
        """Params and tags order as texts, capitals before small letters; runs without them come last."""
        ids = self._runs_with_texts(stores)
        missing = added_run(stores, stores.runs.get(next(iter(ids))).experiment_id)
        for field in (param("t"), tag("t")):
            for order in (rising(field), falling(field)):
                expected = [*sorted(TEXTS, reverse=not order.ascending), None]
                query = run_query([missing.experiment_id], order=(order,), limit=7)
                assert expected == [ids.get(id) for id in found_ids(stores, query)]

    @pytest.mark.parametrize(
        ("key", "value"),
        [("id", "x-1"), ("name", "Ünïque"), ("status", "FAILED"), ("user_id", "a.b"), ("artifact_uri", "s3://b/%20")],
    )
    def test_attributes_are_texts(self, stores: Stores, key: str, value: str) -> None:
        """Ids, names, states, users and places compare as texts."""
        experiment = added_experiment(stores)
        stored = RunStatus(value) if key == "status" else value
        run, other = added_run(stores, experiment.id, **{key: stored}), added_run(stores, experiment.id)
        field = attribute(key)
        for term, expected in (
            (TextComparison(field, "=", value), run.id),
            (TextComparison(field, "!=", value), other.id),
            (Like(field, value[:-1] + "_"), run.id),
            (Like(field, value.upper().replace("X", "x"), ignore_case=True), run.id),
        ):
            assert [expected] == found_ids(stores, run_query([experiment.id], term))

    def test_ids_may_be_listed(self, stores: Stores) -> None:
        """IN finds the runs with the listed ids, NOT IN the others."""
        experiment = added_experiment(stores)
        runs = [added_run(stores, experiment.id).id for _ in range(4)]
        listed = (*runs[:2], "unknown")
        for negated, expected in ((False, runs[:2]), (True, runs[2:])):
            query = run_query([experiment.id], Membership(attribute("id"), listed, negated))
            assert sorted(expected) == sorted(found_ids(stores, query))

    def test_times_are_whole_numbers(self, stores: Stores) -> None:
        """Times compare exactly, also beyond 2**53 and with fractions; a missing end matches nothing."""
        experiment = added_experiment(stores)
        early = added_run(stores, experiment.id, started_at=NOW, ended_at=None)
        late = added_run(stores, experiment.id, started_at=2**53 + 1, ended_at=INT64_MAX)
        for key, op, value, expected in (
            ("started_at", "=", NOW, [early.id]),
            ("started_at", "!=", NOW, [late.id]),
            ("started_at", ">", NOW + 0.5, [late.id]),
            ("started_at", ">=", NOW - 0.5, [late.id, early.id]),
            ("started_at", "=", NOW + 0.5, []),
            ("started_at", "=", 2**53, []),
            ("started_at", ">", 2**53, [late.id]),
            ("started_at", "<", 1e300, [late.id, early.id]),
            ("started_at", ">", -math.inf, [late.id, early.id]),
            ("started_at", "<=", 10**30, [late.id, early.id]),
            ("ended_at", "!=", 1, [late.id]),
            ("ended_at", "=", INT64_MAX, [late.id]),
            ("ended_at", "=", INT64_MAX - 1, []),
        ):
            term = NumberComparison(attribute(key), op, value)  # type: ignore[arg-type]  # a literal in a tuple
            assert expected == found_ids(stores, run_query([experiment.id], term)), term
        for order in (rising(attribute("ended_at")), falling(attribute("ended_at"))):
            assert [late.id, early.id] == found_ids(stores, run_query([experiment.id], order=(order,)))

    def test_any_dataset_of_a_run_counts(self, stores: Stores) -> None:
        """A condition on datasets holds if any one satisfies it; two may be met by two of them."""
        experiment = added_experiment(stores)
        run, other, bare = (added_run(stores, experiment.id) for _ in range(3))
        both = [
            dataset_input("a", "1", {CONTEXT_TAG: "train"}), dataset_input("b", "2", {CONTEXT_TAG: "eval"}),
        ]
        stores.runs.attach(run.id, datasets=both)
        stores.runs.attach(other.id, datasets=[dataset_input("B", "1")])
        name, digest, context = dataset("name"), dataset("digest"), dataset("context")
        cases: list[tuple[tuple[Comparison, ...], set[str]]] = [
            ((TextComparison(name, "=", "a"),), {run.id}),
            ((TextComparison(name, "!=", "a"),), {run.id, other.id}),
            ((TextComparison(name, "=", "a"), TextComparison(digest, "=", "2")), {run.id}),
            ((Like(name, "b", ignore_case=True),), {run.id, other.id}),
            ((Like(name, "_"), TextComparison(context, "=", "eval")), {run.id}),
            ((Membership(digest, ("1", "9")),), {run.id, other.id}),
            ((Membership(name, ("a", "b"), negated=True),), {other.id}),
            ((Membership(name, ("a",), negated=True),), {run.id, other.id}),
            ((TextComparison(context, "!=", "train"),), {run.id}),
            ((TextComparison(name, "=", "train"),), set()),
        ]
        for terms, expected in cases:
            assert expected == set(found_ids(stores, run_query([experiment.id], *terms))), terms
        assert bare.id in found_ids(stores, run_query([experiment.id]))

    def test_all_terms_must_hold(self, stores: Stores) -> None:
        """A filter is a conjunction, also of several terms on one field."""
        runs = self._runs_with_numbers(stores)
        terms = [
            NumberComparison(metric("m"), ">", -1), NumberComparison(metric("m"), "<=", 1),
            NumberComparison(metric("m"), "!=", 0.1), TextComparison(attribute("name"), "!=", "one"),
        ]
        assert {"zero", "more"} == self._names(stores, runs, *terms)

    @pytest.mark.parametrize(
        ("view", "expected"), [(View.ACTIVE_ONLY, "a"), (View.DELETED_ONLY, "d"), (View.ALL, "ad")]
    )
    def test_views_select_by_the_stage_of_the_run(self, stores: Stores, view: View, expected: str) -> None:
        """A view looks at the runs' own stage, not at that of their experiment."""
        experiment = added_experiment(stores)
        names = {added_run(stores, experiment.id).id: name for name in "ad"}
        stores.experiments.remove(experiment.id, at=NOW)
        stores.runs.restore(next(iter(names)))
        found = found_ids(stores, run_query([experiment.id], view=view))
        assert sorted(expected) == sorted(names[id] for id in found)

    def test_only_the_named_experiments_are_searched(self, stores: Stores) -> None:
        """No experiment finds nothing, an unknown one nothing, and others are not seen."""
        runs = [added_run(stores) for _ in range(12)]
        assert [] == found_ids(stores, run_query([]))
        assert [] == found_ids(stores, run_query(["999999999"]))
        assert [runs[0].id] == found_ids(stores, run_query([runs[0].experiment_id, "999999999"]))

    def test_experiments_are_ordered_together(self, stores: Stores) -> None:
        """Runs of several experiments come in one order, not experiment by experiment."""
        experiments = [added_experiment(stores).id for _ in range(3)]
        runs = []
        for number in range(9):
            run = added_run(stores, experiments[number % 3], started_at=NOW + number)
            stores.runs.append(run.id, metrics=[point("m", float(number))])
            runs.append(run.id)
        for order, expected in (
            ((), runs[::-1]),
            ((rising(metric("m")),), runs),
            ((falling(metric("m")),), runs[::-1]),
            ((rising(attribute("started_at")),), runs),
        ):
            for limit in (2, 100):
                assert expected == found_ids(stores, run_query(experiments, order=order, limit=limit))

    def test_ties_are_broken(self, stores: Stores) -> None:
        """Runs that the order does not tell apart come latest start first, then by id."""
        experiment = added_experiment(stores)
        for id, started_at in (("b", 5), ("a", 5), ("c", 7), ("B", 5)):
            id += experiment.name
            added_run(stores, experiment.id, id=id, started_at=started_at, params={"p": "1"})
        for order in ((), (rising(param("p")),), (falling(param("missing")),)):
            found = found_ids(stores, run_query([experiment.id], order=order, limit=1))
            assert ["c", "B", "a", "b"] == [id[0] for id in found]

    def test_several_orders_count_in_turn(self, stores: Stores) -> None:
        """A later sort key decides among runs that the earlier ones leave equal, each in its direction."""
        experiment = added_experiment(stores)
        for name, first, second in (("a", 1.0, "x"), ("b", 1.0, "y"), ("c", 2.0, "x"), ("d", math.nan, "x")):
            run = added_run(stores, experiment.id, name=name, params={"p": second})
            stores.runs.append(run.id, metrics=[point("m", first)])
        order = (falling(metric("m")), falling(param("p")))
        found = found_ids(stores, run_query([experiment.id], order=order, limit=1))
        assert ["c", "b", "a", "d"] == [stores.runs.get(id).name for id in found]

    def test_filter_and_order_on_one_metric(self, stores: Stores) -> None:
        """A filter holds also when the order is by the same metric, and each run comes once."""
        runs = self._runs_with_numbers(stores)
        (experiment_id,) = set(runs.values())
        stores.runs.append(next(iter(runs)), metrics=[point("m", -1.0, step=step) for step in range(1, 5)])
        query = run_query(
            [experiment_id], NumberComparison(metric("m"), "<", 1), order=(falling(metric("m")),), limit=2
        )
        found = [stores.runs.get(id).name for id in found_ids(stores, query)]
        assert ["more", "tenth", "zero", "minus", "-inf"] == found

    def test_found_runs_are_whole(self, stores: Stores) -> None:
        """`find` returns runs with all that `get` shows."""
        run = added_run(stores, params={"a.b": "1"}, tags={"$t": "1"}, ended_at=NOW + 1)
        stores.runs.append(run.id, metrics=[point("m", 1 / 3, step=-1)])
        stores.runs.remove(run.id, at=NOW)
        query = run_query([run.experiment_id], view=View.ALL)
        assert [stores.runs.get(run.id)] == list(stores.runs.find(query).items)

    def _runs_with_numbers(self, stores: Stores) -> dict[str, str]:
        experiment = added_experiment(stores)
        runs = {}
        for name, value in NUMBERS.items():
            run = added_run(stores, experiment.id, name=name)
            stores.runs.append(run.id, metrics=[point("m", value), point("other", 0.1)])
            runs[run.id] = experiment.id
        none = added_run(stores, experiment.id, name="none")
        stores.runs.append(none.id, metrics=[point("M", 1.0), point("m.m", 1.0)])
        return {**runs, none.id: experiment.id}

    def _names(self, stores: Stores, runs: Mapping[str, str], *terms: Comparison) -> set[str]:
        found = found_ids(stores, run_query(set(runs.values()), *terms))
        return {stores.runs.get(id).name for id in found}

    def _runs_with_texts(self, stores: Stores) -> dict[str, str]:
        experiment = added_experiment(stores)
        return {
            added_run(stores, experiment.id, params={"t": text}, tags={"t": text}).id: text for text in TEXTS
        }

    def _texts(self, stores: Stores, ids: Mapping[str, str], term: Comparison) -> set[str]:
        experiment_id = stores.runs.get(next(iter(ids))).experiment_id
        return {ids[id] for id in found_ids(stores, run_query([experiment_id], term))}
