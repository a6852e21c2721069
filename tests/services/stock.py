"""
An environment with the real mlflow package, which conflicts with ours in its dependencies.

`GENESIS_FLOW_TEST_STOCK_PYTHON` names the interpreter of one that is there; else it is made once below the
user's cache directory.
"""

from __future__ import annotations

import fcntl
import functools
import os
import shutil
import subprocess
import sys
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


@functools.cache
def found_python() -> tuple[Path | None, str]:
    """The interpreter that has the real mlflow, or None and why there is none."""
    given = os.environ.get(VARIABLE)
    if given:
        return _checked(Path(given))
    directory = _cache_directory() / f"mlflow-{VERSION}-networks"
    directory.parent.mkdir(parents=True, exist_ok=True)
    with directory.with_name(f"{directory.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = directory / "ready"
        if not ready.exists() or ready.read_text() != "\n".join(NEEDED):
            problem = _make(directory, is_new=not ready.exists())
            if problem:
                shutil.rmtree(directory, ignore_errors=True)
                return None, problem
            ready.write_text("\n".join(NEEDED))
    return directory / "bin" / "python", ""


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


def _make(directory: Path, *, is_new: bool) -> str:
    """Make the environment, or add what one lacks that is there; returns what went wrong."""
    python = str(directory / "bin" / "python")
    for command in (
        *([[sys.executable, "-m", "venv", "--clear", str(directory)]] if is_new else []),
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"mlflow=={VERSION}", *NEEDED],
    ):
        try:
            subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=True)
        except subprocess.CalledProcessError as error:
            return f"{' '.join(command[1:4])} failed: {error.stderr.strip()[-200:]}"
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{' '.join(command[1:4])} failed: {type(error).__name__}"
    return ""
