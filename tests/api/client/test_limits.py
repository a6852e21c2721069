"""Sizes at the client: what is just allowed is kept, one more is refused (or cut) by name, in MLflow's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
from genesis_flow.settings import MLFLOW_TRUNCATE_LONG_VALUES
from tests.api.refusals import INVALID, refusal

Call = Callable[[MlflowClient, str, int], Any]


def _dataset(client: MlflowClient, run_id: str, **fields: Any) -> None:
    given = {"name": "n", "digest": "d", "source_type": "local", "source": "s"} | fields
    client.log_inputs(run_id, [DatasetInput(Dataset(**given))])


def _input_tag(client: MlflowClient, run_id: str, key: str, value: str) -> None:
    client.log_inputs(run_id, [DatasetInput(Dataset("n", "d", "local", "s"), [InputTag(key, value)])])


LIMITS: dict[str, tuple[int, str, Call]] = {
    "param key": (250, "'Param key'", lambda c, r, n: c.log_param(r, "k" * n, "v")),
    "metric key": (250, "'Metric name'", lambda c, r, n: c.log_metric(r, "k" * n, 1)),
    "run tag key": (250, "'key'", lambda c, r, n: c.set_tag(r, "k" * n, "v")),
    "creation tag key": (250, "'key'", lambda c, r, n: c.create_run("0", tags={"k" * n: "v"})),
    "experiment name": (500, "'name'", lambda c, r, n: c.create_experiment("n" * n)),
    "new experiment name": (500, "'name'", lambda c, r, n: c.rename_experiment("0", "n" * n)),
    "experiment tag key": (250, "'key'", lambda c, r, n: c.set_experiment_tag("0", "k" * n, "v")),
    "experiment tag value": (20_000, "'value'", lambda c, r, n: c.set_experiment_tag("0", "k", "v" * n)),
    "creation experiment tag": (20_000, "'value'", lambda c, r, n: c.create_experiment("e", tags={"k": "v" * n})),
    "dataset name": (500, "'name'", lambda c, r, n: _dataset(c, r, name="n" * n)),
    "dataset digest": (36, "'digest'", lambda c, r, n: _dataset(c, r, digest="d" * n)),
    "dataset source": (65_535, "'source'", lambda c, r, n: _dataset(c, r, source="s" * n)),
    "dataset schema": (1_048_575, "'schema'", lambda c, r, n: _dataset(c, r, schema="s" * n)),
    "dataset profile": (16_777_215, "'profile'", lambda c, r, n: _dataset(c, r, profile="p" * n)),
    "input tag key": (255, "'key'", lambda c, r, n: _input_tag(c, r, "k" * n, "v")),
    "input tag value": (500, "'value'", lambda c, r, n: _input_tag(c, r, "k", "v" * n)),
}


@pytest.mark.parametrize("what", LIMITS)
def test_the_limit_is_allowed_and_one_more_is_refused(client: MlflowClient, run_id: str, what: str) -> None:
    """The message names the field and the limit, the code is INVALID_PARAMETER_VALUE."""
    limit, field, call = LIMITS[what]
    call(client, run_id, limit)

    code, message = refusal(lambda: call(client, run_id, limit + 1))

    assert (INVALID, True) == (code, f"{field} exceeds the maximum length of {limit} characters" in message)


def test_the_length_of_a_location(client: MlflowClient) -> None:
    """A location has 2,048 characters at most, which MLflow words in another way."""
    location = "s3://" + "b" * 2_043
    client.create_experiment("e", artifact_location=location)

    code, message = refusal(lambda: client.create_experiment("f", artifact_location=f"{location}b"))

    assert (INVALID, True) == (code, message.startswith("Invalid artifact path length. "))


@pytest.mark.parametrize(("write", "kind", "limit"), [("log_param", "params", 6_000), ("set_tag", "tags", 8_000)])
def test_long_values_are_cut_by_default(client: MlflowClient, run_id: str, write: str, kind: str, limit: int) -> None:
    """A value one too long loses its last character, with a warning; the longest legal one loses nothing."""
    getattr(client, write)(run_id, "long", "v" * (limit + 1))
    getattr(client, write)(run_id, "legal", "v" * limit)
    found = getattr(client.get_run(run_id).data, kind)

    assert ("v" * limit, "v" * limit) == (found["long"], found["legal"])


@pytest.mark.parametrize(
    ("write", "message"),
    [
        ("log_param", "'Param value' exceeds the maximum length of 6000 characters"),
        ("set_tag", "'value' exceeds the maximum length of 8000 characters"),
    ],
)
def test_long_values_are_refused_where_the_environment_says_so(
    client: MlflowClient, run_id: str, write: str, message: str
) -> None:
    """MLFLOW_TRUNCATE_LONG_VALUES=false counts from the next call on, and a refused value leaves nothing."""
    MLFLOW_TRUNCATE_LONG_VALUES.set(False)

    code, found = refusal(lambda: getattr(client, write)(run_id, "long", "v" * 8_001))

    assert (INVALID, message) == (code, found[: len(message)])
    assert ({}, False) == (client.get_run(run_id).data.params, "long" in client.get_run(run_id).data.tags)


def test_params_are_compared_after_they_are_cut(client: MlflowClient, run_id: str) -> None:
    """Two values that agree in what is kept are the same value."""
    client.log_param(run_id, "p", "v" * 6_000 + "a")
    client.log_param(run_id, "p", "v" * 6_000 + "b")

    assert {"p": "v" * 6_000} == client.get_run(run_id).data.params


def test_a_run_name_and_its_tag_are_cut_alike(client: MlflowClient) -> None:
    """The name of a run is its tag `mlflow.runName`, however long it was asked for."""
    run = client.create_run("0", run_name="n" * 9_000)
    client.update_run(client.create_run("0").info.run_id, name="m" * 9_000)

    assert {"n" * 8_000} == {run.info.run_name, run.data.tags["mlflow.runName"]}
    assert ["m" * 8_000] == [r.info.run_name for r in client.search_runs(["0"], "run_name LIKE 'm%'")]


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"metrics": 1_001}, "1000 metrics. Got 1001 metrics"),
        ({"params": 101}, "100 params. Got 101 params"),
        ({"tags": 101}, "100 tags. Got 101 tags"),
        ({"metrics": 901, "params": 50, "tags": 50}, "1000 metrics, params, and tags. Got 1001"),
    ],
)
def test_the_store_refuses_batches_that_are_too_large(
    client: MlflowClient, run_id: str, given: dict[str, int], what: str
) -> None:
    """The limits hold below the client, which splits."""
    log_batch = client._application.logging.log_batch
    from genesis_flow.domain.entities.metric import Metric as Point
    from genesis_flow.domain.errors import InvalidInput

    points = [Point(f"m{i}", 1.0, 1, 0) for i in range(given.get("metrics", 0))]
    pairs = {name: [(f"{name}{i}", "v") for i in range(given.get(name, 0))] for name in ("params", "tags")}
    with pytest.raises(InvalidInput) as caught:
        log_batch(run_id, metrics=points, **pairs)

    assert f"A batch logging request can contain at most {what}" in caught.value.message
    assert ({}, {}) == (client.get_run(run_id).data.metrics, client.get_run(run_id).data.params)


@pytest.mark.parametrize(("metrics", "params", "tags"), [(2_500, 0, 0), (2_500, 250, 150), (0, 0, 250), (950, 60, 40)])
def test_the_client_splits_what_is_too_large_for_one_batch(
    client: MlflowClient, run_id: str, metrics: int, params: int, tags: int
) -> None:
    """However much is logged at once, each item arrives once."""
    client.log_batch(
        run_id,
        [Metric("m", float(i), 1, i) for i in range(metrics)],
        [Param(f"p{i}", str(i)) for i in range(params)],
        [RunTag(f"t{i}", str(i)) for i in range(tags)],
    )
    data = client.get_run(run_id).data

    assert list(range(metrics)) == [point.step for point in client.get_metric_history(run_id, "m")]
    assert {f"p{i}": str(i) for i in range(params)} == data.params
    assert {f"t{i}": str(i) for i in range(tags)} == {k: v for k, v in data.tags.items() if k.startswith("t")}


def test_of_several_batches_those_before_the_wrong_one_stay(client: MlflowClient, run_id: str) -> None:
    """All or nothing holds for each batch of at most 1,000, as in MLflow."""
    params = [Param(f"p{i}", "v") for i in range(100)] + [Param("bad@key", "v")]

    assert INVALID == refusal(lambda: client.log_batch(run_id, params=params))[0]
    assert 100 == len(client.get_run(run_id).data.params)


def test_more_than_1000_datasets_are_refused(client: MlflowClient, run_id: str) -> None:
    """Datasets are not split."""
    inputs = [DatasetInput(Dataset(f"n{i}", "d", "local", "s")) for i in range(1_001)]

    code, message = refusal(lambda: client.log_inputs(run_id, inputs))

    assert (INVALID, True) == (code, "at most 1000 datasets" in message)
    assert [] == client.get_run(run_id).inputs.dataset_inputs
