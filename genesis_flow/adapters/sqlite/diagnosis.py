"""What is wrong with a database file, if anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import attrs

from genesis_flow.adapters.sqlite.connection import SqliteDatabase
from genesis_flow.domain.errors import GenesisFlowError
from genesis_flow.ports.diagnosis import Diagnosis, Finding, Health

_LITTLE_SPACE: Final = 100 * 2**20


@attrs.frozen
class SqliteDiagnosis(Diagnosis):
    """Looks at the file, its directory, its tables and their integrity; creates nothing."""

    _database: SqliteDatabase

    def findings(self) -> Sequence[Finding]:
        return list(self._findings())

    def _findings(self) -> Iterator[Finding]:
        path = self._database.path
        yield _directory_finding(path.parent)
        if not path.exists():
            yield Finding("file", Health.WARNING, f"{path} does not exist yet; first use creates it")
            return
        if not os.access(path, os.R_OK | os.W_OK):
            yield Finding("file", Health.BROKEN, f"{path} cannot be read and written by this user")
            return
        try:
            with self._database.reading() as connection:
                (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
                (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
        except GenesisFlowError as error:
            yield Finding("file", Health.BROKEN, error.message)
            return
        yield Finding("file", Health.OK, f"{path}, {path.stat().st_size:,} bytes, journal mode {journal}")
        is_whole = answer == "ok"
        damage = f"damaged: {answer}. Restore the file from a backup."
        detail = "the tables are intact" if is_whole else damage
        yield Finding("integrity", Health.OK if is_whole else Health.BROKEN, detail)


def _directory_finding(directory: Path) -> Finding:
    if not directory.is_dir():
        detail = f"{directory} does not exist: create it, or choose another file"
        return Finding("directory", Health.BROKEN, detail)
    if not os.access(directory, os.W_OK):
        return Finding("directory", Health.BROKEN, f"{directory} cannot be written by this user")
    free = shutil.disk_usage(directory).free
    if free < _LITTLE_SPACE:
        return Finding("directory", Health.WARNING, f"{directory} has only {free // 2**20} MB left")
    return Finding("directory", Health.OK, f"{directory}, {free // 2**30} GB free")
