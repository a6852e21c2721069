"""MLflow's web page in a browser: what it shows of a store that `served_script.py` has filled."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from tests.services.browser import open_page


@attrs.frozen
class Pages:
    """
    The page of a server, and where its pictures go.

    Attributes:
        run_id: The run "run-2". no_traces: What is to be seen where there are no traces.
        failures: What scripts of the page said. refused: Paths that the server answered with an error.
    """

    url: str
    run_id: str
    pictures: Path
    no_traces: str = "Rows per page"
    failures: list[str] = attrs.field(factory=list)
    refused: set[str] = attrs.field(factory=set)

    def look(self) -> None:
        """Everything that is to be seen is there, and no script of the page fails."""
        with open_page() as page:
            page.on("pageerror", lambda error: self.failures.append(str(error)))
            page.on("response", lambda response: self._note(response))
            self._see(page, "/experiments", "experiments", "shown", "Default")
            self._filter_runs(page)
            self._see_run(page)
            self._see(page, "/models", "models", "churn")
            page.get_by_text("champion").first.wait_for()
            self._see(page, "/models/churn", "model", "churn", "Version 1")
            self._see(page, "/experiments/1/traces", "traces", "Traces", self.no_traces)
        assert [] == self.failures

    def _note(self, response: Any) -> None:
        if response.status >= 400:
            self.refused.add(urlsplit(response.url).path)

    def _see(self, page: Any, path: str, name: str, *texts: str) -> None:
        page.goto(f"{self.url}/#{path}")
        for text in texts:
            page.get_by_text(text, exact=True).first.wait_for()
        page.screenshot(path=self.pictures / f"{name}.png")
        assert 0 == page.get_by_text("ENDPOINT_NOT_FOUND").count()

    def _filter_runs(self, page: Any) -> None:
        self._see(page, "/experiments/1/runs", "runs", "run-0", "run-1", "run-2")
        search = page.get_by_test_id("search-box")
        search.fill("metrics.acc > 0.6")
        search.press("Enter")
        page.get_by_text("run-0", exact=True).first.wait_for(state="hidden")
        assert [1, 1] == [page.get_by_text(name, exact=True).count() for name in ("run-1", "run-2")]
        page.screenshot(path=self.pictures / "filtered-runs.png")

    def _see_run(self, page: Any) -> None:
        run = f"/experiments/1/runs/{self.run_id}"
        self._see(page, run, "run", "run-2", "loss", "acc", "lr", "0.9", "0.2", "Finished")
        self._see(page, f"{run}/model-metrics", "metrics", "acc", "loss")
        page.locator(".js-plotly-plot .scatterlayer .point").nth(19).wait_for(state="attached")
        page.locator(".js-plotly-plot .barlayer .point").first.wait_for(state="attached")
        page.screenshot(path=self.pictures / "charts.png")
        self._see(page, f"{run}/artifacts", "artifacts", "notes.txt")
        page.get_by_text("notes.txt", exact=True).first.click()
        page.get_by_text("hello artifact").first.wait_for()
        page.screenshot(path=self.pictures / "artifact.png")
