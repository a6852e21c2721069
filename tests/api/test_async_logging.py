"""Logging in the background."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import genesis_flow as mlflow
from genesis_flow.api import session
from genesis_flow.api.async_logging import AsyncLogging
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.entities import Metric, Param, RunTag
from genesis_flow.api.run_operations import RunOperations
from genesis_flow.domain.entities.metric import Metric as Point
from genesis_flow.domain.errors import InvalidInput, Unavailable
from genesis_flow.settings import MLFLOW_ENABLE_ASYNC_LOGGING
from tests.api.refusals import INVALID, MISSING, refusal


class Recorder:
    """A store that keeps what is written, may be held up, and may refuse."""

    def __init__(self, refuse: Callable[..., None] | None = None) -> None:
        self.batches: list[tuple[str, list[Any], list[Any], list[Any]]] = []
        self.calls = 0
        self.gate = threading.Event()
        self._refuse = refuse

    def write(self, run_id: str, metrics: list[Any], params: list[Any], tags: list[Any]) -> None:
        self.gate.wait(10)
        self.calls += 1
        if self._refuse is not None:
            self._refuse(run_id, metrics, params, tags)
        self.batches.append((run_id, metrics, params, tags))


def points(count: int, start: int = 0) -> list[Point]:
    return [Point("m", float(i), 1, i) for i in range(start, start + count)]


def test_writes_keep_their_order_and_arrive_once(client: MlflowClient, run_id: str) -> None:
    """Metrics, params and tags, logged one by one in the background; the last tag wins."""
    for i in range(300):
        client.log_metric(run_id, "m", i, step=i, timestamp=1, synchronous=False)
        client.set_tag(run_id, "t", i, synchronous=False)
    for i in range(250):
        client.log_param(run_id, f"p{i}", i, synchronous=False)
    session.flush_async_logging()
    data = client.get_run(run_id).data

    assert list(range(300)) == [point.step for point in client.get_metric_history(run_id, "m")]
    assert ("299", {f"p{i}": str(i) for i in range(250)}) == (data.tags["t"], data.params)


def test_a_large_batch_is_split(client: MlflowClient, run_id: str) -> None:
    """One handle waits for all parts."""
    handle = client.log_batch(
        run_id,
        [Metric("m", 1.0, 1, i) for i in range(2_500)],
        [Param(f"p{i}", "v") for i in range(150)],
        [RunTag(f"t{i}", "v") for i in range(150)],
        synchronous=False,
    )
    assert handle is not None
    handle.wait()
    data = client.get_run(run_id).data

    assert (2_500, 150, True) == (len(client.get_metric_history(run_id, "m")), len(data.params), "t149" in data.tags)


def test_neighbours_are_merged_within_the_limits() -> None:
    """What waits is written in batches of at most 1,000 entities, 100 params and 100 tags, each for one run."""
    recorder = Recorder()
    queue = AsyncLogging(recorder.write)
    queue.submit("first", metrics=points(1))
    time.sleep(0.05)  # the writer has taken the first one and is held up
    for i in range(250):
        queue.submit("a", metrics=points(10, i), params=[(f"p{i}", "v")], tags=[("t", str(i))])
    queue.submit("b", tags=[("x", "1")])
    queue.submit("a", tags=[("x", "2")])
    recorder.gate.set()
    queue.close()

    sizes = [(run, len(m), len(p), len(t)) for run, m, p, t in recorder.batches]
    assert (2_501, 250) == (sum(size[1] for size in sizes), sum(size[2] for size in sizes))
    assert all(m + p + t <= 1_000 and p <= 100 and t <= 100 for _, m, p, t in sizes)
    assert ["first", "a", "a", "a", "a", "b", "a"] == [run for run, *_ in sizes]
    assert [str(i) for i in range(250)] == [value for _, _, _, t in recorder.batches[1:-2] for _, value in t]


def test_one_param_twice_is_not_one_batch() -> None:
    """A batch names each param once, so the second waits for the next."""
    recorder = Recorder()
    queue = AsyncLogging(recorder.write)
    queue.submit("r", tags=[("x", "y")])
    time.sleep(0.05)
    for _ in range(2):
        queue.submit("r", params=[("p", "v")])
    recorder.gate.set()
    queue.close()

    assert [[], [("p", "v")], [("p", "v")]] == [params for _, _, params, _ in recorder.batches]


def test_an_error_reaches_the_one_who_waits(
    client: MlflowClient, run_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    """As MLflow's exception with its cause; neighbours are written; who does not wait finds it in the log."""
    good = client.log_param(run_id, "a", 1, synchronous=False)
    bad = client.log_param(run_id, "a", 2, synchronous=False)
    worse = client.log_metric(run_id, "b@d", 1, synchronous=False)
    last = client.log_metric(run_id, "m", 1, synchronous=False)
    nowhere = client.log_metric("a" * 32, "m", 1, synchronous=False)
    good.wait()
    last.wait()
    with caplog.at_level(logging.ERROR):
        found = [refusal(handle.wait) for handle in (bad, worse, nowhere)]
        again = refusal(bad.wait)
        session.flush_async_logging()

    assert [INVALID, INVALID, MISSING] == [code for code, _ in found]
    assert (True, found[0]) == (found[0][1].startswith("Changing param values is not allowed."), again)
    data = client.get_run(run_id).data
    assert ({"a": "1"}, {"m": 1.0}) == (data.params, data.metrics)


