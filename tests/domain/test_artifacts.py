"""Artifacts of runs, through the use cases."""

from __future__ import annotations

import io
from pathlib import Path
from uuid import uuid4

import pytest

from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStores
from genesis_flow.adapters.memory.database import MemoryDatabase
from genesis_flow.adapters.memory.experiments import MemoryExperimentRepository
from genesis_flow.adapters.memory.logged_models import MemoryLoggedModelRepository
from genesis_flow.adapters.memory.runs import MemoryRunRepository
from genesis_flow.domain.entities.artifact import ArtifactInfo
from genesis_flow.domain.errors import AlreadyExists, InvalidInput, NotFound
from genesis_flow.domain.use_cases.artifacts import Artifacts
from genesis_flow.ports.runs import RunRepository
from tests.contracts.artifact_machine import read_tree, write_tree
from tests.contracts.samples import NOW, new_run


@pytest.fixture
def runs() -> MemoryRunRepository:
    """An empty repository of runs."""
    database = MemoryDatabase("memory://unused")
    MemoryExperimentRepository(database)
    return MemoryRunRepository(database)


@pytest.fixture
def artifacts(runs: MemoryRunRepository) -> Artifacts:
    """The use cases on memory."""
    return Artifacts(runs, MemoryLoggedModelRepository(runs._database), FsspecArtifactStores())


@pytest.fixture
def run_id(runs: MemoryRunRepository) -> str:
    """A run with artifacts in memory."""
    run = new_run("0", artifact_uri=f"memory://{uuid4().hex}/artifacts")
    runs.add(run)
    return run.id


def _paths(artifacts: Artifacts, run_id: str, path: str | None = None) -> list[str]:
    return [info.path for info in artifacts.find(run_id, path)]


@pytest.mark.parametrize(("directory", "path"), [(None, "f.txt"), ("", "f.txt"), ("a/b c", "a/b c/f.txt")])
def test_a_file_keeps_its_name(
    artifacts: Artifacts, run_id: str, tmp_path: Path, directory: str | None, path: str
) -> None:
    """A local file goes into the directory under its own name."""
    (tmp_path / "f.txt").write_bytes(b"hi")
    artifacts.log_file(run_id, tmp_path / "f.txt", directory)
    assert b"hi" == artifacts.read_bytes(run_id, path)


