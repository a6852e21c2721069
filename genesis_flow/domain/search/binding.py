"""
What was written, resolved against what an entity has: names to fields, values to types, operators to nodes.

Messages begin as MLflow's do, because clients match on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, cast

import attrs

from genesis_flow.domain.errors import DuplicateOrder, InvalidInput, InvalidSearch
from genesis_flow.domain.search import ast, lexer
from genesis_flow.domain.search.ast import Comparison, Field, Filter, Kind, Order, OrderKey
from genesis_flow.domain.search.fields import (
    EQUALITY,
    LISTS,
    MODEL_STATUSES,
    NULLS,
    NUMERIC,
    EntityFields,
    FieldType,
    ValueType,
)
from genesis_flow.domain.search.like import like_regex
from genesis_flow.domain.search.parser import parse_filter, parse_order
from genesis_flow.domain.search.syntax import Clause, Listing, Name, Number, OrderClause, Scalar, Text, Value
from genesis_flow.domain.values.ids import experiment_id
from genesis_flow.domain.values.text import shown, storable

#: Backends limit how deep or long a statement can be.
MOST_COMPARISONS: Final = 500
#: No searchable text is longer; backends limit the length of patterns.
LONGEST_PATTERN: Final = 20_000

_NUMBERS: Final = (ValueType.NUMBER, ValueType.INTEGER)
#: What MLflow calls the kinds in its messages.
_LABELS: Final = {
    Kind.ATTRIBUTE: "attribute", Kind.METRIC: "metric", Kind.PARAM: "parameter", Kind.TAG: "tag",
    Kind.DATASET: "dataset",
}


def bind_filter(text: str | None, entity: EntityFields) -> Filter:
    """
    The filter that `text` spells; None and "" match everything.

    Raises:
        InvalidSearch: It is not a filter on this entity.

    Source: MLflow 3.17 `SearchUtils.parse_search_filter`.
    """
    if text is None or text == "":
        return Filter()
    text = _checked(text, "filter_string", f"Invalid filter '{shown(text)}'. Could not be parsed.")
    clauses = parse_filter(text)
    if len(clauses) > MOST_COMPARISONS:
        raise InvalidSearch(
            f"Invalid filter: it holds {len(clauses)} comparisons, more than {MOST_COMPARISONS}.",
            text=text, position=clauses[MOST_COMPARISONS].name.position,
        )
    return Filter(tuple(_Binding(clause, text, entity).comparison() for clause in clauses))


def bind_order(order_by: Sequence[str] | None, entity: EntityFields) -> Order:
    """
    The order that `order_by` spells, without the keys that make it total.

    Raises:
        InvalidSearch: A clause is not an order on this entity.
        DuplicateOrder: Two clauses name the same field, and the entity does not let that through.

    Source: MLflow 3.17 `SearchUtils.parse_order_by_for_search_runs`, `SearchExperimentsUtils`.
    """
    if isinstance(order_by, (str, bytes)):
        raise InvalidSearch(
            f"Invalid order_by '{shown(order_by)}': a list of clauses is needed.", field="order_by"
        )
    found: dict[Field, OrderKey] = {}
    for text in order_by or ():
        key = _order_key(text, entity)
        if key.field in found and entity.refuses_duplicates:
            raise DuplicateOrder(
                f"`order_by` contains duplicate fields: {shown(list(order_by or ()))}",
                text=text, field="order_by",
            )
        found.setdefault(key.field, key)
    return tuple(found.values())


def _checked(text: object, field: str, message: str) -> str:
    """`text`, if it is a string with something in it that UTF-8 can hold."""
    if not isinstance(text, str) or not text or text.isspace():
        raise InvalidSearch(message, text=str(text), position=0, field=field)
    try:
        return storable(field, text)
    except InvalidInput as error:
        raise InvalidSearch(error.message, text=text, field=field) from None


def _order_key(text: object, entity: EntityFields) -> OrderKey:
    checked = _checked(text, "order_by", f"Invalid order_by clause '{shown(text)}'. Could not be parsed.")
    clause: OrderClause = parse_order(checked)
    name, position = clause.name, clause.name.position
    try:
        field, type = _resolve(name, entity, checked)
    except InvalidSearch as error:
        message, position = error.message, error.position
    else:
        if type.orderable:
            return OrderKey(field, clause.ascending)
        if field.kind in entity.keyed:
            message = f"Invalid order_by entity: {_LABELS[field.kind]}"
        else:
            message = f"Invalid identifier type '{_LABELS[field.kind]}'"
    kind = Kind.ATTRIBUTE if name.prefix is None else entity.prefixes.get(name.prefix)
    valid = (name for name, named in entity.named[Kind.ATTRIBUTE].items() if named.type.orderable)
    if entity.orders_by_names:
        written = name.key if name.prefix is None else f"{name.prefix}.{name.key}"
        message = _unknown_key("order by", written, valid)
    elif kind is Kind.ATTRIBUTE:
        message = _unknown_key("attribute", name.key, valid)
    raise InvalidSearch(message, text=checked, position=position, field="order_by")


def _resolve(name: Name, entity: EntityFields, text: str) -> tuple[Field, FieldType]:
    """The field that `name` stands for, and its type."""
    kind = Kind.ATTRIBUTE if name.prefix is None else entity.prefixes.get(name.prefix)
    if kind is None:
        valid = sorted(entity.prefixes)
        refusal = entity.prefix_refusal.format(prefix=shown(name.prefix), list=valid, tuple=tuple(valid))
        raise InvalidSearch(refusal, text=text, position=name.position)
    if kind in entity.keyed:
        return Field(kind, name.key), entity.keyed[kind]
    named = entity.named[kind].get(name.key)
    if named is None:
        raise InvalidSearch(
            _unknown_key(_LABELS[kind], name.key, _comparable_names(entity, kind)), text=text, position=name.position
        )
    return Field(kind, named.key), named.type


def _unquoted_integer(value: Text) -> Value:
    """The number in a quoted integer; anything else as it is."""
    number = lexer.number(value.value.strip()) if len(value.value) < lexer.LONGEST_NUMBER else None
    return Number(number, value.text, value.position) if isinstance(number, int) else value


def _comparable_names(entity: EntityFields, kind: Kind) -> Iterator[str]:
    return (name for name, named in entity.named[kind].items() if named.type.operators)


def _unknown_key(label: str, key: str, valid: Iterable[str]) -> str:
    return f"Invalid {label} key '{shown(key)}' specified. Valid keys are '{_as_set(valid)}'"


def _as_set(words: Iterable[str]) -> str:
    """`words` in the notation of a set, always in the same order."""
    return f"{{{', '.join(map(repr, sorted(words)))}}}"


@attrs.frozen
class _Binding:
    """One clause on its way to a comparison. Checked as MLflow does: name, then value, then operator."""

    clause: Clause
    text: str
    entity: EntityFields

    def comparison(self) -> Comparison:
        field, type = _resolve(self.clause.name, self.entity, self.text)
        if not type.operators:
            names = _comparable_names(self.entity, field.kind)
            raise self._error(_unknown_key(_LABELS[field.kind], self.clause.name.key, names))
        if self.clause.operator in NULLS:
            return self._presence(field, type)
        if type.value is ValueType.MODEL_STATUS:
            return self._status_comparison(field, type)
        if type.value in _NUMBERS:
            return self._number_comparison(field, type)
        return self._text_comparison(field, type)

    def _presence(self, field: Field, type: FieldType) -> Comparison:
        if not type.operators >= NULLS:
            keyed = self.entity.keyed.items()
            kinds = sorted((f"{kind.value}s" for kind, of in keyed if of.operators >= NULLS), reverse=True)
            raise self._error(
                f"IS NULL / IS NOT NULL is only supported for {' and '.join(kinds) or 'other entities'}, "
                f"not for '{_LABELS[field.kind]}' '{shown(self.clause.name.key)}'"
            )
        return ast.Presence(field, present=self.clause.operator == "IS NOT NULL")

    def _number_comparison(self, field: Field, type: FieldType) -> Comparison:
        value = self.clause.value
        if type.may_be_quoted and isinstance(value, Text):
            value = _unquoted_integer(value)
        if not isinstance(value, Number):
            label = "metric" if field.kind is Kind.METRIC else f"numeric attribute: {self.clause.name.key}"
            raise self._error(f"Expected numeric value type for {label}. Found {self._shown_value()}")
        if type.value is ValueType.INTEGER and isinstance(value.value, float):
            raise self._error(
                f"Invalid value for numeric attribute '{self.clause.name.key}': '{self._shown_value()}'"
            )
        self._require_operator(field, type, NUMERIC)
        number = value.value
        if field.kind is Kind.METRIC:
            # Metrics are floating point: a literal means the nearest float, as when it was logged.
            number = float(value.text)
        return ast.NumberComparison(field, cast(ast.NumberOperator, self.clause.operator), number)

    def _text_comparison(self, field: Field, type: FieldType) -> Comparison:
        value = self.clause.value
        operator = self.clause.operator
        if isinstance(value, Listing):
            texts = self._texts(field, type, value)
            self._require_operator(field, type, LISTS)
            return ast.Membership(field, texts, negated=operator == "NOT IN")
        text = self._quoted(field, type, cast(Scalar, value))
        self._require_operator(field, type, type.operators - LISTS)
        if operator in ("LIKE", "ILIKE"):
            if len(text) > LONGEST_PATTERN:
                raise self._error(f"Invalid pattern: it has more than {LONGEST_PATTERN} characters.")
            return ast.Like(field, text, ignore_case=operator == "ILIKE")
        return ast.TextComparison(field, cast(ast.TextOperator, operator), text)

    def _status_comparison(self, field: Field, type: FieldType) -> Comparison:
        """What the texts and numbers of statuses ask for, as one comparison with the number of the status."""
        value, numbers = self.clause.value, {str(number): name for name, number in MODEL_STATUSES.items()}
        if isinstance(value, Number):
            self._require_operator(field, type, EQUALITY)
            wanted: Comparison = ast.TextComparison(
                field, cast(ast.TextOperator, self.clause.operator), str(value.value)
            )
        else:
            wanted = self._text_comparison(field, type)
        match wanted:
            case ast.TextComparison(op=op, value=text):
                accepted = [name for name in MODEL_STATUSES if (name == numbers.get(text, text)) == (op == "=")]
            case ast.Membership(values=values, negated=negated):
                texts = {numbers.get(text, text) for text in values}
                accepted = [name for name in MODEL_STATUSES if (name in texts) != negated]
            case ast.Like(pattern=pattern, ignore_case=ignore_case):
                search = re.compile(like_regex(pattern, ignore_case)).search
                accepted = [name for name in MODEL_STATUSES if search(name) is not None]
            case _:
                raise AssertionError("a comparison of texts")
        return _one_of(field, {MODEL_STATUSES[name] for name in accepted})

    def _quoted(self, field: Field, type: FieldType, value: Scalar) -> str:
        if isinstance(value, Text):
            return self._canonical(type, value.value)
        if isinstance(value, Number):
            raise self._unquoted(field)
        raise self._error(
            "Parameter value is either not quoted or unidentified quote types used for string value "
            f"{self._shown_value()}. Use either single or double quotes."
        )

    def _unquoted(self, field: Field) -> InvalidSearch:
        if field.kind is Kind.ATTRIBUTE:
            numeric = (name for name, named in self.entity.named[field.kind].items() if named.type.value in _NUMBERS)
            value = self._shown_value()
            return self._error(self.entity.number_refusal.format(value=value, numeric=_as_set(numeric)))
        label = "dataset attributes." if field.kind is Kind.DATASET else f"{_LABELS[field.kind]} (e.g. 'my-value')."
        return self._error(f"Expected a quoted string value for {label} Got value {self._shown_value()}")

    def _texts(self, field: Field, type: FieldType, listing: Listing) -> tuple[str, ...]:
        if not type.operators >= LISTS:
            if field.kind is not Kind.ATTRIBUTE:
                raise self._unquoted(field)
            names = [name for name, n in self.entity.named[field.kind].items() if n.type.operators >= LISTS]
            raise self._error(
                f"Only {names} attributes support comparison with a list of quoted string values."
            )
        if not listing.items:
            raise self._error(
                "While parsing a list in the query, expected a non-empty list of string values, "
                "but got empty list"
            )
        if not all(isinstance(item, Text) for item in listing.items):
            raise self._error(
                "While parsing a list in the query, expected string value, punctuation, or whitespace, "
                f"but got different type in list: {self._shown_value()}"
            )
        return tuple(self._canonical(type, item.value) for item in listing.items if isinstance(item, Text))

    def _canonical(self, type: FieldType, text: str) -> str:
        if type.value is not ValueType.EXPERIMENT_ID:
            return text
        try:
            return experiment_id(text)
        except InvalidInput as error:
            raise self._error(error.message) from None

    def _require_operator(self, field: Field, type: FieldType, fitting: frozenset[str]) -> None:
        operator = self.clause.operator
        if operator in type.operators & fitting:
            return
        kind = field.kind
        if type.value is ValueType.EXPERIMENT_ID:
            message = f"Invalid comparator for {self.clause.name.key}: {shown(operator)}"
        elif kind not in self.entity.operators_shown:
            label = f"{_LABELS[kind]} {self.clause.name.key}" if type.value in _NUMBERS else _LABELS[kind]
            message = f"Invalid comparator for {label}: {shown(operator)}"
        else:
            message = f"Invalid comparator '{shown(operator)}' not one of '{_as_set(type.operators)}'"
        raise InvalidSearch(message, text=self.text, position=self.clause.operator_position)

    def _shown_value(self) -> str:
        return shown(self.clause.value.text) if self.clause.value is not None else ""

    def _error(self, message: str) -> InvalidSearch:
        place = self.clause.value or self.clause.name
        return InvalidSearch(message, text=self.text, position=place.position)


def _one_of(field: Field, statuses: set[int]) -> Comparison:
    """The comparison that holds for exactly these of the statuses 1, 2 and 3."""
    least, most = min(statuses, default=0), max(statuses, default=0)
    if len(statuses) <= 1:
        return ast.NumberComparison(field, "=", least)
    if statuses == {1, 3}:
        return ast.NumberComparison(field, "!=", 2)
    return ast.NumberComparison(field, ">=", least) if most == 3 else ast.NumberComparison(field, "<=", most)
