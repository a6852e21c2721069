"""Models are logged, registered, verified and refused on MongoDB as on the embedded store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

pytest.importorskip("skops")

from genesis_flow.models import Model
from sklearn.linear_model import LinearRegression

import genesis_flow as mlflow
from genesis_flow.api import session
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.exceptions import MlflowException
from tests.services.mongodb import database_uri

pytestmark = pytest.mark.mongodb

FRAME = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [0.5, 1.0, 0.2]})
MODEL = LinearRegression().fit(FRAME, [1.0, 2.0, 3.0])
EXPECTED = MODEL.predict(FRAME).tolist()


@pytest.fixture
def experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A new experiment on the server, with artifacts in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    session.reset()
    session.set_tracking_uri(database_uri("models"))
    created = mlflow.create_experiment(str(tmp_path), artifact_location=str(tmp_path / "artifacts"))
    mlflow.set_experiment(experiment_id=created)
    yield created
    session.reset()


def test_a_model_is_logged_registered_and_loaded(experiment: str, tmp_path: Path) -> None:
    """Linked to its run, by every URI, and refused once its files are others."""
    name = f"m-{tmp_path.name}"
    with mlflow.start_run() as run:
        mlflow.log_metric("loss", 0.5, step=2)
        info = mlflow.sklearn.log_model(MODEL, name="m", step=2, registered_model_name=name, input_example=FRAME)
    MlflowClient().set_registered_model_alias(name, "best", "1")
    model = mlflow.get_logged_model(info.model_id or "")
    uris = [info.model_uri, f"runs:/{run.info.run_id}/m", f"models:/{name}/1", f"models:/{name}@best"]

    assert [EXPECTED] * 4 == [mlflow.sklearn.load_model(uri).predict(FRAME).tolist() for uri in uris]
    assert [("loss", 0.5)] == [(each.key, each.value) for each in model.metrics or ()]
    Path(model.artifact_location.removeprefix("file://"), "model.skops").write_bytes(b"evil")
    for uri in uris:
        with pytest.raises(MlflowException, match="was changed"):
            mlflow.sklearn.load_model(uri)


def test_a_failure_leaves_a_failed_model(experiment: str) -> None:
    """And no version."""

    def save_model(path: str, mlflow_model: Model) -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        Model.log(None, SimpleNamespace(save_model=save_model), "never", name="m")

    assert ["FAILED"] == [each.status.value for each in MlflowClient().search_logged_models([experiment])]
    assert [] == mlflow.search_registered_models(filter_string="name = 'never'")
