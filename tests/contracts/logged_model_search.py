"""What filters, orders and pages of every `LoggedModelRepository.find` must mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import closing

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.domain.entities.logged_model import LoggedModel, ModelMetric, ModelStatus
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.search.ast import (
    Comparison,
    DatasetScope,
    Field,
    Filter,
    Kind,
    Like,
    Membership,
    NumberComparison,
    Order,
    Presence,
    TextComparison,
)
from genesis_flow.domain.search.evaluate import predicate, sorted_by
from genesis_flow.domain.search.queries import LoggedModelQuery
from genesis_flow.domain.values.lifecycle import Stage, View
from tests.contracts.samples import NOW, added_experiment, added_model, added_run, measure, model_point, unique
from tests.contracts.searching import (
    attribute,
    falling,
    found_model_ids,
    metric,
    model_query,
    pages,
    param,
    rising,
    tag,
)
from tests.contracts.stores import OpensStores, Stores
from tests.strategies.models import RUNS, model_filters, model_orders, models

PLACES = ("0", "1", "2")
drawn_models = st.lists(models(PLACES), max_size=7, unique_by=lambda model: model.id)


def stored_models(stores: Stores, drawn: Sequence[LoggedModel], experiment_ids: Sequence[str]) -> list[LoggedModel]:
    """The drawn models, stored in these experiments under ids that no other example has, measured by runs."""
    beginning, placed = unique("m")[:14], []
    prefix = unique("r")
    for name in RUNS:
        added_run(stores, experiment_ids[0], id=f"{prefix}{name}")
    for model in drawn:
        id = beginning + model.id[14:] + model.id[:14]
        points = [attrs.evolve(point, model_id=id, run_id=prefix + point.run_id) for point in model.metrics]
        model = attrs.evolve(
            model, id=id, experiment_id=experiment_ids[PLACES.index(model.experiment_id)], metrics=tuple(points)
        )
        stores.logged_models.add(attrs.evolve(model, metrics=()))
        measure(stores, *points)
        placed.append(model)
    return placed


def expected_ids(entities: Sequence[LoggedModel], filter: Filter, order: Order, view: View) -> list[str]:
    """What the reference semantics find."""
    accepts = predicate(filter)
    found = [model for model in entities if model.stage in view.stages and accepts(model)]
    return [model.id for model in sorted_by(found, order)]


def on(key: str, *datasets: tuple[str, str | None]) -> Field:
    """A metric on some datasets."""
    return Field(Kind.METRIC, key, tuple(DatasetScope(*pair) for pair in datasets))


class LoggedModelSearchContract(OpensStores):
    """What filters, orders and pages of every `LoggedModelRepository.find` must mean."""

    @given(drawn=drawn_models, data=st.data())
    def test_searches_find_what_the_reference_finds(self, drawn: list[LoggedModel], data: st.DataObject) -> None:
        """For any filter, order, view and page size the pages join to what the reference finds."""
        with closing(self.open_stores()) as stores:
            experiment_ids = [added_experiment(stores).id for _ in PLACES]
            placed = []
            for model in stored_models(stores, drawn, experiment_ids):
                if data.draw(st.integers(0, 3)) == 0:
                    stores.logged_models.remove(model.id, at=NOW)
                    model = attrs.evolve(model, stage=Stage.DELETED, updated_at=NOW)
                placed.append(model)
            for _ in range(5):
                filter, order = data.draw(model_filters(placed)), data.draw(model_orders(placed))
                view, limit = data.draw(st.sampled_from(View)), data.draw(st.integers(1, 4))
                scope = data.draw(st.permutations(experiment_ids))[data.draw(st.integers(0, 2)) :]
                query = LoggedModelQuery(filter, order, view, limit, experiment_ids=tuple(scope))
                visible = [model for model in placed if model.experiment_id in scope]
                assert expected_ids(visible, filter, order, view) == found_model_ids(stores, query)

    @given(drawn=drawn_models, extra=drawn_models, data=st.data())
    def test_changes_between_pages_neither_repeat_nor_skip(
        self, drawn: list[LoggedModel], extra: list[LoggedModel], data: st.DataObject
    ) -> None:
        """Models that stay as they are come once and in order, whatever comes and goes between pages."""
        with closing(self.open_stores()) as stores:
            experiment_ids = [added_experiment(stores).id for _ in PLACES]
            placed = stored_models(stores, drawn, experiment_ids)
            filter, order = data.draw(model_filters(placed)), data.draw(model_orders([*placed, *extra]))
            leaving = [model for model in placed if data.draw(st.booleans())]
            changed = {model.id for model in leaving}
            coming = list(extra)

            def between(number: int) -> None:
                for model in (leaving.pop() for _ in range(min(len(leaving), 2))):
                    stores.logged_models.remove(model.id, at=NOW)
                    if number % 2:
                        stores.logged_models.purge(model.id)
                stored_models(stores, [coming.pop() for _ in range(min(len(coming), 2))], experiment_ids)

            query = LoggedModelQuery(
                filter, order, limit=data.draw(st.integers(1, 2)), experiment_ids=tuple(experiment_ids)
            )
            found = [model.id for page in pages(stores.logged_models.find, query, between) for model in page]
            unchanged = [model for model in placed if model.id not in changed]
            kept = {model.id for model in unchanged}
            assert expected_ids(unchanged, filter, order, View.ALL) == [id for id in found if id in kept]
            assert len(set(found)) == len(found)

    def test_any_point_satisfies_a_comparison(self, stores: Stores) -> None:
        """Points of any run, step and time count, not only the latest; NaN satisfies only `!=`."""
        run, other = added_run(stores), added_run(stores)
        model = added_model(stores, run.experiment_id)
        silent = added_model(stores, run.experiment_id)
        measure(
            stores, model_point(model.id, "m", 1.0, run.id, step=1), model_point(model.id, "m", 5.0, other.id),
            model_point(model.id, "nan", math.nan, run.id), model_point(silent.id, "other", 1.0, run.id),
        )
        for key, op, value, is_found in (
            ("m", "=", 1.0, True), ("m", "=", 5.0, True), ("m", "=", 3.0, False), ("m", ">", 4.0, True),
            ("m", ">", 5.0, False), ("m", ">=", 5.0, True), ("m", "<", 1.0, False), ("m", "<", 2.0, True),
            ("m", "!=", 1.0, True), ("m", "!=", 7.0, True), ("nan", "!=", 0.0, True), ("nan", "=", 0.0, False),
            ("nan", "<", 1.0, False), ("nan", ">", -1.0, False), ("M", "!=", 1.0, False),
        ):  # fmt: skip
            query = model_query([run.experiment_id], NumberComparison(metric(key), op, value))  # type: ignore[arg-type]  # a table has no literals
            assert ([model.id] if is_found else []) == found_model_ids(stores, query), (key, op, value)

    def test_conditions_are_about_points_on_datasets(self, stores: Stores) -> None:
        """Of several datasets any one will do; name and digest belong to one point; no dataset is none."""
        run = added_run(stores)
        first, second, none = (added_model(stores, run.experiment_id, created_at=NOW - n) for n in range(3))
        measure(
            stores,
            model_point(first.id, "m", 1.0, run.id, dataset=("d", "1")),
            model_point(first.id, "m", 9.0, run.id, dataset=("e", "1")),
            model_point(second.id, "m", 9.0, run.id, dataset=("d", "2")),
            model_point(none.id, "m", 9.0, run.id),
        )
        everything = [first.id, second.id, none.id]
        for field, expected in (
            (on("m"), everything), (on("m", ("d", None)), [second.id]), (on("m", ("e", None)), [first.id]),
            (on("m", ("d", "1")), []), (on("m", ("d", "1"), ("e", "1")), [first.id]), (on("m", ("D", None)), []),
            (on("m", ("d", "2"), ("e", None)), [first.id, second.id]),
        ):  # fmt: skip
            for term in (NumberComparison(field, ">", 5.0), NumberComparison(field, "=", 9.0)):
                assert expected == found_model_ids(stores, model_query([run.experiment_id], term)), term
        for scope, expected in (
            (DatasetScope("d"), [first.id, second.id]), (DatasetScope("d", "1"), [first.id]), (DatasetScope("x"), []),
        ):  # fmt: skip
            term = Presence(Field(Kind.DATASET, "name", (scope,)), present=True)
            assert expected == found_model_ids(stores, model_query([run.experiment_id], term))

    def test_many_points_satisfy_comparisons_too(self, stores: Stores) -> None:
        """What holds for a few points holds for thousands, exact values included, and only in their experiment."""
        run = added_run(stores)
        model, other = added_model(stores, run.experiment_id), added_model(stores)
        for model_id in (model.id, other.id):
            for start in range(0, 1500, 500):
                measure(
                    stores,
                    *(
                        model_point(model_id, "m", n + 0.5, run.id, step=n, dataset=("d", str(n % 2)))
                        for n in range(start, start + 500)
                    ),
                )
        for field, op, value, is_found in (
            (metric("m"), "=", 3.5, True), (metric("m"), "=", 1499.5, True), (metric("m"), "=", 3.0, False),
            (on("m", ("d", "1")), "=", 1499.5, True), (on("m", ("d", "0")), "=", 1499.5, False),
            (on("m", ("d", "0")), "=", 1498.5, True), (metric("M"), "=", 3.5, False), (metric("m"), ">", 1499.0, True),
        ):  # fmt: skip
            query = model_query([run.experiment_id], NumberComparison(field, op, value))  # type: ignore[arg-type]  # a table has no literals
            assert ([model.id] if is_found else []) == found_model_ids(stores, query), (field, op, value)

    def test_orders_follow_the_latest_point(self, stores: Stores) -> None:
        """The greatest timestamp, then step, then the least run id decides; NaN comes after numbers, then nothing."""
        run = added_run(stores, id=unique("a"))
        later = added_run(stores, id=unique("b"))
        names = ("time", "step", "run", "nan", "none", "scoped")
        found = {name: added_model(stores, run.experiment_id, name=name) for name in names}
        ids = {name: model.id for name, model in found.items()}
        measure(
            stores,
            model_point(ids["time"], "m", 1.0, run.id, timestamp=NOW + 1, step=-5),
            model_point(ids["time"], "m", 9.0, run.id, timestamp=NOW, step=99),
            model_point(ids["step"], "m", 2.0, run.id, step=2), model_point(ids["step"], "m", 9.0, run.id, step=1),
            model_point(ids["run"], "m", 3.0, run.id), model_point(ids["run"], "m", 9.0, later.id),
            model_point(ids["nan"], "m", 9.0, run.id), model_point(ids["nan"], "m", math.nan, run.id, step=1),
            model_point(ids["scoped"], "m", 4.0, run.id, dataset=("d", "1")),
            model_point(ids["scoped"], "m", 0.0, run.id, step=1, dataset=("d", "2")),
        )

        def ordered(order: Order) -> list[str]:
            query = model_query([run.experiment_id], order=order, limit=2)
            return [model.name for page in pages(stores.logged_models.find, query) for model in page]

        assert ["scoped", "time", "step", "run", "nan", "none"] == ordered((rising(metric("m")),))
        assert ["run", "step", "time", "scoped", "nan", "none"] == ordered((falling(metric("m")),))
        assert "scoped" == ordered((falling(on("m", ("d", "1"))),))[0]

    def test_the_newest_come_first(self, stores: Stores) -> None:
        """Without an order, later models come first, then smaller ids; page by page, in one experiment or several."""
        experiments = [added_experiment(stores).id for _ in range(2)]
        expected = [
            added_model(stores, experiments[n % 2], created_at=NOW - n // 2, id=f"{unique('m')}").id for n in range(8)
        ]
        expected = [id for pair in zip(expected[::2], expected[1::2], strict=True) for id in sorted(pair)]
        assert expected == found_model_ids(stores, model_query(experiments, limit=3))
        own = [id for id in expected if stores.logged_models.get(id).experiment_id == experiments[0]]
        assert own == found_model_ids(stores, model_query(experiments[:1], limit=1))
        assert [] == found_model_ids(stores, model_query([]))

    def test_attributes_and_texts(self, stores: Stores) -> None:
        """Each kind of comparison on attributes, params and tags finds the model or does not."""
        model = added_model(
            stores, name="Ab", type="Agent", source_run_id="r%", status=ModelStatus.READY, updated_at=NOW + 1,
            params={"p": "1"}, tags={"t": "x_y"},
        )
        hits: Sequence[Comparison] = (
            TextComparison(attribute("name"), "=", "Ab"), Like(attribute("name"), "a%", True),
            TextComparison(attribute("id"), "=", model.id), Membership(attribute("id"), (model.id, "x")),
            TextComparison(attribute("type"), "!=", "x"), TextComparison(attribute("source_run_id"), "=", "r%"),
            NumberComparison(attribute("status"), "=", 2), NumberComparison(attribute("created_at"), "<=", NOW),
            NumberComparison(attribute("updated_at"), ">", NOW + 0.5), TextComparison(param("p"), "=", "1"),
            Like(attribute("artifact_location"), "memory%", False), Membership(tag("t"), ("x_y", "z")),
            TextComparison(attribute("experiment_id"), "=", model.experiment_id), Like(tag("t"), "x_y"),
            Membership(attribute("experiment_id"), ("1", model.experiment_id)), Membership(param("p"), ("2",), True),
        )
        misses: Sequence[Comparison] = (
            TextComparison(attribute("name"), "=", "ab"), TextComparison(param("P"), "!=", "1"),
            TextComparison(attribute("experiment_id"), "!=", model.experiment_id), Like(attribute("type"), "agent"),
            Membership(attribute("experiment_id"), (model.experiment_id,), True), Membership(tag("t"), ("x",)),
            NumberComparison(attribute("status"), "!=", 2), NumberComparison(attribute("status"), "=", 0),
        )
        for terms, expected in ((hits, [model.id]), (misses, [])):
            for term in terms:
                assert expected == found_model_ids(stores, model_query([model.experiment_id], term)), term
        assert [model.id] == found_model_ids(stores, model_query([model.experiment_id], *hits))

    def test_tokens_of_another_search_are_refused(self, stores: Stores) -> None:
        """A token belongs to its experiments, filter, datasets and order."""
        model, other = added_model(stores), added_model(stores)
        added_model(stores, model.experiment_id)
        here = [model.experiment_id]
        token = stores.logged_models.find(model_query(here, limit=1)).next_token
        assert token is not None
        for wrong in (
            model_query(here, TextComparison(attribute("name"), "=", "a"), limit=1),
            model_query(here, order=(rising(attribute("created_at")),), limit=1),
            model_query(here, Presence(Field(Kind.DATASET, "name", (DatasetScope("d"),)), True), limit=1),
            model_query([*here, other.experiment_id], limit=1), model_query([other.experiment_id], limit=1),
        ):
            with pytest.raises(InvalidInput) as caught:
                stores.logged_models.find(attrs.evolve(wrong, page_token=token))
            assert "page_token" == caught.value.field
        for junk in ("no token", "eyJ9", b"\xff", "e30="):
            with pytest.raises(InvalidInput):
                stores.logged_models.find(attrs.evolve(model_query(here), page_token=junk))

    def test_points_are_shown_on_pages(self, stores: Stores) -> None:
        """A found model is the same as one that is read."""
        run = added_run(stores)
        found: list[ModelMetric] = []
        for size in (0, 3, 400):
            model = added_model(stores, run.experiment_id)
            found += [model_point(model.id, "m", float(n), run.id, step=n) for n in range(size)]
        measure(stores, *found)
        page = stores.logged_models.find(model_query([run.experiment_id])).items
        assert [stores.logged_models.get(model.id) for model in page] == list(page)
