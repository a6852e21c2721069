"""`mlflow runs`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import click

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import ViewType
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.fluent.active_run import end_run, start_run
from genesis_flow.api.fluent.experiments import set_experiment
from genesis_flow.api.stock_cli.tables import table

_RUN = click.option("--run-id", required=True, help="The run.")


@click.group()
def runs() -> None:
    """Create, find and change runs."""


@runs.command("list")
@click.option("--experiment-id", envvar="MLFLOW_EXPERIMENT_ID", required=True, help="Their experiment.")
@click.option("--view", "-v", default="active_only", help="active_only (the default), deleted_only or all.")
def list_runs(experiment_id: str, view: str) -> None:
    """Print a table of runs, the latest first."""
    found = MlflowClient().search_runs([experiment_id], run_view_type=ViewType.from_string(view))
    rows = [[_local_time(run.info.start_time), run.info.run_name or "", run.info.run_id] for run in found]
    click.echo(table(sorted(rows, reverse=True), ["Date", "Name", "ID"]))


def _local_time(millis: int) -> str:
    return f"{datetime.fromtimestamp(millis / 1000).astimezone():%Y-%m-%d %H:%M:%S %Z}"


@runs.command()
@_RUN
def delete(run_id: str) -> None:
    """Delete a run, which can be restored."""
    MlflowClient().delete_run(run_id)
    click.echo(f"Run with ID {run_id} has been deleted.")


@runs.command()
@_RUN
def restore(run_id: str) -> None:
    """Restore a deleted run."""
    MlflowClient().restore_run(run_id)
    click.echo(f"Run with id {run_id} has been restored.")


@runs.command()
@_RUN
def describe(run_id: str) -> None:
    """Print all of a run as JSON."""
    click.echo(json.dumps(MlflowClient().get_run(run_id).to_dictionary(), indent=4))


@runs.command()
@click.option("--experiment-id", envvar="MLFLOW_EXPERIMENT_ID", help="Its experiment.")
@click.option("--experiment-name", envvar="MLFLOW_EXPERIMENT_NAME", help="Its experiment, created if there is none.")
@click.option("--run-name", help="Its name.")
@click.option("--description", help="A description.")
@click.option("--tags", "-t", multiple=True, metavar="KEY=VALUE", help="A tag; may be given several times.")
@click.option(
    "--status", type=click.Choice(["FINISHED", "FAILED", "KILLED"], case_sensitive=False), default="FINISHED",
    help="How it ended.",
)  # fmt: skip
@click.option("--parent-run-id", help="The run that it belongs to.")
def create(
    experiment_id: str | None,
    experiment_name: str | None,
    run_name: str | None,
    description: str | None,
    tags: tuple[str, ...],
    status: str,
    parent_run_id: str | None,
) -> None:
    """Create a run that has ended."""
    if (experiment_id is None) == (experiment_name is None):
        raise click.UsageError("Must specify exactly one of --experiment-id or --experiment-name.")
    given = _parsed(tags)
    try:
        if experiment_name:
            experiment_id = set_experiment(experiment_name).experiment_id
        run = start_run(
            experiment_id=experiment_id, run_name=run_name, nested=bool(parent_run_id), parent_run_id=parent_run_id,
            tags=given, description=description,
        )  # fmt: skip
        end_run(status.upper())
    except MlflowException as error:
        raise click.ClickException(f"Failed to create run: {error.message}") from error
    record = {
        "run_id": run.info.run_id, "experiment_id": run.info.experiment_id, "status": status.upper(),
        "run_name": run_name,
    }  # fmt: skip
    click.echo(json.dumps(record, indent=2))


def _parsed(tags: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in tags:
        key, separator, value = tag.partition("=")
        if not separator:
            raise click.UsageError(f"Invalid tag format: '{tag}'. Tags must be in key=value format.")
        if key in found:
            raise click.UsageError(f"Duplicate tag key: '{key}'")
        found[key] = value
    return found
