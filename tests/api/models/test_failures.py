"""A model that could not be logged in whole is FAILED and has no version, whatever failed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("skops")

from genesis_flow.models import Model
from sklearn.linear_model import LinearRegression

import genesis_flow as mlflow
from genesis_flow.api import session
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.exceptions import MlflowException
from tests.adapters.mongo.failing import failing, open_failing
from tests.adapters.mongo.test_faults import DROPPED_AFTER, DROPPED_BEFORE
from tests.api.stores import store_uri
from tests.contracts.samples import unique

MODEL = LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0])


def statuses(experiment_id: str = "0") -> list[str]:
    """Those of all logged models of an experiment."""
    return sorted(model.status.value for model in MlflowClient().search_logged_models([experiment_id]))


def versions(name: str) -> list[int]:
    """The numbers of a registered model."""
    return sorted(int(each.version) for each in MlflowClient().search_model_versions(f"name = '{name}'"))


def broken(**_: Any) -> None:
    """A flavor that cannot write."""
    raise OSError("disk full")


def half_written(path: str, mlflow_model: Model, **_: Any) -> None:
    """A flavor that stops in the middle of a file."""
    Path(path).mkdir()
    Path(path, "half").write_text("done")
    raise KeyboardInterrupt


def with_prompt(name: str) -> None:
    """Names a prompt that is not there, which is found out while files are written."""
    Model.log(None, mlflow.sklearn, name, name="m", sk_model=MODEL, prompts=["prompts:/missing/1"])


def to_a_place_that_is_a_file(name: str) -> None:
    """The artifact store has no room for directories."""
    Path("file").write_text("not a directory")
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("e", artifact_location=str(Path("file").absolute())))
    mlflow.sklearn.log_model(MODEL, name="m", registered_model_name=name)


STEPS: dict[str, Callable[[str], Any]] = {
    "a flavor": lambda name: Model.log(None, SimpleNamespace(save_model=broken), name, name="m"),
    "an interrupt": lambda name: Model.log(None, SimpleNamespace(save_model=half_written), name, name="m"),
    "an example": lambda name: mlflow.sklearn.log_model(
        MODEL, name="m", registered_model_name=name, input_example=object()
    ),
    "a prompt": with_prompt,
    "the artifact store": to_a_place_that_is_a_file,
    "the name": lambda name: mlflow.sklearn.log_model(MODEL, name="m", registered_model_name=f"{name}/x"),
    "a tag": lambda name: mlflow.sklearn.log_model(
        MODEL, name="m", registered_model_name=name, tags={"k": "x" * 65_536}
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_whatever_fails_leaves_a_failed_model(uri: str, step: str) -> None:
    """Writing, storing or registering: the model is FAILED, or was never made, and no version is there."""
    name = unique()
    with pytest.raises(BaseException):  # noqa: B017, PT011  # whatever it is, it reaches the user
        STEPS[step](name)
    made = statuses("0") + [each for run in mlflow.search_experiments() for each in statuses(run.experiment_id)]

    assert set(made) <= {"FAILED"}
    assert [] == versions(name)
    assert [] == mlflow.search_registered_models(filter_string=f"name LIKE '{name}%'")


def test_a_model_that_a_prompt_has_the_name_of_is_not_registered(uri: str) -> None:
    """Its files are kept, and the error says how to register them; so they can be, under another name."""
    prompt = mlflow.register_prompt(unique("p"), "text")
    with pytest.raises(MlflowException) as caught:
        mlflow.sklearn.log_model(MODEL, name="m", registered_model_name=prompt.name)
    model = mlflow.last_logged_model()

    assert model is not None
    assert ["FAILED"] == statuses()
    assert [f"The files of models:/{model.model_id} are stored; mlflow.register_model registers them."] == (
        caught.value.__notes__
    )
    name = unique()
    assert 1 == int(mlflow.register_model(f"models:/{model.model_id}", name).version)
    assert [[1.0]] == mlflow.sklearn.load_model(f"models:/{name}/1").predict([[1.0]]).round(6).reshape(1, 1).tolist()


def test_a_version_that_cannot_be_noted_on_its_model_is_there(fresh: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The note is for convenience: that it failed is said, and the registration counts."""
    session.set_tracking_uri(store_uri("sqlite", fresh))
    info = mlflow.sklearn.log_model(MODEL, name="m")
    name, condition = unique(), "NEW.key = 'mlflow.modelVersions'"
    refuse(fresh, "logged_model_tags", condition)
    version = mlflow.register_model(info.model_uri, name)

    assert [int(version.version)] == versions(name)
    assert ["READY"] == statuses()
    assert any("It was not noted on" in each.getMessage() for each in caplog.records)