def test_a_directory_logged_as_a_file_keeps_its_name(
    artifacts: Artifacts, run_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A local directory goes into the directory as a tree under its own name, however it is spelled."""
    write_tree(tmp_path, {"t/a": b"1", "t/s/b": b"22"})
    monkeypatch.chdir(tmp_path / "t")
    artifacts.log_file(run_id, Path(), "x")
    artifacts.log_file(run_id, tmp_path / "t" / "s")
    assert ["x/t/a", "x/t/s"] == _paths(artifacts, run_id, "x/t")
    assert ["s/b"] == _paths(artifacts, run_id, "s")


def test_a_tree_loses_its_name(artifacts: Artifacts, run_id: str, tmp_path: Path) -> None:
    """The files below a local directory go directly into the directory."""
    write_tree(tmp_path, {"a": b"1", "s/b": b"22"})
    artifacts.log_tree(run_id, tmp_path)
    artifacts.log_tree(run_id, tmp_path, "x")
    assert ["a", "s", "x"] == _paths(artifacts, run_id)
    assert ["x/a", "x/s"] == _paths(artifacts, run_id, "x")


def test_text_bytes_and_streams(artifacts: Artifacts, run_id: str) -> None:
    """Text is stored in UTF-8 with its line ends as they are; bytes and streams as they are."""
    artifacts.log_text(run_id, "é\r\n", "text")
    artifacts.log_bytes(run_id, b"\xff", "d/bytes")
    artifacts.log_stream(run_id, io.BytesIO(b"stream"), "./d//stream")
    assert ["é\r\n".encode(), b"\xff", b"stream"] == [
        artifacts.read_bytes(run_id, path) for path in ("text", "d/bytes", "d/stream")
    ]


@pytest.mark.parametrize(
    "path", ["/abs", "..", "../x", "a/../b", "a/./b", "a//b", "a/", "..a", ".", "file:///x", "C:/x", "a\\b"]
)
def test_directories_that_resolve_to_others_are_refused(
    artifacts: Artifacts, run_id: str, tmp_path: Path, path: str
) -> None:
    """A directory must be in normal form and must not climb, as MLflow has it."""
    (tmp_path / "f").write_bytes(b"")
    for call in (artifacts.log_file, artifacts.log_tree):
        with pytest.raises(InvalidInput, match=r"^Invalid artifact path: '"):
            call(run_id, tmp_path / "f", path)
    assert [] == _paths(artifacts, run_id)


@pytest.mark.parametrize("path", ["/abs", "..", "../x", "a/../../b", "", ".", "./", "%2e%2e/x", "a\nb"])
def test_names_of_files_that_climb_are_refused(artifacts: Artifacts, run_id: str, path: str) -> None:
    """A file needs a name that stays below the run."""
    with pytest.raises(InvalidInput, match=r"^Invalid artifact path: '"):
        artifacts.log_text(run_id, "x", path)
    assert [] == _paths(artifacts, run_id)


@pytest.mark.parametrize("path", ["/abs", "..", "%2e%2e/x"])
def test_paths_that_climb_are_not_read(artifacts: Artifacts, run_id: str, tmp_path: Path, path: str) -> None:
    """Reading, listing, downloading and erasing refuse what climbs."""
    for call in (artifacts.open, artifacts.find, artifacts.remove):
        with pytest.raises(InvalidInput, match=r"^Invalid path: '"):
            call(run_id, path)
    with pytest.raises(InvalidInput):
        artifacts.download(run_id, path, tmp_path)


def test_unknown_runs_are_not_found(artifacts: Artifacts, tmp_path: Path) -> None:
    """Without the run there are no artifacts to read or write."""
    (tmp_path / "f").write_bytes(b"")
    calls = (
        lambda: artifacts.log_file("nope", tmp_path / "f"),
        lambda: artifacts.log_tree("nope", tmp_path),
        lambda: artifacts.log_text("nope", "x", "f"),
        lambda: artifacts.find("nope"),
        lambda: artifacts.open("nope", "f"),
        lambda: artifacts.download("nope", None, tmp_path),
        lambda: artifacts.remove("nope"),
        lambda: artifacts.download_at("runs:/nope/f", tmp_path),
    )
    for call in calls:
        with pytest.raises(NotFound) as caught:
            call()
        assert ("run", "nope") == (caught.value.entity, caught.value.key)


def test_missing_local_files_are_not_found(artifacts: Artifacts, run_id: str, tmp_path: Path) -> None:
    """A local file or directory that is missing is an error, not an empty success."""
    for call in (artifacts.log_file, artifacts.log_tree):
        with pytest.raises(NotFound, match=str(tmp_path / "nope")):
            call(run_id, tmp_path / "nope")


def test_deleted_runs_keep_and_take_artifacts(artifacts: Artifacts, runs: RunRepository, run_id: str) -> None:
    """As in MLflow, deleting a run does not touch its artifacts, nor forbid new ones."""
    artifacts.log_text(run_id, "1", "before")
    runs.remove(run_id, at=NOW)
    artifacts.log_text(run_id, "2", "after")
    assert ["after", "before"] == _paths(artifacts, run_id)


def test_downloads_keep_the_last_name(artifacts: Artifacts, run_id: str, tmp_path: Path) -> None:
    """A file or directory arrives under its last name, the whole run in the target itself."""
    artifacts.log_text(run_id, "1", "d/s/a")
    assert tmp_path / "1" / "a" == artifacts.download(run_id, "d/s/a", tmp_path / "1")
    assert tmp_path / "2" / "s" == artifacts.download(run_id, "d/s/", tmp_path / "2")
    assert tmp_path / "3" == artifacts.download(run_id, None, tmp_path / "3")
    assert {"1/a": b"1", "2/s/a": b"1", "3/d/s/a": b"1"} == read_tree(tmp_path)


def test_removing(artifacts: Artifacts, run_id: str) -> None:
    """A file, a directory, or everything is erased."""
    for path in ("a", "d/b", "d/c", "e"):
        artifacts.log_text(run_id, "", path)
    artifacts.remove(run_id, "d/b")
    artifacts.remove(run_id, "e")
    assert ["a", "d"] == _paths(artifacts, run_id)
    artifacts.remove(run_id)
    assert [] == _paths(artifacts, run_id)


def test_uris_of_runs(artifacts: Artifacts, run_id: str, tmp_path: Path) -> None:
    """`runs:/<run_id>/<path>` names an artifact of a run, each character of the path as it is."""
    artifacts.log_text(run_id, "1", "d/a%20#?b")
    uri = f"runs:/{run_id}/d/a%20#?b"
    assert b"1" == artifacts.read_bytes_at(uri)
    assert tmp_path / "a%20#?b" == artifacts.download_at(uri, tmp_path)
    assert ["d/a%20#?b"] == [info.path for info in artifacts.find_at(f"runs:/{run_id}/d/")]
    for whole in (f"runs:/{run_id}", f"runs:/{run_id}/"):
        assert ["d"] == [info.path for info in artifacts.find_at(whole)]
    assert artifacts.local_path_at(uri) is None


@pytest.mark.parametrize("uri", ["runs:", "runs:/", "runs://x/y", "runs:x/y", "runs:///x"])
def test_improper_uris_of_runs(artifacts: Artifacts, uri: str) -> None:
    """A URI of a run needs the run."""
    with pytest.raises(InvalidInput, match=f"^Not a proper runs:/ URI: {uri}. Runs URIs must be of the form"):
        artifacts.find_at(uri)


def test_a_run_uri_cannot_climb(artifacts: Artifacts, run_id: str) -> None:
    """The path in a URI of a run stays below the run."""
    with pytest.raises(InvalidInput):
        artifacts.read_bytes_at(f"runs:/{run_id}/../x")


def test_uris_of_stores(artifacts: Artifacts, tmp_path: Path) -> None:
    """URIs and paths of stores name artifacts without a run; local ones have a place of their own."""
    write_tree(tmp_path, {"x y/a": b"1", "x y/d/b": b"22"})
    for uri in (f"{tmp_path}/x y", f"file://{tmp_path}/x%20y"):
        assert [ArtifactInfo("x y/a", False, 1), ArtifactInfo("x y/d", True, None)] == list(
            artifacts.find_at(uri)
        )
        assert ["a", "d"] == [info.path for info in artifacts.find_at(f"{uri}/")]
        assert b"22" == artifacts.read_bytes_at(f"{uri}/d/b")
        assert tmp_path / "x y" / "d" == artifacts.local_path_at(f"{uri}/d")
    assert tmp_path / "out" / "d" == artifacts.download_at(f"{tmp_path}/x y/d", tmp_path / "out")


def test_a_file_is_no_directory(artifacts: Artifacts, run_id: str) -> None:
    """What is stored below a file is refused, with the path."""
    artifacts.log_text(run_id, "", "a")
    with pytest.raises(AlreadyExists, match="a/b' cannot be written"):
        artifacts.log_text(run_id, "", "a/b")
