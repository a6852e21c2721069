"""The composition root: every use case can be built on every store, and nothing is shared that should not be."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

import genesis_flow
from genesis_flow import bootstrap
from genesis_flow.bootstrap import (
    BACKENDS,
    USE_CASES,
    Application,
    Backend,
    build_container,
    open_application,
    use_case,
)
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.ports.artifacts import ArtifactStores
from genesis_flow.ports.diagnosis import Diagnosis
from genesis_flow.ports.experiments import ExperimentRepository
from genesis_flow.ports.registered_models import RegisteredModelRepository
from genesis_flow.ports.runs import RunRepository
from genesis_flow.ports.webhooks import WebhookRepository
from genesis_flow.settings import Settings

PACKAGE = Path(genesis_flow.__file__).parent

#: No server is asked: opening connects to nothing.
URIS = {
    "memory": "memory://",
    "sqlite": "sqlite:///{}/x.db",
    "mongodb": "mongodb://127.0.0.1:1/db",
    "mongodb+srv": None,
}


@pytest.fixture(params=[scheme for scheme, uri in URIS.items() if uri])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a store of each kind."""
    return Settings(str(URIS[request.param]).format(tmp_path), str(tmp_path / "artifacts"))


@pytest.fixture
def backend(settings: Settings) -> Iterator[Backend]:
    """That store, opened."""
    opened = BACKENDS[settings.scheme](settings)
    yield opened
    opened.close()


def test_every_scheme_is_tried_here() -> None:
    """A new store gets a row in this test too; `mongodb+srv` needs a name server, and the opener is MongoDB's."""
    assert set(URIS) == set(BACKENDS)
    assert BACKENDS["mongodb"] is BACKENDS["mongodb+srv"]


@pytest.mark.parametrize("name", USE_CASES)
def test_every_use_case_resolves(settings: Settings, backend: Backend, name: str) -> None:
    """Once in a container, and anew in another one."""
    one, other = build_container(settings, backend), build_container(settings, backend)
    built = use_case(one, name)

    assert USE_CASES[name] == f"{type(built).__module__}:{type(built).__name__}"
    assert built is one.resolve(type(built))
    assert built is not use_case(other, name)


def test_an_application_has_every_use_case(settings: Settings) -> None:
    """On its own store, each built once."""
    app = open_application(settings)
    found = {name: getattr(app, name) for name in USE_CASES}

    assert USE_CASES == {name: f"{type(each).__module__}:{type(each).__name__}" for name, each in found.items()}
    assert found == {name: getattr(app, name) for name in USE_CASES}
    assert isinstance(app.diagnosis, Diagnosis)
    app.close()


def test_use_cases_share_their_ports(settings: Settings, backend: Backend) -> None:
    """One store and one set of artifact stores for all of them."""
    container = build_container(settings, backend)
    built = [use_case(container, name) for name in USE_CASES]

    assert {id(backend.runs)} == {id(each._runs) for each in built if hasattr(each, "_runs")}
    assert {id(backend.experiments)} == {id(each._experiments) for each in built if hasattr(each, "_experiments")}
    assert 1 == len({id(each._stores) for each in built if hasattr(each, "_stores")})
    assert [True] * 3 == [
        isinstance(container.resolve(port), port) for port in (ExperimentRepository, RunRepository, ArtifactStores)
    ]


def test_every_module_of_use_cases_has_a_row() -> None:
    """What exists can be had."""
    modules = {
        f"genesis_flow.domain.use_cases.{path.stem}"
        for path in (PACKAGE / "domain" / "use_cases").glob("*.py")
        if path.stem != "__init__" and _has_use_case(f"genesis_flow.domain.use_cases.{path.stem}")
    }

    assert modules == {row.partition(":")[0] for row in USE_CASES.values()}
    assert set(USE_CASES) <= {name for name, _ in inspect.getmembers(Application)}


def _has_use_case(module: str) -> bool:
    found = vars(importlib.import_module(module)).values()
    ports = (RunRepository, ExperimentRepository, RegisteredModelRepository, WebhookRepository, ArtifactStores)
    return any(
        inspect.isclass(each)
        and each.__module__ == module
        and any(port.__name__ in str(each.__annotations__) for port in ports)
        for each in found
        if inspect.isclass(each)
    )


def test_two_stores_share_nothing(settings: Settings, tmp_path: Path) -> None:
    """What is written to one is not in the other."""
    if settings.scheme == "mongodb":
        pytest.skip("needs a server; its adapter has tests of its own")
    other = Settings("memory://", settings.artifact_root)
    one, two = open_application(settings), open_application(other)
    one.experiments.create("e")

    assert ["Default"] == [found.name for found in two.experiments.find().items]
    one.close()
    two.close()


@pytest.mark.parametrize("uri", ["", "x", "http://h", "postgresql://h/db", "file:///x", "memoryx://", ":memory:"])
def test_other_schemes_are_refused(uri: str, tmp_path: Path) -> None:
    """The message says which there are."""
    with pytest.raises(InvalidInput, match="sqlite:///FILE and memory://") as caught:
        open_application(Settings(uri, str(tmp_path)))
    assert "tracking_uri" == caught.value.field


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return found | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_only_the_composition_root_knows_adapters() -> None:
    """Everything else gets ports."""
    knowing = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if any(name.startswith("genesis_flow.adapters") for name in _imports(path))
        and not path.is_relative_to(PACKAGE / "adapters")
    }

    assert {"bootstrap.py", "bootstrap_models.py", "bootstrap_mongo.py", "bootstrap_webhooks.py"} == knowing
    assert bootstrap.__file__ == str(PACKAGE / "bootstrap.py")


def test_only_the_settings_know_the_environment() -> None:
    """
    Whatever a variable changes can be found in one file.

    What explains settings to people may list them, and what starts processes hands them on.
    """
    reading = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if any(
            isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "putenv")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }

    assert {"settings.py"} == reading - {"api/fluent/doctor.py", "child_processes.py"}
