"""Storing and reading the artifacts of runs, and of whatever else a URI names."""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

import attrs

from genesis_flow.domain.entities.artifact import ArtifactInfo, DownloadLink
from genesis_flow.domain.errors import InvalidInput, NotFound
from genesis_flow.domain.use_cases.artifact_uploads import ArtifactUploads
from genesis_flow.domain.use_cases.logged_model_places import (
    MODELS_SCHEME,
    logged_model_place,
    model_of_run,
)
from genesis_flow.domain.values.paths import ROOT, ArtifactPath, artifact_path, file_path
from genesis_flow.domain.values.storage import DOWNLOAD_URL_S, checked_expiry
from genesis_flow.domain.values.text import shown
from genesis_flow.ports.artifacts import ArtifactStore, ArtifactStores
from genesis_flow.ports.logged_models import LoggedModelRepository
from genesis_flow.ports.runs import RunRepository

_RUNS_SCHEME: Final = "runs:"
_RUN_URI: Final = re.compile(r"runs:/([^/]+)(?:/(.*))?", re.DOTALL)


@attrs.frozen
class Artifacts:
    """
    Storing and reading the artifacts of runs, and of whatever else a URI names.

    A deleted run keeps its artifacts, and takes new ones, as MLflow has it. URIs are `runs:/<run_id>/<path>`
    (every character of the path counts as it is), `models:/m-<id>/<path>` or those of a store. Below a run are
    also the files of the logged models that it made, under the name of each; where both have a file, the model's
    counts. Every method may also raise what the stores do.
    """

    _runs: RunRepository
    _models: LoggedModelRepository
    _stores: ArtifactStores

    def log_file(self, run_id: str, source: Path, directory: str | None = None) -> None:
        """
        Store a local file in `directory` under its own name; of a local directory, all files below it.

        Raises:
            NotFound: No such run, or no such local file.
            InvalidInput: Not a legal directory.
        """
        below = checked_directory(directory)
        store = self._store(run_id)
        if source.is_dir():
            store.put_tree(source, below / source.resolve().name)
        else:
            store.put(source, below / source.name)

    def log_tree(self, run_id: str, source: Path, directory: str | None = None) -> None:
        """
        Store the files below the local directory `source` below `directory`.

        Raises:
            NotFound: No such run, or no such local directory.
            InvalidInput: Not a legal directory.
            UntrustedContent: A symbolic link in `source` leads outside it.
        """
        self._store(run_id).put_tree(source, checked_directory(directory))

    def log_stream(self, run_id: str, source: BinaryIO, path: str) -> None:
        """
        Store what is left in `source` as the file `path`.

        Raises:
            NotFound: No such run.
            InvalidInput: Not a legal name for a file.
        """
        self._store(run_id).put_stream(source, file_path(path))

    def log_bytes(self, run_id: str, data: bytes, path: str) -> None:
        """Store `data` as the file `path`; see `log_stream`."""
        self.log_stream(run_id, io.BytesIO(data), path)

    def log_text(self, run_id: str, text: str, path: str) -> None:
        """Store `text` in UTF-8 as the file `path`; see `log_stream`."""
        self.log_bytes(run_id, text.encode(), path)

    def open(self, run_id: str, path: str) -> BinaryIO:
        """
        The file `path` for reading.

        Raises:
            NotFound: No such run or file.
        """
        return self._store(run_id).open(artifact_path(path))

    def read_bytes(self, run_id: str, path: str) -> bytes:
        """What is in the file `path`; see `open`."""
        with self.open(run_id, path) as file:
            return file.read()

    def find(self, run_id: str, path: str | None = None) -> Sequence[ArtifactInfo]:
        """
        The direct children of directory `path`, by path; none for a file or what does not exist.

        Raises:
            NotFound: No such run.
        """
        return self._store(run_id).find(artifact_path(path))

    def download(self, run_id: str, path: str | None, target: Path) -> Path:
        """
        Copy the file or directory `path` into the local directory `target`, under its last name.

        Returns:
            Where it is now: `target`/last name, or `target` for all artifacts of the run.

        Raises:
            NotFound: No such run or artifact.
        """
        return self._store(run_id).fetch(artifact_path(path), target)

    def local_path(self, run_id: str, path: str | None) -> Path | None:
        """
        Where the file or directory `path` lies on this machine's disk; None if it does not.

        Raises:
            NotFound: No such run or artifact.
        """
        return self._store(run_id).local_path(artifact_path(path))

    def remove(self, run_id: str, path: str | None = None) -> None:
        """
        Erase the file or directory `path`, or all artifacts of the run; of what is not there, nothing.

        Raises:
            NotFound: No such run.
        """
        self._store(run_id).remove(artifact_path(path))

    def download_link(self, run_id: str, path: str, *, expires_s: int = DOWNLOAD_URL_S) -> DownloadLink:
        """
        Where anyone who has it can download the file `path` for a while; see `ArtifactStore.download_link`.

        Args:
            expires_s: Seconds, at most a week.

        Raises:
            NotFound: No such run or file.
            InvalidInput: Not a legal time.
            Unsupported: The storage or the credentials cannot make such links.
        """
        return self._store(run_id).download_link(artifact_path(path), expires_s=checked_expiry(expires_s))

    def download_link_at(self, uri: str, *, expires_s: int = DOWNLOAD_URL_S) -> DownloadLink:
        """The same for the file that `uri` names; see `find_at`."""
        missing: NotFound | None = None
        for place in reversed(self._places(uri)):
            try:
                return place.store.download_link(place.path, expires_s=checked_expiry(expires_s))
            except NotFound as error:
                missing = error
        raise missing or NotFound("artifact", uri)

    def access_at(self, uri: str) -> str | None:
        """
        Who asks for artifacts at `uri`, for people, without secrets; None where nobody is asked who they are.

        Raises:
            As `find_at`.
        """
        return next((place.store.access for place in self._places(uri)), None)

    def find_at(self, uri: str) -> Sequence[ArtifactInfo]:
        """
        The direct children of the directory that `uri` names.

        Their paths are relative to the run or model, or to the directory above the last name of a store's URI.

        Raises:
            NotFound: No such run or logged model.
            InvalidInput: No adapter serves the URI, or it is malformed.
        """
        found: dict[str, ArtifactInfo] = {}
        for place in self._places(uri):
            for info in place.store.find(place.path):
                path = f"{place.name}/{info.path}" if place.name else info.path
                found[path] = attrs.evolve(info, path=path)
        return [info for _, info in sorted(found.items())]

    def download_at(self, uri: str, target: Path) -> Path:
        """Copy what `uri` names into the local directory `target`, under its last name; see `download`."""
        copied: Path | None = None
        missing: NotFound | None = None
        for place in self._places(uri):
            try:
                copied = place.fetch(target)
            except NotFound as error:
                missing = missing or error
        if copied is None:
            raise missing or NotFound("artifact", uri)
        return copied

    def read_bytes_at(self, uri: str) -> bytes:
        """What is in the file that `uri` names; see `find_at`."""
        missing: NotFound | None = None
        for place in reversed(self._places(uri)):
            try:
                with place.store.open(place.path) as file:
                    return file.read()
            except NotFound as error:
                missing = error
        raise missing or NotFound("artifact", uri)

    def local_path_at(self, uri: str) -> Path | None:
        """
        Where what `uri` names lies on this machine's disk; None if it does not, and for runs.

        Raises:
            NotFound: No such logged model.
            InvalidInput: No adapter serves the URI, or it is malformed.
        """
        if uri.startswith(_RUNS_SCHEME):
            return None
        (place,) = self._places(uri)
        return place.store.local_path(place.path)

    def find_below(self, location: str, path: str) -> Sequence[ArtifactInfo]:
        """The direct children of directory `path` below a location, a store's URI or that of a run; see `find`."""
        return self._root(location).find(artifact_path(path))

    def download_below(self, location: str, path: str, target: Path) -> Path:
        """Copy the file or directory `path` below a location into a local directory; see `download`."""
        return self._root(location).fetch(artifact_path(path), target)

    def read_bytes_below(self, location: str, path: str) -> bytes:
        """What is in the file `path` below a location; see `open`."""
        with self._root(location).open(artifact_path(path)) as file:
            return file.read()

    def open_below(self, location: str, path: str) -> BinaryIO:
        """The file `path` below a location for reading; see `open`."""
        return self._root(location).open(artifact_path(path))

    def log_stream_below(self, location: str, source: BinaryIO, path: str) -> None:
        """Store what is left in `source` as the file `path` below a location; see `log_stream`."""
        self._root(location).put_stream(source, file_path(path))

    def remove_below(self, location: str, path: str) -> None:
        """Erase the file or directory `path` below a location; see `remove`."""
        self._root(location).remove(artifact_path(path))

    def log_below(self, location: str, source: Path, path: str) -> None:
        """Store a local file as `path` below a location; of a local directory, all files below that path."""
        store, place = self._root(location), artifact_path(path)
        if source.is_dir():
            store.put_tree(source, place)
        else:
            store.put(source, place)

    def local_path_below(self, location: str, path: str) -> Path | None:
        """Where the file or directory `path` below a location lies on this machine's disk; see `local_path`."""
        return self._root(location).local_path(artifact_path(path))

    def download_link_below(self, location: str, path: str, *, expires_s: int = DOWNLOAD_URL_S) -> DownloadLink:
        """A link to the file `path` below a location; see `download_link`."""
        return self._root(location).download_link(artifact_path(path), expires_s=checked_expiry(expires_s))

    def uploads_below(self, location: str) -> ArtifactUploads:
        """
        Uploads that clients send to the storage themselves, below a location.

        Raises:
            Unsupported: The storage or the credentials cannot have them.
        """
        return ArtifactUploads(self._root(location).direct_uploads())

    def _root(self, location: str) -> ArtifactStore:
        """The store whose root is a location."""
        if not location.startswith(_RUNS_SCHEME):
            return self._stores.open(location)
        run_id, path = _run_and_path(location)
        root = self._runs.get(run_id).artifact_uri.rstrip("/")
        return self._stores.open(f"{root}/{path}" if path.text else root)

    def _store(self, run_id: str) -> ArtifactStore:
        return self._stores.open(self._runs.get(run_id).artifact_uri)

    def _places(self, uri: str) -> list[_Place]:
        """Where what `uri` names may be; of a file that is in several places, the last one counts."""
        if uri.startswith(MODELS_SCHEME):
            model, path = logged_model_place(uri, self._models)
            return [_Place(self._stores.open(model.artifact_location), path)]
        if not uri.startswith(_RUNS_SCHEME):
            return [_Place(*self._stores.locate(uri))]
        run_id, path = _run_and_path(uri)
        run = self._runs.get(run_id)
        places = [_Place(self._stores.open(run.artifact_uri), path)]
        name, _, rest = path.text.partition("/")
        of_run = model_of_run(run, name, self._models) if path != ROOT else None
        if of_run is not None:
            places.append(_Place(self._stores.open(of_run.artifact_location), artifact_path(rest), name))
        return places


