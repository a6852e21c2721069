"""`genesis-flow models audit, sign, verify, keys`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from genesis_flow.api.cli import screen
from genesis_flow.api.cli.failures import FAILED, Failure
from genesis_flow.api.cli.scope import Command, Scope, pass_scope
from genesis_flow.api.cli.screen import Cell, Column
from genesis_flow.api.cli.text import moment

if TYPE_CHECKING:
    from genesis_flow.domain.values.audit import FileAudit
    from genesis_flow.domain.values.version_signatures import VersionSignature

_STYLES: Final = {"allowed": "green", "trusted": "green", "can be trusted": "yellow", "refused": "bold red"}
_LARGEST_KEY: Final = 100_000


@click.command("audit", cls=Command)
@click.argument("target", metavar="PATH-OR-URI")
@click.option("--trusted", multiple=True, metavar="CLASS", help="As if CLASS were trusted; may be repeated.")
@pass_scope
def audit(scope: Scope, target: str, trusted: tuple[str, ...]) -> None:
    """
    Show what loading a file or a model would construct; nothing is constructed or run.

    The exit code is 1 if something would be refused.
    """
    from genesis_flow.bootstrap_models import audited
    from genesis_flow.domain.values.trust import trust

    _choose(scope)
    found = audited(_local(target), trust(trusted))
    is_sound = all(each.is_sound for each in found)
    scope.show({"is_sound": is_sound, "files": [_record(each) for each in found]}, lambda: _print(found))
    if not is_sound:
        click.get_current_context().exit(FAILED)


def _choose(scope: Scope) -> None:
    from genesis_flow.api import session

    if scope.tracking_uri:
        session.set_tracking_uri(scope.tracking_uri)


def _local(target: str) -> Path:
    """The file or directory that is meant, on the local disk; what is elsewhere is copied until the command ends."""
    import tempfile

    from genesis_flow.api.cli.model_transfer import place_of
    from genesis_flow.domain.values.model_uris import is_model_uri

    if not is_model_uri(target) and os.path.lexists(target):
        return Path(target)
    place = place_of(target)
    local = place.store.local_path(place.path)
    if local is not None:
        return local
    directory = tempfile.TemporaryDirectory(prefix="genesis-flow-model-")
    click.get_current_context().call_on_close(directory.cleanup)
    return place.store.fetch(place.path, Path(directory.name))


def _record(found: FileAudit) -> dict[str, Any]:
    return {
        "path": found.path,
        "format": found.format,
        "is_sound": found.is_sound,
        "problem": found.problem,
        "names": [{"name": each.name, "verdict": each.verdict.value} for each in found.names],
    }


def _print(found: Sequence[FileAudit]) -> None:
    columns = [Column("File", 12), Column("Format", 8), Column("Loads", 5), Column("Problem", 20, folds=True)]
    rows = [
        (each.path, each.format, Cell("yes", "green") if each.is_sound else Cell("no", "bold red"), each.problem or "-")
        for each in found
    ]
    screen.table(columns, rows)
    for each in found:
        if each.names:
            screen.heading(f"What {each.path} constructs")
            names = [(Cell(name.verdict.value, _STYLES[name.verdict.value]), name.name) for name in each.names]
            screen.table([Column("Verdict", 14), Column("Name", 20, folds=True)], names)


@click.command("sign", cls=Command)
@click.argument("uri", metavar="MODELS-URI")
@click.option("--key", required=True, type=click.Path(path_type=Path), help="File of the private key (PEM, Ed25519).")
@pass_scope
def sign(scope: Scope, uri: str, key: Path) -> None:
    """Sign a version (models:/NAME/1 or models:/NAME@ALIAS), after its files were verified."""
    from genesis_flow.api.models.signing import sign_model_version

    _choose(scope)
    pem = _read(key)
    password = None
    if "ENCRYPTED" in pem.partition("\n")[0]:
        password = str(click.prompt("Password of the key", hide_input=True, err=True)).encode()
    made = sign_model_version(uri, pem, password=password)
    scope.show(_signature(made), lambda: screen.line(f"Signed {uri} with the key {made.key_id}"))


@click.command("verify", cls=Command)
@click.argument("uri", metavar="MODELS-URI")
@click.option(
    "--key", "keys", multiple=True, type=click.Path(path_type=Path),
    help="File of a public key (PEM) that is trusted; may be repeated. Default: those of the trust policy.",
)  # fmt: skip
@pass_scope
def verify(scope: Scope, uri: str, keys: tuple[Path, ...]) -> None:
    """Verify the signature of a version, and that its files are those that were signed."""
    from genesis_flow.api import session
    from genesis_flow.api.models.signing import verify_model_version
    from genesis_flow.api.models.trust import policy_for

    _choose(scope)
    given = [_read(each) for each in keys] or policy_for(session.registry_uri()).keys
    if not given:
        raise click.UsageError("Give --key: the trust policy names none.", click.get_current_context())
    found = verify_model_version(uri, given)
    text = f"{uri} was signed on {moment(found.signed_at)} with the key {found.key_id}; its files are unchanged."
    scope.show(_signature(found), lambda: screen.line(text))


@click.command("keys", cls=Command)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--encrypt", is_flag=True, help="Ask for a password and encrypt the private key.")
@pass_scope
def keys(scope: Scope, path: Path, encrypt: bool) -> None:
    """Make a pair of keys: PATH holds the private one, PATH.pub the public one; neither may exist."""
    from genesis_flow.api import session
    from genesis_flow.api.models.signing import make_keys

    public = path.with_name(f"{path.name}.pub")
    for each in (path, public):
        if os.path.lexists(each):
            raise Failure(f"'{each}' exists already.", "RESOURCE_ALREADY_EXISTS")
    password = None
    if encrypt:
        password = str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)).encode()
    pair = make_keys(password)
    _write(path, pair.private, 0o600)
    _write(public, pair.public, 0o644)
    record = {
        "private_key": str(path), "public_key": str(public),
        "key_id": session.version_signatures().key_id(pair.public),
    }  # fmt: skip
    scope.show(record, lambda: screen.line(f"Keep {path} secret; who loads models needs {public}"))


def _signature(found: VersionSignature) -> dict[str, Any]:
    return {"key_id": found.key_id, "digest": found.digest, "signed_at": found.signed_at}


def _read(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(_LARGEST_KEY + 1)
    try:
        if len(data) <= _LARGEST_KEY:
            return data.decode()
    except UnicodeDecodeError:
        pass
    raise Failure(f"'{path}' is not a key as PEM.")


def _write(path: Path, text: str, mode: int) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
