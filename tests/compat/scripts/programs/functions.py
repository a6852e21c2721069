"""Models of functions, of type hints and of code; signatures that come later; params; lists of models."""

import tempfile
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.models import ModelSignature, infer_signature, set_signature
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

CODE = """
import mlflow
from mlflow.models import set_model

class Added(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input["x"] + (params or {}).get("more", 0)

set_model(Added())
"""


class Typed(mlflow.pyfunc.PythonModel):
    """Says by its hints what it takes."""

    def predict(self, model_input: list[str], params=None) -> list[str]:
        return [each.upper() for each in model_input]


frame = pd.DataFrame({"x": [1, 2]})
mlflow.set_experiment("functions")
with mlflow.start_run(run_name="functions") as run:
    typed = mlflow.pyfunc.log_model(name="typed", python_model=Typed(), pip_requirements=["pandas"])
    lengths = mlflow.pyfunc.log_model(
        name="lengths", python_model=lambda model_input: model_input["x"] * 10, pip_requirements=["pandas"]
    )
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "added.py")
        path.write_text(CODE)
        coded = mlflow.pyfunc.log_model(
            name="coded", python_model=str(path), pip_requirements=["pandas"], tags={"by": "code"},
            params={"version": "1"}, signature=infer_signature(frame, frame["x"], params={"more": 0}),
        )  # fmt: skip
print(mlflow.pyfunc.load_model(typed.model_uri).predict(["a", "b"]), typed.signature)
print(mlflow.pyfunc.load_model(lengths.model_uri).predict(frame).tolist())
loaded = mlflow.pyfunc.load_model(f"models:/{coded.model_id}")
print(loaded.predict(frame).tolist(), loaded.predict(frame, params={"more": 5}).tolist())
set_signature(lengths.model_uri, ModelSignature(Schema([ColSpec("long", "x")]), params=ParamSchema(
    [ParamSpec("p", "double", 1.0)]
)))  # fmt: skip
print(mlflow.models.get_model_info(lengths.model_uri).signature)
print(mlflow.pyfunc.load_model(lengths.model_uri).predict(frame).tolist())
found = mlflow.search_logged_models(filter_string="name = 'coded'", output_format="list")
print([(each.name, each.params, each.tags.get("by"), each.status.value) for each in found])
mlflow.register_model(typed.model_uri, "typed", tags={"t": "1"})
print(mlflow.pyfunc.load_model("models:/typed/1").unwrap_python_model().__class__.__name__)
try:
    loaded.predict(frame, params={"more": "many"})
except mlflow.MlflowException as error:
    print(error.error_code)
