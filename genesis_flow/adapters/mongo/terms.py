"""
Index terms: one indexed array of texts that serves every search by metric, param, tag, name or status.

The terms of a run are `scope SEP kind SEP name SEP value`, so one multikey index on one field answers
equality and ranges for any key, and never sees other experiments: the scope is the experiment and whether the
run is deleted. They are derived from the rest of the document in the same atomic update, here and by `TERMS` on
the server. Values are cut to `VALUE_LENGTH` characters: a term of a longer one only finds candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from bson import encode
from bson.raw_bson import RawBSONDocument

from genesis_flow.adapters.mongo.names import SEPARATOR, sortable
from genesis_flow.domain.values.lifecycle import RunStatus, Stage

VALUE_LENGTH: Final = 64

#: The term of every deleted run, whatever its experiment.
DELETED: Final = f"{SEPARATOR}deleted"

METRIC, PARAM, TAG = "m", "p", "t"
ATTRIBUTES: Final = ("name", "status")


_MARKS: Final = {Stage.ACTIVE.value: "+", Stage.DELETED.value: "-"}


def scope(experiment_id: str, stage: str) -> str:
    """What the terms of the runs of an experiment in a stage begin with; kept in the field `scope`."""
    return f"{experiment_id}{_MARKS[stage]}"


def prefix(scope: str, kind: str, name: str) -> str:
    """What the terms of one metric, param or tag in a scope begin with."""
    return f"{scope}{SEPARATOR}{kind}{SEPARATOR}{name}{SEPARATOR}"


def text_term(scope: str, kind: str, name: str, value: str) -> str:
    """The term of a param, tag or attribute (whose `name` is empty)."""
    return prefix(scope, kind, name) + value[:VALUE_LENGTH]


def statuses(scopes: Iterable[str]) -> list[str]:
    """The terms of which every run of these scopes has one."""
    return [text_term(scope, "status", "", status.value) for scope in scopes for status in RunStatus]


def moved(stage: Stage, **also: Any) -> dict[str, Any]:
    """The `$set` stage that moves a run to a stage, and sets what is given `also`."""
    mark = {"$concat": ["$exp", _MARKS[stage.value]]}
    return {"$set": {"stage": stage.value, "scope": mark, **also}}


def document_terms(document: Mapping[str, Any]) -> list[str]:
    """The terms of a run document, as `TERMS` makes them."""
    return list(_terms(document))


def _terms(document: Mapping[str, Any]) -> Iterator[str]:
    scope = document["scope"]
    for name, point in document["m"].items():
        yield prefix(scope, METRIC, name) + sortable(point["v"])
    for kind in (PARAM, TAG):
        for name, value in document[kind].items():
            yield text_term(scope, kind, name, value)
    for attribute in ATTRIBUTES:
        yield text_term(scope, attribute, "", document[attribute])
    if document["stage"] == "deleted":
        yield DELETED


def _attribute(name: str) -> dict[str, Any]:
    cut = {"$substrCP": [f"${name}", 0, VALUE_LENGTH]}
    return {"$concat": ["$scope", f"{SEPARATOR}{name}{SEPARATOR}{SEPARATOR}", cut]}


def _map(kind: str, value: Any) -> dict[str, Any]:
    head = ["$scope", f"{SEPARATOR}{kind}{SEPARATOR}", "$$this.k", SEPARATOR]
    return {"$map": {"input": {"$objectToArray": f"${kind}"}, "in": {"$concat": [*head, value]}}}


_CUT = {"$substrCP": ["$$this.v", 0, VALUE_LENGTH]}
_RANK = {"$cond": [{"$eq": ["$$this.v.v", float("nan")]}, "nan", "$$this.v.o"]}

#: The server-side expression for the terms of a run document.
TERMS: Final[dict[str, Any]] = {
    "$concatArrays": [
        _map(METRIC, _RANK),
        _map(PARAM, _CUT),
        _map(TAG, _CUT),
        [_attribute(name) for name in ATTRIBUTES],
        {"$cond": [{"$eq": ["$stage", "deleted"]}, [DELETED], []]},
    ]
}

#: The last stage of every update that changes what the terms are made of; in BSON once and for all.
REFRESH: Final[Any] = RawBSONDocument(encode({"$set": {"k": TERMS}}))
