"""
The job of `genesis-flow demo`: a small grid of classifiers on a real data set.

It uses the public API only, as a user's script would; `examples/quickstart.py` is the same job in plain lines.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any, Final

import attrs

import genesis_flow as mlflow
from genesis_flow.api.cli.failures import Failure

ALPHAS: Final = (1e-5, 1e-3, 1e-1)
LEARNING_RATES: Final = (0.001, 0.01)
EPOCHS: Final = 20
#: What the grid is ranked by.
SCORE: Final = "test_accuracy"


@attrs.frozen
class Data:
    """
    The digits data set, split and scaled.

    Attributes:
        frame: All rows with their column "target", or None without pandas.
        train_x, test_x: float64[n_samples, 64]. train_y, test_y: int64[n_samples].
    """

    frame: Any
    train_x: Any
    test_x: Any
    train_y: Any
    test_y: Any


@attrs.frozen
class Trained:
    """One trained classifier: its run, and how good it is."""

    run_id: str
    run_name: str
    score: float


@attrs.frozen
class Outcome:
    """The whole grid: the run around it and its trained children, the best first."""

    experiment_id: str
    parent_run_id: str
    trained: tuple[Trained, ...]


def require_libraries() -> None:
    """
    Make sure that the demo can be run.

    Raises:
        Failure: scikit-learn is not installed.
    """
    try:
        import sklearn  # noqa: F401  # only whether it is there
    except ImportError as error:
        raise Failure('The demo needs scikit-learn: pip install "genesis-flow[sklearn]"') from error


def train_grid(experiment_name: str, on_trained: Callable[[Trained], object]) -> Outcome:
    """
    Train six classifiers as children of one run, and log everything worth keeping.

    Args:
        on_trained: Told of each classifier as soon as it is trained.
    """
    data = load_data()
    experiment = mlflow.set_experiment(experiment_name)
    with mlflow.start_run(run_name="digits-grid", description="Six linear classifiers of handwritten digits") as parent:
        mlflow.set_tags({"demo": "true", "dataset": "digits"})
        mlflow.log_params({"epochs": EPOCHS, "n_train": len(data.train_x), "n_test": len(data.test_x)})
        trained = []
        for alpha, eta0 in product(ALPHAS, LEARNING_RATES):
            trained.append(_train_one(data, alpha, eta0))
            on_trained(trained[-1])
        trained.sort(key=lambda each: -each.score)
        mlflow.log_metrics({f"best_{SCORE}": trained[0].score})
        mlflow.set_tag("best_run_id", trained[0].run_id)
    return Outcome(experiment.experiment_id, parent.info.run_id, tuple(trained))


def load_data() -> Data:
    """The 1,797 handwritten digits that come with scikit-learn, three quarters of them for training."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    try:
        frame = load_digits(as_frame=True).frame
    except ImportError:  # without pandas the demo does without the dataset input
        frame = None
    x, y = load_digits(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(x, y, test_size=0.25, random_state=0, stratify=y)
    scaler = StandardScaler().fit(train_x)
    return Data(frame, scaler.transform(train_x), scaler.transform(test_x), train_y, test_y)


def _train_one(data: Data, alpha: float, eta0: float) -> Trained:
    with mlflow.start_run(run_name=f"sgd alpha={alpha:g} eta0={eta0:g}", nested=True) as run:
        mlflow.log_params({"model": "SGDClassifier", "alpha": alpha, "eta0": eta0, "epochs": EPOCHS})
        mlflow.set_tags({"demo": "true", "stage": "candidate"})
        if data.frame is not None:
            from genesis_flow.api.data import from_pandas

            mlflow.log_input(from_pandas(data.frame, targets="target", name="digits"), context="training")
        score = _log_results(data, _fit(data, alpha, eta0))
    return Trained(run.info.run_id, run.info.run_name, score)


def _fit(data: Data, alpha: float, eta0: float) -> Any:
    """A classifier, trained; its metrics are logged after each epoch."""
    import numpy
    from sklearn.linear_model import SGDClassifier
    from sklearn.metrics import log_loss

    model = SGDClassifier(loss="log_loss", alpha=alpha, eta0=eta0, learning_rate="constant", random_state=0)
    classes = numpy.unique(data.train_y)
    for epoch in range(EPOCHS):
        model.partial_fit(data.train_x, data.train_y, classes=classes)
        losses = {
            "train_loss": log_loss(data.train_y, model.predict_proba(data.train_x)),
            "test_loss": log_loss(data.test_y, model.predict_proba(data.test_x)),
            "accuracy": model.score(data.test_x, data.test_y),
        }
        mlflow.log_metrics(losses, step=epoch)
    return model


def _log_results(data: Data, model: Any) -> float:
    from sklearn.metrics import accuracy_score, classification_report, f1_score

    predicted = model.predict(data.test_x)
    score = float(accuracy_score(data.test_y, predicted))
    mlflow.log_metrics({SCORE: score, "test_f1": float(f1_score(data.test_y, predicted, average="macro"))})
    mlflow.log_text(classification_report(data.test_y, predicted), "reports/classification_report.txt")
    mlflow.log_dict(model.get_params(), "reports/model_params.json")
    _log_figure(data, predicted)
    rows = [index for index in range(len(predicted)) if predicted[index] != data.test_y[index]]
    if data.frame is not None:
        mistakes = {
            "row": rows,
            "digit": [int(data.test_y[row]) for row in rows],
            "predicted": [int(predicted[row]) for row in rows],
        }
        mlflow.log_table(mistakes, "mistakes.json")
    return score


def _log_figure(data: Data, predicted: Any) -> None:
    from sklearn.metrics import ConfusionMatrixDisplay, confusion_matrix

    try:
        from matplotlib.figure import Figure
    except ImportError:  # the report has the same numbers
        return
    figure = Figure(figsize=(5, 5), layout="constrained")
    ConfusionMatrixDisplay(confusion_matrix(data.test_y, predicted)).plot(ax=figure.subplots(), colorbar=False)
    mlflow.log_figure(figure, "figures/confusion_matrix.png")
