"""`genesis-flow models`: registered models and their versions."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from genesis_flow.api.cli import screen
from genesis_flow.api.cli.failures import Failure
from genesis_flow.api.cli.lookup import gathered, most_option
from genesis_flow.api.cli.model_trust import audit, keys, sign, verify
from genesis_flow.api.cli.scope import Group, Scope, pass_scope
from genesis_flow.api.cli.screen import Column
from genesis_flow.api.cli.text import moment, shown_uri

if TYPE_CHECKING:
    from genesis_flow.bootstrap import Application
    from genesis_flow.domain.entities.model_version import ModelVersion
    from genesis_flow.domain.entities.registered_model import RegisteredModel

models: Final = Group("models", help="Register, promote, sign, audit and download models.")
for _command in (audit, sign, verify, keys):
    models.add_command(_command)


def registry_of(scope: Scope) -> Application:
    """The store of the model registry, after the store that was asked for became that of this process."""
    from genesis_flow.api import session

    if scope.tracking_uri:
        session.set_tracking_uri(scope.tracking_uri)
    return session.application(session.registry_uri())


@models.command("list")
@click.option("--filter", "filter_string", help="Such as: name LIKE 'fraud%' AND tags.team = 'risk'")
@most_option
@pass_scope
def list_(scope: Scope, filter_string: str | None, most: int) -> None:
    """List registered models, with their aliases."""
    use_case = registry_of(scope).registered_models
    found, has_more = gathered(
        lambda size, token: use_case.find(filter_string=filter_string, max_results=size, page_token=token), most
    )
    record = {"models": [_model_record(each) for each in found], "has_more": has_more}
    scope.show(record, lambda: _print_models(found))
    if has_more:
        scope.say(f"There are more than {most}: raise --max-results to see them.")


def _print_models(found: Sequence[RegisteredModel]) -> None:
    if not found:
        screen.line("No registered models.")
        return
    columns = [Column("Name", 12), Column("Aliases", 10), Column("Updated", 19, is_optional=True)]
    screen.table(columns, [(each.name, _aliases(each), moment(each.updated_at)) for each in found])


@models.command("show")
@click.argument("name")
@click.argument("version", required=False)
@pass_scope
def show(scope: Scope, name: str, version: str | None) -> None:
    """Show the registered model NAME with its versions, or one VERSION of it: a number, @alias or stage."""
    registry = registry_of(scope)
    if version is not None:
        one = _version(scope, name, version)
        scope.show(version_to_record(one), lambda: _print_version(one))
        return
    model = registry.registered_models.get(name)
    quoted = f'"{name}"' if "'" in name else f"'{name}'"
    versions, _ = gathered(
        lambda size, token: registry.model_versions.find(
            filter_string=f"name = {quoted}", order_by=["version_number DESC"], max_results=size, page_token=token
        ),
        10_000,
    )
    record = _model_record(model) | {"versions": [version_to_record(each) for each in versions]}
    scope.show(record, lambda: _print_model(model, versions))


def _print_model(model: RegisteredModel, versions: Sequence[ModelVersion]) -> None:
    screen.fields(
        [
            ("Name", model.name), ("Aliases", _aliases(model)), ("Description", model.description or "-"),
            ("Created", moment(model.created_at)), ("Updated", moment(model.updated_at)),
            *((f"Tag {key}", value) for key, value in model.tags.items()),
        ]
    )  # fmt: skip
    screen.heading("Versions")
    columns = [
        Column("Version", 4, is_number=True), Column("Stage", 10), Column("Signed", 6), Column("Created", 19),
        Column("Source", 16, is_optional=True),
    ]  # fmt: skip
    rows = [
        (each.version, each.stage.value, _signed(each), moment(each.created_at), shown_uri(each.source))
        for each in versions
    ]
    screen.table(columns, rows)


def _print_version(version: ModelVersion) -> None:
    screen.fields(
        [
            ("Name", version.name), ("Version", version.version), ("Stage", version.stage.value),
            ("Aliases", ", ".join(version.aliases) or "-"), ("Status", version.status.value),
            ("Signed", _signed(version)), ("Source", shown_uri(version.source)),
            ("Files", shown_uri(version.storage_location)), ("Run", version.run_id or "-"),
            ("Description", version.description or "-"), ("Created", moment(version.created_at)),
            *((f"Tag {key}", value) for key, value in version.tags.items()),
        ]
    )  # fmt: skip


@models.command("register")
@click.argument("uri")
@click.argument("name")
@click.option("--alias", "aliases", multiple=True, help="Names the new version; may be repeated.")
@pass_scope
def register(scope: Scope, uri: str, name: str, aliases: tuple[str, ...]) -> None:
    """Register the model at URI (models:/ID, runs:/ID/PATH, or a path) as the next version of NAME."""
    registry = registry_of(scope)
    from genesis_flow.api.fluent.registry import register_model

    with contextlib.redirect_stderr(io.StringIO()):  # it says what we say below
        number = int(register_model(uri, name).version)
    for alias in aliases:
        registry.registered_models.set_alias(name, alias, number)
    made = registry.model_versions.get(name, number)
    scope.show(version_to_record(made), lambda: screen.line(f"Registered version {number} of {name}"))


@models.command("promote")
@click.argument("name")
@click.argument("version")
@click.option("--alias", "aliases", multiple=True, help="Have this alias name the version; may be repeated.")
@click.option("--stage", help="Put the version into this stage: Staging, Production, Archived or None.")
@click.option("--archive", is_flag=True, help="Archive the versions that were in that stage.")
@pass_scope
def promote(
    scope: Scope, name: str, version: str, aliases: tuple[str, ...], stage: str | None, archive: bool
) -> None:
    """Have VERSION (a number, @alias or stage) of NAME be what an alias or a stage means."""
    if not aliases and stage is None:
        raise click.UsageError("Give --alias or --stage.", click.get_current_context())
    if archive and stage is None:
        raise click.UsageError("--archive needs --stage.", click.get_current_context())
    registry, known = registry_of(scope), _version(scope, name, version)
    if stage is not None:
        registry.model_versions.move(name, known.version, stage, archiving_others=archive)
    for alias in aliases:
        registry.registered_models.set_alias(name, alias, known.version)
    now = registry.model_versions.get(name, known.version)
    means = [*(f"@{alias}" for alias in aliases), *([now.stage.value] if stage is not None else [])]
    scope.show(version_to_record(now), lambda: screen.line(f"Version {now.version} of {name} is {', '.join(means)}"))


@models.command("download")
@click.argument("uri")
@click.option(
    "--dst", type=click.Path(path_type=Path), required=True, metavar="DIR", help="New directory for the model's files.",
)  # fmt: skip
@pass_scope
def download(scope: Scope, uri: str, dst: Path) -> None:
    """Copy the files of the model at URI to the new directory DIR, and verify them."""
    from genesis_flow.api.cli.model_transfer import downloaded

    registry_of(scope)
    if dst.exists() and (not dst.is_dir() or any(dst.iterdir())):
        raise Failure(f"'{dst}' exists and is not an empty directory.", "RESOURCE_ALREADY_EXISTS")
    count, size = downloaded(uri, dst.absolute())
    record = {"uri": shown_uri(uri), "local_path": str(dst.absolute()), "files": count, "size": size}
    scope.show(record, lambda: screen.line(f"Downloaded {count} files to {dst.absolute()}"))


def _version(scope: Scope, name: str, version: str) -> ModelVersion:
    from genesis_flow.api.models.signing import version_named

    registry_of(scope)
    return version_named(f"models:/{name}{version}" if version.startswith("@") else f"models:/{name}/{version}")


def _aliases(model: RegisteredModel) -> str:
    return ", ".join(f"{alias} -> {number}" for alias, number in sorted(model.aliases.items())) or "-"


def _signed(version: ModelVersion) -> str:
    from genesis_flow.domain.values.version_signatures import KEY_TAG

    return "yes" if KEY_TAG in version.tags else "no"


def _model_record(model: RegisteredModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "description": model.description,
        "creation_timestamp": model.created_at,
        "last_updated_timestamp": model.updated_at,
        "tags": dict(model.tags),
        "aliases": {alias: str(number) for alias, number in model.aliases.items()},
    }


def version_to_record(version: ModelVersion) -> dict[str, Any]:
    """A version as JSON; times in milliseconds since the epoch (UTC)."""
    return {
        "name": version.name,
        "version": str(version.version),
        "current_stage": version.stage.value,
        "aliases": list(version.aliases),
        "status": version.status.value,
        "description": version.description,
        "source": shown_uri(version.source),
        "storage_location": shown_uri(version.storage_location),
        "run_id": version.run_id,
        "model_id": version.logged_model_id,
        "creation_timestamp": version.created_at,
        "last_updated_timestamp": version.updated_at,
        "tags": dict(version.tags),
    }
