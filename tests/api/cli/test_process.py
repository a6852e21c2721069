"""The command line as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from genesis_flow import __version__

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and pipes are those of POSIX")

HEAVY = ("pymongo", "bson", "sqlite3", "numpy", "pandas", "matplotlib", "sklearn", "fsspec", "rich", "yaml", "PIL")


def environment(directory: Path, **more: str) -> dict[str, str]:
    """The surroundings of a process that uses the embedded store in `directory`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "GENESIS_", "COV_"))}
    root = str(Path(__file__).parents[3])
    return kept | {"PYTHONPATH": root, "MLFLOW_TRACKING_URI": f"sqlite:///{directory / 'runs.db'}"} | more


def call(directory: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "genesis_flow", *words], cwd=directory, env=environment(directory, **more),
        text=True, capture_output=True, timeout=60, check=False, encoding="utf-8",
    )  # fmt: skip


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["runs", "list", "--help"], ["nonsense"]])
def test_startup_imports_no_heavy_library(tmp_path: Path, words: list[str]) -> None:
    """Versions, help and wrong usage need no driver, no numbers and no tables."""
    code = (
        "import sys\n"
        "from genesis_flow.api.cli.main import main\n"
        "try: main()\n"
        f"except SystemExit: print('LOADED', *[name for name in {HEAVY!r} if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=tmp_path, env=environment(tmp_path), text=True, capture_output=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert "LOADED" == result.stdout.splitlines()[-1]


def test_module_is_the_command_line(tmp_path: Path) -> None:
    """`python -m genesis_flow` is `genesis-flow`."""
    result = call(tmp_path, "--version")
    assert (0, f"genesis-flow {__version__}\n", "") == (result.returncode, result.stdout, result.stderr)


def test_experiments_last_from_process_to_process(tmp_path: Path) -> None:
    """What one process creates in the embedded store, the next one finds."""
    created = json.loads(call(tmp_path, "experiments", "create", "試験", "--json").stdout)
    assert "試験" == created["name"]
    result = call(tmp_path, "experiments", "show", "試験")
    assert (0, "", True) == (result.returncode, result.stderr, "試験" in result.stdout)
    failed = call(tmp_path, "experiments", "create", "試験", "--json")
    assert (1, "", "RESOURCE_ALREADY_EXISTS") == (
        failed.returncode, failed.stdout, json.loads(failed.stderr)["error_code"],
    )  # fmt: skip


def test_poor_encodings_are_no_failure(tmp_path: Path) -> None:
    """A name that the output's encoding lacks is escaped."""
    call(tmp_path, "experiments", "create", "試験")
    result = call(tmp_path, "experiments", "list", PYTHONIOENCODING="latin-1")
    assert (0, "", True) == (result.returncode, result.stderr, r"\u8a66\u9a13" in result.stdout)


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    """A reader that goes away, as `head` does, gets no complaint."""
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen(
        [sys.executable, "-m", "genesis_flow", "experiments", "list"], cwd=tmp_path, env=environment(tmp_path),
        stdout=write, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(write)
    _, errors = process.communicate(timeout=60)
    assert (141, "") == (process.returncode, errors)


def test_interrupt_ends_quietly(tmp_path: Path) -> None:
    """Ctrl-C ends a command that waits for an answer, without a traceback."""
    code = (
        "import os, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs inherit that it is ignored\n"
        "from genesis_flow.api.cli import lookup, experiments\n"
        "experiments.experiment_of = lambda *_: os.kill(os.getpid(), signal.SIGINT)\n"
        "from genesis_flow.api.cli.main import main\n"
        "main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "experiments", "show", "x"], cwd=tmp_path, env=environment(tmp_path),
        text=True, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (128 + signal.SIGINT, "", "") == (result.returncode, result.stdout, result.stderr.strip())


def test_warnings_are_one_clean_line(tmp_path: Path) -> None:
    """Warnings of libraries are shown as one line each, without passwords; with --json not at all."""
    code = (
        "import warnings, logging\n"
        "from genesis_flow.api.cli import experiments\n"
        "def warn(*_):\n"
        "    warnings.warn('odd option in\\nmongodb://u:hunter2@h \\x1b[31m')\n"
        "    logging.getLogger('x').warning('cut %s', '\\x1b')\n"
        "    raise SystemExit(0)\n"
        "experiments.experiment_of = warn\n"
        "from genesis_flow.api.cli.main import main\n"
        "main()"
    )
    for more, expected in (
        ([], "Warning: odd option in mongodb://***@h \\x1b[31m\nWarning: cut \\x1b\n"),
        (["--json"], ""),
    ):
        result = subprocess.run(
            [sys.executable, "-c", code, "experiments", "show", "x", *more], cwd=tmp_path, env=environment(tmp_path),
            text=True, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert (0, "", expected) == (result.returncode, result.stdout, result.stderr)
