"""
Searches among runs of which some may have outgrown their documents.

The server finds the runs that match as far as it can see, and every big one besides; of those the whole is read here
and judged by the reference, `domain/search/evaluate.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import attrs

from genesis_flow.adapters.mongo import ordering, search
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.conditions import Condition
from genesis_flow.adapters.mongo.datasets import MongoDatasets
from genesis_flow.adapters.mongo.documents import RUN_PROJECTION, document_to_run
from genesis_flow.adapters.mongo.indexes import RUNS
from genesis_flow.adapters.mongo.overflow import MongoOverflows
from genesis_flow.domain.search.evaluate import predicate
from genesis_flow.domain.search.queries import RunQuery
from genesis_flow.domain.values.pages import Cursor

Row = Mapping[str, Any]

_BIG_AT_ONCE: Final = 10


@attrs.frozen
class OverflowSearch:
    """Finds runs, big ones included."""

    _database: MongoDatabase
    _overflows: MongoOverflows

    def find(
        self,
        query: RunQuery,
        conditions: Sequence[Condition],
        keys: Sequence[search.SortKey],
        *,
        cursor: Cursor | None,
        limit: int,
    ) -> list[Row]:
        """At most `limit` documents, in the order of `keys`, as if each had everything in it."""
        dialect = self._database.dialect
        routed = dialect.routed_all(RUNS, query.experiment_ids)
        wanted = [*routed, *([_or_big(query, conditions)] if query.filter.terms else conditions)]
        if search.is_by_id(keys):
            return self._by_id(query, wanted, keys, cursor, limit)
        sources = search.sources_of(keys)
        after = ordering.cursor_places(cursor, sources) if cursor is not None else None
        route = dialect.shard_keys.get(RUNS)

        def rank() -> list[ordering.Ranked]:
            return ordering.first(self._ranked(query, wanted, sources), after, limit)

        found = ordering.page(self._database[RUNS], rank, RUN_PROJECTION, route)
        return self._overflows.merged(found)

    def _by_id(
        self,
        query: RunQuery,
        wanted: Sequence[Condition],
        keys: Sequence[search.SortKey],
        cursor: Cursor | None,
        limit: int,
    ) -> list[Row]:
        found: list[Row] = []
        while True:
            left = limit - len(found)
            rows = search.read(self._database[RUNS], wanted, keys, cursor=cursor, limit=left, projection=RUN_PROJECTION)
            found += self._matching(query, rows)
            if len(found) == limit or len(rows) < left:
                return found
            cursor = Cursor(((0, rows[-1]["_id"]),))

    def _matching(self, query: RunQuery, rows: Sequence[Row]) -> list[Row]:
        """Those of `rows` that match, whole; whatever is not big does."""
        matches, datasets = predicate(query.filter), MongoDatasets(self._database)
        merged = self._overflows.merged(rows)
        big = [whole for row, whole in zip(rows, merged, strict=True) if "big" in row]
        contents = datasets.contents(big)
        unwanted = {row["_id"] for row in big if not matches(document_to_run(row, contents))}
        return [row for row in merged if row["_id"] not in unwanted]

    def _ranked(
        self, query: RunQuery, wanted: Sequence[Condition], sources: Sequence[ordering.Source]
    ) -> Iterator[ordering.Ranked]:
        paths = {source.path for source in sources} | {"_id", "exp", "big"}
        runs, big = self._database[RUNS], []
        for row in runs.find({"$and": list(wanted)}, dict.fromkeys(sorted(paths), 1)):
            if "big" in row:
                big.append(row)
            else:
                yield _placed(row, sources)
        remaining = iter(big)
        while rows := list(islice(remaining, _BIG_AT_ONCE)):
            named = {key: {"$in": sorted({row[key] for row in rows})} for key in ("_id", "exp")}
            for document in self._matching(query, list(runs.find(named, RUN_PROJECTION))):
                yield _placed(document, sources)


def _placed(row: Row, sources: Sequence[ordering.Source]) -> ordering.Ranked:
    return ordering.Ranked(tuple(source.place(row) for source in sources), row["_id"], row["exp"])


def _or_big(query: RunQuery, conditions: Sequence[Condition]) -> Condition:
    """What the runs that match satisfy, and so does every big one of the experiments and stages in question."""
    stages = [stage.value for stage in query.view.stages]
    big = {"big": {"$in": list(query.experiment_ids)}, "stage": {"$in": stages}}
    return {"$or": [{"$and": list(conditions)}, big]}
