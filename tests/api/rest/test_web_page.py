"""What is at the top of the server: MLflow's web page where it is installed, or a page that says what this is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from genesis_flow.exceptions import MlflowException

from genesis_flow import __version__
from genesis_flow.api.rest import create_app
from tests.api.rest.conftest import running, wire_to
from tests.api.stores import store_uri
from tests.compat.guest.pages import Pages
from tests.services import browser
from tests.services.guest_site import ROOT, guest_environment
from tests.services.stock import stock_python

#: What the page asks for that is not there: users, which MLflow has with its sign-on alone, and numbers about traces.
NOT_ANSWERED = {"/ajax-api/2.0/mlflow/users/current", "/ajax-api/3.0/mlflow/traces/metrics"}


def installed(directory: Path, version: str = "3.99.0") -> Path:
    """The files of the web page of a package that is called like MLflow, and cannot be imported."""
    build = directory / "mlflow/server/js/build"
    (build / "static/js").mkdir(parents=True)
    (directory / "mlflow/__init__.py").write_text("raise AssertionError('imported')")
    (directory / "mlflow/server/handlers.py").write_text("secret")
    (directory / f"mlflow-{version}.dist-info").mkdir()
    (directory / f"mlflow-{version}.dist-info/METADATA").write_text(f"Name: mlflow\nVersion: {version}\n")
    (build / "index.html").write_text("<p>page")
    (build / "static/js/main.js").write_text("run()")
    (build / "favicon.ico").write_bytes(b"icon")
    return build


def test_what_this_is(fresh: Path) -> None:
    """Without MLflow's page there is one that names the version and leads on, and needs nothing from elsewhere."""
    with wire_to(web_page="none") as wire:
        response = wire.client.get("/")
        assert (200, "text/html") == (response.status_code, response.headers["content-type"])
        assert f"<h1>genesis-flow {__version__}</h1>" in response.text
        links = re.findall(r'href="([^"]+)"', response.text)
        assert ["docs", "openapi.json", "metrics", "health", "version"] == links
        assert [200] * 5 == [wire.client.get(f"/{link}").status_code for link in links]
        policy = response.headers["content-security-policy"]
        assert re.fullmatch(r"default-src 'none'; style-src 'sha256-[\w+/=]+'; frame-ancestors 'self'", policy)
        assert [] == re.findall(r"<script|src=|https?:", response.text)
        for path in ("/build/index.html", "/static-files/index.html", "/static-files/"):
            response = wire.client.get(path)
            assert (404, "RESOURCE_DOES_NOT_EXIST") == (response.status_code, response.json()["error_code"])


@pytest.mark.parametrize("choice", ["auto", "mlflow"])
def test_mlflow_is_found(fresh: Path, monkeypatch: pytest.MonkeyPatch, choice: str) -> None:
    """Its page is served without its code, kept by browsers as MLflow says, and never guessed to be something else."""
    installed(fresh / "site")
    monkeypatch.syspath_prepend(str(fresh / "site"))
    with wire_to(web_page=choice) as wire:
        expected = {
            "/": ("<p>page", "text/html", "no-cache"),
            "/build/index.html": ("<p>page", "text/html", "no-cache"),
            "/static-files/index.html": ("<p>page", "text/html", "public, max-age=2419200"),
            "/static-files/static/js/main.js": ("run()", "text/javascript", "public, max-age=2419200"),
            "/static-files/favicon.ico": ("icon", "image/vnd.microsoft.icon", "public, max-age=2419200"),
        }
        for path, (content, kind, kept) in expected.items():
            response = wire.client.get(path)
            headers = response.headers
            assert (200, content, kind, kept) == (
                response.status_code, response.text, headers["content-type"], headers["cache-control"]
            )  # fmt: skip
            assert ("nosniff", "SAMEORIGIN") == (headers["x-content-type-options"], headers["x-frame-options"])
            assert "frame-ancestors 'self'" in headers["content-security-policy"]
        head = wire.client.head("/static-files/favicon.ico")
        assert (200, "4") == (head.status_code, head.headers["content-length"])
    assert "mlflow" not in sys.modules or not sys.modules["mlflow"].__file__.startswith(str(fresh))  # type: ignore[union-attr]


