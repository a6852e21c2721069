"""Entities as stores must keep them: equal steps, NaN and infinities, extreme integers, awkward texts."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from genesis_flow.domain.entities.dataset import CONTEXT_TAG, Dataset, DatasetInput
from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.entities.run import NAME_TAG, Run
from genesis_flow.domain.values.lifecycle import RunStatus, Stage
from genesis_flow.domain.values.limits import INT64_MAX, INT64_MIN
from tests.strategies.text import keys, values

NOW = 1_700_000_000_000
NAN, INFINITY = float("nan"), float("inf")

_METRIC_VALUES = (
    NAN, INFINITY, -INFINITY, 0.0, 1.0, -1.0, 1.0 + 1e-12, 0.1, 0.1 + 0.2, 0.3, 5e-324,
    1.7976931348623157e308, -1.7976931348623157e308, 2.0**53, 2.0**53 + 2, 1e22,
)


def metric_values() -> st.SearchStrategy[float]:
    """Any float but -0.0, which is stored as 0.0; often one of a few, so that values meet."""
    anything = st.floats().map(lambda value: 0.0 if value == 0 else value)
    return st.sampled_from(_METRIC_VALUES) | st.integers(-2, 2).map(float) | anything


def times() -> st.SearchStrategy[int]:
    """Milliseconds since the epoch; often equal or next to each other."""
    return st.sampled_from((0, 1, NOW - 1, NOW, NOW + 1, 2**53, 2**53 + 1, INT64_MAX - 1, INT64_MAX))


def steps() -> st.SearchStrategy[int]:
    """Steps of metrics; often equal."""
    return st.sampled_from((0, 0, 1, 2, -1, INT64_MIN, INT64_MAX))


def metrics(metric_keys: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Metric]:
    """Metric points."""
    return st.builds(
        Metric, key=keys() if metric_keys is None else metric_keys, value=metric_values(), timestamp=times(),
        step=steps(),
    )


@st.composite
def dataset_inputs(draw: st.DrawFn) -> tuple[DatasetInput, ...]:
    """
    The datasets of a run, each once.

    What a dataset holds follows from its name and digest: stores keep one dataset of a name and digest.
    """
    names = st.tuples(st.sampled_from(("d", "D", "d%", "é", "it's")), st.sampled_from(("1", "01", "d")))
    tags: tuple[dict[str, str], ...] = (
        {}, {CONTEXT_TAG: "train"}, {CONTEXT_TAG: "Train"}, {CONTEXT_TAG: "", "other": "x"},
    )
    return tuple(
        DatasetInput(Dataset(name, digest, "local", f"{name}:{digest}"), dict(draw(st.sampled_from(tags))))
        for name, digest in draw(st.lists(names, max_size=3, unique=True))
    )


@st.composite
def runs(draw: st.DrawFn, experiment_ids: Sequence[str]) -> Run:
    """
    Active runs of these experiments, with the latest points of their metrics.

    Ids are 32 hexadecimal digits and may repeat: draw lists with `unique_by`.
    """
    name = draw(values().filter(bool))
    id = draw(st.uuids()).hex
    experiment_id = draw(st.sampled_from(list(experiment_ids)))
    points = draw(st.lists(metrics(), max_size=4, unique_by=lambda point: point.key))
    return Run(
        id=id, experiment_id=experiment_id, name=name, user_id=draw(values()),
        status=draw(st.sampled_from(RunStatus)), started_at=draw(times()), ended_at=draw(st.none() | times()),
        stage=Stage.ACTIVE, deleted_at=None, artifact_uri=f"memory://artifacts/{experiment_id}/{id}/artifacts",
        params=draw(texts_by_key()), metrics={point.key: point for point in points},
        tags={**draw(texts_by_key()), NAME_TAG: name}, dataset_inputs=draw(dataset_inputs()),
    )


def texts_by_key() -> st.SearchStrategy[dict[str, str]]:
    """Params or tags."""
    return st.dictionaries(keys(), values(), max_size=4)


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    """Active experiments. Ids and names may repeat: draw lists with `unique_by`."""
    id = draw(st.integers(0, 30) | st.just(INT64_MAX))
    return Experiment(
        id=str(id), name=draw(values().filter(bool)), artifact_location=f"memory://artifacts/{id}",
        stage=Stage.ACTIVE, created_at=draw(times()), updated_at=draw(times()), tags=draw(texts_by_key()),
    )
