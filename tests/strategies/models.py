"""Logged models, and filters and orders that are drawn from stored ones and then changed a little, so that they hit."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from genesis_flow.domain.entities.logged_model import LoggedModel, ModelMetric, ModelStatus, ordered_points
from genesis_flow.domain.search.ast import (
    Comparison,
    DatasetScope,
    Field,
    Filter,
    Kind,
    NumberComparison,
    Order,
    OrderKey,
    Presence,
)
from genesis_flow.domain.search.evaluate import field_values
from genesis_flow.domain.search.fields import LOGGED_MODELS, ValueType
from genesis_flow.domain.search.ordering import total_order
from tests.strategies.entities import metric_values, steps, texts_by_key, times
from tests.strategies.queries import _numbers, _text_terms
from tests.strategies.text import keys, perturbed, values

DATASETS = (None, ("d", "1"), ("d", "01"), ("D", "1"), ("é'%", ""))
RUNS = ("r", "R", "r2")


@st.composite
def model_points(draw: st.DrawFn, model_id: str) -> ModelMetric:
    """Points of a logged model."""
    dataset = draw(st.sampled_from(DATASETS)) or (None, None)
    return ModelMetric(
        draw(st.sampled_from(("a", "A", "a.b", "$a")) | keys()), draw(metric_values()), draw(times()), draw(steps()),
        model_id, draw(st.sampled_from(RUNS)), *dataset,
    )


@st.composite
def models(draw: st.DrawFn, experiment_ids: Sequence[str]) -> LoggedModel:
    """Active logged models of these experiments. Ids may repeat: draw lists with `unique_by`."""
    id = f"m-{draw(st.uuids()).hex}"
    return LoggedModel(
        id=id, experiment_id=draw(st.sampled_from(list(experiment_ids))), name=draw(values().filter(bool)),
        artifact_location=f"memory://{draw(values())}", created_at=draw(times()), updated_at=draw(times()),
        type=draw(st.none() | values()), source_run_id=draw(st.none() | values()),
        status=draw(st.sampled_from(ModelStatus)), params=draw(texts_by_key()), tags=draw(texts_by_key()),
        metrics=ordered_points(draw(st.lists(model_points(id), max_size=6))),
    )


def model_filters(stored: Sequence[LoggedModel]) -> st.SearchStrategy[Filter]:
    """Filters on these models."""
    return st.lists(_terms(stored), max_size=3).map(lambda terms: Filter(tuple(terms)))


def model_orders(stored: Sequence[LoggedModel]) -> st.SearchStrategy[Order]:
    """Total orders of these models."""
    kinds = (Kind.ATTRIBUTE, Kind.METRIC)
    fields = _fields(stored).filter(lambda field: field.kind in kinds and len(field.datasets) < 2)
    named = st.lists(st.builds(OrderKey, fields, st.booleans()), max_size=3, unique_by=lambda key: key.field)
    return named.map(lambda order: total_order(tuple(order), LOGGED_MODELS))


def _scopes(least: int = 0) -> st.SearchStrategy[tuple[DatasetScope, ...]]:
    known = [DatasetScope(*pair) for pair in DATASETS if pair is not None]
    scope = st.sampled_from([*known, DatasetScope("d"), DatasetScope("é'%"), DatasetScope("D", "9")])
    return st.lists(scope, min_size=least, max_size=2).map(lambda found: tuple(dict.fromkeys(found)))


@st.composite
def _fields(draw: st.DrawFn, stored: Sequence[LoggedModel]) -> Field:
    kind = draw(st.sampled_from((Kind.ATTRIBUTE, Kind.METRIC, Kind.METRIC, Kind.PARAM, Kind.TAG)))
    if kind is Kind.ATTRIBUTE:
        names = sorted({named.key for named in LOGGED_MODELS.named[kind].values()})
        return Field(kind, draw(st.sampled_from(names)))
    if kind is Kind.METRIC:
        known = sorted({point.key for model in stored for point in model.metrics})
    else:
        known = sorted({key for model in stored for key in (model.params if kind is Kind.PARAM else model.tags)})
    hit = draw(st.sampled_from(known)) if known else draw(keys())
    key = draw(st.sampled_from((hit, hit, hit, draw(perturbed(hit).filter(bool)))))
    return Field(kind, key, draw(_scopes()) if kind is Kind.METRIC else ())


@st.composite
def _terms(draw: st.DrawFn, stored: Sequence[LoggedModel]) -> Comparison:
    if draw(st.integers(0, 9)) == 0:
        return Presence(Field(Kind.DATASET, "name", draw(_scopes(1))), present=True)
    field = draw(_fields(stored))
    type = LOGGED_MODELS.type_of(Field(field.kind, field.key))
    found = [value for model in stored for value in field_values(model, field)]
    if type.value is ValueType.MODEL_STATUS:
        op = draw(st.sampled_from(("=", "!=", ">=", "<=")))
        return NumberComparison(field, op, draw(st.integers(0, 3)))
    if type.value is ValueType.NUMBER:
        wanted = draw(_numbers(found, field.kind, whole=False))
        return NumberComparison(field, draw(st.sampled_from(("=", "!=", ">", ">=", "<", "<="))), wanted)
    if type.value is ValueType.EXPERIMENT_ID:
        texts: st.SearchStrategy[str] = st.sampled_from(found or ["0"]) | st.just("987654")
    else:
        near = st.sampled_from(found).flatmap(perturbed) if found else values()
        texts = st.one_of(near, near, values())
    return draw(_text_terms(field, found, texts, type.operators))
