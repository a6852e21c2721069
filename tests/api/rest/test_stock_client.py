"""The real MLflow client against `genesis-flow server`, on every store that a server is run on."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.api.rest.conftest import server
from tests.api.stores import DURABLE_STORES, store_uri
from tests.services.stock import stock_python

pytestmark = pytest.mark.stock

SCRIPT = Path(__file__).with_name("stock_client.py")


@pytest.fixture(scope="module", params=DURABLE_STORES)
def answers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the client got, one call after the other, from a server on an empty store."""
    python, directory = stock_python(), tmp_path_factory.mktemp("server")
    with server(store_uri(request.param, directory), directory) as address:
        done = subprocess.run(
            [str(python), str(SCRIPT), address],
            cwd=directory, capture_output=True, text=True, timeout=300, check=False,
            env={"HOME": str(directory), "PATH": "/usr/bin:/bin", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"},
        )  # fmt: skip
    assert 0 == done.returncode, done.stderr[-3_000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_experiments(answers: Any) -> None:
    """Experiments are created, read, tagged, renamed, found in pages, deleted and restored."""
    expected = {
        "id": "1",
        "made": ["first", "s3://bucket/first", {"team": "ä"}, "active", "int"],
        "found": [["renamed", {"team": "ä", "added": "1"}]],
        "pages": [["second", "renamed"], ["Default"], False],
        "deleted": ["deleted", ["renamed"]],
        "restored": "active",
        "unknown": None,
    }
    assert expected == answers["experiments"]


def test_runs(answers: Any) -> None:
    """Runs are created, named, ended, found in pages, deleted and restored."""
    expected = {
        "info": ["named", "FAILED", 123, 999, "ann", "active"],
        "pages": [["named"], ["two"]],
        "found": ["named"],
        "deleted": ["named"],
        "restored": "active",
    }
    assert expected == answers["runs"]


def test_logging(answers: Any) -> None:
    """Metrics (NaN, infinities and 63-bit steps among them), params, tags and datasets arrive as they were sent."""
    expected = {
        "params": {"alpha": "ä", "empty": "", "beta": "2"},
        "tags": {"kept": "yes", "batch": "b"},
        "latest": [True, True, 999.0],
        "history": [["0.5", 10, -1], ["nan", 11, 2]],
        "exact": [[2**53 + 1, 2**62 + 1]],
        "many": True,
        "none": [],
        "dataset": ["digits", "d1", "{}", "train"],
    }
    assert expected == answers["logging"]


def test_artifacts(answers: Any) -> None:
    """Files and directories are sent, listed and got by way of the server, wherever it keeps them."""
    sizes = [["all", True, None], ["dict.json", False, 29], ["single", True, None], ["text.txt", False, 4]]
    expected = {
        "where": "mlflow-artifacts:/HERE/artifacts",
        "top": sizes,
        "below": ["all/sub/zwei ü.bin"],
        "file": [],
        "taken": [["one.txt", "sub/zwei ü.bin"], 3_000_000],
        "text": "text",
        "dict": {"a": [1, 2]},
        "missing": "MlflowException",
    }
    assert expected == answers["artifacts"]


def test_registry(answers: Any) -> None:
    """Models and versions are registered, described, tagged, staged, aliased, copied, found in pages and deleted."""
    expected = {
        "one": ["1", "None", "READY", "v1", {"n": "1"}],
        "moved": ["Staging", "Archived", "described", {"n": "1"}, ["champion"]],
        "model": ["other", {"team": "a", "kept": "1"}, {"champion": "1"}],
        "latest": [["Archived", "1"], ["Staging", "2"]],
        "alias": "1",
        "uri": ["s3://bucket/two", "models:/model/1"],
        "found": ["1", "2"],
        "pages": [["copy"], ["model"], False],
        "left": ["2"],
    }
    assert expected == answers["registry"]


def test_logged_models(answers: Any) -> None:
    """Models are logged with params in several requests, tags, files and metrics on datasets, and found by them."""
    expected = {
        "made": ["first", "PENDING", "tree", True, 150],
        "ready": ["READY", {"team": "ä", "added": "2"}, True],
        "metrics": [["acc", 0.5, 3, "test"]],
        "run": [[True], [[True, 3]]],
        "found": ["first"],
        "pages": [["first"], ["second"]],
        "files": ["MLmodel"],
        "text": "flavors: {}",
        "deleted": "RESOURCE_DOES_NOT_EXIST",
        "history": [["old", {"sklearn": {"code": None}}]],
    }
    assert expected == answers["logged_models"]


def test_traces(answers: Any) -> None:
    """A program that traces itself goes on, and finds no traces."""
    assert {"found": [], "one": "RESOURCE_DOES_NOT_EXIST"} == answers["traces"]


def test_prompts(answers: Any) -> None:
    """Prompts are registered, loaded, tagged, aliased and found, and are no registered models."""
    expected = {
        "one": [1, "Hello Ann", "first", {"lang": "en"}],
        "two": [2, [{"role": "system", "content": "Be kind"}, {"role": "user", "content": "Why?"}]],
        "live": 1,
        "unaliased": "INVALID_PARAMETER_VALUE",
        "tags": [{"lang": "en", "_mlflow_experiment_ids": ",0,", "owner": "ann"}, {"kind": "short"}],
        "found": ["greeting"],
        "versions": [2, 1],
        "hidden": [],
        "taken": "RESOURCE_ALREADY_EXISTS",
    }
    assert expected == answers["prompts"]


def test_errors(answers: Any) -> None:
    """The client raises MLflow's codes for what is refused."""
    expected = {
        "experiment": "RESOURCE_DOES_NOT_EXIST",
        "taken": "RESOURCE_ALREADY_EXISTS",
        "run": "RESOURCE_DOES_NOT_EXIST",
        "filter": "INVALID_PARAMETER_VALUE",
        "key": "INVALID_PARAMETER_VALUE",
        "param": "INVALID_PARAMETER_VALUE",
        "tag": "RESOURCE_DOES_NOT_EXIST",
        "model": "RESOURCE_DOES_NOT_EXIST",
        "alias": "INVALID_PARAMETER_VALUE",
        "source": "INVALID_PARAMETER_VALUE",
    }
    assert expected == {name: code for name, (code, _) in answers["errors"].items()}
    assert f"RESOURCE_DOES_NOT_EXIST: Run with id={'0' * 32} not found" == answers["errors"]["run"][1]


def test_fluent(answers: Any) -> None:
    """MLflow's fluent API works on the server, nested runs and data frames of runs included."""
    expected = {"is_child": True, "rows": [True, ["two"]], "status": ["FINISHED"]}
    assert expected == answers["fluent"]
