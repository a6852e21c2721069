"""Pictures of how a classifier does on the data that it was trained on, and the estimator as a page."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Final

from genesis_flow.api.autologging.sessions import harmless
from genesis_flow.api.autologging.sklearn.records import Training
from genesis_flow.api.client import MlflowClient

_DPI: Final = 175

_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="UTF-8"><title>{name}</title></head>
<body>
{body}
</body>
</html>
"""


def log_page(training: Training) -> None:
    """Log the estimator as scikit-learn shows it in notebooks."""
    from sklearn.utils import estimator_html_repr

    page = _PAGE.format(name=type(training.estimator).__name__, body=estimator_html_repr(training.estimator))
    MlflowClient().log_text(training.run_id, page, "estimator.html")


def log_figures(training: Training) -> None:
    """Log the confusion matrix of a classifier and, of two classes, its curves."""
    from sklearn.base import is_classifier

    if not is_classifier(training.estimator) or training.y is None:
        return
    with harmless("pictures", training.choices):
        from sklearn import metrics

        curves: dict[str, tuple[str, Callable[..., Any]]] = {
            "confusion_matrix": ("Normalized confusion matrix", _confusion),
        }
        if len(set(training.y)) == 2:
            curves["roc_curve"] = ("ROC curve", metrics.RocCurveDisplay.from_estimator)
            curves["precision_recall_curve"] = (
                "Precision recall curve",
                metrics.PrecisionRecallDisplay.from_estimator,
            )
        for name, (title, draw) in curves.items():
            with harmless(f"the picture {name}", training.choices):
                picture = _drawn(training, title, draw)
                MlflowClient().log_bytes(training.run_id, picture, f"training_{name}.png")


def _confusion(*given: Any, **options: Any) -> None:
    from sklearn.metrics import ConfusionMatrixDisplay

    ConfusionMatrixDisplay.from_estimator(*given, normalize="true", cmap="Blues", **options)


def _drawn(training: Training, title: str, draw: Callable[..., Any]) -> bytes:
    """A picture as PNG, drawn without pyplot's list of figures, which threads would share."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.0, 4.0), dpi=_DPI, layout="tight")
    axes = figure.subplots()
    draw(training.estimator, training.X, training.y, sample_weight=training.weights, ax=axes)
    axes.set_title(title)
    written = io.BytesIO()
    figure.savefig(written, format="png")
    return written.getvalue()
