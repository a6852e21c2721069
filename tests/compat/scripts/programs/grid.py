"""Autologging of a grid search and of a pipeline, switched on and off."""

import mlflow
import mlflow.sklearn
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

x, y = load_iris(return_X_y=True, as_frame=True)
mlflow.set_experiment("grid")
mlflow.sklearn.autolog(max_tuning_runs=2, log_models=False, silent=True)
with mlflow.start_run(run_name="search") as run:
    search = GridSearchCV(SVC(), {"C": [0.1, 1, 10], "kernel": ["linear", "rbf"]}, cv=3)
    search.fit(x, y)
    mlflow.log_metric("final", round(search.best_score_, 6))
found = mlflow.search_runs(filter_string=f"tags.`mlflow.parentRunId` = '{run.info.run_id}'")
print(len(found), sorted(found["params.C"]))
with mlflow.start_run(run_name="pipeline"):
    make_pipeline(StandardScaler(), SVC(C=2)).fit(x, y).score(x, y)
mlflow.sklearn.autolog(disable=True)
with mlflow.start_run(run_name="off"):
    SVC().fit(x, y)
print(mlflow.get_run(run.info.run_id).data.params["best_C"], mlflow.active_run())
