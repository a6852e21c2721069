"""The client on the RU tier, chosen by a setting, as on any other store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from genesis_flow import MlflowClient
from genesis_flow.adapters.cosmos.dialect import RU
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.bootstrap import Application, open_application
from genesis_flow.settings import GENESIS_FLOW_MONGODB_DIALECT, settings_for
from tests.adapters.cosmos.opening import drop, ru_server
from tests.services.mongodb import named


@pytest.fixture
def uri(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """The URI of a database on the RU tier, whose host does not say so."""
    monkeypatch.setenv(GENESIS_FLOW_MONGODB_DIALECT.name, RU.name)
    monkeypatch.setenv("MLFLOW_DEFAULT_ARTIFACT_ROOT", str(tmp_path))
    uri = named(ru_server(), "facade")
    yield uri
    drop(MongoDatabase(uri, "memory://root", dialect=RU))


def test_a_run_is_logged_found_and_registered(uri: str) -> None:
    """Logging, searching and registering work on the RU tier as on any other store."""
    client = MlflowClient(uri, uri)
    experiment_id = client.create_experiment("on cosmos")
    ids = []
    for number in range(3):
        run = client.create_run(experiment_id, run_name=f"r{number}")
        client.log_param(run.info.run_id, "model", "tree")
        client.log_metric(run.info.run_id, "acc", number / 10, step=1)
        client.set_terminated(run.info.run_id)
        ids.append(run.info.run_id)
    found = client.search_runs([experiment_id], "params.model = 'tree' AND metrics.acc > 0", order_by=["metrics.acc"])
    assert ids[1:] == [run.info.run_id for run in found]
    client.create_registered_model("m")
    assert 1 == client.create_model_version("m", "s3://bucket/model", ids[0]).version
    client.set_registered_model_alias("m", "best", 1)
    assert ids[0] == client.get_model_version_by_alias("m", "best").run_id
    assert [1] == [version.version for version in client.search_model_versions("name = 'm'", order_by=["name"])]


def test_every_use_case_is_there(uri: str) -> None:
    """An application on the RU tier has every use case, and is well."""
    application: Application = open_application(settings_for(uri))
    application.experiments.get("0")
    assert "Default" == application.experiments.get("0").name
    assert [] == [finding for finding in application.diagnosis.findings() if finding.health.value == "broken"]
    application.close()
