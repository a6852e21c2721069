"""Switching autologging of PyTorch Lightning on and off."""

from __future__ import annotations

import functools
import importlib
from typing import Any, Final

from genesis_flow.api.autologging.choices import Choices, choose, in_force, lock
from genesis_flow.api.autologging.importing import when_imported
from genesis_flow.api.autologging.patching import Patches
from genesis_flow.api.autologging.pytorch.callback import PACKAGES
from genesis_flow.api.autologging.pytorch.training import FLAVOR, fit
from genesis_flow.api.autologging.sessions import harmless
from genesis_flow.api.autologging.versions import is_older

#: The oldest version of PyTorch Lightning that the package's extra allows.
OLDEST: Final = (2, 1)

_patches: Final = Patches()


def switch(choices: Choices, is_version_checked: bool) -> None:
    """Let `choices` be in force for PyTorch Lightning, now or as soon as it is imported."""
    with lock:
        choose(FLAVOR, choices)
        if choices.is_disabled:
            _patches.revert()
            return
    for name, package in PACKAGES.items():

        def install(name: str = name, package: str = package) -> None:
            with harmless(f"trainings with {name}", choices):
                if not is_older(name.replace("_", "-"), OLDEST, choices, is_version_checked):
                    _install(package)

        when_imported(name, install, FLAVOR)


def _install(package: str) -> None:
    # Before the lock: another thread that is importing it waits for the lock at the end.
    trainer: Any = importlib.import_module(package).Trainer
    with lock:
        if in_force(FLAVOR) is not None and not _patches.has(trainer, "fit"):
            _patches.method(trainer, "fit", functools.partial(fit, package))
