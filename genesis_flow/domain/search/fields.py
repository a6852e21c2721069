"""
What can be searched: for each entity its names, types and operators. Data only.

Another entity is another `EntityFields`; lexer, parser and binding stay as they are.

Source: MLflow 3.17 `SearchUtils`, `SearchExperimentsUtils`, `SearchModelUtils`, `SearchModelVersionUtils`,
`search_logged_model_utils`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

import attrs

from genesis_flow.domain.search.ast import Field, Kind, Order, OrderKey


class ValueType(Enum):
    """What a field is compared with."""

    NUMBER = "number"
    INTEGER = "integer"
    TEXT = "text"
    EXPERIMENT_ID = "experiment id"
    MODEL_STATUS = "status of a logged model"


NUMERIC: Final = frozenset({"=", "!=", ">", ">=", "<", "<="})
EQUALITY: Final = frozenset({"=", "!="})
TEXTUAL: Final = EQUALITY | {"LIKE", "ILIKE"}
LISTS: Final = frozenset({"IN", "NOT IN"})
NULLS: Final = frozenset({"IS NULL", "IS NOT NULL"})


@attrs.frozen
class FieldType:
    """
    What a field is compared with, the operators that do it, and whether an order may name the field.

    Without operators only an order may name it. Where a number `may_be_quoted`, `'2'` means 2.
    """

    value: ValueType
    operators: frozenset[str]
    orderable: bool = True
    may_be_quoted: bool = False


@attrs.frozen
class Named:
    """A field that a name stands for: the entity's own `key` for it, and its type."""

    key: str
    type: FieldType


@attrs.frozen
class EntityFields:
    """
    What can be searched on one kind of entity.

    Attributes:
        prefixes: What may stand before the first dot of a name; a name without one is an attribute.
            The first prefix of a kind is the one that `unparse` writes.
        named: Kinds whose names are a closed list; the first name of a key is the one that `unparse` writes.
        keyed: Kinds under which any key may be asked for.
        default_order: Used where an order names nothing.
        ties: Appended to every order as far as it does not name their fields; they make it total.
        refuses_duplicates: Whether an order that names a field twice is an error; else the first one counts.
        operators_shown: Of which kinds a refusal lists the operators.
        orders_by_names: Whether only a name without a prefix can be ordered by, and a refusal says so.
        prefix_refusal: What is said of another prefix; `list` and `tuple` are the ones that may be.
        number_refusal: What is said of a number where an attribute is a text; `numeric` are the ones that are not.
    """

    prefixes: Mapping[str, Kind]
    named: Mapping[Kind, Mapping[str, Named]]
    keyed: Mapping[Kind, FieldType]
    default_order: Order
    ties: Order
    refuses_duplicates: bool = True
    operators_shown: frozenset[Kind] = frozenset(Kind)
    orders_by_names: bool = False
    prefix_refusal: str = "Invalid entity type '{prefix}'. Valid values are {list}"
    number_refusal: str = "Expected a quoted string value for attributes. Got value {value}"

    def type_of(self, field: Field) -> FieldType:
        """
        The type of a bound field.

        Raises:
            KeyError: The entity has no such field.
        """
        if field.kind in self.keyed:
            return self.keyed[field.kind]
        return next(iter(n.type for n in self.named[field.kind].values() if n.key == field.key))


_NUMBER = FieldType(ValueType.NUMBER, NUMERIC)
_INTEGER = FieldType(ValueType.INTEGER, NUMERIC)
_TEXT = FieldType(ValueType.TEXT, TEXTUAL)
_ALIAS = attrs.evolve(_TEXT, orderable=False)
_LISTED_TEXT = FieldType(ValueType.TEXT, TEXTUAL | LISTS)
_OPTIONAL_TEXT = FieldType(ValueType.TEXT, TEXTUAL | NULLS)
_UNORDERED_TEXT = FieldType(ValueType.TEXT, TEXTUAL | LISTS, orderable=False)
_UNORDERED_TAG = attrs.evolve(_OPTIONAL_TEXT, orderable=False)


def _attribute(key: str, *, ascending: bool = True) -> OrderKey:
    return OrderKey(Field(Kind.ATTRIBUTE, key), ascending)


RUNS: Final = EntityFields(
    prefixes={
        "attributes": Kind.ATTRIBUTE, "attribute": Kind.ATTRIBUTE, "attr": Kind.ATTRIBUTE,
        "run": Kind.ATTRIBUTE,
        "metrics": Kind.METRIC, "metric": Kind.METRIC,
        "params": Kind.PARAM, "param": Kind.PARAM, "parameters": Kind.PARAM, "parameter": Kind.PARAM,
        "tags": Kind.TAG, "tag": Kind.TAG,
        "datasets": Kind.DATASET, "dataset": Kind.DATASET,
    },
    named={
        Kind.ATTRIBUTE: {
            "run_id": Named("id", _LISTED_TEXT),
            "run_name": Named("name", _TEXT),
            "run name": Named("name", _ALIAS),
            "Run name": Named("name", _ALIAS),
            "Run Name": Named("name", _ALIAS),
            "status": Named("status", _TEXT),
            "user_id": Named("user_id", _TEXT),
            "artifact_uri": Named("artifact_uri", _TEXT),
            "start_time": Named("started_at", _NUMBER),
            "created": Named("started_at", _NUMBER),
            "Created": Named("started_at", _NUMBER),
            "end_time": Named("ended_at", _NUMBER),
        },
        Kind.DATASET: {
            "name": Named("name", _UNORDERED_TEXT),
            "digest": Named("digest", _UNORDERED_TEXT),
            "context": Named("context", _UNORDERED_TEXT),
        },
    },
    keyed={Kind.METRIC: _NUMBER, Kind.PARAM: _OPTIONAL_TEXT, Kind.TAG: _OPTIONAL_TEXT},
    default_order=(),
    ties=(_attribute("started_at", ascending=False), _attribute("id")),
    prefix_refusal="Invalid entity type '{prefix}'. "
    "Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']",
)

