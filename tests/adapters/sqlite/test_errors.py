"""Every error of SQLite has a name in the domain, and messages say which file and what to do."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from genesis_flow.adapters.sqlite.connection import SqliteDatabase
from genesis_flow.adapters.sqlite.errors import CLASSES, CODES, domain_error, translating_errors
from genesis_flow.domain.errors import (
    CorruptRecord,
    Forbidden,
    GenesisFlowError,
    InvalidInput,
    Unavailable,
    Unsupported,
)
from genesis_flow.domain.search.ast import NumberComparison, TextComparison
from tests.adapters.sqlite.opening import opened, stores_of
from tests.contracts.samples import added_run, point
from tests.contracts.searching import attribute, param, run_query

#: The primary result codes of SQLite, success apart: https://sqlite.org/rescode.html
PRIMARY_CODES = set(range(1, 29))


def test_every_result_code_is_mapped() -> None:
    """Each primary result code that stands for an error has a row."""
    assert set(CODES) == PRIMARY_CODES


def test_every_class_of_errors_is_mapped() -> None:
    """Each public error class of sqlite3 has a row that no other class's row hides."""
    classes = [value for value in vars(sqlite3).values() if isinstance(value, type)]
    public = {kind for kind in classes if issubclass(kind, sqlite3.Error)}
    assert public == {kind for kind, _ in CLASSES}
    for number, (kind, _) in enumerate(CLASSES):
        assert not any(issubclass(kind, earlier) for earlier, _ in CLASSES[:number])


@pytest.mark.parametrize("kind", [kind for kind, _ in CLASSES])
def test_errors_without_a_code_name_the_file(kind: type[sqlite3.Error]) -> None:
    """An error that Python's module raises itself becomes a domain error that names the file."""
    error = domain_error(kind("something"), "/some/file.db")
    assert isinstance(error, GenesisFlowError)
    assert "/some/file.db" in error.message


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY, Unavailable),
        (sqlite3.SQLITE_BUSY_RECOVERY, Unavailable),
        (sqlite3.SQLITE_LOCKED, Unavailable),
        (sqlite3.SQLITE_FULL, Unavailable),
        (sqlite3.SQLITE_IOERR_FSYNC, Unavailable),
        (sqlite3.SQLITE_CANTOPEN, Unavailable),
        (sqlite3.SQLITE_NOTADB, CorruptRecord),
        (sqlite3.SQLITE_CORRUPT_INDEX, CorruptRecord),
        (sqlite3.SQLITE_READONLY_DIRECTORY, Forbidden),
        (sqlite3.SQLITE_PERM, Forbidden),
    ],
)
def test_extended_codes_count_as_their_primary_one(code: int, kind: type[GenesisFlowError]) -> None:
    """An extended result code means what its primary code means."""
    error = sqlite3.OperationalError("detail")
    error.sqlite_errorcode = code
    assert kind is type(domain_error(error, "x.db"))


def test_a_file_that_is_no_database_is_corrupt(tmp_path: Path) -> None:
    """A file with other contents is refused by name and stays as it is."""
    path = tmp_path / "store.db"
    path.write_bytes(b"not a database at all, but long enough to be looked at " * 100)
    before = path.read_bytes()
    database = opened(path)
    with pytest.raises(CorruptRecord, match=r"store\.db"):
        stores_of(database).experiments.get("0")
    database.close()
    assert before == path.read_bytes()


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    """A file whose directory does not exist cannot be opened, and the message says which."""
    database = opened(tmp_path / "missing" / "store.db")
    with pytest.raises(Unavailable, match=r"missing.store\.db.*directory exists"):
        stores_of(database).experiments.get("0")
    database.close()


def test_a_file_that_may_not_be_written_is_forbidden(tmp_path: Path) -> None:
    """Writing through a connection that may only read is `Forbidden`."""
    database = opened(tmp_path / "store.db")
    stores_of(database).experiments.get("0")
    database.close()
    connection = sqlite3.connect(f"file:{database.path}?mode=ro", uri=True)
    with pytest.raises(Forbidden, match=r"store\.db"), translating_errors(str(database.path)):
        connection.execute("DELETE FROM experiments")
    connection.close()


def test_a_full_disk_names_the_file_and_leaves_nothing(tmp_path: Path) -> None:
    """Without space the batch is refused whole; with space again the next call works."""
    database = opened(tmp_path / "store.db")
    stores = stores_of(database)
    run = added_run(stores)
    with database.writing() as connection:
        ((pages,),) = connection.execute("PRAGMA page_count")
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    tags = {f"t{number}": "x" * 8_000 for number in range(100)}
    with pytest.raises(Unavailable, match=r"[Ss]pace.*store\.db"):
        stores.runs.append(run.id, metrics=[point()], params={"p": "1"}, tags=tags)
    assert run == stores.runs.get(run.id)
    with database.writing() as connection:
        connection.execute(f"PRAGMA max_page_count = {pages + 10_000}")
    stores.runs.append(run.id, tags=tags)
    assert {**run.tags, **tags} == stores.runs.get(run.id).tags
    database.close()


def test_a_locked_file_is_unavailable_after_the_timeout(tmp_path: Path) -> None:
    """While another process writes, a write fails after the timeout and names the file; reads go on."""
    database = opened(tmp_path / "store.db", timeout_s=0.05)
    stores = stores_of(database)
    run = added_run(stores)
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match=r"store\.db.*locked"):
        stores.runs.append(run.id, tags={"a": "1"})
    assert run == stores.runs.get(run.id)
    other.execute("COMMIT")
    other.close()
    stores.runs.append(run.id, tags={"a": "1"})
    assert "1" == stores.runs.get(run.id).tags["a"]
    database.close()


def test_busy_threads_are_unavailable_after_the_timeout(tmp_path: Path) -> None:
    """While another thread writes for longer than the timeout, a write fails and names the file."""
    database = opened(tmp_path / "store.db", timeout_s=0.05)
    run = added_run(stores_of(database))
    holds, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.writing():
            holds.set()
            done.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    holds.wait(10)
    with pytest.raises(Unavailable, match=r"store\.db busy"):
        stores_of(database).runs.append(run.id, tags={"a": "1"})
    done.set()
    holder.join()
    database.close()


@pytest.mark.parametrize("path", [":memory:", ""])
def test_memory_is_not_a_file(path: str) -> None:
    """A database without a file is refused when it is named."""
    with pytest.raises(Unsupported):
        SqliteDatabase(path, artifact_root="x")


def test_what_sqlite_cannot_hold_is_invalid_input(tmp_path: Path) -> None:
    """A lone surrogate or a number beyond 64 bits is the caller's mistake, also in a filter or a token."""
    database = opened(tmp_path / "store.db")
    stores = stores_of(database)
    run = added_run(stores)
    with pytest.raises(InvalidInput):
        stores.runs.find(run_query([run.experiment_id], TextComparison(param("p"), "=", "\ud800")))
    with pytest.raises(InvalidInput):
        stores.runs.append(run.id, metrics=[point(step=2**63)])
    assert run == stores.runs.get(run.id)
    huge = run_query([run.experiment_id], NumberComparison(attribute("started_at"), "<", 10**400))
    assert [run] == list(stores.runs.find(huge).items)
    database.close()
