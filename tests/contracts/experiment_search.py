"""What searches of every `ExperimentRepository` must find."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.domain.entities.experiment import Experiment, NewExperiment
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.search.ast import (
    Comparison,
    Filter,
    Like,
    Membership,
    NumberComparison,
    Order,
    Presence,
    TextComparison,
)
from genesis_flow.domain.search.evaluate import predicate, sorted_by
from genesis_flow.domain.search.queries import ExperimentQuery
from genesis_flow.domain.values.lifecycle import Stage, View
from tests.contracts.samples import KEYS, NOW, ROOT, added_experiment, unique
from tests.contracts.searching import attribute, experiment_query, falling, pages, rising, tag
from tests.contracts.stores import OpensStores, Stores
from tests.strategies.entities import experiments
from tests.strategies.queries import experiment_filters, experiment_orders

drawn_experiments = st.lists(experiments(), max_size=6, unique_by=lambda experiment: experiment.name)


def stored(stores: Stores, drawn: list[Experiment]) -> list[Experiment]:
    """The drawn experiments, stored under ids that the store gave and names that no other example has."""
    ending, placed = unique("-"), []
    for one in drawn:
        new = NewExperiment(one.name + ending, None, ROOT, one.created_at, one.tags)
        added = stores.experiments.add(new)
        stores.experiments.rename(added.id, added.name, at=one.updated_at)
        placed.append(attrs.evolve(added, updated_at=one.updated_at))
    return placed


def found_ids(stores: Stores, query: ExperimentQuery) -> list[str]:
    """The ids on all pages of a search, in order."""
    return [found.id for page in pages(stores.experiments.find, query) for found in page]


def among(placed: list[Experiment], filter: Filter = Filter()) -> Filter:  # noqa: B008  it is frozen
    """`filter`, for these experiments only: the store may hold others."""
    ids = tuple(experiment.id for experiment in placed)
    return Filter((*filter.terms, Membership(attribute("id"), ids or ("999999999",))))


def expected_ids(placed: list[Experiment], filter: Filter, order: Order, view: View = View.ALL) -> list[str]:
    """What the reference semantics find."""
    accepts = predicate(filter)
    found = [each for each in placed if each.stage in view.stages and accepts(each)]
    return [each.id for each in sorted_by(found, order)]


class ExperimentSearchContract(OpensStores):
    """What searches of every `ExperimentRepository` must find."""

    @given(drawn=drawn_experiments, data=st.data())
    def test_searches_find_what_the_reference_finds(
        self, drawn: list[Experiment], data: st.DataObject
    ) -> None:
        """For any filter, order, view and page size the pages join to what the reference finds."""
        with closing(self.open_stores()) as stores:
            placed = []
            for experiment in stored(stores, drawn):
                if data.draw(st.integers(0, 3)) == 0:
                    stores.experiments.remove(experiment.id, at=NOW)
                    experiment = attrs.evolve(experiment, stage=Stage.DELETED, updated_at=NOW)
                placed.append(experiment)
            for _ in range(5):
                filter = among(placed, data.draw(experiment_filters(placed)))
                order, view = data.draw(experiment_orders()), data.draw(st.sampled_from(View))
                query = ExperimentQuery(filter, order, view, data.draw(st.integers(1, 4)))
                assert expected_ids(placed, filter, order, view) == found_ids(stores, query)

    @given(drawn=drawn_experiments, data=st.data())
    def test_changes_between_pages_neither_repeat_nor_skip(
        self, drawn: list[Experiment], data: st.DataObject
    ) -> None:
        """Experiments that stay as they are come once and in order, whatever comes and goes between pages."""
        with closing(self.open_stores()) as stores:
            placed = stored(stores, drawn)
            filter, order = among(placed), data.draw(experiment_orders())
            leaving = [experiment for experiment in placed if data.draw(st.booleans())]
            kept = [experiment for experiment in placed if experiment not in leaving]

            def between(number: int) -> None:
                added_experiment(stores, created_at=NOW + number)
                if leaving:
                    experiment = leaving.pop()
                    stores.experiments.remove(experiment.id, at=NOW)
                    if number % 2:
                        stores.experiments.purge(experiment.id)

            query = ExperimentQuery(filter, order, limit=data.draw(st.integers(1, 2)))
            found = [each.id for page in pages(stores.experiments.find, query, between) for each in page]
            kept_ids = {experiment.id for experiment in kept}
            assert expected_ids(kept, filter, order) == [id for id in found if id in kept_ids]
            assert len(set(found)) == len(found)

    def test_the_default_experiment_is_found(self, stores: Stores) -> None:
        """A search without a filter finds every active experiment, the default one included."""
        added = added_experiment(stores)
        page = stores.experiments.find(experiment_query())
        assert {"0", added.id} == {experiment.id for experiment in page.items}
        assert page.next_token is None

    def test_found_experiments_are_whole(self, stores: Stores) -> None:
        """`find` returns experiments with all that `get` shows."""
        added = added_experiment(stores, tags=dict.fromkeys(KEYS, "é"))
        found = stores.experiments.find(experiment_query(TextComparison(attribute("id"), "=", added.id)))
        assert [added] == list(found.items)

    def test_the_default_order_is_newest_first(self, stores: Stores) -> None:
        """The latest creation comes first, and of equal ones the smaller id, compared as a number."""
        stores.experiments.remove("0", at=NOW)
        early = [added_experiment(stores, created_at=NOW) for _ in range(11)]
        late = added_experiment(stores, created_at=NOW + 1)
        expected = [late.id, *(experiment.id for experiment in early)]
        for limit in (3, 100):
            assert expected == found_ids(stores, experiment_query(limit=limit))

    def test_ids_order_as_numbers(self, stores: Stores) -> None:
        """Experiment 9 comes before experiment 10."""
        ids = ["0", *(added_experiment(stores).id for _ in range(11))]
        for order, expected in ((rising(attribute("id")), ids), (falling(attribute("id")), ids[::-1])):
            for limit in (3, 100):
                assert expected == found_ids(stores, experiment_query(order=(order,), limit=limit))

    @pytest.mark.parametrize("key", ["created_at", "updated_at", "name"])
    def test_orders(self, stores: Stores, key: str) -> None:
        """Times order as numbers and names by code points; of equal ones the greater id comes first."""
        stores.experiments.remove("0", at=NOW)
        texts, times = ["a", "B", "b", "é", "Z", "10", "9"], [9, 10, 10**12, 2**53 + 1, 2**53, 9]
        values: list[Any] = texts if key == "name" else times
        placed = []
        for value in values:
            created_at = value if key == "created_at" else NOW
            added = added_experiment(stores, name=value if key == "name" else None, created_at=created_at)
            if key == "updated_at":
                stores.experiments.rename(added.id, added.name, at=value)
            placed.append((value, int(added.id)))
        ties_first = sorted(placed, key=lambda row: -row[1])
        for order in (rising(attribute(key)), falling(attribute(key))):
            ordered = sorted(ties_first, key=lambda row: row[0], reverse=not order.ascending)
            query = experiment_query(order=(order,), limit=2)
            assert [str(id) for _, id in ordered] == found_ids(stores, query)

    @pytest.mark.parametrize("view", View)
    def test_views(self, stores: Stores, view: View) -> None:
        """A view shows active experiments, deleted ones, or both."""
        active, deleted = added_experiment(stores), added_experiment(stores)
        stores.experiments.remove(deleted.id, at=NOW)
        expected = {
            View.ACTIVE_ONLY: {"0", active.id}, View.DELETED_ONLY: {deleted.id},
            View.ALL: {"0", active.id, deleted.id},
        }
        assert expected[view] == set(found_ids(stores, experiment_query(view=view)))

    def test_filters(self, stores: Stores) -> None:
        """Names, ids, times and tags are compared as what they are."""
        first = added_experiment(stores, name="Abc.d", created_at=5, tags={"a.b": "X", "$t": ""})
        second = added_experiment(stores, name="abcXd", created_at=2**53 + 1, tags={"a": "X"})
        stores.experiments.rename(first.id, "Abc.d", at=7)
        name, id = attribute("name"), attribute("id")
        cases: list[tuple[Comparison, set[str]]] = [
            (TextComparison(name, "=", "abc.d"), set()),
            (TextComparison(name, "!=", "Abc.d"), {"0", second.id}),
            (Like(name, "%c.d"), {first.id}),
            (Like(name, "abc_d"), {second.id}),
            (Like(name, "ABC_D", ignore_case=True), {first.id, second.id}),
            (TextComparison(id, "=", first.id), {first.id}),
            (TextComparison(id, "!=", first.id), {"0", second.id}),
            (Membership(id, (first.id, "0", "77")), {first.id, "0"}),
            (Membership(id, (first.id, "0"), negated=True), {second.id}),
            (NumberComparison(attribute("created_at"), "<=", 5), {first.id}),
            (NumberComparison(attribute("created_at"), ">", 2**53), {second.id}),
            (NumberComparison(attribute("updated_at"), "=", 7), {first.id}),
            (TextComparison(tag("a.b"), "=", "X"), {first.id}),
            (TextComparison(tag("a"), "=", "X"), {second.id}),
            (TextComparison(tag("a.b"), "!=", "Y"), {first.id}),
            (Like(tag("a"), "x", ignore_case=True), {second.id}),
            (Presence(tag("$t"), True), {first.id}),
            (Presence(tag("$t"), False), {"0", second.id}),
        ]
        for term, expected in cases:
            found = set(found_ids(stores, experiment_query(term)))
            if term.field == attribute("created_at"):
                found.discard("0")  # when the default experiment was made is the adapter's affair
            assert expected == found, term

    def test_pages_are_full(self, stores: Stores) -> None:
        """Every page but the last has `limit` experiments, and only the last has no token."""
        for _ in range(5):
            added_experiment(stores)
        for limit, sizes in ((1, [1] * 6), (2, [2, 2, 2]), (5, [5, 1]), (6, [6]), (7, [6])):
            found = pages(stores.experiments.find, experiment_query(limit=limit))
            assert sizes == [len(page) for page in found]

    def test_tokens_of_another_search_are_refused(self, stores: Stores) -> None:
        """A token belongs to its filter, order and view; another search refuses it."""
        added_experiment(stores)
        token = stores.experiments.find(experiment_query(limit=1)).next_token
        assert token is not None
        for wrong in (
            experiment_query(Presence(tag("t"), False), limit=1),
            experiment_query(order=(rising(attribute("name")),), limit=1),
            experiment_query(view=View.ALL, limit=1),
        ):
            with pytest.raises(InvalidInput) as caught:
                stores.experiments.find(attrs.evolve(wrong, page_token=token))
            assert "page_token" == caught.value.field
