"""
Models that are saved and loaded by MLflow and by us; run with either interpreter.

`python models.py save mlflow DIRECTORY` saves each; `python models.py load mlflow DIRECTORY` prints, by name, what
each predicts, as JSON.
"""

# Without postponed annotations: classes in functions could not be found by their names.
import importlib
import json
import logging
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

MATERIAL = Path(__file__).parent / "material"
FRAME = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [0.5, 1.0, 0.2, 0.1]})
CLASSES = [0, 1, 0, 1]

#: What each model is asked, where that is not the frame.
INPUTS: dict[str, Any] = {
    "sklearn_array": FRAME.to_numpy(),
    "function": ["a", "b"],
    "hints": ["a", "b"],
    "pydantic": [{"role": "a"}, {"role": "b", "times": 1}],
}


def sklearn_models(mlflow: Any, directory: Path) -> None:
    """Estimators in each format, with signatures, examples, params, code and other functions than `predict`."""
    infer_signature = importlib.import_module(f"{mlflow.__name__}.models").infer_signature
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(FRAME, CLASSES)
    signature = infer_signature(FRAME, pipeline.predict(FRAME))
    save = mlflow.sklearn.save_model
    for kind in ("skops", "pickle", "cloudpickle"):
        if kind == "skops" and _has_no_skops(mlflow):
            continue
        save(
            pipeline, directory / f"sklearn_{kind}", serialization_format=kind, signature=signature,
            input_example=FRAME.head(2), metadata={"author": "me"},
        )  # fmt: skip
    save(pipeline, directory / "sklearn_plain")
    save(make_pipeline(StandardScaler(), LogisticRegression()).fit(FRAME.to_numpy(), CLASSES),
         directory / "sklearn_array", input_example=FRAME.to_numpy())  # fmt: skip
    save(LinearRegression().fit(FRAME, CLASSES), directory / "sklearn_params", input_example=(FRAME, {"limit": 1}))
    forest = RandomForestClassifier(3, random_state=0).fit(FRAME, CLASSES)
    trusted = {} if _has_no_skops(mlflow) else {"skops_trusted_types": ["sklearn.tree._tree.Tree"]}
    signature = infer_signature(FRAME)
    save(forest, directory / "sklearn_proba", pyfunc_predict_fn="predict_proba", signature=signature, **trusted)
    save(pipeline, directory / "sklearn_requirements", pip_requirements=["scikit-learn"])
    save(pipeline, directory / "sklearn_extra", extra_pip_requirements=["coolname>=1"])
    save(pipeline, directory / "sklearn_code", code_paths=[str(MATERIAL / "own_loader.py")])


def _has_no_skops(mlflow: Any) -> bool:
    return mlflow.__name__ == "mlflow" and mlflow.__version__.startswith("2.")


def python_models(mlflow: Any, directory: Path) -> None:
    """Models that users write: classes, functions, files of code, modules that load something."""
    import pydantic

    class Length(mlflow.pyfunc.PythonModel):
        def load_context(self, context):
            with open(context.artifacts["text"]) as file:
                self.text = file.read()

        def predict(self, context, model_input, params=None):
            return [len(self.text) * context.model_config["factor"]] * len(model_input)

    class Shouting(mlflow.pyfunc.PythonModel):
        def predict(self, model_input: list[str], params=None) -> list[str]:
            return [each.upper() for each in model_input]

    class Message(pydantic.BaseModel):
        role: str
        times: int = 3

    class Repeating(mlflow.pyfunc.PythonModel):
        def predict(self, model_input: list[Message]) -> list[str]:
            return [each.role * each.times for each in model_input]

    def shout(model_input: list[str]) -> list[str]:
        return [each.upper() for each in model_input]

    save = mlflow.pyfunc.save_model
    save(
        directory / "class", python_model=Length(), artifacts={"text": str(MATERIAL / "text.txt")},
        input_example=FRAME, model_config={"factor": 3},
    )  # fmt: skip
    save(directory / "hints", python_model=Shouting(), input_example=["a", "b"])
    save(directory / "function", python_model=shout, input_example=["a", "b"])
    save(directory / "pydantic", python_model=Repeating(), input_example=[{"role": "a"}])
    code = str(MATERIAL / "code_model.py")
    save(directory / "code", python_model=code, input_example=FRAME, model_config={"factor": 5})
    sys.path.insert(0, str(MATERIAL))
    save(
        directory / "loader", loader_module="own_loader", data_path=str(MATERIAL / "text.txt"),
        code_paths=[str(MATERIAL / "own_loader.py")],
    )  # fmt: skip


def predictions(mlflow: Any, directory: Path, **trust: Any) -> dict[str, Any]:
    """What each model in `directory` predicts, or its error."""
    found = {}
    for path in sorted(directory.iterdir()):
        data = INPUTS.get(path.name, FRAME)
        try:
            model = mlflow.pyfunc.load_model(str(path), **trust)
            found[path.name] = np.asarray(model.predict(data)).tolist()
            if path.name.startswith("sklearn"):
                native = mlflow.sklearn.load_model(str(path), **trust)
                found[f"{path.name} natively"] = native.predict(data).tolist()
        except Exception:
            found[path.name] = {"error": traceback.format_exc()[-1500:]}
    return found


def main(action: str, package: str, directory: Path) -> None:
    """Save, or load and print."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    mlflow = importlib.import_module(package)
    for name in ("sklearn", "pyfunc", "models"):
        importlib.import_module(f"{package}.{name}")
    if action == "save":
        sklearn_models(mlflow, directory)
        python_models(mlflow, directory)
        return
    trust = {} if package == "mlflow" else {"allow_unsafe_deserialization": True}
    print(json.dumps(predictions(mlflow, directory, **trust)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
