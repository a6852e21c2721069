"""
The flavors that other packages bring, by what is noted about installed packages.

Nothing is imported, no directory of code is searched: only the metadata of what is installed is read. A package of
which it is damaged is passed over.
"""

from __future__ import annotations

import importlib.metadata
import logging
import re
from collections.abc import Iterator
from typing import Final

import attrs

from genesis_flow import __version__
from genesis_flow.adapters.flavors.installed import version_of
from genesis_flow.domain.entities.plugin import Plugin, PluginState
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.versions import is_allowed

_log: Final = logging.getLogger(__name__)

GROUP: Final = "genesis_flow.flavors"

_REQUIREMENT: Final = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;()]*)\)?\s*")
_TARGET: Final = re.compile(r"[\w.]+\s*:\s*[\w.]+")


def discovered() -> list[Plugin]:
    """The plugins of installed packages, those that come first on the path first."""
    found: list[Plugin] = []
    packages: set[str] = set()
    for distribution in importlib.metadata.distributions():
        try:
            plugins = list(_of(distribution))
        except Exception as error:  # damaged metadata of any kind is no matter of other packages
            _log.debug("The metadata of an installed package cannot be read: %r", error)
            continue
        if plugins and _normal(plugins[0].package) not in packages:
            packages.add(_normal(plugins[0].package))
            found += plugins
    return found


def wanting(needs: str, supports: str) -> tuple[str, str]:
    """What is missing of a package that a plugin needs, and what to do about it; "" and "" if nothing is."""
    installed = __version__ if _normal(needs) == "genesis-flow" else version_of(needs)
    advice = f"pip install '{needs}{supports}'"
    if installed is None:
        return f"It needs the package '{needs}', which is not installed.", advice
    try:
        if is_allowed(installed, supports):
            return "", ""
    except InvalidInput as error:
        return f"What it says of the versions of '{needs}' cannot be read: {error.message}", ""
    return f"It works with {needs}{supports}, installed is {installed}.", advice


def _of(distribution: importlib.metadata.Distribution) -> Iterator[Plugin]:
    if GROUP not in (distribution.read_text("entry_points.txt") or ""):
        return
    package, version = distribution.metadata["Name"], distribution.version
    reason, advice = _unmet(distribution)
    for point in sorted(set(distribution.entry_points.select(group=GROUP))):
        plugin = Plugin(point.name, point.value, str(package), str(version))
        if _TARGET.fullmatch(point.value) is None:
            yield _in(plugin, PluginState.FAILED, f"Its entry point is not 'package.module:Class': {point.value}", "")
        elif reason:
            yield _in(plugin, PluginState.UNSUPPORTED, reason, advice)
        else:
            yield plugin


def _in(plugin: Plugin, state: PluginState, reason: str, advice: str) -> Plugin:
    return attrs.evolve(plugin, state=state, reason=reason, advice=advice)


def _unmet(distribution: importlib.metadata.Distribution) -> tuple[str, str]:
    """The first requirement of a package that is not met, of those that hold everywhere."""
    for line in distribution.requires or ():
        match = None if ";" in line or "@" in line else _REQUIREMENT.fullmatch(line)
        if match is None:
            continue
        reason, advice = wanting(match[1], match[2].strip())
        if reason:
            return reason, advice
    return "", ""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
