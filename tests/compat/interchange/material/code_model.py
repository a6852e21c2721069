import mlflow
from mlflow.models import ModelConfig, set_model


class Scaled(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input):
        factor = ModelConfig(development_config={"factor": 2}).get("factor")
        return [factor * each for each in model_input["a"]]


set_model(Scaled())
