"""`mlflow experiments`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import Experiment, ViewType
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.fluent.experiments import search_experiments
from genesis_flow.api.fluent.runs import search_runs
from genesis_flow.api.stock_cli.tables import table
from genesis_flow.domain.values.uris import scheme_of

_ID = click.option("--experiment-id", "-x", required=True, help="The experiment.")


@click.group()
def experiments() -> None:
    """Create, find and change experiments."""


@experiments.command()
@click.option("--experiment-name", "-n", required=True, help="Its name.")
@click.option("--artifact-location", "-l", help="Where its runs keep artifacts.")
def create(experiment_name: str, artifact_location: str | None) -> None:
    """Create an experiment."""
    created = MlflowClient().create_experiment(experiment_name, artifact_location)
    click.echo(f"Created experiment '{experiment_name}' with id {created}")


@experiments.command()
@click.option("--view", "-v", default="active_only", help="active_only (the default), deleted_only or all.")
@click.option("--max-results", type=click.IntRange(min=0), help="At most so many.")
def search(view: str, max_results: int | None) -> None:
    """Print a table of experiments."""
    found = search_experiments(view_type=ViewType.from_string(view), max_results=max_results)
    rows = [[each.experiment_id, each.name, _location(each.artifact_location)] for each in found]
    click.echo(table(sorted(rows), ["Experiment Id", "Name", "Artifact Location"]))


def _location(uri: str) -> str:
    return uri if scheme_of(uri) else str(Path(uri).absolute())


@experiments.command()
@click.option("--experiment-id", "-x", help="Its id.")
@click.option("--experiment-name", "-n", help="Its name.")
@click.option("--output", type=click.Choice(["json", "table"]), default="table", help="How it is printed.")
def get(experiment_id: str | None, experiment_name: str | None, output: str) -> None:
    """Print an experiment."""
    if (experiment_id is None) == (experiment_name is None):
        raise click.UsageError("Must specify exactly one of --experiment-id or --experiment-name.")
    found = _found(experiment_id, experiment_name)
    if output == "json":
        click.echo(json.dumps(dict(found), indent=2))
        return
    fields: list[tuple[str, Any]] = [
        ("Experiment ID", found.experiment_id),
        ("Name", found.name),
        ("Artifact Location", found.artifact_location),
        ("Lifecycle Stage", found.lifecycle_stage),
        ("Creation Time", found.creation_time or "N/A"),
        ("Last Update Time", found.last_update_time or "N/A"),
        ("Tags", ", ".join(f"{key}={value}" for key, value in found.tags.items())),
    ]
    for name, value in fields:
        click.echo(f"{name:<19}: {value}")


def _found(id: str | None, name: str | None) -> Experiment:
    client = MlflowClient()
    found = client.get_experiment_by_name(name) if name is not None else client.get_experiment(str(id))
    if found is None:
        raise MlflowException(f"Experiment with name '{name}' does not exist.", "RESOURCE_DOES_NOT_EXIST")
    return found


@experiments.command()
@_ID
def delete(experiment_id: str) -> None:
    """Delete an experiment, which can be restored."""
    MlflowClient().delete_experiment(experiment_id)
    click.echo(f"Experiment with ID {experiment_id} has been deleted.")


@experiments.command()
@_ID
def restore(experiment_id: str) -> None:
    """Restore a deleted experiment."""
    MlflowClient().restore_experiment(experiment_id)
    click.echo(f"Experiment with id {experiment_id} has been restored.")


@experiments.command()
@_ID
@click.option("--new-name", required=True, help="Its new name.")
def rename(experiment_id: str, new_name: str) -> None:
    """Rename an experiment."""
    MlflowClient().rename_experiment(experiment_id, new_name)
    click.echo(f"Experiment with id {experiment_id} has been renamed to '{new_name}'.")


@experiments.command()
@_ID
@click.option("--filename", "-o", help="The file to write. Default: the output.")
def csv(experiment_id: str, filename: str | None) -> None:
    """Write all runs of an experiment as CSV."""
    found: Any = search_runs(experiment_ids=[experiment_id])
    if not filename:
        click.echo(found.to_csv(index=False))
        return
    found.to_csv(filename, index=False)
    click.echo(f"Experiment with ID {experiment_id} has been exported as a CSV to file: {filename}.")
