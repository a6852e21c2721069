"""`genesis_flow.artifacts`; expected values are what MLflow 3.17.2 answers, where not said otherwise."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import PIL.Image
import pytest

from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStores
from genesis_flow.adapters.memory.database import MemoryDatabase
from genesis_flow.adapters.memory.experiments import MemoryExperimentRepository
from genesis_flow.adapters.memory.logged_models import MemoryLoggedModelRepository
from genesis_flow.adapters.memory.runs import MemoryRunRepository
from genesis_flow.api import artifacts as api
from genesis_flow.api.entities import FileInfo
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.domain.use_cases.artifacts import Artifacts
from tests.contracts.artifact_machine import read_tree
from tests.contracts.samples import new_run

RUN_ID = "a" * 32


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Artifacts:
    """The use cases that the functions find, with one run and some artifacts of it."""
    database = MemoryDatabase("memory://unused")
    MemoryExperimentRepository(database)
    runs = MemoryRunRepository(database)
    runs.add(new_run("0", id=RUN_ID, artifact_uri=f"memory://{uuid4().hex}/artifacts"))
    artifacts = Artifacts(runs, MemoryLoggedModelRepository(database), FsspecArtifactStores())
    monkeypatch.setattr(api, "artifacts_for", lambda uri=None: artifacts)
    artifacts.log_text(RUN_ID, "hi\r\nyou", "f.txt")
    artifacts.log_text(RUN_ID, '{"a": [1, null]}', "t/s/d.json")
    artifacts.log_bytes(RUN_ID, b"\xff\xfe", "bin")
    return artifacts


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Exactly one of `run_id` or `artifact_uri` must be specified"),
        ({"artifact_uri": "x", "run_id": "y"}, "Exactly one of `run_id` or `artifact_uri` must be specified"),
        (
            {"artifact_uri": "x", "artifact_path": "y"},
            "`artifact_path` cannot be specified if `artifact_uri` is specified",
        ),
    ],
)
def test_a_run_or_a_uri_is_needed(store: Artifacts, given: dict[str, Any], message: str) -> None:
    """Artifacts are named by a URI, or by a run and a path."""
    for call in (api.download_artifacts, api.list_artifacts):
        with pytest.raises(MlflowException, match=message) as caught:
            call(**given)
        assert "INVALID_PARAMETER_VALUE" == caught.value.error_code


@pytest.mark.parametrize(
    ("given", "place", "files"),
    [
        ({"run_id": RUN_ID, "artifact_path": "t/s"}, "s", ["d.json"]),
        ({"run_id": RUN_ID}, "", ["bin", "f.txt", "t/s/d.json"]),
        ({"run_id": RUN_ID, "artifact_path": ""}, "", ["bin", "f.txt", "t/s/d.json"]),
        ({"artifact_uri": f"runs:/{RUN_ID}/t"}, "t", ["s/d.json"]),
        ({"artifact_uri": f"runs:/{RUN_ID}/"}, "", ["bin", "f.txt", "t/s/d.json"]),
    ],
)
def test_downloads_keep_the_last_name(
    store: Artifacts, tmp_path: Path, given: dict[str, str], place: str, files: list[str]
) -> None:
    """A directory arrives below `dst_path`, which is made, under its last name."""
    found = api.download_artifacts(**given, dst_path=str(tmp_path / "new"))
    assert str(tmp_path / "new" / place) == found
    assert files == sorted(read_tree(Path(found)))


def test_downloads_need_no_directory(
    store: Artifacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without `dst_path` each download has a new directory of its own."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    places = [Path(api.download_artifacts(run_id=RUN_ID, artifact_path="f.txt")) for _ in range(2)]
    assert ["f.txt", "f.txt"] == [place.name for place in places]
    assert 2 == len({place.parent for place in places})
    assert [b"hi\r\nyou"] * 2 == [place.read_bytes() for place in places]


def test_local_artifacts_are_not_copied(store: Artifacts, tmp_path: Path) -> None:
    """What a URI or path names on this machine is used where it is, unless `dst_path` is given."""
    (tmp_path / "a b").write_text("1")
    for uri in (str(tmp_path / "a b"), (tmp_path / "a b").as_uri()):
        assert str(tmp_path / "a b") == api.download_artifacts(uri)
        assert str(tmp_path / "x" / "a b") == api.download_artifacts(uri, dst_path=str(tmp_path / "x"))


def test_lists(store: Artifacts, tmp_path: Path) -> None:
    """Directories are listed by run or URI; paths are relative to the run, or to what is above the last name."""
    top = [FileInfo("bin", False, 2), FileInfo("f.txt", False, 7), FileInfo("t", True, None)]
    below = [FileInfo("t/s", True, None)]
    assert top == api.list_artifacts(run_id=RUN_ID)
    assert top == api.list_artifacts(f"runs:/{RUN_ID}")
    assert below == api.list_artifacts(run_id=RUN_ID, artifact_path="t")
    assert below == api.list_artifacts(f"runs:/{RUN_ID}/t/")
    assert [] == api.list_artifacts(run_id=RUN_ID, artifact_path="f.txt")
    assert [] == api.list_artifacts(run_id=RUN_ID, artifact_path="nope")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a").write_text("1")
    assert [FileInfo("d/a", False, 1)] == api.list_artifacts(str(tmp_path / "d"))
    assert [FileInfo("a", False, 1)] == api.list_artifacts(str(tmp_path / "d") + "/")


def test_loading(store: Artifacts) -> None:
    """Texts and JSON are read into memory; line ends become `\\n`."""
    assert "hi\nyou" == api.load_text(f"runs:/{RUN_ID}/f.txt")
    assert {"a": [1, None]} == api.load_dict(f"runs:/{RUN_ID}/t/s/d.json")


def test_loading_images(store: Artifacts) -> None:
    """Images are read whole."""
    file = io.BytesIO()
    PIL.Image.new("RGB", (3, 2), (1, 2, 3)).save(file, format="PNG")
    store.log_bytes(RUN_ID, file.getvalue(), "i.png")
    image = api.load_image(f"runs:/{RUN_ID}/i.png")
    assert ("PNG", (3, 2), (1, 2, 3)) == (image.format, image.size, image.getpixel((0, 0)))


@pytest.mark.parametrize(
    ("load", "name", "message"),
    [
        (api.load_text, "bin", f"Artifact 'runs:/{RUN_ID}/bin' is not valid UTF-8"),
        (api.load_dict, "bin", f"Artifact 'runs:/{RUN_ID}/bin' is not valid UTF-8"),
        (api.load_dict, "f.txt", "Unable to form a JSON object from file content"),
        (api.load_dict, "deep", "Unable to form a JSON object from file content"),
        (api.load_image, "f.txt", "Unable to form a PIL Image object from file content"),
        (api.load_image, "half.png", "Unable to form a PIL Image object from file content"),
    ],
)
def test_what_cannot_be_loaded(store: Artifacts, load: Any, name: str, message: str) -> None:
    """Content of another kind is BAD_REQUEST."""
    file = io.BytesIO()
    PIL.Image.effect_noise((64, 64), 50).save(file, format="PNG")
    store.log_bytes(RUN_ID, file.getvalue()[:500], "half.png")
    store.log_text(RUN_ID, "[" * 100_000, "deep")
    with pytest.raises(MlflowException, match=message) as caught:
        load(f"runs:/{RUN_ID}/{name}")
    assert "BAD_REQUEST" == caught.value.error_code


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        (f"runs:/{RUN_ID}/nope", "RESOURCE_DOES_NOT_EXIST"),
        (f"runs:/{RUN_ID}/t", "RESOURCE_DOES_NOT_EXIST"),
        ("runs:/nope/x", "RESOURCE_DOES_NOT_EXIST"),
        (f"runs:/{RUN_ID}/../x", "INVALID_PARAMETER_VALUE"),
        (f"runs://{RUN_ID}/x", "INVALID_PARAMETER_VALUE"),
        ("ftp://b/x", "INVALID_PARAMETER_VALUE"),
    ],
)
def test_errors_have_the_codes_of_mlflow(store: Artifacts, tmp_path: Path, uri: str, code: str) -> None:
    """What is missing and what is malformed are told apart by code, whoever asks."""
    for load in (api.load_text, api.load_dict, api.load_image):
        with pytest.raises(MlflowException) as caught:
            load(uri)
        assert code == caught.value.error_code
    if not uri.endswith("/t"):
        with pytest.raises(MlflowException) as caught:
            api.download_artifacts(uri, dst_path=str(tmp_path))
        assert code == caught.value.error_code
