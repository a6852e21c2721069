"""
What autologging keeps of trainings; run with MLflow's interpreter and with ours.

`python probe_autologging.py mlflow` prints JSON: the version of scikit-learn and, by training, the runs and logged
models that it made.
"""

from __future__ import annotations

import importlib
import json
import logging
import re
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse
import sklearn
from sklearn.utils import Bunch

#: Times, which no two runs share, and attributes of the surroundings.
UNSTABLE = re.compile(r"(mean|std)_(fit|score)_time$")
KEPT_TAGS = ("estimator_", "mlflow.autologging", "team")


def data() -> Bunch:
    """Toy data that any estimator can be fitted to."""
    random = np.random.default_rng(0)
    X = random.normal(size=(60, 4))
    y = np.round(X @ np.array([1.0, 2.0, 0.0, -1.0]) + random.normal(size=60), 3)
    return Bunch(
        X=X, y=y, binary=(y > 0).astype(int), classes=np.digitize(y, [-1, 1]), weights=random.uniform(0.5, 2, 60),
        frame=pd.DataFrame(X, columns=list("abcd")), names=np.where(y > 0, "yes", "no"), two=np.c_[y, -y],
    )  # fmt: skip


def simple(d: Bunch) -> dict[str, Callable[[], Any]]:
    """Estimators of each kind, and ways to call their methods."""
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA
    from sklearn.ensemble import IsolationForest, RandomForestRegressor, VotingClassifier
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
    from sklearn.multioutput import MultiOutputRegressor
    from sklearn.naive_bayes import GaussianNB
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC, LinearSVC
    from sklearn.tree import DecisionTreeClassifier

    voters = [("nb", GaussianNB()), ("tree", DecisionTreeClassifier(random_state=0, max_depth=2))]
    return {
        "a binary classifier, of a frame": lambda: LogisticRegression().fit(d.frame, d.binary),
        "a classifier of several classes": lambda: LogisticRegression(C=0.5).fit(d.X, d.classes),
        "a classifier of texts": lambda: LogisticRegression().fit(d.X, d.names),
        "a regressor": lambda: LinearRegression().fit(d.X, d.y),
        "a regressor by keyword": lambda: Ridge(alpha=0.1).fit(y=d.y, X=d.frame),
        "a forest": lambda: RandomForestRegressor(n_estimators=3, random_state=0).fit(d.X, d.y),
        "weights": lambda: DecisionTreeClassifier(random_state=0, max_depth=2).fit(d.X, d.classes, d.weights),
        "weights by keyword": lambda: Ridge().fit(d.X, d.y, sample_weight=d.weights),
        "clusters": lambda: KMeans(2, n_init=1, random_state=0).fit(d.X),
        "clusters predicted": lambda: KMeans(2, n_init=1, random_state=0).fit_predict(d.X),
        "a transformer": lambda: PCA(2).fit_transform(d.X),
        "outliers": lambda: IsolationForest(n_estimators=3, random_state=0).fit(d.frame),
        "a scaler": lambda: StandardScaler().fit(d.X),
        "a pipeline": lambda: make_pipeline(StandardScaler(), SVC(probability=False)).fit(d.frame, d.binary),
        "no probabilities": lambda: LinearSVC(random_state=0).fit(d.X, d.binary),
        "several outputs": lambda: MultiOutputRegressor(Ridge()).fit(d.X, d.two),
        "votes": lambda: VotingClassifier(voters, voting="soft").fit(d.X, d.classes),
        "sparse": lambda: LogisticRegression().fit(scipy.sparse.csr_matrix(d.X), d.binary),
        "lists": lambda: LinearRegression().fit(d.X.tolist(), d.y.tolist()),
        "a failure": lambda: LinearRegression().fit(d.X, d.y[:-1]),
    }


