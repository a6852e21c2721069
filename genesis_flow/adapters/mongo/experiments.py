"""Experiments in MongoDB."""

from __future__ import annotations

import uuid
from typing import Any

import attrs

from genesis_flow.adapters.mongo import conditions, search
from genesis_flow.adapters.mongo.claims import IdTaken, add_claimed, add_under, release, take
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.datasets import MongoDatasets
from genesis_flow.adapters.mongo.documents import (
    document_to_experiment,
    experiment_to_document,
    texts_to_fields,
)
from genesis_flow.adapters.mongo.errors import operation, operation_settled_by
from genesis_flow.adapters.mongo.histories import MongoHistories
from genesis_flow.adapters.mongo.indexes import EXPERIMENTS, MODEL_POINTS, MODELS, RUNS
from genesis_flow.adapters.mongo.names import field_name, run_id_range
from genesis_flow.adapters.mongo.overflow import MongoOverflows
from genesis_flow.adapters.mongo.places import Places
from genesis_flow.adapters.mongo.terms import REFRESH, moved
from genesis_flow.domain.entities.experiment import Experiment, NewExperiment
from genesis_flow.domain.errors import Conflict, Inactive, NotFound
from genesis_flow.domain.search.evaluate import order_keys
from genesis_flow.domain.search.queries import ExperimentQuery
from genesis_flow.domain.values.lifecycle import Stage
from genesis_flow.domain.values.pages import Cursor, Page
from genesis_flow.domain.values.refusals import (
    experiment_name_taken,
    no_experiment,
    no_experiment_named,
    no_experiment_tag,
    purge_of_active,
    rename_of_deleted,
)
from genesis_flow.ports.experiments import ExperimentRepository

_PURGE_BATCH = 200
_MOVE_BATCH = 1_000
_ID_ATTEMPTS = 64

#: What is left of an experiment that was erased for good: its id, which is not given again.
PURGED = "purged"


