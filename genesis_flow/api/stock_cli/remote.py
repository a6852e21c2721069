"""
Artifacts of runs that a tracking server knows: it is asked where they are.

The clients for Java and R call the command line with the address of their server.
"""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request, urlopen

import attrs

from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.domain.entities.artifact import ArtifactInfo
from genesis_flow.domain.values.paths import ArtifactPath, artifact_path
from genesis_flow.domain.values.uris import redacted, scheme_of
from genesis_flow.settings import (
    MLFLOW_TRACKING_PASSWORD,
    MLFLOW_TRACKING_TOKEN,
    MLFLOW_TRACKING_USERNAME,
)

_TIMEOUT_S: Final = 120
#: Locations of which the server itself reads and writes the files.
_PROXIED: Final = "mlflow-artifacts"
#: The store of a program that only opens locations of artifacts.
_NO_STORE: Final = "memory://"


class RunArtifacts(Protocol):
    """The artifacts of one run."""

    def find(self, path: ArtifactPath) -> Sequence[ArtifactInfo]:
        """What is directly in a directory."""

    def fetch(self, path: ArtifactPath, target: Path) -> Path:
        """Copy a file or directory into the local directory `target`; where it is now."""

    def put(self, source: Path, path: ArtifactPath) -> None:
        """Store a local file as the file `path`, or what is in a local directory in the directory `path`."""


def is_server(tracking_uri: str) -> bool:
    """Whether a tracking URI is the address of a server."""
    return scheme_of(tracking_uri) in ("http", "https")


def artifacts_of(tracking_uri: str, run_id: str) -> RunArtifacts:
    """
    The artifacts of a run of the server at `tracking_uri`.

    Raises:
        MlflowException: What the server answers; TEMPORARILY_UNAVAILABLE: it cannot be reached.
    """
    base = tracking_uri.rstrip("/")
    with _answer(Request(f"{base}/api/2.0/mlflow/runs/get?{urlencode({'run_id': run_id})}")) as response:  # noqa: S310
        location = str(json.load(response)["run"]["info"]["artifact_uri"])
    if scheme_of(location) != _PROXIED:
        return _Direct(location)
    place = urlsplit(location)
    server = f"{scheme_of(base)}://{place.netloc}" if place.netloc else base
    return _Proxied(f"{server}/api/2.0/mlflow-artifacts/artifacts", artifact_path(place.path.lstrip("/")))


@attrs.frozen
class _Direct:
    """Files that this machine reads and writes itself, at a location of any kind."""

    location: str

    @translating_errors
    def find(self, path: ArtifactPath) -> Sequence[ArtifactInfo]:
        return session.artifacts_for(_NO_STORE).find_below(self.location, path.text)

    @translating_errors
    def fetch(self, path: ArtifactPath, target: Path) -> Path:
        return session.artifacts_for(_NO_STORE).download_below(self.location, path.text, target)

    @translating_errors
    def put(self, source: Path, path: ArtifactPath) -> None:
        session.artifacts_for(_NO_STORE).log_below(self.location, source, path.text)


@attrs.frozen
class _Proxied:
    """Files that pass through the server: `url` is that of its artifacts, `root` that of the run's below it."""

    url: str
    root: ArtifactPath

    def find(self, path: ArtifactPath) -> Sequence[ArtifactInfo]:
        query = urlencode({"path": (self.root / path.text).text})
        with _answer(Request(f"{self.url}?{query}")) as response:  # noqa: S310
            rows = json.load(response).get("files", [])
        return [self._info(path, row) for row in rows]

    def _info(self, above: ArtifactPath, row: dict[str, Any]) -> ArtifactInfo:
        path = above / str(row["path"]).rpartition("/")[2]  # a server must not choose where files are written here
        return ArtifactInfo(path.text, bool(row.get("is_dir")), row.get("file_size"))

    def fetch(self, path: ArtifactPath, target: Path) -> Path:
        place = target / path.name
        children = self.find(path)
        if not children and path.text:
            self._download(path, place)
            return place
        place.mkdir(parents=True, exist_ok=True)
        for child in children:
            below = artifact_path(child.path)
            if child.is_dir:
                self.fetch(below, place)
            else:
                self._download(below, place / below.name)
        return place

    def _download(self, path: ArtifactPath, place: Path) -> None:
        with _answer(Request(self._file(path))) as response:  # noqa: S310
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as file:
                shutil.copyfileobj(response, file)

    def put(self, source: Path, path: ArtifactPath) -> None:
        if source.is_dir():
            for each in sorted(source.iterdir()):
                self.put(each, path / each.name)
            return
        with source.open("rb") as file:
            headers = {"Content-Length": str(source.stat().st_size), "Content-Type": "application/octet-stream"}
            request = Request(self._file(path), data=file, headers=headers, method="PUT")  # noqa: S310
            with _answer(request):
                return

    def _file(self, path: ArtifactPath) -> str:
        return f"{self.url}/{quote((self.root / path.text).text)}"


def _credentials() -> str | None:
    """Who asks, as the header says it."""
    user, password, token = MLFLOW_TRACKING_USERNAME.get(), MLFLOW_TRACKING_PASSWORD.get(), MLFLOW_TRACKING_TOKEN.get()
    if user and password:
        return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
    return f"Bearer {token}" if token else None


@contextmanager
def _answer(request: Request) -> Iterator[BinaryIO]:
    credentials = _credentials()
    if credentials is not None:
        request.add_unredirected_header("Authorization", credentials)
    try:
        with urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310 - of http and https only
            yield response
    except HTTPError as error:
        with error:
            raise _refusal(error) from error
    except URLError as error:
        message = f"The server {redacted(request.full_url)} cannot be reached: {error.reason}"
        raise MlflowException(message, "TEMPORARILY_UNAVAILABLE") from error


def _refusal(error: HTTPError) -> MlflowException:
    """What a server answers, in its words if they are MLflow's."""
    try:
        body = json.loads(error.read())
        return MlflowException(str(body["message"]), str(body["error_code"]))
    except (ValueError, LookupError, TypeError):
        code = "RESOURCE_DOES_NOT_EXIST" if error.code == 404 else "INTERNAL_ERROR"
        return MlflowException(f"The server answered {error.code} {error.reason}.", code)
