"""Which keys and values the client takes; codes and texts are what MLflow 3.17.2 answers, where not said otherwise."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import Metric, Param, RunTag
from tests.api.refusals import INVALID, refusal

LEGAL_KEYS = [
    "a/b",
    "a b",
    "a:b",
    "a.b",
    "a-b",
    "ü",
    "a.b.c",
    "Ab",
    "aB",
    "\u00e9",
    "0",
    "_",
    " ",
    "a" * 250,
    "mlflow.x",
]
ILLEGAL_KEYS = [
    "",
    ".",
    "..",
    "../a",
    "/a",
    "a/",
    "a//b",
    "a/./b",
    "a@b",
    "$x",
    "a$b",
    "a\nb",
    "a\n",
    "a\0b",
    "a`b",
    "e\u0301",
    "\ud800",
]
WRITES = ["log_param", "log_metric", "set_tag"]


@pytest.mark.parametrize("write", WRITES)
def test_legal_keys_are_kept_apart(client: MlflowClient, run_id: str, write: str) -> None:
    """Keys that differ in case, dots or accents are different keys, and all are readable."""
    for number, key in enumerate(LEGAL_KEYS):
        getattr(client, write)(run_id, key, number)
    data = client.get_run(run_id).data
    found = {**data.params, **{k: str(int(v)) for k, v in data.metrics.items()}, **data.tags}

    assert {key: str(number) for number, key in enumerate(LEGAL_KEYS)}.items() <= found.items()


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("key", ILLEGAL_KEYS)
def test_illegal_keys_are_refused(client: MlflowClient, run_id: str, write: str, key: str) -> None:
    """The message shows the key in printable form, and nothing is written."""
    code, message = refusal(lambda: getattr(client, write)(run_id, key, 1))

    assert (INVALID, True) == (code, message.isprintable() or "\n\nA param is written once" in message)
    data = client.get_run(run_id).data
    assert ({}, {}, {"mlflow.runName"}) == (data.params, data.metrics, set(data.tags))


@pytest.mark.parametrize("key", [None, 1, {}, {"a": 1}, [], b"k", 1.5, ("a",)])
def test_keys_that_are_no_text_are_refused(client: MlflowClient, run_id: str, key: Any) -> None:
    """Whatever stands where a key belongs, users see MLflow's error, alone and in a batch; ours, MLflow's crash."""
    calls = [
        lambda: client.log_param(run_id, key, 1),
        lambda: client.log_metric(run_id, key, 1),
        lambda: client.set_tag(run_id, key, 1),
        lambda: client.log_batch(run_id, [Metric(key, 1.0, 1, 1)]),
        lambda: client.log_batch(run_id, [Metric("ok", 1.0, 1, 1), Metric(key, 1.0, 1, 1)]),
        lambda: client.log_batch(run_id, params=[Param(key, "1")]),
        lambda: client.log_batch(run_id, tags=[RunTag(key, "1")]),
        lambda: client.delete_tag(run_id, key),
    ]

    assert [INVALID] * len(calls) == [refusal(call)[0] for call in calls]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, "None"),
        ("", ""),
        (1, "1"),
        (1.5, "1.5"),
        ({"a": [1]}, "{'a': [1]}"),
        (True, "True"),
        (np.float32(0.5), "0.5"),
    ],
)
def test_params_and_tags_are_texts(client: MlflowClient, run_id: str, value: Any, kept: str) -> None:
    """What is no text is kept as `str` shows it."""
    returned = client.log_param(run_id, "p", value)
    client.set_tag(run_id, "t", value)
    client.log_batch(run_id, params=[Param("q", value)], tags=[RunTag("u", value)])
    data = client.get_run(run_id).data

    assert value is returned
    assert [kept] * 4 == [data.params["p"], data.tags["t"], data.params["q"], data.tags["u"]]


@pytest.mark.parametrize("text", ["a\ud800", "\udfff"])
def test_lone_surrogates_are_refused(client: MlflowClient, run_id: str, text: str) -> None:
    """No store can hold them, so the call says so; ours, MLflow's store crashes."""
    calls = [
        lambda: client.log_param(run_id, "p", text),
        lambda: client.set_tag(run_id, "t", text),
        lambda: client.create_experiment(text),
        lambda: client.get_experiment_by_name(text),
        lambda: client.create_run("0", run_name=text),
        lambda: client.update_run(run_id, name=text),
        lambda: client.create_experiment("e", artifact_location=text),
        lambda: client.set_experiment_tag("0", "k", text),
    ]

    assert [INVALID] * len(calls) == [refusal(call)[0] for call in calls]
    assert {"mlflow.runName"} == set(client.get_run(run_id).data.tags)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("1.5", 1.5),
        (True, 1.0),
        (2, 2.0),
        (Decimal("0.5"), 0.5),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3.0),
        (np.array([0.25]), 0.25),
        (np.array(7), 7.0),
        (np.array([[1]]), 1.0),
        (5e-324, 5e-324),
        (-0.0, -0.0),
    ],
)
def test_metric_values_become_floats(client: MlflowClient, run_id: str, value: Any, kept: float) -> None:
    """Numbers of any kind, numeric texts and arrays of one element, alone and in a batch."""
    client.log_metric(run_id, "m", value)
    client.log_batch(run_id, [Metric("b", value, 1, 1)])
    data = client.get_run(run_id).data

    assert {"m": kept, "b": kept} == data.metrics
    assert [float] * 2 == [type(found) for found in data.metrics.values()]


