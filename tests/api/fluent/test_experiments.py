"""The experiment in force; expected answers are MLflow 3.17.2's, where not said otherwise."""

from __future__ import annotations

import os

import pytest

import genesis_flow as mlflow
from genesis_flow.settings import MLFLOW_EXPERIMENT_ID, MLFLOW_EXPERIMENT_NAME
from tests.api.refusals import INVALID, MISSING, refusal


def test_by_name_it_is_created(uri: str) -> None:
    """Once; new runs are in it, and children of the process find its id in the environment."""
    made, found = mlflow.set_experiment("e"), mlflow.set_experiment("e")
    with mlflow.start_run() as run:
        pass

    assert {made.experiment_id} == {found.experiment_id, run.info.experiment_id, os.environ["MLFLOW_EXPERIMENT_ID"]}


def test_by_id_it_must_exist(uri: str) -> None:
    """Numbers are ids too."""
    assert "Default" == mlflow.set_experiment(experiment_id=0).name  # type: ignore[arg-type]  # a number, which is the point
    assert (MISSING, "No Experiment with id=999 exists") == refusal(lambda: mlflow.set_experiment(experiment_id="999"))
    assert "0" == mlflow.start_run().info.experiment_id


@pytest.mark.parametrize("given", [{}, {"experiment_name": "e", "experiment_id": "0"}])
def test_a_name_or_an_id(memory: str, given: dict[str, str]) -> None:
    """Exactly one of them."""
    expected = (INVALID, "Must specify exactly one of: `experiment_id` or `experiment_name`.")

    assert expected == refusal(lambda: mlflow.set_experiment(**given))


@pytest.mark.parametrize("name", ["", 5, {}, "x" * 501])
def test_wrong_names(memory: str, name: str) -> None:
    """A name that cannot be created cannot be set."""
    assert INVALID == refusal(lambda: mlflow.set_experiment(name))[0]
    assert not MLFLOW_EXPERIMENT_ID.is_set()


def test_a_deleted_one_is_refused(memory: str) -> None:
    """The message says what can be done, and the choice before stays."""
    mlflow.set_experiment("stays")
    gone = mlflow.create_experiment("gone")
    mlflow.delete_experiment(gone)

    refusals = [
        refusal(lambda: mlflow.set_experiment("gone")),
        refusal(lambda: mlflow.set_experiment(experiment_id=gone)),
    ]

    assert [INVALID] * 2 == [code for code, _ in refusals]
    assert all("Cannot set a deleted experiment 'gone' as the active experiment." in message for _, message in refusals)
    assert "stays" == mlflow.get_experiment(mlflow.start_run().info.experiment_id).name


def test_the_environment_names_it(memory: str) -> None:
    """MLFLOW_EXPERIMENT_NAME is created if missing, and read again for each run."""
    MLFLOW_EXPERIMENT_NAME.set("one")
    with mlflow.start_run() as first:
        pass
    MLFLOW_EXPERIMENT_NAME.set("two")
    with mlflow.start_run() as second:
        pass

    assert ["one", "two"] == [mlflow.get_experiment(run.info.experiment_id).name for run in (first, second)]


def test_the_environment_gives_its_id(memory: str) -> None:
    """MLFLOW_EXPERIMENT_ID must exist; an empty variable counts as none (ours)."""
    id = mlflow.create_experiment("e")
    found = []
    for value in (id, ""):
        MLFLOW_EXPERIMENT_ID.set(value)
        with mlflow.start_run() as run:
            found.append(run.info.experiment_id)

    assert [id, "0"] == found
    for value in ("77", "xx"):
        MLFLOW_EXPERIMENT_ID.set(value)
        code, message = refusal(mlflow.start_run)
        assert (INVALID, True) == (
            code,
            f"MLFLOW_EXPERIMENT_ID environment variable value `{value}` does not exist" in message,
        )


def test_name_and_id_of_the_environment_must_agree(memory: str) -> None:
    """The message shows both ids."""
    MLFLOW_EXPERIMENT_NAME.set("e")
    MLFLOW_EXPERIMENT_ID.set("0")

    code, message = refusal(mlflow.start_run)

    assert (INVALID, True) == (code, "value `0` does not match the experiment id" in message)


def test_what_counts_first(memory: str) -> None:
    """The argument, then what was set, then the environment, then experiment 0."""
    argument, chosen = mlflow.create_experiment("argument"), mlflow.create_experiment("chosen")
    found = [mlflow.start_run().info.experiment_id]
    mlflow.end_run()
    MLFLOW_EXPERIMENT_NAME.set("environment")
    found.append(mlflow.get_experiment(mlflow.start_run().info.experiment_id).name)
    mlflow.end_run()
    mlflow.set_experiment("chosen")
    found.append(mlflow.start_run().info.experiment_id)
    found.append(mlflow.start_run(experiment_id=argument, nested=True).info.experiment_id)

    assert ["0", "environment", chosen, argument] == found


def test_tags_of_the_experiment_in_force(memory: str) -> None:
    """Set and removed without naming it."""
    id = mlflow.set_experiment("e").experiment_id
    mlflow.set_experiment_tag("a", 1)
    mlflow.set_experiment_tags({"b": 2, "c": 3})
    mlflow.delete_experiment_tag("b")

    assert {"a": "1", "c": "3"} == mlflow.get_experiment(id).tags
    assert MISSING == refusal(lambda: mlflow.delete_experiment_tag("b"))[0]


def test_finding_experiments(memory: str) -> None:
    """All of them, beyond one page; or as many as asked for."""
    for number in range(5):
        mlflow.create_experiment(f"e{number}")

    assert 6 == len(mlflow.search_experiments())
    assert ["e0", "e1"] == [
        e.name for e in mlflow.search_experiments(max_results=2, filter_string="name LIKE 'e%'", order_by=["name"])
    ]
    assert [] == mlflow.search_experiments(max_results=0)


def test_trace_locations_are_refused(memory: str) -> None:
    """What is not supported is not ignored."""
    assert INVALID == refusal(lambda: mlflow.set_experiment("e", trace_location=object()))[0]
    assert INVALID == refusal(lambda: mlflow.create_experiment("e", trace_location=object()))[0]
    assert mlflow.get_experiment_by_name("e") is None
