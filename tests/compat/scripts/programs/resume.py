"""Runs that go on in other processes, chosen by arguments and by the environment."""

import os
import subprocess
import sys

import mlflow

GO_ON = """
import sys, mlflow
with mlflow.start_run(run_id=sys.argv[1]) as run:
    mlflow.log_metric("m", 2, step=1)
    mlflow.log_param("from", "child")
print(run.info.run_name, run.info.status, flush=True)
"""

experiment_id = mlflow.create_experiment("resume", tags={"a": "b"})
chosen = mlflow.set_experiment(experiment_id=experiment_id)
print(chosen.name, chosen.tags["a"], flush=True)
with mlflow.start_run(run_name="first") as run:
    mlflow.log_metric("m", 1, step=0)
subprocess.run([sys.executable, "-c", GO_ON, run.info.run_id], check=True)
second = mlflow.MlflowClient().create_run(experiment_id, run_name="second")
os.environ["MLFLOW_RUN_ID"] = second.info.run_id
mlflow.log_metric("fluent", 1)
print(mlflow.active_run().info.run_name, os.environ.pop("MLFLOW_RUN_ID", None))
mlflow.end_run("KILLED")
found = mlflow.get_run(run.info.run_id)
print(found.info.status, found.data.metrics, found.data.params)
with mlflow.start_run(run_id=run.info.run_id, tags={"again": "yes"}):
    print(mlflow.active_run().info.run_id == run.info.run_id, mlflow.last_active_run().info.run_name)
try:
    with mlflow.start_run(run_name="fails"):
        raise KeyError("on purpose")
except KeyError:
    print(mlflow.last_active_run().info.status)
for call in (
    lambda: mlflow.start_run(run_id="0" * 32),
    lambda: mlflow.set_experiment(experiment_id="99999"),
    lambda: mlflow.create_experiment("resume"),
    lambda: mlflow.set_experiment(""),
):
    try:
        call()
    except mlflow.MlflowException as error:
        print(error.error_code)
os.environ.pop("MLFLOW_EXPERIMENT_ID", None)
