"""Sequences of commands about logged models for Hypothesis, and what is looked at when they are over."""

from __future__ import annotations

import math
import re
from typing import Any

from hypothesis import strategies as st

from tests.compat.differential.filters import _NUMBERS, _pattern
from tests.compat.differential.performing import START
from tests.compat.differential.pools import STEPS, TIMES, Pool, experiment, pools, rarely
from tests.compat.differential.sequences import call, timed
from tests.compat.differential.wire import Command, ModelRef, New, Ref

_STATUSES = ("READY", "FAILED", "PENDING")
_DATASETS = (None, ("d", "1"), ("d", "2"), ("D", "1"))
_TYPES = (None, "Agent", "agent", "%")
_TEXT_FIELDS = ("name", "attributes.name", "model_type", "source_run_id", "model_id", "artifact_location")
_TIME_FIELDS = ("creation_timestamp", "creation_time", "creation_timestamp_ms", "last_updated_timestamp")
_ORDERS = (*_TIME_FIELDS, "name", "model_type", "status", "experiment_id", "source_run_id", "artifact_location")


@st.composite
def model_sequences(draw: st.DrawFn, least: int = 1, most: int = 40) -> list[Command]:
    """A sequence that starts with two experiments, two runs and three models and ends with a look at all models."""
    pool = draw(pools())
    pool = Pool(pool.keys, plain(pool.texts), plain(pool.names), pool.values)
    drawn = draw(st.lists(commands(pool), min_size=least, max_size=most))
    ticks = draw(st.lists(st.sampled_from((0, 0, 1_000)), min_size=len(drawn), max_size=len(drawn)))
    models = 3 + sum(command.name == "create_logged_model" for command in drawn)
    return [
        *(Command("create_experiment", {"name": name}) for name in ("one", "two")),
        *(Command("create_run", {"experiment_id": id, "start_time": 5, "run_name": "r"}) for id in "12"),
        *(
            Command("create_logged_model", {"experiment_id": id, "name": name, "params": {pool.keys[0]: pool.texts[0]}})
            for id, name in zip("121", legal(pool.names) * 3, strict=False)
        ),
        *timed(drawn, ticks),
        *(Command("get_logged_model", {"model_id": ModelRef(number)}) for number in range(models)),
        Command("search_logged_models", {"experiment_ids": ["0", "1", "2"], "max_results": 2}, walk=True),
        *(Command("get_run", {"run_id": Ref(number)}) for number in range(2)),
    ]


