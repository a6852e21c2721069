"""Logging in the background, waited for one by one and all at once; and long histories."""

import time

import mlflow
from mlflow.entities import Metric, Param, RunTag

mlflow.set_experiment("background")
with mlflow.start_run(run_name="background") as run:
    waiting = [mlflow.log_metric("loss", 1 / (step + 1), step=step, synchronous=False) for step in range(20)]
    waiting.append(mlflow.log_metrics({"a": 1.0, "b": 2.0}, step=5, synchronous=False))
    waiting.append(mlflow.log_params({"p": 1, "q": "two"}, synchronous=False))
    waiting.append(mlflow.log_param("r", 3.5, synchronous=False))
    waiting.append(mlflow.set_tags({"t": "1"}, synchronous=False))
    waiting.append(mlflow.set_tag("u", 2, synchronous=False))
    for each in waiting:
        each.wait()
    print({type(each).__name__ for each in waiting})
mlflow.flush_async_logging()
mlflow.config.enable_async_logging(True)
with mlflow.start_run(run_name="switched on") as second:
    for step in range(5):
        mlflow.log_metric("m", step, step=step)
    mlflow.log_param("x", "y")
mlflow.config.enable_async_logging(False)
mlflow.flush_async_logging()
client = mlflow.MlflowClient()
now = int(time.time() * 1000)
client.log_batch(
    second.info.run_id,
    metrics=[Metric("batch", value, now, step) for step, value in enumerate([3.0, float("nan"), -1.0])],
    params=[Param("of batch", "1")],
    tags=[RunTag("of", "batch")],
)
print([point.value for point in client.get_metric_history(second.info.run_id, "batch")])
params = client.get_run(run.info.run_id).data.params
print(len(client.get_metric_history(run.info.run_id, "loss")), sorted(params.items()))
try:
    client.log_param(second.info.run_id, "x", "z")
except mlflow.MlflowException as error:
    print(error.error_code)
