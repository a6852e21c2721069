"""
Let autologging record what scikit-learn does: a pipeline, and a search over its settings.

    genesis-flow run examples/autologging.py        # or python, with MLflow installed
"""

import mlflow
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

x, y = load_wine(return_X_y=True, as_frame=True)
train_x, test_x, train_y, test_y = train_test_split(x, y, random_state=0)

mlflow.set_experiment("autologging")
mlflow.sklearn.autolog(max_tuning_runs=3, extra_tags={"team": "wine"})

with mlflow.start_run(run_name="pipeline"):
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=0.5))
    pipeline.fit(train_x, train_y)
    accuracy_score(test_y, pipeline.predict(test_x))  # recorded, too

with mlflow.start_run(run_name="search"):
    model = make_pipeline(StandardScaler(), LogisticRegression())
    search = GridSearchCV(model, {"logisticregression__C": [0.1, 1, 10]})
    search.fit(train_x, train_y)
    mlflow.log_metric("test_score", search.score(test_x, test_y))

mlflow.sklearn.autolog(disable=True)
best = mlflow.search_runs(experiment_names=["autologging"], filter_string="metrics.best_cv_score > 0.9")
print(f"{len(best)} search scored above 0.9")
