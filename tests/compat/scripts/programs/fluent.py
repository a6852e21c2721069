"""Odds and ends of the fluent API: values of all kinds, errors, experiments that come and go."""

import datetime
import warnings

import mlflow
import numpy as np
from mlflow import MlflowClient
from mlflow.entities import RunStatus, ViewType

warnings.simplefilter("ignore")
print(mlflow.active_run(), mlflow.get_experiment_by_name("absent"))
with mlflow.start_run(experiment_id="0", run_name="default") as run:
    mlflow.log_param("none", None)
    mlflow.log_params({"int": np.int64(3), "list": [1, "a"], "bool": True, "day": datetime.date(2024, 1, 2)})
    mlflow.log_metric("numpy", np.float32(0.5))
    mlflow.log_metric("array", np.array(2.0))
    mlflow.log_metric("negative step", 1, step=-1)
    mlflow.set_tags({"number": 1, "text": "a" * 10, "mlflow.note.content": "a note"})
    mlflow.delete_tag("number")
    for call in (
        lambda: mlflow.log_metric("bad", "text"),
        lambda: mlflow.log_metric("a\tb", 1),
        lambda: mlflow.log_param("../x", 1),
        lambda: mlflow.log_param("int", 4),
        lambda: mlflow.start_run(),
    ):
        try:
            call()
        except Exception as error:
            print(type(error).__name__, getattr(error, "error_code", None))
    print(mlflow.get_artifact_uri() == run.info.artifact_uri, run.info.experiment_id, run.info.lifecycle_stage)
data = mlflow.get_run(run.info.run_id).data
print(sorted(data.params.items()), sorted(data.metrics.items()))
print(sorted(key for key in data.tags if "git" not in key), RunStatus.to_string(RunStatus.FINISHED))

client = MlflowClient()
id = client.create_experiment("comes and goes", tags={"x": "1"})
client.rename_experiment(id, "renamed")
client.set_experiment_tag(id, "y", "2")
client.delete_experiment(id)
print(client.get_experiment(id).lifecycle_stage, [each.name for each in mlflow.search_experiments(
    view_type=ViewType.DELETED_ONLY, filter_string="tags.y = '2'"
)])  # fmt: skip
try:
    mlflow.set_experiment("renamed")
except mlflow.MlflowException as error:
    print(error.error_code)
client.restore_experiment(id)
print([each.name for each in mlflow.search_experiments(filter_string="name LIKE 're%'", order_by=["name"])])
made = client.create_run(id, tags={"mlflow.user": "someone"}, start_time=123)
client.set_terminated(made.info.run_id, "KILLED", 456)
client.update_run(made.info.run_id, name="new name")
found = client.get_run(made.info.run_id)
print(found.info.status, found.info.start_time, found.info.end_time, found.info.run_name, found.info.user_id)
