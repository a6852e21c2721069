"""
Filters and orders that are drawn from stored entities and then changed a little, so that they hit.

Orders are total, as repositories expect them; filters are such as binding gives.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.model_version import ModelVersion
from genesis_flow.domain.entities.registered_model import RegisteredModel
from genesis_flow.domain.entities.run import Run
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
from genesis_flow.domain.search.evaluate import field_values
from genesis_flow.domain.search.fields import (
    EXPERIMENTS,
    LISTS,
    MODEL_VERSIONS,
    NULLS,
    REGISTERED_MODELS,
    RUNS,
    EntityFields,
    FieldType,
    ValueType,
)
from genesis_flow.domain.search.ordering import total_order
from tests.strategies.entities import metric_values, times
from tests.strategies.text import keys, patterns, perturbed, values

Entity = Run | Experiment | RegisteredModel | ModelVersion
Entities = Sequence[Run] | Sequence[Experiment] | Sequence[RegisteredModel] | Sequence[ModelVersion]


def run_filters(runs: Sequence[Run]) -> st.SearchStrategy[Filter]:
    """Filters on these runs."""
    return _filters(runs, RUNS)


def experiment_filters(experiments: Sequence[Experiment]) -> st.SearchStrategy[Filter]:
    """Filters on these experiments."""
    return _filters(experiments, EXPERIMENTS)


def model_filters(models: Sequence[RegisteredModel]) -> st.SearchStrategy[Filter]:
    """Filters on these registered models."""
    return _filters(models, REGISTERED_MODELS)


def version_filters(versions: Sequence[ModelVersion]) -> st.SearchStrategy[Filter]:
    """Filters on these model versions."""
    return _filters(versions, MODEL_VERSIONS)


def model_orders() -> st.SearchStrategy[Order]:
    """Total orders of registered models."""
    return _orders((), REGISTERED_MODELS)


def version_orders() -> st.SearchStrategy[Order]:
    """Total orders of model versions."""
    return _orders((), MODEL_VERSIONS)


def run_orders(runs: Sequence[Run]) -> st.SearchStrategy[Order]:
    """Total orders of these runs."""
    return _orders(runs, RUNS)


def experiment_orders() -> st.SearchStrategy[Order]:
    """Total orders of experiments."""
    return _orders((), EXPERIMENTS)


def _filters(entities: Entities, entity: EntityFields) -> st.SearchStrategy[Filter]:
    return st.lists(_terms(entities, entity), max_size=3).map(lambda terms: Filter(tuple(terms)))


def _orders(entities: Entities, entity: EntityFields) -> st.SearchStrategy[Order]:
    fields = _fields(entities, entity, lambda type: type.orderable)
    named = st.lists(st.builds(OrderKey, fields, st.booleans()), max_size=3, unique_by=lambda key: key.field)
    return named.map(lambda order: total_order(tuple(order), entity))


def _fields(
    entities: Entities, entity: EntityFields, fits: Callable[[FieldType], bool]
) -> st.SearchStrategy[Field]:
    """Fields of fitting types that the entities have, or nearly so."""
    named = {
        kind: sorted({each.key for each in of.values() if fits(each.type)}) for kind, of in entity.named.items()
    }
    kinds = [kind for kind, names in named.items() if names] + [kind for kind, of in entity.keyed.items() if fits(of)]
    return st.sampled_from(kinds).flatmap(lambda kind: _fields_of_kind(entities, kind, named.get(kind)))


def _fields_of_kind(entities: Entities, kind: Kind, names: list[str] | None) -> st.SearchStrategy[Field]:
    if names is not None:
        return st.sampled_from(names).map(lambda key: Field(kind, key))
    stored = sorted({key for one in entities for key in _keys_of(one, kind)})
    if not stored:
        return keys().map(lambda key: Field(kind, key))
    hits = st.sampled_from(stored)
    misses = hits.flatmap(perturbed).filter(bool)
    return st.one_of(hits, hits, hits, misses).map(lambda key: Field(kind, key))


def _keys_of(one: Entity, kind: Kind) -> Sequence[str]:
    if kind is Kind.TAG:
        return list(one.tags)
    assert isinstance(one, Run)
    return list(one.params if kind is Kind.PARAM else one.metrics)


@st.composite
def _terms(draw: st.DrawFn, entities: Entities, entity: EntityFields) -> Comparison:
    field = draw(_fields(entities, entity, lambda type: bool(type.operators)))
    type = entity.type_of(field)
    if type.operators >= NULLS and draw(st.integers(0, 4)) == 0:
        return Presence(field, draw(st.booleans()))
    stored = [value for one in entities for value in field_values(one, field)]
    if type.value in (ValueType.NUMBER, ValueType.INTEGER):
        wanted = draw(_numbers(stored, field.kind, whole=type.value is ValueType.INTEGER))
        return NumberComparison(field, draw(st.sampled_from(("=", "!=", ">", ">=", "<", "<="))), wanted)
    if type.value is ValueType.EXPERIMENT_ID:
        texts = st.sampled_from(stored or ["0"]) | st.integers(0, 31).map(str)
    else:
        near = st.sampled_from(stored).flatmap(perturbed) if stored else values()
        texts = st.one_of(near, near, values())
    return draw(_text_terms(field, stored, texts, type.operators))


@st.composite
def _text_terms(
    draw: st.DrawFn,
    field: Field,
    stored: Sequence[str],
    texts: st.SearchStrategy[str],
    operators: frozenset[str],
) -> Comparison:
    forms = ["equal"] + ["like"] * 2 * ("LIKE" in operators) + ["in"] * (operators >= LISTS)
    match draw(st.sampled_from(forms)):
        case "like":
            pattern = draw((st.sampled_from(stored) if stored else values()).flatmap(patterns))
            return Like(field, pattern, ignore_case=draw(st.booleans()))
        case "in":
            listed = draw(st.lists(texts, min_size=1, max_size=3))
            return Membership(field, tuple(listed), negated=draw(st.booleans()))
        case _:
            return TextComparison(field, draw(st.sampled_from(("=", "!="))), draw(texts))


def _numbers(stored: Sequence[Any], kind: Kind, *, whole: bool) -> st.SearchStrategy[Any]:
    """Numbers at and next to stored ones: floats for metrics, else integers and perhaps floats."""
    known = [value for value in stored if value == value]
    if kind is Kind.METRIC:
        free = metric_values().filter(lambda value: value == value)
        return free if not known else free | st.sampled_from(known).flatmap(_next_floats)
    integers = times() | st.sampled_from((-1, 10**30, -(10**30)))
    if known:
        integers = integers | st.sampled_from(known).flatmap(lambda v: st.sampled_from((v, v, v - 1, v + 1)))
    return integers if whole else integers | st.sampled_from((0.5, math.inf, -math.inf)) | integers.map(float)


def _next_floats(value: float) -> st.SearchStrategy[float]:
    near = (value, value, math.nextafter(value, math.inf), math.nextafter(value, -math.inf), -value)
    return st.sampled_from([0.0 if number == 0 else number for number in near])
