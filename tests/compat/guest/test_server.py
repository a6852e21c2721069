"""MLflow's own server, its commands and its web page work on our stores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.compat.guest.conftest import Guest
from tests.compat.guest.serving import serving
from tests.services.browser import PICTURES_VARIABLE, open_page
from tests.services.stock import NEWEST

pytestmark = [pytest.mark.stock, pytest.mark.mongodb, pytest.mark.xdist_group("guest-server")]


@attrs.frozen
class Served:
    """A server with something in its store."""

    guest: Guest
    url: str
    said: dict[str, Any]


@pytest.fixture(scope="module")
def served(guest: Guest, mongodb_uri: str) -> Iterator[Served]:
    """`mlflow server` on MongoDB, after a client has written to it."""
    with serving(guest, f"{mongodb_uri}_served_{guest.version.replace('.', '_')}") as url:
        yield Served(guest, url, guest.run("tests.compat.guest.served_script", url))


def test_a_client_reads_what_it_wrote(served: Served) -> None:
    """Runs, histories, artifacts through the server, and the registry."""
    found = {name: value for name, value in served.said["shown"].items() if name != "run"}

    assert {
        "experiment": "1",
        "location": "mlflow-artifacts:/1",
        "found": ["run-2", "run-1"],
        "history": 20,
        "artifacts": ["notes.txt"],
        "text": "hello artifact",
        "champion": "1",
        "latest": "1",
    } == found


def test_the_page_has_endpoints_of_its_own(served: Served) -> None:
    """Histories in bulk and sampled, datasets of experiments, GraphQL."""
    asked = dict(served.said["asked"])
    interval = asked.pop("interval")

    assert {
        "bulk": 20,
        "datasets": [{"experiment_id": "1", "name": "iris", "digest": "d1", "context": "train"}],
        "graph": "run-2",
    } == asked
    assert (0, 19) == (interval[0], interval[-1])
    assert sorted(interval) == interval


def test_errors_keep_their_codes(served: Served) -> None:
    """What the store refuses reaches the client as MLflow's own store would have it."""
    assert {
        "run": "RESOURCE_DOES_NOT_EXIST",
        "experiment": "RESOURCE_ALREADY_EXISTS",
        "filter": "INVALID_PARAMETER_VALUE",
        "model": "RESOURCE_DOES_NOT_EXIST",
        "alias": "INVALID_PARAMETER_VALUE",
    } == served.said["refused"]


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


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures of pages are kept."""
    directory = Path(os.environ.get(PICTURES_VARIABLE) or tmp_path)
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@pytest.mark.parametrize("guest", [NEWEST], indirect=True)
def test_the_page_shows_what_is_there(served: Served, pictures: Path) -> None:
    """Experiments, runs by a filter, a run with charts and artifacts, models, and an empty list of traces."""
    run = served.said["shown"]["run"]
    with open_page() as page:
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(str(error)))

        def shown(path: str, name: str, *texts: str) -> None:
            page.goto(f"{served.url}/#{path}")
            for text in texts:
                page.get_by_text(text, exact=True).first.wait_for()
            page.screenshot(path=pictures / f"{name}.png")

        shown("/experiments", "experiments", "shown", "Default")
        shown("/experiments/1/runs", "runs", "run-0", "run-1", "run-2")
        search = page.get_by_test_id("search-box")
        search.fill("metrics.acc > 0.6")
        search.press("Enter")
        page.get_by_text("run-0", exact=True).first.wait_for(state="hidden")
        assert [1, 1] == [page.get_by_text(name, exact=True).count() for name in ("run-1", "run-2")]
        page.screenshot(path=pictures / "filtered-runs.png")
        shown(f"/experiments/1/runs/{run}", "run", "run-2", "loss", "acc", "lr", "0.9", "0.2", "Finished")
        shown(f"/experiments/1/runs/{run}/model-metrics", "charts", "acc", "loss")
        page.locator(".js-plotly-plot .scatterlayer .point").nth(19).wait_for(state="attached")
        page.locator(".js-plotly-plot .barlayer .point").first.wait_for(state="attached")
        page.screenshot(path=pictures / "charts.png")
        shown(f"/experiments/1/runs/{run}/artifacts", "artifacts", "notes.txt")
        page.get_by_text("notes.txt", exact=True).first.click()
        page.get_by_text("hello artifact").first.wait_for()
        page.screenshot(path=pictures / "artifact.png")
        shown("/models", "models", "churn")
        page.get_by_text("champion").first.wait_for()
        shown("/models/churn", "model", "churn", "Version 1")
        shown("/experiments/1/traces", "traces", "Traces")

    assert [] == failures
