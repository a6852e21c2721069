"""Flavors as plugins: where each comes from, and how it is."""

from __future__ import annotations

from enum import StrEnum

import attrs


class PluginState(StrEnum):
    """
    How a plugin is.

    DISCOVERED: its package is installed; nothing of it was imported. ACTIVE: loaded, and serving models.
    DISABLED: by a setting or a call. UNSUPPORTED: a package that it needs is missing, or has another version
    than it can work with. FAILED: it cannot be used; the reason says why. UNLOADED: was active, and is let go of
    until it is used again.
    """

    DISCOVERED = "discovered"
    ACTIVE = "active"
    DISABLED = "disabled"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"
    UNLOADED = "unloaded"


@attrs.frozen
class Plugin:
    """
    A flavor that is installed.

    Attributes:
        name: Of the flavor. target: Where it is, as "package.module:Class".
        package: The distribution that brings it. version: Of that package.
        reason: Why it is not usable; "" where it is. advice: What to do about it, "" where nobody knows.
        needs: The distribution of the library that it works with; "" where that is not known yet.
        supports: Which versions of that, such as ">=1.4,<2"; "" for any.
    """

    name: str
    target: str
    package: str
    version: str
    state: PluginState = PluginState.DISCOVERED
    reason: str = ""
    advice: str = ""
    is_built_in: bool = False
    needs: str = ""
    supports: str = ""

    @property
    def is_usable(self) -> bool:
        """Whether models of this flavor can be saved and loaded, as far as is known."""
        return self.state in (PluginState.DISCOVERED, PluginState.ACTIVE, PluginState.UNLOADED)
