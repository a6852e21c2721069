"""MLflow's functions for artifacts, on Azure Blob Storage."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from genesis_flow.exceptions import MlflowException

import genesis_flow as mlflow
from genesis_flow.api.fluent.doctor import checkup
from genesis_flow.ports.diagnosis import Health
from tests.adapters.artifacts import azure
from tests.services import azure_blobs, certificates


@pytest.fixture(scope="module")
def container_name() -> Iterator[str]:
    """The name of an empty container."""
    with azure.container("api") as client:
        yield str(client.container_name)


@pytest.fixture
def root(memory: str, container_name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The artifact root in force, as stock MLflow writes it."""
    uri = f"wasbs://{container_name}@{azure_blobs.EMULATOR_ACCOUNT}.blob.core.windows.net/root"
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azure_blobs.required_connection_string())
    monkeypatch.setenv("MLFLOW_DEFAULT_ARTIFACT_ROOT", uri)
    mlflow.set_tracking_uri(memory)
    return uri


def test_artifacts_go_where_the_root_says(root: str, tmp_path: Path) -> None:
    """Logging, listing, loading and downloading work as on a local disk, and the URI of the run is the root's."""
    (tmp_path / "f.txt").write_text("file")
    with mlflow.start_run() as run:
        mlflow.log_text("text", "d/t.txt")
        mlflow.log_dict({"a": 1}, "d.json")
        mlflow.log_artifact(str(tmp_path / "f.txt"), "d")
    uri = run.info.artifact_uri
    assert f"{root}/0/{run.info.run_id}/artifacts" == uri
    assert ["d", "d.json"] == [each.path for each in mlflow.artifacts.list_artifacts(run_id=run.info.run_id)]
    assert ["d/f.txt", "d/t.txt"] == [each.path for each in mlflow.artifacts.list_artifacts(f"{uri}/d")]
    assert "text" == mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/d/t.txt")
    assert {"a": 1} == mlflow.artifacts.load_dict(f"{uri}/d.json")
    place = mlflow.artifacts.download_artifacts(f"{uri}/d", dst_path=str(tmp_path / "out"))
    assert {"f.txt": "file", "t.txt": "text"} == {each.name: each.read_text() for each in Path(place).iterdir()}


def test_a_link_is_had_by_run_or_uri(root: str) -> None:
    """The same file, without credentials."""
    with mlflow.start_run() as run:
        mlflow.log_text("text", "d/t.txt")
    links = [
        mlflow.artifacts.get_download_url(run_id=run.info.run_id, artifact_path="d/t.txt"),
        mlflow.artifacts.get_download_url(f"runs:/{run.info.run_id}/d/t.txt", expiration=60),
        mlflow.artifacts.get_download_url(f"{run.info.artifact_uri}/d/t.txt"),
    ]
    for link in links:
        with urllib.request.urlopen(link) as answer:
            assert b"text" == answer.read()


def test_doctor_names_an_expired_certificate(memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps artifacts from their storage is a finding that says what to do."""
    expired = certificates.self_signed(tmp_path, from_days=-30, to_days=-1)
    with certificates.https_server(expired) as (url, received):
        text = f"AccountName=account;AccountKey=aHVudGVyMg==;BlobEndpoint={url}/account"
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", text)
        monkeypatch.setenv("SSL_CERT_FILE", str(expired))
        monkeypatch.setenv("MLFLOW_DEFAULT_ARTIFACT_ROOT", "azure://data/root")
        found = {each.check: each for each in checkup("memory://").findings}["artifact root"]
    assert (Health.BROKEN, []) == (found.health, received)
    assert "was not accepted: certificate has expired. Nothing was sent. Renew it" in found.detail
    assert "aHVudGVyMg" not in found.detail


@pytest.mark.parametrize("expiration", [0, -1, 604_801, 1.5, True, "60"])
def test_links_work_for_a_week_at_most(root: str, expiration: int) -> None:
    """Other times are refused."""
    with mlflow.start_run() as run:
        mlflow.log_text("text", "t.txt")
    with pytest.raises(MlflowException, match="A link works for 1 to 604800 seconds") as caught:
        mlflow.artifacts.get_download_url(run_id=run.info.run_id, artifact_path="t.txt", expiration=expiration)
    assert "INVALID_PARAMETER_VALUE" == caught.value.error_code


def test_a_local_file_has_no_link(memory: str) -> None:
    """The error says what it would take."""
    with mlflow.start_run() as run:
        mlflow.log_text("text", "t.txt")
    with pytest.raises(MlflowException, match="object storage") as caught:
        mlflow.artifacts.get_download_url(run_id=run.info.run_id, artifact_path="t.txt")
    assert "NOT_IMPLEMENTED" == caught.value.error_code


@pytest.mark.parametrize(
    "location",
    [
        "wasbs://data@acc.blob.core.windows.net/a?sv=2024&sig=hunter2", "azure://data/a?sig=hunter2",
        "s3://user:hunter2@bucket/a", "https://acc.blob.core.windows.net/data?SIG=hunter2",
        "s3://bucket/a?X-Amz-Signature=hunter2",
    ],
)  # fmt: skip
def test_locations_with_secrets_are_not_stored(memory: str, location: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signature in a location would be shown to everyone who may read runs; it is refused and not repeated."""
    with pytest.raises(MlflowException, match="holds a signature or a password") as caught:
        mlflow.create_experiment("secret", artifact_location=location)
    assert "hunter2" not in str(caught.value)
    assert None is mlflow.get_experiment_by_name("secret")
    monkeypatch.setenv("MLFLOW_DEFAULT_ARTIFACT_ROOT", location)
    mlflow.set_tracking_uri("sqlite:///other.db")
    with pytest.raises(MlflowException, match="holds a signature or a password") as caught:
        mlflow.create_experiment("other")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(("uri", "extra"), [("azure://data/a", "azure"), ("s3://data/a", "s3"), ("gs://data/a", "gcs")])
def test_a_missing_package_names_its_extra(memory: str, uri: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the driver the error says how to get it."""
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MlflowException, match=rf"genesis-flow\[{extra}\]"):
        mlflow.artifacts.list_artifacts(uri)
