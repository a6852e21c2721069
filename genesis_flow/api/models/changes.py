"""Changing what a stored model says about itself."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.locating import Located, located
from genesis_flow.api.models.mlmodel import Model
from genesis_flow.api.models.own_models import own_models
from genesis_flow.api.models.requirements import merged, name_of, parsed, requirements_of_conda, without_pip
from genesis_flow.domain.entities.model_record import RECORD_FILE
from genesis_flow.domain.use_cases.logged_model_places import is_logged_model_uri
from genesis_flow.domain.values.manifests import MANIFEST_FILE
from genesis_flow.ports.model_files import CONDA_FILE, REQUIREMENTS_FILE

__all__ = ["changing_model", "update_model_requirements"]


@contextlib.contextmanager
def changing_model(model_uri: str) -> Iterator[tuple[Path, Model]]:
    """
    A copy of a stored model's files and its record, which are stored again when the block is left.

    Files are verified before, and listed anew after, they were changed.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: A version of a registered model, which never changes.
            RESOURCE_DOES_NOT_EXIST: No such model.
    """
    if model_uri.startswith("models:") and not is_logged_model_uri(model_uri):
        raise MlflowException.invalid_parameter_value(
            f'Failed to change "{model_uri}". Model URIs with the `models:/` scheme that name a registered model are '
            "read-only: register a changed copy as a new version instead."
        )
    with translating_errors(), tempfile.TemporaryDirectory(prefix="genesis-flow-model-") as directory:
        found = located(model_uri)
        record = found.record()
        model = Model.from_dict(dict(record.content))
        copy = Path(directory) / "model"
        shutil.copytree(found.directory, copy, ignore=shutil.ignore_patterns("__pycache__"))
        digest = record.manifest.digest if record.manifest else None
        is_own = digest in own_models().digests()
        if is_own:  # what is listed anew has to be what this process wrote
            session.model_directories().read(copy, digest)
        before, there = _texts(copy), {*copy.rglob("*")}
        yield copy, model
        model.save(copy / RECORD_FILE)
        _store(found, copy, before, _added(copy, there), is_own=is_own)


def update_model_requirements(model_uri: str, operation: Literal["add", "remove"], requirement_list: list[str]) -> None:
    """
    Add to, or remove from, what a stored model says that it needs.

    Args:
        model_uri: As for `load_model`, but not a version of a registered model, which never changes.
        requirement_list: Lines for pip; to remove a package its name is enough.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: An unknown operation, or a contradiction.
            RESOURCE_DOES_NOT_EXIST: No such model.

    Source: MLflow `mlflow.models.update_model_requirements`.
    """
    if operation not in ("add", "remove"):
        raise MlflowException.invalid_parameter_value(f"Unknown operation '{operation}'; use 'add' or 'remove'.")
    files = session.model_directories().files
    with changing_model(model_uri) as (directory, _):
        conda_path, path = directory / CONDA_FILE, directory / REQUIREMENTS_FILE
        given, _ = parsed(requirement_list)
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            path.write_text("\n".join(_changed(lines, given, operation)), encoding="utf-8")
        if conda_path.is_file():
            conda: dict[str, Any] = dict(files.read_yaml(conda_path))
            pip = _changed(requirements_of_conda(conda), given, operation)
            changed = {**conda, "dependencies": [*without_pip(conda), {"pip": pip}]}
            conda_path.write_text(files.render(changed), encoding="utf-8")


def _changed(lines: list[str], given: list[str], operation: str) -> list[str]:
    names = {name_of(line) or line for line in given}
    kept = [line for line in lines if (name_of(line) or line) not in names]
    return merged([*kept, *given]) if operation == "add" else kept


def _texts(directory: Path) -> dict[Path, bytes]:
    return {each: each.read_bytes() for each in directory.iterdir() if each.is_file() and each.stat().st_size < 2**24}


def _added(directory: Path, before: set[Path]) -> list[Path]:
    return [each for each in directory.rglob("*") if each.is_file() and each not in before]


def _store(
    found: Located, directory: Path, before: dict[Path, bytes], added: list[Path], *, is_own: bool
) -> None:
    """Store those files of a changed copy that differ or are new; the list of all of them last."""
    directories = session.model_directories()
    changed = [*added, *(each for each, content in before.items() if each.read_bytes() != content)]
    if not changed:
        return
    manifest = directories.seal(directory)
    if is_own:
        own_models().note(manifest.digest)
    with tempfile.TemporaryDirectory(prefix="genesis-flow-model-") as only:
        for each in [*changed, directory / MANIFEST_FILE]:
            _copied(each, Path(only) / each.relative_to(directory))
        if found.place is None:
            for each in sorted(Path(only).rglob("*")):
                if each.is_file():
                    _copied(each, found.directory / each.relative_to(only))
        else:
            session.application().model_persistence.replace(found.place, Path(only), manifest)


def _copied(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
