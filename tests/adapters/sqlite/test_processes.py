"""Several processes, forks, killed writers, threads that come and go."""

from __future__ import annotations

import gc
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from genesis_flow.adapters.sqlite.connection import SqliteDatabase
from genesis_flow.domain.values.lifecycle import View
from tests.adapters.sqlite.opening import opened, stores_of
from tests.contracts.samples import added_run, new_experiment, point, points
from tests.contracts.searching import experiment_query, run_query

BATCH = 20

SETUP = """
import sys
from tests.adapters.sqlite.opening import opened, stores_of
from tests.contracts.samples import added_experiment, added_run, new_experiment, new_run, point
database = opened(sys.argv[1], synchronous="FULL", timeout_s=30)
stores = stores_of(database)
"""

APPENDING = SETUP + f"""
step = 0
while True:
    metrics = [point(f"m{{key}}", float(step), step=step) for key in range({BATCH})]
    stores.runs.append(sys.argv[2], metrics=metrics, params={{f"p{{step}}": "1"}}, tags={{"t": str(step)}})
    print(step, flush=True)
    step += 1
"""

ADDING = SETUP + """
while True:
    print(added_experiment(stores).id, flush=True)
"""

CREATING = SETUP + """
for number in range(20):
    stores.runs.add(new_run("0", tags={"writer": sys.argv[2]}))
stores.experiments.add(new_experiment(f"by {sys.argv[2]}"))
database.close()
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """The database of a file that does not exist yet."""
    one = opened(tmp_path / "store.db", timeout_s=30.0)
    yield one
    one.close()


def started(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A process that runs `code`."""
    root = Path(__file__).parents[3]
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True, cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


def killed_after(process: subprocess.Popen[str], lines: int) -> list[str]:
    """What the process acknowledged before it was killed, which it was after so many acknowledgements."""
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().strip() for _ in range(lines)]
    process.kill()
    acknowledged += process.stdout.read().split()
    process.stdout.close()
    assert -signal.SIGKILL == process.wait()
    return acknowledged


@pytest.mark.parametrize("lines", [1, 7, 23])
def test_a_killed_writer_loses_nothing_that_it_acknowledged(database: SqliteDatabase, lines: int) -> None:
    """After kill -9 among appends every acknowledged batch is there, and another one whole or not at all."""
    stores = stores_of(database)
    run = added_run(stores, "0")
    acknowledged = killed_after(started(APPENDING, database.path, run.id), lines)
    found = stores.runs.get(run.id)
    steps = len(found.params)
    assert len(acknowledged) <= steps <= len(acknowledged) + 1
    assert {f"p{step}": "1" for step in range(steps)} == found.params
    assert str(steps - 1) == found.tags["t"]
    for key in range(BATCH):
        assert list(range(steps)) == [step for _, step, _ in points(stores, run.id, f"m{key}")]
        assert steps - 1 == found.metrics[f"m{key}"].step
    stores.runs.append(run.id, metrics=[point()])
    with database.reading() as connection:
        assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()
        assert [] == connection.execute("PRAGMA foreign_key_check").fetchall()


def test_a_killed_creator_burns_no_name(database: SqliteDatabase) -> None:
    """After kill -9 among creations every experiment that is there is whole."""
    acknowledged = killed_after(started(ADDING, database.path), 5)
    stores = stores_of(database)
    found = {each.id: each for each in stores.experiments.find(experiment_query(view=View.ALL)).items}
    assert set(acknowledged) <= set(found)
    assert [] == [each for each in found.values() if not each.artifact_location.endswith(f"/{each.id}")]


def test_processes_share_a_new_file(database: SqliteDatabase) -> None:
    """Processes that open a new file at once and write to it lose nothing and get ids of their own."""
    writers = [started(CREATING, database.path, number) for number in range(4)]
    for writer in writers:
        writer.communicate(timeout=60)
    assert [0] * 4 == [writer.returncode for writer in writers]
    stores = stores_of(database)
    found = [run.tags["writer"] for run in stores.runs.find(run_query(["0"])).items]
    assert sorted([str(number) for number in range(4)] * 20) == sorted(found)
    experiments = stores.experiments.find(experiment_query()).items
    assert {"Default", *(f"by {number}" for number in range(4))} == {each.name for each in experiments}
    assert {str(number) for number in range(5)} == {each.id for each in experiments}


