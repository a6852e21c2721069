"""
What is checked out where a program lies, read from the repository's own files; git is never run.

Source: MLflow 3.17 `tracking/context/git_context.py`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

GIT_COMMIT: Final = "mlflow.source.git.commit"
GIT_BRANCH: Final = "mlflow.source.git.branch"
GIT_REPO_URL: Final = "mlflow.source.git.repoURL"

_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_BRANCHES: Final = "refs/heads/"
#: User and password of a URL with a scheme; in `git@host:path` there is only a name that everybody has.
_WHO: Final = re.compile(r"(?<=://)[^/]*@")


def git_tags(start: Path) -> dict[str, str]:
    """
    Tags with the commit that is checked out where `start` is, its branch, and where the repository comes from.

    Empty outside of a repository, and before its first commit.
    """
    try:
        git = _repository(start.absolute())
        if git is None:
            return {}
        head = (git / "HEAD").read_text().strip()
        reference = head.removeprefix("ref: ") if head.startswith("ref: ") else None
        homes = _homes(git)
        commit = (head if reference is None else _commit_of(reference, homes)) or ""
        # A reference may name any file; only what is a commit leaves this function.
        if _COMMIT.fullmatch(commit) is None:
            return {}
        tags = {GIT_COMMIT: commit, GIT_BRANCH: _branch(reference), GIT_REPO_URL: _remote(homes[-1])}
        return {key: value for key, value in tags.items() if value}
    except (OSError, ValueError):
        return {}


def _repository(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        git = folder / ".git"
        if git.is_file():  # a work tree or submodule: the file says where its repository is
            git = (folder / git.read_text().removeprefix("gitdir:").strip()).resolve()
        if git.is_dir():
            return git
    return None


def _homes(git: Path) -> list[Path]:
    """Where references are looked up; the last one has the configuration."""
    common = git / "commondir"
    return [git, *([(git / common.read_text().strip()).resolve()] if common.is_file() else [])]


def _commit_of(reference: str, homes: list[Path]) -> str | None:
    for home in homes:
        if (home / reference).is_file():
            return (home / reference).read_text().strip()
        packed = home / "packed-refs"
        for line in packed.read_text().splitlines() if packed.is_file() else ():
            commit, _, name = line.partition(" ")
            if name == reference:
                return commit
    return None


def _branch(reference: str | None) -> str | None:
    return reference.removeprefix(_BRANCHES) if reference and reference.startswith(_BRANCHES) else None


def _remote(home: Path) -> str | None:
    """The URL of the first remote, without user and password."""
    config, section = home / "config", ""
    for line in config.read_text().splitlines() if config.is_file() else ():
        text = line.strip()
        if text.startswith("["):
            section = text.lower()
        elif section.startswith("[remote ") and text.partition("=")[0].strip().lower() == "url":
            return _WHO.sub("", text.partition("=")[2].strip().strip('"'))
    return None