def searches(d: Bunch) -> dict[str, Callable[[], Any]]:
    """Searches for hyperparameters, and what evaluates without logging."""
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    piped = make_pipeline(StandardScaler(), LogisticRegression())
    tree = DecisionTreeClassifier(random_state=0)
    several = ["accuracy", "f1"]
    return {
        "a grid": lambda: GridSearchCV(Ridge(), {"alpha": [0.1, 1.0, 10.0]}, cv=3).fit(d.X, d.y),
        "a grid of a pipeline": lambda: GridSearchCV(
            piped, {"logisticregression__C": [0.01, 0.1, 1, 2, 3, 4, 5]}, cv=2
        ).fit(d.frame, d.binary),
        "a random search": lambda: RandomizedSearchCV(
            tree, {"max_depth": [1, 2, 3]}, n_iter=2, random_state=0, cv=2
        ).fit(d.X, d.binary),
        "without the best": lambda: GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=2, refit=False).fit(d.X, d.y),
        "several scores": lambda: GridSearchCV(tree, {"max_depth": [1, 2]}, scoring=several, refit="f1", cv=2).fit(
            d.X, d.binary
        ),
        "cross-validation": lambda: cross_val_score(Ridge(), d.X, d.y),
    }


def evaluations(d: Bunch) -> dict[str, Callable[[], Any]]:
    """Metrics after training."""
    from sklearn import metrics
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.model_selection import GridSearchCV

    def classified() -> None:
        train_X, test_X, train_y, test_y = d.X[:40], d.X[40:], d.binary[:40], d.binary[40:]
        model = LogisticRegression().fit(train_X, train_y)
        predictions = model.predict(test_X)
        metrics.accuracy_score(test_y, predictions)
        metrics.accuracy_score(test_y, predictions, normalize=False)
        metrics.f1_score(y_true=test_y, y_pred=predictions, average="macro")
        metrics.roc_auc_score(test_y, model.decision_function(test_X))
        metrics.log_loss(test_y, model.predict_proba(test_X))
        metrics.accuracy_score(test_y, predictions.copy())
        metrics.confusion_matrix(test_y, predictions)
        model.score(test_X, test_y)
        model.score(d.X[30:], d.binary[30:])

    def two_models() -> None:
        test_X, test_y = d.frame[40:], d.y[40:]
        first, second = Ridge().fit(d.frame[:40], d.y[:40]), Ridge(alpha=2.0).fit(d.frame[:40], d.y[:40])
        first_found, second_found = first.predict(test_X), second.predict(test_X)
        metrics.mean_squared_error(test_y, first_found)
        metrics.mean_squared_error(test_y, second_found)
        metrics.get_scorer("r2")(second, test_X, test_y)
        first.score(test_X, test_y)

    def searched() -> None:
        test_X, test_y = d.X[40:], d.y[40:]
        search = GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, cv=2).fit(d.X, d.y)
        search.score(test_X, test_y)
        metrics.r2_score(test_y, search.predict(test_X))

    return {"a classifier evaluated": classified, "two models": two_models, "a search evaluated": searched}


def configured(mlflow: Any, d: Bunch) -> dict[str, Callable[[], Any]]:
    """Switches of `autolog`, and active runs."""
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
    from sklearn.model_selection import GridSearchCV
    from sklearn.naive_bayes import GaussianNB

    def within(fit: Callable[[], Any], **options: Any) -> Callable[[], Any]:
        def train() -> None:
            mlflow.sklearn.autolog(**options)
            fit()

        return train

    def active() -> None:
        with mlflow.start_run():
            LinearRegression().fit(d.X, d.y)
            assert mlflow.active_run() is not None

    def twice() -> None:
        with mlflow.start_run():
            LinearRegression().fit(d.X, d.y)
            LinearRegression(positive=True).fit(d.X, d.y)

    def searched() -> None:
        GridSearchCV(Ridge(), {"alpha": [0.1, 1.0, 2.0]}, cv=2).fit(d.X, d.y)

    def named() -> None:
        model = LogisticRegression().fit(d.X, d.names)
        model.score(d.X, d.names)

    return {
        "an active run": within(active),
        "an active run, twice": within(twice),
        "exclusive": within(active, exclusive=True),
        "disabled": within(active, disable=True),
        "no models": within(searched, log_models=False),
        "no datasets": within(named, log_datasets=False),
        "examples": within(lambda: LogisticRegression().fit(d.frame, d.binary), log_input_examples=True),
        "no signatures": within(lambda: LogisticRegression().fit(d.frame, d.binary), log_model_signatures=False),
        "one child": within(searched, max_tuning_runs=1),
        "no child": within(searched, max_tuning_runs=0),
        "all children": within(searched, max_tuning_runs=None),
        "no evaluations": within(named, log_post_training_metrics=False),
        "a positive label": within(lambda: GaussianNB().fit(d.X, d.names), pos_label="no"),
        "extra tags": within(searched, extra_tags={"team": "blue"}),
        "extra tags in an active run": within(active, extra_tags={"team": "blue"}),
    }


