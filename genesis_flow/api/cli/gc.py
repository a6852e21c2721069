"""`genesis-flow gc`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from genesis_flow.api.cli import screen
from genesis_flow.api.cli.scope import Command, Scope, pass_scope

if TYPE_CHECKING:
    from genesis_flow.domain.use_cases.garbage_collection import Collected

_NUMBER: Final = r"(\d{1,9}(?:\.\d{1,9})?)"
_AGE: Final = re.compile(f"(?:{_NUMBER}d)?(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s)?", re.ASCII)
_UNITS_MS: Final = (86_400_000, 3_600_000, 60_000, 1_000)
_MOST_SHOWN: Final = 20


@click.command("gc", cls=Command)
@click.option("--older-than", metavar="AGE", help="Only what was deleted so long ago, such as 1d2h3m4s.")
@click.option("--run-ids", multiple=True, metavar="IDS", help="Only these runs, separated by commas.")
@click.option("--experiment-ids", multiple=True, metavar="IDS", help="Only these experiments, separated by commas.")
@click.option("--logged-model-ids", multiple=True, metavar="IDS", help="Only these models, separated by commas.")
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@pass_scope
def gc(
    scope: Scope,
    older_than: str | None,
    run_ids: tuple[str, ...],
    experiment_ids: tuple[str, ...],
    logged_model_ids: tuple[str, ...],
    dry_run: bool,
    yes: bool,
) -> None:
    """Erase deleted runs, logged models and experiments for good, with their artifacts."""
    older_than_ms = age_ms(older_than)
    runs, experiments = listed("--run-ids", run_ids), listed("--experiment-ids", experiment_ids)
    models = listed("--logged-model-ids", logged_model_ids)
    if not dry_run and not yes:
        _require_person(scope)
    collect = scope.application.garbage_collection.collect
    if dry_run or not yes:
        found = collect(
            older_than_ms=older_than_ms, run_ids=runs, experiment_ids=experiments, model_ids=models, is_rehearsal=True
        )
        is_empty = not any(ids for _, ids in _found(found))
        if dry_run or is_empty:
            _show(scope, found, is_done=False)
            return
        if not _is_agreed(found):
            screen.line("Nothing was erased.")
            return
        # Exactly what was agreed to, whatever has been deleted since.
        runs, experiments = _runs_elsewhere(scope, found), list(found.experiment_ids)
        models = _models_elsewhere(scope, found)
    erased = collect(older_than_ms=older_than_ms, run_ids=runs, experiment_ids=experiments, model_ids=models)
    _show(scope, erased, is_done=True)


def _runs_elsewhere(scope: Scope, found: Collected) -> list[str]:
    """The runs that do not go with their experiment."""
    if not found.experiment_ids:
        return list(found.run_ids)
    gone, get = set(found.experiment_ids), scope.application.lifecycle.get
    return [id for id in found.run_ids if get(id).experiment_id not in gone]


def _models_elsewhere(scope: Scope, found: Collected) -> list[str]:
    """The logged models that do not go with their experiment."""
    if not found.experiment_ids:
        return list(found.model_ids)
    gone, get = set(found.experiment_ids), scope.application.logged_models.get
    return [id for id in found.model_ids if get(id, allow_deleted=True).experiment_id not in gone]


def _found(found: Collected) -> tuple[tuple[str, Sequence[str]], ...]:
    """What was found, by its name."""
    return ("experiment", found.experiment_ids), ("run", found.run_ids), ("logged model", found.model_ids)


def age_ms(age: str | None) -> int:
    """The milliseconds of an age such as 1d2h3m4s; 0 for None."""
    match = _AGE.fullmatch(age or "0s")
    if match is None or not any(match.groups()):
        raise click.UsageError(f"--older-than takes an age such as 1d2h3m4s, not '{age}'.", click.get_current_context())
    amounts = zip(match.groups(), _UNITS_MS, strict=True)
    return int(sum(float(amount) * unit for amount, unit in amounts if amount))


def listed(option: str, given: Sequence[str]) -> list[str]:
    """The ids that an option which may be repeated names, separated by commas."""
    ids = [id.strip() for text in given for id in text.split(",")]
    if not all(ids):
        # Nothing asked for must not mean everything.
        raise click.UsageError(f"{option} names no id.", click.get_current_context())
    return list(dict.fromkeys(ids))


def _require_person(scope: Scope) -> None:
    if scope.is_json or not (sys.stdin.isatty() and screen.is_terminal()):
        raise click.UsageError(
            "This erases data for good and nobody can be asked: give --yes, or --dry-run to see what it would erase.",
            click.get_current_context(),
        )


def _is_agreed(found: Collected) -> bool:
    for noun, ids in _found(found):
        _print_ids(noun, ids)
    return click.confirm("Erase all this for good?", default=False)


def _counted(noun: str, ids: Sequence[str]) -> str:
    return f"{len(ids)} {noun}{'' if len(ids) == 1 else 's'}"


def _print_ids(noun: str, ids: Sequence[str]) -> None:
    if ids:
        screen.line(f"{_counted(noun, ids)}:")
    for id in ids[:_MOST_SHOWN]:
        screen.line(f"  {id}")
    if len(ids) > _MOST_SHOWN:
        screen.line(f"  and {len(ids) - _MOST_SHOWN} more")


def _show(scope: Scope, found: Collected, *, is_done: bool) -> None:
    record = {
        "run_ids": found.run_ids, "experiment_ids": found.experiment_ids, "logged_model_ids": found.model_ids,
        "is_erased": is_done,
    }

    def human() -> None:
        if not any(ids for _, ids in _found(found)):
            screen.line("Nothing to erase.")
            return
        verb = "Erased" if is_done else "Would erase"
        counts = [_counted("experiment", found.experiment_ids), _counted("run", found.run_ids)]
        counts += [_counted("logged model", found.model_ids)] if found.model_ids else []
        screen.line(f"{verb} {', '.join(counts[:-1])} and {counts[-1]}.")
        for noun, ids in _found(found):
            for id in ids:
                screen.line(f"  {noun} {id}")

    scope.show(record, human)
