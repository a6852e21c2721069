"""What is done with plugins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from genesis_flow.domain.entities.plugin import Plugin
from genesis_flow.domain.errors import InvalidInput, NotFound
from genesis_flow.domain.values.text import shown
from genesis_flow.ports.plugins import PluginRegistry


@attrs.frozen
class Plugins:
    """What is done with the flavors that are installed."""

    _registry: PluginRegistry

    def list(self) -> Sequence[Plugin]:
        """All of them, by name; nothing is imported."""
        return self._registry.find()

    def show(self, name: Any) -> Sequence[Plugin]:
        """
        The plugins with this name, the one in force first; nothing is imported.

        Raises:
            NotFound: There is none. InvalidInput: Not a name.
        """
        wanted = _name(name)
        found = [each for each in self._registry.find() if each.name == wanted]
        if not found:
            raise NotFound("plugin", wanted, f"There is no flavor '{shown(wanted)}' here.")
        return found

    def check(self, name: Any = None) -> Sequence[Plugin]:
        """
        The plugins with this name, or all, after those in force that are not disabled were loaded.

        Raises:
            NotFound, InvalidInput: As `show`.
        """
        wanted = self.list() if name is None else self.show(name)
        for each in dict.fromkeys(plugin.name for plugin in wanted):
            self._registry.load(each)
        return self.list() if name is None else self.show(name)

    def disable(self, name: Any) -> Plugin:
        """
        Have this process not use a plugin until it is enabled.

        Raises:
            NotFound, InvalidInput: As `show`.
        """
        return self._registry.disable(_name(name))

    def enable(self, name: Any) -> Plugin:
        """
        Have this process use a plugin, whatever the settings say; one that failed is tried again.

        Raises:
            NotFound, InvalidInput: As `show`.
        """
        return self._registry.enable(_name(name))

    def unload(self, name: Any) -> Plugin:
        """
        Let go of a plugin; its next use loads it anew.

        Raises:
            NotFound, InvalidInput: As `show`.
        """
        return self._registry.unload(_name(name))


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidInput("name", f"The name of a flavor is a text, not {shown(value)}.")
    return value