def forked(work: Callable[[], object]) -> int:
    """The exit code of a forked child that does `work`."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def files_open_on(path: Path) -> int:
    """How many descriptors this process has on a database file and what belongs to it."""
    names = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            names.append(os.readlink(descriptor))
        except FileNotFoundError:
            continue
    return sum(name.startswith(str(path)) for name in names)


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system has no /proc")


@needs_fork
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_children_write_while_threads_of_the_parent_do(database: SqliteDatabase) -> None:
    """A child that is forked while other threads write does not wait for ever, and nobody loses a write."""
    stores = stores_of(database)
    run = added_run(stores, "0")
    done = threading.Event()
    written = [0, 0]

    def write(number: int) -> None:
        while not done.is_set():
            stores.runs.append(run.id, metrics=[point(f"w{number}", step=written[number])])
            written[number] += 1

    writers = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for writer in writers:
        writer.start()
    children = 30
    codes = [
        forked(partial(stores.runs.append, run.id, params={f"p{number}": str(number)}))
        for number in range(children)
    ]
    done.set()
    for writer in writers:
        writer.join()
    assert [0] * children == codes
    assert {f"p{number}": str(number) for number in range(children)} == stores.runs.get(run.id).params
    assert written == [len(points(stores, run.id, f"w{number}")) for number in range(2)]


@needs_fork
@needs_proc
def test_a_child_inherits_no_connection(database: SqliteDatabase) -> None:
    """Nothing is open on the file while the process forks, and the parent goes on afterwards."""
    stores = stores_of(database)
    run = added_run(stores, "0")
    assert files_open_on(database.path) > 0

    def check() -> None:
        assert files_open_on(database.path) == 0

    assert 0 == forked(check)
    assert run == stores.runs.get(run.id)


@needs_proc
def test_threads_leave_no_connections_behind(database: SqliteDatabase) -> None:
    """Threads that have ended hold nothing open: the next ones use the same connections."""
    stores = stores_of(database)
    run = added_run(stores, "0")
    for _ in range(30):
        thread = threading.Thread(target=stores.runs.get, args=(run.id,))
        thread.start()
        thread.join()
    # One connection reads, one writes; each has the file and its log open.
    assert files_open_on(database.path) <= 6


@needs_proc
def test_closing_releases_the_files(database: SqliteDatabase) -> None:
    """After `close` nothing is open; closing again does nothing, and a later use opens anew."""
    stores = stores_of(database)
    run = added_run(stores, "0")
    stores.runs.get(run.id)
    database.close()
    database.close()
    assert 0 == files_open_on(database.path)
    assert run == stores.runs.get(run.id)


def test_closing_waits_for_nobody(database: SqliteDatabase) -> None:
    """A connection that is in use while the database is closed is closed by its user."""
    stores = stores_of(database)
    stores.experiments.add(new_experiment("a"))
    with database.writing() as connection:
        database.close()
        connection.execute("UPDATE experiments SET name = 'b' WHERE name = 'a'")
        assert "a" == stores.experiments.get_by_name("a").name
    assert "b" == stores.experiments.get_by_name("b").name
    if Path("/proc/self/fd").exists():
        database.close()
        assert 0 == files_open_on(database.path)


@needs_proc
def test_a_forgotten_database_is_closed(tmp_path: Path) -> None:
    """A database that nobody refers to any more holds no file open."""
    path = tmp_path / "forgotten.db"
    added_run(stores_of(opened(path)), "0")
    gc.collect()
    assert 0 == files_open_on(path)


def test_purging_takes_bounded_steps(database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long history is erased in several transactions, and nothing of it is left."""
    monkeypatch.setattr("genesis_flow.adapters.sqlite.purging.BATCH", 40)
    stores = stores_of(database)
    runs = [added_run(stores, "0") for _ in range(3)]
    for run in runs:
        for key in ("a", "b"):
            stores.runs.append(run.id, metrics=[point(key, step=step) for step in range(90)])
    seen: list[None] = []
    writing = SqliteDatabase.writing

    def counted(self: SqliteDatabase) -> AbstractContextManager[sqlite3.Connection]:
        seen.append(None)
        return writing(self)

    monkeypatch.setattr(SqliteDatabase, "writing", counted)
    stores.runs.remove(runs[0].id, at=1)
    stores.runs.purge(runs[0].id)
    assert 1 + 5 == len(seen)
    stores.experiments.remove("0", at=1)
    stores.experiments.purge("0")
    assert len(seen) > 10
    with database.reading() as connection:
        for table in ("runs", "points", "metrics", "params", "tags", "experiments"):
            assert [(0,)] == connection.execute(f"SELECT count(*) FROM {table}").fetchall()