def refuse(directory: Path, table: str, condition: str) -> None:
    """Have SQLite refuse new rows of a table."""
    with sqlite3.connect(directory / "store.db") as connection:
        connection.execute(
            f"CREATE TRIGGER refused BEFORE INSERT ON {table} WHEN {condition} "
            "BEGIN SELECT RAISE(ABORT, 'refused by a test'); END"
        )
    connection.close()


@pytest.mark.parametrize(
    ("table", "condition"),
    [("registered_models", "1"), ("model_versions", "1"), ("logged_model_tags", "NEW.key = 'genesis_flow.manifest'")],
)
def test_an_embedded_store_that_refuses_leaves_a_failed_model(fresh: Path, table: str, condition: str) -> None:
    """Whichever row it is that cannot be written; afterwards the same call works."""
    session.set_tracking_uri(store_uri("sqlite", fresh))
    name = unique()
    mlflow.sklearn.log_model(MODEL, name="first")
    refuse(fresh, table, condition)
    with pytest.raises(MlflowException, match="refused"):
        mlflow.sklearn.log_model(MODEL, name="m", registered_model_name=name)
    assert ["FAILED", "READY"] == statuses()
    assert [] == versions(name)
    with sqlite3.connect(fresh / "store.db") as connection:
        connection.execute("DROP TRIGGER refused")
    connection.close()
    assert 1 == mlflow.sklearn.log_model(MODEL, name="m", registered_model_name=name).registered_model_version


@pytest.fixture
def faulty(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A database whose driver and repositories repeat nothing, as the store in force."""
    monkeypatch.setenv("GENESIS_FLOW_PATIENCE", "0")
    database = open_failing("failed_models", retryWrites="false", retryReads="false")
    session.set_tracking_uri(database.uri)
    location = str(fresh / "artifacts")
    mlflow.set_experiment(experiment_id=mlflow.create_experiment(unique(), artifact_location=location))
    mlflow.sklearn.log_model(MODEL, name="first", registered_model_name=unique())
    yield database
    session.reset()
    database.client().drop_database(database.uri.partition("?")[0].rpartition("/")[2])
    database.close()


@pytest.mark.mongodb
@pytest.mark.parametrize("fault", [DROPPED_AFTER, DROPPED_BEFORE], ids=["after", "before"])
@pytest.mark.parametrize("command", ["insert", "findAndModify", "update"])
def test_a_server_that_fails_once_leaves_a_failed_model(faulty: Any, command: str, fault: dict[str, Any]) -> None:
    """Creating, tagging and finishing a model, whether the write arrived or not: no version; the same call works."""
    name, first = unique(), mlflow.last_logged_model()
    assert first is not None
    with failing(faulty, command, **fault), pytest.raises(MlflowException) as caught:
        mlflow.sklearn.log_model(MODEL, name="m", registered_model_name=name)
    assert "TEMPORARILY_UNAVAILABLE" == caught.value.error_code
    left = [each for each in statuses(first.experiment_id) if each != "READY"]
    # The model itself was perhaps written before its id was known.
    assert left in ([["PENDING"], []] if command == "insert" else [["FAILED"]])
    assert [] == versions(name)
    assert 1 == mlflow.sklearn.log_model(MODEL, name="m", registered_model_name=name).registered_model_version


@pytest.mark.mongodb
@pytest.mark.parametrize("command", ["findAndModify", "insert"])
@pytest.mark.parametrize("fault", [DROPPED_AFTER, DROPPED_BEFORE], ids=["after", "before"])
def test_a_registration_that_fails_can_be_repeated(faulty: Any, command: str, fault: dict[str, Any]) -> None:
    """`register_model` itself: a fault leaves no version that is not known, and the name is not burnt."""
    info = mlflow.sklearn.log_model(MODEL, name="m")
    name = unique()
    with failing(faulty, command, **fault), pytest.raises(MlflowException):
        mlflow.register_model(info.model_uri, name)
    assert [] == versions(name)
    version = int(mlflow.register_model(info.model_uri, name).version)
    assert [version] == versions(name)
    assert version == (2 if (command, fault) == ("findAndModify", DROPPED_AFTER) else 1)
