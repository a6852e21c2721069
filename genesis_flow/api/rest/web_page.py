"""
What is at the top of the server: MLflow's web page where MLflow is installed, else a page that says what this is.

MLflow's page is a directory of files that its package holds. They are served as they are, and nothing of MLflow is
imported; what the page asks for are endpoints like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING, Final

from genesis_flow.api.rest.html import html_page
from genesis_flow.api.rest.messages.fields import Field, Values, text
from genesis_flow.api.rest.routes import ANY, TOP, Endpoint
from genesis_flow.api.rest.wire import Reply
from genesis_flow.api.version import COMPATIBLE_MLFLOW_VERSION, VERSION
from genesis_flow.domain.errors import InvalidInput, NotFound
from genesis_flow.domain.values.text import shown

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases

#: What may be at the top: MLflow's page where it is installed, that page for sure, or our own.
CHOICES: Final = ("auto", "mlflow", "none")
#: The major version of MLflow whose page asks for the endpoints that there are.
_MAJOR: Final = "3"
_BUILD: Final = ("server", "js", "build")
_INDEX: Final = "index.html"
#: What browsers have to be told of files that run, whatever this machine has for their names.
_KINDS: Final = {"js": "text/javascript", "mjs": "text/javascript", "css": "text/css", "html": "text/html"}
_UNKNOWN: Final = "application/octet-stream"
#: Names of these files change with what they hold, so browsers keep them for four weeks, as MLflow says.
_KEPT: Final = {"cache-control": "public, max-age=2419200"}
_ASKED_AGAIN: Final = {"cache-control": "no-cache"}
#: MLflow sets no policy: the page shows HTML that users logged in frames without rights, and that may load scripts.
_POLICY: Final = {"content-security-policy": "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"}

_LINKS: Final = (
    ("docs", "the API, for people"),
    ("openapi.json", "the API, for programs"),
    ("metrics", "numbers for Prometheus"),
    ("health", "whether the server answers"),
    ("version", "the version of MLflow that its answers are those of"),
)


def web_page(choice: str) -> tuple[Endpoint, ...]:
    """
    The endpoints at the top.

    Args:
        choice: One of `CHOICES`.

    Raises:
        InvalidInput: Not one of them, or MLflow's page is wanted and not installed.
    """
    if choice not in CHOICES:
        raise InvalidInput("web_page", f"The web page is one of {', '.join(CHOICES)}, not '{shown(choice)}'.")
    files = {} if choice == "none" else _files()
    if choice == "mlflow" and not files:
        raise InvalidInput(
            "web_page",
            f"There is no MLflow {_MAJOR} with its web page beside genesis-flow: pip install mlflow, or leave the "
            "choice to the server.",
        )

    def index(use_cases: UseCases, given: Values) -> Reply:
        return _reply(files, _INDEX, _ASKED_AGAIN) if files else _own()

    def build(use_cases: UseCases, given: Values) -> Reply:
        return _reply(files, given["path"], _ASKED_AGAIN)

    def static(use_cases: UseCases, given: Values) -> Reply:
        return _reply(files, given["path"], _KEPT)

    path = (Field("path", text, ""),)
    return (
        Endpoint("", ("GET",), (), index, TOP, media_type="text/html"),
        Endpoint("build/{path:path}", ("GET",), path, build, TOP, media_type=ANY),
        Endpoint("static-files/{path:path}", ("GET",), path, static, TOP, media_type=ANY),
    )


def _files() -> Mapping[str, Path]:
    """The files of MLflow's page by their paths, none where it is not installed: what is not listed is not served."""
    for place in _places():
        directory = Path(place).joinpath(*_BUILD)
        if (directory / _INDEX).is_file():
            return {file.relative_to(directory).as_posix(): file for file in directory.rglob("*") if file.is_file()}
    return {}


def _places() -> list[str]:
    try:
        is_known = version("mlflow").partition(".")[0] == _MAJOR
        spec = find_spec("mlflow") if is_known else None
    except (PackageNotFoundError, ValueError):
        return []
    return list(spec.submodule_search_locations or ()) if spec is not None else []


def _reply(files: Mapping[str, Path], path: str, headers: Mapping[str, str]) -> Reply:
    file = files.get(path)
    if file is None:
        raise NotFound("file", path, f"There is no file '{shown(path)}' of a web page.")
    kind = _KINDS.get(path.rpartition(".")[2]) or guess_type(path)[0] or _UNKNOWN
    return Reply(200, file.read_bytes(), kind, {**headers, **_POLICY})


def _own() -> Reply:
    links = "".join(f'<tr><td><a href="{link}">{link}</a><td>{escape(what)}' for link, what in _LINKS)
    return html_page(
        f"genesis-flow {VERSION}",
        f"<p>This server answers MLflow's REST API as MLflow {COMPATIBLE_MLFLOW_VERSION} does, below "
        "<code>api/</code> and <code>ajax-api/</code>. Give programs its address as their tracking URI.</p>"
        f"<table>{links}</table>"
        "<p>There is no web page of experiments here. Where MLflow is installed beside genesis-flow "
        "(<code>pip install mlflow</code>), this server shows MLflow's own; <code>mlflow server --backend-store-uri "
        "URI</code> on the same store (<code>pip install 'genesis-flow[mlflow]'</code>) has it, too.</p>",
    )
