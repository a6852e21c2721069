"""
The tags that say where a run comes from: user, source, commit.

Source: MLflow 3.17 `tracking/context/`; later providers override earlier ones, the user's tags override all.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.settings import MLFLOW_RUN_CONTEXT

USER: Final = "mlflow.user"
SOURCE_NAME: Final = "mlflow.source.name"
SOURCE_TYPE: Final = "mlflow.source.type"
GIT_COMMIT: Final = "mlflow.source.git.commit"
PARENT_RUN_ID: Final = "mlflow.parentRunId"
NOTE: Final = "mlflow.note.content"

_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def with_context(tags: Mapping[str, Any]) -> dict[str, str]:
    """`tags` as texts, with those of the surroundings where `tags` does not have them."""
    found = _surroundings(_main_file())
    found |= _given_context()
    found |= {key: str(value) for key, value in tags.items()}
    return found


def _surroundings(main_file: str) -> dict[str, str]:
    kind = "NOTEBOOK" if "ipykernel" in sys.modules else "LOCAL"
    tags = {USER: user(), SOURCE_NAME: main_file, SOURCE_TYPE: kind}
    commit = git_commit(Path() if main_file == "<console>" else Path(main_file).parent)
    if commit:
        tags[GIT_COMMIT] = commit
    return tags


def _main_file() -> str:
    return sys.argv[0] if sys.argv and sys.argv[0] and sys.argv[0] != "-c" else "<console>"


def user() -> str:
    """Who runs this process, as the operating system says."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def _given_context() -> dict[str, str]:
    text = MLFLOW_RUN_CONTEXT.get()
    if not text:
        return {}
    try:
        context = json.loads(text)
        return {str(key): str(value) for key, value in context.items()}
    except (ValueError, AttributeError):
        raise MlflowException.invalid_parameter_value(
            "The environment variable MLFLOW_RUN_CONTEXT must hold a JSON object of tags."
        ) from None


def git_commit(start: Path) -> str | None:
    """The commit that is checked out where `start` is, read from the repository's own files."""
    try:
        start = start.absolute()
        for folder in (start, *start.parents):
            git = folder / ".git"
            if git.is_file():  # a work tree or submodule: the file says where its repository is
                git = (folder / git.read_text().removeprefix("gitdir:").strip()).resolve()
            if git.is_dir():
                commit = _head(git) or ""
                # A reference may name any file; only what is a commit leaves this function.
                return commit if _COMMIT.fullmatch(commit) else None
    except (OSError, ValueError):
        return None
    return None


def _head(git: Path) -> str | None:
    head = (git / "HEAD").read_text().strip()
    if not head.startswith("ref: "):
        return head or None
    reference = head.removeprefix("ref: ")
    homes = [git]
    if (git / "commondir").is_file():
        homes.append((git / (git / "commondir").read_text().strip()).resolve())
    for home in homes:
        if (home / reference).is_file():
            return (home / reference).read_text().strip()
        packed = home / "packed-refs"
        for line in packed.read_text().splitlines() if packed.is_file() else ():
            commit, _, name = line.partition(" ")
            if name == reference:
                return commit
    return None
