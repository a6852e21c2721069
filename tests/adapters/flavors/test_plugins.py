"""Flavors of other packages: found by their metadata, loaded at first use, and alone with what is wrong with them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from genesis_flow.adapters.flavors.installed import version_of
from genesis_flow.adapters.flavors.registry import FlavorRegistry
from genesis_flow.domain.entities.plugin import Plugin, PluginState
from genesis_flow.domain.errors import Forbidden, InvalidInput, InvalidState, NotFound, Unsupported
from genesis_flow.domain.use_cases.plugins import Plugins

GOOD = """
from genesis_flow.ports.flavors import ModelFlavor
class Good(ModelFlavor):
    name, loader_module, distribution, extra, supported = "{name}", "loads_{name}", "{needs}", "", "{supported}"
    def save(self, model, directory, options): ...
    def load(self, directory, record, trust, options): ...
    def load_function(self, directory, record, trust, options): ...
"""

Install = Callable[..., None]


def good(name: str, needs: str = "", supported: str = "") -> str:
    """The code of a flavor that works."""
    return GOOD.format(name=name, needs=needs, supported=supported)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts packages on the path, as pip would."""
    monkeypatch.syspath_prepend(tmp_path)
    version_of.cache_clear()

    def add(
        package: str, code: str, *, flavor: str = "", target: str = "", requires: str = "", metadata: bytes = b""
    ) -> None:
        module = f"plugin_{package.replace('-', '_')}"
        sys.modules.pop(module, None)
        (tmp_path / f"{module}.py").write_text(code)
        info = tmp_path / f"{package.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        needed = f"Requires-Dist: {requires}\n" if requires else ""
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n{needed}")
        entry = f"[genesis_flow.flavors]\n{flavor or package} = {target or f'{module}:Good'}\n"
        (info / "entry_points.txt").write_bytes(metadata or entry.encode())

    return add


def state_of(found: Plugin) -> tuple[PluginState, str]:
    """What is said of a plugin."""
    return found.state, found.reason


def named(registry: FlavorRegistry, name: str) -> list[Plugin]:
    """The plugins with a name."""
    return [each for each in registry.find() if each.name == name]


def test_finding_imports_nothing(install: Install) -> None:
    """Neither to list a plugin, nor to use a flavor of this package."""
    install("one", "raise SystemExit('imported')")
    registry = FlavorRegistry()

    assert "sklearn" == registry.get("sklearn").name
    assert [Plugin("one", "plugin_one:Good", "one", "1.2")] == named(registry, "one")
    assert "plugin_one" not in sys.modules
    assert {"one", "python_function", "sklearn"} <= set(registry.names())


def test_flavors_of_this_package_need_no_look_at_others() -> None:
    """The metadata of other packages is not even read."""
    registry = FlavorRegistry(find=lambda: pytest.fail("not needed"))

    assert "sklearn" == registry.get("sklearn").name
    assert registry.by_loader("mlflow.sklearn", ("python_function", "sklearn")) is registry.get("sklearn")
    assert registry.by_loader("my.module", ("python_function",)) is None


def test_a_plugin_lives(install: Install) -> None:
    """Discovered, active at its first use, unloaded, active, disabled, discovered."""
    install("one", good("one"))
    registry = FlavorRegistry()
    states = [named(registry, "one")[0].state]
    first = registry.get("one")
    states += [named(registry, "one")[0].state]
    assert first is registry.get("one")
    states += [registry.unload("one").state]
    second = registry.get("one")
    states += [named(registry, "one")[0].state, registry.disable("one").state]
    with pytest.raises(Forbidden, match="disabled"):
        registry.get("one")
    states += [registry.enable("one").state]

    assert ["discovered", "active", "unloaded", "active", "disabled", "discovered"] == states
    assert second is not first
    assert registry.get("one") is not second


def test_a_plugin_is_found_by_its_loader_if_the_model_names_it(install: Install) -> None:
    """A `loader_module` alone, or one that is not the plugin's, finds nothing."""
    install("one", good("one"))
    registry = FlavorRegistry()

    assert registry.by_loader("loads_one", ("python_function",)) is None
    assert "plugin_one" not in sys.modules
    assert registry.by_loader("other", ("one", "python_function")) is None
    assert registry.by_loader("loads_one", ("python_function", "unknown", "one")) is registry.get("one")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise BaseException('no')", "BaseException: no"),
        ("import sys; sys.exit()", "SystemExit"),
        ("import not_installed_anywhere", "ModuleNotFoundError: No module named 'not_installed_anywhere'"),
        ("def x(:", "SyntaxError"),
        ("x = 1", "has no attribute 'Good'"),
        ("class Good: pass", "is not a subclass"),
        ("Good = 7", "is not a subclass"),
        ("from genesis_flow.ports.flavors import ModelFlavor\nclass Good(ModelFlavor): name = 'bad'", "abstract"),
        (good("other"), "entry point is called 'bad', the flavor itself 'other'"),
        (good("bad").replace('"loads_bad"', '"mlflow.sklearn"'), "loader_module 'mlflow.sklearn' is that of"),
        (good("bad").replace('"loads_bad"', "3"), "'loader_module' of plugin_bad:Good is not a text"),
        (good("bad") + "    def __init__(self): raise SystemExit('made')", "SystemExit: made"),
        ("class E(Exception):\n    def __str__(self): raise SystemExit\nraise E", "E"),
        ("def f(): f()\nf()", "RecursionError"),
    ],
)
def test_a_broken_plugin_fails_alone(install: Install, code: str, reason: str) -> None:
    """It is named with its reason; all others work, and the process goes on."""
    install("bad", code)
    install("one", good("one"))
    registry = FlavorRegistry()

    failed = next(each for each in Plugins(registry).check() if each.name == "bad")

    assert failed.state is PluginState.FAILED
    assert reason in failed.reason
    with pytest.raises(InvalidState, match=r"'bad' of the package 'bad' failed to load"):
        registry.get("bad")
    assert ("one", "sklearn") == (registry.get("one").name, registry.get("sklearn").name)


