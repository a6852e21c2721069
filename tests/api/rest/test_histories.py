"""Histories of many runs, and the datasets that experiments used."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.rest.conftest import Wire

SEE_DOCS = " See the API docs for more information about request parameters."
BULK = "metrics/get-history-bulk"
INTERVAL = "metrics/get-history-bulk-interval"


@pytest.fixture
def run_ids(wire: Wire) -> list[str]:
    """Two runs with seven points each: two for a step, falling timestamps, a NaN."""
    ids = sorted(wire.run_id() for _ in range(2))
    for id in ids:
        points = [
            {"key": "m", "value": "NaN" if place == 3 else place, "timestamp": 10 - place, "step": place // 2}
            for place in range(7)
        ]
        assert (200, {}) == wire.post("runs/log-batch", {"run_id": id, "metrics": points})
    return ids


def values(answer: tuple[int, Any]) -> list[Any]:
    """Status, then the values of the points of an answer."""
    return [answer[0], *(point["value"] for point in answer[1].get("metrics", ()))]


def message(answer: tuple[int, Any]) -> tuple[int, str, str]:
    """Status, code and message of a refusal."""
    return answer[0], answer[1]["error_code"], answer[1]["message"]


def test_histories_of_runs(wire: Wire, run_ids: list[str]) -> None:
    """Points come run after run by id, each run's by time, each with its run; unknown runs have none."""
    status, body = wire.get(BULK, run_id=[*reversed(run_ids), "nope"], metric_key="m")
    history = [6.0, 5.0, 4.0, "NaN", 2.0, 1.0, 0.0]
    assert (200, history * 2) == (status, [point["value"] for point in body["metrics"]])
    assert [id for id in run_ids for _ in history] == [point["run_id"] for point in body["metrics"]]
    assert {"key": "m", "value": 6.0, "timestamp": 4, "step": 3, "run_id": run_ids[0]} == body["metrics"][0]


@pytest.mark.parametrize(("most", "count"), [(9, 9), (0, 0), (26_000, 14)])
def test_the_most_of_all_runs_together(wire: Wire, run_ids: list[str], most: int, count: int) -> None:
    """`max_results` counts the points of all runs."""
    assert count == len(wire.get(BULK, run_id=run_ids, metric_key="m", max_results=most)[1]["metrics"])


def test_requests_for_histories(wire: Wire, run_ids: list[str]) -> None:
    """A key and one to a hundred runs are needed, in MLflow's words."""
    many = [str(place) for place in range(101)]
    start = "GetMetricHistoryBulk request"
    answers = [
        message(wire.get(BULK, metric_key="m")),
        message(wire.get(BULK, run_id=run_ids)),
        message(wire.get(BULK, run_id=many, metric_key="m")),
    ]
    expected = [
        f"{start} must specify at least one run_id.",
        f"{start} must specify a metric_key.",
        f"{start} cannot specify more than 100 run_ids. Received 101 run_ids.",
    ]
    assert [(400, "INVALID_PARAMETER_VALUE", text) for text in expected] == answers
    assert 400 == wire.get(BULK, run_id=run_ids, metric_key="m", max_results="-1")[0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [1.0, 0.0, "NaN", 2.0, 5.0, 4.0, 6.0]),
        ({"max_results": 3}, [1.0, 2.0, 6.0]),
        ({"max_results": 1}, [6.0]),
        ({"start_step": 1, "end_step": 2}, ["NaN", 2.0, 5.0, 4.0]),
        ({"start_step": -2, "end_step": 0, "max_results": 1}, [0.0]),
        ({"start_step": 7, "end_step": 9}, []),
    ],
)
def test_samples(wire: Wire, run_ids: list[str], query: Any, expected: list[Any]) -> None:
    """Each run is stood for by points spread evenly over its steps, its last point among them, as in MLflow."""
    assert [200, *expected] == values(wire.get(INTERVAL, run_ids=run_ids[:1], metric_key="m", **query))
    assert [200, *expected, *expected] == values(wire.get(INTERVAL, run_ids=run_ids, metric_key="m", **query))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"run_ids": ()}, f"Missing value for required parameter 'run_ids'.{SEE_DOCS}"),
        ({"metric_key": ()}, f"Missing value for required parameter 'metric_key'.{SEE_DOCS}"),
        ({"max_results": 0}, f"max_results must be between 1 and 2500.{SEE_DOCS}"),
        ({"max_results": 2501}, f"max_results must be between 1 and 2500.{SEE_DOCS}"),
        ({"start_step": 1}, "If either start step or end step are specified, both must be specified."),
        ({"end_step": 1}, "If either start step or end step are specified, both must be specified."),
        (
            {"start_step": 2, "end_step": 1},
            "end_step must be greater than start_step. Found start_step=2 and end_step=1.",
        ),
        (
            {"run_ids": [str(place) for place in range(101)]},
            "GetMetricHistoryBulkInterval request must specify at most 100 run_ids. Received 101 run_ids." + SEE_DOCS,
        ),
    ],
)
def test_requests_for_samples(wire: Wire, run_ids: list[str], query: Any, expected: str) -> None:
    """What is missing or out of range is refused in MLflow's words."""
    refusal = message(wire.get(INTERVAL, **{"run_ids": run_ids, "metric_key": "m", **query}))
    assert (400, "INVALID_PARAMETER_VALUE", expected) == refusal


def test_large_pages_of_a_history(wire: Wire, run_ids: list[str]) -> None:
    """A page may be asked for as large as one likes."""
    assert 8 == len(values(wire.get("metrics/get-history", run_id=run_ids[0], metric_key="m", max_results=10**9)))


@pytest.mark.parametrize("start", ["/api/2.0/", "/ajax-api/2.0/", "/api/2.0", "/ajax-api/2.0"])
def test_datasets_of_experiments(wire: Wire, run_ids: list[str], start: str) -> None:
    """Each use of a dataset is listed once, by whatever path of the API it is asked for."""
    uses = [("d0", "train"), ("d0", "train"), ("d1", None)]
    for run_id, (name, context) in zip([*run_ids, run_ids[0]], uses, strict=True):
        dataset = {"name": name, "digest": "x", "source_type": "s", "source": "t"}
        tags = [{"key": "mlflow.data.context", "value": context}] if context else []
        wire.post("runs/log-inputs", {"run_id": run_id, "datasets": [{"dataset": dataset, "tags": tags}]})
    response = wire.client.post(f"{start}mlflow/experiments/search-datasets", json={"experiment_ids": ["0", "77"]})
    expected = [
        {"experiment_id": "0", "name": "d0", "digest": "x", "context": "train"},
        {"experiment_id": "0", "name": "d1", "digest": "x"},
    ]
    found = sorted(response.json()["dataset_summaries"], key=lambda use: use["name"])
    assert (200, expected) == (response.status_code, found)


def test_requests_for_datasets(wire: Wire) -> None:
    """One to twenty experiments have to be named, in MLflow's words."""
    path, start = "experiments/search-datasets", "SearchDatasets request"
    many = [str(place) for place in range(21)]
    answers = [wire.refusal(path, {})[2], wire.refusal(path, {"experiment_ids": many})[2]]
    expected = [
        f"{start} must specify at least one experiment_id.",
        f"{start} cannot specify more than 20 experiment_ids. Received 21 experiment_ids.",
    ]
    assert expected == answers
    assert 400 == wire.refusal(path, {"experiment_ids": ["x"]})[0]