def test_failures_are_logged(memory: str, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody needs to wait to learn that something was not written."""
    run_id = MlflowClient().create_run("0").info.run_id
    with caplog.at_level(logging.ERROR):
        MlflowClient().log_metric(run_id, "b@d", 1, synchronous=False)
        session.flush_async_logging()

    assert [True] == [message.startswith(f"Background logging to run {run_id} failed: ") for message in caplog.messages]


@pytest.mark.parametrize("key", [{}, [], None, 5, object()])
def test_keys_that_cannot_be_keys_do_not_stop_the_writer(memory: str, key: Any) -> None:
    """They are refused like all others, and what follows is written."""
    client = MlflowClient()
    run_id = client.create_run("0").info.run_id
    handles = [
        client.log_batch(run_id, params=[Param("ok", "1"), Param(key, "1")], synchronous=False) for _ in range(3)
    ]
    handles.append(client.log_metric(run_id, key, 1, synchronous=False))
    handles.append(client.log_metric(key, "m", 1, synchronous=False))
    last = client.log_metric(run_id, "last", 1, synchronous=False)
    last.wait()

    assert [INVALID] * 5 == [refusal(handle.wait)[0] for handle in handles]
    assert {"last": 1.0} == client.get_run(run_id).data.metrics


def test_a_store_that_does_not_answer_is_not_asked_for_each_write() -> None:
    """A merged batch that finds no store fails as a whole: an outage costs minutes, not hours."""

    def refuse(*_: Any) -> None:
        raise Unavailable("no answer")

    recorder = Recorder(refuse)
    queue = AsyncLogging(recorder.write)
    handles = [queue.submit("r", metrics=points(1, i)) for i in range(5_000)]
    recorder.gate.set()
    queue.close()

    assert recorder.calls <= 7
    assert ["TEMPORARILY_UNAVAILABLE"] * 5_000 == [refusal(handle.wait)[0] for handle in handles]


def test_a_fault_of_ours_does_not_leave_anyone_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong in the writer reaches those who wait, and the writer goes on."""
    recorder = Recorder()
    recorder.gate.set()
    queue = AsyncLogging(recorder.write)
    with monkeypatch.context() as broken:
        broken.setattr(queue, "_gather", lambda batches: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            queue.submit("r", metrics=points(1)).wait()
    queue.submit("r", metrics=points(1)).wait()
    queue.close()

    assert 1 == len(recorder.batches)


def test_of_a_merged_batch_only_what_is_wrong_fails() -> None:
    """The others are written one by one."""

    def refuse(_: str, metrics: list[Point], *__: Any) -> None:
        if any(point.step == 3 for point in metrics):
            raise InvalidInput("step", "three is wrong")

    recorder = Recorder(refuse)
    queue = AsyncLogging(recorder.write)
    handles = [queue.submit("r", metrics=points(1, i)) for i in range(6)]
    recorder.gate.set()
    queue.close()

    assert INVALID == refusal(handles[3].wait)[0]
    assert [0, 1, 2, 4, 5] == sorted(point.step for _, metrics, _, _ in recorder.batches for point in metrics)


def test_ten_thousand_are_queued_quickly(client: MlflowClient, run_id: str) -> None:
    """The caller does not wait for the store, and everything arrives."""
    start = time.perf_counter()
    for i in range(10_000):
        client.log_metric(run_id, "m", 1.0, step=i, timestamp=1, synchronous=False)
    queued_s = time.perf_counter() - start
    session.flush_async_logging()

    assert queued_s < 10
    assert 10_000 == len(client.get_metric_history(run_id, "m"))


def test_many_threads_share_the_writer(client: MlflowClient, run_id: str) -> None:
    """Closing meanwhile loses nothing and does not hang."""
    handles: list[Any] = []

    def work(number: int) -> None:
        for i in range(200):
            handles.append(client.log_metric(run_id, f"m{number}", i, step=i, timestamp=1, synchronous=False))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        for queue in list(session._process.queues.values()):
            queue.close()
    for thread in threads:
        thread.join(30)
    for handle in handles:
        handle.wait()

    assert [200] * 4 == [len(client.get_metric_history(run_id, f"m{number}")) for number in range(4)]


def test_an_interpreter_that_ends_writes_what_is_queued(tmp_path: Path) -> None:
    """A program that ends without waiting loses nothing of what it logged."""
    uri = f"sqlite:///{tmp_path}/runs.db"
    client = MlflowClient(uri)
    run_id = client.create_run("0").info.run_id
    script = (
        "import sys; from genesis_flow.tracking import MlflowClient; client = MlflowClient(sys.argv[1])\n"
        "for step in range(2_000): client.log_metric(sys.argv[2], 'm', step, step=step, synchronous=False)"
    )
    subprocess.run([sys.executable, "-c", script, uri, run_id], check=True, timeout=120)
    assert list(range(2_000)) == [each.step for each in client.get_metric_history(run_id, "m")]


def test_closing_twice_and_using_again() -> None:
    """A closed queue opens with the next write."""
    recorder = Recorder()
    recorder.gate.set()
    queue = AsyncLogging(recorder.write)
    queue.close()
    for _ in range(2):
        queue.submit("r", metrics=points(1)).wait()
        queue.close()
        queue.close()

    assert 2 == len(recorder.batches)
    assert not [thread for thread in threading.enumerate() if thread.name == "genesis-flow-logging"]


@pytest.mark.parametrize("how", ["config", "environment"])
def test_the_default_can_be_the_background(memory: str, how: str) -> None:
    """By call or by variable; an argument of the call comes first."""
    if how == "config":
        mlflow.config.enable_async_logging()
    else:
        MLFLOW_ENABLE_ASYNC_LOGGING.set(True)
    run = mlflow.start_run()
    handles = [
        mlflow.log_metric("m", 1),
        mlflow.log_metrics({"n": 1}),
        mlflow.log_param("p", 1),
        mlflow.log_params({"q": 1}),
        mlflow.set_tag("t", 1),
        mlflow.set_tags({"u": 1}),
    ]
    direct = mlflow.log_metric("direct", 1, synchronous=True)
    mlflow.flush_async_logging()
    data = mlflow.get_run(run.info.run_id).data

    assert ([RunOperations] * 6, None) == ([type(handle) for handle in handles], direct)
    assert ({"m", "n", "direct"}, {"p", "q"}, True) == (
        set(data.metrics),
        set(data.params),
        {"t", "u"} <= set(data.tags),
    )
    mlflow.config.enable_async_logging(False)
    MLFLOW_ENABLE_ASYNC_LOGGING.unset()
    assert mlflow.log_metric("m", 2) is None


def test_each_store_has_its_own_queue(fresh: Any) -> None:
    """Switching the tracking URI does not move what is queued."""
    handles, ids = [], {}
    for name in ("a", "b"):
        mlflow.set_tracking_uri(f"memory://{name}")
        with mlflow.start_run() as run:
            ids[name] = run.info.run_id
            handles += [mlflow.log_metric("m", i, step=i, synchronous=False) for i in range(50)]
    for handle in handles:
        handle.wait()

    assert [50, 50] == [len(MlflowClient(f"memory://{name}").get_metric_history(ids[name], "m")) for name in ("a", "b")]
