"""
The connection: one client per process and URI, opened and prepared on first use.

What the URI says wins; only what it leaves open gets a default.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from genesis_flow.adapters.mongo import indexes
from genesis_flow.adapters.mongo.claims import add_claimed
from genesis_flow.adapters.mongo.dialect import MONGODB, Dialect
from genesis_flow.adapters.mongo.errors import shown, translating_errors
from genesis_flow.adapters.mongo.experiment_ids import ExperimentIds
from genesis_flow.adapters.mongo.gathering import Gathering
from genesis_flow.adapters.mongo.leaders import Leaders
from genesis_flow.adapters.mongo.pending import Copies, Numbers
from genesis_flow.adapters.mongo.preparing import prepare
from genesis_flow.domain.errors import InvalidInput, Unsupported
from genesis_flow.domain.values.ids import DEFAULT_EXPERIMENT_ID, DEFAULT_EXPERIMENT_NAME
from genesis_flow.domain.values.locations import below

Document = dict[str, Any]

DEFAULT_DATABASE: Final = "genesis_flow"

#: The layout of the documents; a newer one in the database is refused.
SCHEMA_VERSION: Final = 1


def database_name(uri: str) -> str:
    """
    The database in the path of `uri`, `genesis_flow` where there is none.

    Raises:
        InvalidInput: The path is not one name.
    """
    name = unquote(urlsplit(uri).path.lstrip("/")) or DEFAULT_DATABASE
    if any(character in name for character in '/\\. "$\0') or len(name) > 63:
        raise InvalidInput(
            "tracking_uri",
            f"The path of the MongoDB URI must be one database name of at most 63 characters, without "
            f"spaces or any of / \\ . \" $; got {name!r}.",
        )
    return name


def client_options(uri: str, timeout_s: float, further: Mapping[str, Any] = MONGODB.options) -> dict[str, Any]:
    """Defaults, with those of a dialect, for the options that `uri` does not set; arguments would override it."""
    given = {key.lower() for key, _ in parse_qsl(urlsplit(uri).query, keep_blank_values=True)}
    milliseconds = round(timeout_s * 1000)
    defaults: dict[str, Any] = {
        "serverSelectionTimeoutMS": milliseconds,
        "connectTimeoutMS": milliseconds,
        "socketTimeoutMS": _SILENT_MS,
        "appname": "genesis-flow",
        **further,
    }
    return {key: value for key, value in defaults.items() if key.lower() not in given}


#: A connection on which nothing is heard for so long counts as cut; no command of ours takes nearly that long.
_SILENT_MS: Final = 30_000

#: How long an experiment that was seen active is taken to be so.
_SEEN_ACTIVE_S: Final = 1.0


@attrs.define(eq=False)
class SeenActive:
    """
    Experiments that were seen active a moment ago, so that adding runs in a row does not look each time.

    What this process deletes is forgotten at once. If another process deletes an experiment, runs may still
    be added to it for as long as `_SEEN_ACTIVE_S`.
    """

    _until: dict[str, float] = attrs.field(factory=dict, init=False)

    def __contains__(self, experiment_id: str) -> bool:
        return self._until.get(experiment_id, 0.0) > time.monotonic()

    def add(self, experiment_id: str) -> None:
        """Note that the experiment is active now."""
        if len(self._until) > 1000:
            self._until.clear()
        self._until[experiment_id] = time.monotonic() + _SEEN_ACTIVE_S

    def discard(self, experiment_id: str) -> None:
        """Forget the experiment."""
        self._until.pop(experiment_id, None)


@attrs.define(eq=False)
class MongoDatabase:
    """
    The database of one tracking URI.

    The client is made on first use and made again in a forked child. Before anything else is done,
    indexes and the default experiment are put in place, which is safe to do from many processes at once.

    Attributes:
        uri: A `mongodb://` or `mongodb+srv://` URI. It may hold a password, so it is never shown.
        artifact_root: Where the default experiment keeps its artifacts.
        timeout_s: How long to look for a server, unless the URI says otherwise.
        patience_s: How long a call is repeated when a server that was reached before is away.
        dialect: What kind of server it is.
        wrapper: What is put around each collection, such as one that waits when the server is too busy.
    """

    uri: str = attrs.field(repr=False)
    artifact_root: str
    timeout_s: float = 5.0
    patience_s: float = 30.0
    listeners: tuple[Any, ...] = ()
    dialect: Dialect = MONGODB
    wrapper: Callable[[Collection[Document]], Collection[Document]] | None = None
    experiment_ids: ExperimentIds = attrs.field(factory=ExperimentIds, init=False, repr=False)
    seen_active: SeenActive = attrs.field(factory=SeenActive, init=False, repr=False)
    copies: Copies = attrs.field(factory=Copies, init=False, repr=False)
    numbers: Numbers = attrs.field(factory=Numbers, init=False, repr=False)
    gathering: Gathering = attrs.field(factory=Gathering, init=False, repr=False)
    places: dict[tuple[str, str], str] = attrs.field(factory=dict, init=False, repr=False)
    leaders: Leaders = attrs.field(factory=Leaders, init=False, repr=False)
    _client: MongoClient[Document] | None = attrs.field(default=None, init=False, repr=False)
    _ready: Database[Document] | None = attrs.field(default=None, init=False, repr=False)
    _pid: int = attrs.field(default=-1, init=False, repr=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False, repr=False)

    def __getitem__(self, collection: str) -> Collection[Document]:
        """A collection of the prepared database."""
        ready = self._ready
        if ready is None or self._pid != os.getpid():
            ready = self._prepared()
        return self._wrapped(ready[collection])

    def _wrapped(self, collection: Collection[Document]) -> Collection[Document]:
        return collection if self.wrapper is None else self.wrapper(collection)

    @property
    def was_reached(self) -> bool:
        """Whether the server has answered this process before."""
        return self._ready is not None and self._pid == os.getpid()

    def close(self) -> None:
        """Close the connections; the next use opens them again."""
        client, self._client, self._ready = self._client, None, None
        if client is not None and self._pid == os.getpid():
            client.close()

    def client(self) -> MongoClient[Document]:
        """The client, without preparing the database."""
        return self._connected().client

    def command(self, name: str, **arguments: Any) -> Mapping[str, Any]:
        """Run a database command without preparing the database (for diagnosis)."""
        with translating_errors():
            return dict(self._connected().command(name, **arguments))

    def collection_names(self) -> list[str]:
        """The collections that exist, without preparing the database (for diagnosis)."""
        with translating_errors():
            return self._connected().list_collection_names()

    def index_names(self, collection: str) -> set[str]:
        """The indexes of a collection, without preparing the database (for diagnosis)."""
        with translating_errors():
            return {row["name"] for row in self._connected()[collection].list_indexes()}

    def write_concern(self) -> Mapping[str, Any]:
        """The write concern that the URI asks for; empty where it leaves the choice to the server."""
        with translating_errors():
            return dict(self._connected().write_concern.document)

    def _connected(self) -> Database[Document]:
        pid = os.getpid()
        if self._client is None or self._pid != pid:
            if self._pid not in (-1, pid):
                self._lock = threading.Lock()
            self._ready = None
            self.gathering = Gathering()  # other threads may have had calls under way at the fork
            self._client = self._new_client()
            self._pid = pid
        return self._client[database_name(self.uri)]

    def _new_client(self) -> MongoClient[Document]:
        options = client_options(self.uri, self.timeout_s, self.dialect.options)
        try:
            return MongoClient(self.uri, event_listeners=list(self.listeners), **options)
        except (ValueError, TypeError) as error:
            raise InvalidInput(
                "tracking_uri", f"The tracking URI is not a valid MongoDB URI: {shown(error)}"
            ) from error

    def _prepared(self) -> Database[Document]:
        if self._pid not in (-1, os.getpid()):
            self._lock = threading.Lock()  # a lock that another thread held at the fork stays locked for ever
        with self._lock, translating_errors():
            if self._ready is None or self._pid != os.getpid():
                database = self._connected()
                _require_schema(self._wrapped(database[indexes.SCHEMA]), self.dialect)
                prepare(database, self.dialect, self._wrapped)
                _add_default_experiment(self._wrapped(database[indexes.EXPERIMENTS]), self.artifact_root)
                self._ready = database
            return self._ready


def _require_schema(schema: Collection[Document], dialect: Dialect) -> None:
    found = schema.find_one({"_id": "schema"})
    if found is None:
        layout = {"partitioned": True} if dialect.shard_keys else {}
        try:
            schema.insert_one({"_id": "schema", "version": SCHEMA_VERSION, **layout})
        except DuplicateKeyError:
            found = schema.find_one({"_id": "schema"})
    if found is not None and found["version"] > SCHEMA_VERSION:
        raise Unsupported(
            f"The database has layout {found['version']}, this version of genesis-flow knows layouts up to "
            f"{SCHEMA_VERSION}: upgrade genesis-flow."
        )
    if found is not None and found.get("partitioned", False) is not bool(dialect.shard_keys):
        made_for = "a partitioned server (cosmos-ru)" if "partitioned" in found else "a server without partitions"
        raise Unsupported(
            f"The database was made for {made_for}, and is opened as {dialect.name}: set "
            "GENESIS_FLOW_MONGODB_DIALECT to what it was made with, or name another database in the tracking URI."
        )


def _add_default_experiment(experiments: Collection[Document], artifact_root: str) -> None:
    if experiments.find_one({}, {"_id": 1}) is not None:
        return
    now = time.time_ns() // 1_000_000
    document = {
        "_id": int(DEFAULT_EXPERIMENT_ID),
        "name": DEFAULT_EXPERIMENT_NAME,
        "location": below(artifact_root, DEFAULT_EXPERIMENT_ID),
        "stage": "active",
        "created": now,
        "updated": now,
        "t": {},
    }
    add_claimed(experiments, document)  # unless another process was first
