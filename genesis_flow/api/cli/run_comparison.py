"""`genesis-flow runs compare`: runs side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs
import click

from genesis_flow.api.cli import screen
from genesis_flow.api.cli.lookup import run_of
from genesis_flow.api.cli.run_table import status_cell
from genesis_flow.api.cli.scope import Command, Scope, pass_scope
from genesis_flow.api.cli.screen import Cell, Column
from genesis_flow.api.cli.text import number
from genesis_flow.domain.entities.run import Run


@attrs.frozen
class Compared:
    """One param or metric of several runs; None where a run does not have it."""

    key: str
    values: tuple[Any, ...]

    @property
    def differs(self) -> bool:
        """Whether the runs do not all have the same; NaN is the same as NaN."""
        return len({"nan" if value != value else value for value in self.values}) > 1

    def record(self) -> dict[str, Any]:
        """This row as a JSON object."""
        return {"key": self.key, "values": list(self.values), "differs": self.differs}


def compared(runs: Sequence[Run], value_of: Callable[[Run, str], Any], keys: Iterable[str]) -> list[Compared]:
    """One row for each of `keys`, in their order, once."""
    return [Compared(key, tuple(value_of(run, key) for run in runs)) for key in sorted(set(keys))]


@click.command("compare", cls=Command)
@click.argument("references", metavar="RUN RUN...", nargs=-1, required=True)
@click.option("--only-different", is_flag=True, help="Leave out what is the same in all runs.")
@pass_scope
def compare(scope: Scope, references: tuple[str, ...], only_different: bool) -> None:
    """Show params and latest metrics of each RUN side by side; `*` marks what differs."""
    if len(references) < 2:
        raise click.UsageError("Give at least two runs.", click.get_current_context())
    runs = [run_of(scope.application, reference) for reference in references]
    params = compared(runs, lambda run, key: run.params.get(key), (key for run in runs for key in run.params))
    metrics = compared(runs, _metric, (key for run in runs for key in run.metrics))
    if only_different:
        params, metrics = ([row for row in rows if row.differs] for rows in (params, metrics))
    record = {
        "runs": [{"run_id": run.id, "run_name": run.name, "status": run.status.value} for run in runs],
        "params": [row.record() for row in params],
        "metrics": [row.record() for row in metrics],
    }
    scope.show(record, lambda: _print_side_by_side(runs, params, metrics))


def _metric(run: Run, key: str) -> float | None:
    return run.metrics[key].value if key in run.metrics else None


def _print_side_by_side(runs: Sequence[Run], params: Sequence[Compared], metrics: Sequence[Compared]) -> None:
    columns = [Column("", 1), Column("", 12), *(Column(run.name, 8) for run in runs)]
    rows: list[Sequence[object]] = [
        (" ", "run", *(run.id for run in runs)),
        (" ", "status", *(status_cell(run) for run in runs)),
        *(_row("params", each, str) for each in params),
        *(_row("metrics", each, number) for each in metrics),
    ]
    screen.table(columns, rows)


def _row(kind: str, row: Compared, text_of: Callable[[Any], str]) -> list[object]:
    style = "bold yellow" if row.differs else ""
    values = ["-" if value is None else text_of(value) for value in row.values]
    return ["*" if row.differs else " ", f"{kind}.{row.key}", *(Cell(value, style) for value in values)]
