"""The active run: starting, nesting, resuming, ending; answers are MLflow 3.17.2's, where not said otherwise."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

import genesis_flow as mlflow
from genesis_flow.api import session
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.settings import MLFLOW_RUN_ID
from tests.api.refusals import INVALID, MISSING, refusal

NOBODY = "a" * 32


def test_a_run_starts_and_ends(uri: str) -> None:
    """It is active until it ends, and then the last one."""
    assert (None, None) == (mlflow.active_run(), mlflow.last_active_run())
    run = mlflow.start_run(run_name="n", tags={"k": 1}, description="d")
    assert (run.info.run_id, "RUNNING") == (mlflow.active_run().info.run_id, mlflow.last_active_run().info.status)
    mlflow.end_run()
    last = mlflow.last_active_run()

    assert (None, run.info.run_id, "FINISHED", "n") == (
        mlflow.active_run(),
        last.info.run_id,
        last.info.status,
        last.info.run_name,
    )
    assert ("1", "d") == (last.data.tags["k"], last.data.tags["mlflow.note.content"])
    mlflow.end_run()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_fails_the_run_and_goes_on(memory: str, error: type[BaseException]) -> None:
    """Every run that the exception leaves is FAILED, whatever kind it is."""
    with pytest.raises(error), mlflow.start_run() as outer, mlflow.start_run(nested=True) as inner:
        raise error

    assert ["FAILED"] * 2 == [mlflow.get_run(run.info.run_id).info.status for run in (outer, inner)]
    assert mlflow.active_run() is None


def test_a_block_that_ends_well_is_finished(memory: str) -> None:
    """Nested runs end with their blocks, innermost first, and know their parent."""
    with mlflow.start_run() as outer:
        with mlflow.start_run(nested=True) as inner:
            assert inner.info.run_id == mlflow.active_run().info.run_id
        assert outer.info.run_id == mlflow.active_run().info.run_id
        assert "FINISHED" == mlflow.get_run(inner.info.run_id).info.status

    assert "FINISHED" == mlflow.get_run(outer.info.run_id).info.status
    assert (outer.info.run_id, None) == (
        mlflow.get_parent_run(inner.info.run_id).info.run_id,
        mlflow.get_parent_run(outer.info.run_id),
    )


def test_a_block_whose_run_was_ended_already_changes_nothing(memory: str) -> None:
    """The status that was given stays."""
    with mlflow.start_run() as run:
        mlflow.end_run("KILLED")

    assert "KILLED" == mlflow.get_run(run.info.run_id).info.status


def test_a_second_run_must_be_nested(memory: str) -> None:
    """The error is a bare exception that names the active run."""
    with mlflow.start_run() as run:
        with pytest.raises(Exception, match=f"Run with UUID {run.info.run_id} is already active") as caught:
            mlflow.start_run()
        assert Exception is type(caught.value)


def test_an_unknown_status_is_refused(memory: str) -> None:
    """`end_run` takes the statuses of runs."""
    mlflow.start_run()

    assert INVALID == refusal(lambda: mlflow.end_run("BAD"))[0]
    assert mlflow.active_run() is None


def test_parents(memory: str) -> None:
    """An explicit parent is the active run, or any run where none is active; it must be there and not deleted."""
    with mlflow.start_run() as parent:
        assert "INTERNAL_ERROR" == refusal(lambda: mlflow.start_run(nested=True, parent_run_id=NOBODY))[0]
        with mlflow.start_run(nested=True, parent_run_id=parent.info.run_id):
            pass
    with mlflow.start_run(parent_run_id=parent.info.run_id) as child:
        pass
    assert parent.info.run_id == mlflow.get_parent_run(child.info.run_id).info.run_id
    assert MISSING == refusal(lambda: mlflow.start_run(parent_run_id=NOBODY))[0]
    assert INVALID == refusal(lambda: mlflow.start_run(parent_run_id="x y"))[0]
    mlflow.delete_run(parent.info.run_id)
    code, message = refusal(lambda: mlflow.start_run(parent_run_id=parent.info.run_id))
    assert ("INTERNAL_ERROR", True) == (code, message.endswith("because it is in the deleted state."))
    assert mlflow.active_run() is None


def test_resuming(memory: str) -> None:
    """The run is RUNNING again, keeps its end time and its name, and gets the new tags."""
    with mlflow.start_run(run_name="first") as run:
        mlflow.log_param("p", 1)
    ended = mlflow.get_run(run.info.run_id).info.end_time
    with mlflow.start_run(run.info.run_id, tags={"t": 1}, description="d") as again:
        found = mlflow.get_run(again.info.run_id)
        assert ("RUNNING", ended, "first") == (found.info.status, found.info.end_time, found.info.run_name)
        assert ("1", "d") == (again.data.tags["t"], again.data.tags["mlflow.note.content"])

    with mlflow.start_run(run.info.run_id, run_name="second"):
        assert "second" == mlflow.active_run().info.run_name


def test_what_cannot_be_resumed(memory: str) -> None:
    """Malformed, missing or deleted runs, and those of another experiment than the one that was set."""
    run_id = mlflow.MlflowClient().create_run("0").info.run_id
    other = mlflow.create_experiment("other")

    assert INVALID == refusal(lambda: mlflow.start_run("x y"))[0]
    assert MISSING == refusal(lambda: mlflow.start_run(NOBODY))[0]
    mlflow.set_experiment(experiment_id=other)
    code, message = refusal(lambda: mlflow.start_run(run_id))
    assert ("INTERNAL_ERROR", True) == (code, "active experiment ID does not match" in message)
    mlflow.set_experiment("Default")
    mlflow.delete_run(run_id)
    code, message = refusal(lambda: mlflow.start_run(run_id))
    assert ("INTERNAL_ERROR", True) == (code, message.endswith("because it is in the deleted state."))
    assert mlflow.active_run() is None


def test_the_run_of_the_environment(memory: str) -> None:
    """MLFLOW_RUN_ID is resumed once and then gone; an explicit id comes first and leaves it."""
    client = mlflow.MlflowClient()
    named, given = client.create_run("0").info.run_id, client.create_run("0").info.run_id
    MLFLOW_RUN_ID.set(named)
    explicit = mlflow.start_run(given)
    assert (given, True) == (explicit.info.run_id, MLFLOW_RUN_ID.is_set())
    mlflow.end_run()  # forgets the variable too, as MLflow does
    MLFLOW_RUN_ID.set(named)

    assert (named, False) == (mlflow.start_run().info.run_id, MLFLOW_RUN_ID.is_set())
    mlflow.end_run()
    with mlflow.start_run() as new:
        assert new.info.run_id not in (named, given)


@pytest.mark.parametrize("resumed", [False, True])
def test_a_description_is_given_once(memory: str, resumed: bool) -> None:
    """As an argument or as a tag."""
    run_id = mlflow.MlflowClient().create_run("0").info.run_id if resumed else None

    code, message = refusal(lambda: mlflow.start_run(run_id, tags={"mlflow.note.content": "a"}, description="b"))

    assert (INVALID, True) == (code, "mlflow.note.content" in message)
    assert mlflow.active_run() is None


def test_the_tags_that_were_given_stay_as_they_were(memory: str) -> None:
    """The caller's dictionary is not changed, and wins over what the surroundings say."""
    tags = {"mlflow.user": "me", "mlflow.runName": "tag"}
    with mlflow.start_run(run_name="argument", tags=tags, description="d") as run:
        pass

    assert {"mlflow.user": "me", "mlflow.runName": "tag"} == tags
    assert ("me", "me", "argument") == (run.data.tags["mlflow.user"], run.info.user_id, run.info.run_name)


