"""Fluent logging; expected answers are MLflow 3.17.2's, where not said otherwise."""

from __future__ import annotations

from typing import Any

import genesis_flow.data
import numpy as np
import pandas as pd
import pytest

import genesis_flow as mlflow
from tests.api.refusals import INVALID, MISSING, refusal

IMPLICIT = {
    "log_metric": lambda: mlflow.log_metric("m", 1),
    "log_metrics": lambda: mlflow.log_metrics({"m": 1}),
    "log_param": lambda: mlflow.log_param("p", 1),
    "log_params": lambda: mlflow.log_params({"p": 1}),
    "set_tag": lambda: mlflow.set_tag("t", 1),
    "set_tags": lambda: mlflow.set_tags({"t": 1}),
    "log_text": lambda: mlflow.log_text("x", "a.txt"),
    "log_dict": lambda: mlflow.log_dict({}, "a.json"),
    "log_input": lambda: mlflow.log_input(genesis_flow.data.from_numpy(np.zeros(2))),
    "get_artifact_uri": mlflow.get_artifact_uri,
}


@pytest.mark.parametrize("name", IMPLICIT)
def test_logging_starts_a_run(memory: str, name: str) -> None:
    """Without an active run one is started, and stays active."""
    IMPLICIT[name]()

    assert "RUNNING" == mlflow.get_run(mlflow.active_run().info.run_id).info.status


def test_logging_to_a_named_run_starts_none(memory: str) -> None:
    """`run_id` says where to."""
    run_id = mlflow.MlflowClient().create_run("0").info.run_id
    mlflow.log_metric("m", 1, run_id=run_id)
    mlflow.log_metrics({"n": 2}, run_id=run_id, step=3, timestamp=4)
    mlflow.log_params({"p": 1}, run_id=run_id)
    mlflow.log_text("x", "a.txt", run_id=run_id)
    data = mlflow.get_run(run_id).data

    assert (None, {"m": 1.0, "n": 2.0}, {"p": "1"}) == (mlflow.active_run(), data.metrics, data.params)
    (point,) = mlflow.MlflowClient().get_metric_history(run_id, "n")
    assert (3, 4) == (point.step, point.timestamp)


def test_what_logging_returns(memory: str) -> None:
    """A param gives its value back, the rest None."""
    value = {"a": 1}

    assert value is mlflow.log_param("p", value)
    assert [None] * 5 == [
        mlflow.log_metric("m", 1),
        mlflow.log_metrics({"m": 1}),
        mlflow.log_params({"q": 1}),
        mlflow.set_tag("t", 1),
        mlflow.set_tags({"t": 1}),
    ]


def test_many_at_once(memory: str) -> None:
    """More than one batch takes is split."""
    mlflow.log_metrics({f"m{i}": np.float32(i) for i in range(1_500)})
    mlflow.log_params({f"p{i}": i for i in range(250)})
    mlflow.set_tags({f"t{i}": i for i in range(250)})
    data = mlflow.last_active_run().data

    assert (1_500, 250) == (len(data.metrics), len(data.params))
    assert 250 == len([key for key in data.tags if key.startswith("t")])


def test_nothing_at_all(memory: str) -> None:
    """Empty dictionaries write nothing."""
    mlflow.log_metrics({})
    mlflow.log_params({})
    mlflow.set_tags({})
    data = mlflow.last_active_run().data

    assert ({}, {}) == (data.metrics, data.params)


@pytest.mark.parametrize("metrics", [{"a": 1, "b": None}, {"a": 1, "b": "x"}, {"a": 1, "b@": 1}, {"a": 1, 5: 1}])
def test_one_wrong_metric_leaves_nothing(memory: str, metrics: dict[Any, Any]) -> None:
    """Metrics that are logged together are all or nothing."""
    assert INVALID == refusal(lambda: mlflow.log_metrics(metrics))[0]
    assert {} == mlflow.last_active_run().data.metrics


def test_removing_a_tag(memory: str) -> None:
    """Of the active run."""
    mlflow.set_tag("t", 1)
    mlflow.delete_tag("t")

    assert "t" not in mlflow.last_active_run().data.tags
    assert MISSING == refusal(lambda: mlflow.delete_tag("t"))[0]


def test_datasets_are_inputs(memory: str) -> None:
    """With their context and tags, several at once too."""
    frame = genesis_flow.data.from_pandas(pd.DataFrame({"a": [1]}), name="frame")
    array = genesis_flow.data.from_numpy(np.zeros(2), name="array")
    mlflow.log_input(frame, context="train", tags={"k": "v"})
    mlflow.log_inputs([array, None], ["eval", None], [None, None])
    found = {
        used.dataset.name: {tag.key: tag.value for tag in used.tags}
        for used in mlflow.last_active_run().inputs.dataset_inputs
    }

    assert {"frame": {"mlflow.data.context": "train", "k": "v"}, "array": {"mlflow.data.context": "eval"}} == found
    assert 1 == len(mlflow.search_runs(["0"], "dataset.context = 'train'", output_format="list"))


@pytest.mark.parametrize(
    "call",
    [
        lambda: mlflow.log_inputs([None], ["a", "b"], [None]),
        lambda: mlflow.log_input(context="train"),
        lambda: mlflow.log_input(tags={"a": "b"}),
        lambda: mlflow.log_input("data.csv"),
        lambda: mlflow.log_input(pd.DataFrame({"a": [1]})),
    ],
)
def test_wrong_inputs_are_refused(memory: str, call: Any) -> None:
    """Lists that do not fit, labels without a dataset, and what is no dataset."""
    assert INVALID == refusal(call)[0]
    assert [] == mlflow.MlflowClient().search_runs(["0"], "dataset.name LIKE '%'")


def test_flushing_artifacts_does_nothing(memory: str) -> None:
    """Artifacts are stored before the call that logs them returns."""
    mlflow.flush_artifact_async_logging()

    assert mlflow.active_run() is None


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "..", "a\\b", "s3://x"])
def test_artifact_paths_cannot_leave_the_run(memory: str, path: str) -> None:
    """Refused before anything is written."""
    assert INVALID == refusal(lambda: mlflow.log_text("x", path))[0]