def files(client: Any, run_id: str, path: str | None = None) -> list[str]:
    """The paths of a run's artifacts."""
    found: list[str] = []
    for each in client.list_artifacts(run_id, path):
        found += files(client, run_id, each.path) if each.is_dir else [each.path]
    return sorted(found)


def numbers(metrics: dict[str, float]) -> dict[str, Any]:
    """Metrics; of times only that they are there."""
    return {key: "a time" if UNSTABLE.search(key) else value for key, value in sorted(metrics.items())}


def run_facts(mlflow: Any, client: Any, run: Any) -> dict[str, Any]:
    """What one run holds."""
    id = run.info.run_id
    paths = files(client, id)
    has_info = "metric_info.json" in paths
    info = mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/metric_info.json") if has_info else {}
    used = run.inputs.dataset_inputs if run.inputs else []
    return {
        "status": run.info.status,
        "params": dict(sorted(run.data.params.items())),
        "metrics": numbers(run.data.metrics),
        "tags": {key: value for key, value in sorted(run.data.tags.items()) if key.startswith(KEPT_TAGS)},
        "artifacts": paths,
        "evaluations": info,
        "datasets": sorted(
            [each.dataset.name, each.dataset.digest, *sorted(tag.value for tag in each.tags)] for each in used
        ),
        "outputs": len(run.outputs.model_outputs) if run.outputs else 0,
    }


def model_facts(mlflow: Any, model: Any) -> dict[str, Any]:
    """What one logged model holds."""
    info = mlflow.models.get_model_info(model.model_uri) if str(model.status) == "READY" else None
    return {
        "name": model.name,
        "status": str(model.status),
        "params": dict(sorted(model.params.items())),
        "metrics": numbers({each.key: each.value for each in model.metrics or ()}),
        "signature": info and info.signature and info.signature.to_dict(),
        "has_example": bool(info and info.saved_input_example_info),
        "format": info and info.flavors["sklearn"]["serialization_format"],
    }


def facts(mlflow: Any, experiment: str) -> dict[str, Any]:
    """All runs, with their children, and all logged models of an experiment, in order of creation."""
    client = mlflow.MlflowClient()
    runs = sorted(client.search_runs([experiment]), key=lambda run: run.info.start_time)
    parent = "mlflow.parentRunId"
    children = [run for run in runs if parent in run.data.tags]
    models = client.search_logged_models([experiment])
    return {
        "runs": [run_facts(mlflow, client, run) for run in runs if run not in children],
        "children": sorted((run_facts(mlflow, client, run) for run in children), key=json.dumps),
        "models": [model_facts(mlflow, each) for each in sorted(models, key=lambda each: each.creation_timestamp)],
    }


def tried(mlflow: Any, name: str, train: Callable[[], Any]) -> dict[str, Any]:
    """What one training left behind, in an experiment of its own."""
    experiment = mlflow.set_experiment(name).experiment_id
    try:
        train()
        raised = None
    except Exception as error:
        raised = type(error).__name__
    mlflow.end_run()
    return {"raised": raised, **facts(mlflow, experiment)}


def main(package: str) -> None:
    """Print what was kept of every training."""
    warnings.simplefilter("ignore")
    mlflow = importlib.import_module(package)
    logging.disable(logging.CRITICAL)
    found = {}
    with tempfile.TemporaryDirectory() as directory:
        mlflow.set_tracking_uri(f"sqlite:///{Path(directory)}/store.db")
        d = data()
        mlflow.sklearn.autolog()
        for name, train in {**simple(d), **searches(d), **evaluations(d)}.items():
            found[name] = tried(mlflow, name, train)
        for name, train in configured(mlflow, d).items():
            found[name] = tried(mlflow, name, train)
    print(json.dumps({"sklearn": sklearn.__version__, "trainings": found}, indent=0, sort_keys=True))


if __name__ == "__main__":
    main(sys.argv[1])
