"""Who is compared: what each is, where it keeps its data, and the stores filled and ready."""

from __future__ import annotations

import dataclasses
import shutil
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.data import Sizes
from benchmarks.processes import Failed, Server, Worker


@dataclass(frozen=True)
class Contender:
    """
    One that is compared.

    Attributes:
        name: Short and unique. title: For readers.
        kind: What its worker opens: a package with MLflow's interface, or "pymongo".
        data: Whose stores it uses; its own if it has a `loader`, which fills them.
        server_workers: How many processes `mlflow server` answers with; 0 where there is no server.
    """

    name: str
    title: str
    kind: str
    data: str
    loader: str = ""
    server_workers: int = 0


SQLITE: Final = Contender("sqlite", "genesis-flow SQLite", "genesis_flow", "sqlite", "genesis-sqlite")
MONGODB: Final = Contender("mongodb", "genesis-flow MongoDB", "genesis_flow", "mongodb", "genesis-mongodb")
STOCK: Final = Contender("stock", "stock SQLite", "mlflow", "stock", "mlflow-sql")
#: With several workers, as it comes, uvicorn leaves Nagle's algorithm on: each answer on a connection that is kept
#: waits about 40 ms for the client's delayed acknowledgement (on Linux). With one worker it does not. Both are
#: measured, and genesis-flow is compared with both: its targets are not to be met by a timer alone.
SERVER: Final = Contender("server", "stock server, 1 worker", "mlflow", "server", server_workers=1)
SERVER_AS_IT_COMES: Final = Contender("server-4", "stock server, 4 workers", "mlflow", "server-4", server_workers=4)
SERVERS: Final = (SERVER, SERVER_AS_IT_COMES)
FLOOR: Final = Contender("floor", "plain pymongo", "pymongo", "floor", "pymongo")
#: The floor once more, in another process: what differs between the two is noise.
AGAIN: Final = Contender("again", "plain pymongo, again", "pymongo", "floor")

ALL: Final = (SQLITE, MONGODB, STOCK, *SERVERS, FLOOR, AGAIN)


@dataclass(frozen=True)
class Place:
    """
    Where contenders live.

    Attributes:
        directory: For files and logs. mongodb_uri, stock_python: None where there is none.
    """

    directory: Path
    mongodb_uri: str | None
    stock_python: Path | None

    def can_hold(self, contender: Contender) -> bool:
        """Whether what the contender needs is there."""
        if contender in (MONGODB, FLOOR, AGAIN):
            return self.mongodb_uri is not None
        return contender is SQLITE or self.stock_python is not None

    def python(self, contender: Contender) -> Path:
        """The interpreter of its environment."""
        stock = self.stock_python if contender.kind == "mlflow" else None
        return stock or Path(sys.executable)

    def uri(self, contender: Contender, store: str) -> str:
        """The address of one of its stores, unless a server has to give it."""
        if contender in (MONGODB, FLOOR, AGAIN):
            return _with_database(self.mongodb_uri or "", f"{self.directory.name}_{contender.data}_{store}")
        return f"sqlite:///{self.database_file(contender, store)}"

    def database_file(self, contender: Contender, store: str) -> Path:
        """The SQLite file of one of its stores."""
        return self.directory / f"{contender.data}-{store}.db"


@contextmanager
def ready(
    place: Place, contenders: tuple[Contender, ...], stores: tuple[str, ...], sizes: Sizes, say: Callable[[str], None]
) -> Iterator[dict[str, Worker]]:
    """The workers by name, their stores filled; everything is ended and erased afterwards."""
    with ExitStack() as stack:
        if place.mongodb_uri is not None:
            stack.callback(_drop_databases, place, stores)
        workers = {}
        facts: dict[tuple[str, str], dict[str, str]] = {}
        for contender in contenders:
            worker = Worker(place.python(contender), contender.name, place.directory)
            stack.callback(worker.close)
            for store in stores:
                say(f"{contender.title}: {store} store")
                _open(place, contender, store, sizes, worker, facts, stack)
            workers[contender.name] = worker
        yield workers


def _open(
    place: Place, contender: Contender, store: str, sizes: Sizes, worker: Worker,
    facts: dict[tuple[str, str], dict[str, str]], stack: ExitStack,
) -> None:  # fmt: skip
    uri = place.uri(contender, store)
    if contender.server_workers:
        database = place.database_file(contender, store)
        shutil.copyfile(place.database_file(STOCK, store), database)
        python, workers = place.python(contender), contender.server_workers
        server = Server(python, f"sqlite:///{database}", place.directory, workers, database.stem)
        stack.callback(server.close)
        server.wait()
        uri = server.uri
    worker.ask("open", store=store, kind=contender.kind, uri=uri, sizes=dataclasses.asdict(sizes))
    if contender.loader:
        facts[contender.data, store] = worker.ask("prepare", store=store, loader=contender.loader, uri=uri)
    else:
        known = facts.get((STOCK.data if contender.server_workers else contender.data, store))
        if known is None:
            raise Failed(f"{contender.title} works on what another contender has loaded")
        worker.ask("adopt", store=store, facts=known)


def _with_database(uri: str, database: str) -> str:
    parts = urllib.parse.urlsplit(uri)
    return urllib.parse.urlunsplit(parts._replace(path=f"/{database}"))


def _drop_databases(place: Place, stores: tuple[str, ...]) -> None:
    from pymongo import MongoClient

    with MongoClient[dict[str, object]](place.mongodb_uri) as client:
        for contender in (MONGODB, FLOOR):
            for store in stores:
                client.drop_database(urllib.parse.urlsplit(place.uri(contender, store)).path.lstrip("/"))