_ENTITY_TYPES: Final = "Invalid entity type '{prefix}'. Valid entity types are {tuple}"

EXPERIMENTS: Final = EntityFields(
    prefixes={"attribute": Kind.ATTRIBUTE, "tags": Kind.TAG, "tag": Kind.TAG},
    named={
        Kind.ATTRIBUTE: {
            "name": Named("name", _TEXT),
            "experiment_id": Named("id", FieldType(ValueType.EXPERIMENT_ID, EQUALITY | LISTS)),
            "creation_time": Named("created_at", _INTEGER),
            "last_update_time": Named("updated_at", _INTEGER),
        },
    },
    keyed={Kind.TAG: _UNORDERED_TAG},
    default_order=(_attribute("created_at", ascending=False), _attribute("id")),
    ties=(_attribute("id", ascending=False),),
    refuses_duplicates=False,
    operators_shown=frozenset({Kind.ATTRIBUTE}),
    prefix_refusal=_ENTITY_TYPES,
)

_ORDER_ONLY = FieldType(ValueType.INTEGER, frozenset())
_REGISTRY_PREFIXES: Final = {"attribute": Kind.ATTRIBUTE, "tags": Kind.TAG, "tag": Kind.TAG}

REGISTERED_MODELS: Final = EntityFields(
    prefixes=_REGISTRY_PREFIXES,
    named={
        Kind.ATTRIBUTE: {
            "name": Named("name", _LISTED_TEXT),
            "last_updated_timestamp": Named("updated_at", _ORDER_ONLY),
            "timestamp": Named("updated_at", _ORDER_ONLY),
        },
    },
    keyed={Kind.TAG: _UNORDERED_TAG},
    default_order=(),
    ties=(_attribute("name"),),
    operators_shown=frozenset(),
    orders_by_names=True,
    prefix_refusal=_ENTITY_TYPES,
    number_refusal="Expected a quoted string value or a list of quoted string values for attributes. Got value {value}",
)

MODEL_VERSIONS: Final = EntityFields(
    prefixes=_REGISTRY_PREFIXES,
    named={
        Kind.ATTRIBUTE: {
            "name": Named("name", _LISTED_TEXT),
            "version_number": Named("version", attrs.evolve(_INTEGER, may_be_quoted=True)),
            "run_id": Named("run_id", _UNORDERED_TEXT),
            "source_path": Named("source", _ALIAS),
            "creation_timestamp": Named("created_at", _ORDER_ONLY),
            "last_updated_timestamp": Named("updated_at", _ORDER_ONLY),
        },
    },
    keyed={Kind.TAG: _UNORDERED_TAG},
    default_order=(
        _attribute("updated_at", ascending=False), _attribute("name"), _attribute("version", ascending=False),
    ),
    ties=(_attribute("name"), _attribute("version", ascending=False)),
    operators_shown=frozenset(),
    prefix_refusal=_ENTITY_TYPES,
    number_refusal="Only the '{numeric}' attributes support comparison with numeric values.",
)

#: Statuses of logged models: texts in a filter, numbers in the entity.
MODEL_STATUSES: Final = {"PENDING": 1, "READY": 2, "FAILED": 3}

LOGGED_MODELS: Final = EntityFields(
    prefixes={"attributes": Kind.ATTRIBUTE, "metrics": Kind.METRIC, "params": Kind.PARAM, "tags": Kind.TAG},
    named={
        Kind.ATTRIBUTE: {
            "name": Named("name", _LISTED_TEXT),
            "model_id": Named("id", _LISTED_TEXT),
            "model_type": Named("type", _LISTED_TEXT),
            "source_run_id": Named("source_run_id", _LISTED_TEXT),
            "artifact_location": Named("artifact_location", _LISTED_TEXT),
            "experiment_id": Named("experiment_id", FieldType(ValueType.EXPERIMENT_ID, EQUALITY | LISTS)),
            "status": Named("status", FieldType(ValueType.MODEL_STATUS, TEXTUAL | LISTS)),
            "creation_timestamp": Named("created_at", _NUMBER),
            "creation_time": Named("created_at", _NUMBER),
            "creation_timestamp_ms": Named("created_at", _NUMBER),
            "last_updated_timestamp": Named("updated_at", _NUMBER),
            "last_updated_timestamp_ms": Named("updated_at", _NUMBER),
        },
    },
    keyed={Kind.METRIC: _NUMBER, Kind.PARAM: _UNORDERED_TEXT, Kind.TAG: _UNORDERED_TEXT},
    default_order=(),
    ties=(_attribute("created_at", ascending=False), _attribute("id")),
    refuses_duplicates=False,
    prefix_refusal="Invalid entity type: '{prefix}'. Expected one of {list}.",
)
