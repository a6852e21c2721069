"""Data sets of frames and arrays as inputs of runs, and the metrics that are theirs."""

import mlflow
import mlflow.data
import numpy as np
import pandas as pd

frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "name": ["a", "b", "c"], "y": [0, 1, 0]})
mlflow.set_experiment("datasets")
train = mlflow.data.from_pandas(frame, source="https://example.com/data.csv", name="training", targets="y")
arrays = mlflow.data.from_numpy(np.arange(6.0).reshape(3, 2), targets=np.array([1, 0, 1]), name="arrays")
with mlflow.start_run(run_name="with data") as run:
    mlflow.log_input(train, context="training", tags={"origin": "web"})
    mlflow.log_input(arrays, context="testing")
    mlflow.log_metric("loss", 0.5, dataset=train)
    mlflow.log_metrics({"error": 0.25}, step=2, dataset=train)
    mlflow.log_metric("plain", 1)
print(train.name, train.digest, train.profile, train.source.url)
print(train.schema)
print(arrays.digest, arrays.profile, arrays.schema)
inputs = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
for used in sorted(inputs, key=lambda each: each.dataset.name):
    print(used.dataset.name, used.dataset.source_type, sorted((tag.key, tag.value) for tag in used.tags))
source = mlflow.data.get_source(next(used for used in inputs if used.dataset.name == "training").dataset)
print(type(source).__name__, source.url)
points = mlflow.MlflowClient().get_metric_history(run.info.run_id, "loss")
print([(point.dataset_name, point.dataset_digest == train.digest) for point in points])
found = mlflow.search_runs(experiment_names=["datasets"], filter_string="dataset.name = 'training'")
print(len(found), len(mlflow.search_runs(experiment_names=["datasets"], filter_string="dataset.context = 'none'")))
