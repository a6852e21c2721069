"""Logged models as versions of registered models: named by URIs, verified, and never half registered."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("skops")
pytest.importorskip("genesis_flow.api.fluent.registry")

from genesis_flow.models import Model
from sklearn.linear_model import LinearRegression

import genesis_flow as mlflow
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.exceptions import MlflowException

FRAME = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [0.5, 1.0, 0.2]})
MODELS = [LinearRegression().fit(FRAME, np.array([1.0, 2.0, 3.0]) * factor) for factor in (1, 5)]


def predictions(uri: str) -> list[float]:
    """What the model at a URI predicts."""
    found: list[float] = mlflow.sklearn.load_model(uri).predict(FRAME).tolist()
    return found


def test_every_uri_of_a_version_loads_it(uri: str) -> None:
    """By number, alias, stage, and as the latest; natively and as a function."""
    for model in MODELS:
        info = mlflow.sklearn.log_model(model, name="m", registered_model_name="r", tags={"k": "v"})
    client = MlflowClient()
    client.set_registered_model_alias("r", "best", "1")
    client.transition_model_version_stage("r", "1", "Production")
    first, second = (model.predict(FRAME).tolist() for model in MODELS)

    assert 2 == info.registered_model_version
    assert "v" == client.get_model_version("r", "2").tags["k"]
    assert [first] * 3 == [predictions(f"models:/r{end}") for end in ("/1", "@best", "/Production")]
    assert [second] * 2 == [predictions(f"models:/r{end}") for end in ("/2", "/latest")]
    assert first == mlflow.pyfunc.load_model("models:/r@best").predict(FRAME).tolist()
    assert info.model_id == mlflow.models.get_model_info("models:/r/2").model_id


def test_versions_are_verified(uri: str) -> None:
    """Files that were replaced are refused by every URI."""
    info = mlflow.sklearn.log_model(MODELS[0], name="m", registered_model_name="r")
    other = mlflow.sklearn.log_model(MODELS[1], name="o")
    copy = mlflow.artifacts.download_artifacts(other.model_uri, dst_path=str(Path.cwd() / "copy"))
    MlflowClient().log_model_artifacts(info.model_id or "", copy)

    with pytest.raises(MlflowException, match="not those that were logged"):
        predictions("models:/r/1")


def test_a_failed_model_has_no_version(uri: str) -> None:
    """Nothing is registered before everything is stored."""

    def save_model(path: str, mlflow_model: Model) -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        Model.log(None, SimpleNamespace(save_model=save_model), "r", name="m")

    assert [] == mlflow.search_registered_models()


def test_a_version_that_is_not_there_is_not_found(uri: str) -> None:
    """With the registry's error."""
    for missing in ("models:/gone/1", "models:/gone@best", "models:/gone/latest"):
        with pytest.raises(MlflowException):
            predictions(missing)