@attrs.frozen
class MongoExperimentRepository(ExperimentRepository):
    """Experiments in MongoDB; adding one takes two round trips, an id and a document."""

    _database: MongoDatabase

    def add(self, experiment: NewExperiment) -> Experiment:
        ids, mark = self._database.experiment_ids, uuid.uuid4().hex
        added = experiment.with_id(str(self._next_id()))
        try:
            if not self._claim_and_insert(added, mark):
                ids.give_back(int(added.id))
                raise experiment_name_taken(experiment.name)
        except IdTaken:
            return self._add_under_another_id(experiment, int(added.id))
        return added

    @operation
    def _next_id(self) -> int:
        return self._database.experiment_ids.next(self._database[EXPERIMENTS])

    @operation
    def _claim_and_insert(self, experiment: Experiment, mark: str) -> bool:
        return add_claimed(self._database[EXPERIMENTS], experiment_to_document(experiment), mark)

    def _add_under_another_id(self, experiment: NewExperiment, claimed_as: int) -> Experiment:
        for attempt in range(_ID_ATTEMPTS):
            added = experiment.with_id(str(self._id_after_collision(attempt)))
            if self._insert_under(added, claimed_as):
                return added
            claimed_as = int(added.id)
        raise Conflict("Many experiments are being created at this moment; try again.")

    @operation
    def _id_after_collision(self, attempt: int) -> int:
        return self._database.experiment_ids.after_collision(self._database[EXPERIMENTS], attempt)

    @operation
    def _insert_under(self, experiment: Experiment, claimed_as: int) -> bool:
        return add_under(self._database[EXPERIMENTS], experiment_to_document(experiment), claimed_as)

    @operation
    def get(self, experiment_id: str) -> Experiment:
        document = self._database[EXPERIMENTS].find_one({"_id": int(experiment_id)})
        if document is None or document["stage"] == PURGED:
            raise no_experiment(experiment_id)
        if document["stage"] == Stage.ACTIVE.value:
            self._database.seen_active.add(experiment_id)
        return document_to_experiment(document)

    @operation
    def get_by_name(self, name: str) -> Experiment:
        document = self._database[EXPERIMENTS].find_one({"name": name})
        if document is None:
            raise no_experiment_named(name)
        return document_to_experiment(document)

    @operation
    def find(self, query: ExperimentQuery) -> Page[Experiment]:
        attributes = conditions.EXPERIMENT_PATHS
        stages = [stage.value for stage in query.view.stages]  # neither claims nor what was purged
        wanted = [{"stage": {"$in": stages}}, *conditions.exact(query.filter, attributes)]
        keys = search.sort_keys(query.order, query.filter, attributes)
        cursor = _numbered(query)
        documents = search.read(
            self._database[EXPERIMENTS], wanted, keys,
            cursor=cursor, limit=query.limit + 1, projection={}, dialect=self._database.dialect,
        )
        found = [document_to_experiment(document) for document in documents[: query.limit]]
        if len(documents) <= query.limit:
            return Page(found)
        return Page(found, Cursor(order_keys(found[-1], query.order)).token(query.fingerprint))

    @operation
    def rename(self, experiment_id: str, name: str, *, at: int) -> None:
        experiments = self._database[EXPERIMENTS]
        known = self.get(experiment_id)
        if known.stage is not Stage.ACTIVE:
            raise rename_of_deleted(experiment_id)
        if not take(experiments, name, int(experiment_id), at):
            raise experiment_name_taken(name)
        change = {"$set": {"name": name, "updated": at}}
        if not self._changed(experiment_id, change, {"name": known.name}):
            if name != self.get(experiment_id).name:
                release(experiments, name, int(experiment_id))
            raise Conflict(f"The experiment {experiment_id} was renamed or deleted by another writer meanwhile.")
        if name != known.name:
            release(experiments, known.name, int(experiment_id))

    @operation
    def set_tags(self, experiment_id: str, tags: dict[str, str], *, at: int) -> None:
        fields = {f"t.{name}": value for name, value in texts_to_fields(tags).items()}
        self._change(experiment_id, {"$set": {**fields, "updated": at}})

    @operation_settled_by(NotFound)
    def remove_tag(self, experiment_id: str, key: str, *, at: int) -> None:
        path = f"t.{field_name(key)}"
        update = {"$unset": {path: 1}, "$set": {"updated": at}}
        if not self._changed(experiment_id, update, {path: {"$exists": True}}):
            self._require_active(experiment_id)
            raise no_experiment_tag(experiment_id, key)

    def _change(self, experiment_id: str, update: dict[str, Any]) -> None:
        if not self._changed(experiment_id, update):
            self._require_active(experiment_id)
            raise no_experiment(experiment_id)

    def _changed(
        self, experiment_id: str, update: dict[str, Any], condition: dict[str, Any] | None = None
    ) -> bool:
        wanted = {"_id": int(experiment_id), "stage": "active", **(condition or {})}
        return bool(self._database[EXPERIMENTS].update_one(wanted, update).matched_count)

    def _require_active(self, experiment_id: str) -> None:
        if self.get(experiment_id).stage.value != "active":
            raise Inactive("experiment", experiment_id)

    @operation_settled_by(NotFound)
    def remove(self, experiment_id: str, *, at: int) -> None:
        # Runs before the experiment, so that an interrupted removal can be repeated; and runs again
        # afterwards, for those that were added meanwhile.
        if self.get(experiment_id).stage.value != "active":
            raise no_experiment(experiment_id)
        self._remove_runs(experiment_id, at)
        self._database.seen_active.discard(experiment_id)
        if not self._changed(experiment_id, {"$set": {"stage": "deleted", "updated": at}}):
            raise no_experiment(experiment_id)
        self._database.seen_active.discard(experiment_id)
        self._remove_runs(experiment_id, at)

    def _in_runs(self, experiment_id: str) -> dict[str, str]:
        return self._database.dialect.routed(RUNS, experiment_id)

    def _remove_runs(self, experiment_id: str, at: int) -> None:
        self._move_runs(experiment_id, Stage.ACTIVE, [moved(Stage.DELETED, deleted_at=at), REFRESH])

    def _move_runs(self, experiment_id: str, stage: Stage, change: list[dict[str, Any]]) -> None:
        """Change all runs in a stage, some at a time: no command takes long, however many there are."""
        runs, here = self._database[RUNS], self._in_runs(experiment_id)
        wanted = {"_id": run_id_range(experiment_id), **here, "stage": stage.value}
        while True:
            ids = [row["_id"] for row in runs.find(wanted, {"_id": 1}, limit=_MOVE_BATCH)]
            if ids:
                runs.update_many({"_id": {"$in": ids}, **here, "stage": stage.value}, change)
            if len(ids) < _MOVE_BATCH:
                return

    @operation_settled_by(NotFound)
    def restore(self, experiment_id: str, *, at: int) -> None:
        if self.get(experiment_id).stage.value != "deleted":
            raise no_experiment(experiment_id)
        self._move_runs(experiment_id, Stage.DELETED, [moved(Stage.ACTIVE), {"$unset": "deleted_at"}, REFRESH])
        restored = self._database[EXPERIMENTS].update_one(
            {"_id": int(experiment_id), "stage": "deleted"}, {"$set": {"stage": "active", "updated": at}}
        )
        if not restored.matched_count:
            raise no_experiment(experiment_id)

    @operation_settled_by(NotFound)
    def purge(self, experiment_id: str) -> None:
        known = self.get(experiment_id)
        if known.stage is not Stage.DELETED:
            raise purge_of_active("experiment", experiment_id)
        self._purge_runs(experiment_id)
        self._purge_models(experiment_id)
        MongoDatasets(self._database).purge(experiment_id)
        experiments = self._database[EXPERIMENTS]
        experiments.replace_one({"_id": int(experiment_id), "stage": "deleted"}, {"stage": PURGED})
        release(experiments, known.name, int(experiment_id))

    def _purge_runs(self, experiment_id: str) -> None:
        runs, histories = self._database[RUNS], MongoHistories(self._database)
        while True:
            wanted = {"_id": run_id_range(experiment_id), **self._in_runs(experiment_id)}
            rows = list(runs.find(wanted, {"run": 1, "big": 1}, limit=_PURGE_BATCH))
            for row in rows:
                histories.purge(row["run"])
                if "big" in row:
                    MongoOverflows(self._database).purge(row["run"])
            if rows:
                runs.delete_many({"_id": {"$in": [row["_id"] for row in rows]}, **self._in_runs(experiment_id)})
                Places(self._database, RUNS, "run").release(row["run"] for row in rows)
            if len(rows) < _PURGE_BATCH:
                return

    def _purge_models(self, experiment_id: str) -> None:
        models, points = self._database[MODELS], self._database[MODEL_POINTS]
        routed = self._database.dialect.routed(MODELS, experiment_id)
        while True:
            wanted = {"_id": run_id_range(experiment_id), **routed}
            rows = list(models.find(wanted, {"model": 1}, limit=_PURGE_BATCH))
            if rows:
                points.delete_many({"m": {"$in": [row["model"] for row in rows]}})
                models.delete_many({"_id": {"$in": [row["_id"] for row in rows]}, **routed})
                Places(self._database, MODELS, "model").release(row["model"] for row in rows)
            if len(rows) < _PURGE_BATCH:
                return


def require_active_experiment(database: MongoDatabase, experiment_id: str) -> None:
    """
    Let something be added to an experiment that is active, or was a moment ago.

    Raises:
        NotFound: No such experiment. Inactive: It is deleted.
    """
    seen = database.seen_active
    if experiment_id in seen:
        return
    row = database[EXPERIMENTS].find_one({"_id": int(experiment_id)}, {"stage": 1})
    if row is None or row["stage"] == PURGED:
        raise no_experiment(experiment_id)
    if row["stage"] != Stage.ACTIVE.value:
        raise Inactive("experiment", experiment_id)
    seen.add(experiment_id)


def _numbered(query: ExperimentQuery) -> Cursor | None:
    """The cursor of `query` with experiment ids as the numbers that documents hold."""
    cursor = query.cursor
    if cursor is None:
        return None
    return Cursor(
        tuple(
            (rank, int(value) if key.field.key == "id" and value is not None else value)
            for (rank, value), key in zip(cursor.keys, query.order, strict=True)
        )
    )
