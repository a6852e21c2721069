"""`genesis-flow runs`: finding, deleting and restoring; the other commands have modules of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import click

from genesis_flow.api.cli import run_table, screen
from genesis_flow.api.cli.lookup import (
    VIEWS,
    experiment_of,
    experiments_by_id,
    gathered,
    most_option,
    run_of,
    view_option,
)
from genesis_flow.api.cli.records import run_to_record
from genesis_flow.api.cli.run_comparison import compare
from genesis_flow.api.cli.run_page import show
from genesis_flow.api.cli.run_plot import plot
from genesis_flow.api.cli.scope import Group, Scope, pass_scope
from genesis_flow.domain.values.lifecycle import View

runs: Final = Group("runs", help="Find, compare, plot, delete and restore runs.")

_IN_EXPERIMENTS: Final = click.option(
    "--experiment", "-e", "references", multiple=True, metavar="NAME-OR-ID",
    help="Where to look; may be repeated. Default: all active experiments.",
)  # fmt: skip
_COLUMNS: Final = click.option(
    "--columns", metavar="KEYS", help="What to show, such as metrics.accuracy,params.alpha,tags.stage."
)


@runs.command("list")
@_IN_EXPERIMENTS
@_COLUMNS
@view_option
@most_option
@pass_scope
def list_(scope: Scope, references: tuple[str, ...], columns: str | None, view: str, most: int) -> None:
    """List runs, the latest start first."""
    _show_found(scope, references, None, (), columns, view, most)


@runs.command("search")
@_IN_EXPERIMENTS
@click.option("--filter", "filter_string", help="Such as \"metrics.accuracy > 0.9 AND params.model = 'tree'\".")
@click.option("--order-by", "order_by", multiple=True, help='Such as "metrics.accuracy DESC"; may be repeated.')
@_COLUMNS
@view_option
@most_option
@pass_scope
def search(
    scope: Scope,
    references: tuple[str, ...],
    filter_string: str | None,
    order_by: tuple[str, ...],
    columns: str | None,
    view: str,
    most: int,
) -> None:
    """Find runs by metrics, params, tags, datasets and attributes."""
    _show_found(scope, references, filter_string, order_by, columns, view, most)


def _show_found(
    scope: Scope,
    references: Sequence[str],
    filter_string: str | None,
    order_by: Sequence[str],
    columns: str | None,
    view: str,
    most: int,
) -> None:
    chosen = run_table.chosen_keys(columns)
    names = _experiment_names(scope, references, VIEWS[view])

    def page(size: int, token: str | None) -> Any:
        return scope.application.search.find(
            list(names),
            filter_string=filter_string,
            order_by=list(order_by),
            view=VIEWS[view],
            max_results=size,
            page_token=token,
        )

    found, has_more = gathered(page, most)
    record = {"runs": [run_to_record(run) for run in found], "has_more": has_more}
    scope.show(record, lambda: run_table.print_runs(found, names, chosen))
    if has_more:
        scope.say(f"There are more than {most}: raise --max-results to see them.")


def _experiment_names(scope: Scope, references: Sequence[str], view: View) -> dict[str, str]:
    """The names, by id, of the experiments to look in."""
    if references:
        found = [experiment_of(scope.application, reference) for reference in references]
        return {experiment.id: experiment.name for experiment in found}
    # Runs of deleted experiments are deleted, too.
    everywhere = View.ACTIVE_ONLY if view is View.ACTIVE_ONLY else View.ALL
    return {id: each.name for id, each in experiments_by_id(scope.application, everywhere).items()}


@runs.command("delete")
@click.argument("references", metavar="RUN...", nargs=-1, required=True)
@pass_scope
def delete(scope: Scope, references: tuple[str, ...]) -> None:
    """Mark each RUN as deleted; `restore` takes it back, `gc` makes it final."""
    found = [run_of(scope.application, reference).id for reference in references]
    for run_id in found:
        scope.application.lifecycle.delete(run_id)
    _show_changed(scope, found, "Deleted")


@runs.command("restore")
@click.argument("references", metavar="RUN...", nargs=-1, required=True)
@pass_scope
def restore(scope: Scope, references: tuple[str, ...]) -> None:
    """Make each deleted RUN active again."""
    found = [run_of(scope.application, reference).id for reference in references]
    for run_id in found:
        scope.application.lifecycle.restore(run_id)
    _show_changed(scope, found, "Restored")


def _show_changed(scope: Scope, run_ids: Sequence[str], verb: str) -> None:
    changed = [scope.application.lifecycle.get(run_id) for run_id in run_ids]

    def human() -> None:
        for run in changed:
            screen.line(f"{verb} run {run.id}: {run.name}")

    scope.show({"runs": [run_to_record(run) for run in changed]}, human)


runs.add_command(show)
runs.add_command(compare)
runs.add_command(plot)
