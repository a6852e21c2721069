"""The state of a process."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

import genesis_flow as mlflow
from genesis_flow.api import session
from genesis_flow.settings import MLFLOW_ENABLE_ASYNC_LOGGING


def test_a_store_is_opened_once(uri: str) -> None:
    """Threads that ask for it at once get the same application."""
    found: list[Any] = []
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        found.append(session.application())
        found.append(found[-1].logging)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == len({id(each) for each in found if each is found[0] or hasattr(each, "settings")})


def test_too_many_stores_are_closed_the_least_used_first(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was closed opens again when it is used, and stores in memory are never closed."""
    monkeypatch.setattr(session, "MOST_APPLICATIONS", 2)
    memory = mlflow.MlflowClient("memory://")
    kept = memory.create_run("0").info.run_id
    uris = [f"sqlite:///{fresh}/{number}.db" for number in range(4)]
    clients = [mlflow.MlflowClient(uri) for uri in uris]
    ids, first = [], session.application(uris[0])
    for client in clients:
        clients[0].search_experiments()
        ids.append(client.create_run("0").info.run_id)
        client.log_metric(ids[-1], "m", 1, synchronous=False)

    assert {"memory://", uris[0], uris[3]} == {each.tracking_uri for each in session._process.applications}
    assert first is session.application(uris[0])
    session.flush_async_logging()
    assert [{"m": 1.0}] * 4 == [client.get_run(id).data.metrics for client, id in zip(clients, ids, strict=True)]
    assert kept == memory.get_run(kept).info.run_id


def test_closing_is_not_the_end(fresh: Path) -> None:
    """After `close_all` everything opens again, and what was queued is there."""
    client = mlflow.MlflowClient(f"sqlite:///{fresh}/x.db")
    run_id = client.create_run("0").info.run_id
    client.log_metric(run_id, "m", 1, synchronous=False)
    session.close_all()

    assert ({}, {}) == (dict(session._process.applications), session._process.queues)
    assert {"m": 1.0} == client.get_run(run_id).data.metrics


def test_resetting_forgets_everything(fresh: Path) -> None:
    """Choices, what they exported, active runs, and stores in memory."""
    mlflow.set_tracking_uri("memory://")
    mlflow.set_registry_uri("memory://r")
    mlflow.set_experiment("e")
    mlflow.config.enable_async_logging()
    mlflow.start_run()
    session.reset()

    assert (None, None) == (mlflow.active_run(), mlflow.last_active_run())
    assert (False, False) == (mlflow.is_tracking_uri_set(), session.is_async())
    assert f"sqlite:///{fresh}/genesis.db" == mlflow.get_tracking_uri() == mlflow.get_registry_uri()
    assert [] == [name for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_ID") if name in os.environ]
    assert not MLFLOW_ENABLE_ASYNC_LOGGING.get()
    assert mlflow.MlflowClient("memory://").get_experiment_by_name("e") is None


def test_a_client_stays_with_its_store(fresh: Path) -> None:
    """The tracking URI counts when the client is made."""
    mlflow.set_tracking_uri("memory://a")
    client = mlflow.MlflowClient()
    mlflow.set_tracking_uri("memory://b")
    client.create_experiment("e")

    assert ("memory://a", None) == (client.tracking_uri, mlflow.get_experiment_by_name("e"))
    assert "e" == mlflow.MlflowClient("memory://a").get_experiment_by_name("e").name


def test_threads_log_to_one_run(uri: str) -> None:
    """Nothing is lost where several threads write at once."""
    client = mlflow.MlflowClient()
    run_id = client.create_run("0").info.run_id

    def work(number: int) -> None:
        for i in range(25):
            client.log_metric(run_id, "shared", i, step=number * 100 + i)
            client.log_param(run_id, f"p{number}-{i}", i)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (100, 100) == (len(client.get_metric_history(run_id, "shared")), len(client.get_run(run_id).data.params))


def test_a_wrong_setting_of_the_environment_is_named(memory: str) -> None:
    """The message names the variable; other calls work."""
    os.environ["MLFLOW_ENABLE_ASYNC_LOGGING"] = "maybe"
    run_id = mlflow.MlflowClient().create_run("0").info.run_id

    with pytest.raises(mlflow.MlflowException, match="MLFLOW_ENABLE_ASYNC_LOGGING is wrong") as caught:
        mlflow.log_metric("m", 1, run_id=run_id)
    assert "INVALID_PARAMETER_VALUE" == caught.value.error_code
    mlflow.log_metric("m", 1, run_id=run_id, synchronous=True)
