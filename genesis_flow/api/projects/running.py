"""Running an entry point of a project on this machine, as a run."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from genesis_flow.api.artifacts import download_artifacts
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.context import PARENT_RUN_ID, SOURCE_NAME, SOURCE_TYPE, USER, user
from genesis_flow.api.entities import Param, RunStatus
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.fluent.active_run import active_run
from genesis_flow.api.fluent.experiments import experiment_in_force
from genesis_flow.api.git import git_tags
from genesis_flow.api.projects.project import EntryPoint, Project, read_project
from genesis_flow.child_processes import project_environment
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.text import shown

_ENTRY_POINT: Final = "mlflow.project.entryPoint"
_BACKEND: Final = "mlflow.project.backend"
_NAME: Final = "mlflow.runName"


@translating_errors
def run_project(
    uri: str,
    entry_point: str,
    parameters: Mapping[str, Any],
    *,
    experiment_id: str | None = None,
    experiment_name: str | None = None,
    run_id: str | None = None,
    run_name: str | None = None,
    storage_dir: str | None = None,
    packages: tuple[str, ...] = (),
) -> tuple[str, bool]:
    """
    Run an entry point of the project in the directory `uri`, by a shell, and wait for it.

    The run is created before, with the parameters as they were given, and is FINISHED or FAILED after, unless the
    command said so itself. The command finds it by `MLFLOW_RUN_ID`.

    Args:
        uri: A directory, also as `directory#subdirectory`.
        run_id: A run that is there, instead of a new one.
        storage_dir: Below which what parameters of the type `path` name by a URI is copied; None for a temporary one.
        packages: Directories that Python looks for modules in first.

    Returns:
        The id of the run, and whether the command succeeded.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: There is no such project, entry point or file, or a parameter is
            missing; nothing was run.

    Source: MLflow 3.17 `mlflow.projects.run` with the backend "local".
    """
    project = read_project(_directory(uri))
    _require_no_container(project)
    chosen = project.entry_point(entry_point)
    recorded = chosen.values(parameters)
    experiment_id = experiment_id or _experiment(experiment_name)
    client = MlflowClient()
    if run_id is None:
        run_id = _created(client, experiment_id, project, entry_point, recorded)
    try:
        line = _line(chosen, parameters, storage_dir)
        variables = project_environment(
            run_id=run_id, experiment_id=experiment_id, tracking_uri=client.tracking_uri, packages=packages
        )
        with _started(line, project.directory, variables) as process:
            client.set_tag(run_id, _BACKEND, "local")
            if run_name is not None:
                client.set_tag(run_id, _NAME, run_name)
            is_done = process.wait() == 0
    except BaseException:
        _terminate(client, run_id, "FAILED")
        raise
    _terminate(client, run_id, "FINISHED" if is_done else "FAILED")
    return run_id, is_done


def _directory(uri: str) -> Path:
    place, _, below = uri.partition("#")
    found = Path(place.removeprefix("file://"), below).absolute()
    if not found.is_dir():
        raise InvalidInput(
            "uri",
            f"{shown(uri)} is no directory. Projects are run where they are: clone a repository, or unpack an archive, "
            "and name its directory.",
        )
    return found


def _require_no_container(project: Project) -> None:
    if project.needs_docker:
        raise InvalidInput("docker_env", "The project is for a container, and no containers are run.")


def _experiment(name: str | None) -> str:
    if name is None:
        return experiment_in_force()
    client = MlflowClient()
    found = client.get_experiment_by_name(name)
    return str(found.experiment_id if found else client.create_experiment(name))


def _created(
    client: MlflowClient, experiment_id: str, project: Project, entry_point: str, recorded: Mapping[str, str]
) -> str:
    tags = {
        USER: user(), SOURCE_NAME: str(project.directory), SOURCE_TYPE: "PROJECT", _ENTRY_POINT: entry_point,
        **git_tags(project.directory),
    }  # fmt: skip
    parent = active_run()
    if parent is not None:
        tags[PARENT_RUN_ID] = parent.info.run_id
    run = client.create_run(experiment_id, tags=tags)
    client.log_batch(run.info.run_id, params=[Param(key, value) for key, value in recorded.items()])
    return str(run.info.run_id)


def _line(entry_point: EntryPoint, parameters: Mapping[str, Any], storage_dir: str | None) -> str:
    if storage_dir is not None:
        Path(storage_dir).mkdir(parents=True, exist_ok=True)

    def fetch(uri: str) -> str:
        return download_artifacts(uri, dst_path=tempfile.mkdtemp(prefix="genesis-flow-", dir=storage_dir))

    return entry_point.line(parameters, fetch)


@contextlib.contextmanager
def _started(line: str, directory: Path, variables: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A shell with a command, which ends when the block does."""
    shell = ["cmd", "/c"] if os.name == "nt" else ["bash", "-c"]
    process = subprocess.Popen([*shell, line], cwd=directory, env=variables)  # noqa: S603 - that is what is asked for
    try:
        yield process
    except BaseException:
        process.terminate()
        process.wait()
        raise


def _terminate(client: MlflowClient, run_id: str, status: str) -> None:
    """Say how a run ended, unless it said so itself."""
    if not RunStatus.is_terminated(RunStatus.from_string(client.get_run(run_id).info.status)):
        client.set_terminated(run_id, status)
