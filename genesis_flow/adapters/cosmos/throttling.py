"""
Waiting when the service says that the request units of this second are used up (code 16500, HTTP 429 underneath).

What was refused has not happened, so it is sent again, and nothing else: of a bulk write just the refused operations,
of a read just the next batch. Each wait is what the server asks for, and a little more at random, so that clients do
not come back together. All waits of one operation of a repository are bounded.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import attrs
from bson.codec_options import CodecOptions
from pymongo import IndexModel
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, ConnectionFailure, OperationFailure

from genesis_flow.adapters.mongo.errors import TOO_MANY_REQUESTS, waiting
from genesis_flow.domain.errors import Throttled

Document = dict[str, Any]
T = TypeVar("T")

_DELAY: Final = re.compile(r"RetryAfterMs=(\d+)")

#: Seconds: where the server does not say how long to wait; and the most that chance adds.
_FIRST_WAIT_S: Final = 0.02
_MOST_CHANCE_S: Final = 1.0

#: Fields of a reply that count what a bulk write did.
_COUNTS: Final = ("nInserted", "nUpserted", "nMatched", "nModified", "nRemoved")


@attrs.frozen
class Patience:
    """
    How long to wait when there are too many requests.

    Attributes:
        limit_s: Seconds that one operation waits at most, in all.
        sleep: Waits for some seconds.
    """

    limit_s: float = 60.0
    sleep: Callable[[float], None] = time.sleep

    def attempt(self, send: Callable[[], T]) -> T:
        """
        What `send` returns, sent again for as long as the server refuses it for now.

        Raises:
            Throttled: That took too long.
        """
        number = 0
        while True:
            try:
                return send()
            except OperationFailure as error:
                if error.code != TOO_MANY_REQUESTS:
                    raise
                self.wait(str(error), number, error)
            number += 1

    def wait(self, message: str, number: int, cause: Exception | None = None) -> None:
        """Wait as a refusal says, which is the `number`th in a row (from 0), or raise `Throttled`."""
        waited = waiting()
        delay = delay_s(message, number)
        if waited.seconds + delay > self.limit_s:
            raise too_busy(waited.seconds, self.limit_s) from cause
        self.sleep(delay)
        waited.seconds += delay


def delay_s(message: str, number: int) -> float:
    """Seconds to wait after the `number`th refusal in a row: what the server asks for, or more, never less."""
    found = _DELAY.search(message)
    asked = int(found[1]) / 1000 if found else _FIRST_WAIT_S * 2 ** min(number, 6)
    chance = max(asked / 4, min(_FIRST_WAIT_S * 2 ** min(number, 6), _MOST_CHANCE_S))
    return asked + random.uniform(0, chance)  # noqa: S311  # spreads clients, keeps no secret


def too_busy(waited_s: float, limit_s: float) -> Throttled:
    """The error that ends waiting."""
    return Throttled(
        "Azure Cosmos DB refused requests because the request units of the database are used up (code 16500); "
        f"waited {waited_s:.1f} s of at most {limit_s:g} s. Raise the throughput (RU/s) of the database or let it "
        "scale by itself, have fewer writers, log in larger batches, or wait longer: "
        "GENESIS_FLOW_THROTTLING_TIMEOUT=SECONDS. The call may be repeated.",
        waited_s=waited_s,
        limit_s=limit_s,
    )


@attrs.frozen
class PatientCollection:
    """
    A collection that waits when the server is too busy, in place of a `pymongo` one.

    It has the methods that the repositories use.
    """

    _collection: Collection[Document]
    _patience: Patience

    @property
    def name(self) -> str:
        """The name of the collection."""
        return self._collection.name

    def with_options(self, codec_options: CodecOptions[Any]) -> PatientCollection:
        """The same collection, with documents of another kind."""
        return PatientCollection(self._collection.with_options(codec_options), self._patience)

    # Reads are commands of their own: a pymongo cursor is gone when one of its batches is refused.

    def find(
        self,
        filter: Mapping[str, Any] | None = None,
        projection: Mapping[str, int] | None = None,
        *,
        sort: Sequence[tuple[str, int]] | None = None,
        limit: int = 0,
        batch_size: int = 0,
    ) -> Iterator[Any]:
        """The documents that match."""
        command: Document = {"find": self.name, "filter": filter or {}}
        given = {
            "projection": projection,
            "sort": dict(sort) if sort else None,
            "limit": limit,
            "batchSize": batch_size,
        }
        return self._read({**command, **{key: value for key, value in given.items() if value}}, batch_size)

    def find_one(
        self,
        filter: Mapping[str, Any],
        projection: Mapping[str, int] | None = None,
        *,
        sort: Sequence[tuple[str, int]] | None = None,
    ) -> Any:
        """The first document that matches, or None."""
        return self._patience.attempt(lambda: self._collection.find_one(filter, projection, sort=sort))

    def aggregate(self, pipeline: Sequence[Mapping[str, Any]], *, batchSize: int = 0) -> Iterator[Any]:
        """What a pipeline makes."""
        size = {"batchSize": batchSize} if batchSize else {}
        return self._read({"aggregate": self.name, "pipeline": list(pipeline), "cursor": size}, batchSize)

    def _read(self, command: Document, batch_size: int) -> Iterator[Any]:
        database, options = self._collection.database, self._collection.codec_options

        with database.client.start_session(causal_consistency=False) as session:

            def run(command: Document) -> Any:
                answer = self._patience.attempt(
                    lambda: database.command(command, codec_options=options, session=session)
                )
                return answer["cursor"]

            try:
                cursor = run(command)
            except ConnectionFailure:
                if not database.client.options.retry_reads:
                    raise
                cursor = run(command)  # as the driver does for its own reads
            yield from cursor["firstBatch"]
            while cursor["id"]:
                more: Document = {"getMore": cursor["id"], "collection": self.name}
                if batch_size:
                    more["batchSize"] = batch_size
                cursor = run(more)
                yield from cursor["nextBatch"]

    def count_documents(self, filter: Mapping[str, Any]) -> int:
        """How many documents match."""
        return self._patience.attempt(lambda: self._collection.count_documents(filter))

    def insert_one(self, document: Document) -> Any:
        """As of pymongo."""
        return self._patience.attempt(lambda: self._collection.insert_one(document))

    def find_one_and_update(self, filter: Mapping[str, Any], update: Any, **options: Any) -> Any:
        """As of pymongo."""
        return self._patience.attempt(lambda: self._collection.find_one_and_update(filter, update, **options))

    def update_one(self, filter: Mapping[str, Any], update: Any, *, upsert: bool = False) -> Any:
        """As of pymongo."""
        return self._patience.attempt(lambda: self._collection.update_one(filter, update, upsert=upsert))

    def replace_one(self, filter: Mapping[str, Any], replacement: Document) -> Any:
        """As of pymongo."""
        return self._patience.attempt(lambda: self._collection.replace_one(filter, replacement))

    def delete_one(self, filter: Mapping[str, Any]) -> Any:
        """As of pymongo."""
        return self._patience.attempt(lambda: self._collection.delete_one(filter))

    # What changes many documents may have changed some before it was refused. The repositories' conditions leave out
    # what is changed already, so sending these again goes on where they stopped; their counts are of the last time.

    def update_many(self, filter: Mapping[str, Any], update: Any) -> Any:
        """As of pymongo, for changes after which a document does not match any more."""
        return self._patience.attempt(lambda: self._collection.update_many(filter, update))

    def delete_many(self, filter: Mapping[str, Any]) -> Any:
        """As of pymongo."""
        return self._patience.attempt(lambda: self._collection.delete_many(filter))

    def insert_many(self, documents: Sequence[Document], *, ordered: bool = True) -> None:
        """Insert documents; those that were refused for now again."""
        self._in_parts(list(documents), ordered, lambda rows: self._collection.insert_many(rows, ordered=ordered))

    def bulk_write(self, requests: Sequence[Any], *, ordered: bool = True) -> None:
        """Do many writes; those that were refused for now again."""
        self._in_parts(list(requests), ordered, lambda rows: self._collection.bulk_write(rows, ordered=ordered))

    def _in_parts(self, rows: list[Any], ordered: bool, write: Callable[[list[Any]], Any]) -> None:
        places, number = list(range(len(rows))), 0
        failures: list[Document] = []
        while places:
            try:
                write([rows[place] for place in places])
                places = []
            except BulkWriteError as error:
                errors = [{**row, "index": places[row["index"]]} for row in error.details["writeErrors"]]
                refused = [row for row in errors if row["code"] == TOO_MANY_REQUESTS]
                failures += [row for row in errors if row["code"] != TOO_MANY_REQUESTS]
                if not errors:
                    raise
                progress = len(refused) < len(places)
                places = _left(places, refused, ordered, bool(failures))
                if places:
                    number = 0 if progress else number + 1
                    self._patience.wait(str(refused[0]["errmsg"]), number, error)
            except OperationFailure as error:
                if error.code != TOO_MANY_REQUESTS:
                    raise
                self._patience.wait(str(error), number, error)
                number += 1
        if failures:
            raise BulkWriteError({**dict.fromkeys(_COUNTS, 0), "writeErrors": failures, "writeConcernErrors": []})

    def create_indexes(self, indexes: list[IndexModel]) -> Any:
        """As of pymongo."""
        return self._patience.attempt(lambda: self._collection.create_indexes(indexes))

    def list_indexes(self) -> list[Any]:
        """As of pymongo."""
        return self._patience.attempt(lambda: list(self._collection.list_indexes()))


def _left(places: list[int], refused: list[Document], ordered: bool, failed: bool) -> list[int]:
    """Which operations are still to be done: of ordered ones all from the first refused, and none after a failure."""
    if not ordered:
        return [row["index"] for row in refused]
    if failed or not refused:
        return []
    return [place for place in places if place >= refused[0]["index"]]
