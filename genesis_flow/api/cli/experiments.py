"""`genesis-flow experiments`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import click

from genesis_flow.api.cli import screen
from genesis_flow.api.cli.lookup import VIEWS, experiment_of, gathered, most_option, view_option
from genesis_flow.api.cli.records import experiment_to_record
from genesis_flow.api.cli.scope import Group, Scope, pass_scope
from genesis_flow.api.cli.screen import Cell, Column
from genesis_flow.api.cli.text import moment, shown_uri
from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.values.lifecycle import Stage

experiments: Final = Group("experiments", help="Find, create and change experiments.")

_COLUMNS: Final = (
    Column("ID", least=19),
    Column("Name", least=16),
    Column("Stage", is_optional=True),
    Column("Created", least=19, is_optional=True),
    Column("Changed", least=19, is_optional=True),
)


@experiments.command("list")
@view_option
@most_option
@pass_scope
def list_(scope: Scope, view: str, most: int) -> None:
    """List experiments, the newest first."""
    _show_found(scope, None, (), view, most)


@experiments.command("search")
@click.option("--filter", "filter_string", help="Such as \"name LIKE 'digits%' AND tags.team = 'vision'\".")
@click.option("--order-by", "order_by", multiple=True, help='Such as "name ASC"; may be repeated.')
@view_option
@most_option
@pass_scope
def search(scope: Scope, filter_string: str | None, order_by: tuple[str, ...], view: str, most: int) -> None:
    """Find experiments by name, id, times and tags."""
    _show_found(scope, filter_string, order_by, view, most)


def _show_found(scope: Scope, filter_string: str | None, order_by: Sequence[str], view: str, most: int) -> None:
    use_case = scope.application.experiments

    def page(size: int, token: str | None) -> Any:
        return use_case.find(
            filter_string=filter_string, order_by=list(order_by), view=VIEWS[view], max_results=size, page_token=token
        )

    found, has_more = gathered(page, most)
    record = {"experiments": [experiment_to_record(each) for each in found], "has_more": has_more}
    scope.show(record, lambda: _print_list(found))
    if has_more:
        scope.say(f"There are more than {most}: raise --max-results to see them.")


def _print_list(found: Sequence[Experiment]) -> None:
    if not found:
        screen.line("No experiments.")
        return
    rows = [
        (each.id, each.name, _stage(each), moment(each.created_at), moment(each.updated_at)) for each in found
    ]
    screen.table(_COLUMNS, rows)


def _stage(experiment: Experiment) -> Cell:
    return Cell(experiment.stage.value, "red" if experiment.stage is Stage.DELETED else "")


@experiments.command("create")
@click.argument("name")
@click.option("--artifact-location", metavar="URI", help="Where its runs keep artifacts; by default below the root.")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="May be repeated.")
@pass_scope
def create(scope: Scope, name: str, artifact_location: str | None, tags: tuple[str, ...]) -> None:
    """Create an experiment called NAME."""
    created = scope.application.experiments.create(
        name, artifact_location=artifact_location, tags=dict(_pair(tag) for tag in tags)
    )
    scope.show(experiment_to_record(created), lambda: screen.line(f"Created experiment {created.id}: {name}"))


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise click.UsageError(f"--tag needs KEY=VALUE, not '{text}'.", click.get_current_context())
    return key, value


@experiments.command("show")
@click.argument("experiment")
@pass_scope
def show(scope: Scope, experiment: str) -> None:
    """Show EXPERIMENT, an id or a name."""
    found = experiment_of(scope.application, experiment)
    scope.show(experiment_to_record(found), lambda: _print_one(found))


def _print_one(experiment: Experiment) -> None:
    screen.fields(
        [
            ("ID", experiment.id),
            ("Name", experiment.name),
            ("Stage", _stage(experiment)),
            ("Created", moment(experiment.created_at)),
            ("Changed", moment(experiment.updated_at)),
            ("Artifacts", shown_uri(experiment.artifact_location)),
        ]
    )
    if experiment.tags:
        screen.heading("Tags")
        screen.table([Column("Key", 12), Column("Value", 12, folds=True)], sorted(experiment.tags.items()))


@experiments.command("rename")
@click.argument("experiment")
@click.argument("new_name")
@pass_scope
def rename(scope: Scope, experiment: str, new_name: str) -> None:
    """Give EXPERIMENT, an id or a name, the name NEW_NAME."""
    found = experiment_of(scope.application, experiment)
    scope.application.experiments.rename(found.id, new_name)
    _show_changed(scope, found.id, f"Renamed experiment {found.id} to: {new_name}")


@experiments.command("delete")
@click.argument("experiment")
@pass_scope
def delete(scope: Scope, experiment: str) -> None:
    """Mark EXPERIMENT and its runs as deleted; `restore` takes it back, `gc` makes it final."""
    found = experiment_of(scope.application, experiment)
    scope.application.experiments.delete(found.id)
    _show_changed(scope, found.id, f"Deleted experiment {found.id}: {found.name}")


@experiments.command("restore")
@click.argument("experiment")
@pass_scope
def restore(scope: Scope, experiment: str) -> None:
    """Make a deleted EXPERIMENT and its runs active again."""
    found = experiment_of(scope.application, experiment)
    scope.application.experiments.restore(found.id)
    _show_changed(scope, found.id, f"Restored experiment {found.id}: {found.name}")


def _show_changed(scope: Scope, experiment_id: str, text: str) -> None:
    changed = scope.application.experiments.get(experiment_id)
    scope.show(experiment_to_record(changed), lambda: screen.line(text))