def _run_and_path(uri: str) -> tuple[str, ArtifactPath]:
    match = _RUN_URI.fullmatch(uri)
    if match is None:
        raise InvalidInput(
            "artifact_uri",
            f"Not a proper runs:/ URI: {shown(uri)}. Runs URIs must be of the form "
            "'runs:/<run_id>/run-relative/path/to/artifact'",
        )
    return match[1], artifact_path(match[2])


@attrs.frozen
class _Place:
    """A path in a store; where it is in a model of a run, `name` is that model's."""

    store: ArtifactStore
    path: ArtifactPath
    name: str = ""

    def fetch(self, target: Path) -> Path:
        """Copy what is here into `target`, under its last name; for all of a model that is the model's."""
        if self.name and self.path == ROOT:
            (target / self.name).mkdir(parents=True, exist_ok=True)
            return self.store.fetch(self.path, target / self.name)
        return self.store.fetch(self.path, target)


def checked_directory(value: str | None) -> ArtifactPath:
    """
    The directory that MLflow accepts `value` as.

    Source: MLflow 3.17 `verify_artifact_path`.
    """
    if not value:
        return ROOT
    path = artifact_path(value, label="artifact path")
    if path.text != value or value.startswith(".."):
        raise InvalidInput(
            "artifact_path",
            f"Invalid artifact path: '{shown(value)}'. Names may be treated as files in certain cases, and "
            "must not resolve to other names when treated as such. This name would resolve to "
            f"'{shown(posixpath.normpath(value))}'",
        )
    return path
