"""`genesis-flow runs show`: all about one run."""

from __future__ import annotations

from typing import Any

import click

from genesis_flow.api.cli import artifact_tree, screen
from genesis_flow.api.cli.lookup import run_of
from genesis_flow.api.cli.records import artifact_to_record, run_to_full_record
from genesis_flow.api.cli.run_table import status_cell
from genesis_flow.api.cli.scope import Command, Scope, pass_scope
from genesis_flow.api.cli.screen import Column
from genesis_flow.api.cli.text import duration, moment, number, shown_uri, without_passwords
from genesis_flow.api.context import PARENT_RUN_ID
from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.errors import GenesisFlowError


@click.command("show", cls=Command)
@click.argument("reference", metavar="RUN")
@pass_scope
def show(scope: Scope, reference: str) -> None:
    """Show RUN (an id or its beginning): params, latest metrics, tags, inputs and artifacts."""
    run = run_of(scope.application, reference)
    found: artifact_tree.Found | None = None
    problem: str | None = None
    try:
        found = artifact_tree.find_below(scope.application.artifacts, run.id)
    except GenesisFlowError as error:
        # What the database holds is worth seeing even if the artifact store is out of reach.
        problem = without_passwords(error.message)
    record = run_to_full_record(run) | {
        "artifacts": [artifact_to_record(each) for each in found.artifacts] if found else None,
        "artifacts_has_more": bool(found and found.has_more),
        "artifacts_error": problem,
    }
    scope.show(record, lambda: _print_page(run, found, problem))


def _print_page(run: Run, found: artifact_tree.Found | None, problem: str | None) -> None:
    _print_heading(run)
    rows: Any = sorted(run.params.items())
    _print_section("Params", [Column("Key", 12), Column("Value", 12, folds=True)], rows)
    metrics = sorted(run.metrics.values(), key=lambda metric: metric.key)
    rows = [(each.key, number(each.value), each.step, moment(each.timestamp)) for each in metrics]
    columns = [
        Column("Key", 12), Column("Latest", 8, is_number=True), Column("Step", 4, is_number=True),
        Column("Logged", 19, is_optional=True),
    ]  # fmt: skip
    _print_section("Metrics", columns, rows)
    _print_section("Tags", [Column("Key", 12), Column("Value", 12, folds=True)], sorted(run.tags.items()))
    _print_inputs(run)
    screen.heading("Artifacts")
    if found is None:
        screen.line(f"(cannot be listed: {problem})", "red")
    else:
        artifact_tree.print_tree(found)


def _print_heading(run: Run) -> None:
    parent = run.tags.get(PARENT_RUN_ID)
    screen.fields(
        [
            ("Run", run.id),
            ("Name", run.name),
            ("Experiment", run.experiment_id),
            ("Status", status_cell(run)),
            ("User", run.user_id),
            ("Started", moment(run.started_at)),
            ("Ended", moment(run.ended_at)),
            ("Duration", duration(run.started_at, run.ended_at)),
            *([("Parent run", parent)] if parent else []),
            ("Artifacts", shown_uri(run.artifact_uri)),
        ]
    )


def _print_inputs(run: Run) -> None:
    columns = [Column("Dataset", 12), Column("Digest", 8), Column("Used for"), Column("Source", 12, folds=True)]
    rows = [
        (used.dataset.name, used.dataset.digest, used.context or "-", without_passwords(used.dataset.source))
        for used in run.dataset_inputs
    ]
    _print_section("Inputs", columns, rows)
    models = [(id, "input", "-") for id in run.model_inputs]
    models += [(output.model_id, "output", str(output.step)) for output in run.model_outputs]
    _print_section("Models", [Column("Model", 12), Column("Role"), Column("Step", 4, is_number=True)], models)


def _print_section(title: str, columns: list[Column], rows: list[Any]) -> None:
    if rows:
        screen.heading(title)
        screen.table(columns, rows)
