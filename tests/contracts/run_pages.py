"""What pages of every `RunRepository.find` must hold: any filter and order, changes between pages."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from contextlib import closing

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.search.ast import Filter, NumberComparison, Order, Presence
from genesis_flow.domain.search.evaluate import predicate, sorted_by
from genesis_flow.domain.search.queries import RunQuery
from genesis_flow.domain.values.lifecycle import Stage, View
from tests.contracts.samples import NOW, added_experiment, added_run, new_run, point, unique
from tests.contracts.searching import (
    attribute,
    falling,
    found_ids,
    metric,
    pages,
    param,
    rising,
    run_query,
    tag,
)
from tests.contracts.stores import OpensStores, Stores
from tests.strategies.entities import runs
from tests.strategies.queries import run_filters, run_orders

PLACES = ("0", "1", "2")

drawn_runs = st.lists(runs(PLACES), max_size=7, unique_by=lambda run: run.id)


def stored(stores: Stores, drawn: Sequence[Run], experiment_ids: Sequence[str]) -> list[Run]:
    """The drawn runs, stored in these experiments under ids that no other example has."""
    beginning = unique("r")[:14]
    placed = []
    for run in drawn:
        id = beginning + run.id[14:] + run.id[:14]
        run = attrs.evolve(run, id=id, experiment_id=experiment_ids[PLACES.index(run.experiment_id)])
        stores.runs.add(attrs.evolve(run, metrics={}, dataset_inputs=()))
        stores.runs.append(run.id, metrics=list(run.metrics.values()))
        stores.runs.attach(run.id, datasets=run.dataset_inputs)
        placed.append(run)
    return placed


def expected_ids(entities: Sequence[Run], filter: Filter, order: Order, view: View = View.ALL) -> list[str]:
    """What the reference semantics find."""
    accepts = predicate(filter)
    found = [run for run in entities if run.stage in view.stages and accepts(run)]
    return [run.id for run in sorted_by(found, order)]


class RunPagesContract(OpensStores):
    """What pages of every `RunRepository.find` must hold."""

    @given(drawn=drawn_runs, data=st.data())
    def test_searches_find_what_the_reference_finds(self, drawn: list[Run], data: st.DataObject) -> None:
        """For any filter, order, view and page size the pages join to what the reference finds."""
        with closing(self.open_stores()) as stores:
            experiment_ids = [added_experiment(stores).id for _ in PLACES]
            placed = []
            for run in stored(stores, drawn, experiment_ids):
                if data.draw(st.integers(0, 3)) == 0:
                    stores.runs.remove(run.id, at=NOW)
                    run = attrs.evolve(run, stage=Stage.DELETED, deleted_at=NOW)
                placed.append(run)
            for _ in range(5):
                filter, order = data.draw(run_filters(placed)), data.draw(run_orders(placed))
                view, limit = data.draw(st.sampled_from(View)), data.draw(st.integers(1, 4))
                scope = data.draw(st.permutations(experiment_ids))[data.draw(st.integers(0, 1)) :]
                query = RunQuery(filter, order, view, limit, experiment_ids=tuple(scope))
                visible = [run for run in placed if run.experiment_id in scope]
                assert expected_ids(visible, filter, order, view) == found_ids(stores, query)

    @given(drawn=drawn_runs, extra=drawn_runs, data=st.data())
    def test_changes_between_pages_neither_repeat_nor_skip(
        self, drawn: list[Run], extra: list[Run], data: st.DataObject
    ) -> None:
        """Runs that stay as they are come once and in order, whatever comes and goes between pages."""
        with closing(self.open_stores()) as stores:
            experiment_ids = [added_experiment(stores).id for _ in PLACES]
            placed = stored(stores, drawn, experiment_ids)
            filter, order = data.draw(run_filters(placed)), data.draw(run_orders([*placed, *extra]))
            leaving = [run for run in placed if data.draw(st.booleans())]
            changed = {run.id for run in leaving}
            coming = list(extra)

            def between(number: int) -> None:
                for run in (leaving.pop() for _ in range(min(len(leaving), 2))):
                    stores.runs.remove(run.id, at=NOW)
                    if number % 2:
                        stores.runs.purge(run.id)
                stored(stores, [coming.pop() for _ in range(min(len(coming), 2))], experiment_ids)

            limit = data.draw(st.integers(1, 2))
            query = RunQuery(filter, order, limit=limit, experiment_ids=tuple(experiment_ids))
            found = [run.id for page in pages(stores.runs.find, query, between) for run in page]
            unchanged = [run for run in placed if run.id not in changed]
            kept = {run.id for run in unchanged}
            assert expected_ids(unchanged, filter, order) == [id for id in found if id in kept]
            assert len(set(found)) == len(found)

    def test_pages_are_full(self, stores: Stores) -> None:
        """Every page but the last has `limit` runs, and only the last has no token."""
        experiment = added_experiment(stores)
        for _ in range(6):
            added_run(stores, experiment.id)
        for limit, sizes in ((1, [1] * 6), (2, [2, 2, 2]), (4, [4, 2]), (5, [5, 1]), (6, [6]), (7, [6])):
            query = run_query([experiment.id], limit=limit)
            assert sizes == [len(page) for page in pages(stores.runs.find, query)]

    def test_pages_are_full_under_a_filter(self, stores: Stores) -> None:
        """Runs that a filter leaves out take no place on a page."""
        experiment = added_experiment(stores)
        for number in range(30):
            run = added_run(stores, experiment.id)
            stores.runs.append(run.id, metrics=[point("m", float(number))])
            if number % 5 == 0:
                stores.runs.append(run.id, params={"p": "1"})
        terms = (Presence(param("p"), True), NumberComparison(metric("m"), ">", 0))
        query = run_query([experiment.id], *terms, order=(rising(metric("m")),), limit=2)
        assert [2, 2, 1] == [len(page) for page in pages(stores.runs.find, query)]

    def test_nothing_found_is_one_empty_page(self, stores: Stores) -> None:
        """A search that finds nothing gives no runs and no token."""
        page = stores.runs.find(run_query([added_experiment(stores).id]))
        assert (0, None) == (len(page.items), page.next_token)

    @pytest.mark.parametrize(
        "key",
        [
            attribute("started_at"), attribute("ended_at"), attribute("name"), metric("m"), param("p"),
            tag("t"),
        ],
    )
    @pytest.mark.parametrize("is_rising", [True, False])
    def test_newcomers_do_not_move_the_others(self, stores: Stores, key: object, is_rising: bool) -> None:
        """Runs that come before, at and after the place of a page leave the other runs as they were."""
        experiment = added_experiment(stores)
        ids: dict[int, str] = {}

        def add(number: int) -> str:
            # Every third run has none of the fields, every run has an equal neighbour.
            value = number // 2
            fields = {} if number % 3 == 0 else {
                "ended_at": NOW + value, "params": {"p": f"{value:03}"}, "tags": {"t": f"{value:03}"},
            }
            run = added_run(stores, experiment.id, name=f"{value:03}", started_at=NOW + value, **fields)
            if fields:
                value_or_nan = float("nan") if number % 5 == 0 else float(value)
                stores.runs.append(run.id, metrics=[point("m", value_or_nan)])
            return run.id

        for number in range(0, 40, 2):
            ids[number] = add(number)
        newcomers = iter(range(1, 40, 2))
        order = rising(key) if is_rising else falling(key)  # type: ignore[arg-type]  # parametrize has no types
        query = run_query([experiment.id], order=(order,), limit=3)
        expected = found_ids(stores, query)

        def between(number: int) -> None:
            for newcomer in itertools.islice(newcomers, 3):
                add(newcomer)
            stores.runs.append(ids[0], tags={"unrelated": str(number)})

        found = [run.id for page in pages(stores.runs.find, query, between) for run in page]
        assert expected == [id for id in found if id in set(expected)]
        assert len(set(found)) == len(found)

    def test_a_page_goes_on_where_its_last_run_was(self, stores: Stores) -> None:
        """Deleting or erasing the last run of a page does not disturb the next one."""
        experiment = added_experiment(stores)
        ids = [added_run(stores, experiment.id, started_at=NOW - number).id for number in range(6)]

        def between(number: int) -> None:
            stores.runs.remove(ids[2 * number - 1], at=NOW)
            if number == 2:
                stores.runs.purge(ids[2 * number - 1])

        query = run_query([experiment.id], limit=2)
        assert ids == [run.id for page in pages(stores.runs.find, query, between) for run in page]

    def test_tokens_of_another_search_are_refused(self, stores: Stores) -> None:
        """A token belongs to its filter, order, view and experiments; another search refuses it."""
        experiment, other = added_experiment(stores), added_experiment(stores)
        for _ in range(3):
            added_run(stores, experiment.id)
        query = run_query([experiment.id], limit=1)
        token = stores.runs.find(query).next_token
        assert token is not None
        for wrong in (
            run_query([experiment.id], Presence(tag("t"), False), limit=1),
            run_query([experiment.id], order=(rising(attribute("started_at")),), limit=1),
            run_query([experiment.id], view=View.ALL, limit=1),
            run_query([experiment.id, other.id], limit=1),
            run_query([other.id], limit=1),
        ):
            with pytest.raises(InvalidInput) as caught:
                stores.runs.find(attrs.evolve(wrong, page_token=token))
            assert "page_token" == caught.value.field

    @pytest.mark.parametrize(
        "token", ["no token", "eyJ9", b"\xff", "e30=", "bnVsbA==", "W10=", "IjAi", "MQ=="]
    )
    def test_what_is_no_token_is_refused(self, stores: Stores, token: str | bytes) -> None:
        """Text that no search gave is refused as an invalid page token."""
        query = run_query([added_experiment(stores).id])
        with pytest.raises(InvalidInput) as caught:
            stores.runs.find(attrs.evolve(query, page_token=token))
        assert "page_token" == caught.value.field

    def test_tokens_survive_harmless_changes(self, stores: Stores) -> None:
        """A token may be text or bytes, and goes with another page size or order of experiments."""
        experiment, other = added_experiment(stores), added_experiment(stores)
        ids = [added_run(stores, experiment.id, started_at=NOW - number).id for number in range(5)]
        first = stores.runs.find(run_query([experiment.id, other.id], limit=2))
        assert first.next_token is not None
        rest = run_query([other.id, experiment.id], limit=50)
        for token in (first.next_token, first.next_token.encode()):
            page = stores.runs.find(attrs.evolve(rest, page_token=token))
            assert ids[2:] == [run.id for run in page.items]

    def test_an_empty_token_is_the_first_page(self, stores: Stores) -> None:
        """None, "" and b"" all ask for the first page."""
        run = added_run(stores)
        query = run_query([run.experiment_id])
        for token in (None, "", b""):
            page = stores.runs.find(attrs.evolve(query, page_token=token))
            assert [run.id] == [found.id for found in page.items]

    def test_similar_runs_come_once(self, stores: Stores) -> None:
        """Runs that differ in nothing but the id come once each on pages of any size."""
        experiment = added_experiment(stores)
        ids = [new_run(experiment.id).id for _ in range(7)]
        for id in ids:
            added_run(stores, experiment.id, id=id, name="same")
        for limit in (1, 2, 3):
            assert sorted(ids) == found_ids(stores, run_query([experiment.id], limit=limit))
