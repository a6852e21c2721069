"""`genesis-flow runs plot`: histories of metrics in the terminal, or as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from genesis_flow.api.cli import picture, plotting, screen
from genesis_flow.api.cli.failures import Failure
from genesis_flow.api.cli.lookup import run_of
from genesis_flow.api.cli.plotting import Series
from genesis_flow.api.cli.scope import Command, Scope, pass_scope
from genesis_flow.domain.entities.metric import MetricHistory
from genesis_flow.domain.entities.run import Run

_AXES: Final = {"step": "step", "time": "seconds since the first point"}


@click.command("plot", cls=Command)
@click.argument("references", metavar="RUN...", nargs=-1, required=True)
@click.option("--metric", "-m", "keys", metavar="KEY", multiple=True, required=True, help="May be repeated.")
@click.option("--x", "axis", type=click.Choice(list(_AXES)), default="step", show_default=True)
@click.option("--png", type=click.Path(dir_okay=False, path_type=Path), help="Write a picture instead (matplotlib).")
@pass_scope
def plot(scope: Scope, references: tuple[str, ...], keys: tuple[str, ...], axis: str, png: Path | None) -> None:
    """Plot the history of metrics of each RUN."""
    runs = [run_of(scope.application, reference) for reference in references]
    found = [(run, scope.application.logging.history(run.id, key)) for run in runs for key in keys]
    _require_points(scope, found)
    found = [(run, history) for run, history in found if len(history)]
    series = [_series(run, history, axis, has_several=len(runs) > 1) for run, history in found]
    if png is not None:
        picture.write(png, series, _AXES[axis])
    record: dict[str, Any] = {"series": [_record(run, history) for run, history in found]}
    if png is not None:
        record["png"] = str(png)
    scope.show(record, lambda: _print_plot(series, axis, png))


def _require_points(scope: Scope, found: Sequence[tuple[Run, MetricHistory]]) -> None:
    for run, history in found:
        if not len(history):
            known = ", ".join(sorted(run.metrics)) or "none"
            problem = f"Run {run.id} has no metric '{history.key}'; it has: {known}."
            if not any(len(each) for _, each in found):
                raise Failure(problem, "RESOURCE_DOES_NOT_EXIST")
            scope.say(problem)


def _series(run: Run, history: MetricHistory, axis: str, *, has_several: bool) -> Series:
    first = min(history.timestamps)
    places = [(moment - first) / 1000 for moment in history.timestamps] if axis == "time" else history.steps
    points = sorted(zip(places, history.timestamps, history.values, strict=True), key=lambda point: point[:2])
    label = f"{history.key} of {run.name} ({run.id[:8]})" if has_several else history.key
    return Series(label, [float(place) for place, _, _ in points], [value for _, _, value in points])


def _record(run: Run, history: MetricHistory) -> dict[str, Any]:
    columns = zip(history.steps, history.timestamps, history.values, strict=True)
    points = [{"step": step, "timestamp": moment, "value": value} for step, moment, value in columns]
    return {"run_id": run.id, "run_name": run.name, "metric": history.key, "points": points}


def _print_plot(series: Sequence[Series], axis: str, png: Path | None) -> None:
    if png is not None:
        screen.line(f"Wrote {png}")
    else:
        plotting.print_plot(series, _AXES[axis])
