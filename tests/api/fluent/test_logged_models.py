"""Fluent logged models; expected answers are MLflow 3.17.2's, where not said otherwise."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import genesis_flow.artifacts
import genesis_flow.data
import numpy as np
import pytest
import yaml

import genesis_flow as mlflow
from genesis_flow.api import session
from genesis_flow.api.entities import LoggedModelInput, LoggedModelOutput
from tests.api.refusals import INVALID, MISSING, refusal


def points(model_id: str) -> list[tuple[str, float, int]]:
    """The metrics of a model."""
    return [(point.key, point.value, point.step) for point in mlflow.get_logged_model(model_id).metrics or ()]


def used_models(run_id: str) -> list[str]:
    """The models among the inputs of a run."""
    return [used.model_id for used in mlflow.get_run(run_id).inputs.model_inputs]


def test_a_model_belongs_to_the_active_run(memory: str) -> None:
    """Its experiment and run are those in force; its tags say where it comes from, its own win."""
    experiment_id = mlflow.create_experiment("e")
    with mlflow.start_run(experiment_id=experiment_id) as run:
        made = mlflow.initialize_logged_model("a", tags={"mlflow.user": "me", "k": 1}, params={"p": 1})

    assert (run.info.run_id, experiment_id, "PENDING") == (made.source_run_id, made.experiment_id, made.status)
    assert ("me", "1", "LOCAL") == (made.tags["mlflow.user"], made.tags["k"], made.tags["mlflow.source.type"])
    assert made.model_id == mlflow.last_logged_model().model_id


def test_without_a_run_none_is_started(memory: str) -> None:
    """The experiment is the one in force."""
    mlflow.set_experiment("e")
    made = mlflow.initialize_logged_model()

    assert (None, None) == (made.source_run_id, mlflow.active_run())
    assert mlflow.get_experiment_by_name("e").experiment_id == made.experiment_id
    assert "0" == mlflow.initialize_logged_model(experiment_id="0", source_run_id="x").experiment_id


def test_the_last_model_is_a_threads_own(memory: str) -> None:
    """Another thread has none."""
    assert None is mlflow.last_logged_model()
    mlflow.initialize_logged_model("a")
    seen: list[Any] = []
    thread = threading.Thread(target=lambda: seen.append(mlflow.last_logged_model()))
    thread.start()
    thread.join()
    assert [None] == seen


def test_an_external_model_is_ready_and_says_so(uri: str) -> None:
    """A tag and a file without flavors note that its files are elsewhere."""
    made = mlflow.create_external_model("ext", params={"a": 1}, tags={"t": "x"}, model_type="agent")
    note = yaml.safe_load(genesis_flow.artifacts.load_text(f"{made.model_uri}/MLmodel"))

    assert ("READY", "true", "x", {"a": "1"}, "agent") == (
        made.status, made.tags["mlflow.model.isExternal"], made.tags["t"], made.params, made.model_type,
    )
    assert ({}, made.model_id, made.model_id, made.artifact_location, {"mlflow.model.isExternal": True}) == (
        note["flavors"], note["model_id"], note["model_uuid"], note["artifact_path"], note["metadata"],
    )
    assert '[{"type": "boolean", "required": true}]' == note["signature"]["inputs"]
    assert made.model_id == mlflow.last_logged_model().model_id


def test_searching(memory: str) -> None:
    """All that match, in the experiment in force, as a list or a DataFrame."""
    for number in range(5):
        mlflow.initialize_logged_model(f"m{number}", params={"p": number})
    found = mlflow.search_logged_models(output_format="list")
    frame = mlflow.search_logged_models(filter_string="params.p IN ('1', '2')", order_by=[{"field_name": "name"}])

    assert {f"m{number}" for number in range(5)} == {model.name for model in found}
    assert 3 == len(mlflow.search_logged_models(max_results=3, output_format="list"))
    assert ["m1", "m2"] == list(frame["name"])
    assert ["PENDING", "PENDING"] == list(frame["status"])
    assert [
        "artifact_location", "creation_timestamp", "experiment_id", "last_updated_timestamp", "metrics", "model_id",
        "model_type", "name", "params", "source_run_id", "status", "status_message", "tags",
    ] == sorted(frame.columns)  # fmt: skip
    assert (0, 0) == mlflow.search_logged_models(filter_string="name = 'x'").shape
    assert INVALID == refusal(lambda: mlflow.search_logged_models(output_format="x"))[0]  # type: ignore[call-overload]  # a mistake


def test_metrics_of_a_named_model(uri: str) -> None:
    """The model has them and becomes an input of the run, once; what the run produced does not."""
    made, produced = mlflow.initialize_logged_model("a"), mlflow.initialize_logged_model("b")
    with mlflow.start_run() as run:
        mlflow.log_outputs([LoggedModelOutput(produced.model_id, 7)])
        mlflow.log_metric("x", 1, step=1, model_id=made.model_id)
        mlflow.log_metrics({"y": 2, "z": 3}, step=2, model_id=made.model_id)
        mlflow.log_metric("x", 4, step=2, model_id=produced.model_id)
    assert [("x", 1.0, 1), ("y", 2.0, 2), ("z", 3.0, 2)] == points(made.model_id)
    assert [("x", 4.0, 2)] == points(produced.model_id)
    assert [made.model_id] == used_models(run.info.run_id)
    assert {"x": 4.0, "y": 2.0, "z": 3.0} == mlflow.get_run(run.info.run_id).data.metrics


def test_metrics_on_a_dataset(memory: str) -> None:
    """The dataset becomes an input of the run, with a model or without; the model's points name it."""
    made = mlflow.initialize_logged_model("a")
    data = genesis_flow.data.from_numpy(np.zeros(2), name="test")
    with mlflow.start_run() as run:
        mlflow.log_metric("x", 1, dataset=data)
        mlflow.log_metrics({"y": 2}, dataset=data, model_id=made.model_id)
    (point,) = mlflow.get_logged_model(made.model_id).metrics
    assert ("y", "test", data.digest) == (point.key, point.dataset_name, point.dataset_digest)
    assert ["test"] == [used.dataset.name for used in mlflow.get_run(run.info.run_id).inputs.dataset_inputs]
    assert ["a"] == [
        model.name
        for model in mlflow.search_logged_models(
            filter_string="metrics.y = 2", datasets=[{"dataset_name": "test"}], output_format="list"
        )
    ]


