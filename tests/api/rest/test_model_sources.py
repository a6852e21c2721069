"""Which files of the server a version of a model may be made of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.rest.conftest import Wire


@pytest.fixture
def run(wire: Wire) -> Any:
    """The info of a run, in a store that has a registered model."""
    wire.post("registered-models/create", {"name": "M"})
    return wire.get("runs/get", run_id=wire.run_id())[1]["run"]["info"]


@pytest.mark.parametrize("form", ["{}/model", "file://{}/model", "runs:/{id}/model"])
def test_files_of_the_run(wire: Wire, run: Any, form: str) -> None:
    """Those of the run that is named may be."""
    source = form.format(run["artifact_uri"], id=run["run_id"])
    content = {"name": "M", "source": source, "run_id": run["run_id"]}
    status, body = wire.post("model-versions/create", content)
    assert (200, "1", source) == (status, body["model_version"]["version"], body["model_version"]["source"])


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    "form",
    ["/etc/passwd", "file:///etc/passwd", "{}/../../x", "s3://bucket/../x", "s3://bucket/%252e%252e/x", "runs:/other/x",
     "{}-other/model"],
)  # fmt: skip
def test_other_files(wire: Wire, run: Any, form: str, named: bool) -> None:
    """Others may not, whether a run is named or not, nor what leads out of its place."""
    content = {"name": "M", "source": form.format(run["artifact_uri"])}
    status, code, message = wire.refusal(
        "model-versions/create", content | ({"run_id": run["run_id"]} if named else {})
    )
    assert (400, "INVALID_PARAMETER_VALUE") == (status, code)
    assert message.startswith("Invalid model version source: ")


def test_a_link_that_leads_out(wire: Wire, run: Any, fresh: Path) -> None:
    """Links are followed before a path is compared."""
    directory = Path(run["artifact_uri"])
    directory.mkdir(parents=True)
    (directory / "link").symlink_to(fresh)
    content = {"name": "M", "source": f"{directory}/link", "run_id": run["run_id"]}
    assert 400 == wire.refusal("model-versions/create", content)[0]


def test_forms_of_a_version(wire: Wire, run: Any) -> None:
    """Numbers of versions are texts in both directions, and a search may be posted, as MLflow's R client does."""
    made = wire.post("model-versions/create", {"name": "M", "source": "s3://b/p"})[1]["model_version"]
    times = {name: made.pop(name) for name in ("creation_timestamp", "last_updated_timestamp")}
    expected = {
        "name": "M", "version": "1", "current_stage": "None", "description": "", "source": "s3://b/p", "run_id": "",
        "status": "READY", "run_link": "",
    }  # fmt: skip
    assert expected == made
    assert {int} == {*map(type, times.values())}
    content = {"name": "M", "version": 1, "stage": "Staging", "archive_existing_versions": False}
    assert 400 == wire.refusal("model-versions/transition-stage", content)[0]
    found = wire.post("registered-models/search", {"max_results": 5})[1]["registered_models"]
    assert [("M", ["1"])] == [
        (model["name"], [each["version"] for each in model["latest_versions"]]) for model in found
    ]


@pytest.fixture
def model_id(wire: Wire, run: Any) -> str:
    """A logged model of the run."""
    content = {"experiment_id": "0", "name": "m", "source_run_id": run["run_id"]}
    return str(wire.post("logged-models", content)[1]["model"]["info"]["model_id"])


def test_files_of_a_logged_model(wire: Wire, run: Any, model_id: str) -> None:
    """Those of the logged model that is named may be, and it notes which versions it became."""
    location = wire.get(f"logged-models/{model_id}")[1]["model"]["info"]["artifact_uri"]
    for source in (f"models:/{model_id}", f"{location}/model"):
        status, body = wire.post("model-versions/create", {"name": "M", "source": source, "model_id": model_id})
        assert (200, run["run_id"]) == (status, body["model_version"]["run_id"])
    tags = wire.get(f"logged-models/{model_id}")[1]["model"]["info"]["tags"]
    noted = [{"name": "M", "version": 1}, {"name": "M", "version": 2}]
    assert [("mlflow.modelVersions", noted)] == [(tag["key"], json.loads(tag["value"])) for tag in tags]


def test_a_version_of_a_version(wire: Wire, run: Any) -> None:
    """What is made of another version has its run, and must not name another one."""
    source = f"runs:/{run['run_id']}/m"
    wire.post("model-versions/create", {"name": "M", "source": source, "run_id": run["run_id"]})
    status, body = wire.post("model-versions/create", {"name": "M", "source": "models:/M/latest"})
    found = body["model_version"]
    assert (200, "models:/M/1", run["run_id"]) == (status, found["source"], found["run_id"])
    content = {"name": "M", "source": "models:/M/1", "run_id": "other"}
    assert "must match the referenced model version" in wire.refusal("model-versions/create", content)[2]


