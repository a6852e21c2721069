"""
Runs that outgrow a document, where a server limits documents to little (`Dialect.spills`).

    run:      {..., z: bytes it has at most, big: its experiment, sg: [{i: segment, z: bytes}], sv: version of sg}
    segment:  {_id: "<run>/s/<random>", r: run, p: {...}, t: {key: value or null}, ds, mi, mo: [...]}
    metric:   {_id: "<run>/m/<key>", r: run, f: key as a field name, m: latest point, n: points counted}

Updates count what they may add (`z`). One that has no room measures the document; if it really is full, the run is
marked as `big`. From then on its document gets no new keys, so everybody knows where a key is: a metric that is not
in it has a document of its own, params, tags and inputs are in segments, which lie over the document and each other
in the order of `sg`.

A segment never changes. It is written first and then linked by an update that asks for the version of `sg` on which
the writer decided: so a batch is there as a whole or not at all, and no param is ever changed. What is written and
not linked, because of a crash, nobody sees; erasing the run erases it.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import attrs
from bson import encode
from pymongo import UpdateOne

from genesis_flow.adapters.mongo import pending
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.documents import NAME_FIELD, RUN_PROJECTION, Document, point_to_document
from genesis_flow.adapters.mongo.histories import MongoHistories
from genesis_flow.adapters.mongo.indexes import OVERFLOWS, RUNS
from genesis_flow.adapters.mongo.names import escaped_in_id, field_name, key_of, prefix_range
from genesis_flow.adapters.mongo.places import Places
from genesis_flow.adapters.mongo.segments import Texts, growth, overlay, parts, united, unknown
from genesis_flow.adapters.mongo.terms import REFRESH, document_terms
from genesis_flow.adapters.mongo.upserts import upsert_all
from genesis_flow.domain.entities.metric import Metric, latest
from genesis_flow.domain.errors import Conflict, Inactive
from genesis_flow.domain.values.refusals import no_run, no_run_tag

#: Bytes up to which a segment is written anew with what is added.
_SMALL: Final = 1 << 16

_WAITING: Final = 256
_ATTEMPTS: Final = 30
_PURGE_BATCH: Final = 200
_LOADED_AT_ONCE: Final = 10


class Outgrown(Exception):
    """The run's document has no room for an update, or the run is a big one already."""


class _NotBig(Exception):
    """The run that was known to be big is another one now, or gone."""


