"""What a server of a model would be sent: tried when the model is logged, and later."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("skops")

from genesis_flow.models import Model, infer_signature
from genesis_flow.models.model import ENV_VAR_FILE_NAME
from genesis_flow.pyfunc.context import Context, get_prediction_context, set_prediction_context
from sklearn.linear_model import LinearRegression

import genesis_flow as mlflow
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.serving import answer, parsed_csv, parsed_json
from tests.api.stores import forget_own_models

FRAME = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [0.5, 1.0, 0.2]})
MODEL = LinearRegression().fit(FRAME, [1.0, 2.0, 3.0])
EXPECTED = MODEL.predict(FRAME).tolist()


class Reading(mlflow.pyfunc.PythonModel):
    """Reads variables, some of which are not there, and answers what it was given."""

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        """What was given."""
        os.environ.get("TEST_API_KEY")
        os.getenv("TEST_API_TOKEN")
        os.environ.get("MISSING_API_KEY")
        assert os.environ["TEST_OTHER"]
        return model_input


class Failing(mlflow.pyfunc.PythonModel):
    """Cannot predict."""

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        """Fail."""
        raise ValueError("cannot predict")


class Asking(mlflow.pyfunc.PythonModel):
    """Answers what is known of the prediction."""

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        """Who asked, and which model answers."""
        known = get_prediction_context()
        return None if known is None else (known.request_id, known.model_id)


def files_of(info: Any) -> Path:
    """Where the files of a logged model are."""
    return Path(mlflow.artifacts.download_artifacts(info.model_uri))


def test_variables_that_give_access_are_noted(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their names, as MLflow notes them, in a file and in `MLmodel`; never their values; and the files are sealed."""
    for name in ("TEST_API_KEY", "TEST_API_TOKEN", "TEST_OTHER"):
        monkeypatch.setenv(name, "s3cret")
    info = mlflow.pyfunc.log_model(name="m", python_model=Reading(), input_example=FRAME)
    files = files_of(info)

    assert ["TEST_API_KEY", "TEST_API_TOKEN"] == info.env_vars == Model.load(str(files)).env_vars
    assert (
        "# This file records environment variable names that are used during model inference.\n"
        "# They might need to be set when creating a serving endpoint from this model.\n"
        "# Note: it is not guaranteed that all environment variables listed here are required\n"
        "TEST_API_KEY\nTEST_API_TOKEN\n"
    ) == (files / ENV_VAR_FILE_NAME).read_text()
    assert not any(b"s3cret" in each.read_bytes() for each in files.rglob("*") if each.is_file())
    loaded = mlflow.pyfunc.load_model(info.model_uri, allow_unsafe_deserialization=True)
    assert FRAME.equals(loaded.predict(FRAME))


