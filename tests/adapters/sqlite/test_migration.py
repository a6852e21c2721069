"""Files: new ones get their tables once, old ones are led forward, others are refused."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from genesis_flow.adapters.sqlite import schema
from genesis_flow.adapters.sqlite.connection import SqliteDatabase
from genesis_flow.domain.errors import GenesisFlowError, Unsupported
from tests.adapters.sqlite.opening import opened, stores_of
from tests.contracts.registry_samples import added_version
from tests.contracts.samples import NOW, ROOT, added_experiment, added_run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that does not exist yet."""
    return tmp_path / "store.db"


@pytest.fixture
def next_steps(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements of one more step, which a newer version of this library has."""
    statements: list[str] = []
    database = opened(path)
    added_run(stores_of(database), "0")
    database.close()
    defaults = schema.migrate.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "steps", (*schema.STEPS, statements))
    return statements


def pragma(path: Path, name: str) -> int:
    """What a setting of the file is."""
    connection = sqlite3.connect(path)
    ((value,),) = connection.execute(f"PRAGMA {name}")
    connection.close()
    return int(value)


def change(path: Path, statement: str) -> None:
    """Change a file behind the library's back."""
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_new_file_has_the_default_experiment(path: Path) -> None:
    """The first use creates experiment "0" below the artifact root, at the given time."""
    database = opened(path, artifact_root="file:///root/", created_at=NOW)
    found = stores_of(database).experiments.get("0")
    assert ("0", "Default", "file:///root/0", NOW, NOW) == (
        found.id, found.name, found.artifact_location, found.created_at, found.updated_at,
    )
    database.close()


def test_opening_again_changes_nothing(path: Path) -> None:
    """A later opening keeps the experiments, the default one with its first artifact root included."""
    database = opened(path)
    first = added_experiment(stores_of(database))
    database.close()
    again = opened(path, artifact_root="elsewhere")
    assert first == stores_of(again).experiments.get(first.id)
    assert f"{ROOT}/0" == stores_of(again).experiments.get("0").artifact_location
    again.close()


def test_a_purged_default_experiment_stays_away(path: Path) -> None:
    """Only the creation of the file adds the default experiment."""
    database = opened(path)
    stores_of(database).experiments.remove("0", at=NOW)
    stores_of(database).experiments.purge("0")
    database.close()
    with pytest.raises(GenesisFlowError):
        stores_of(database).experiments.get("0")
    database.close()


def test_the_file_says_what_it_is(path: Path) -> None:
    """A file carries the mark of this library and the number of steps that it has taken."""
    database = opened(path)
    stores_of(database).experiments.get("0")
    database.close()
    assert (schema.APPLICATION_ID, len(schema.STEPS)) == (
        pragma(path, "application_id"), pragma(path, "user_version"),
    )


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    """A file of no bytes, such as a killed creator leaves, is filled."""
    path.touch()
    database = opened(path)
    assert "Default" == stores_of(database).experiments.get("0").name
    database.close()


def test_a_newer_file_is_refused(path: Path) -> None:
    """A file that a newer version wrote is refused with the advice to upgrade, and stays as it is."""
    database = opened(path)
    stores_of(database).experiments.get("0")
    database.close()
    change(path, "PRAGMA user_version = 99")
    with pytest.raises(Unsupported, match=r"store\.db has format 99.*upgrade genesis-flow"):
        stores_of(database).experiments.get("0")
    database.close()
    assert 99 == pragma(path, "user_version")


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE alembic_version (version_num TEXT)", "PRAGMA user_version = 1"]
)
def test_the_database_of_another_program_is_refused(path: Path, statement: str) -> None:
    """A database that this library did not make is refused, and no table is added to it."""
    change(path, statement)
    database = opened(path)
    with pytest.raises(Unsupported, match="another program"):
        stores_of(database).experiments.get("0")
    database.close()
    connection = sqlite3.connect(path)
    assert [] == connection.execute("SELECT name FROM sqlite_master WHERE name = 'runs'").fetchall()
    connection.close()


def test_an_older_file_is_led_forward(path: Path, next_steps: list[str]) -> None:
    """A file of an earlier version takes the steps that it lacks, once, and keeps what it has."""
    next_steps += ["CREATE TABLE extra (a TEXT)", "INSERT INTO extra SELECT id FROM runs"]
    for _ in range(2):
        database = opened(path)
        with database.reading() as connection:
            assert [(1,)] == connection.execute("SELECT count(*) FROM extra").fetchall()
        database.close()
    assert len(schema.STEPS) + 1 == pragma(path, "user_version")


@pytest.mark.parametrize("version", range(1, len(schema.STEPS)))
def test_a_file_of_every_released_version_is_led_forward(
    path: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an older version of this library wrote is kept, and gets what newer ones have."""
    defaults = schema.migrate.__kwdefaults__
    assert defaults is not None
    with monkeypatch.context() as older:
        older.setitem(defaults, "steps", schema.STEPS[:version])
        database = opened(path)
        run = added_run(stores_of(database), "0")
        database.close()
    assert version == pragma(path, "user_version")
    database = opened(path)
    assert run == stores_of(database).runs.get(run.id)
    assert 1 == added_version(stores_of(database)).version
    database.close()


def test_a_step_that_fails_leaves_nothing(path: Path, next_steps: list[str]) -> None:
    """A step is taken whole or not at all, and can be taken again."""
    next_steps += ["CREATE TABLE extra (a TEXT)", "INSERT INTO missing VALUES (1)"]
    database = opened(path)
    with pytest.raises(GenesisFlowError):
        stores_of(database).experiments.get("0")
    assert len(schema.STEPS) == pragma(path, "user_version")
    next_steps.pop()
    assert "Default" == stores_of(database).experiments.get("0").name
    database.close()
    assert len(schema.STEPS) + 1 == pragma(path, "user_version")


def names_seen_at_once(databases: Sequence[SqliteDatabase]) -> list[str]:
    """The name of the default experiment, read by all at the same moment."""
    start = threading.Barrier(len(databases))

    def read(database: SqliteDatabase) -> str:
        start.wait(10)
        return stores_of(database).experiments.get("0").name

    with ThreadPoolExecutor(len(databases)) as pool:
        names = list(pool.map(read, databases))
    for database in databases:
        database.close()
    return names


def test_openers_at_once_take_a_step_once(path: Path, next_steps: list[str]) -> None:
    """Of several openers of an old file at once one takes a step, and the others wait and go on."""
    next_steps += ["CREATE TABLE extra (a TEXT)", "INSERT INTO extra VALUES ('once')"]
    assert ["Default"] * 8 == names_seen_at_once([opened(path) for _ in range(8)])
    connection = sqlite3.connect(path)
    assert [("once",)] == connection.execute("SELECT a FROM extra").fetchall()
    connection.close()


def test_openers_of_a_new_file_at_once_see_it_whole(tmp_path: Path) -> None:
    """Openers of a file that another one is creating never take it for a foreign or a locked one."""
    for number in range(40):
        databases = [opened(tmp_path / f"new{number}.db") for _ in range(8)]
        assert ["Default"] * 8 == names_seen_at_once(databases)


def test_readers_wait_for_a_step(path: Path, next_steps: list[str]) -> None:
    """While another opener takes a step, a reader waits for it rather than fail."""
    next_steps += ["CREATE TABLE extra (a TEXT)"]
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    database = opened(path)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: stores_of(database).experiments.get("0").name)
        assert not waiting.done()
        other.execute("COMMIT")
        assert "Default" == waiting.result(timeout=10)
    other.close()
    database.close()
