"""
A model of one's own: a class with a file and a parameter, logged, loaded and asked.

    genesis-flow run examples/own_model.py          # or python, with MLflow installed

Loading it runs the code that is in it: that of this process itself, so nobody has to allow it. For models of others
see docs/decisions/0019-signatures-and-trust.md.
"""

import json
import tempfile
from pathlib import Path

import mlflow
import mlflow.pyfunc
import pandas as pd
from mlflow.models import infer_signature
from mlflow.pyfunc import PythonModel


class Prices(PythonModel):
    """Multiplies amounts by the prices of a file."""

    def load_context(self, context):
        self.prices = json.loads(Path(context.artifacts["prices"]).read_text())

    def predict(self, context, model_input, params=None):
        discount = (params or {}).get("discount", 0.0)
        return model_input["amount"] * model_input["item"].map(self.prices) * (1 - discount)


orders = pd.DataFrame({"item": ["apple", "pear"], "amount": [3.0, 2.0]})
mlflow.set_experiment("own model")
with tempfile.TemporaryDirectory() as directory, mlflow.start_run(run_name="prices") as run:
    file = Path(directory) / "prices.json"
    file.write_text(json.dumps({"apple": 0.5, "pear": 0.75}))
    info = mlflow.pyfunc.log_model(
        name="prices",
        python_model=Prices(),
        artifacts={"prices": str(file)},
        signature=infer_signature(orders, pd.Series([1.5, 1.5]), params={"discount": 0.0}),
        input_example=orders,
        registered_model_name="prices",
        metadata={"currency": "EUR"},
    )
    mlflow.set_tag("kind", "own model")

loaded = mlflow.pyfunc.load_model("models:/prices/1")
print(loaded.predict(orders).tolist(), loaded.predict(orders, params={"discount": 0.5}).tolist())
print(loaded.metadata.metadata, [column.name for column in info.signature.inputs])