def test_metrics_of_a_step_belong_to_its_models(uri: str) -> None:
    """Those that the run produced at the very step, as soon as they are noted (ours), all of them (ours), once."""
    first, second = (mlflow.initialize_logged_model(name).model_id for name in "ab")
    with mlflow.start_run() as run:
        mlflow.log_outputs([LoggedModelOutput(first, 3), LoggedModelOutput(second, 3)])
        mlflow.log_metric("x", 1, step=3)
        mlflow.log_metrics({"y": 2}, step=3)
        mlflow.log_metric("x", 9, step=4)
    for id in (first, second):
        assert [("x", 1.0, 3), ("y", 2.0, 3)] == points(id)
    assert [] == used_models(run.info.run_id)
    assert 2 == len(mlflow.MlflowClient().get_metric_history(run.info.run_id, "x"))


def test_a_resumed_run_knows_its_models(memory: str) -> None:
    """What it produced earlier, perhaps in another process, is read when it is resumed."""
    made = mlflow.initialize_logged_model("a").model_id
    with mlflow.start_run() as run:
        mlflow.log_outputs([LoggedModelOutput(made, 0)])
    session._process.shared.pop(session.RUN_LINKS)  # as another process would see it
    with mlflow.start_run(run.info.run_id):
        mlflow.log_metric("x", 1)
    assert [("x", 1.0, 0)] == points(made)


def test_the_active_model(uri: str) -> None:
    """Everything without a model belongs to it, through the client as well; it ends with its block."""
    made = mlflow.create_external_model("a").model_id
    with mlflow.set_active_model(model_id=made) as active, mlflow.start_run() as run:
        assert (made, "ActiveModel") == (active.model_id, type(active).__name__)
        assert made == mlflow.get_active_model_id()
        mlflow.log_metric("x", 1)
        mlflow.MlflowClient().log_metric(run.info.run_id, "y", 2)
        mlflow.MlflowClient().log_batch(run.info.run_id, [mlflow.entities.Metric("z", 3, 1, 0)])
        mlflow.log_model_params({"p": 1})
    assert None is mlflow.get_active_model_id()
    assert {("x", 1.0, 0), ("y", 2.0, 0), ("z", 3.0, 0)} == set(points(made))
    assert {"p": "1"} == mlflow.get_logged_model(made).params
    assert [made] == used_models(run.info.run_id)
    assert INVALID == refusal(lambda: mlflow.log_model_params({"p": 2}))[0]


