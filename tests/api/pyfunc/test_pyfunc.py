"""Models that users write, and models as functions."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("cloudpickle")

from genesis_flow.models import ModelSignature, infer_signature
from genesis_flow.types import ColSpec, ParamSchema, ParamSpec, Schema

import genesis_flow as mlflow
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.domain.values.manifests import write_manifest
from tests.api.stores import forget_own_models

FRAME = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
TRUSTED: dict[str, Any] = {"allow_unsafe_deserialization": True}

CODE = """
import mlflow
from mlflow.models import ModelConfig, set_model

class Model(mlflow.pyfunc.PythonModel):
    def __init__(self):
        self.f = ModelConfig(development_config={"f": 1}).get("f")

    def predict(self, context, model_input):
        return [self.f] * len(model_input)

set_model(Model())
"""


class Lengths(mlflow.pyfunc.PythonModel):
    """Says how long its file is, times what it is told."""

    def load_context(self, context: Any) -> None:
        """Read the file."""
        self.text = Path(context.artifacts["text"]).read_text()

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        """As often as there are rows."""
        return [len(self.text) * (params or {}).get("times", 1)] * len(model_input)


class Plain(mlflow.pyfunc.PythonModel):
    """Gives back what it is given."""

    def predict(self, model_input: Any, params: Any = None) -> Any:
        """The input and the params."""
        return model_input, params


class Streaming(mlflow.pyfunc.PythonModel):
    """Speaks piece by piece."""

    def predict(self, context: Any, model_input: Any) -> Any:
        """All at once."""
        return list(model_input)

    def predict_stream(self, context: Any, model_input: Any, params: Any = None) -> Iterator[Any]:
        """Letter by letter."""
        yield from model_input


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A file of five letters."""
    path = tmp_path / "text.txt"
    path.write_text("hello")
    return path


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A file of code that is a model, made for MLflow."""
    path = tmp_path / "model_code.py"
    path.write_text(CODE)
    return path


def loaded(path: Path, **options: Any) -> mlflow.pyfunc.PyFuncModel:
    """A model, trusted."""
    return mlflow.pyfunc.load_model(str(path), **TRUSTED, **options)


def test_a_class_with_files(tmp_path: Path, text: Path) -> None:
    """Its files and configuration come with it; what it is told reaches it."""
    signature = infer_signature(FRAME, [1], params={"times": 2})
    files = {"text": str(text)}
    mlflow.pyfunc.save_model(
        tmp_path / "m", python_model=Lengths(), artifacts=files, model_config={"k": 1}, signature=signature
    )
    text.unlink()
    model = loaded(tmp_path / "m")

    assert [10, 10] == model.predict(FRAME)
    assert [15, 15] == model.predict(FRAME, params={"times": 3, "unknown": 1})
    assert "Lengths" == type(model.unwrap_python_model()).__name__
    assert {"k": 1} == model.model_config
    assert "mlflow.pyfunc.model" == model.loader_module


def test_a_class_is_not_loaded_without_trust(tmp_path: Path, text: Path) -> None:
    """Its pickle holds code."""
    mlflow.pyfunc.save_model(tmp_path / "m", python_model=Lengths(), artifacts={"text": str(text)})
    forget_own_models()

    with pytest.raises(MlflowException, match="not trusted") as caught:
        mlflow.pyfunc.load_model(str(tmp_path / "m"))
    assert "INVALID_PARAMETER_VALUE" == caught.value.error_code


def test_a_file_of_code(tmp_path: Path, code: Path) -> None:
    """It is run once it is trusted, with the configuration of the model, and `mlflow` means this package."""
    mlflow.pyfunc.save_model(tmp_path / "m", python_model=str(code), model_config={"f": 7})
    forget_own_models()

    with pytest.raises(MlflowException, match=r"model_code\.py.*allow_unsafe_deserialization=True"):
        mlflow.pyfunc.load_model(str(tmp_path / "m"))
    assert [7, 7] == loaded(tmp_path / "m").predict(FRAME)
    assert [8, 8] == loaded(tmp_path / "m", model_config={"f": 8}).predict(FRAME)
    assert not any(name.partition(".")[0] == "mlflow" for name in sys.modules)
    assert not list((tmp_path / "m").rglob("__pycache__"))


@pytest.mark.parametrize(
    ("content", "message"),
    [("x = 1", "set_model"), ("1 / 0", "ZeroDivisionError"), ("import there_is_no_such", "there_is_no_such"),
     ("def (", "SyntaxError"), ("from mlflow.models import set_model\nset_model(1)", "Model should either be")],
)  # fmt: skip
def test_code_that_is_no_model_is_refused(tmp_path: Path, content: str, message: str) -> None:
    """When it is saved; nothing is left behind."""
    path = tmp_path / "bad.py"
    path.write_text(content)

    with pytest.raises(MlflowException, match=message):
        mlflow.pyfunc.save_model(tmp_path / "m", python_model=str(path))
    assert not (tmp_path / "m").exists()


def test_a_module_that_loads(tmp_path: Path, text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code and data come with the model; it runs once it is trusted."""
    module = tmp_path / "loader_of_mine.py"
    module.write_text(
        "from pathlib import Path\n"
        "class M:\n    def __init__(self, t): self.t = t\n"
        "    def predict(self, x, params=None): return [self.t] * len(x)\n"
        "def _load_pyfunc(path): return M(Path(path).read_text())\n"
    )
    mlflow.pyfunc.save_model(
        tmp_path / "m", loader_module="loader_of_mine", data_path=str(text), code_paths=[str(module)]
    )
    module.unlink()
    forget_own_models()

    with pytest.raises(MlflowException, match=r"code.*loader_of_mine"):
        mlflow.pyfunc.load_model(str(tmp_path / "m"))
    model = loaded(tmp_path / "m")
    assert ["hello"] * 2 == model.predict(FRAME)
    with pytest.raises(MlflowException, match="Unable to retrieve base model"):
        model.unwrap_python_model()
    with pytest.raises(NotImplementedError):
        model.get_raw_model()


