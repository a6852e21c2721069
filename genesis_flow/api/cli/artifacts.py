"""`genesis-flow artifacts`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from genesis_flow.api.cli import artifact_tree, screen
from genesis_flow.api.cli.artifact_tree import Found
from genesis_flow.api.cli.failures import Failure
from genesis_flow.api.cli.lookup import run_of
from genesis_flow.api.cli.records import artifact_to_record
from genesis_flow.api.cli.scope import Group, Scope, pass_scope
from genesis_flow.api.cli.screen import Column
from genesis_flow.api.cli.text import size
from genesis_flow.domain.entities.artifact import ArtifactInfo
from genesis_flow.domain.values.paths import artifact_path

if TYPE_CHECKING:
    from genesis_flow.domain.use_cases.artifacts import Artifacts

artifacts: Final = Group("artifacts", help="List, download and log the artifacts of runs.")

_EVERYTHING: Final = 1_000_000


@artifacts.command("list")
@click.argument("reference", metavar="RUN")
@click.argument("path", required=False)
@click.option("--recursive", "-r", is_flag=True, help="Also what directories hold, as a tree.")
@pass_scope
def list_(scope: Scope, reference: str, path: str | None, recursive: bool) -> None:
    """List the artifacts of RUN, or those in its directory PATH."""
    use_case = scope.application.artifacts
    run_id = run_of(scope.application, reference).id
    if recursive:
        found = artifact_tree.find_below(use_case, run_id, path, _EVERYTHING)
    else:
        found = Found(use_case.find(run_id, path), False)
    if path and not found.artifacts:
        found = Found([_file_at(use_case, run_id, path)], False)
        recursive = False
    record = {"run_id": run_id, "artifacts": [artifact_to_record(each) for each in found.artifacts]}
    scope.show(record, lambda: artifact_tree.print_tree(found, path) if recursive else _print_list(found.artifacts))


def _file_at(use_case: Artifacts, run_id: str, path: str) -> ArtifactInfo:
    wanted = artifact_path(path)
    for each in use_case.find(run_id, wanted.parent.text):
        if each.path == wanted.text:
            return each
    raise Failure(f"Run {run_id} has no artifact '{path}'.", "RESOURCE_DOES_NOT_EXIST")


def _print_list(found: Sequence[ArtifactInfo]) -> None:
    if not found:
        screen.line("No artifacts.")
        return
    rows = [(f"{each.path}/" if each.is_dir else each.path, size(each.size_bytes)) for each in found]
    screen.table([Column("Path", 16), Column("Size", 6, is_number=True)], rows)


@artifacts.command("download")
@click.argument("reference", metavar="RUN")
@click.argument("path", required=False)
@click.option(
    "--dst", type=click.Path(file_okay=False, path_type=Path), default=Path(), metavar="DIR",
    help="Local directory, created if it is not there. Default: the working directory.",
)  # fmt: skip
@pass_scope
def download(scope: Scope, reference: str, path: str | None, dst: Path) -> None:
    """Copy the file or directory PATH of RUN, or all of its artifacts, to this machine."""
    run_id = run_of(scope.application, reference).id
    dst.mkdir(parents=True, exist_ok=True)
    local = scope.application.artifacts.download(run_id, path, dst.absolute())
    scope.show({"run_id": run_id, "local_path": str(local)}, lambda: screen.line(f"Downloaded to {local}"))


@artifacts.command("log")
@click.argument("reference", metavar="RUN")
@click.argument("local", type=click.Path(path_type=Path))
@click.option("--path", "directory", metavar="DIR", help="Directory of the run to put it in.")
@pass_scope
def log(scope: Scope, reference: str, local: Path, directory: str | None) -> None:
    """Store the file or directory LOCAL with RUN, under its own name."""
    if not local.exists():
        raise Failure(f"There is no local file '{local}'.", "RESOURCE_DOES_NOT_EXIST")
    run_id = run_of(scope.application, reference).id
    scope.application.artifacts.log_file(run_id, local, directory)
    stored = "/".join(filter(None, (artifact_path(directory).text, local.resolve().name)))
    scope.show({"run_id": run_id, "path": stored}, lambda: screen.line(f"Stored {stored} with run {run_id}"))
