"""MLflow's own server, its commands and its web page work on our stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compat.guest.conftest import Guest
from tests.compat.guest.pages import Pages
from tests.compat.guest.serving import serving
from tests.services import browser
from tests.services.stock import NEWEST

pytestmark = [pytest.mark.stock, pytest.mark.mongodb]

READ_BACK = {
    "experiment": "1",
    "location": "mlflow-artifacts:/1",
    "found": ["run-2", "run-1"],
    "history": 20,
    "artifacts": ["notes.txt"],
    "text": "hello artifact",
    "champion": "1",
    "latest": "1",
}
FOR_THE_PAGE = {
    "bulk": 20,
    "datasets": [{"experiment_id": "1", "name": "iris", "digest": "d1", "context": "train"}],
    "graph": "run-2",
}
REFUSED = {
    "run": "RESOURCE_DOES_NOT_EXIST",
    "experiment": "RESOURCE_ALREADY_EXISTS",
    "filter": "INVALID_PARAMETER_VALUE",
    "model": "RESOURCE_DOES_NOT_EXIST",
    "alias": "INVALID_PARAMETER_VALUE",
}


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures of pages are kept."""
    return browser.pictures(tmp_path)


def test_a_server_works(guest: Guest, mongodb_uri: str, pictures: Path) -> None:
    """Clients read what they wrote and hear why not; the newest page shows runs, charts, files and models."""
    with serving(guest, f"{mongodb_uri}_served_{guest.version.replace('.', '_')}") as url:
        said = guest.run("tests.compat.guest.served_script", url)
        run_id, steps = said["shown"].pop("run"), said["asked"].pop("interval")

        assert {"shown": READ_BACK, "asked": FOR_THE_PAGE, "refused": REFUSED} == said
        assert (0, 19, sorted(steps)) == (steps[0], steps[-1], steps)
        if guest.version == NEWEST:
            Pages(url, run_id, pictures).look()


def test_commands_work(guest: Guest, mongodb_uri: str) -> None:
    """`mlflow experiments`, `mlflow runs`, and `mlflow gc`, which erases runs, models, experiments and files."""
    uri = f"{mongodb_uri}_commands_{guest.version.replace('.', '_')}"

    assert {
        "experiments": True,
        "runs": True,
        "run": "kept",
        "left": ["kept"],
        "files": False,
        "model": "RESOURCE_DOES_NOT_EXIST",
        "experiment": "RESOURCE_DOES_NOT_EXIST",
        "its run": "RESOURCE_DOES_NOT_EXIST",
    } == guest.run("tests.compat.guest.command_script", uri)