def test_a_failed_plugin_is_tried_again_when_it_is_enabled(install: Install, tmp_path: Path) -> None:
    """Not before: its code does not run at each use."""
    install("one", "raise ValueError('first')")
    registry = FlavorRegistry()
    registry.load("one")
    (tmp_path / "plugin_one.py").write_text(good("one") + "# longer than before, or the cache is not renewed")

    assert PluginState.FAILED is registry.load("one").state
    assert PluginState.DISCOVERED is registry.enable("one").state
    assert PluginState.ACTIVE is registry.load("one").state


def test_a_name_that_is_taken_is_not_given_again(install: Install) -> None:
    """Neither one of this package, nor one of a package that comes first; those who have it keep it."""
    install("evil", good("sklearn"), flavor="sklearn")
    install("a-first", good("one"), flavor="one")
    install("second", good("one"), flavor="one")
    registry = FlavorRegistry()

    sklearn, evil = named(registry, "sklearn")
    assert (True, "genesis-flow") == (sklearn.is_built_in, sklearn.package)
    assert (PluginState.FAILED, "The package 'genesis-flow' has a flavor of this name already.") == state_of(evil)
    assert type(registry.get("sklearn")).__module__.startswith("genesis_flow.")
    winner, loser = named(registry, "one")
    assert {"a-first", "second"} == {winner.package, loser.package}
    assert f"The package '{winner.package}' has a flavor of this name already." == loser.reason
    assert registry.load("one").package == winner.package


@pytest.mark.parametrize(
    ("needs", "supported", "state", "reason"),
    [
        ("attrs", ">=20", "active", ""),
        ("attrs", "", "active", ""),
        ("", "", "active", ""),
        ("attrs", ">=9000", "unsupported", "It works with attrs>=9000, installed is "),
        ("attrs", "<9000,!=20", "active", ""),
        ("not-installed-anywhere", ">=1", "unsupported", "It needs the package 'not-installed-anywhere', which is not"),
        ("attrs", "new", "unsupported", "What it says of the versions of 'attrs' cannot be read"),
    ],
)
def test_a_flavor_works_with_some_versions_of_its_library(
    install: Install, needs: str, supported: str, state: str, reason: str
) -> None:
    """With another one it is refused, and what to install is said."""
    install("one", good("one", needs, supported))
    registry = FlavorRegistry()
    found = registry.load("one")

    assert state == found.state
    assert found.reason.startswith(reason)
    if state == "unsupported":
        with pytest.raises(Unsupported) as caught:
            registry.get("one")
        assert found.advice in caught.value.message
        assert supported == "new" or f"pip install '{needs}{supported}'" == found.advice


@pytest.mark.parametrize(
    "requires", ["genesis-flow>=9000", "Genesis_Flow (>=9000)", "attrs[x]<1", "not-installed-anywhere"]
)
def test_what_a_package_requires_is_checked_before_it_is_imported(install: Install, requires: str) -> None:
    """A plugin of another release is not run to see how it fails."""
    install("one", "raise SystemExit", requires=requires)
    found = FlavorRegistry().load("one")

    assert PluginState.UNSUPPORTED is found.state
    assert "plugin_one" not in sys.modules


@pytest.mark.parametrize("requires", ["genesis-flow>=0.1", "attrs>=1", 'x; extra == "y"', "x @ file:///x", "?"])
def test_what_is_met_or_cannot_be_known_is_no_reason(install: Install, requires: str) -> None:
    """Markers and URLs are pip's matter."""
    install("one", good("one"), requires=requires)

    assert PluginState.ACTIVE is FlavorRegistry().load("one").state


def test_damaged_metadata_of_a_package_is_passed_over(install: Install) -> None:
    """Others are found all the same; what is readable is named with what is wrong."""
    install("damaged", "", metadata=b"[genesis_flow.flavors]\n\xff\xfe = x\n")
    install("odd", "", metadata=b"[genesis_flow.flavors]\nodd = os.system('x')\n")
    install("empty", "", metadata=b"[genesis_flow.flavors]\nno equals sign\n")
    install("one", good("one"))
    registry = FlavorRegistry()

    assert PluginState.ACTIVE is registry.load("one").state
    assert "not 'package.module:Class'" in registry.load("odd").reason


def test_settings_disable_flavors_and_calls_enable_them(install: Install) -> None:
    """Of this package, too; what a program says wins over the settings."""
    install("one", "raise SystemExit", flavor="one")
    registry = FlavorRegistry(lambda: {"one", "sklearn"})

    assert ["disabled", "disabled"] == [each.state for each in registry.find() if each.name in ("one", "sklearn")]
    with pytest.raises(Forbidden, match="GENESIS_FLOW_DISABLED_FLAVORS"):
        registry.by_loader("mlflow.sklearn")
    assert PluginState.DISABLED is registry.load("one").state
    assert "plugin_one" not in sys.modules
    assert PluginState.DISCOVERED is registry.enable("sklearn").state
    assert "sklearn" == registry.get("sklearn").name


@pytest.mark.parametrize("verb", ["show", "check", "disable", "enable", "unload"])
def test_unknown_names_are_refused(verb: str) -> None:
    """As not found, and what is no name as invalid."""
    plugins = Plugins(FlavorRegistry())

    with pytest.raises(NotFound, match="nothing"):
        getattr(plugins, verb)("nothing")
    with pytest.raises(InvalidInput):
        getattr(plugins, verb)(7)
