"""Flavors that are installed, with what becomes of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from genesis_flow.domain.entities.plugin import Plugin


class PluginRegistry(ABC):
    """
    Flavors that are installed.

    Promises: `find` reads what is noted about installed packages and imports nothing of them. Whatever a plugin
    does while it is loaded, other plugins are as they were, and only KeyboardInterrupt leaves `load`.
    """

    @abstractmethod
    def find(self) -> Sequence[Plugin]:
        """All of them in order of name; of those with one name, the one in force is first."""

    @abstractmethod
    def load(self, name: str) -> Plugin:
        """
        Load the plugin in force under `name` unless it is disabled; what goes wrong is its state then.

        Raises:
            NotFound: There is none.
        """

    @abstractmethod
    def disable(self, name: str) -> Plugin:
        """
        Have this process not use the plugin until it is enabled.

        Raises:
            NotFound: There is none.
        """

    @abstractmethod
    def enable(self, name: str) -> Plugin:
        """
        Have this process use the plugin, whatever the settings say; one that failed may be tried again.

        Raises:
            NotFound: There is none.
        """

    @abstractmethod
    def unload(self, name: str) -> Plugin:
        """
        Let go of the plugin; its next use loads it anew. Modules that were imported stay so.

        Raises:
            NotFound: There is none.
        """
