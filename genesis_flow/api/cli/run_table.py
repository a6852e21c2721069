"""Runs as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import click

from genesis_flow.api.cli import screen
from genesis_flow.api.cli.screen import Cell, Column
from genesis_flow.api.cli.text import duration, moment, number
from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.values.lifecycle import RunStatus, Stage

_KINDS: Final = ("metrics", "params", "tags")
_MOST_METRICS: Final = 3
_STYLES: Final = {RunStatus.FINISHED: "green", RunStatus.FAILED: "red", RunStatus.KILLED: "red"}

Key = tuple[str, str]


def chosen_keys(columns: str | None) -> list[Key] | None:
    """
    What `--columns` names, as (kind, key); None if it is not given.

    Raises:
        UsageError: It names something else than metrics, params and tags.
    """
    if columns is None:
        return None
    keys = [(kind, key) for kind, _, key in (each.strip().partition(".") for each in columns.split(","))]
    for kind, key in keys:
        if kind not in _KINDS or not key:
            message = f"--columns takes metrics.KEY, params.KEY and tags.KEY, not '{kind}'."
            raise click.UsageError(message, click.get_current_context())
    return keys


def print_runs(runs: Sequence[Run], experiment_names: Mapping[str, str], chosen: Sequence[Key] | None) -> None:
    """Print runs with the chosen values, or else with those metrics that most of them have."""
    if not runs:
        screen.line("No runs.")
        return
    keys = _frequent_metrics(runs) if chosen is None else chosen
    has_several = len({run.experiment_id for run in runs}) > 1
    columns = [
        Column("Run", least=9),
        Column("Name", least=12),
        *([Column("Experiment", least=10)] if has_several else []),
        Column("Status", least=8),
        *(Column(key, least=8, is_number=kind == "metrics", is_optional=chosen is None) for kind, key in keys),
        Column("Started", least=19, is_optional=True),
        Column("Duration", least=6, is_optional=True),
    ]
    rows = [
        (
            run.id,
            run.name,
            *([experiment_names.get(run.experiment_id, run.experiment_id)] if has_several else []),
            status_cell(run),
            *(value_of(run, kind, key) for kind, key in keys),
            moment(run.started_at),
            duration(run.started_at, run.ended_at),
        )
        for run in runs
    ]
    screen.table(columns, rows)


def status_cell(run: Run) -> Cell:
    """The status of a run, and whether it is deleted."""
    if run.stage is Stage.DELETED:
        return Cell(f"{run.status.value} (deleted)", "red")
    return Cell(run.status.value, _STYLES.get(run.status, "yellow"))


def value_of(run: Run, kind: str, key: str) -> str:
    """A metric, param or tag of a run as text, "-" if the run does not have it."""
    if kind == "metrics":
        return number(run.metrics[key].value) if key in run.metrics else "-"
    texts = run.params if kind == "params" else run.tags
    return texts.get(key, "-")


def _frequent_metrics(runs: Sequence[Run]) -> list[Key]:
    counts = Counter(key for run in runs for key in run.metrics)
    ranked = sorted(counts, key=lambda key: (-counts[key], key))
    return [("metrics", key) for key in ranked[:_MOST_METRICS]]