def plain(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Texts that a filter of models can hold: without quotes, and short enough."""
    return tuple(text for text in texts if not set(text) & set("'\"")) or ("a",)


def legal(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the names that a model can have."""
    return tuple(name for name in names if name and not set(name) & set("/:.%\"'")) or ("a", "A")


def measurable(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the keys that a metric can have: of two faults at once, either side may name another one."""
    return tuple(key for key in keys if re.fullmatch(r"[/\w.\- :]+", key)) or ("a",)


def model() -> st.SearchStrategy[Any]:
    """A model of the sequence, rarely one that does not exist or cannot."""
    return rarely(st.integers(0, 5).map(ModelRef), st.sampled_from(("m-x", "", None)))


def commands(pool: Pool) -> st.SearchStrategy[Command]:
    """Any command about models; searches and metrics come most often."""
    weighted = {
        _search(pool): 8, _measure(pool): 6, _batch(pool): 2, _create(pool): 3, _change(pool): 5,
        _life(): 1, call("get_logged_model", model_id=model()): 1,
    }  # fmt: skip
    return st.sampled_from([one for one, weight in weighted.items() for _ in range(weight)]).flatmap(lambda one: one)


def _create(pool: Pool) -> st.SearchStrategy[Command]:
    texts = st.dictionaries(st.sampled_from(pool.keys), st.sampled_from((*pool.texts, 1, None)), max_size=2)
    return call(
        "create_logged_model",
        experiment_id=experiment().filter(lambda id: id is not None and id != ""),
        name=rarely(st.sampled_from((None, *legal(pool.names))), st.sampled_from(("", "a.b", "a/b", 'a"b'))),
        source_run_id=st.sampled_from((None, Ref(0), "r%")), tags=texts, params=texts,
        model_type=st.sampled_from(_TYPES),
    )  # fmt: skip


def _change(pool: Pool) -> st.SearchStrategy[Command]:
    key, text = st.sampled_from(pool.keys), st.sampled_from((*pool.texts, 1.5))
    return st.one_of(
        call("finalize_logged_model", model_id=model(), status=rarely(st.sampled_from(_STATUSES), st.just("ready"))),
        call("set_logged_model_tags", model_id=model(), tags=st.dictionaries(key, text, max_size=2)),
        call("delete_logged_model_tag", model_id=model(), key=key),
        call("log_model_params", model_id=model(), params=st.dictionaries(key, text, max_size=1)),
    )


def _life() -> st.SearchStrategy[Command]:
    return st.one_of(
        call("delete_logged_model", model_id=model()),
        call("delete_experiment", experiment_id=st.sampled_from("12")),
        call("restore_experiment", experiment_id=st.sampled_from("12")),
    )


@st.composite
def _measure(draw: st.DrawFn, pool: Pool) -> Command:
    """A metric of a model. What differs in value or dataset differs in time, see `models-keep-every-point`."""
    values = tuple(value for value in pool.values if not math.isnan(value)) or (1.0,)
    place, dataset = draw(st.integers(0, len(values) - 1)), draw(st.sampled_from(range(len(_DATASETS))))
    name, digest = _DATASETS[dataset] or (None, None)
    at = draw(st.sampled_from(TIMES[:5])) * 100 + place * 10 + dataset
    given = {
        "run_id": Ref(draw(st.integers(0, 1))), "key": draw(st.sampled_from(measurable(pool.keys))),
        "value": values[place], "timestamp": at, "step": draw(st.sampled_from(STEPS)),
        "model_id": ModelRef(draw(st.integers(0, 5))),
    }
    if name is not None or draw(st.booleans()):
        given |= {"dataset_name": name, "dataset_digest": digest}
    half = {**given, "dataset_name": "d", "dataset_digest": None}
    return Command("log_metric", draw(rarely(st.just(given), st.just(half))))


@st.composite
def _batch(draw: st.DrawFn, pool: Pool) -> Command:
    """Some metrics of models at once, and perhaps again."""
    points = [command.arguments for command in draw(st.lists(_measure(pool), min_size=1, max_size=3))]
    fields = ("key", "value", "timestamp", "step", "model_id", "dataset_name", "dataset_digest")
    whole = [point for point in points if (point.get("dataset_name") is None) == (point.get("dataset_digest") is None)]
    metrics = [New("Metric", {name: point.get(name) for name in fields}) for point in whole]
    return Command("log_batch", {"run_id": Ref(0), "metrics": metrics * draw(st.integers(1, 2))})


@st.composite
def _search(draw: st.DrawFn, pool: Pool) -> Command:
    datasets = st.lists(
        st.sampled_from(({"dataset_name": "d"}, {"dataset_name": "d", "dataset_digest": "2"}, {"dataset_name": "D"})),
        max_size=2,
    )
    wrong = st.sampled_from(([{}], [{"dataset_digest": "1"}]))
    given: dict[str, Any] = {
        "experiment_ids": draw(st.sampled_from((["1"], ["2", "1"], ["0", "1", "2"], ["1", "1"], ["999"]))),
        "filter_string": draw(_filters(pool)),
        "max_results": draw(st.sampled_from((2, 1, 3, 100, None))),
        "order_by": draw(_orders(pool)),
    }
    if draw(st.integers(0, 2)) == 0:
        given["datasets"] = draw(rarely(datasets, wrong))
    return Command("search_logged_models", given, walk=True)


@st.composite
def _orders(draw: st.DrawFn, pool: Pool) -> list[dict[str, Any]]:
    found = []
    for _ in range(draw(st.integers(0, 2))):
        if draw(st.booleans()):
            row = {"field_name": f"metrics.{draw(st.sampled_from(pool.keys))}"}
            row |= draw(st.sampled_from(({}, {}, {"dataset_name": "d"}, {"dataset_name": "d", "dataset_digest": "1"})))
        else:
            row = {"field_name": draw(rarely(st.sampled_from(_ORDERS), st.sampled_from(("x", "params.p", "tags.t"))))}
        found.append(row | draw(st.sampled_from(({}, {"ascending": True}, {"ascending": False}))))
    return found


@st.composite
def _filters(draw: st.DrawFn, pool: Pool) -> str | None:
    terms = draw(st.lists(st.one_of(_metric(pool), _metric(pool), _text(pool), _time()), max_size=3))
    return " AND ".join(terms) or draw(st.sampled_from((None, "")))


@st.composite
def _metric(draw: st.DrawFn, pool: Pool) -> str:
    value = draw(st.sampled_from(tuple(value for value in pool.values if math.isfinite(value)) or (1.0,)))
    value = draw(st.sampled_from((value, value, value, math.nextafter(value, 9e99), math.nextafter(value, -9e99))))
    key = draw(st.sampled_from(pool.keys))
    return f"metrics.`{key}` {draw(st.sampled_from(_NUMBERS))} {value!r}"


@st.composite
def _time(draw: st.DrawFn) -> str:
    if draw(st.integers(0, 3)) == 0:
        return f"status {draw(st.sampled_from(('=', '!=')))} {draw(st.integers(1, 3))}"
    value = draw(st.sampled_from(range(START, START + 4_000, 1_000)))
    return f"{draw(st.sampled_from(_TIME_FIELDS))} {draw(st.sampled_from(_NUMBERS))} {value}"


@st.composite
def _text(draw: st.DrawFn, pool: Pool) -> str:
    key = draw(st.sampled_from(pool.keys))
    field = draw(st.sampled_from((f"params.`{key}`", f"tags.`{key}`", draw(st.sampled_from(_TEXT_FIELDS)))))
    known = draw(st.sampled_from((*pool.texts, *pool.names, "Agent", "r%")))
    value = draw(st.sampled_from((known, known, known.swapcase(), known + " ", known[1:])))
    match draw(st.sampled_from(("equal", "equal", "like", "in"))):
        case "like":
            return f"{field} {draw(st.sampled_from(('LIKE', 'ILIKE', 'like')))} '{draw(_pattern(known))}'"
        case "in":
            return f"{field} {draw(st.sampled_from(('IN', 'NOT IN', 'in')))} ('{value}', 'b')"
        case _:
            return f"{field} {draw(st.sampled_from(('=', '!=')))} '{value}'"
