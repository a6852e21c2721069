"""Which files of the server a version of a model may be made of."""

from __future__ import annotations

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
