"""A random search with a parent and children, looked up again in all the ways that search has."""

import random

import mlflow
import pandas as pd
from mlflow.entities import ViewType
from mlflow.tracking import MlflowClient

random.seed(3)
mlflow.set_experiment("nested")
mlflow.set_experiment_tags({"project": "search", "team": "one"})
with mlflow.start_run(run_name="parent", tags={"kind": "parent"}, description="What the search is for.") as parent:
    mlflow.log_param("trials", 4)
    for trial in range(4):
        with mlflow.start_run(run_name=f"trial {trial}", nested=True, tags={"kind": "child"}) as child:
            depth, rate = random.randint(1, 9), round(random.uniform(0.01, 0.3), 4)
            mlflow.log_params({"depth": depth, "rate": rate})
            for step in range(3):
                mlflow.log_metric("loss", rate * depth / (step + 1), step=step)
            mlflow.log_metrics({"accuracy": 1 - rate, "seconds": 10.0}, step=3)
    mlflow.log_metric("best", 0.9)
    print(mlflow.get_parent_run(child.info.run_id).info.run_name, mlflow.get_parent_run(parent.info.run_id))

experiment = mlflow.get_experiment_by_name("nested")
columns = ["tags.mlflow.runName", "params.depth", "params.rate", "metrics.loss", "metrics.accuracy"]
frame = mlflow.search_runs(
    [experiment.experiment_id],
    filter_string="tags.kind = 'child' and metrics.accuracy > 0.5",
    order_by=["metrics.loss ASC", "params.depth DESC"],
)
print(frame[columns].round(6).to_string())
print(sorted(name for name in frame.columns if "source.git" not in name))
print([run.info.run_name for run in mlflow.search_runs(
    experiment_names=["nested"], filter_string="params.trials = '4'", output_format="list", max_results=1
)])  # fmt: skip
client = MlflowClient()
page = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time"], max_results=3)
rest = client.search_runs(
    [experiment.experiment_id], order_by=["attributes.start_time"], max_results=3, page_token=page.token
)
print([run.info.run_name for run in page], [run.info.run_name for run in rest], bool(rest.token))
for text in ("tags.mlflow.runName LIKE 'trial%'", "attributes.status = 'FINISHED'", "run_name ILIKE 'PARENT'"):
    print(text, len(client.search_runs([experiment.experiment_id], text)))
client.delete_run(child.info.run_id)
print(len(client.search_runs([experiment.experiment_id])),
      len(client.search_runs([experiment.experiment_id], run_view_type=ViewType.DELETED_ONLY)))  # fmt: skip
client.restore_run(child.info.run_id)
for text in ("params.depth > 3", "metrics.loss = 'a'", "nothing", "tags.a ~ 'b'"):
    try:
        client.search_runs([experiment.experiment_id], text)
    except mlflow.MlflowException as error:
        print(text, error.error_code)
history = client.get_metric_history(child.info.run_id, "loss")
print(pd.DataFrame([(point.step, round(point.value, 6)) for point in history]).values.tolist())