@pytest.mark.parametrize(("name", "kept"), [(5, "5"), ("ü x", "ü x")])
def test_names_become_texts(memory: str, name: object, kept: str) -> None:
    """A name may be a number."""
    with mlflow.start_run(run_name=name) as run:  # type: ignore[arg-type]  # not a text, which is the point
        assert (kept, kept) == (run.info.run_name, run.data.tags["mlflow.runName"])


def test_every_thread_has_its_own_run(memory: str) -> None:
    """Stacks are not shared: a thread neither sees nor ends the run of another."""
    found: list[object] = []

    def work() -> None:
        found.extend([mlflow.active_run(), mlflow.last_active_run()])
        with mlflow.start_run() as run:
            mlflow.log_metric("m", 1)
            found.append(run.info.run_id)

    with mlflow.start_run() as mine:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert mine.info.run_id == mlflow.active_run().info.run_id

    assert [None, None] == found[:2]
    assert ({}, {"m": 1.0}) == tuple(
        mlflow.get_run(run_id).data.metrics for run_id in (mine.info.run_id, str(found[2]))
    )


def test_a_run_ends_where_it_started(fresh: Path) -> None:
    """Another tracking URI in the middle counts for what comes, not for the end of the active run (ours)."""
    first, second = f"sqlite:///{fresh}/a.db", f"sqlite:///{fresh}/b.db"
    mlflow.set_tracking_uri(first)
    with mlflow.start_run() as run:
        mlflow.set_tracking_uri(second)
        assert MISSING == refusal(lambda: mlflow.log_metric("m", 1))[0]

    assert "FINISHED" == mlflow.MlflowClient(first).get_run(run.info.run_id).info.status
    assert second == mlflow.get_tracking_uri() == os.environ["MLFLOW_TRACKING_URI"]
    assert [] == mlflow.MlflowClient(second).search_runs(["0"])


def test_a_store_that_cannot_be_reached_leaves_no_active_run(fresh: Path) -> None:
    """What did not start is not active, and what did not end is not active either."""
    mlflow.set_tracking_uri("mongodb://127.0.0.1:1/db?serverSelectionTimeoutMS=50")

    assert "TEMPORARILY_UNAVAILABLE" == refusal(mlflow.start_run)[0]
    assert mlflow.active_run() is None
    mlflow.set_tracking_uri("memory://")
    mlflow.start_run()
    session.active_runs()[-1]._store = "mongodb://127.0.0.1:1/db?serverSelectionTimeoutMS=50"
    with pytest.raises(MlflowException):
        mlflow.end_run()
    assert mlflow.active_run() is None
