"""Fluent search; columns and types are MLflow 3.17.2's."""

from __future__ import annotations

import logging
import math

import pandas as pd
import pytest

import genesis_flow as mlflow
from genesis_flow.api.fluent import runs
from tests.api.refusals import INVALID, refusal


@pytest.fixture
def two(uri: str) -> list[str]:
    """Two experiments with a run each."""
    client = mlflow.MlflowClient()
    experiments = [client.create_experiment(name) for name in ("one", "two")]
    ids = [client.create_run(id, run_name=f"r{id}", start_time=1_000 * int(id)).info.run_id for id in experiments]
    client.log_metric(ids[0], "m", 1.5)
    client.log_param(ids[0], "p", "x")
    client.set_terminated(ids[0], end_time=5_000)
    client.log_metric(ids[1], "n", 2)
    client.set_tag(ids[1], "t", "u")
    return experiments


def test_the_columns(two: list[str]) -> None:
    """Attributes, then metrics, params and tags of all runs found."""
    frame = mlflow.search_runs(two)

    assert ["run_id", "experiment_id", "status", "artifact_uri", "start_time", "end_time"] == list(frame.columns[:6])
    assert ["metrics.m", "metrics.n", "params.p", "tags.mlflow.runName", "tags.t"] == sorted(frame.columns[6:])
    kinds = [column.partition(".")[0] for column in frame.columns[6:]]
    assert sorted(kinds) == kinds


def test_the_cells(two: list[str]) -> None:
    """Times are UTC; what a run does not have is missing."""
    row = mlflow.search_runs(two).set_index("experiment_id").loc
    first, second = row[two[0]], row[two[1]]

    assert (1.5, "x", "FINISHED") == (first["metrics.m"], first["params.p"], first["status"])
    assert pd.Timestamp("1970-01-01 00:00:05", tz="UTC") == first["end_time"]
    assert (True, True, True) == (
        math.isnan(second["metrics.m"]),
        pd.isna(second["params.p"]),
        pd.isna(second["end_time"]),
    )


def test_the_types(two: list[str]) -> None:
    """Metrics are floats, times know their zone."""
    types = mlflow.search_runs(two).dtypes

    assert ["float64", "float64"] == [str(types["metrics.m"]), str(types["metrics.n"])]
    assert ["UTC", "UTC"] == [str(types["start_time"].tz), str(types["end_time"].tz)]


def test_no_runs(two: list[str]) -> None:
    """The columns of attributes are there."""
    frame = mlflow.search_runs(two, "tags.nobody = 'x'")

    assert (0, 6) == frame.shape
    assert "UTC" == str(frame["start_time"].dtype.tz)


def test_a_list(two: list[str]) -> None:
    """Of runs, newest first."""
    found = mlflow.search_runs(two, output_format="list")

    assert two[::-1] == [run.info.experiment_id for run in found]
    with pytest.raises(ValueError, match="Unsupported output format: x"):
        mlflow.search_runs(two, output_format="x")  # type: ignore[call-overload]  # wrong, which is the point


def test_where(two: list[str], caplog: pytest.LogCaptureFixture) -> None:
    """By ids, by names, everywhere, or in the experiment in force; a name that is nobody's is said."""

    def found(**given: object) -> list[str]:
        return sorted(run.info.experiment_id for run in mlflow.search_runs(output_format="list", **given))  # type: ignore[call-overload]  # any arguments

    assert two == found(experiment_ids=two)
    assert [two[1]] == found(experiment_names=["two", None])
    assert two == found(search_all_experiments=True)
    assert [] == found()
    mlflow.set_experiment("one")
    assert [two[0]] == found()
    assert [two[0]] == found(experiment_ids=[])
    with caplog.at_level(logging.WARNING):
        assert [two[0]] == found(experiment_names=["one", "nobody"])
    assert ["No experiment is called 'nobody': it is left out of the search."] == caplog.messages
    assert INVALID == refusal(lambda: found(experiment_ids=two, experiment_names=["one"]))[0]


def test_everywhere_is_where_nothing_is_deleted(two: list[str]) -> None:
    """Deleted experiments are left out; their runs are deleted too."""
    mlflow.delete_experiment(two[0])

    assert [two[1]] == [
        run.info.experiment_id for run in mlflow.search_runs(search_all_experiments=True, output_format="list")
    ]


@pytest.mark.parametrize(("most", "found"), [(None, 7), (5, 5), (7, 7), (0, 0), (100, 7)])
def test_all_pages(memory: str, monkeypatch: pytest.MonkeyPatch, most: int | None, found: int) -> None:
    """As many as asked for, whatever the size of a page."""
    monkeypatch.setattr(runs, "NUM_RUNS_PER_PAGE_PANDAS", 3)
    client = mlflow.MlflowClient()
    for _ in range(7):
        client.create_run("0")

    ids = [run.info.run_id for run in mlflow.search_runs(["0"], max_results=most, output_format="list")]  # type: ignore[arg-type]  # None: all

    assert (found, found) == (len(ids), len(set(ids)))