@attrs.frozen
class MongoOverflows:
    """What runs have beside their documents."""

    _database: MongoDatabase
    _known: set[str] = attrs.field(factory=set, init=False)  # big runs: they stay big
    _places: Places = attrs.field(init=False)

    @_places.default
    def _open_places(self) -> Places:
        return Places(self._database, RUNS, "run")

    @property
    def _room(self) -> int:
        """Up to how many bytes a run is one document: a quarter of the limit, as writing it costs by its size."""
        return self._database.dialect.document_limit // 4

    # -- the way of every update: counting -------------------------------------------------------

    def counted(self, size: int, *, waits: bool = False) -> tuple[Document, Document]:
        """What an update says that adds at most `size` bytes, and the condition under which they have room."""
        condition: Document = {"big": None, "z": {"$not": {"$gte": self._room - size}}}
        if waits:
            condition["c"] = {"$not": {"$gte": _WAITING}}
        return {"z": {"$add": [{"$ifNull": ["$z", 0]}, size]}}, condition

    def make_room(self, run_id: str, size: int) -> bool:
        """Whether an update that adds `size` bytes fits after all; if not, the run is a big one from now on."""
        runs = self._database[RUNS]
        document = self._places.find_one(run_id, {})
        if document is None:
            raise no_run(run_id)
        wanted = self._places.wanted(run_id)
        if "big" in document:
            self._known.add(run_id)
            return False
        waiting, generation = list(pending.waiting_of(document["h"])), int(document["g"])
        if waiting:
            copy = pending.Copy(len(waiting), generation)
            MongoHistories(self._database).copy(run_id, waiting)
            taken = pending.additions((), copy)
            runs.update_one({**wanted, "g": generation}, [{"$set": taken}])
        actual = len(encode(document))
        if actual + size < self._room * 3 // 4:
            runs.update_one({**wanted, "z": document.get("z")}, {"$set": {"z": actual}})
            return True
        runs.update_one({**wanted, "big": None}, {"$set": {"big": document["exp"]}})
        self._known.add(run_id)
        return False

    def is_known(self, run_id: str) -> bool:
        """Whether the run was seen to be a big one."""
        return run_id in self._known

    def born(self, document: Document) -> Document:
        """The document of a new run: what has no room in it is stored, and linked."""
        size = len(encode(document))
        if size < self._room:
            return {**document, "z": size}
        name = {NAME_FIELD: document["t"][NAME_FIELD]}
        tags = {key: value for key, value in document["t"].items() if key != NAME_FIELD}
        lists = {key: document.get(key, ()) for key in ("ds", "mi", "mo")}
        links = self._store(document["run"], Texts(document["p"], tags, **lists))
        rest = {key: value for key, value in document.items() if key not in lists}
        near = {**rest, "p": {}, "t": name}
        terms = document_terms(near)
        return {**near, "k": terms, "z": 0, "big": document["exp"], "sg": links, "sv": 1}

    # -- reading ---------------------------------------------------------------------------------

    def merged(self, documents: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Documents of runs as if they had everything in them, unmarked; one round trip for every few big ones."""
        found = list(documents)
        big = [place for place, document in enumerate(found) if "big" in document]
        for start in range(0, len(big), _LOADED_AT_ONCE):
            places = big[start : start + _LOADED_AT_ONCE]
            rows = self._rows([found[place]["run"] for place in places])
            for place in places:
                found[place] = self._overlaid(found[place], rows.get(found[place]["run"], ()))
        return found

    def _rows(self, run_ids: Sequence[str]) -> dict[str, list[Document]]:
        rows: dict[str, list[Document]] = {}
        for row in self._database[OVERFLOWS].find({"r": {"$in": list(run_ids)}}):
            rows.setdefault(row["r"], []).append(row)
        return rows

    def _overlaid(self, document: Mapping[str, Any], rows: Iterable[Document]) -> Mapping[str, Any]:
        """A run with its rows; it is read again where a segment was replaced between the two reads."""
        for _ in range(_ATTEMPTS):
            by_id = {row["_id"]: row for row in rows}
            ids = [link["i"] for link in document.get("sg", ())]
            if all(id in by_id for id in ids):
                return overlay(document, [by_id[id] for id in ids], [row for row in by_id.values() if "m" in row])
            known = self._places.find_one(document["run"], RUN_PROJECTION)
            if known is None:
                raise no_run(document["run"])
            document, rows = known, self._rows([document["run"]]).get(document["run"], ())
        raise Conflict(f"The run {document['run']} is being changed by others all the time; try again.")

    # -- writing to a big run --------------------------------------------------------------------

    def append(
        self,
        run_id: str,
        metrics: Mapping[str, Sequence[Metric]],
        params: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> bool:
        """Whether a batch was added, first what can be refused of it; if not, it goes to the run's document."""
        if run_id not in self._known and self.make_room(run_id, growth(metrics, params, tags)):
            return False
        try:
            if params or tags:
                named = {field_name(key): value for key, value in params.items()}
                self._add(run_id, Texts(named, {field_name(key): value for key, value in tags.items()}))
            if metrics:
                self._append_points(run_id, metrics)
        except _NotBig:
            self._known.discard(run_id)
            return False
        return True

    def attach(self, run_id: str, inputs: Texts) -> bool:
        """Whether inputs and outputs were added; if not, they go to the run's document."""
        if run_id not in self._known and self.make_room(run_id, inputs.size):
            return False
        try:
            self._add(run_id, inputs)
        except _NotBig:
            self._known.discard(run_id)
            return False
        return True

    def _add(self, run_id: str, texts: Texts) -> None:
        """Add params, tags, inputs and outputs, all or nothing; what the run has already stays as it is."""
        for attempt in range(_ATTEMPTS):
            document = self._active(run_id)
            if self._link(document, unknown(self.merged([document])[0], texts), texts.t.get(NAME_FIELD)):
                return
            _step_aside(attempt)
        raise Conflict(f"The run {run_id} is being changed by others all the time; try again.")

    def remove_tag(self, run_id: str, key: str) -> None:
        """Remove a tag other than the name."""
        for attempt in range(_ATTEMPTS):
            try:
                document = self._active(run_id)
            except _NotBig:  # then its document has all tags
                raise no_run_tag(run_id, key) from None
            if field_name(key) not in self.merged([document])[0]["t"]:
                raise no_run_tag(run_id, key)
            if self._link(document, Texts(t={field_name(key): None}), None):
                return
            _step_aside(attempt)
        raise Conflict(f"The run {run_id} is being changed by others all the time; try again.")

    def _active(self, run_id: str) -> Document:
        document = self._places.find_one(run_id, RUN_PROJECTION)
        if document is None:
            raise no_run(run_id)
        if document["stage"] != "active":
            raise Inactive("run", run_id)
        if "big" not in document:
            raise _NotBig
        return document

    def _link(self, document: Document, texts: Texts, name: str | None) -> bool:
        """Whether `texts` could be linked to the run as it was when `document` was read."""
        if not texts.size and name is None:
            return True
        links, replaced = list(document.get("sg", ())), None
        if links and links[-1]["z"] + texts.size < _SMALL:
            replaced = self._database[OVERFLOWS].find_one({"_id": links[-1]["i"], "r": document["run"]})
            if replaced is None:
                return False
            links.pop()
            texts = united(replaced, texts)
        added = self._store(document["run"], texts)
        change: Document = {"sg": [*links, *added], "sv": document.get("sv", 0) + 1}
        if name is not None:
            change |= {"name": name, f"t.{NAME_FIELD}": name}
        wanted = {**self._places.wanted(document["run"]), "stage": "active", "sv": document.get("sv")}
        done = bool(self._database[RUNS].update_one(wanted, {"$set": change}).matched_count)
        useless = [replaced["_id"]] if done and replaced else [] if done else [link["i"] for link in added]
        if useless:
            self._database[OVERFLOWS].delete_many({"_id": {"$in": useless}, "r": document["run"]})
        return done

    def _store(self, run_id: str, texts: Texts) -> list[Document]:
        """Write segments; returns the links to them, of which nobody knows yet."""
        segments = [{"_id": f"{run_id}/s/{uuid.uuid4().hex}", "r": run_id, **part} for part in parts(texts)]
        for segment in segments:
            self._database[OVERFLOWS].insert_one(segment)
        return [{"i": segment["_id"], "z": len(encode(segment))} for segment in segments]

    def _append_points(self, run_id: str, metrics: Mapping[str, Sequence[Metric]]) -> None:
        """Add points: to the run's document for the metrics that it has, else to documents of their own."""
        names = {field_name(key): key for key in metrics}
        row = self._places.find_one(run_id, {"stage": 1, "big": 1, **{f"n.{name}": 1 for name in names}})
        if row is None:
            raise no_run(run_id)
        if row["stage"] != "active":
            raise Inactive("run", run_id)
        if "big" not in row:
            raise _NotBig
        near = {name: key for name, key in names.items() if name in row.get("n", {})}
        far = {name: key for name, key in names.items() if name not in near}
        counts = {key_of(name): int(count) for name, count in row.get("n", {}).items()}
        if near:
            change: Document = {}
            for name, key in near.items():
                change |= latest_change(f"m.{name}", metrics[key])
                change[f"n.{name}"] = {"$add": [f"$n.{name}", len(metrics[key])]}
            self._database[RUNS].update_one(
                {**self._places.wanted(run_id), "stage": "active"}, [{"$set": change}, REFRESH]
            )
        if far:
            counts |= self._append_far(run_id, {name: metrics[key] for name, key in far.items()})
        MongoHistories(self._database).append(run_id, metrics, counts)

    def _append_far(self, run_id: str, metrics: Mapping[str, Sequence[Metric]]) -> dict[str, int]:
        """Add to metrics with documents of their own; returns how many points each had a moment ago."""
        overflows = self._database[OVERFLOWS]
        ids = {_metric_id(run_id, name): name for name in metrics}
        rows = overflows.find({"_id": {"$in": list(ids)}, "r": run_id}, {"n": 1})
        counts = {key_of(ids[row["_id"]]): int(row["n"]) for row in rows}
        updates = [
            UpdateOne({"_id": id, "r": run_id}, [{"$set": _far_change(name, metrics[name])}], upsert=True)
            for id, name in sorted(ids.items())
        ]
        upsert_all(overflows, updates)
        return counts

    def purge(self, run_id: str) -> None:
        """Erase what a run has beside its document, some rows at a time."""
        collection = self._database[OVERFLOWS]
        while True:
            wanted = {"_id": prefix_range(run_id), "r": run_id}
            ids = [row["_id"] for row in collection.find(wanted, {"_id": 1}, limit=_PURGE_BATCH)]
            if ids:
                collection.delete_many({"_id": {"$in": ids}, "r": run_id})
            if len(ids) < _PURGE_BATCH:
                return


def _step_aside(attempt: int) -> None:
    """Let other writers of the run finish; the longer, the more attempts were in vain."""
    time.sleep(random.uniform(0, min(0.005 * 2**attempt, 0.5)))  # noqa: S311  # spreads writers, keeps no secret


def latest_change(path: str, points: Sequence[Metric]) -> Document:
    """The change that lets the latest of `points` be at `path`, unless a later one is."""
    newest = point_to_document(next(iter(latest(points).values())))
    return {path: {"$max": [f"${path}", {"$literal": newest}]}}


def _far_change(name: str, points: Sequence[Metric]) -> Document:
    count = {"$add": [{"$ifNull": ["$n", 0]}, len(points)]}
    return {"f": {"$literal": name}, **latest_change("m", points), "n": count}


def _metric_id(run_id: str, name: str) -> str:
    return f"{run_id}/m/{escaped_in_id(name)}"