@pytest.mark.parametrize("value", [None, "x", {}, [], 1j, 10**400, np.array([1.0, 2.0]), np.array(["x"]), object()])
def test_metric_values_that_are_no_number_are_refused(client: MlflowClient, run_id: str, value: Any) -> None:
    """Alone and in a batch, and nothing of the batch is written."""
    batch = [Metric("good", 1.0, 1, 1), Metric("m", value, 1, 1)]

    assert INVALID == refusal(lambda: client.log_metric(run_id, "m", value))[0]
    assert INVALID == refusal(lambda: client.log_batch(run_id, batch))[0]
    assert {} == client.get_run(run_id).data.metrics


def test_nan_and_infinities_are_kept(client: MlflowClient, run_id: str) -> None:
    """They come back as they are, also given as text."""
    for key, value in {"n": math.nan, "i": math.inf, "j": -math.inf, "t": "nan", "u": "-inf"}.items():
        client.log_metric(run_id, key, value)  # type: ignore[arg-type]  # numeric texts are taken
    found = client.get_run(run_id).data.metrics

    assert [True, math.inf, -math.inf, True, -math.inf] == [
        math.isnan(found["n"]),
        found["i"],
        found["j"],
        math.isnan(found["t"]),
        found["u"],
    ]


@pytest.mark.parametrize("step", [0, -1, 2**63 - 1, -(2**63), np.int64(3), np.int32(-3), 5.0])
def test_steps_are_64_bit_integers(client: MlflowClient, run_id: str, step: Any) -> None:
    """The extremes come back unchanged, as Python integers."""
    client.log_metric(run_id, "m", 1.0, step=step)
    found = client.get_metric_history(run_id, "m")[0].step

    assert (int(step), int) == (found, type(found))


@pytest.mark.parametrize(
    "given",
    [
        {"step": 2**63},
        {"step": -(2**63) - 1},
        {"step": "1"},
        {"step": 1.5},
        {"timestamp": -1},
        {"timestamp": 2**63},
        {"timestamp": "1"},
        {"timestamp": 0.5},
    ],
)
def test_steps_and_times_beyond_64_bits_are_refused(client: MlflowClient, run_id: str, given: dict[str, Any]) -> None:
    """The message names the parameter; fractions are refused too (ours: MLflow keeps them)."""
    (name,) = given

    code, message = refusal(lambda: client.log_metric(run_id, "m", 1.0, **given))

    assert (INVALID, True) == (code, f"for parameter '{name}' supplied" in message)


def test_times_zero_and_default(client: MlflowClient, run_id: str) -> None:
    """Timestamp 0 is a time; without one it is now."""
    client.log_metric(run_id, "zero", 1.0, timestamp=0)
    client.log_metric(run_id, "now", 1.0)

    assert 0 == client.get_metric_history(run_id, "zero")[0].timestamp
    assert client.get_metric_history(run_id, "now")[0].timestamp >= client.get_run(run_id).info.start_time


def test_points_that_are_equal_are_one(client: MlflowClient, run_id: str) -> None:
    """A repeated write is a success and changes nothing; history is by timestamp, step and value."""
    points = [Metric("m", 1.0, 2, 1), Metric("m", 1.0, 2, 1), Metric("m", 3.0, 1, 9), Metric("m", 0.5, 2, 1)]
    for _ in range(2):
        client.log_batch(run_id, points)

    found = [(p.value, p.timestamp, p.step) for p in client.get_metric_history(run_id, "m")]
    assert [(3.0, 1, 9), (0.5, 2, 1), (1.0, 2, 1)] == found
    assert {"m": 3.0} == client.get_run(run_id).data.metrics


def test_a_param_cannot_change(client: MlflowClient, run_id: str) -> None:
    """The same value again is no change; another one is refused with advice, and a batch leaves nothing."""
    client.log_param(run_id, "a", 1)
    client.log_param(run_id, "a", "1")
    batch = {
        "metrics": [Metric("m", 1.0, 1, 1)],
        "params": [Param("b", "2"), Param("a", "2")],
        "tags": [RunTag("t", "1")],
    }

    alone, together = (
        refusal(lambda: client.log_param(run_id, "a", 2)),
        refusal(lambda: client.log_batch(run_id, **batch)),
    )

    expected = (
        "Changing param values is not allowed. Param with key='a' was already logged with value='1' for "
        f"run ID='{run_id}'. Attempted logging new value '2'."
    )
    assert (INVALID, INVALID) == (alone[0], together[0])
    assert alone[1].startswith(expected)
    assert together[1].startswith("Changing param values is not allowed.")
    data = client.get_run(run_id).data
    assert ({"a": "1"}, {}, False) == (data.params, data.metrics, "t" in data.tags)


def test_a_batch_names_each_param_once(client: MlflowClient, run_id: str) -> None:
    """Even if the values agree."""
    code, message = refusal(
        lambda: client.log_batch(run_id, params=[Param("z", "1"), Param("z", "1"), Param("y", "1")])
    )

    assert (INVALID, True) == (code, message.startswith("Duplicate parameter keys have been submitted: ['z']."))


def test_one_wrong_item_leaves_nothing_of_a_batch(client: MlflowClient, run_id: str) -> None:
    """The message names the place of the item."""
    code, message = refusal(
        lambda: client.log_batch(run_id, [Metric("m", 1.0, 1, 1)], [Param("p", "1")], [RunTag("bad@", "1")])
    )

    assert (INVALID, True) == (code, "for parameter 'tags[0].key' supplied" in message)
    data = client.get_run(run_id).data
    assert ({}, {}) == (data.metrics, data.params)


def test_of_equal_tags_the_last_counts(client: MlflowClient, run_id: str) -> None:
    """Tags of one batch are set in order."""
    client.log_batch(run_id, tags=[RunTag("d", "1"), RunTag("d", "2")])

    assert "2" == client.get_run(run_id).data.tags["d"]
