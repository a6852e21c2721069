"""Models whose own code says `import mlflow`, saved and loaded where that is this package."""

from __future__ import annotations

import os

import pytest

from genesis_flow.api.drop_in.finder import DIRECTORY
from tests.api.drop_in.conftest import ROOT, Workplace

pytest.importorskip("cloudpickle")
pytest.importorskip("pandas")

LOADER = """
import mlflow
from mlflow.entities import Param

class Loaded:
    def predict(self, data, params=None):
        return [str(Param("k", str(each))) + mlflow.__version__ for each in data]

def _load_pyfunc(path):
    return Loaded()
"""

CODE = """
import mlflow
from mlflow.models import set_model

class Model(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input):
        return [mlflow.__version__ for _ in model_input]

set_model(Model())
"""

SAVING = """
import mlflow
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature

class Scaled(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        self.version = mlflow.__version__

    def predict(self, context, model_input, params=None):
        if not isinstance(context, mlflow.pyfunc.PythonModelContext):
            raise MlflowException("not a context")
        return [(each, self.version) for each in model_input["x"]]

import pandas
frame = pandas.DataFrame({"x": [1.5]})
mlflow.pyfunc.save_model("of_class", python_model=Scaled(), signature=infer_signature(frame))
mlflow.pyfunc.save_model("of_loader", loader_module="own_loader", code_paths=["own_loader.py"])
mlflow.pyfunc.save_model("of_code", python_model="own_code.py")
"""

LOADING = """
import logging, mlflow, pandas, sys
logging.disable(logging.WARNING)  # of which each model that may run code gives one
frame = pandas.DataFrame({"x": [1.5]})
names = ["of_class", "of_loader", "of_code"]
models = [mlflow.pyfunc.load_model(name, allow_unsafe_deserialization=True) for name in names]
print([type(model) is mlflow.pyfunc.PyFuncModel for model in models])
print(models[0].predict(frame), models[1].predict([2]), models[2].predict([3]))
print(sys.modules["own_loader"].mlflow is mlflow)
"""


def test_code_of_models_may_import_mlflow(workplace: Workplace) -> None:
    """Pickled classes, loader modules and models from code: each finds the `mlflow` of the program."""
    workplace.write("own_loader.py", LOADER)
    workplace.write("own_code.py", CODE)
    both = os.pathsep.join([str(ROOT), DIRECTORY])
    workplace.printed(SAVING, PYTHONPATH=both)
    (workplace.directory / "own_loader.py").unlink()

    expected = "[True, True, True]\n[(1.5, '3.17.2')] [\"<Param: key='k', value='2'>3.17.2\"] ['3.17.2']\nTrue\n"
    assert expected == workplace.printed(LOADING, PYTHONPATH=both)
    assert "genesis_flow" not in (workplace.directory / "of_class" / "python_model.pkl").read_bytes().decode("latin-1")
