"""
Train a small grid of classifiers, track everything, and find the best run again.

    pip install "genesis-flow[sklearn]"
    genesis-flow run examples/quickstart.py

Without further settings, all is kept in the file genesis.db of the working directory. The same script uses
MongoDB with MLFLOW_TRACKING_URI=mongodb://HOST/DATABASE, and runs on MLflow with `python examples/quickstart.py`.
"""

from itertools import product

import mlflow
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import classification_report, log_loss
from sklearn.model_selection import train_test_split

frame = load_digits(as_frame=True).frame
x, y = frame.drop(columns="target") / 16, frame["target"]
train_x, test_x, train_y, test_y = train_test_split(x, y, random_state=0)

mlflow.set_experiment("quickstart")
with mlflow.start_run(run_name="digits-grid") as parent:
    for alpha, eta0 in product([1e-5, 1e-4, 1e-3], [0.01, 0.1]):
        with mlflow.start_run(run_name=f"sgd alpha={alpha} eta0={eta0}", nested=True):
            mlflow.log_params({"alpha": alpha, "eta0": eta0})
            mlflow.log_input(mlflow.data.from_pandas(frame, targets="target", name="digits"), context="training")
            model = SGDClassifier(loss="log_loss", alpha=alpha, eta0=eta0, learning_rate="constant", random_state=0)
            for epoch in range(20):
                model.partial_fit(train_x, train_y, classes=range(10))
                mlflow.log_metric("test_loss", log_loss(test_y, model.predict_proba(test_x)), step=epoch)
            mlflow.log_metric("test_accuracy", model.score(test_x, test_y))
            mlflow.log_text(classification_report(test_y, model.predict(test_x)), "report.txt")
            mlflow.set_tag("stage", "candidate")

best = mlflow.search_runs(
    filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'", order_by=["metrics.test_accuracy DESC"]
)
print(best[["run_id", "params.alpha", "params.eta0", "metrics.test_accuracy"]].to_string(index=False))
print(f"\nLook at the best one: genesis-flow runs show {best.run_id[0]}")
