"""`genesis-flow demo`: a whole experiment in some seconds, on any store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from genesis_flow.api.cli import run_table, screen
from genesis_flow.api.cli.records import run_to_record
from genesis_flow.api.cli.scope import Command, Scope, pass_scope
from genesis_flow.api.cli.text import number, shown_uri
from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.run import Run

if TYPE_CHECKING:
    from genesis_flow.api.cli.training import Outcome


@click.command("demo", cls=Command)
@click.option("--experiment", "name", default="genesis-flow-demo", show_default=True, help="Where to keep its runs.")
@pass_scope
def demo(scope: Scope, name: str) -> None:
    """Train six classifiers of handwritten digits, track everything, and show how to look at it."""
    from genesis_flow.api.cli import training

    training.require_libraries()
    with _session_on(scope) as uri:
        if not scope.is_json:
            screen.line(f"Training on {shown_uri(uri)}", "bold")
        outcome = training.train_grid(
            name, lambda each: None if scope.is_json else screen.line(f"  {each.run_name}  {number(each.score)}")
        )
    found = _search_children(scope, outcome, training.SCORE)
    experiment = scope.application.experiments.get(outcome.experiment_id)
    record: dict[str, Any] = {
        "tracking_uri": shown_uri(uri),
        "experiment_id": experiment.id,
        "experiment_name": experiment.name,
        "artifact_location": shown_uri(experiment.artifact_location),
        "parent_run_id": outcome.parent_run_id,
        "best_run_id": outcome.trained[0].run_id,
        "runs": [run_to_record(run) for run in found],
    }
    scope.show(record, lambda: _print_outcome(scope, uri, experiment, outcome, found))


@contextmanager
def _session_on(scope: Scope) -> Iterator[str]:
    """Let the public functions use the store that was asked for, and choose no experiment beyond the demo."""
    from genesis_flow.api import session

    uri, was_set, chosen = session.tracking_uri(), session.is_tracking_uri_set(), session.experiment_id()
    try:
        if scope.tracking_uri:
            session.set_tracking_uri(scope.tracking_uri)
        yield session.tracking_uri()
    finally:
        session.set_experiment_id(chosen)
        if scope.tracking_uri:
            session.set_tracking_uri(uri if was_set else "")


def _search_children(scope: Scope, outcome: Outcome, score: str) -> Sequence[Run]:
    """The runs of the grid as a search finds them, the best first."""
    return scope.application.search.find(
        [outcome.experiment_id],
        filter_string=f"tags.mlflow.parentRunId = '{outcome.parent_run_id}'",
        order_by=[f"metrics.{score} DESC"],
    ).items


def _print_outcome(scope: Scope, uri: str, experiment: Experiment, outcome: Outcome, found: Sequence[Run]) -> None:
    screen.heading("The runs, the best first")
    keys = [("metrics", "test_accuracy"), ("metrics", "test_loss"), ("params", "alpha"), ("params", "eta0")]
    run_table.print_runs(found, {}, keys)
    screen.heading("Where everything is")
    screen.fields(
        [
            ("Store", shown_uri(uri)),
            ("Experiment", f"{experiment.name} (id {experiment.id})"),
            ("Parent run", outcome.parent_run_id),
            ("Artifacts", shown_uri(experiment.artifact_location)),
        ]
    )
    screen.heading("What to try next")
    if uri.startswith("memory:"):
        screen.line("  Memory is gone when this command ends: repeat it without --tracking-uri memory://.")
        return
    if scope.tracking_uri:
        screen.line("  (with the same --tracking-uri, or with it in MLFLOW_TRACKING_URI)")
    for command in _next_commands(experiment, outcome):
        screen.line(f"  genesis-flow {command}")


def _next_commands(experiment: Experiment, outcome: Outcome) -> list[str]:
    best, second = (each.run_id for each in outcome.trained[:2])
    return [
        f"runs list --experiment {experiment.id}",
        f'runs search --experiment {experiment.id} --filter "metrics.test_accuracy > 0.95 AND params.eta0 = \'0.01\'"',
        f"runs show {best}",
        f"runs compare {best} {second}",
        f"runs plot {best} {second} --metric test_loss",
        f"artifacts list {best} --recursive",
        f"artifacts download {best} figures --dst .",
    ]