@pytest.mark.parametrize("module", ["os", "mlflow.tensorflow", "there.is.no.such", "subprocess"])
def test_other_loader_modules_are_refused(tmp_path: Path, text: Path, module: str) -> None:
    """Unless they are trusted; and then they have to load models."""
    mlflow.pyfunc.save_model(tmp_path / "m", loader_module=module, data_path=str(text))
    forget_own_models()

    with pytest.raises(MlflowException, match="allow_unsafe_deserialization=True"):
        mlflow.pyfunc.load_model(str(tmp_path / "m"))
    with pytest.raises(MlflowException) as caught:
        loaded(tmp_path / "m")
    assert caught.value.error_code in ("DATA_LOSS", "NOT_IMPLEMENTED")


def test_what_its_record_names_cannot_lie_outside(tmp_path: Path, text: Path) -> None:
    """Artifacts, data, code and pickles: not even of a trusted model."""
    mlflow.pyfunc.save_model(tmp_path / "m", python_model=Lengths(), artifacts={"text": str(text)})
    record = tmp_path / "m" / "MLmodel"
    original = record.read_text()
    for old in ("artifacts/text.txt", "python_model.pkl"):
        record.write_text(original.replace(f": {old}", ": ../text.txt"))
        write_manifest(tmp_path / "m")
        with pytest.raises(MlflowException, match="path of a model's file"):
            loaded(tmp_path / "m")


def test_a_function(tmp_path: Path) -> None:
    """Its type hints are its signature, and its data are checked by them."""

    def shout(model_input: list[str]) -> list[str]:
        return [each.upper() for each in model_input]

    mlflow.pyfunc.save_model(tmp_path / "m", python_model=shout)
    model = loaded(tmp_path / "m")

    assert Schema([ColSpec("string")]) == model.metadata.get_input_schema() == model.metadata.get_output_schema()
    assert ["A"] == model.predict(["a"])
    assert ["X", "Y"] == model.predict(pd.DataFrame({"c": ["x", "y"]}))
    with pytest.raises(MlflowException, match="type hint"):
        model.predict([1])


