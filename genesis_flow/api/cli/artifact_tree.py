"""Artifacts as a tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import attrs

from genesis_flow.api.cli import screen
from genesis_flow.api.cli.text import size
from genesis_flow.domain.entities.artifact import ArtifactInfo

if TYPE_CHECKING:
    from genesis_flow.domain.use_cases.artifacts import Artifacts

#: Each directory costs a request: a tree that is larger than this is shown in part.
MOST: Final = 500


@attrs.frozen
class Found:
    """`artifacts` in the order of a tree, and whether some are left out."""

    artifacts: Sequence[ArtifactInfo]
    has_more: bool


def find_below(artifacts: Artifacts, run_id: str, path: str | None = None, most: int = MOST) -> Found:
    """The first `most` files and directories below directory `path` of a run, each directory before its content."""
    found: list[ArtifactInfo] = []
    waiting = list(reversed(artifacts.find(run_id, path)))
    while waiting and len(found) < most:
        current = waiting.pop()
        found.append(current)
        if current.is_dir:
            waiting += reversed(artifacts.find(run_id, current.path))
    return Found(found, bool(waiting))


def print_tree(found: Found, below: str | None = None) -> None:
    """Print artifacts, indented by how deep they lie below directory `below`."""
    if not found.artifacts:
        screen.line("No artifacts.")
    top = len(below.strip("/").split("/")) if below else 0
    for artifact in found.artifacts:
        depth = artifact.path.count("/") - top
        name = artifact.path.rpartition("/")[2]
        shown = f"{name}/" if artifact.is_dir else f"{name}  ({size(artifact.size_bytes)})"
        screen.line("  " * depth + shown, "bold" if artifact.is_dir else "")
    if found.has_more:
        screen.line(f"(and more: the first {len(found.artifacts)} are shown)")
