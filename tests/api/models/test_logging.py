"""Logging a model: what is stored, linked and loaded, and what is left when something fails."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("skops")

from genesis_flow.models import Model, infer_signature
from sklearn.linear_model import LinearRegression

import genesis_flow as mlflow
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import LoggedModelStatus
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.domain.values.manifests import MANIFEST_FILE, MANIFEST_TAG

FRAME = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [0.5, 1.0, 0.2]})
MODEL = LinearRegression().fit(FRAME, [1.0, 2.0, 3.0])
EXPECTED = MODEL.predict(FRAME).tolist()


def predictions(uri: str) -> list[float]:
    """What the model at a URI predicts."""
    found: list[float] = mlflow.sklearn.load_model(uri).predict(FRAME).tolist()
    return found


def statuses() -> list[str]:
    """Those of all logged models."""
    return [model.status.value for model in MlflowClient().search_logged_models(["0"])]


def test_a_model_is_logged_without_a_run(uri: str) -> None:
    """No run is made for it; it is READY, and loads by its URI and by where its files are."""
    info = mlflow.sklearn.log_model(MODEL, name="m", params={"depth": 3}, tags={"k": "v"}, model_type="linear")
    model = mlflow.last_logged_model()

    assert model is not None
    assert [] == list(mlflow.search_runs(output_format="list"))
    assert (info.model_id, LoggedModelStatus.READY, "linear") == (model.model_id, model.status, model.model_type)
    assert ({"depth": "3"}, "v") == (model.params, model.tags["k"])
    assert (f"models:/{model.model_id}", None, "m") == (info.model_uri, info.run_id, info.name)
    assert EXPECTED == predictions(info.model_uri)
    if not uri.startswith("memory"):
        assert EXPECTED == predictions(model.artifact_location)


def test_a_model_of_a_run_is_linked(uri: str) -> None:
    """It is an output of the run at its step, with the run's params, and the run's metrics of that step."""
    with mlflow.start_run() as run:
        mlflow.log_params({"alpha": 1, "depth": 2})
        mlflow.log_metric("loss", 0.5, step=0)
        mlflow.log_metric("loss", 0.25, step=3)
        info = mlflow.sklearn.log_model(MODEL, name="m", step=3, params={"depth": 9, "own": 1})
    found = mlflow.get_run(run.info.run_id)
    model = mlflow.get_logged_model(info.model_id or "")

    assert [(info.model_id, 3)] == [(each.model_id, each.step) for each in found.outputs.model_outputs]
    assert {"alpha": "1", "depth": "2", "own": "1"} == model.params
    assert [("loss", 0.25, 3)] == [(each.key, each.value, each.step) for each in model.metrics or ()]
    assert (run.info.run_id, run.info.run_id) == (model.source_run_id, info.run_id)
    assert EXPECTED == predictions(f"runs:/{run.info.run_id}/m")


def test_what_is_logged_is_sealed(uri: str) -> None:
    """The digest of the files is kept with the model, and files that are others are refused."""
    info = mlflow.sklearn.log_model(MODEL, name="m")
    model = mlflow.get_logged_model(info.model_id or "")
    assert model.tags[MANIFEST_TAG].startswith("sha256:")

    evil = mlflow.sklearn.log_model(LinearRegression().fit(FRAME, [9.0, 9.0, 9.0]), name="evil")
    copy = mlflow.artifacts.download_artifacts(evil.model_uri, dst_path=str(Path.cwd() / "copy"))
    MlflowClient().log_model_artifacts(model.model_id, copy)

    with pytest.raises(MlflowException, match="not those that were logged") as caught:
        mlflow.sklearn.load_model(info.model_uri)
    assert "INVALID_PARAMETER_VALUE" == caught.value.error_code


@pytest.mark.parametrize("failure", [ValueError("broken"), KeyboardInterrupt(), MlflowException("no")])
def test_a_failure_leaves_a_failed_model(uri: str, failure: BaseException) -> None:
    """Whatever goes wrong, also an interrupt: FAILED, without files, and the error is what the user sees."""

    def save_model(path: str, mlflow_model: Model) -> None:
        Path(path).mkdir()
        Path(path, "half").write_text("done")
        raise failure

    with mlflow.start_run(), pytest.raises(type(failure)):
        Model.log(None, SimpleNamespace(save_model=save_model), name="m")
    model = mlflow.last_logged_model()

    assert model is not None
    assert LoggedModelStatus.FAILED == model.status
    assert [] == MlflowClient().list_logged_model_artifacts(model.model_id)


def test_a_failed_upload_leaves_a_failed_model(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that came first are erased again."""
    from genesis_flow.adapters.artifacts.fsspec_store import FsspecArtifactStore

    def put_tree(self: Any, source: Path, path: Any) -> None:
        self.put(source / "MLmodel", path / "MLmodel")
        raise OSError("disk full")

    monkeypatch.setattr(FsspecArtifactStore, "put_tree", put_tree)
    with pytest.raises(OSError, match="disk full"):
        mlflow.sklearn.log_model(MODEL, name="m")

    assert ["FAILED"] == statuses()


