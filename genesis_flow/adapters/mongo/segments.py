"""What big runs have in segments (`overflow.py`): made, cut into parts, and laid over the document of the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs
from bson import encode

from genesis_flow.adapters.mongo.documents import NAME_FIELD, Document
from genesis_flow.adapters.mongo.names import field_name, key_of
from genesis_flow.domain.errors import ParamConflict

#: Bytes of a segment, unless one value alone is larger.
SEGMENT: Final = 1 << 18


@attrs.frozen
class Texts:
    """What of a batch goes to segments: params and tags by field name (None: no such tag), inputs and outputs."""

    p: Mapping[str, str] = attrs.field(factory=dict)
    t: Mapping[str, str | None] = attrs.field(factory=dict)
    ds: Sequence[Document] = ()
    mi: Sequence[str] = ()
    mo: Sequence[Document] = ()

    @property
    def size(self) -> int:
        """About how many bytes it has."""
        return sum(len(encode(part)) for part in parts(self))


def growth(metrics: Iterable[str], *texts: Mapping[str, str]) -> int:
    """How many bytes a run grows by at most with metrics of these keys, and these params and tags."""
    total = sum(3 * len(field_name(key).encode()) + 200 for key in metrics)
    for named in texts:
        for key, value in named.items():
            size = len(value.encode())
            total += 2 * len(field_name(key).encode()) + size + min(size, 256) + 100
    return total


def overlay(document: Mapping[str, Any], segments: Sequence[Document], metrics: Iterable[Document]) -> Document:
    """The document of a run with all that is in its segments and its further metrics, unmarked."""
    rest = {key: value for key, value in document.items() if key != "big"}
    merged: Document = {**rest, "p": {**document["p"]}, "t": {**document["t"]}, "m": {**document["m"]}}
    for segment in segments:
        for kind in ("p", "t"):
            merged[kind] |= segment.get(kind, {})
        for kind in ("ds", "mi", "mo"):
            if kind in segment:
                merged[kind] = [*merged.get(kind, ()), *segment[kind]]
    merged["t"] = {name: value for name, value in merged["t"].items() if value is not None}
    merged["m"] |= {row["f"]: row["m"] for row in metrics}
    return merged


def unknown(merged: Mapping[str, Any], texts: Texts) -> Texts:
    """What of `texts` the run does not have; or `ParamConflict`."""
    stored = merged["p"]
    changes = [
        (key_of(name), stored[name], value) for name, value in texts.p.items() if stored.get(name, value) != value
    ]
    if changes:
        raise ParamConflict(merged["run"], changes)
    datasets = {row["id"] for row in merged.get("ds", ())}
    outputs = {row["id"] for row in merged.get("mo", ())}
    return Texts(
        {name: value for name, value in texts.p.items() if name not in stored},
        {name: value for name, value in texts.t.items() if name != NAME_FIELD and merged["t"].get(name) != value},
        [row for row in texts.ds if row["id"] not in datasets],
        [id for id in texts.mi if id not in merged.get("mi", ())],
        [row for row in texts.mo if row["id"] not in outputs],
    )


def united(segment: Mapping[str, Any], texts: Texts) -> Texts:
    """What is in a segment, and `texts` over it."""
    return Texts(
        {**segment.get("p", {}), **texts.p},
        {**segment.get("t", {}), **texts.t},
        [*segment.get("ds", ()), *texts.ds],
        [*segment.get("mi", ()), *texts.mi],
        [*segment.get("mo", ()), *texts.mo],
    )


def parts(texts: Texts) -> Iterator[Document]:
    """`texts` in parts of about `SEGMENT` bytes."""
    part: Document = {}
    size = 0
    for kind, name, value in _items(texts):
        added = len(encode({name or "0": value}))
        if part and size + added > SEGMENT:
            yield part
            part, size = {}, 0
        if name is None:
            part.setdefault(kind, []).append(value)
        else:
            part.setdefault(kind, {})[name] = value
        size += added
    if part:
        yield part


def _items(texts: Texts) -> Iterator[tuple[str, str | None, Any]]:
    for kind, named in (("p", texts.p), ("t", texts.t)):
        for name, value in named.items():
            yield kind, name, value
    for kind, rows in (("ds", texts.ds), ("mi", texts.mi), ("mo", texts.mo)):
        for row in rows:
            yield kind, None, row
