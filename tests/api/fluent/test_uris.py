"""Where things are kept; expected answers are MLflow 3.17.2's, where not said otherwise."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import genesis_flow as mlflow
from genesis_flow.settings import MLFLOW_DEFAULT_ARTIFACT_ROOT, MLFLOW_REGISTRY_URI, MLFLOW_TRACKING_URI
from tests.api.refusals import INVALID, refusal


def test_the_default_is_a_file_in_the_working_directory(fresh: Path) -> None:
    """With its artifacts beside it, and nothing written before it is used."""
    assert (f"sqlite:///{fresh}/genesis.db", False) == (mlflow.get_tracking_uri(), mlflow.is_tracking_uri_set())
    assert [] == os.listdir(fresh)
    with mlflow.start_run() as run:
        mlflow.log_text("x", "a.txt")

    assert ["genesis.db", "genesis_artifacts"] == sorted(
        name for name in os.listdir(fresh) if not name.startswith("genesis.db-")
    )
    assert f"{fresh}/genesis_artifacts/0/{run.info.run_id}/artifacts" == run.info.artifact_uri


@pytest.mark.parametrize("name", ["a b", "a#b", "a?b", "100%25", "ü", "a&b;c"])
def test_working_directories_may_have_any_name(fresh: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The default store lies in it, not beside it."""
    (fresh / name).mkdir()
    monkeypatch.chdir(fresh / name)
    run = mlflow.start_run()
    mlflow.log_text("x", "a.txt")
    mlflow.end_run()

    assert [name] == os.listdir(fresh)
    assert {"genesis.db", "genesis_artifacts"} <= set(os.listdir(fresh / name))
    assert "FINISHED" == mlflow.MlflowClient(mlflow.get_tracking_uri()).get_run(run.info.run_id).info.status


def test_what_was_set_comes_first(fresh: Path) -> None:
    """Then the environment, then the default; setting exports, unsetting forgets."""
    MLFLOW_TRACKING_URI.set("memory://environment")
    assert ("memory://environment", True) == (mlflow.get_tracking_uri(), mlflow.is_tracking_uri_set())
    mlflow.set_tracking_uri("memory://set")
    assert ("memory://set", "memory://set") == (mlflow.get_tracking_uri(), os.environ["MLFLOW_TRACKING_URI"])
    for nothing in ("", None):
        mlflow.set_tracking_uri("memory://set")
        mlflow.set_tracking_uri(nothing)
        assert (False, False) == (mlflow.is_tracking_uri_set(), MLFLOW_TRACKING_URI.is_set())
    MLFLOW_TRACKING_URI.set("")
    assert (False, True) == (mlflow.is_tracking_uri_set(), mlflow.get_tracking_uri().startswith("sqlite:"))


def test_the_registry_is_the_tracking_store_by_default(memory: str) -> None:
    """Set, else of the environment, else the tracking URI."""
    found = [mlflow.get_registry_uri()]
    MLFLOW_REGISTRY_URI.set("memory://e")
    found.append(mlflow.get_registry_uri())
    mlflow.set_registry_uri("memory://r")
    found.append(mlflow.get_registry_uri())
    mlflow.set_registry_uri("")
    found.append(mlflow.get_registry_uri())

    assert ["memory://", "memory://e", "memory://r", "memory://e"] == found


@pytest.mark.parametrize(
    "uri",
    [
        "http://host:5000",
        "databricks",
        "./mlruns",
        "file:///tmp/x",
        "postgresql://h/db",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///a/",
        "sqlite://host/x.db",
        "mongodb://[bad/db",
        "://",
        " ",
        "x",
    ],
)
def test_uris_that_no_store_serves(fresh: Path, uri: str) -> None:
    """The first use says so, and creates no file."""
    mlflow.set_tracking_uri(uri)

    assert INVALID == refusal(mlflow.start_run)[0]
    assert INVALID == refusal(lambda: mlflow.MlflowClient(uri).search_experiments())[0]
    assert [] == os.listdir(fresh)


@pytest.mark.parametrize(
    ("root", "kept"),
    [
        ("rel/a b", "{cwd}/rel/a b/0"),
        ("/abs", "/abs/0"),
        ("file:///abs/a%20b", "file:///abs/a%20b/0"),
        ("file:rel", "file://{cwd}/rel/0"),
        ("s3://bucket/p/", "s3://bucket/p/0"),
        ("abfss://c@a.dfs.core.windows.net/p", "abfss://c@a.dfs.core.windows.net/p/0"),
    ],
)
def test_the_artifact_root(fresh: Path, root: str, kept: str) -> None:
    """MLFLOW_DEFAULT_ARTIFACT_ROOT is a URI, or a path from the working directory; experiments lie below it."""
    MLFLOW_DEFAULT_ARTIFACT_ROOT.set(root)

    assert kept.replace("{cwd}", str(fresh)) == mlflow.get_experiment("0").artifact_location


@pytest.mark.parametrize("root", ["rel/a b", "file:rel/a%20b"])
def test_artifacts_lie_below_a_relative_root(fresh: Path, root: str) -> None:
    """Also after the working directory has changed."""
    MLFLOW_DEFAULT_ARTIFACT_ROOT.set(root)
    mlflow.set_tracking_uri(f"sqlite:///{fresh}/x.db")
    run = mlflow.start_run()
    (fresh / "elsewhere").mkdir()
    os.chdir(fresh / "elsewhere")
    mlflow.log_text("x", "a.txt")

    assert (fresh / "rel" / "a b" / "0" / run.info.run_id / "artifacts" / "a.txt").is_file()
    assert [] == os.listdir(fresh / "elsewhere")


def test_a_store_in_memory_survives_a_change_of_directory(memory: str, fresh: Path) -> None:
    """Its data are in this process, wherever that is."""
    with mlflow.start_run() as run:
        (fresh / "d").mkdir()
        os.chdir(fresh / "d")
        MLFLOW_DEFAULT_ARTIFACT_ROOT.set("/elsewhere")
        mlflow.log_metric("m", 1)

    assert {"m": 1.0} == mlflow.get_run(run.info.run_id).data.metrics


def test_stores_do_not_mix(fresh: Path) -> None:
    """Every URI has experiments of its own, also two in memory."""
    uris = ["memory://a", "memory://b", f"sqlite:///{fresh}/a.db", f"sqlite:///{fresh}/b.db"]
    clients = [mlflow.MlflowClient(uri) for uri in uris]
    for number, client in enumerate(clients):
        client.create_experiment(f"e{number}")

    found = [{experiment.name for experiment in client.search_experiments()} for client in clients]
    assert [{f"e{number}", "Default"} for number in range(4)] == found
