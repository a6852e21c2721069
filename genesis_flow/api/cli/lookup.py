"""From what users type to entities: experiments by id or name, runs by id or its beginning, whole result lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from genesis_flow.api.cli.failures import Failure
from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.errors import InvalidInput, NotFound
from genesis_flow.domain.values.lifecycle import View
from genesis_flow.domain.values.pages import Page

if TYPE_CHECKING:
    from genesis_flow.bootstrap import Application

T = TypeVar("T")

_PAGE: Final = 1_000
_SHORTEST_BEGINNING: Final = 4
#: What `--view` may be.
VIEWS: Final = {"active": View.ACTIVE_ONLY, "deleted": View.DELETED_ONLY, "all": View.ALL}


def view_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """The option `--view`."""
    return click.option(
        "--view", type=click.Choice(list(VIEWS)), default="active", show_default=True, help="Which stages to see."
    )(function)


def most_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """The option `--max-results`."""
    return click.option(
        "--max-results", "most", type=click.IntRange(min=1), default=100, show_default=True,
        help="Show at most so many.",
    )(function)  # fmt: skip


def gathered(page: Callable[[int, str | None], Page[T]], most: int) -> tuple[list[T], bool]:
    """
    The first `most` items of all pages, and whether there are more.

    Args:
        page: From (size, token) to a page; None is the token of the first.
    """
    found: list[T] = []
    token: str | None = None
    while True:
        current = page(min(_PAGE, most - len(found)), token)
        found += current.items
        token = current.next_token
        if token is None or len(found) >= most:
            return found, token is not None


def experiment_of(application: Application, reference: str) -> Experiment:
    """
    The experiment with this id, else the one with this name, deleted or not.

    Raises:
        NotFound: There is neither.
    """
    if reference.isascii() and reference.isdecimal():
        try:
            return application.experiments.get(reference)
        except (NotFound, InvalidInput):
            pass  # a number may be a name as well
    return application.experiments.get_by_name(reference)


def experiments_by_id(application: Application, view: View = View.ACTIVE_ONLY) -> dict[str, Experiment]:
    """All experiments in these stages, the newest first."""
    found, _ = gathered(
        lambda size, token: application.experiments.find(view=view, max_results=size, page_token=token), 10**9
    )
    return {experiment.id: experiment for experiment in found}


def run_of(application: Application, reference: str) -> Run:
    """
    The run with this id, or the only one whose id begins with it (four characters or more), deleted or not.

    Raises:
        NotFound: No such run. InvalidInput: Not a run id. Failure: Several ids begin with it.
    """
    try:
        return application.lifecycle.get(reference)
    except NotFound:
        found = _runs_beginning(application, reference) if len(reference) >= _SHORTEST_BEGINNING else []
        if not found:
            raise
    if len(found) > 1:
        ids = ", ".join(run.id for run in found[:5])
        raise Failure(f"Several run ids begin with '{reference}': {ids}. Give more of the one that you mean.")
    return found[0]


def _runs_beginning(application: Application, beginning: str) -> Sequence[Run]:
    everywhere = list(experiments_by_id(application, View.ALL))
    page = application.search.find(
        everywhere, filter_string=f"attributes.run_id LIKE '{beginning}%'", view=View.ALL, max_results=100
    )
    # "_" in a pattern matches any character.
    return [run for run in page.items if run.id.startswith(beginning)]
