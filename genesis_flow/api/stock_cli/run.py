"""`mlflow run`."""

from __future__ import annotations

import sys

import click

from genesis_flow.api.stock_cli.options import env_manager, pairs, refused

_CONTAINERS = "no containers are run"


@click.command("run")
@click.argument("uri")
@click.option("--entry-point", "-e", default="main", metavar="NAME", help="An entry point, or a file. Default: main.")
@click.option("--param-list", "-P", metavar="NAME=VALUE", multiple=True, callback=pairs, help="A parameter.")
@click.option("--experiment-name", envvar="MLFLOW_EXPERIMENT_NAME", help="Where it is recorded.")
@click.option("--experiment-id", envvar="MLFLOW_EXPERIMENT_ID", help="Where it is recorded.")
@click.option("--storage-dir", envvar="MLFLOW_TMP_DIR", help="Where files of parameters of type path are copied to.")
@click.option("--run-id", metavar="RUN_ID", help="A run that is there, instead of a new one.")
@click.option("--run-name", help="The name of the run.")
@click.option("--backend", "-b", default="local", metavar="BACKEND", help="local.")
@env_manager("projects")
@refused("-v", "--version", why="check out the version, and name its directory.")
@refused("-A", "--docker-args", why=_CONTAINERS, multiple=True)
@refused("--build-image", why=_CONTAINERS, is_flag=True)
@refused("-c", "--backend-config", why="projects run on this machine only.")
def run(
    uri: str,
    entry_point: str,
    param_list: dict[str, str],
    experiment_name: str | None,
    experiment_id: str | None,
    storage_dir: str | None,
    run_id: str | None,
    run_name: str | None,
    backend: str,
) -> None:
    """Run an entry point of the project in the directory URI, and record it as a run."""
    from genesis_flow.api.drop_in.finder import DIRECTORY, ROOT
    from genesis_flow.api.projects.running import run_project

    if experiment_id is not None and experiment_name is not None:
        raise click.UsageError("Specify only one of 'experiment-name' or 'experiment-id' options.")
    if backend != "local":
        raise click.UsageError(f"The backend {backend} is not supported: projects run on this machine only.")
    made, is_done = run_project(
        uri, entry_point, param_list, experiment_id=experiment_id, experiment_name=experiment_name, run_id=run_id,
        run_name=run_name, storage_dir=storage_dir, packages=(DIRECTORY, ROOT),
    )  # fmt: skip
    click.echo(f"=== Run (ID '{made}') {'succeeded' if is_done else 'failed'} ===", err=True)
    if not is_done:
        sys.exit(1)
