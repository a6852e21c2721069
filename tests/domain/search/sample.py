"""The runs and experiments that MLflow's answers were recorded on, and ways to search them."""

from __future__ import annotations

from collections.abc import Sequence

from genesis_flow.domain.entities.dataset import CONTEXT_TAG, Dataset, DatasetInput
from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.entities.run import NAME_TAG, Run
from genesis_flow.domain.search.binding import bind_filter, bind_order
from genesis_flow.domain.search.evaluate import predicate, sorted_by
from genesis_flow.domain.search.fields import EXPERIMENTS, RUNS
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.values.lifecycle import RunStatus, Stage


def run(
    name: str,
    id: str,
    started_at: int,
    *,
    metrics: dict[str, float] | None = None,
    params: dict[str, str] | None = None,
    tags: dict[str, str] | None = None,
    datasets: Sequence[tuple[str, str, str | None]] = (),
) -> Run:
    """A running run; datasets are (name, digest, context)."""
    return Run(
        id=id, experiment_id="1", name=name, user_id="unknown", status=RunStatus.RUNNING,
        started_at=started_at, ended_at=None, stage=Stage.ACTIVE, deleted_at=None,
        artifact_uri=f"/store/1/{id}/artifacts",
        params=params or {}, tags={**(tags or {}), NAME_TAG: name},
        metrics={key: Metric(key, value, 1, 0) for key, value in (metrics or {}).items()},
        dataset_inputs=tuple(
            DatasetInput(
                Dataset(name, digest, "local", "{}"), {} if context is None else {CONTEXT_TAG: context}
            )
            for name, digest, context in datasets
        ),
    )


R1_ID = "69d08a952cd1474e96965322d6a11e02"
SAMPLE_RUNS = (
    run("r1", R1_ID, 1000, metrics={"m": 1.0}, params={"p": "abc"}, tags={"t": "x"}),
    run("r2", "2" * 32, 1000, metrics={"m": float("nan")}, params={"p": "ABC"}, tags={"t": "X"}),
    run("r3", "3" * 32, 2000, metrics={"m": float("inf")}),
    run("r4", "4" * 32, 3000, metrics={"m": -5.0}, params={"p": "aXc"}, tags={"t x": "sp", "a.b-c/d": "1"}),
    run("r5", "5" * 32, 500, tags={"t": ""}),
    run("gen", "6" * 32, 0),
)
DATASET_RUNS = (
    run("w", "7" * 32, 1, datasets=[("ds", "d1", "train")]),
    run("two", "8" * 32, 0, datasets=[("other", "d2", "eval"), ("third", "d3", None)]),
    run("empty", "9" * 32, 0, datasets=[("e", "d4", "")]),
    run("none", "a" * 32, 0, datasets=[("n", "d5", None)]),
)


def experiment(
    id: int, name: str, created_at: int, updated_at: int, tags: dict[str, str] | None = None
) -> Experiment:
    """An active experiment."""
    return Experiment(str(id), name, f"/store/{id}", Stage.ACTIVE, created_at, updated_at, tags or {})


SAMPLE_EXPERIMENTS = (
    experiment(0, "Default", 1, 2),
    experiment(1, "e1", 2, 2),
    experiment(2, "tmp", 3, 3),
    experiment(3, "Alpha", 4, 4, {"g": "2"}),
    experiment(4, "beta", 5, 5, {"g": "1"}),
    experiment(5, "alpha2", 6, 6, {"g": "3"}),
)


def found_runs(
    filter: str | None = None, order_by: Sequence[str] = (), runs: Sequence[Run] = SAMPLE_RUNS
) -> list[str]:
    """Names of the runs that match, in order."""
    matches = predicate(bind_filter(filter, RUNS))
    order = total_order(bind_order(order_by, RUNS), RUNS)
    return [found.name for found in sorted_by((one for one in runs if matches(one)), order)]


def found_experiments(filter: str | None = None, order_by: Sequence[str] = ()) -> list[str]:
    """Names of the experiments that match, in order."""
    matches = predicate(bind_filter(filter, EXPERIMENTS))
    order = total_order(bind_order(order_by, EXPERIMENTS), EXPERIMENTS)
    return [found.name for found in sorted_by((one for one in SAMPLE_EXPERIMENTS if matches(one)), order)]
