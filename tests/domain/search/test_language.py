"""The language itself: every text is read or refused, quickly, and filters survive being written."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from genesis_flow.domain.errors import InvalidSearch
from genesis_flow.domain.search import lexer
from genesis_flow.domain.search.ast import (
    Comparison,
    Field,
    Filter,
    Kind,
    Like,
    Membership,
    NumberComparison,
    Order,
    OrderKey,
    Presence,
    TextComparison,
)
from genesis_flow.domain.search.binding import LONGEST_PATTERN, MOST_COMPARISONS, bind_filter, bind_order
from genesis_flow.domain.search.fields import EXPERIMENTS, MODEL_VERSIONS, REGISTERED_MODELS, RUNS, EntityFields
from genesis_flow.domain.search.unparse import unparse, unparse_order
from tests.strategies.entities import experiments, runs
from tests.strategies.queries import (
    experiment_filters,
    experiment_orders,
    model_filters,
    model_orders,
    run_filters,
    run_orders,
    version_filters,
    version_orders,
)

#: What filters are made of, whole and in pieces.
PIECES = (
    "metrics.", "params", "tags.", "m", "`", "'", '"', ".", " ", "=", "!=", "<", "LIKE", "IN", "NOT", "IS",
    "NULL", "AND", "OR", "(", ")", ",", ";", "1", "-1.5e3", "'x'", "name", "run_id", "\0", "\n", "é",
    "\ud800", "%", "\\", "start_time", "dataset.name", "DESC", "e\u0301", "ı",
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=12)
QUOTE_FREE = st.text("aA .%_\\\n\0é\u0301/-`$", max_size=4)

TEXT_KINDS = (Kind.PARAM, Kind.TAG)
METRIC, PARAM, TAG = (Field(kind, "k") for kind in (Kind.METRIC, Kind.PARAM, Kind.TAG))


def refusals(text: str, entity: EntityFields) -> list[InvalidSearch]:
    """Why `text` is not a filter and not an order, as far as that is so."""
    found = []
    try:
        bind_filter(text, entity)
    except InvalidSearch as error:
        found.append(error)
    try:
        bind_order([text], entity)
    except InvalidSearch as error:
        found.append(error)
    return found


@given(TEXTS)
@example("metrics.m > ")
@example("`a`.")
@example("a.'")
@example("\ud800")
def test_every_text_is_read_or_refused(text: str) -> None:
    """A filter or order is bound or raises `InvalidSearch` with a place in the text; nothing else happens."""
    entities = (RUNS, EXPERIMENTS, REGISTERED_MODELS, MODEL_VERSIONS)
    for refusal in [refusal for entity in entities for refusal in refusals(text, entity)]:
        assert -1 <= refusal.position <= len(text)


@given(TEXTS)
def test_tokens_cover_the_text(text: str) -> None:
    """Tokens come in the order of the text, do not overlap, and leave out nothing but space."""
    try:
        tokens = list(lexer.tokens(text))
    except InvalidSearch:
        return
    at = 0
    for token in tokens:
        assert at <= token.start < token.end
        assert not text[at : token.start].strip()
        at = token.end
    assert not text[at:].strip()


@given(st.data())
def test_filters_survive_being_written(data: st.DataObject) -> None:
    """What `unparse` writes is bound to the same filter again."""
    stored_runs = data.draw(st.lists(runs(["1"]), max_size=3))
    stored = data.draw(st.lists(experiments(), max_size=3))
    cases: list[tuple[Filter, EntityFields]] = [
        (data.draw(run_filters(stored_runs)), RUNS), (data.draw(experiment_filters(stored)), EXPERIMENTS),
        (data.draw(model_filters([])), REGISTERED_MODELS), (data.draw(version_filters([])), MODEL_VERSIONS),
    ]
    for filter, entity in cases:
        try:
            text = unparse(filter, entity)
        except InvalidSearch:
            assert "'" in repr(filter)
        else:
            assert filter == bind_filter(text, entity)


@given(QUOTE_FREE, QUOTE_FREE, st.sampled_from(["'", '"', "''", '""', ""]), st.sampled_from(TEXT_KINDS))
def test_awkward_keys_and_values_survive_being_written(key: str, value: str, quote: str, kind: Kind) -> None:
    """Backticks, dots, quotes, backslashes, wildcards and newlines in keys and values mean themselves."""
    text = value + quote + value
    field = Field(kind, key)
    terms: tuple[Comparison, ...] = (
        TextComparison(field, "!=", text), Like(field, text, ignore_case=True), Presence(field, present=False)
    )
    assert Filter(terms) == bind_filter(unparse(Filter(terms), RUNS), RUNS)


@given(st.data())
def test_orders_survive_being_written(data: st.DataObject) -> None:
    """What `unparse_order` writes is bound to the same order again."""
    stored = data.draw(st.lists(runs(["1"]), max_size=3))
    cases: list[tuple[Order, EntityFields]] = [
        (data.draw(run_orders(stored)), RUNS), (data.draw(experiment_orders()), EXPERIMENTS),
        (data.draw(model_orders()), REGISTERED_MODELS), (data.draw(version_orders()), MODEL_VERSIONS),
    ]
    for order, entity in cases:
        assert order == bind_order(unparse_order(order, entity), entity)


@pytest.mark.parametrize(
    "value",
    [0, 1, -1, 2**53 + 1, 2**63 - 1, -(2**63), 10**40, 0.5, 1e22, -1e-7, 5e-324, float("inf"), float("-inf")],
)
def test_numbers_survive_being_written(value: float) -> None:
    """Integers of any size, floats and infinities are bound to themselves again, of the same type."""
    filter = Filter((NumberComparison(Field(Kind.ATTRIBUTE, "started_at"), "<=", value),))
    bound: Any = bind_filter(unparse(filter, RUNS), RUNS)
    assert (filter, type(value)) == (bound, type(bound.terms[0].value))


def test_numbers_compared_with_metrics_are_floats() -> None:
    """A metric is a float, so an integer literal means the float that it would have been logged as."""
    bound: Any = bind_filter(f"metrics.k = {2**53 + 1}", RUNS)
    assert (2.0**53, float) == (bound.terms[0].value, type(bound.terms[0].value))


@pytest.mark.parametrize(
    ("filter", "words"),
    [
        (Filter((TextComparison(PARAM, "=", "'\""),)), "both kinds of quotes"),
        (Filter((Membership(Field(Kind.ATTRIBUTE, "id"), ("a", "'\""),),)), "both kinds of quotes"),
        (Filter((TextComparison(Field(Kind.TAG, "`'\""), "=", ""),)), "both kinds of quotes"),
        (Filter((NumberComparison(METRIC, "=", float("nan")),)), "NaN"),
        (Filter((NumberComparison(METRIC, "=", 10**1_000),)), "characters"),
        (Filter((TextComparison(Field(Kind.ATTRIBUTE, "nothing"), "=", ""),)), "nothing"),
    ],
)
def test_what_text_cannot_express_is_refused(filter: Filter, words: str) -> None:
    """`unparse` refuses what it cannot write, and says what that is."""
    with pytest.raises(InvalidSearch, match=words):
        unparse(filter, RUNS)


def test_fields_of_other_entities_are_refused() -> None:
    """A filter on runs cannot be written for experiments."""
    with pytest.raises(InvalidSearch, match="metrics"):
        unparse(Filter((NumberComparison(METRIC, "=", 1.0),)), EXPERIMENTS)
    with pytest.raises(InvalidSearch, match="params"):
        unparse_order((OrderKey(PARAM),), EXPERIMENTS)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("tags.k = 'it''s'", "it''s"),
        ("tags.k = ''", ""),
        ("tags.k = ''''", "''"),
        ("tags.k = 'a\\' AND tags.k = 'a\\'", "a\\"),
        ('tags.k = "\'"', "'"),
        ("tags.k = 'a\nb'", "a\nb"),
    ],
)
def test_nothing_escapes_a_quote(text: str, value: str) -> None:
    """A doubled quote stays doubled and a backslash is a character, as MLflow stores and compares them."""
    assert TextComparison(TAG, "=", value) == bind_filter(text, RUNS).terms[0]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("tags.a.b = ''", "a.b"),
        ("tags.`a.b` = ''", "a.b"),
        ("tags.``= ''", ""),
        ("tags.`a'b`= ''", "a'b"),
        ('tags."a`b"= \'\'', "a`b"),
        ("`tags`.a.b = ''", "a.b"),
        ("tags.and = ''", "and"),
        ("tags.1 = ''", "1"),
        ("tags.é = ''", "é"),
    ],
)
def test_only_the_first_dot_separates(text: str, key: str) -> None:
    """What stands after the first dot is the key, dots, keywords and quoted characters included."""
    assert TextComparison(Field(Kind.TAG, key), "=", "") == bind_filter(text, RUNS).terms[0]


@pytest.mark.parametrize("word", ["ıs null", "iſ null", "ıN ('a')", "lıke 'a'"])
def test_keywords_are_plain_letters(word: str) -> None:
    """A letter whose upper form is a plain "I" or "S" does not make a keyword."""
    with pytest.raises(InvalidSearch, match="Invalid clause"):
        bind_filter(f"tags.k {word}", RUNS)


LENGTH = 200_000
HOSTILE = {
    "open parentheses": "(" * LENGTH,
    "nested parentheses": "(" * (LENGTH // 2) + ")" * (LENGTH // 2),
    "nested lists": "run_id IN " + "(" * LENGTH,
    "quotes": "'" * (LENGTH + 1),
    "quoted quotes": "params.p = " + '"' * (LENGTH + 1),
    "backticks": "`" * LENGTH,
    "dotted backticks": "`a`." * (LENGTH // 4),
    "a long word": "a" * LENGTH,
    "dots": "a." * (LENGTH // 2),
    "digits": "metrics.m > " + "9" * LENGTH,
    "signs": "metrics.m > " + "-" * LENGTH,
    "exponents": "metrics.m > " + "1e" * (LENGTH // 2),
    "words": "a " * (LENGTH // 2),
    "ands": "and " * (LENGTH // 4),
    "comparisons": "metrics.m > 0 AND " * (LENGTH // 18),
    "half operators": "params.p NOT " * (LENGTH // 13),
    "a long list": "run_id IN (" + "'a'," * (LENGTH // 4) + ")",
    "a long pattern": "params.p LIKE '" + "%a" * (LENGTH // 2) + "'",
    "semicolons": ";" * LENGTH,
    "space": " " * LENGTH + "x",
    "operators": "=" * LENGTH,
    "NULs": "\0" * LENGTH,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_cost_linear_time(text: str) -> None:
    """Anything long is read or refused within moments, with a short message."""
    started = time.perf_counter()
    for refusal in refusals(text, RUNS):
        assert len(refusal.message) < 1_500
    assert time.perf_counter() - started < 5


def test_filters_have_at_most_so_many_comparisons() -> None:
    """The limit itself is allowed, one more is refused at its place."""
    clause = "tags.k = 'x' AND "
    assert len(bind_filter(clause * MOST_COMPARISONS, RUNS).terms) == MOST_COMPARISONS
    with pytest.raises(InvalidSearch, match="comparisons") as caught:
        bind_filter(clause * (MOST_COMPARISONS + 1), RUNS)
    assert MOST_COMPARISONS * len(clause) == caught.value.position


def test_patterns_have_at_most_so_many_characters() -> None:
    """The limit itself is allowed, one more is refused."""
    assert bind_filter(f"tags.k LIKE '{'a' * LONGEST_PATTERN}'", RUNS).terms
    with pytest.raises(InvalidSearch, match="Invalid pattern"):
        bind_filter(f"tags.k ILIKE '{'a' * (LONGEST_PATTERN + 1)}'", RUNS)
