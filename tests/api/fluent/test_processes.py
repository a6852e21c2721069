"""What happens at the end of a process, in its children, and in several at once."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import genesis_flow as mlflow

forking = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


def script(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`code` in a process of its own, in this environment."""
    text = "import os, sys, genesis_flow as mlflow\n" + textwrap.dedent(code)
    root = str(Path(__file__).parents[3])
    environment = {**os.environ, "PYTHONPATH": root}
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", text, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def shared(fresh: Path) -> mlflow.MlflowClient:
    """A store that processes share."""
    uri = f"sqlite:///{fresh}/shared.db"
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient(uri)
    client.search_experiments()
    return client


def states(client: mlflow.MlflowClient) -> dict[str, str]:
    """The status of every run by its name."""
    return {run.info.run_name: run.info.status for run in client.search_runs(["0"])}


@pytest.mark.parametrize(
    ("end", "code"), [("", 0), ("sys.exit(3)", 3), ("1/0", 1), ("mlflow.start_run(run_name='inner', nested=True)", 0)]
)
def test_runs_end_with_the_process(shared: mlflow.MlflowClient, end: str, code: int) -> None:
    """Whatever is still active is FINISHED at exit, as in MLflow (which forgets the outer of nested runs)."""
    done = script(f"mlflow.start_run(run_name='outer'); mlflow.log_param('a', 1)\n{end}")

    assert code == done.returncode
    assert {"FINISHED"} == set(states(shared).values())
    assert "outer" in states(shared)


def test_a_block_that_fails_ends_the_process_with_its_error(shared: mlflow.MlflowClient) -> None:
    """The run is FAILED, and the error is what the user sees."""
    done = script("with mlflow.start_run(run_name='r'):\n    1/0")

    assert (1, True, {"r": "FAILED"}) == (done.returncode, "ZeroDivisionError" in done.stderr, states(shared))


def test_a_store_that_is_gone_does_not_change_the_exit_code(fresh: Path) -> None:
    """Nobody is left to tell; the program's own outcome counts."""
    done = script(
        """
        mlflow.set_tracking_uri("memory://")
        run = mlflow.start_run()
        run._store = "mongodb://127.0.0.1:1/db?serverSelectionTimeoutMS=50"
        """
    )

    assert (0, "") == (done.returncode, done.stderr)


def test_what_is_queued_is_written_at_exit(shared: mlflow.MlflowClient) -> None:
    """Without flushing or waiting."""
    done = script(
        """
        mlflow.start_run(run_name="r")
        for i in range(2000):
            mlflow.log_metric("m", i, step=i, synchronous=False)
        """
    )
    (run,) = shared.search_runs(["0"])

    assert (0, "FINISHED") == (done.returncode, run.info.status)
    assert list(range(2000)) == sorted(point.step for point in shared.get_metric_history(run.info.run_id, "m"))


@forking
def test_a_forked_child_has_no_active_run(shared: mlflow.MlflowClient) -> None:
    """It may start its own, log in the background, and end; the parent's run goes on."""
    done = script(
        """
        mlflow.start_run(run_name="parent")
        mlflow.log_metric("a", 1, synchronous=False)
        child = os.fork()
        if child == 0:
            print(mlflow.active_run(), mlflow.last_active_run(), flush=True)
            with mlflow.start_run(run_name="child"):
                mlflow.log_metric("b", 1, synchronous=False).wait()
                mlflow.log_metric("c", 1, synchronous=False)
            sys.exit(0)
        os.waitpid(child, 0)
        mlflow.log_metric("d", 1, synchronous=False)
        """
    )
    found = {run.info.run_name: (run.info.status, set(run.data.metrics)) for run in shared.search_runs(["0"])}

    assert (0, "None None\n", "") == (done.returncode, done.stdout, done.stderr)
    assert {"parent": ("FINISHED", {"a", "d"}), "child": ("FINISHED", {"b", "c"})} == found


@pytest.mark.parametrize("method", [pytest.param("fork", marks=forking), "spawn"])
def test_children_of_multiprocessing_write_what_they_queued(
    shared: mlflow.MlflowClient, fresh: Path, method: str
) -> None:
    """They end without `atexit`, and nothing is lost all the same; store and experiment are their parent's."""
    (fresh / "work.py").write_text(
        textwrap.dedent(
            """
            import multiprocessing, sys
            import genesis_flow as mlflow

            def child():
                mlflow.start_run(run_name="child")
                for i in range(500):
                    mlflow.log_metric("m", i, step=i, synchronous=False)

            if __name__ == "__main__":
                mlflow.set_experiment("e")
                process = multiprocessing.get_context(sys.argv[1]).Process(target=child)
                process.start()
                process.join()
                sys.exit(process.exitcode)
            """
        )
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, "work.py", method], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    (run,) = mlflow.search_runs(experiment_names=["e"], output_format="list")

    assert (0, "", 499.0) == (done.returncode, done.stderr, run.data.metrics["m"])
    assert 500 == len(shared.get_metric_history(run.info.run_id, "m"))


def test_processes_that_create_one_experiment_agree(shared: mlflow.MlflowClient) -> None:
    """All of them get it, and all of them are in it."""
    code = (
        "import genesis_flow as mlflow\n"
        "print(mlflow.set_experiment('raced').experiment_id, mlflow.start_run().info.experiment_id)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    children = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    id = [child.communicate(timeout=60)[0] for child in children]

    expected = shared.get_experiment_by_name("raced").experiment_id
    assert [f"{expected} {expected}\n"] * 4 == id


def test_a_child_inherits_store_and_experiment(shared: mlflow.MlflowClient) -> None:
    """Through the environment."""
    chosen = mlflow.set_experiment("e").experiment_id
    done = script("print(mlflow.start_run().info.experiment_id)")

    assert (f"{chosen}\n", 1) == (done.stdout, len(shared.search_runs([chosen])))