def test_noting_variables_can_be_switched_off(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By MLflow's own variable; nothing is noted without an example either."""
    monkeypatch.setenv("TEST_API_KEY", "s3cret")
    monkeypatch.setenv("TEST_OTHER", "x")
    without = mlflow.pyfunc.log_model(name="m", python_model=Reading())
    monkeypatch.setenv("MLFLOW_RECORD_ENV_VARS_IN_MODEL_LOGGING", "false")
    off = mlflow.pyfunc.log_model(name="m", python_model=Reading(), input_example=FRAME)

    assert [False, False] == [(files_of(info) / ENV_VAR_FILE_NAME).exists() for info in (without, off)]
    assert "__getitem__" == type(os.environ).__getitem__.__name__


def test_an_example_that_fails_is_said(memory: str, caplog: pytest.LogCaptureFixture) -> None:
    """The model is logged all the same, and is READY."""
    with caplog.at_level(logging.WARNING):
        info = mlflow.pyfunc.log_model(
            name="m", python_model=Failing(), input_example=FRAME, signature=infer_signature(FRAME)
        )
    (said,) = [each.getMessage() for each in caplog.records if "serving input example" in each.getMessage()]

    assert said.startswith('Failed to validate serving input example {\n  "dataframe_split": {\n    "columns": [\n')
    assert said.endswith("Got error: cannot predict")
    assert "READY" == mlflow.get_logged_model(info.model_id or "").status.value
    assert not any("by pickle itself" in each.getMessage() for each in caplog.records)


def test_an_example_that_works_says_nothing(memory: str, caplog: pytest.LogCaptureFixture) -> None:
    """Neither of a model of scikit-learn nor of one that a user wrote."""
    mlflow.sklearn.log_model(MODEL, name="m", input_example=FRAME)
    mlflow.pyfunc.log_model(name="m", python_model=Asking(), input_example=FRAME, signature=infer_signature(FRAME))

    assert [] == [each.getMessage() for each in caplog.records if "example" in each.getMessage()]


SENT: list[tuple[Any, list[float]]] = [
    ({"dataframe_split": FRAME.to_dict(orient="split")}, EXPECTED),
    ({"dataframe_records": FRAME.to_dict(orient="records")}, EXPECTED),
    ({"inputs": FRAME.to_dict(orient="list")}, EXPECTED),
    ({"instances": FRAME.to_dict(orient="records")}, EXPECTED),
    (json.dumps({"instances": FRAME.to_dict(orient="records")}), EXPECTED),
]


@pytest.mark.parametrize("sent", range(len(SENT)))
def test_every_form_of_a_request_is_understood(memory: str, sent: int) -> None:
    """Frames by rows or by columns, and plain inputs, as text or parsed."""
    info = mlflow.sklearn.log_model(MODEL, name="m", signature=infer_signature(FRAME, EXPECTED))
    given, expected = SENT[sent]

    assert expected == list(mlflow.models.validate_serving_input(info.model_uri, given))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("[1, 2]", "Received a list"),
        ("{", "Ensure that input is a valid JSON formatted string"),
        ("3", "Received unexpected input type"),
        ("{}", "exactly one of the input fields"),
        ({"inputs": [1], "instances": [1]}, "exactly one of the input fields"),
        ({"dataframe_split": [1]}, "Dataframe split format must be a dictionary. Got list."),
        ({"dataframe_split": {"columns": []}}, "must have 'data' field"),
        ({"dataframe_records": {}}, "must be a list of records. Got dictionary."),
        ({"instances": [{"a": 1}, {"b": 1}, {"b": 2}]}, "length of values"),
        ({"dataframe_split": {"columns": ["a"], "data": [[1, 2]]}}, "valid JSON-formatted string"),
    ],
)
def test_what_is_no_request_is_refused(given: Any, words: str) -> None:
    """With MLflow's code and words."""
    with pytest.raises(MlflowException, match=r"^(Invalid input|The input must be)") as caught:
        parsed_json(given)
    assert ("BAD_REQUEST", True) == (caught.value.error_code, words in caught.value.message)


def test_conversations_are_passed_on() -> None:
    """What the schema of params names is a param, the rest is data; the answer is not wrapped."""
    signature = infer_signature("x", params={"temperature": 0.5})
    sent = parsed_json({"messages": [1], "temperature": 1.0, "n": 2}, signature)

    assert ({"messages": [1], "n": 2}, {"temperature": 1.0}, True) == (sent.data, sent.params, sent.is_chat)
    assert '{"a": 1}' == answer({"a": 1}, is_chat=True)


def test_what_is_predicted_is_answered_as_json() -> None:
    """Frames and series as records, arrays as lists, times as ISO has them, bytes in base 64."""
    assert {"predictions": [{"a": 1.5}]} == json.loads(answer(pd.DataFrame({"a": [1.5]})))
    assert {"predictions": [{"0": 1}]} == json.loads(answer(pd.Series([1])))
    assert {"predictions": [[1], "2020-01-02T00:00:00", "YQ==\n"]} == json.loads(
        answer([np.array([1]), pd.Timestamp("2020-01-02"), b"a"])
    )
    with pytest.raises(TypeError, match="object is not JSON"):
        answer([object()])


