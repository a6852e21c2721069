"""What searches of every model registry must find."""

from __future__ import annotations

from contextlib import closing

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.domain.entities.model_version import ModelVersion
from genesis_flow.domain.entities.registered_model import PROMPT_TAG, RegisteredModel
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.search.ast import (
    Comparison,
    Filter,
    Like,
    Membership,
    NumberComparison,
    Presence,
    TextComparison,
)
from genesis_flow.domain.search.evaluate import predicate, sorted_by
from genesis_flow.domain.search.queries import ModelVersionQuery, RegisteredModelQuery
from tests.contracts.registry_samples import (
    added_model,
    added_version,
    found_names,
    found_versions,
    model_query,
    new_model,
    new_version,
    version_query,
)
from tests.contracts.samples import KEYS, NOW, unique
from tests.contracts.searching import attribute, falling, pages, rising, tag
from tests.contracts.stores import OpensStores, Stores
from tests.strategies.entities import texts_by_key, times
from tests.strategies.queries import model_filters, model_orders, version_filters, version_orders
from tests.strategies.text import values

NAME = attribute("name")
PROMPT = {PROMPT_TAG: "true"}

some_tags = st.builds(lambda tags, own: {**tags, **own}, texts_by_key(), st.sampled_from(({}, {}, PROMPT)))
some_names = st.sampled_from(("a", "A", "a%", "a_", "é", "e\u0301", "a'b", "b", "a\\", "$a", "a.b", "😀"))


@st.composite
def drawn_models(draw: st.DrawFn, stores: Stores) -> tuple[list[RegisteredModel], list[ModelVersion]]:
    """Models and versions that the store has now."""
    prefix, models, versions = unique("search") + "-", [], []
    for name in draw(st.lists(some_names, max_size=4, unique=True)):
        new = new_model(prefix + name, created_at=draw(times()), tags=draw(some_tags))
        stores.models.add(new)
        for _ in range(draw(st.integers(0, 3))):
            version = new_version(
                new.name, created_at=draw(times()), tags=draw(some_tags), source=draw(values()),
                run_id=draw(st.none() | st.sampled_from(("r", "R", "", "r%"))),
            )
            versions.append(stores.versions.add(version))
        models.append(stores.models.describe(new.name, None, at=draw(times())))
    return models, versions


