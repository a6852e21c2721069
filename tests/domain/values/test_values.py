"""Ids, keys, texts, limits of pages, and page tokens."""

from __future__ import annotations

import base64
import json
import posixpath
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.ids import experiment_id, run_id
from genesis_flow.domain.values.keys import bounded_key, checked_key
from genesis_flow.domain.values.lifecycle import Stage, View
from genesis_flow.domain.values.pages import Cursor, cursor_from_token
from genesis_flow.domain.values.policies import page_limit
from genesis_flow.domain.values.text import cut, shown, storable, within

INT64_MAX = 2**63 - 1


@given(st.integers(0, INT64_MAX), st.integers(0, 3))
def test_an_experiment_id_has_one_canonical_form(number: int, zeros: int) -> None:
    """Whatever it is given as."""
    assert [str(number)] * 3 == [experiment_id(form) for form in (number, str(number), "0" * zeros + str(number))]


@given(
    st.one_of(st.text(), st.floats(), st.integers(max_value=-1), st.integers(min_value=2**63), st.none(), st.booleans())
)
def test_what_is_no_experiment_id_is_refused(value: Any) -> None:
    """With an error of ours, whatever it is."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and int(value) <= INT64_MAX:
        return
    with pytest.raises(InvalidInput) as caught:
        experiment_id(value)
    assert "experiment_id" == caught.value.field


@pytest.mark.parametrize("value", ["9" * 5_000, "0" * 5_000, "1" * 39])
def test_endless_digits_are_refused(value: str) -> None:
    """They are no ids, and cost nothing to refuse."""
    with pytest.raises(InvalidInput):
        experiment_id(value)


@given(st.from_regex(r"[a-zA-Z0-9][A-Za-z0-9_\-]{0,255}", fullmatch=True))
def test_a_run_id_stays_as_it_is(value: str) -> None:
    """Case included."""
    assert value == run_id(value)


@pytest.mark.parametrize("value", ["", "-a", "_a", "a b", "a\n", "é", "a" * 257, "a/b", "..", None, 5, b"a"])
def test_what_is_no_run_id_is_refused(value: Any) -> None:
    """Also what would be another file or line."""
    with pytest.raises(InvalidInput):
        run_id(value, "parent")


@given(st.text(alphabet="aA0é_-. :/@$\n\\", max_size=8))
def test_a_key_is_a_normal_path_of_legal_characters(key: str) -> None:
    """Exactly then it is taken, unchanged."""
    is_legal = (
        not set(key) & set("@$\n\\")
        and posixpath.normpath(key) == key
        and key != "."
        and not key.startswith(("..", "/"))
    )
    if is_legal:
        assert key == checked_key("key", key)
        return
    with pytest.raises(InvalidInput) as caught:
        checked_key("key", key)
    assert "key" == caught.value.field


@given(st.integers(0, 260))
def test_keys_have_at_most_250_characters(length: int) -> None:
    """Characters, not bytes."""
    key = "é" * length
    try:
        assert (key, True) == (bounded_key("key", "Key", key), 1 <= length <= 250)
    except InvalidInput:
        assert not 1 <= length <= 250


@given(st.text())
def test_text_is_storable_if_utf8_can_hold_it(text: str) -> None:
    """Then it is given back itself."""
    assert text is storable("value", text)


@pytest.mark.parametrize("value", ["\ud800", "a\udfffb", None, 5, b"x", ["a"]])
def test_what_cannot_be_stored_is_refused(value: Any) -> None:
    """The message can itself be stored and printed."""
    with pytest.raises(InvalidInput) as caught:
        storable("value", value)
    assert caught.value.message.encode()
    assert "value" == caught.value.field


@given(st.text(st.characters(), max_size=50))
def test_what_is_shown_stays_on_its_line(text: str) -> None:
    """It can be written as UTF-8, and is cut at its length."""
    result = shown(text, 20)

    assert result == result.encode().decode()
    assert (False, False, True) == ("\n" in result, "\0" in result, len(result) <= 23)


@given(st.integers(0, 30), st.booleans())
def test_long_text_is_cut_or_refused(length: int, truncate: bool) -> None:
    """At the limit exactly."""
    text = "é" * length
    if truncate or length <= 20:
        assert text[:20] == cut("value", 20, text, truncate=truncate)
        return
    with pytest.raises(InvalidInput, match="'value' exceeds the maximum length of 20 characters"):
        cut("value", 20, text, truncate=truncate)


def test_within_gives_back_what_fits() -> None:
    """And only that."""
    assert "ab" == within("f", 2, "ab")
    with pytest.raises(InvalidInput, match="'f' exceeds the maximum length of 1 characters"):
        within("f", 1, "ab")


@pytest.mark.parametrize(("value", "kept"), [(1, 1), (10, 10), (np.int64(5), 5), (np.uint8(5), 5)])
def test_a_page_limit(value: Any, kept: int) -> None:
    """Any integer type, from 1 to the most."""
    assert (kept, int) == (page_limit(value, 10), type(page_limit(value, 10)))


@pytest.mark.parametrize("value", [0, -1, 11, True, False, None, "5", 5.0, 2**70, np.float64(5), [5]])
def test_other_page_limits_are_refused(value: Any) -> None:
    """The message names the parameter."""
    with pytest.raises(InvalidInput, match="max_results") as caught:
        page_limit(value, 10)
    assert "max_results" == caught.value.field


KEYS = st.one_of(
    st.tuples(st.just(0), st.one_of(st.text(), st.integers(), st.floats(allow_nan=False))),
    st.tuples(st.sampled_from((1, 2)), st.none()),
)


@given(st.lists(KEYS, min_size=1, max_size=4))
def test_a_cursor_survives_its_token(keys: list[Any]) -> None:
    """As text and as bytes."""
    token = Cursor(tuple(keys)).token("print")

    assert [tuple(keys)] * 2 == [cursor_from_token(form, "print", len(keys)).keys for form in (token, token.encode())]  # type: ignore[union-attr]  # not None


@pytest.mark.parametrize("nothing", [None, "", b""])
def test_no_token_is_the_first_page(nothing: Any) -> None:
    """Nothing to continue from."""
    assert cursor_from_token(nothing, "print", 1) is None


def _written(payload: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(payload).encode()).decode()


@pytest.mark.parametrize(
    "token",
    [
        "!",
        "a",
        "%",
        5,
        {},
        "e30=",
        _written([]),
        _written({"f": "print"}),
        _written({"f": "print", "k": 5}),
        _written({"f": "print", "k": []}),
        _written({"f": "print", "k": [[0, None]]}),
        _written({"f": "print", "k": [[1, 5]]}),
        _written({"f": "print", "k": [[3, None]]}),
        _written({"f": "print", "k": [[0, True]]}),
        _written({"f": "print", "k": [[0, {}]]}),
        _written({"f": "print", "k": [[True, None]]}),
        _written({"f": "other", "k": [[0, 1]]}),
        _written({"f": "print", "k": [[0, 1], [0, 2]]}),
        _written({"f": "print", "k": ["ab"]}),
        base64.urlsafe_b64encode(b"\xff").decode(),
        base64.urlsafe_b64encode(b"[" * 10_000).decode(),
        "\u00e9",
    ],
)
def test_other_tokens_are_refused(token: Any) -> None:
    """Forged, of another search, or broken on the way."""
    with pytest.raises(InvalidInput) as caught:
        cursor_from_token(token, "print", 1)
    assert "page_token" == caught.value.field


@given(st.binary(max_size=40))
def test_no_bytes_break_the_reading_of_tokens(raw: bytes) -> None:
    """Whatever a client sends, the error is ours."""
    for token in filter(None, (raw, base64.urlsafe_b64encode(raw))):
        with pytest.raises(InvalidInput) as caught:
            cursor_from_token(token, "print", 1)
        assert "page_token" == caught.value.field


def test_views() -> None:
    """Each lets through the stages that its name says."""
    assert {View.ACTIVE_ONLY: {Stage.ACTIVE}, View.DELETED_ONLY: {Stage.DELETED}, View.ALL: set(Stage)} == {
        view: set(view.stages) for view in View
    }
