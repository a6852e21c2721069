"""`genesis-flow demo`: the main job, from training to finding the best run again."""

from __future__ import annotations

import os
import sys

import pytest

from genesis_flow.api import session
from genesis_flow.api.cli import training

from .conftest import CommandLine


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer epochs, to be quick."""
    pytest.importorskip("sklearn")
    monkeypatch.setattr(training, "EPOCHS", 3)


@pytest.mark.usefixtures("small")
def test_demo_tracks_a_grid(command_line: CommandLine) -> None:
    """Six children of one parent are trained, with everything that can be logged, and ranked by a search."""
    record = command_line.json("demo")
    runs = record["runs"]
    scores = [run["metrics"]["test_accuracy"] for run in runs]
    assert (6, sorted(scores, reverse=True)) == (len(runs), scores)
    assert ({record["parent_run_id"]}, {"FINISHED"}) == (
        {run["tags"]["mlflow.parentRunId"] for run in runs}, {run["status"] for run in runs},
    )  # fmt: skip
    assert min(scores) > 0.8
    best = command_line.json("runs", "show", record["best_run_id"])
    assert max(scores) == best["metrics"]["test_accuracy"]
    assert 2 == best["metric_points"]["test_loss"]["step"]


@pytest.mark.usefixtures("small")
def test_demo_logs_inputs_and_artifacts(command_line: CommandLine) -> None:
    """Each run has its data set, a report, a table and a figure."""
    pytest.importorskip("pandas")
    pytest.importorskip("matplotlib")
    best = command_line.json("runs", "show", command_line.json("demo")["best_run_id"])
    assert [("digits", {"mlflow.data.context": "training"})] == [
        (used["name"], used["tags"]) for used in best["dataset_inputs"]
    ]
    files = [each["path"] for each in best["artifacts"] if not each["is_dir"]]
    assert [
        "figures/confusion_matrix.png", "mistakes.json", "reports/classification_report.txt",
        "reports/model_params.json",
    ] == files  # fmt: skip


@pytest.mark.usefixtures("small")
def test_demo_says_where_everything_is(command_line: CommandLine) -> None:
    """People see each run, the store and the experiment; for memory, that nothing stays."""
    text = "\n".join(command_line.lines("demo", "--experiment", "mine"))
    wanted = ["Training on memory://", "The runs, the best first", "mine (id 1)", "Memory is gone"]
    assert wanted == [each for each in wanted if each in text]


@pytest.mark.usefixtures("small")
def test_demo_prints_commands_that_work(command_line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that the demo suggests runs as it is printed, on the store of the demo."""
    import shlex

    session.reset()
    os.environ.pop("MLFLOW_TRACKING_URI", None)  # the embedded default, in the working directory of the test
    lines = command_line.lines("demo")
    commands = [shlex.split(line)[1:] for line in lines if line.startswith("  genesis-flow ")]
    assert 7 == len(commands)
    assert [0] * 7 == [command_line(*words).exit_code for words in commands]


@pytest.mark.usefixtures("small")
def test_demo_leaves_the_process_as_it_was(command_line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo chooses neither a store nor an experiment for what comes after it."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    command_line.json("demo", "--tracking-uri", "memory://")
    assert (False, None, []) == (session.is_tracking_uri_set(), session.experiment_id(), session.active_runs())
    assert (None, None) == (os.environ.get("MLFLOW_TRACKING_URI"), os.environ.get("MLFLOW_EXPERIMENT_ID"))


def test_demo_without_scikit_learn_names_the_extra(command_line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where scikit-learn is missing, the error says what to install."""
    monkeypatch.setitem(sys.modules, "sklearn", None)
    expected = 'Error: The demo needs scikit-learn: pip install "genesis-flow[sklearn]"'
    assert (1, expected) == command_line.failure("demo")
