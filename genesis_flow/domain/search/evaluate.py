"""
What a filter and an order mean: the reference that every repository must agree with.

Repositories that cannot express a comparison, or that keep entities in memory, use it as it is.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar, assert_never

from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.model_version import ModelVersion
from genesis_flow.domain.entities.registered_model import RegisteredModel
from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.search.ast import (
    Comparison,
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
from genesis_flow.domain.search.like import like_regex
from genesis_flow.domain.values.pages import Key

if TYPE_CHECKING:  # whoever searches runs only does not load them
    from genesis_flow.domain.entities.logged_model import LoggedModel, ModelMetric
    from genesis_flow.domain.entities.model_version import ModelVersion
    from genesis_flow.domain.entities.registered_model import RegisteredModel

    Entity = Run | Experiment | RegisteredModel | ModelVersion | LoggedModel
E = TypeVar("E", "Run", "Experiment", "RegisteredModel", "ModelVersion", "LoggedModel")
SortKeys = tuple[tuple[int, Key], ...]

#: Ranks of sort keys; they rise in both directions of an order.
ORDINARY: Final = 0
NAN: Final = 1
MISSING: Final = 2

_OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq, "!=": operator.ne,
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}


def matches(filter: Filter, entity: Entity) -> bool:
    """Whether `entity` satisfies all of `filter`; `predicate` is faster for many entities."""
    return predicate(filter)(entity)


def predicate(filter: Filter) -> Callable[[Entity], bool]:
    """The function that tells whether an entity satisfies all of `filter`."""
    tests = [_test(term) for term in filter.terms]
    return lambda entity: all(test(entity) for test in tests)


def field_values(entity: Entity, field: Field) -> Sequence[Any]:
    """
    What `entity` has in `field`: nothing where it is missing, one value, one for each dataset, or one for
    each point of a logged model's metric, the latest first.

    Any one of several satisfies a comparison. Only the id of an experiment is a number to an order
    and a text to a filter; here it is the text.
    """
    match field.kind:
        case Kind.ATTRIBUTE:
            value = getattr(entity, field.key)
            found = value.value if isinstance(value, Enum) else value
        case Kind.TAG:
            found = entity.tags.get(field.key)
        case Kind.PARAM:
            found = _with_params(entity).params.get(field.key)
        case Kind.METRIC:
            if not isinstance(entity, Run):
                points = [point for point in _points(entity, field) if point.key == field.key]
                return [point.value for point in sorted(points, key=lambda point: point.recency)]
            metric = entity.metrics.get(field.key)
            found = None if metric is None else metric.value
        case Kind.DATASET:
            if not isinstance(entity, Run):
                return [point.dataset_name for point in _points(entity, field)]
            return _dataset_values(entity, field.key)
        case _:
            assert_never(field.kind)
    return () if found is None else (found,)


def _with_params(entity: Entity) -> Run | LoggedModel:
    if isinstance(entity, Run):
        return entity
    from genesis_flow.domain.entities.logged_model import LoggedModel

    if isinstance(entity, LoggedModel):
        return entity
    raise TypeError(f"{type(entity).__name__} has no params, metrics or datasets")


def _points(entity: Entity, field: Field) -> Iterator[ModelMetric]:
    """The points of a logged model that were measured on one of the datasets of `field`, if it names any."""
    model = _with_params(entity)
    assert not isinstance(model, Run)
    for point in model.metrics:
        if not field.datasets or any(
            point.dataset_name == scope.name and scope.digest in (None, point.dataset_digest)
            for scope in field.datasets
        ):
            yield point


def _dataset_values(run: Run, key: str) -> list[str]:
    if key == "context":
        return [used.context for used in run.dataset_inputs if used.context is not None]
    return [getattr(used.dataset, key) for used in run.dataset_inputs]


def _test(term: Comparison) -> Callable[[Entity], bool]:
    if isinstance(term, Presence):
        field, present = term.field, term.present
        return lambda entity: bool(field_values(entity, field)) == present
    accepts = acceptance(term)
    return lambda entity: any(accepts(value) for value in field_values(entity, term.field))


def acceptance(term: NumberComparison | TextComparison | Like | Membership) -> Callable[[Any], bool]:
    """The function that tells whether a value that is there satisfies `term`."""
    match term:
        case NumberComparison(op=op, value=wanted) | TextComparison(op=op, value=wanted):
            # Python compares int and float exactly, and of NaN only `!=` is true, as it must be.
            compare = _OPERATORS[op]
            return lambda value: compare(value, wanted)
        case Like():
            search = re.compile(like_regex(term.pattern, term.ignore_case)).search
            return lambda value: search(value) is not None
        case Membership():
            values, negated = frozenset(term.values), term.negated
            return lambda value: (value in values) != negated
        case _:
            assert_never(term)


def order_keys(entity: Entity, order: Order) -> SortKeys:
    """
    What places `entity` in `order`: a (rank, value) for each key, as in a `Cursor`.

    Rank 0 is an ordinary value, 1 NaN, 2 a missing value; the value is None unless the rank is 0.
    """
    return tuple(_ranked(_sort_value(entity, key.field)) for key in order)


def _sort_value(entity: Entity, field: Field) -> Key:
    values = field_values(entity, field)
    if not values:
        return None
    value: Key = values[0]
    is_number = field.kind is Kind.ATTRIBUTE and (
        field.key == "id" if isinstance(entity, Experiment) else field.key == "experiment_id"
    )
    return int(value) if is_number and value is not None else value


def _ranked(value: Key) -> tuple[int, Key]:
    if value is None:
        return MISSING, None
    return (NAN, None) if value != value else (ORDINARY, value)


def sorted_by(entities: Iterable[E], order: Order) -> list[E]:
    """`entities` in `order`; those that it does not tell apart keep their places."""
    rows = [(order_keys(entity, order), entity) for entity in entities]
    for index in reversed(range(len(order))):
        ranks: tuple[list[Any], ...] = ([], [], [])
        for row in rows:
            ranks[row[0][index][0]].append(row)
        ranks[ORDINARY].sort(key=partial(_value_at, index), reverse=not order[index].ascending)
        rows = [row for rank in ranks for row in rank]
    return [entity for _, entity in rows]


def _value_at(index: int, row: tuple[SortKeys, Any]) -> Any:
    return row[0][index][1]


def is_after(keys: SortKeys, cursor: SortKeys, order: Order) -> bool:
    """
    Whether an entity with `keys` comes after the place `cursor` in `order`.

    Raises:
        InvalidInput: The types of the cursor are not those of the order: its token was made up.
    """
    try:
        for (rank, value), (place_rank, place_value), key in zip(keys, cursor, order, strict=True):
            if rank != place_rank:
                return rank > place_rank
            if value != place_value:
                return bool(value > place_value) == key.ascending  # type: ignore[operator]  # TypeError is caught
    except TypeError:
        raise InvalidInput("page_token", "Invalid page token, parsed value is not a cursor") from None
    return False
