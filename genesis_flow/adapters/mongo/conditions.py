"""Bound filters to MongoDB conditions: exact ones on the document, and coarse ones on the index terms."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, assert_never

from genesis_flow.adapters.mongo import terms
from genesis_flow.adapters.mongo.names import AFTER_SEPARATOR, SEPARATOR, field_name, sortable
from genesis_flow.domain.errors import Unsupported
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
from genesis_flow.domain.search.evaluate import acceptance
from genesis_flow.domain.search.like import like_prefix, like_regex
from genesis_flow.domain.values.limits import INT64_MAX, INT64_MIN

Condition = dict[str, Any]

NEVER: Final[Condition] = {"_id": {"$in": []}}

_OPERATORS: Final = {"=": "$eq", "!=": "$ne", ">": "$gt", ">=": "$gte", "<": "$lt", "<=": "$lte"}
_INFINITY: Final = float("inf")
_LONGEST_REGEX: Final = 30_000  # servers refuse regular expressions from 32 KB on

RUN_PATHS: Final = {
    "id": "run",
    "name": "name",
    "status": "status",
    "user_id": "user",
    "artifact_uri": "uri",
    "started_at": "start",
    "ended_at": "end",
}
EXPERIMENT_PATHS: Final = {"id": "_id", "name": "name", "created_at": "created", "updated_at": "updated"}
MODEL_PATHS: Final = {"name": "name", "created_at": "created", "updated_at": "updated"}
VERSION_PATHS: Final = {**MODEL_PATHS, "version": "v", "run_id": "run", "source": "source"}
DATASET_PATHS: Final = {"name": "n", "digest": "g", "context": "c"}

_LETTERS: Final = {Kind.PARAM: terms.PARAM, Kind.TAG: terms.TAG, Kind.METRIC: terms.METRIC}


def path_of(field: Field, attributes: Mapping[str, str]) -> str:
    """Where `field` is in a document."""
    match field.kind:
        case Kind.ATTRIBUTE:
            return attributes[field.key]
        case Kind.METRIC:
            return f"m.{field_name(field.key)}.v"
        case Kind.PARAM:
            return f"p.{field_name(field.key)}"
        case Kind.TAG:
            return f"t.{field_name(field.key)}"
        case Kind.DATASET:
            return DATASET_PATHS[field.key]
        case _:
            assert_never(field.kind)


def exact(
    filter: Filter, attributes: Mapping[str, str], *, but: Collection[Comparison] = ()
) -> list[Condition]:
    """What the documents that match must all satisfy; the terms in `but` are seen to already."""
    return [_located(term, attributes) for term in _merged([term for term in filter.terms if term not in but])]


def _merged(comparisons: Sequence[Comparison]) -> Iterator[Comparison]:
    """
    The comparisons, with one for each attribute of which they name the only possible values.

    Azure's engine leaves a `$regex` out if an index answers `$in` on the same path.
    """
    named = {term.field: term for term in comparisons if _values(term) is not None}
    for term in comparisons:
        if term.field not in named:
            yield term
    for field, term in named.items():
        others = [other for other in comparisons if other.field == field and other is not term]
        yield _narrowed(field, _values(term) or (), others)


def _values(term: Comparison) -> tuple[str, ...] | None:
    """The only values with which an attribute can satisfy `term`; None if there is no end to them."""
    if term.field.kind is not Kind.ATTRIBUTE:
        return None
    match term:
        case TextComparison(op="=", value=value):
            return (value,)
        case Membership(values=values, negated=False):
            return values
        case _:
            return None


def _narrowed(field: Field, values: tuple[str, ...], others: Sequence[Comparison]) -> Comparison:
    tests = [
        (lambda value, present=other.present: present) if isinstance(other, Presence) else acceptance(other)
        for other in others
    ]
    left = tuple(value for value in values if all(test(value) for test in tests))
    return TextComparison(field, "=", left[0]) if len(left) == 1 else Membership(field, left)


def _located(term: Comparison, attributes: Mapping[str, str]) -> Condition:
    path = path_of(term.field, attributes)
    if path == "_id":
        return _on_experiment_id(term)
    condition = _condition(term)
    if term.field.kind is Kind.DATASET:
        return {"ds": {"$elemMatch": {path: condition}}}
    return {path: condition}


def _condition(term: Comparison) -> Condition:
    match term:
        case NumberComparison():
            return _number(term)
        case TextComparison(op="="):
            return {"$eq": term.value}
        case TextComparison():
            return {"$exists": True, "$nin": [None, term.value]}
        case Like():
            return {"$regex": _regex(term)}
        case Membership(negated=False):
            return {"$in": list(term.values)}
        case Membership():
            return {"$exists": True, "$nin": [None, *term.values]}
        case Presence(present=True):
            return {"$exists": True, "$ne": None}
        case Presence():
            return {"$eq": None}
        case _:
            assert_never(term)


def _regex(term: Like) -> str:
    regex = like_regex(term.pattern, term.ignore_case).replace("\0", r"\x00")
    if len(regex) > _LONGEST_REGEX:
        raise Unsupported("MongoDB cannot match a LIKE or ILIKE pattern that is this long: shorten it.")
    return regex


def _number(term: NumberComparison) -> Condition:
    value = _storable_number(term.value)
    if term.op == "!=":
        return {"$exists": True, "$nin": [None, value]}
    condition = {_OPERATORS[term.op]: value}
    if term.op in ("<", "<="):
        condition["$gte"] = -_INFINITY  # NaN ranks below every number and must not match
    return condition


def _storable_number(value: float | int) -> float | int:
    """`value`, or where BSON has no such integer a float that compares alike with every 64-bit integer."""
    if isinstance(value, float) or INT64_MIN <= value <= INT64_MAX:
        return value
    try:
        return float(value)
    except OverflowError:
        return _INFINITY if value > 0 else -_INFINITY


def _on_experiment_id(term: Comparison) -> Condition:
    match term:
        case TextComparison(op="="):
            return {"_id": {"$in": experiment_numbers([term.value])}}
        case TextComparison():
            return {"_id": {"$nin": experiment_numbers([term.value])}}
        case Membership():
            return {"_id": {"$nin" if term.negated else "$in": experiment_numbers(term.values)}}
        case _:
            return {"_id": _condition(term)}


def experiment_numbers(values: tuple[str, ...] | list[str]) -> list[int]:
    """The numbers of those ids that an experiment can have."""
    numbers = (int(value) for value in values if value.isascii() and value.lstrip("-").isdigit())
    return [number for number in numbers if INT64_MIN <= number <= INT64_MAX]


def candidates(
    filter: Filter,
    scopes: Sequence[str],
    *,
    order: Order = (),
    bound: NumberComparison | None = None,
    attributes: Collection[str] = terms.ATTRIBUTES,
) -> tuple[list[Condition], list[Comparison]]:
    """
    Conditions on the index terms that every match satisfies, and which of the filter's terms they answer exactly.

    Args:
        scopes: What terms begin with; each condition leaves alone all that is not in one of them. Where there are
            several, only terms that are known as a whole are looked up.
        bound: That one of the filter's terms which few runs satisfy.
        attributes: Those that have terms.
    """
    found: list[Condition] = []
    answered: list[Comparison] = []
    has_param = any(_is_exact(term) and term.field.kind is Kind.PARAM for term in filter.terms)
    for term in filter.terms:
        # Every value in a range of numbers is an index entry of its own: where a param leaves few runs, which must
        # be read for their order by that number anyway, looking at the numbers is faster than at the entries.
        by_this = isinstance(term, NumberComparison) and bool(order) and order[0].field == term.field
        if by_this and term is not bound and (has_param or bound is not None):
            continue
        condition = _on_index(term, scopes, attributes)
        if condition is not None:
            found.append(condition)
            if _is_exact(term):
                answered.append(term)
    return found, answered


def _is_exact(term: Comparison) -> bool:
    """Whether a run has the index term of `term` just if it matches: the value is whole, and no key can look alike."""
    return (
        isinstance(term, TextComparison)
        and term.op == "="
        and len(term.value) < terms.VALUE_LENGTH
        and SEPARATOR not in term.value + term.field.key
    )


def _on_index(term: Comparison, scopes: Sequence[str], attributes: Collection[str]) -> Condition | None:
    """The condition on the terms of a run; None where every run could match, or no index would be used."""
    field = term.field
    if isinstance(term, Presence) and not term.present:
        return None
    if field.kind is Kind.ATTRIBUTE and field.key in attributes:
        kind, name = field.key, ""
    elif field.kind in _LETTERS:
        kind, name = _LETTERS[field.kind], field_name(field.key)
    else:
        return None
    return on_terms([terms.prefix(scope, kind, name) for scope in scopes], *next(bounds(term)))


def on_terms(prefixes: Sequence[str], lower: str, upper: str | None) -> Condition | None:
    """
    That a term begins with one of `prefixes` and ends in a value from `lower` to before `upper`.

    None for several ranges: Azure's engine takes their union for most of the collection, and reads all of it.
    """
    if lower == upper:
        values = [prefix + lower for prefix in prefixes]
        return {"k": values[0] if len(values) == 1 else {"$in": values}}
    return between(prefixes[0], lower, upper) if len(prefixes) == 1 else None


def between(prefix: str, lower: str, upper: str | None) -> Condition:
    """That a term begins with `prefix` and ends in a value from `lower` to before `upper`, if there is one."""
    end = prefix[: -len(SEPARATOR)] + AFTER_SEPARATOR if upper is None else prefix + upper
    return {"k": {"$elemMatch": {"$gte": prefix + lower, "$lt": end}}}


def bounds(term: Comparison) -> Iterator[tuple[str, str | None]]:
    """The least value a term may have, and the one it stays below (None: no bound; equal: just this one)."""
    match term:
        case NumberComparison():
            yield _number_bounds(term)
        case TextComparison(op="="):
            cut = term.value[: terms.VALUE_LENGTH]
            yield cut, cut
        case Like(ignore_case=False):
            start = like_prefix(term.pattern)[: terms.VALUE_LENGTH]
            yield start, start + "\U0010ffff" if start else None
        case _:
            yield "", None


def _number_bounds(term: NumberComparison) -> tuple[str, str | None]:
    after_numbers = "g"  # the digits are hexadecimal
    if term.op == "!=":
        return "", None
    try:
        value = float(term.value)
    except OverflowError:
        return "", after_numbers
    if value != term.value:  # an integer between two floats: leave the decision to the exact condition
        return "", after_numbers
    digits = sortable(value)
    match term.op:
        case "=":
            return digits, digits
        case ">" | ">=":
            return digits, after_numbers
        case _:
            return "", digits + "g"
