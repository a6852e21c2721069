"""Searches for hyperparameters: what they tried, as child runs, and what was best."""

from __future__ import annotations

import io
from collections.abc import Mapping
from numbers import Number
from typing import Any

from genesis_flow.api.autologging.sessions import AUTOLOGGING_TAG, harmless
from genesis_flow.api.autologging.sklearn.datasets import log_dataset
from genesis_flow.api.autologging.sklearn.records import (
    Training,
    best_params,
    kind_of,
    log_metrics,
    log_params,
    own_params,
)
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.context import PARENT_RUN_ID, with_context


def log_search(training: Training, model_id: str | None, best_id: str | None) -> None:
    """
    Log the best score and parameters, every try as a child run, and a table of all.

    Args:
        model_id, best_id: Of the logged models of the search and of the best estimator.
    """
    search, choices = training.estimator, training.choices
    with harmless("the best parameters", choices):
        if hasattr(search, "best_score_"):
            log_metrics(training, {"best_cv_score": search.best_score_}, model_id)
        log_params(training.run_id, best_params(search))
    if not hasattr(search, "cv_results_"):
        return
    with harmless("what was tried", choices):
        import pandas as pd

        table = pd.DataFrame(search.cv_results_)
        with harmless("child runs", choices):
            _log_children(training, table, best_id)
        written = io.StringIO()
        table.to_csv(written, index=False)
        MlflowClient().log_text(training.run_id, written.getvalue(), "cv_results.csv")


def _log_children(training: Training, table: Any, best_id: str | None) -> None:
    most = training.choices.special["max_tuning_runs"]
    best = getattr(training.estimator, "best_index_", None)
    start = MlflowClient().get_run(training.run_id).info
    for index, row in (table if most is None else _best(table, most)).iterrows():
        _log_child(training, start, row.to_dict(), best_id if index == best else None)


def _best(table: Any, most: int) -> Any:
    """The `most` best rows; of several scores, the first ranks them."""
    ranks = [column for column in table.columns if column.startswith("rank_test_")]
    return table.nsmallest(most, "rank_test_score" if "rank_test_score" in ranks else ranks[0])


def _log_child(training: Training, parent: Any, row: Mapping[str, Any], model_id: str | None) -> None:
    """Log one try: all parameters, and what was measured over all splits."""
    seed, client = training.estimator.estimator, MlflowClient()
    tags = {AUTOLOGGING_TAG: "sklearn", PARENT_RUN_ID: parent.run_id, **kind_of(seed)}
    child = client.create_run(parent.experiment_id, start_time=parent.start_time, tags=with_context(tags))
    run_id = child.info.run_id
    log_params(run_id, {**own_params(seed), **row["params"]})
    measured = {
        key: value
        for key, value in row.items()
        if isinstance(value, Number) and not key.startswith(("param", "split"))
    }
    log_metrics(training, measured, model_id, run_id)
    if training.dataset is not None and training.choices.log_datasets:
        log_dataset(run_id, training.dataset, "train")
    client.set_terminated(run_id)