def test_classes_of_pydantic_as_hints(tmp_path: Path) -> None:
    """Dicts become models before the function sees them."""
    pydantic = pytest.importorskip("pydantic")
    message = pydantic.create_model("Message", role=(str, ...), times=(int, 2))

    class Repeating(mlflow.pyfunc.PythonModel):
        def predict(self, model_input: Any) -> Any:
            return [each.role * each.times for each in model_input]

    Repeating.predict.__wrapped__.__annotations__["model_input"] = list[message]  # type: ignore[attr-defined, valid-type]
    model = Repeating()

    assert ["aa", "b"] == model.predict([{"role": "a"}, {"role": "b", "times": 1}])
    with pytest.raises(MlflowException, match="type hint"):
        model.predict([{"times": 1}])


@pytest.mark.parametrize("compression", ["lzma", "bzip2", "gzip"])
def test_pickles_can_be_compressed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compression: str) -> None:
    """In the ways that MLflow knows."""
    monkeypatch.setenv("MLFLOW_LOG_MODEL_COMPRESSION", compression)
    mlflow.pyfunc.save_model(tmp_path / "m", python_model=Plain())

    assert compression == loaded(tmp_path / "m").metadata.flavors["python_function"]["python_model_compression"]
    assert ([1], None) == loaded(tmp_path / "m").predict([1])


def test_an_unknown_compression_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which there are."""
    monkeypatch.setenv("MLFLOW_LOG_MODEL_COMPRESSION", "zip")
    with pytest.raises(MlflowException, match="lzma"):
        mlflow.pyfunc.save_model(tmp_path / "m", python_model=Plain())


@pytest.mark.parametrize(
    "data",
    [FRAME, np.eye(2), {"a": [1]}, [1, 2], "text", 1, None, {"a": np.eye(2)}],
    ids=["frame", "array", "dict", "list", "text", "number", "nothing", "arrays"],
)
def test_without_a_signature_data_stay_as_they_are(tmp_path: Path, data: Any) -> None:
    """Whatever they are."""
    mlflow.pyfunc.save_model(tmp_path / "m", python_model=Plain())
    found, params = loaded(tmp_path / "m").predict(data)

    assert type(data) is type(found)
    assert str(data) == str(found)
    assert params is None


def test_data_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    """With MLflow's code and beginning."""
    mlflow.pyfunc.save_model(tmp_path / "m", python_model=Plain(), signature=infer_signature(FRAME))

    with pytest.raises(MlflowException, match=r"(?s)^Failed to enforce schema of data .*missing inputs") as caught:
        loaded(tmp_path / "m").predict(pd.DataFrame({"a": [1.0]}))
    assert "INVALID_PARAMETER_VALUE" == caught.value.error_code


def test_params_are_checked(tmp_path: Path) -> None:
    """Defaults where nothing is told, and nothing that loses anything."""
    params = ParamSchema([ParamSpec("n", "long", 1), ParamSpec("names", "string", ["a"], (-1,))])
    mlflow.pyfunc.save_model(tmp_path / "m", python_model=Plain(), signature=ModelSignature(params=params))
    model = loaded(tmp_path / "m")

    assert {"n": 1, "names": ["a"]} == model.predict([1])[1]
    assert {"n": 2, "names": ["b"]} == model.predict([1], params={"n": 2, "names": ["b"]})[1]
    with pytest.raises(MlflowException, match="Invalid parameters found"):
        model.predict([1], params={"n": 1.5})


def test_predictions_piece_by_piece(tmp_path: Path) -> None:
    """Where the class can; one that cannot says so."""
    mlflow.pyfunc.save_model(tmp_path / "s", python_model=Streaming())
    mlflow.pyfunc.save_model(tmp_path / "p", python_model=Plain())

    assert ["a", "b"] == list(loaded(tmp_path / "s").predict_stream("ab"))
    with pytest.raises(MlflowException, match="does not support predict_stream"):
        loaded(tmp_path / "p").predict_stream("ab")


@pytest.mark.parametrize(
    "options",
    [{}, {"python_model": 1}, {"python_model": "gone.py"}, {"python_model": lambda a, b: a}, {"artifacts": {"a": "b"}},
     {"python_model": Plain(), "loader_module": "x"}, {"python_model": Plain(), "infer_code_paths": True},
     {"python_model": Plain(), "uv_project_path": "x"}, {"python_model": Plain(), "model_config": 1}],
    ids=lambda options: "-".join(options) or "nothing",
)  # fmt: skip
def test_wrong_arguments_are_refused(tmp_path: Path, options: dict[str, Any]) -> None:
    """Before anything is written."""
    with pytest.raises(MlflowException) as caught:
        mlflow.pyfunc.save_model(tmp_path / "m", **options)
    assert "INVALID_PARAMETER_VALUE" == caught.value.error_code
    assert not (tmp_path / "m").exists()