_HOSTILE = (
    "..%2f..%2fhandlers.py", "%2e%2e/%2e%2e/handlers.py", "static%2f..%2findex.html", "%2e/index.html", "a//index.html",
    "/index.html", "static", "static/", "", "\\index.html", "index.html%00", "index.html/", "C:/index.html", "secret",
    "%252e%252e/index.html", "INDEX.HTML",
)  # fmt: skip


@pytest.mark.parametrize("path", _HOSTILE)
def test_nothing_else_is_served(fresh: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """A file is served by its exact name alone, and only if it was among those of the page."""
    (installed(fresh / "site") / "secret").symlink_to(fresh / "site/nowhere")
    monkeypatch.syspath_prepend(str(fresh / "site"))
    with wire_to(web_page="mlflow") as wire:
        for top in ("build", "static-files"):
            response = wire.client.get(f"http://localhost:5000/{top}/{quote(path, safe='/%.:')}")
            assert 404 == response.status_code


@pytest.mark.parametrize("version", [None, "2.22.0"])
def test_a_page_that_does_not_fit(fresh: Path, monkeypatch: pytest.MonkeyPatch, version: str | None) -> None:
    """The page of an older MLflow, which asks for other things, is none; whoever wants one is told."""
    monkeypatch.setattr(sys, "path", [str(fresh / "site"), *sys.path])
    if version is not None:
        installed(fresh / "site", version)
        with wire_to() as wire:
            assert "genesis-flow" in wire.client.get("/").text
        with pytest.raises(MlflowException, match="There is no MLflow 3 with its web page"):
            create_app("memory://", web_page="mlflow")
    with pytest.raises(MlflowException, match="one of auto, mlflow, none, not 'other'"):
        create_app("memory://", web_page="other")


def test_others_see_no_page(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is for this machine, like the rest."""
    installed(fresh / "site")
    monkeypatch.syspath_prepend(str(fresh / "site"))
    with wire_to(("10.1.2.3", 50_000)) as wire:
        paths = ("/", "/build/index.html", "/static-files/index.html")
        assert [401] * 3 == [wire.client.get(path).status_code for path in paths]


@pytest.mark.stock
@pytest.mark.mongodb
def test_the_page_works(tmp_path: Path) -> None:
    """MLflow's page, served by us, shows experiments, filters runs, draws charts, and shows files and models."""
    python = stock_python()
    where = "import importlib.util as u; print(u.find_spec('mlflow').submodule_search_locations[0])"
    package = Path(subprocess.run([python, "-c", where], capture_output=True, text=True, check=True).stdout.strip())
    beside = tmp_path / "beside"
    beside.mkdir()
    for each in (package, *package.parent.glob("mlflow-*.dist-info")):
        (beside / each.name).symlink_to(each)
    options = ("--artifacts-destination", str(tmp_path / "files"), "--web-page", "mlflow")
    with running(store_uri("mongodb", tmp_path), tmp_path, *options, PYTHONPATH=f"{ROOT}:{beside}") as site:
        done = subprocess.run(
            [python, "-m", "tests.compat.guest.served_script", site.address],
            cwd=tmp_path, env=guest_environment(ROOT), capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert 0 == done.returncode, done.stderr[-3_000:]
        run_id = json.loads(done.stdout.splitlines()[-1])["shown"]["run"]
        pictures = browser.pictures(tmp_path / "pictures") / "server"
        pages = Pages(site.address, run_id, pictures, no_traces="Start tracing your LLM application")
        pages.look()
    assert pages.refused <= NOT_ANSWERED
