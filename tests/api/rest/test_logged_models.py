"""Logged models on the wire, and the record of models that programs written for MLflow 2 leave in a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.rest.conftest import Wire


@pytest.fixture
def model(wire: Wire) -> Any:
    """A logged model with tags and params."""
    pairs = {"tags": [{"key": "a", "value": "b"}], "params": [{"key": "p", "value": "1"}]}
    return wire.post("logged-models", {"experiment_id": "0", "name": "m", **pairs})[1]["model"]


def test_as_written(wire: Wire, model: Any) -> None:
    """What was not given is an empty text, and what is empty in another way is left out."""
    info = model["info"]
    times = {name: info.pop(name) for name in ("creation_timestamp_ms", "last_updated_timestamp_ms")}
    location = info["artifact_uri"].removesuffix(f"/models/{info['model_id']}/artifacts")
    expected = {
        "model_id": info["model_id"], "experiment_id": "0", "name": "m", "status": "LOGGED_MODEL_PENDING",
        "artifact_uri": f"{location}/models/{info['model_id']}/artifacts", "model_type": "", "source_run_id": "",
        "tags": [{"key": "a", "value": "b"}],
    }  # fmt: skip
    assert {"info": expected, "data": {"params": [{"key": "p", "value": "1"}]}} == model
    assert {int} == {*map(type, times.values())}


@pytest.mark.parametrize(
    ("status", "name"),
    [(2, "LOGGED_MODEL_READY"), ("3", "LOGGED_MODEL_UPLOAD_FAILED"), ("LOGGED_MODEL_READY", "LOGGED_MODEL_READY")],
)
@pytest.mark.parametrize("is_named", [True, False])
def test_statuses(wire: Wire, model: Any, status: Any, name: str, is_named: bool) -> None:
    """A status is a number or a name; the model is the one of the path, whether the body says so, too, or not."""
    id = model["info"]["model_id"]
    content = {"status": status} | ({"model_id": "m-other"} if is_named else {})
    code, body = wire.send("PATCH", f"logged-models/{id}", json=content)
    assert (200, id, name) == (code, body["model"]["info"]["model_id"], body["model"]["info"]["status"])


@pytest.mark.parametrize("status", [None, 0, 9, "READY", True])
def test_unknown_statuses(wire: Wire, model: Any, status: Any) -> None:
    """What is no status is refused, and changes nothing."""
    id = model["info"]["model_id"]
    code, body = wire.send("PATCH", f"logged-models/{id}", json={"status": status})
    assert (400, "INVALID_PARAMETER_VALUE") == (code, body["error_code"])
    assert model == wire.get(f"logged-models/{id}")[1]["model"]


def test_tags_and_params(wire: Wire, model: Any) -> None:
    """Tags are set again and removed, with "/" in their names, too; a param keeps its value."""
    path = f"logged-models/{model['info']['model_id']}"
    answers = [
        wire.send("PATCH", f"{path}/tags", json={"tags": [{"key": "a", "value": "c"}, {"key": "x/y", "value": "1"}]}),
        wire.send("DELETE", f"{path}/tags/x%2Fy"),
        wire.send("POST", f"{path}/params", json={"params": [{"key": "q", "value": "2"}]}),
    ]
    assert [(200, {})] * 3 == answers
    status, body = wire.send("POST", f"{path}/params", json={"params": [{"key": "q", "value": "3"}]})
    assert (400, "INVALID_PARAMETER_VALUE") == (status, body["error_code"])
    status, body = wire.send("DELETE", f"{path}/tags/x%2Fy")
    assert (404, "RESOURCE_DOES_NOT_EXIST") == (status, body["error_code"])
    found = wire.get(path)[1]["model"]
    assert [{"key": "a", "value": "c"}] == found["info"]["tags"]
    assert [{"key": "p", "value": "1"}, {"key": "q", "value": "2"}] == found["data"]["params"]


def test_deleted_models(wire: Wire, model: Any) -> None:
    """A deleted model is there for who asks for deleted ones; deleting it again is no error."""
    path = f"logged-models/{model['info']['model_id']}"
    assert [(200, {})] * 2 == [wire.send("DELETE", path) for _ in range(2)]
    missing = f"Logged model with ID '{model['info']['model_id']}' not found."
    assert (404, missing) == (lambda answer: (answer[0], answer[1]["message"]))(wire.get(path))
    statuses = [wire.get(path, allow_deleted=allowed)[0] for allowed in ("true", "True", "banana")]
    assert [200, 200, 404] == statuses


def test_points_of_models(wire: Wire, model: Any) -> None:
    """A point that names a model and a dataset is a point of both the run and the model."""
    run_id, model_id = wire.run_id(), model["info"]["model_id"]
    point = {"key": "acc", "value": "NaN", "timestamp": 1, "step": 2}
    named = {"model_id": model_id, "dataset_name": "d", "dataset_digest": "x"}
    assert (200, {}) == wire.post("runs/log-metric", {"run_id": run_id, **point, **named})
    found = wire.get(f"logged-models/{model_id}")[1]["model"]["data"]["metrics"]
    assert [{**point, **named, "run_id": run_id}] == found


def test_searches(wire: Wire, model: Any) -> None:
    """`experiment_ids` has to be there and may be empty; pages follow each other; 0 is the default size of a page."""
    wire.post("logged-models", {"experiment_id": "0", "name": "n"})
    search = "logged-models/search"
    assert (200, {}) == wire.post(search, {"experiment_ids": []})
    status, _, message = wire.refusal(search, {})
    assert (400, "Missing value for required parameter 'experiment_ids'.") == (status, message.partition(" See ")[0])
    content = {"experiment_ids": ["0"], "order_by": [{"field_name": "name", "ascending": False}], "max_results": 1}
    first = wire.post(search, content)[1]
    second = wire.post(search, {**content, "page_token": first["next_page_token"]})[1]
    assert [["n"], ["m"]] == [[each["info"]["name"] for each in page["models"]] for page in (first, second)]
    assert 2 == len(wire.post(search, {"experiment_ids": ["0"], "max_results": 0})[1]["models"])


def test_artifacts_are_listed(wire: Wire, model: Any, fresh: Path) -> None:
    """Files of a model are listed, and a path that leads out is refused."""
    directory = Path(model["info"]["artifact_uri"])
    directory.mkdir(parents=True)
    (directory / "MLmodel").write_text("x")
    path = f"logged-models/{model['info']['model_id']}/artifacts/directories"
    expected = {"root_uri": str(directory), "files": [{"path": "MLmodel", "is_dir": False, "file_size": 1}]}
    assert (200, expected) == wire.get(path)
    assert 400 == wire.get(path, artifact_directory_path="../x")[0]


def test_outputs(wire: Wire, model: Any) -> None:
    """What a run made is read with the run, in searches, too; what it used is in the run alone."""
    run_id, model_id = wire.run_id(), model["info"]["model_id"]
    assert (200, {}) == wire.post("runs/outputs", {"run_id": run_id, "models": [{"model_id": model_id, "step": 3}]})
    assert (200, {}) == wire.post("runs/outputs", {"run_id": run_id, "models": []})
    assert (200, {}) == wire.post("runs/log-inputs", {"run_id": run_id, "models": [{"model_id": model_id}]})
    run = wire.get("runs/get", run_id=run_id)[1]["run"]
    outputs = {"model_outputs": [{"model_id": model_id, "step": 3}]}
    assert ({"model_inputs": [{"model_id": model_id}]}, outputs) == (run["inputs"], run["outputs"])
    found = wire.post("runs/search", {"experiment_ids": ["0"]})[1]["runs"][0]
    assert ({}, outputs) == (found["inputs"], found["outputs"])
    assert 400 == wire.refusal("runs/outputs", {"run_id": run_id})[0]


def test_the_record_of_models(wire: Wire) -> None:
    """What is recorded is added to a JSON list in a tag, without the settings that a flavor was made with."""
    run_id = wire.run_id()
    record = {"artifact_path": "a", "run_id": "r", "utc_time_created": "t", "flavors": {"f": {"x": 1, "config": {}}}}
    for path in ("a", "b"):
        text = json.dumps({**record, "artifact_path": path, "signature": None})
        assert (200, {}) == wire.post("runs/log-model", {"run_id": run_id, "model_json": text})
    tags = wire.get("runs/get", run_id=run_id)[1]["run"]["data"]["tags"]
    history = json.loads(next(tag["value"] for tag in tags if tag["key"] == "mlflow.log-model.history"))
    kept = {**record, "flavors": {"f": {"x": 1}}, "model_uuid": None}
    assert [{**kept, "artifact_path": path} for path in ("a", "b")] == history


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{bad", "Malformed model info. \n {bad \n is not a valid JSON."),
        ("[" * 100_000, "Malformed model info."),
        (
            "[]",
            "Model json is missing mandatory fields: {'artifact_path', 'flavors', 'run_id', 'utc_time_created'}",
        ),
        ('{"run_id": 1, "flavors": {}}', "Model json is missing mandatory fields: {'artifact_path', 'utc_time_crea"),
        ('{"run_id": 1, "flavors": 2, "artifact_path": 3, "utc_time_created": 4}', "Model json has flavors that are"),
    ],
)
def test_records_that_are_none(wire: Wire, text: str, message: str) -> None:
    """What is no record of a model is refused with what it lacks."""
    status, code, found = wire.refusal("runs/log-model", {"run_id": wire.run_id(), "model_json": text})
    assert (400, "INVALID_PARAMETER_VALUE") == (status, code)
    assert found.startswith(message)
