"""Runs in MongoDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import attrs
from bson import decode
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import ReturnDocument

from genesis_flow.adapters.mongo import pending, search
from genesis_flow.adapters.mongo.changes import additions, with_new
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.datasets import MongoDatasets
from genesis_flow.adapters.mongo.documents import (
    NAME_FIELD,
    RUN_PROJECTION,
    Document,
    document_to_run,
    run_to_document,
)
from genesis_flow.adapters.mongo.errors import operation, operation_settled_by
from genesis_flow.adapters.mongo.experiments import require_active_experiment
from genesis_flow.adapters.mongo.gathering import Call
from genesis_flow.adapters.mongo.histories import MongoHistories
from genesis_flow.adapters.mongo.indexes import RUNS
from genesis_flow.adapters.mongo.names import field_name, key_of
from genesis_flow.adapters.mongo.overflow import MongoOverflows, Outgrown
from genesis_flow.adapters.mongo.overflow_search import OverflowSearch
from genesis_flow.adapters.mongo.places import Places
from genesis_flow.adapters.mongo.run_search import BY_ID, cursor_of, leading_values, plan, within
from genesis_flow.adapters.mongo.segments import Texts, growth
from genesis_flow.adapters.mongo.terms import DELETED, REFRESH, moved
from genesis_flow.domain.entities.dataset import DatasetInput
from genesis_flow.domain.entities.metric import Metric, MetricHistory
from genesis_flow.domain.entities.run import NAME_TAG, ModelOutput, Run
from genesis_flow.domain.errors import AlreadyExists, Conflict, Inactive, NotFound, ParamConflict
from genesis_flow.domain.search.ast import NumberComparison
from genesis_flow.domain.search.evaluate import order_keys
from genesis_flow.domain.search.queries import RunQuery
from genesis_flow.domain.values.lifecycle import RunStatus, Stage
from genesis_flow.domain.values.pages import Cursor, Lazily, Page
from genesis_flow.domain.values.refusals import no_run, no_run_tag, purge_of_active, run_exists
from genesis_flow.ports.runs import RunRepository

if TYPE_CHECKING:  # runs alone do not load it
    from genesis_flow.domain.entities.logged_model import ModelMetric

_ATTEMPTS: Final = 4


@attrs.frozen
class MongoRunRepository(RunRepository):
    """Runs in MongoDB: one document a run, and buckets for the histories of its metrics."""

    _database: MongoDatabase
    _histories: MongoHistories = attrs.field(init=False)
    _datasets: MongoDatasets = attrs.field(init=False)
    _overflows: MongoOverflows = attrs.field(init=False)
    _places: Places = attrs.field(init=False)

    @_histories.default
    def _open_histories(self) -> MongoHistories:
        return MongoHistories(self._database)

    @_datasets.default
    def _open_datasets(self) -> MongoDatasets:
        return MongoDatasets(self._database)

    @_overflows.default
    def _open_overflows(self) -> MongoOverflows:
        return MongoOverflows(self._database)

    @_places.default
    def _open_places(self) -> Places:
        return Places(self._database, RUNS, "run")

    @property
    def _spills(self) -> bool:
        return self._database.dialect.spills

    @operation_settled_by(AlreadyExists)  # ids are given by whoever adds, who never gives one twice
    def add(self, run: Run) -> None:
        require_active_experiment(self._database, run.experiment_id)
        document = run_to_document(run)
        if run.dataset_inputs:
            document["ds"] = self._datasets.settle(run.experiment_id, run.dataset_inputs)
        if self._spills:
            document = self._overflows.born(document)
        if not self._places.insert(document):
            raise run_exists(run.id)

    @operation
    def get(self, run_id: str) -> Run:
        document = self._places.find_one(run_id, RUN_PROJECTION)
        if document is None:
            raise no_run(run_id)
        return self._runs([document])[0]

    def _runs(self, documents: Sequence[Mapping[str, Any]]) -> list[Run]:
        """The runs of documents that were read, with what they have elsewhere."""
        if self._spills:
            documents = self._overflows.merged(documents)
        contents = self._datasets.contents(documents)
        return [document_to_run(document, contents) for document in documents]

    @operation
    def find(self, query: RunQuery) -> Page[Run]:
        if not query.experiment_ids:
            return Page([])
        documents = self._first_documents(query)
        page = documents[: query.limit]
        has_more = len(documents) > query.limit
        if self._spills:
            return search.page(self._runs(page), query, has_more=has_more)
        contents = self._datasets.contents(decode(row.raw) for row in page if _MAY_HAVE_DATASETS in row.raw)
        found = Lazily(page, partial(_raw_to_run, contents=contents))
        return Page(found, Cursor(order_keys(found[-1], query.order)).token(query.fingerprint) if has_more else None)

    def _first_documents(self, query: RunQuery) -> list[Any]:
        """The documents of a page, and the one behind it."""
        leaders = self._database.leaders
        bound = leaders.bound(query)
        documents = self._documents(query, bound) if bound is not None else []
        if len(documents) <= query.limit:
            documents = self._documents(query)
        leaders.note(query, *leading_values(query, documents))
        return documents

    def _documents(self, query: RunQuery, bound: NumberComparison | None = None) -> list[Any]:
        wanted, keys = plan(query, bound)
        cursor, limit = cursor_of(query, keys), query.limit + 1
        if self._spills:
            spilling = OverflowSearch(self._database, self._overflows)
            return spilling.find(within(query, bound), wanted, keys, cursor=cursor, limit=limit)
        return search.read(
            self._database[RUNS].with_options(_RAW), wanted, keys,
            cursor=cursor, limit=limit, projection=RUN_PROJECTION,
        )

    @operation
    def append(
        self,
        run_id: str,
        *,
        metrics: Sequence[Metric] = (),
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        model_metrics: Sequence[ModelMetric] = (),
    ) -> None:
        if model_metrics:
            self._append_with_models(run_id, metrics, params, tags, model_metrics)
            return
        by_key: dict[str, list[Metric]] = {}
        for metric in metrics:
            by_key.setdefault(metric.key, []).append(metric)
        named = {field_name(key): value for key, value in (params or {}).items()}
        guard = {f"p.{name}": {"$in": [None, value]} for name, value in named.items()}
        change = additions(by_key, named, tags or {})
        waits = 0 < len(metrics) <= pending.MOST
        copy = self._database.copies.take(run_id) if waits else None
        if waits:
            change |= pending.additions(metrics, copy)
        fields = [*(f"n.{field_name(key)}" for key in by_key), *(pending.FIELDS if waits else ())]
        if self._spills:
            counted, room = self._overflows.counted(growth(by_key, params or {}, tags or {}), waits=waits)
            change, guard = {**change, **counted}, {**guard, **room}
        may_join = not (params or self._spills) and self._database.numbers.add(run_id, len(metrics))
        try:
            update = self._joined_update if may_join else self._update
            before = update(run_id, change, guard, params or {}, fields)
        except Outgrown:
            if not self._overflows.append(run_id, by_key, params or {}, tags or {}):
                self.append(run_id, metrics=metrics, params=params, tags=tags)
            return
        if before is None:
            return
        counts = {key_of(name): int(count) for name, count in before.get("n", {}).items()}
        if waits:
            self._database.numbers.note(run_id, pending.total(before, metrics, copy))
            self._copy_if_full(run_id, pending.full(before, metrics, counts, copy))
        elif by_key:
            self._histories.append(run_id, by_key, counts)

    def _copy_if_full(self, run_id: str, full: tuple[Sequence[pending.Waiting], pending.Copy] | None) -> None:
        if full is not None:
            waiting, copy = full
            self._histories.copy(run_id, waiting)
            self._database.copies.add(run_id, copy)
            self._database.numbers.note(run_id, 0)

    def _append_with_models(
        self,
        run_id: str,
        metrics: Sequence[Metric],
        params: Mapping[str, str] | None,
        tags: Mapping[str, str] | None,
        model_metrics: Sequence[ModelMetric],
    ) -> None:
        """Models are looked for before anything is written, and written to when nothing can be refused any more."""
        from genesis_flow.adapters.mongo.model_points import MongoModelPoints

        points = MongoModelPoints(self._database)
        try:
            models = points.active_models(dict.fromkeys(point.model_id for point in model_metrics))
        except NotFound:
            self._explain_refusal(run_id, {})  # what is wrong with the run is said first
            raise
        self.append(run_id, metrics=metrics, params=params, tags=tags)
        points.append(models, model_metrics)

    def _joined_update(
        self, run_id: str, change: Document, guard: Document, params: Mapping[str, str], fields: Sequence[str]
    ) -> Document | None:
        """As `_update`; None if the run was changed together with those of other threads."""
        runs = self._database[RUNS]
        call = Call(run_id, _stages(change))
        with self._database.gathering.joined(call, runs) as was_applied:
            return None if was_applied else self._update(run_id, change, guard, params, fields)

    def _update(
        self,
        run_id: str,
        change: Document,
        guard: Document,
        params: Mapping[str, str],
        fields: Sequence[str],
    ) -> Document:
        """Change an active run unless `guard` fails; returns these `fields` of it as they were before."""
        if "z" in guard and self._overflows.is_known(run_id):
            raise Outgrown
        stages = _stages(change)
        projection = {"_id": 0, **dict.fromkeys(fields or ("run",), 1)}
        for _ in range(_ATTEMPTS):
            before = self._database[RUNS].find_one_and_update(
                {**self._places.wanted(run_id), "stage": "active", **guard}, stages, projection=projection
            )
            if before is not None:
                return before
            self._explain_refusal(run_id, params)
            if "z" in guard:
                raise Outgrown
        raise Conflict(f"The run {run_id} is being changed by others all the time; try again.")

    def _explain_refusal(self, run_id: str, params: Mapping[str, str]) -> None:
        """Raise what kept an update from happening; returns if nothing does any more."""
        row = self._places.find_one(run_id, {"stage": 1, "p": 1})
        if row is None:
            raise no_run(run_id)
        if row["stage"] != "active":
            raise Inactive("run", run_id)
        stored = row["p"]
        changes = [
            (key, stored[field_name(key)], value)
            for key, value in params.items()
            if stored.get(field_name(key), value) != value
        ]
        if changes:
            raise ParamConflict(run_id, changes)

    @operation
    def update(
        self,
        run_id: str,
        *,
        status: RunStatus | None = None,
        ended_at: int | None = None,
        name: str | None = None,
    ) -> Run:
        change: Document = {}
        if status is not None:
            change["status"] = status.value
        if ended_at is not None:
            change["end"] = ended_at
        if name is not None:
            change |= {"name": {"$literal": name}, f"t.{NAME_FIELD}": {"$literal": name}}
        document = self._database[RUNS].find_one_and_update(
            {**self._places.wanted(run_id), "stage": "active"},
            _stages(change),
            projection=RUN_PROJECTION,
            return_document=ReturnDocument.AFTER,
        )
        if document is None:
            self._explain_refusal(run_id, {})
            return self.update(run_id, status=status, ended_at=ended_at, name=name)
        return self._runs([document])[0]

    @operation_settled_by(NotFound)
    def remove_tag(self, run_id: str, key: str) -> None:
        path, near = f"t.{field_name(key)}", {"big": None} if self._spills and key != NAME_TAG else {}
        wanted = {**self._places.wanted(run_id), "stage": "active", path: {"$exists": True}, **near}
        removed = self._database[RUNS].update_one(wanted, [{"$unset": path}, REFRESH])
        if not removed.matched_count:
            self._explain_refusal(run_id, {})
            if not near:
                raise no_run_tag(run_id, key)
            self._overflows.remove_tag(run_id, key)

    @operation
    def attach(
        self,
        run_id: str,
        *,
        datasets: Sequence[DatasetInput] = (),
        model_inputs: Sequence[str] = (),
        model_outputs: Sequence[ModelOutput] = (),
    ) -> None:
        row = self._places.find_one(run_id, {"exp": 1, "stage": 1})
        if row is None:
            raise no_run(run_id)
        if row["stage"] != "active":
            raise Inactive("run", run_id)
        entries = self._datasets.settle(row["exp"], datasets) if datasets else []
        outputs = {output.model_id: output.step for output in reversed(model_outputs)}
        change = with_new("ds", entries, "$$this.id", "$ds.id")
        change |= with_new("mi", list(dict.fromkeys(model_inputs)), "$$this", "$mi")
        rows = [{"id": id, "s": step} for id, step in reversed(outputs.items())]
        change |= with_new("mo", rows, "$$this.id", "$mo.id")
        if not self._spills:
            self._update(run_id, change, {}, {}, ())
            return
        added = Texts(ds=entries, mi=list(dict.fromkeys(model_inputs)), mo=rows)
        counted, room = self._overflows.counted(added.size)
        try:
            self._update(run_id, {**change, **counted}, room, {}, ())
        except Outgrown:
            if not self._overflows.attach(run_id, added):
                self.attach(run_id, datasets=datasets, model_inputs=model_inputs, model_outputs=model_outputs)

    @operation
    def history(self, run_id: str, key: str) -> MetricHistory:
        # In this order: what is copied to a bucket between the two reads is found twice, not missed.
        row = self._places.find_one(run_id, {"h": 1})
        waiting = pending.waiting_of(row["h"]) if row is not None else ()
        return self._histories.read(run_id, key, (each.point for each in waiting if each.point.key == key))

    @operation
    def remove(self, run_id: str, *, at: int) -> None:
        self._move(run_id, "active", [moved(Stage.DELETED, deleted_at=at), REFRESH])

    @operation
    def restore(self, run_id: str) -> None:
        self._move(run_id, "deleted", [moved(Stage.ACTIVE), {"$unset": "deleted_at"}, REFRESH])

    def _move(self, run_id: str, stage: str, change: list[dict[str, Any]]) -> None:
        for _ in range(_ATTEMPTS):
            wanted = {**self._places.wanted(run_id), "stage": stage}
            if self._database[RUNS].update_one(wanted, change).matched_count:
                return
            row = self._places.find_one(run_id, {"stage": 1})
            if row is None:
                raise no_run(run_id)
            if row["stage"] != stage:
                return

    @operation
    def find_removed(self, *, before: int, limit: int) -> Sequence[Run]:
        wanted = {"k": DELETED, "stage": "deleted", "deleted_at": {"$lte": before}}
        documents = search.read(
            self._database[RUNS], [wanted], [search.SortKey("deleted_at", True), BY_ID],
            cursor=None, limit=limit, projection=RUN_PROJECTION, dialect=self._database.dialect,
        )
        return self._runs(documents)

    @operation_settled_by(NotFound)
    def purge(self, run_id: str) -> None:
        runs = self._database[RUNS]
        row = self._places.find_one(run_id, {"stage": 1})
        if row is None:
            raise no_run(run_id)
        if row["stage"] != "deleted":
            raise purge_of_active("run", run_id)
        self._histories.purge(run_id)
        if self._spills:
            self._overflows.purge(run_id)
        runs.delete_one({**self._places.wanted(run_id), "stage": "deleted"})
        self._places.release([run_id])


def _stages(change: Document) -> list[Any]:
    """The stages of an update that makes a change; one that changes nothing tells whether it could."""
    return [{"$set": change}, REFRESH] if change else [REFRESH]


#: The runs of a page are decoded when they are looked at.
_RAW: Final = CodecOptions(document_class=RawBSONDocument)

#: The head of a field in BSON: an array (0x04) called "ds". Found by chance elsewhere, it costs a decoding.
_MAY_HAVE_DATASETS: Final = b"\x04ds\x00"


def _raw_to_run(document: RawBSONDocument, contents: Mapping[str, Document]) -> Run:
    return document_to_run(decode(document.raw), contents)
