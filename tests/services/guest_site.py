"""
genesis-flow as it is installed, in a directory of its own: what a wheel of this tree holds, entry points included.

Put on `PYTHONPATH`, it makes genesis-flow a guest of the MLflow of any interpreter.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def unpacked_wheel(directory: Path) -> Path:
    """Where the wheel of this tree is unpacked, below `directory`."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory / "wheel")]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True, timeout=120)
    (wheel,) = (directory / "wheel").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory / "site")
    return directory / "site"


def guest_environment(*paths: Path, **variables: str) -> dict[str, str]:
    """The variables of a process of MLflow that finds modules in `paths`, and nothing of ours elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "PYTHON", "VIRTUAL"))}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
        **variables,
    }
