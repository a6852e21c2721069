"""Filters and orders as text; binding the text gives them back."""

from __future__ import annotations

import math
from typing import assert_never

from genesis_flow.domain.errors import InvalidSearch
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
from genesis_flow.domain.search.fields import EntityFields
from genesis_flow.domain.search.lexer import LONGEST_NUMBER
from genesis_flow.domain.values.text import shown


def unparse(filter: Filter, entity: EntityFields) -> str:
    """
    The text of `filter`.

    Raises:
        InvalidSearch: No text means it: a string or key with both kinds of quotes, NaN, a field that
            the entity does not have.
    """
    return " AND ".join(_comparison(term, entity) for term in filter.terms)


def unparse_order(order: Order, entity: EntityFields) -> list[str]:
    """
    The clauses of `order`.

    Raises:
        InvalidSearch: As for `unparse`.
    """
    return [f"{_name(key.field, entity)} {'ASC' if key.ascending else 'DESC'}" for key in order]


def _comparison(term: Comparison, entity: EntityFields) -> str:
    name = _name(term.field, entity)
    match term:
        case NumberComparison():
            return f"{name} {term.op} {_number(term.value)}"
        case TextComparison():
            return f"{name} {term.op} {_string(term.value)}"
        case Like():
            return f"{name} {'ILIKE' if term.ignore_case else 'LIKE'} {_string(term.pattern)}"
        case Membership():
            values = ", ".join(map(_string, term.values))
            return f"{name} {'NOT IN' if term.negated else 'IN'} ({values})"
        case Presence():
            return f"{name} IS {'NOT ' if term.present else ''}NULL"
        case _:
            assert_never(term)


def _name(field: Field, entity: EntityFields) -> str:
    if field.kind is Kind.ATTRIBUTE:
        return _named(field, entity)
    prefix = next((prefix for prefix, kind in entity.prefixes.items() if kind is field.kind), None)
    if prefix is None:
        raise InvalidSearch(f"A filter or order on this entity cannot name {field.kind.value}s.")
    if field.kind in entity.keyed:
        return f"{prefix}.{_key(field.key)}"
    return f"{prefix}.{_named(field, entity)}"


def _named(field: Field, entity: EntityFields) -> str:
    names = entity.named[field.kind]
    found = next((name for name, named in names.items() if named.key == field.key), None)
    if found is None:
        raise InvalidSearch(f"A filter or order on this entity cannot name {shown(field.key)!r}.")
    return found


def _key(key: str) -> str:
    return f"`{key}`" if "`" not in key else _string(key)


def _string(text: str) -> str:
    # Inside a string a doubled quote stands for itself, both characters of it.
    for quote in "'\"":
        if quote not in text.replace(quote * 2, ""):
            return f"{quote}{text}{quote}"
    raise InvalidSearch(f"A filter cannot hold {shown(text)!r}: it contains both kinds of quotes.")


def _number(value: float | int) -> str:
    if value != value:
        raise InvalidSearch("A filter cannot hold NaN.")
    if value in (math.inf, -math.inf):
        return "1e400" if value > 0 else "-1e400"
    if isinstance(value, float):
        return repr(value).replace("e+", "e")
    if abs(value) >= 10 ** (LONGEST_NUMBER - 1):
        raise InvalidSearch(f"A filter cannot hold a number of more than {LONGEST_NUMBER} characters.")
    return str(value)
