"""Filters and orders of searches, as text, drawn from what the sequence writes and changed a little."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

from tests.compat.differential.performing import START
from tests.compat.differential.pools import STATUSES, TIMES, Pool

_PREFIXES = {
    "metric": ("metrics", "metrics", "metric"),
    "param": ("params", "params", "param", "parameter", "parameters"),
    "tag": ("tags", "tags", "tag"),
}
_TEXT_FIELDS = (
    "run_name",
    "status",
    "user_id",
    "run_id",
    "artifact_uri",
    "attributes.run_name",
    "`run name`",
    "attr.status",
)
_TIME_FIELDS = ("start_time", "end_time", "created", "attributes.start_time", "run.end_time")
_DATASET_FIELDS = ("dataset.name", "datasets.digest", "dataset.context")
_NUMBERS = ("=", "!=", ">", ">=", "<", "<=")


def run_filters(pool: Pool) -> st.SearchStrategy[str]:
    """Filters of runs: up to three comparisons."""
    term = st.one_of(
        _metric(pool), _metric(pool), _text(pool, _key(pool, "param"), pool.texts),
        _text(pool, _key(pool, "tag"), pool.texts),
        _text(pool, st.sampled_from(_TEXT_FIELDS), (*pool.names, *STATUSES)),
        _text(pool, st.just("tags.mlflow.runName"), pool.names),
        _time(st.sampled_from(_TIME_FIELDS)), _dataset(pool),
    )  # fmt: skip
    return _joined(term)


def experiment_filters(pool: Pool) -> st.SearchStrategy[str]:
    """Filters of experiments: up to three comparisons."""
    ids = st.builds(
        "experiment_id {} {}".format, st.sampled_from(("=", "!=")), st.sampled_from(("'0'", "'1'", "'2'", "'9'"))
    )
    term = st.one_of(
        _text(pool, st.sampled_from(("name", "attribute.name")), pool.names, nulls=False),
        _text(pool, _key(pool, "tag"), pool.texts),
        ids,
        st.sampled_from(("experiment_id IN ('0', '2')", "experiment_id NOT IN ('1')")),
        _time(st.sampled_from(("creation_time", "last_update_time")), whole=True),
    )
    return _joined(term)


def registry_filters(pool: Pool, names: tuple[str, ...], *, versions: bool) -> st.SearchStrategy[str]:
    """Filters of registered models or of versions: up to three comparisons."""
    name = _text(pool, st.sampled_from(("name", "attribute.name")), names, nulls=False)
    listed = st.builds(
        "name {} ({})".format,
        st.sampled_from(("IN", "NOT IN")),
        st.lists(st.sampled_from(names).map(_quoted), min_size=1, max_size=2).map(", ".join),
    )
    tags = _text(pool, _key(pool, "tag"), pool.texts, nulls=False)
    if not versions:
        return _joined(st.one_of(name, listed, tags))
    number = st.builds(
        "version_number {} {}".format, st.sampled_from(_NUMBERS), st.sampled_from(("1", "2", "'2'", "3", "1.5", "'x'"))
    )
    runs = _text(pool, st.just("run_id"), ("r", "R", "r%"), nulls=False)
    sources = _text(pool, st.just("source_path"), ("s3://b/p", "models:/a/1", "a%b"), nulls=False)
    return _joined(st.one_of(name, listed, tags, number, runs, sources, st.just("run_id IN ('r', '')")))


def run_orders(pool: Pool) -> st.SearchStrategy[list[str]]:
    """Orders of runs."""
    fields = st.one_of(
        _key(pool, "metric"), _key(pool, "param"), _key(pool, "tag"),
        st.sampled_from(("start_time", "attributes.end_time", "run_name", "status", "user_id", "Created")),
    )  # fmt: skip
    return ordered(fields)


def experiment_orders() -> st.SearchStrategy[list[str]]:
    """Orders of experiments."""
    return ordered(st.sampled_from(("name", "experiment_id", "creation_time", "last_update_time")))


def ordered(fields: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    """Orders by some of these fields."""
    one = st.builds("{}{}".format, fields, st.sampled_from(("", " ASC", " DESC", " desc")))
    # Most orders are by different fields: two that are the same are an error.
    return st.lists(one, max_size=3, unique_by=lambda text: text.split()[0]) | st.lists(one, max_size=2)


def _joined(terms: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    most = st.sampled_from((1, 0, 1, 2, 3))
    return most.flatmap(lambda size: st.lists(terms, max_size=size)).map(lambda found: " AND ".join(found))


@st.composite
def _key(draw: st.DrawFn, pool: Pool, kind: str) -> str:
    prefix, key = draw(st.sampled_from(_PREFIXES[kind])), draw(st.sampled_from(pool.keys))
    key = draw(st.sampled_from((key, key, key, key.swapcase(), key + ".b")))
    plain = (
        key.replace("_", "").replace(".", "").isalnum() and key.isascii() and key[:1].isalpha() and key not in ("and",)
    )
    forms = (f"{prefix}.{key}",) * 2 * plain + (f"{prefix}.`{key}`", f'{prefix}."{key}"')
    return draw(st.sampled_from(forms))


@st.composite
def _metric(draw: st.DrawFn, pool: Pool) -> str:
    value = draw(st.sampled_from(tuple(v for v in pool.values if math.isfinite(v)) or (1.0,)))
    value = draw(
        st.sampled_from((value, value, value, math.nextafter(value, 9e99), math.nextafter(value, -9e99), value + 1e-12))
    )
    return f"{draw(_key(pool, 'metric'))} {draw(st.sampled_from(_NUMBERS))} {value!r}"


@st.composite
def _time(draw: st.DrawFn, fields: st.SearchStrategy[str], whole: bool = False) -> str:
    value: Any = draw(st.sampled_from((*TIMES, *range(START, START + 4_000, 1_000))))
    if not whole:
        value = draw(st.sampled_from((value, value, value + 0.5 if value < 2**50 else value)))
    return f"{draw(fields)} {draw(st.sampled_from(_NUMBERS))} {value}"


@st.composite
def _dataset(draw: st.DrawFn, pool: Pool) -> str:
    field = draw(st.sampled_from(_DATASET_FIELDS))
    if draw(st.booleans()):
        listed = ", ".join(draw(st.lists(st.sampled_from(pool.texts).map(_quoted), min_size=1, max_size=2)))
        return f"{field} {draw(st.sampled_from(('IN', 'NOT IN')))} ({listed})"
    return draw(_text(pool, st.just(field), pool.texts, nulls=False))


@st.composite
def _text(
    draw: st.DrawFn, pool: Pool, fields: st.SearchStrategy[str], known: tuple[str, ...], nulls: bool = True
) -> str:
    field, value = draw(fields), draw(st.sampled_from(known))
    form = draw(st.sampled_from(("equal", "equal", "like", "like", "null")))
    if form == "null" and nulls and field.startswith(("tag", "param")):
        return f"{field} IS {draw(st.sampled_from(('', 'NOT ')))}NULL"
    if form == "like":
        return f"{field} {draw(st.sampled_from(('LIKE', 'ILIKE', 'like')))} {_quoted(draw(_pattern(value)))}"
    value = draw(st.sampled_from((value, value, value.swapcase(), value + " ", value[1:])))
    return f"{field} {draw(st.sampled_from(('=', '!=')))} {_quoted(value)}"


@st.composite
def _pattern(draw: st.DrawFn, text: str) -> str:
    text = draw(st.sampled_from((text, text, text.swapcase())))[:40]
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, len(text)))
    wildcard = draw(st.sampled_from(("%", "_", "_" * (end - start), "%_", "")))
    return text[:start] + wildcard + text[end:]


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"
