"""
The flavors that there are: those of this package, and those of others, each loaded when it is first used.

A flavor is looked up here by its own name or by the `loader_module` that a file names; neither is ever imported.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

import attrs

from genesis_flow import __version__
from genesis_flow.adapters.flavors.entry_points import discovered, wanting
from genesis_flow.adapters.flavors.installed import version_of
from genesis_flow.domain.entities.plugin import Plugin, PluginState
from genesis_flow.domain.errors import Forbidden, InvalidState, NotFound, Unsupported
from genesis_flow.domain.values.text import shown
from genesis_flow.ports.flavors import Flavors, ModelFlavor
from genesis_flow.ports.plugins import PluginRegistry

#: Where the flavor with each name is; its module imports nothing heavy.
BUILT_IN: Final[Mapping[str, str]] = {
    "python_function": "genesis_flow.adapters.flavors.python_function:PythonFunctionFlavor",
    "pytorch": "genesis_flow.adapters.flavors.pytorch:PytorchFlavor",
    "sklearn": "genesis_flow.adapters.flavors.sklearn:SklearnFlavor",
    "transformers": "genesis_flow.adapters.flavors.transformers:TransformersFlavor",
}

#: The flavors of the `loader_module`s that a file may name. Such a name is looked up here and never imported.
LOADERS: Final[Mapping[str, str]] = {
    "mlflow.pyfunc.loaders.code_model": "python_function",
    "mlflow.pyfunc.model": "python_function",
    "mlflow.pytorch": "pytorch",
    "mlflow.sklearn": "sklearn",
    "mlflow.transformers": "transformers",
}

_OURS: Final = "genesis-flow"


@attrs.define
class _Slot:
    """A plugin in force, what it was before it was disabled or loaded, and the flavor that it gave."""

    plugin: Plugin
    as_found: Plugin
    made: ModelFlavor | None = None


@attrs.define(eq=False)
class FlavorRegistry(Flavors, PluginRegistry):
    """
    Plugins in tables, those of other packages found when the first of them may be needed.

    Attributes:
        disabled: Names of flavors that settings forbid, asked when they are needed.
    """

    _disabled: Callable[[], Collection[str]] = frozenset
    _homes: Mapping[str, str] = BUILT_IN
    _loaders: Mapping[str, str] = LOADERS
    _find: Callable[[], Sequence[Plugin]] = discovered
    _slots: dict[str, _Slot] = attrs.field(factory=dict, init=False)
    _shadowed: list[Plugin] = attrs.field(factory=list, init=False)
    _choices: dict[str, bool] = attrs.field(factory=dict, init=False)
    _are_others_known: bool = attrs.field(default=False, init=False)
    _lock: Any = attrs.field(factory=threading.RLock, init=False)

    def get(self, name: str) -> ModelFlavor:
        with self._lock:
            slot = self._slot(name)
            plugin = self._loaded(slot)
            if slot.made is not None and plugin.state is PluginState.ACTIVE:
                return slot.made
        raise _refusal(plugin)

    def by_loader(self, loader_module: str, names: Collection[str] = ()) -> ModelFlavor | None:
        known = self._loaders.get(loader_module)
        if known is not None:
            return self.get(known)
        for name in names:
            if name not in self._homes and self._is_there(name):
                flavor = self.get(name)
                if flavor.loader_module == loader_module:
                    return flavor
        return None

    def names(self) -> Sequence[str]:
        return sorted({each.name for each in self.find()})

    def find(self) -> Sequence[Plugin]:
        with self._lock:
            self._discover()
            for name in self._homes:
                self._slot(name)
            current = [self._seen(slot) for slot in self._slots.values()]
            return sorted([*current, *self._shadowed], key=lambda plugin: plugin.name)

    def load(self, name: str) -> Plugin:
        with self._lock:
            return self._loaded(self._slot(name))

    def disable(self, name: str) -> Plugin:
        with self._lock:
            slot = self._slot(name)
            self._choices[name] = False
            slot.made = None
            return self._seen(slot)

    def enable(self, name: str) -> Plugin:
        with self._lock:
            slot = self._slot(name)
            self._choices[name] = True
            if slot.made is None:
                version_of.cache_clear()
                slot.plugin = slot.as_found
            return self._seen(slot)

    def unload(self, name: str) -> Plugin:
        with self._lock:
            slot = self._slot(name)
            if slot.made is not None:
                slot.made = None
                slot.plugin = attrs.evolve(slot.plugin, state=PluginState.UNLOADED)
            return self._seen(slot)

    def _slot(self, name: str) -> _Slot:
        """The slot of a plugin; only names that are not ours have the packages of others looked at."""
        if name not in self._slots:
            if name in self._homes:
                found = Plugin(name, self._homes[name], _OURS, __version__, is_built_in=True)
                self._slots[name] = _Slot(found, found)
            else:
                self._discover()
        if name not in self._slots:
            raise NotFound("flavor", name, f"There is no flavor '{shown(name)}', only {', '.join(self.names())}.")
        return self._slots[name]

    def _is_there(self, name: str) -> bool:
        with self._lock:
            self._discover()
            return name in self._slots

    def _discover(self) -> None:
        if self._are_others_known:
            return
        self._are_others_known = True
        for each in self._find():
            taken = _OURS if each.name in self._homes else None
            if taken is None and each.name in self._slots:
                taken = self._slots[each.name].plugin.package
            if taken is None:
                self._slots[each.name] = _Slot(each, each)
            else:
                reason = f"The package '{taken}' has a flavor of this name already."
                advice = f"pip uninstall '{each.package}'"
                self._shadowed.append(attrs.evolve(each, state=PluginState.FAILED, reason=reason, advice=advice))

    def _seen(self, slot: _Slot) -> Plugin:
        """The plugin as it is to the outside, settings included."""
        chosen = self._choices.get(slot.plugin.name)
        if chosen is None and slot.plugin.name in self._disabled():
            reason = "The variable GENESIS_FLOW_DISABLED_FLAVORS names it."
        elif chosen is False:
            reason = "It was disabled in this process."
        else:
            return slot.plugin
        return attrs.evolve(slot.plugin, state=PluginState.DISABLED, reason=reason, advice="")

    def _loaded(self, slot: _Slot) -> Plugin:
        plugin = self._seen(slot)
        if slot.made is None and plugin.is_usable:
            try:
                slot.made = _made(plugin, self._loaders)
                slot.plugin = _active(plugin, slot.made)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # such as SystemExit: it is the plugin's end, not the program's
                slot.plugin = attrs.evolve(plugin, state=PluginState.FAILED, reason=_told(error))
            if slot.plugin.state is not PluginState.ACTIVE:
                slot.made = None
            plugin = slot.plugin
        return plugin


def _made(plugin: Plugin, loaders: Mapping[str, str]) -> ModelFlavor:
    module, _, path = plugin.target.partition(":")
    kind: Any = importlib.import_module(module.strip())
    for part in path.strip().split("."):
        kind = getattr(kind, part)
    if not (isinstance(kind, type) and issubclass(kind, ModelFlavor)):
        raise TypeError(f"{plugin.target} is not a subclass of genesis_flow.ports.flavors.ModelFlavor.")
    made = kind()
    for field in ("name", "loader_module", "distribution", "extra", "supported"):
        if type(getattr(made, field)) is not str:
            raise TypeError(f"The attribute '{field}' of {plugin.target} is not a text.")
    if made.name != plugin.name:
        raise ValueError(f"Its entry point is called '{shown(plugin.name)}', the flavor itself '{shown(made.name)}'.")
    if not plugin.is_built_in and made.loader_module in loaders:
        raise ValueError(f"Its loader_module '{shown(made.loader_module)}' is that of a flavor of this package.")
    return made


def _active(plugin: Plugin, made: ModelFlavor) -> Plugin:
    """The plugin as it is once loaded: active, unless its library is not what it works with."""
    plugin = attrs.evolve(plugin, needs=made.distribution, supports=made.supported, reason="", advice="")
    reason, advice = wanting(made.distribution, made.supported) if made.distribution else ("", "")
    if reason and plugin.is_built_in:
        if version_of(made.distribution) is None:
            reason = ""  # it says so itself, where it needs the package
        advice = f"pip install 'genesis-flow[{made.extra}]'"
    if reason:
        return attrs.evolve(plugin, state=PluginState.UNSUPPORTED, reason=reason, advice=advice)
    return attrs.evolve(plugin, state=PluginState.ACTIVE)


def _told(error: BaseException) -> str:
    try:
        text = str(error)
    except BaseException:
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _refusal(plugin: Plugin) -> Exception:
    what = f"The flavor '{plugin.name}' of the package '{plugin.package}'"
    advice = f" Do: {plugin.advice}" if plugin.advice else ""
    match plugin.state:
        case PluginState.DISABLED:
            return Forbidden(f"{what} is disabled. {plugin.reason}")
        case PluginState.UNSUPPORTED:
            return Unsupported(f"{what} cannot be used here. {plugin.reason}{advice}")
        case _:
            return InvalidState("flavor", plugin.name, f"{what} failed to load. {plugin.reason}{advice}")
