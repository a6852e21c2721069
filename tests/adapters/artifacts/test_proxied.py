"""Where `mlflow-artifacts:` locations are for the server that serves them, and for who reads beside it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

import genesis_flow as mlflow
from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStores
from genesis_flow.adapters.artifacts.proxied import ProxiedArtifactStores
from genesis_flow.domain.errors import InvalidInput, UntrustedContent
from genesis_flow.domain.values.paths import ROOT, artifact_path


@pytest.fixture
def stores(tmp_path: Path) -> ProxiedArtifactStores:
    """Those of a server whose destination is a local directory."""
    return ProxiedArtifactStores(FsspecArtifactStores(), str(tmp_path / "destination"))


@pytest.mark.parametrize("uri", ["mlflow-artifacts:/1/r", "mlflow-artifacts:1/r", "mlflow-artifacts:/1//r/."])
def test_below_the_destination(stores: ProxiedArtifactStores, tmp_path: Path, uri: str) -> None:
    """The path of a location counts from the destination."""
    stores.open(uri).put_stream(io.BytesIO(b"x"), artifact_path("f"))
    assert b"x" == (tmp_path / "destination/1/r/f").read_bytes()


def test_files_by_their_uris(stores: ProxiedArtifactStores) -> None:
    """A URI names a file in its directory, or all that is served."""
    store, path = stores.locate("mlflow-artifacts:/1/f")
    store.put_stream(io.BytesIO(b"x"), path)
    assert "f" == path.text
    top, path = stores.locate("mlflow-artifacts:/")
    assert (ROOT, ["1"]) == (path, [each.path for each in top.find(path)])


def test_other_locations_stay_as_they_are(stores: ProxiedArtifactStores, tmp_path: Path) -> None:
    """Other schemes are served as without a destination."""
    stores.open(str(tmp_path / "other")).put_stream(io.BytesIO(b"x"), artifact_path("f"))
    assert b"x" == (tmp_path / "other/f").read_bytes()


@pytest.mark.parametrize(
    "uri",
    ["mlflow-artifacts://host/1", "mlflow-artifacts:/../x", "mlflow-artifacts:/%2e%2e/x", "mlflow-artifacts:/a\\b"],
)
def test_what_is_not_below_it(stores: ProxiedArtifactStores, uri: str) -> None:
    """Another server, and what would climb, is refused."""
    for ask in (stores.open, stores.locate):
        with pytest.raises(InvalidInput):
            ask(uri)


def test_a_root_behind_a_link(stores: ProxiedArtifactStores, tmp_path: Path) -> None:
    """A root is not followed out of the destination, as little as a file."""
    (tmp_path / "destination").mkdir()
    (tmp_path / "destination/link").symlink_to(tmp_path)
    with pytest.raises(UntrustedContent):
        stores.open("mlflow-artifacts:/link/root")


def test_beside_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that uses the store of a server directly reads its files if it knows where they are."""
    uri = f"sqlite:///{tmp_path}/store.db"
    client = mlflow.MlflowClient(uri)
    run_id = client.create_run(client.create_experiment("e", "mlflow-artifacts:/1")).info.run_id
    with pytest.raises(mlflow.MlflowException, match="mlflow-artifacts"):
        client.list_artifacts(run_id)
    (tmp_path / f"files a%20b/1/{run_id}/artifacts").mkdir(parents=True)
    (tmp_path / f"files a%20b/1/{run_id}/artifacts/f").write_text("x")
    monkeypatch.setenv("MLFLOW_ARTIFACTS_DESTINATION", (tmp_path / "files a%20b").as_uri())
    beside = mlflow.MlflowClient(f"{uri}?beside")
    assert ["f"] == [file.path for file in beside.list_artifacts(run_id)]
