"""`mlflow artifacts`, which is also `python -m mlflow.store.artifact.cli`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import click

from genesis_flow.api import session
from genesis_flow.api.artifacts import download_artifacts
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import FileInfo
from genesis_flow.api.entities.translation import artifacts_to_views
from genesis_flow.api.stock_cli.remote import artifacts_of, is_server
from genesis_flow.domain.values.paths import artifact_path as checked

_RUN = click.option("--run-id", "-r", required=True, help="The run.")
_DIRECTORY = click.option("--artifact-path", "-a", help="A directory of the run's artifacts.")


@click.group()
def artifacts() -> None:
    """List, download and log artifacts of runs."""


@artifacts.command("log-artifact")
@click.option("--local-file", "-l", required=True, help="The file on this machine.")
@_RUN
@_DIRECTORY
def log_artifact(local_file: str, run_id: str, artifact_path: str | None) -> None:
    """Store a file with a run."""
    source = Path(local_file)
    if is_server(_store()):
        artifacts_of(_store(), run_id).put(source, checked(artifact_path) / source.absolute().name)
    else:
        MlflowClient().log_artifact(run_id, local_file, artifact_path)


@artifacts.command("log-artifacts")
@click.option("--local-dir", "-l", required=True, help="The directory on this machine.")
@_RUN
@_DIRECTORY
def log_artifacts(local_dir: str, run_id: str, artifact_path: str | None) -> None:
    """Store what is in a directory with a run."""
    if is_server(_store()):
        artifacts_of(_store(), run_id).put(Path(local_dir), checked(artifact_path))
    else:
        MlflowClient().log_artifacts(run_id, local_dir, artifact_path)


@artifacts.command("list")
@_RUN
@_DIRECTORY
def list_artifacts(run_id: str, artifact_path: str | None) -> None:
    """Print a JSON list of what is directly below a run's artifacts, or in one of their directories."""
    if is_server(_store()):
        found = artifacts_to_views(artifacts_of(_store(), run_id).find(checked(artifact_path)))
    else:
        found = MlflowClient().list_artifacts(run_id, artifact_path)
    click.echo(f"[{', '.join(json.dumps(_record(each), indent=2) for each in found)}]")


def _record(file: FileInfo) -> dict[str, Any]:
    record = {"path": file.path, "is_dir": file.is_dir}
    return record if file.file_size is None else record | {"file_size": file.file_size}


@artifacts.command("download")
@click.option("--run-id", "-r", help="The run.")
@click.option("--artifact-path", "-a", help="A file or directory of the run's artifacts.")
@click.option("--artifact-uri", "-u", help="Where the artifacts are, instead of a run and a path.")
@click.option("--dst-path", "-d", help="Local directory, created if it is not there. Default: a temporary one.")
def download(run_id: str | None, artifact_path: str | None, artifact_uri: str | None, dst_path: str | None) -> None:
    """Copy artifacts to this machine, and print where they are."""
    if artifact_uri is not None:  # which counts alone
        run_id = artifact_path = None
    if run_id is not None and is_server(_store()):
        target = Path(dst_path or tempfile.mkdtemp(prefix="genesis-flow-")).absolute()
        target.mkdir(parents=True, exist_ok=True)
        local = str(artifacts_of(_store(), run_id).fetch(checked(artifact_path), target))
    else:
        local = download_artifacts(
            artifact_uri=artifact_uri, run_id=run_id, artifact_path=artifact_path, dst_path=dst_path
        )
    click.echo(f"\n{local}")


def _store() -> str:
    """Where runs are looked up, which may be a server."""
    return session.redirected(session.tracking_uri())
