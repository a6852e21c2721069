"""Logged models as versions of registered models: named by URIs, verified, and never half registered."""

from __future__ import annotations

import json
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


def test_a_logged_model_is_registered_by_every_uri(uri: str) -> None:
    """By its id, by its run, and by a version that it has already; each says which logged model and run it is."""
    with mlflow.start_run() as run:
        info = mlflow.sklearn.log_model(MODELS[0], name="m")
    run_id, source = run.info.run_id, f"models:/{info.model_id}"
    made = [
        mlflow.register_model(each, name)
        for each, name in ((source, "a"), (f"runs:/{run_id}/m", "b"), ("models:/a/1", "c"))
    ]

    assert [source, source, "models:/a/1"] == [each.source for each in made]
    assert [info.model_id] * 3 == [each.model_id for each in made]
    assert [run_id, run_id] == [each.run_id for each in made[:2]]
    assert [predictions(info.model_uri)] * 3 == [predictions(f"models:/{name}/1") for name in "abc"]
    noted = json.loads(mlflow.get_logged_model(info.model_id or "").tags["mlflow.modelVersions"])
    assert [("a", 1), ("b", 1), ("c", 1)] == [(each["name"], each["version"]) for each in noted]


def test_what_is_not_there_is_not_registered(uri: str) -> None:
    """And leaves no registered model without versions."""
    with mlflow.start_run() as run:
        pass
    for missing, code in (
        ("models:/m-" + "0" * 32, "RESOURCE_DOES_NOT_EXIST"), (f"runs:/{run.info.run_id}/m", "NOT_FOUND"),
        ("models:/gone/1", "RESOURCE_DOES_NOT_EXIST"),
    ):  # fmt: skip
        with pytest.raises(MlflowException) as caught:
            mlflow.register_model(missing, "new")
        assert code == caught.value.error_code
    assert [] == mlflow.search_registered_models()


def test_autologging_registers(uri: str) -> None:
    """Every model that is fitted is the next version of `registered_model_name`, and its run's."""
    mlflow.sklearn.autolog(registered_model_name="auto", log_input_examples=True)
    try:
        for factor in (1, 5):
            with mlflow.start_run() as run:
                LinearRegression().fit(FRAME, np.array([1.0, 2.0, 3.0]) * factor)
    finally:
        mlflow.sklearn.autolog(disable=True)
    newest = MlflowClient().get_model_version("auto", "2")

    assert run.info.run_id == newest.run_id
    assert ["READY", "READY"] == [each.status.value for each in MlflowClient().search_logged_models(["0"])]
    assert [model.predict(FRAME).round(6).tolist() for model in MODELS] == [
        mlflow.sklearn.load_model(f"models:/auto/{number}").predict(FRAME).round(6).tolist() for number in (1, 2)
    ]
