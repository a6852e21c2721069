"""
Searches of logged models: filters as of other entities, datasets and orders as dictionaries.

Source: MLflow 3.17 `search_logged_model_utils`, `SqlAlchemyStore.search_logged_models`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from genesis_flow.domain.errors import InvalidInput, InvalidSearch
from genesis_flow.domain.search.ast import Comparison, DatasetScope, Field, Filter, Kind, Order, OrderKey, Presence
from genesis_flow.domain.search.binding import bind_filter
from genesis_flow.domain.search.fields import LOGGED_MODELS
from genesis_flow.domain.search.parser import parse_filter
from genesis_flow.domain.values.text import shown, storable

_DATASET_KEYS: Final = ("dataset_name", "dataset_digest")
_ORDER_KEYS: Final = ("field_name", "ascending", *_DATASET_KEYS)


def dataset_scopes(datasets: Sequence[Mapping[str, Any]] | None) -> tuple[DatasetScope, ...]:
    """
    The datasets that dictionaries name.

    Raises:
        InvalidSearch: Not such dictionaries, or one without a name.
    """
    return tuple(dict.fromkeys(_scope(row) for row in _rows(datasets, "datasets", _DATASET_KEYS)))


def _scope(row: Mapping[str, Any]) -> DatasetScope:
    name, digest = row.get("dataset_name"), row.get("dataset_digest")
    if not name:
        raise InvalidSearch("`dataset_name` in the `datasets` clause must be specified.", field="datasets")
    return DatasetScope(_text(name, "datasets"), None if digest is None else _text(digest, "datasets"))


def bind_model_filter(text: str | None, datasets: tuple[DatasetScope, ...]) -> Filter:
    """
    The filter that `text` spells, about metrics on one of `datasets`, if there are any.

    Raises:
        InvalidSearch: It is not a filter on logged models.
    """
    try:
        terms = bind_filter(text, LOGGED_MODELS).terms
    except InvalidSearch as error:
        raise _unreadable(text, error) from None
    if not datasets:
        return Filter(terms)
    if not any(term.field.kind is Kind.METRIC for term in terms):
        return Filter((*terms, Presence(Field(Kind.DATASET, "name", datasets), present=True)))
    return Filter(tuple(_scoped(term, datasets) for term in terms))


def _unreadable(text: Any, error: InvalidSearch) -> InvalidSearch:
    """`error`, in the words that MLflow has here where `text` is no list of comparisons at all."""
    try:
        if isinstance(text, str) and not text.isspace():
            parse_filter(text)
            return error
    except InvalidSearch:
        pass
    return InvalidSearch(
        f"Invalid filter string: {shown(repr(text))}. Expected a list of comparisons separated by 'AND' "
        f"(e.g. 'metrics.loss > 0.1 AND params.lr = 0.01'). {error.message}",
        text=error.text, position=error.position,
    )


def _scoped(term: Comparison, datasets: tuple[DatasetScope, ...]) -> Comparison:
    if term.field.kind is not Kind.METRIC:
        return term
    return attrs.evolve(term, field=attrs.evolve(term.field, datasets=datasets))


def bind_model_order(order_by: Sequence[Mapping[str, Any]] | None) -> Order:
    """
    The order that dictionaries spell, without the keys that make it total; of a field named twice the first counts.

    Raises:
        InvalidSearch: Not such dictionaries, or not an order on logged models.
    """
    found: dict[Field, OrderKey] = {}
    for row in _rows(order_by, "order_by", _ORDER_KEYS):
        key = _order_key(row)
        found.setdefault(key.field, key)
    return tuple(found.values())


def _order_key(row: Mapping[str, Any]) -> OrderKey:
    name, ascending = row.get("field_name"), row.get("ascending")
    if not isinstance(name, str) or not name:
        raise InvalidSearch("`field_name` in the `order_by` clause must be specified.", field="order_by")
    if ascending not in (None, True, False):
        raise InvalidSearch(f"Invalid order by: `ascending` is {shown(repr(ascending))}, not a bool.", field="order_by")
    return OrderKey(_order_field(_text(name, "order_by"), row), ascending is not False)


def _order_field(name: str, row: Mapping[str, Any]) -> Field:
    prefix, dot, key = name.partition(".")
    dataset, digest = row.get("dataset_name"), row.get("dataset_digest")
    if dot and prefix != "metrics":
        raise _invalid_field(f"{shown(name)}. Only metrics are supported.")
    if (dataset or digest) and not dot:
        raise _invalid_field(f"{shown(name)} has no dataset: only metrics are measured on datasets.")
    if digest and not dataset:
        raise _invalid_field(f"{shown(name)}: `dataset_digest` needs `dataset_name`.")
    if dot:
        if not key:
            raise _invalid_field(shown(name))
        if not dataset:
            return Field(Kind.METRIC, key)
        scope = DatasetScope(_text(dataset, "order_by"), _text(digest, "order_by") if digest else None)
        return Field(Kind.METRIC, key, (scope,))
    named = LOGGED_MODELS.named[Kind.ATTRIBUTE].get(name)
    if named is None:
        raise _invalid_field(shown(name))
    return Field(Kind.ATTRIBUTE, named.key)


def _invalid_field(detail: str) -> InvalidSearch:
    return InvalidSearch(f"Invalid order by field name: {detail}", field="order_by")


def _rows(given: Any, field: str, known: tuple[str, ...]) -> Sequence[Mapping[str, Any]]:
    if given is None:
        return ()
    is_list = isinstance(given, Sequence) and not isinstance(given, (str, bytes))
    if not is_list or not all(isinstance(row, Mapping) for row in given):
        raise InvalidSearch(f"Invalid {field}: a list of dictionaries with {', '.join(known)} is needed.", field=field)
    unknown = [key for row in given for key in row if key not in known]
    if unknown:
        raise InvalidSearch(f"Invalid {field}: unknown {shown(unknown)}. Known are {', '.join(known)}.", field=field)
    rows: Sequence[Mapping[str, Any]] = given
    return rows


def _text(value: Any, field: str) -> str:
    try:
        return storable(field, value)
    except InvalidInput as error:
        raise InvalidSearch(error.message, field=field) from None