@pytest.mark.parametrize(
    ("form", "named", "reason"),
    [
        ("models:/{model}", {}, "The model_id request parameter must identify"),
        ("models:/{model}", {"model_id": "m-other"}, "The model_id request parameter must identify"),
        ("models://host/M/1", {}, "The model_id request parameter must identify"),
        ("runs:/{run}/m", {"model_id": "{model}"}, "The model_id request parameter must identify"),
        ("{root}/m", {"model_id": "{model}"}, "To use a local path as a model version source, the model_id"),
        ("{root}/m", {"run_id": "other"}, "The run_id request parameter must identify"),
        ("mlflow-artifacts:/0/{run}/artifacts/m", {"run_id": "{run}"}, "The run_id request parameter must identify"),
        ("mlflow-artifacts:/0/models/x", {"model_id": "{model}"}, "The model_id request parameter must identify"),
        ("s3://bucket/./m", {}, "If supplying a source as an http, https,"),
        ("s3://bucket/m%00", {}, "If supplying a source as an http, https,"),
        ("s3://bucket/%2e%2e%5cm", {}, "If supplying a source as an http, https,"),
        ("gs://[bucket/m", {}, "It is no proper URI."),
    ],
)
def test_whose_files(wire: Wire, run: Any, model_id: str, form: str, named: Any, reason: str) -> None:
    """A source has to be of the run or logged model that the request names, and absolute."""
    values = {"root": run["artifact_uri"], "run": run["run_id"], "model": model_id}
    content = {name: value.format(**values) for name, value in (named | {"source": form}).items()}
    status, code, message = wire.refusal("model-versions/create", {"name": "M", **content})
    assert (400, "INVALID_PARAMETER_VALUE") == (status, code)
    assert message.startswith(f"Invalid model version source: '{content['source']}'. {reason}")


def test_prompts_have_no_files(wire: Wire) -> None:
    """The source of a prompt is a placeholder; a model is not made of a prompt."""
    tags = [{"key": "mlflow.prompt.is_prompt", "value": "true"}]
    assert 200 == wire.post("registered-models/create", {"name": "P", "tags": tags})[0]
    refusal = wire.refusal("model-versions/create", {"name": "P", "source": "/etc/passwd", "tags": tags})
    assert refusal[2].startswith("Invalid prompt source: '/etc/passwd'.")
    assert 200 == wire.post("model-versions/create", {"name": "P", "source": "dummy-source", "tags": tags})[0]
    wire.post("registered-models/create", {"name": "M"})
    refusal = wire.refusal("model-versions/create", {"name": "M", "source": "models:/P/1"})
    assert "Prompt versions cannot be used as model version sources." in refusal[2]


@pytest.mark.parametrize("scheme", ["ftp", "http", "https", "hdfs", "mlflow-artifacts"])
def test_hosts_that_callers_choose(wire: Wire, run: Any, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """A location at a host is refused unless its scheme is allowed; files of a proxy stay those of the run."""
    uri = f"{scheme}://host/api/2.0/mlflow-artifacts/artifacts/0/{run['run_id']}/artifacts/m"
    version = {"name": "M", "source": uri}
    experiment = {"name": "e", "artifact_location": uri}
    refusals = [wire.refusal("model-versions/create", version), wire.refusal("experiments/create", experiment)]
    for field, (status, code, message) in zip(("source", "artifact_location"), refusals, strict=True):
        assert (400, "INVALID_PARAMETER_VALUE") == (status, code)
        assert message.startswith(f"'{field}' cannot use the '{scheme}' scheme: ")
    monkeypatch.setenv("MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES", f"x,{scheme}")
    assert 200 == wire.post("experiments/create", experiment)[0]
    status, body = wire.post("model-versions/create", version)
    if scheme in ("ftp", "hdfs"):
        assert 200 == status
    else:
        assert (400, True) == (status, "must identify the resource that contains the source" in body["message"])


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("s3://b/x#frag", "'artifact_location' URL can't include fragments or params."),
        ("ftp://h/x;p=1", "'artifact_location' URL can't include fragments or params."),
        ("s3://b/x?to=%252e%252e", "Invalid query string"),
        ("s3://[b/x", "'artifact_location' is no proper URI."),
    ],
)
def test_locations_of_experiments(wire: Wire, location: str, message: str) -> None:
    """What no storage can have is refused in MLflow's words."""
    refusal = wire.refusal("experiments/create", {"name": "e", "artifact_location": location})
    assert (400, "INVALID_PARAMETER_VALUE", message) == refusal


def test_descriptions(wire: Wire, run: Any) -> None:
    """A description that is not given is none."""
    wire.send("PATCH", "registered-models/update", json={"name": "M", "description": "d"})
    assert "d" == wire.get("registered-models/get", name="M")[1]["registered_model"]["description"]
    updated = wire.send("PATCH", "registered-models/update", json={"name": "M"})[1]["registered_model"]
    assert "description" not in updated
