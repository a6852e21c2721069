"""Copying the files of a model, with a picture of how far it is."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from genesis_flow.api import session
from genesis_flow.api.models.signing import version_named
from genesis_flow.domain.entities.artifact import ArtifactInfo
from genesis_flow.domain.errors import NotFound
from genesis_flow.domain.use_cases.model_persistence import ModelPlace
from genesis_flow.domain.values.model_uris import is_model_uri, model_uri
from genesis_flow.domain.values.paths import artifact_path
from genesis_flow.settings import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR


def place_of(uri: str) -> ModelPlace:
    """
    Where the files of the model at `uri` are.

    Raises:
        NotFound, InvalidInput: It names nothing.
    """
    if is_model_uri(uri) and model_uri(uri).logged_model_id is None:
        uri = version_named(uri).storage_location
    return session.application().model_persistence.locate(uri)


def downloaded(uri: str, target: Path) -> tuple[int, int]:
    """
    Copy the files of a model to the directory `target`, which is there only if all are as they were saved.

    Returns:
        Their number, and their size in bytes.

    Raises:
        NotFound: There are none. UntrustedContent: They are not those that were saved.
    """
    place = place_of(uri)
    files = list(_files(place, place.path.text))
    if not files:
        raise NotFound("model", uri, "There are no files of a model.")
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".genesis-flow-", dir=target.parent))
    try:
        with _progress(sum(each.size_bytes or 0 for each in files)) as advance:
            for each in files:
                _fetch(place, each, work)
                advance(each.size_bytes or 0)
        session.model_directories().read(work, place.digest)
        work.chmod(0o755)
        os.replace(work, target)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return len(files), sum(each.size_bytes or 0 for each in files)


def _files(place: ModelPlace, below: str) -> Iterator[ArtifactInfo]:
    for each in place.store.find(artifact_path(below)):
        if each.is_dir:
            yield from _files(place, each.path)
        else:
            yield each


def _fetch(place: ModelPlace, file: ArtifactInfo, work: Path) -> None:
    path = artifact_path(file.path)
    relative = Path(*path.parts[len(place.path.parts) :])
    (work / relative.parent).mkdir(parents=True, exist_ok=True)
    place.store.fetch(path, work / relative.parent)


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """What is called with the bytes that were copied; where a person looks, it draws a bar."""
    if not sys.stderr.isatty() or not MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.get():
        yield lambda size: None
        return
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)  # this bar is for all files: stores draw none for each
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

    console = Console(stderr=True)
    with Progress(BarColumn(), DownloadColumn(), TransferSpeedColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda size: bar.advance(task, size)
