"""
Environments with the real mlflow package, which conflicts with ours in its dependencies.

`GENESIS_FLOW_TEST_STOCK_PYTHON` names the interpreter of one that is there; else it is made once below the
user's cache directory. Those in which genesis-flow is MLflow's guest are always made: `guest_python`.
"""

from __future__ import annotations

import fcntl
import functools
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from tests.services.missing import missing

VERSION = "3.17.2"
#: What its models are made of.
NEEDED = (
    "accelerate", "cloudpickle", "lightning", "peft", "scikit-learn", "skops", "torch==2.13.0", "safetensors",
    "transformers",
)  # fmt: skip
VARIABLE = "GENESIS_FLOW_TEST_STOCK_PYTHON"
INSTALL_TIMEOUT_S = 1_200
#: The oldest and the newest version of MLflow that has us for a guest.
OLDEST, NEWEST = "3.2.0", VERSION
#: What the newest release of a dependency broke.
_PINNED = {OLDEST: ("sqlalchemy<2.1",)}
ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def found_python() -> tuple[Path | None, str]:
    """The interpreter that has the real mlflow, or None and why there is none."""
    given = os.environ.get(VARIABLE)
    if given:
        return _checked(Path(given))
    return _made(f"mlflow-{VERSION}-networks", VERSION, NEEDED)


@functools.cache
def _made(
    name: str, version: str, needed: Sequence[str], below: Path | None = None
) -> tuple[Path | None, str]:
    """
    The interpreter of the environment with this name, which is made if it is not there or lacks something.

    Packages of the environment of the interpreter `below` are seen in it, too.
    """
    directory = _cache_directory() / name
    directory.parent.mkdir(parents=True, exist_ok=True)
    wanted = "\n".join([*needed, *([str(below)] if below else [])])
    with directory.with_name(f"{directory.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = directory / "ready"
        if not ready.exists() or ready.read_text() != wanted:
            problem = _make(directory, (f"mlflow=={version}", *needed), below, is_new=not ready.exists())
            if problem:
                shutil.rmtree(directory, ignore_errors=True)
                return None, problem
            ready.write_text(wanted)
    return directory / "bin" / "python", ""


def guest_python(version: str) -> Path:
    """The interpreter that has the real mlflow in this version, and what genesis-flow needs, but not that itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = (*project["dependencies"], *project["optional-dependencies"]["azure"], "skops", *_PINNED.get(version, ()))
    below, problem = found_python() if version == VERSION else (None, "")
    python = None
    if not problem:
        python, problem = _made(f"mlflow-{version}-guest", version, needed, below)
    if python is None:
        missing(f"no environment with mlflow {version} ({problem}): it takes pip and a package index")
    return python


def stock_python(*modules: str) -> Path:
    """The interpreter that has the real mlflow and `modules`; where there is none, the test is skipped or fails."""
    python, problem = found_python()
    lacking = [] if python is None else _lacking(python, modules)
    if lacking:
        python, problem = None, f"{VARIABLE} lacks {', '.join(lacking)}"
    if python is None:
        missing(
            f"no stock mlflow ({problem}): make an environment with `pip install mlflow=={VERSION}` "
            f"and set {VARIABLE}=/path/to/its/bin/python"
        )
    return python


@functools.cache
def _lacking(python: Path, modules: tuple[str, ...]) -> list[str]:
    code = "import sys, importlib.util as u; print(*[name for name in sys.argv[1:] if u.find_spec(name) is None])"
    done = subprocess.run([str(python), "-c", code, *modules], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.split()


def _cache_directory() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "genesis-flow-tests"


def _checked(python: Path) -> tuple[Path | None, str]:
    code = "from importlib.metadata import version; print(version('mlflow'))"
    try:
        done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, timeout=60, check=False)
    except OSError as error:
        return None, f"{VARIABLE}: {error}"
    version = done.stdout.strip()
    return (python, "") if version == VERSION else (None, f"{VARIABLE} has mlflow {version or 'not at all'}")


#: Run by the interpreter of an environment: makes it see what another one has.
_SEE = """
import pathlib, subprocess, sys, sysconfig
where = "import sysconfig; print(sysconfig.get_path('purelib'))"
seen = subprocess.run([sys.argv[1], "-c", where], capture_output=True, text=True, check=True).stdout
pathlib.Path(sysconfig.get_path("purelib"), "below.pth").write_text(seen)
"""


def _make(directory: Path, needed: Sequence[str], below: Path | None, *, is_new: bool) -> str:
    """Make the environment, or add what one lacks that is there; returns what went wrong."""
    python = str(directory / "bin" / "python")
    for command in (
        *([[sys.executable, "-m", "venv", "--clear", str(directory)]] if is_new else []),
        *([[python, "-c", _SEE, str(below)]] if below else []),
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *needed],
    ):
        try:
            subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=True)
        except subprocess.CalledProcessError as error:
            return f"{' '.join(command[1:4])} failed: {error.stderr.strip()[-200:]}"
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{' '.join(command[1:4])} failed: {type(error).__name__}"
    return ""