def test_a_file_of_values_becomes_a_frame(tmp_path: Path) -> None:
    """With the types that the schema says."""
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    schema = infer_signature(pd.DataFrame({"a": [1.0], "b": ["x"]})).inputs

    assert [(1.0, "2")] == list(parsed_csv(tmp_path / "x.csv", schema).data.itertuples(index=False, name=None))
    with pytest.raises(MlflowException, match="Failed to parse input as a Pandas DataFrame"):
        parsed_csv(tmp_path / "missing.csv")


def test_a_stored_model_predicts_in_a_process_of_its_own(memory: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Also one of a store that only this process sees; the answer is a server's."""
    info = mlflow.sklearn.log_model(MODEL, name="m", input_example=FRAME, registered_model_name="r")
    mlflow.models.predict("models:/r/1", input_data=FRAME, env_manager="local")
    mlflow.models.predict(
        info.model_uri, input_data=FRAME, content_type="csv", env_manager="local", output_path="out.json"
    )

    assert {"predictions": EXPECTED} == json.loads(capfd.readouterr().out)
    assert {"predictions": EXPECTED} == json.loads(Path("out.json").read_text())
    with pytest.raises(MlflowException, match=r"failed with code 1: .*Model is missing inputs"):
        mlflow.models.predict(info.model_uri, input_data={"x": [1]}, env_manager="local")


def test_predicting_needs_trust_as_loading_does(memory: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A pickle is loaded only where the caller allows it."""
    info = mlflow.pyfunc.log_model(name="m", python_model=lambda model_input: ["ok"])
    forget_own_models()
    with pytest.raises(MlflowException, match="failed with code 1"):
        mlflow.models.predict(info.model_uri, input_data=FRAME, env_manager="local")
    with pytest.raises(MlflowException, match="allow_unsafe_deserialization"):
        mlflow.models.validate_serving_input(info.model_uri, {"inputs": [1]})
    capfd.readouterr()
    mlflow.models.predict(
        info.model_uri, input_data=FRAME, env_manager="local", allow_unsafe_deserialization=True
    )  # fmt: skip
    assert {"predictions": ["ok"]} == json.loads(capfd.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "No environments are built"),
        ({"env_manager": "uv"}, "env_manager='uv' is not supported"),
        ({"env_manager": "local", "content_type": "xml"}, "Content type must be one of json or csv."),
        ({"env_manager": "local", "extra_envs": {"A": "b"}}, "Extra environment variables are only supported"),
        ({"env_manager": "local", "input_path": "x"}, "Both input_data and input_path are provided"),
        ({"env_manager": "local", "install_mlflow": True}, "leave them out"),
        ({"env_manager": "other"}, "Invalid value for `env_manager`: other"),
        ({"env_manager": "local", "content_type": "csv", "input_data": 3}, "when content type is 'csv'"),
        ({"env_manager": "local", "content_type": "csv", "input_data": ""}, "Failed to deserialize input string"),
        ({"env_manager": "local", "input_data": object()}, "Invalid input data"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(memory: str, arguments: dict[str, Any], words: str) -> None:
    """Before anything runs."""
    info = mlflow.sklearn.log_model(MODEL, name="m")
    with pytest.raises(MlflowException) as caught:
        mlflow.models.predict(info.model_uri, **{"input_data": FRAME, **arguments})
    assert ("INVALID_PARAMETER_VALUE", True) == (caught.value.error_code, words in caught.value.message)


def test_a_model_knows_of_its_prediction(memory: str) -> None:
    """Who asked, if that is said; which logged model answers; and nothing afterwards."""
    info = mlflow.pyfunc.log_model(name="m", python_model=Asking())
    model = mlflow.pyfunc.load_model(info.model_uri, allow_unsafe_deserialization=True)
    with set_prediction_context(Context(request_id="r", unknown=1)):
        assert ("r", info.model_id) == model.predict(FRAME)

    assert (None, info.model_id) == model.predict(FRAME)
    assert get_prediction_context() is None
    with pytest.raises(AttributeError, match="no attribute named 'x'"):
        Context().update(x=1)
    with pytest.raises(TypeError, match="instance of Context"), set_prediction_context(3):  # type: ignore[arg-type]
        pass