class RegistrySearchContract(OpensStores):
    """What searches of every model registry must find."""

    @given(data=st.data())
    def test_searches_of_models_find_what_the_reference_finds(self, data: st.DataObject) -> None:
        """For any filter, order and page size the pages join to what the reference finds."""
        with closing(self.open_stores()) as stores:
            placed, _ = data.draw(drawn_models(stores))
            known = tuple(model.name for model in placed) or ("none",)
            for _ in range(4):
                drawn, order = data.draw(model_filters(placed)), data.draw(model_orders())
                filter, sees = Filter((*drawn.terms, Membership(NAME, known))), data.draw(st.booleans())
                query = RegisteredModelQuery(
                    filter, order, limit=data.draw(st.integers(1, 3)), sees_prompts=sees
                )
                accepts = predicate(filter)
                found = [one for one in placed if accepts(one) and (sees or one.tags.get(PROMPT_TAG) != "true")]
                assert [one.name for one in sorted_by(found, order)] == found_names(stores, query)

    @given(data=st.data())
    def test_searches_of_versions_find_what_the_reference_finds(self, data: st.DataObject) -> None:
        """For any filter, order and page size the pages join to what the reference finds."""
        with closing(self.open_stores()) as stores:
            models, placed = data.draw(drawn_models(stores))
            prefix = models[0].name[: len(unique("search")) + 1] if models else unique()
            known = tuple(model.name for model in models) or ("none",)
            scopes = [Membership(NAME, known), Like(NAME, f"{prefix}%"), TextComparison(NAME, "=", known[0])]
            for _ in range(5):
                drawn, order = data.draw(version_filters(placed)), data.draw(version_orders())
                filter, sees = Filter((*drawn.terms, data.draw(st.sampled_from(scopes)))), data.draw(st.booleans())
                query = ModelVersionQuery(filter, order, limit=data.draw(st.integers(1, 3)), sees_prompts=sees)
                accepts = predicate(filter)
                found = [one for one in placed if accepts(one) and (sees or one.tags.get(PROMPT_TAG) != "true")]
                expected = [(one.name, one.version) for one in sorted_by(found, order)]
                assert expected == found_versions(stores, query)

    def test_found_models_and_versions_are_whole(self, stores: Stores) -> None:
        """`find` returns all that `get` shows, but for the aliases of versions."""
        model = added_model(stores, description="d", tags=dict.fromkeys(KEYS, "é"))
        added_version(stores, model.name, run_id="r", tags=dict.fromkeys(KEYS, "é"))
        stores.models.set_alias(model.name, "best", 1)
        named = TextComparison(NAME, "=", model.name)
        assert [stores.models.get(model.name)] == list(stores.models.find(model_query(named)).items)
        version = attrs.evolve(stores.versions.get(model.name, 1), aliases=())
        for terms in ((named,), ()):
            assert [version] == list(stores.versions.find(version_query(*terms)).items)

    def test_default_orders(self, stores: Stores) -> None:
        """Models come by name; versions by the latest update, then by name, then the greatest number first."""
        for name in ("b", "a", "B"):
            stores.models.add(new_model(name))
            for _ in range(2):
                added_version(stores, name)
        stores.versions.describe("b", 1, "d", at=NOW + 1)
        expected = [("b", 1), ("B", 2), ("B", 1), ("a", 2), ("a", 1), ("b", 2)]
        for limit in (1, 2, 100):
            assert ["B", "a", "b"] == found_names(stores, model_query(limit=limit))
            assert expected == found_versions(stores, version_query(limit=limit))
            named = version_query(Membership(NAME, ("a", "b")), limit=limit)
            assert [("b", 1), ("a", 2), ("a", 1), ("b", 2)] == found_versions(stores, named)

    def test_prompts_are_left_out_unless_they_are_asked_for(self, stores: Stores) -> None:
        """What has the prompt tag with the value "true" is found only by searches that see prompts."""
        stores.models.add(new_model("m", tags={PROMPT_TAG: "false"}))
        stores.models.add(new_model("p", tags=PROMPT))
        added_version(stores, "m")
        added_version(stores, "p", tags=PROMPT)
        wanted = TextComparison(tag(PROMPT_TAG), "=", "true")
        assert ["m"] == found_names(stores, model_query())
        assert ["m", "p"] == found_names(stores, model_query(prompts=True))
        assert ["p"] == found_names(stores, model_query(wanted, prompts=True))
        assert [("m", 1)] == found_versions(stores, version_query())
        assert [("p", 1)] == found_versions(stores, version_query(wanted, prompts=True))

    def test_filters_of_models(self, stores: Stores) -> None:
        """Names and tags are compared as what they are, and a search follows what changes."""
        stores.models.add(new_model("Abc.d", tags={"a.b": "X", "$t": ""}))
        stores.models.add(new_model("gone"))
        stores.models.set_tags("gone", {"a": "X", "old": "1"})
        stores.models.remove_tag("gone", "old")
        stores.models.rename("gone", "abcXd", at=NOW)
        cases: list[tuple[Comparison, set[str]]] = [
            (TextComparison(NAME, "=", "abc.d"), set()),
            (TextComparison(NAME, "=", "gone"), set()),
            (TextComparison(NAME, "!=", "Abc.d"), {"abcXd"}),
            (Like(NAME, "abc_d"), {"abcXd"}),
            (Like(NAME, "ABC_D", ignore_case=True), {"Abc.d", "abcXd"}),
            (Membership(NAME, ("abcXd", "x")), {"abcXd"}),
            (Membership(NAME, ("abcXd", "x"), negated=True), {"Abc.d"}),
            (TextComparison(tag("a.b"), "=", "X"), {"Abc.d"}),
            (TextComparison(tag("a"), "=", "X"), {"abcXd"}),
            (TextComparison(tag("a"), "!=", "Y"), {"abcXd"}),
            (Like(tag("a"), "x", ignore_case=True), {"abcXd"}),
            (Presence(tag("old"), True), set()),
            (Presence(tag("$t"), True), {"Abc.d"}),
            (Presence(tag("$t"), False), {"abcXd"}),
        ]
        for term, expected in cases:
            assert expected == set(found_names(stores, model_query(term))), term

    def test_filters_of_versions(self, stores: Stores) -> None:
        """Names, numbers, runs, sources and tags are compared as what they are; a missing run matches nothing."""
        stores.models.add(new_model("m"))
        long = "s3://b/" + "x" * 100
        added_version(stores, "m", run_id="r1", source=long + "1", tags={"a.b": "X"})
        added_version(stores, "m", source=long + "2", tags={"a": "X"})
        added_version(stores, "m", run_id="R1", source="gone")
        stores.versions.set_tags("m", 3, {"a": long, "b": "1"})
        stores.versions.remove_tag("m", 3, "b")
        run, source, number = attribute("run_id"), attribute("source"), attribute("version")
        cases: list[tuple[Comparison, set[int]]] = [
            (TextComparison(run, "=", "r1"), {1}),
            (TextComparison(run, "!=", "r1"), {3}),
            (Membership(run, ("r1", "x")), {1}),
            (Membership(run, ("r1",), negated=True), {3}),
            (Like(run, "R_", ignore_case=True), {1, 3}),
            (TextComparison(source, "=", long + "1"), {1}),
            (Like(source, long + "%"), {1, 2}),
            (NumberComparison(number, ">=", 2), {2, 3}),
            (NumberComparison(number, "!=", 2), {1, 3}),
            (NumberComparison(number, "<", 10**30), {1, 2, 3}),
            (TextComparison(tag("a.b"), "=", "X"), {1}),
            (TextComparison(tag("a"), "!=", "Y"), {2, 3}),
            (TextComparison(tag("a"), "=", long), {3}),
            (Like(tag("a"), long + "%"), {3}),
            (Presence(tag("b"), True), set()),
            (TextComparison(NAME, "=", "M"), set()),
            (Like(NAME, "M", ignore_case=True), {1, 2, 3}),
        ]
        for term, expected in cases:
            for scope in ((), (TextComparison(NAME, "=", "m"),)):
                found = found_versions(stores, version_query(term, *scope))
                assert expected == {version for _, version in found}, term

    def test_changes_between_pages_neither_repeat_nor_skip(self, stores: Stores) -> None:
        """Versions that stay as they are come once, whatever comes and goes between pages."""
        name = added_model(stores).name
        for number in range(1, 9):
            added_version(stores, name, created_at=NOW + number)

        def between(page: int) -> None:
            added_version(stores, name, created_at=NOW + 100 + page)
            if page <= 3:
                stores.versions.remove(name, page, at=NOW)

        for terms in ((TextComparison(NAME, "=", name),), ()):
            query = version_query(*terms, limit=2)
            found = [each.version for page in pages(stores.versions.find, query, between) for each in page]
            assert len(set(found)) == len(found)
            assert [8, 7, 6, 5, 4] == [number for number in found if number in range(4, 9)]
            between = lambda page: None  # noqa: E731

    def test_orders(self, stores: Stores) -> None:
        """Models and versions order by name and times, versions by number too."""
        for place, name in enumerate(("b", "a")):
            stores.models.add(new_model(name, created_at=NOW + place))
            for step in (5, 3, 4):
                added_version(stores, name, created_at=NOW + step)
        updated, number = attribute("updated_at"), attribute("version")
        assert ["a", "b"] == found_names(stores, model_query(order=(falling(updated),)))
        assert ["b", "a"] == found_names(stores, model_query(order=(falling(NAME),), limit=1))
        first = [("a", 3), ("a", 2), ("a", 1), ("b", 3), ("b", 2), ("b", 1)]
        assert first == found_versions(stores, version_query(order=(rising(NAME),), limit=2))
        oldest = [("a", 2), ("b", 2), ("a", 3), ("b", 3), ("a", 1), ("b", 1)]
        assert oldest == found_versions(stores, version_query(order=(rising(attribute("created_at")),), limit=2))
        greatest = [("a", 3), ("b", 3), ("a", 2), ("b", 2), ("a", 1), ("b", 1)]
        assert greatest == found_versions(stores, version_query(order=(falling(number),), limit=2))

    def test_tokens_of_another_search_are_refused(self, stores: Stores) -> None:
        """A token belongs to its filter, order and view of prompts; another search refuses it."""
        for _ in range(2):
            added_version(stores)
        token = stores.models.find(model_query(limit=1)).next_token
        assert token is not None
        for wrong in (model_query(Presence(tag("t"), False)), model_query(prompts=True)):
            with pytest.raises(InvalidInput) as caught:
                stores.models.find(attrs.evolve(wrong, page_token=token))
            assert "page_token" == caught.value.field
        with pytest.raises(InvalidInput):
            stores.versions.find(attrs.evolve(version_query(), page_token=token))