def test_a_failed_model_is_not_registered(uri: str) -> None:
    """Nothing is half done: no version of a model that has no files."""

    def save_model(path: str, mlflow_model: Model) -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        Model.log(None, SimpleNamespace(save_model=save_model), "registered", name="m")

    assert ["FAILED"] == statuses()


def test_files_can_come_later(uri: str) -> None:
    """A model that waits for its files gets them by its id."""
    waiting = mlflow.initialize_logged_model(name="w")
    info = mlflow.sklearn.log_model(MODEL, model_id=waiting.model_id)

    assert waiting.model_id == info.model_id
    assert ["READY"] == statuses()
    assert EXPECTED == predictions(info.model_uri)


def test_an_external_model_becomes_one_with_files(uri: str) -> None:
    """Its tag goes when it gets them."""
    external = mlflow.create_external_model(name="e")
    mlflow.sklearn.log_model(MODEL, model_id=external.model_id)

    assert "mlflow.model.isExternal" not in mlflow.get_logged_model(external.model_id).tags


def test_old_and_new_names_exclude_each_other(uri: str) -> None:
    """`artifact_path` is what `name` was called."""
    with pytest.raises(MlflowException, match="Both `artifact_path`"):
        mlflow.sklearn.log_model(MODEL, "a", name="b")
    assert "a" == mlflow.sklearn.log_model(MODEL, "a").name


def test_what_is_known_of_a_model(uri: str) -> None:
    """Without loading it: its record, and the logged model that it is."""
    signature = infer_signature(FRAME, EXPECTED)
    info = mlflow.sklearn.log_model(MODEL, name="m", signature=signature, input_example=FRAME, metadata={"a": [1]})
    found = mlflow.models.get_model_info(info.model_uri)

    assert (signature, {"a": [1]}, "m") == (found.signature, found.metadata, found.name)
    assert info.model_uuid == found.model_uuid == info.model_id
    assert FRAME.equals(Model.load(info.model_uri).load_input_example(info.model_uri))
    assert "dataframe_split" in (Model.load(info.model_uri).get_serving_input(info.model_uri) or "")
    with pytest.raises(MlflowException) as caught:
        mlflow.models.get_model_info("models:/m-" + "0" * 32)
    assert "RESOURCE_DOES_NOT_EXIST" == caught.value.error_code


def test_a_signature_is_changed(uri: str) -> None:
    """And what it needs; files are sealed again, and the model still loads."""
    info = mlflow.sklearn.log_model(MODEL, name="m")
    mlflow.models.set_signature(info.model_uri, infer_signature(FRAME, EXPECTED))
    mlflow.models.update_model_requirements(info.model_uri, "add", ["coolname>=1"])
    mlflow.models.update_model_requirements(info.model_uri, "remove", ["scipy"])
    text = Path(mlflow.pyfunc.get_model_dependencies(info.model_uri)).read_text()

    assert EXPECTED == mlflow.pyfunc.load_model(info.model_uri).predict(FRAME).tolist()
    assert infer_signature(FRAME, EXPECTED) == mlflow.models.get_model_info(info.model_uri).signature
    assert "coolname>=1" in text
    assert "scipy" not in text
    with pytest.raises(MlflowException, match="Unknown operation"):
        mlflow.models.update_model_requirements(info.model_uri, "replace", [])  # type: ignore[arg-type]


def test_versions_of_registered_models_never_change(uri: str) -> None:
    """Their URIs are refused."""
    with pytest.raises(MlflowException, match="read-only"):
        mlflow.models.set_signature("models:/name/1", infer_signature(FRAME))


def test_what_a_run_kept_as_plain_artifacts_is_loaded(uri: str, tmp_path: Path) -> None:
    """As MLflow 2 logged models: below the run, without a logged model."""
    mlflow.sklearn.save_model(MODEL, tmp_path / "m")
    (tmp_path / "m" / MANIFEST_FILE).unlink()
    with mlflow.start_run() as run:
        mlflow.log_artifacts(str(tmp_path / "m"), "old")

    assert EXPECTED == predictions(f"runs:/{run.info.run_id}/old")


def test_a_configuration_becomes_params_of_the_run(uri: str) -> None:
    """Flattened, as far as they are new."""

    class Constant(mlflow.pyfunc.PythonModel):
        def predict(self, context: Any, model_input: Any) -> Any:
            return np.full(len(model_input), context.model_config["a"]["b"])

    with mlflow.start_run() as run:
        mlflow.pyfunc.log_model(name="c", python_model=Constant(), model_config={"a": {"b": 2}, "c": "x"})

    assert {"a/b": "2", "c": "x"} == mlflow.get_run(run.info.run_id).data.params