def test_a_model_of_a_script_loads_elsewhere(tmp_path: Path) -> None:
    """A class of `__main__` is pickled with its code, and refers to MLflow's names only."""
    script = tmp_path / "script.py"
    script.write_text(
        "import genesis_flow as mlflow\n"
        "class P(mlflow.pyfunc.PythonModel):\n"
        "    def predict(self, context, model_input): return [mlflow.pyfunc.__name__] * len(model_input)\n"
        f"mlflow.pyfunc.save_model({str(tmp_path / 'm')!r}, python_model=P())\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, str(script)], check=True, env=env)

    assert b"genesis_flow" not in (tmp_path / "m" / "python_model.pkl").read_bytes()
    assert ["genesis_flow.api.pyfunc"] * 2 == loaded(tmp_path / "m").predict(FRAME)


def test_models_with_modules_of_one_name_do_not_mix(tmp_path: Path) -> None:
    """Whichever is loaded last gets its own; equal code is copied once."""
    for answer in (1, 2):
        (tmp_path / str(answer)).mkdir()
        module = tmp_path / str(answer) / "same_name.py"
        module.write_text(
            f"class M:\n    def predict(self, x): return {answer}\ndef _load_pyfunc(path): return M()\n"
        )
        mlflow.pyfunc.save_model(tmp_path / f"m{answer}", loader_module="same_name", code_paths=[str(module)])
    before = len(sys.path)

    assert [1, 2, 1, 1, 2] == [loaded(tmp_path / f"m{answer}").predict(None) for answer in (1, 2, 1, 1, 2)]
    assert before + 2 == len(sys.path)


def test_functions_may_import_mlflow_when_they_are_called(tmp_path: Path) -> None:
    """It is this package then, too."""

    class Late(mlflow.pyfunc.PythonModel):
        def predict(self, model_input: Any) -> Any:
            import mlflow as found

            return found.__name__

    mlflow.pyfunc.save_model(tmp_path / "m", python_model=Late())

    assert "genesis_flow" == loaded(tmp_path / "m").predict([1])
    assert "mlflow" not in sys.modules


def test_models_load_in_several_threads(tmp_path: Path, code: Path) -> None:
    """The other name of this package is there as long as any of them needs it, and gone afterwards."""
    mlflow.pyfunc.save_model(tmp_path / "m", python_model=str(code))
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(loaded(tmp_path / "m").predict(FRAME))) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert [[1, 1]] * 8 == found
    assert "mlflow" not in sys.modules


def test_notes_are_added_by_hand() -> None:
    """As flavors of others do it."""
    model = mlflow.pyfunc.add_to_model(mlflow.models.Model(), "my.loader", data="data", conda_env="conda.yaml", x=1)

    assert {"loader_module": "my.loader", "data": "data", "env": {"conda": "conda.yaml"}, "x": 1} == {
        key: value for key, value in model.flavors["python_function"].items() if key != "python_version"
    }


def test_what_a_model_needs(tmp_path: Path) -> None:
    """As a file for pip or conda."""
    mlflow.pyfunc.save_model(tmp_path / "m", python_model=Plain(), extra_pip_requirements=["coolname"])

    assert "coolname" in Path(mlflow.pyfunc.get_model_dependencies(str(tmp_path / "m"))).read_text()
    assert mlflow.pyfunc.get_model_dependencies(str(tmp_path / "m"), format="conda").endswith("conda.yaml")
    with pytest.raises(MlflowException, match="Illegal format option"):
        mlflow.pyfunc.get_model_dependencies(str(tmp_path / "m"), format="uv")
    (tmp_path / "m" / "requirements.txt").unlink()
    assert "coolname" in Path(mlflow.pyfunc.get_model_dependencies(str(tmp_path / "m"))).read_text()