def test_active_models_by_name(memory: str) -> None:
    """The newest of the name; an external one is made where there is none."""
    made = mlflow.set_active_model(name="a")
    assert (made.model_id, "READY") == (mlflow.get_active_model_id(), made.status)
    assert made.model_id == mlflow.set_active_model(name="a").model_id
    assert made.model_id == mlflow.set_active_model(name="a", model_id=made.model_id).model_id
    assert INVALID == refusal(lambda: mlflow.set_active_model(name="b", model_id=made.model_id))[0]
    assert INVALID == refusal(mlflow.set_active_model)[0]
    assert MISSING == refusal(lambda: mlflow.set_active_model(model_id="m-x"))[0]
    assert INVALID == refusal(lambda: mlflow.set_active_model(name="it's"))[0]
    mlflow.clear_active_model()
    assert None is mlflow.get_active_model_id()


def test_blocks_of_active_models_nest(memory: str) -> None:
    """The end of a block brings back the model before it, also after an exception, which goes on."""
    one, two = (mlflow.create_external_model(name).model_id for name in "ab")
    mlflow.set_active_model(model_id=one)
    with pytest.raises(KeyError), mlflow.set_active_model(model_id=two):
        raise KeyError
    assert one == mlflow.get_active_model_id()


@pytest.mark.parametrize("variable", ["MLFLOW_ACTIVE_MODEL_ID", "_MLFLOW_ACTIVE_MODEL_ID"])
def test_the_environment_says_which_model_is_active(
    memory: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """In every thread, until the thread chooses another one; clearing unsets it."""
    monkeypatch.setenv(variable, "m-env")
    seen: list[Any] = []
    thread = threading.Thread(target=lambda: seen.append(mlflow.get_active_model_id()))
    thread.start()
    thread.join()
    assert (["m-env"], "m-env") == (seen, mlflow.get_active_model_id())
    mlflow.clear_active_model()
    assert None is mlflow.get_active_model_id()


def test_models_as_inputs(memory: str) -> None:
    """`log_input` with a model notes it; a metric of it does not note it twice."""
    made = mlflow.initialize_logged_model("a").model_id
    with mlflow.start_run() as run:
        mlflow.log_input(model=LoggedModelInput(made))
        mlflow.log_metric("x", 1, model_id=made)
    assert [made] == used_models(run.info.run_id)


def test_checkpoints_become_external_models(memory: str, tmp_path: Path) -> None:
    """One for each file and directory of a local directory (ours: MLflow reads volumes of Databricks only)."""
    for name in ("step1", "step2", "with.dot", "it's"):
        (tmp_path / "c" / name).mkdir(parents=True)
        (tmp_path / "c" / name / "weights").write_text("w")
    with mlflow.start_run() as run:
        first = mlflow.import_checkpoints(str(tmp_path / "c"), model_prefix="m_")
        again = mlflow.import_checkpoints(f"{tmp_path}/c/", model_prefix="m_")
    replaced = mlflow.import_checkpoints(
        (tmp_path / "c").as_uri(), run.info.run_id, model_prefix="m_", overwrite_checkpoints=True
    )
    assert ["m_step1", "m_step2"] == [model.name for model in first]
    assert [model.model_id for model in first] == [model.model_id for model in again]
    assert {run.info.run_id} == {model.source_run_id for model in first}
    assert str(tmp_path / "c" / "step1") == first[0].tags["original_artifact_path"]
    assert set() == {model.model_id for model in first} & {model.model_id for model in replaced}
    left = mlflow.search_logged_models(output_format="list")
    assert {model.model_id for model in replaced} == {model.model_id for model in left}
    assert [] == mlflow.import_checkpoints(str(tmp_path / "nothing"), run.info.run_id)
    for wrong in ((), ("", run.info.run_id), (None, run.info.run_id), (str(tmp_path),)):
        if wrong:
            assert INVALID == refusal(lambda: mlflow.import_checkpoints(*wrong))[0]  # noqa: B023  # called at once


def test_files_of_models_by_uri(uri: str, tmp_path: Path) -> None:
    """`models:/m-...` with and without a path (ours), and `runs:/<run>/<name>`, beside what the run itself has."""
    (tmp_path / "f.txt").write_text("of the model")
    with mlflow.start_run() as run:
        made = mlflow.initialize_logged_model("net")
        mlflow.log_text("of the run", "net/own.txt")
        mlflow.log_text("of the run", "net/f.txt")
        mlflow.log_text("alone", "other.txt")
    client = mlflow.MlflowClient()
    client.log_model_artifact(made.model_id, str(tmp_path / "f.txt"))
    client.log_model_artifact(made.model_id, str(tmp_path / "f.txt"), "sub")
    store, of_run = genesis_flow.artifacts, f"runs:/{run.info.run_id}"

    assert ["f.txt", "sub"] == [each.path for each in store.list_artifacts(made.model_uri)]
    assert ["sub/f.txt"] == [each.path for each in store.list_artifacts(f"{made.model_uri}/sub")]
    assert ["net/f.txt", "net/own.txt", "net/sub"] == [each.path for each in store.list_artifacts(f"{of_run}/net")]
    assert ["net/sub/f.txt"] == [each.path for each in store.list_artifacts(f"{of_run}/net/sub")]
    assert ["net", "other.txt"] == [each.path for each in store.list_artifacts(of_run)]
    for text, place in (
        ("of the model", f"{made.model_uri}/f.txt"), ("of the model", f"{of_run}/net/f.txt"),
        ("of the run", f"{of_run}/net/own.txt"), ("of the model", f"{of_run}/net/sub/f.txt"),
        ("alone", f"{of_run}/other.txt"),
    ):  # fmt: skip
        assert text == store.load_text(place)
    local = Path(store.download_artifacts(f"{of_run}/net", dst_path=str(tmp_path / "got")))
    assert ("net", "of the model", "of the run", "of the model") == (
        local.name, *((local / name).read_text() for name in ("f.txt", "own.txt", "sub/f.txt")),
    )
    whole = Path(store.download_artifacts(made.model_uri, dst_path=str(tmp_path / "model")))
    assert ["f.txt", "sub"] == sorted(path.name for path in whole.iterdir())
    for missing in ("models:/m-x", f"{made.model_uri}/nope", f"{of_run}/nope", f"{of_run}/net/nope"):
        assert MISSING == refusal(lambda: store.download_artifacts(missing))[0]  # noqa: B023  # called at once
    client.delete_logged_model(made.model_id)
    assert MISSING == refusal(lambda: store.list_artifacts(made.model_uri))[0]
    assert ["net/f.txt", "net/own.txt"] == [each.path for each in store.list_artifacts(f"{of_run}/net")]


@pytest.mark.parametrize("wrong", ["models:/", "models:x"])
def test_uris_of_no_models(memory: str, wrong: str) -> None:
    """What names no model is refused."""
    assert INVALID == refusal(lambda: genesis_flow.artifacts.list_artifacts(wrong))[0]


@pytest.mark.parametrize("missing", ["models:/name/1", "models:/name@alias", "models:/m-1/2/3"])
def test_uris_of_registered_models(memory: str, missing: str) -> None:
    """What names no logged model is looked for in the registry."""
    assert MISSING == refusal(lambda: genesis_flow.artifacts.list_artifacts(missing))[0]


def test_paths_in_models_stay_there(memory: str) -> None:
    """Nothing leads out of the files of a model."""
    made = mlflow.initialize_logged_model("a")
    for wrong in (f"{made.model_uri}/../x", f"{made.model_uri}/..%2Fx", f"{made.model_uri}//etc/passwd"):
        assert INVALID == refusal(lambda: genesis_flow.artifacts.download_artifacts(wrong))[0]  # noqa: B023  # called at once
