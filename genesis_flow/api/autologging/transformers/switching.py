"""Switching autologging of transformers on and off."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any, Final

from genesis_flow.api.autologging.choices import Choices, choose, in_force, lock
from genesis_flow.api.autologging.importing import when_imported
from genesis_flow.api.autologging.patching import Patches
from genesis_flow.api.autologging.sessions import harmless
from genesis_flow.api.autologging.transformers.callback import callback_class
from genesis_flow.api.autologging.transformers.training import FLAVOR, train, train_quietly
from genesis_flow.api.autologging.versions import is_older

#: The oldest version of transformers that the package's extra allows.
OLDEST: Final = (4, 56)

_patches: Final = Patches()


def switch(choices: Choices, is_version_checked: bool) -> None:
    """Let `choices` be in force for transformers, now or as soon as its `Trainer` is imported."""
    with lock:
        choose(FLAVOR, choices)
        if choices.is_disabled:
            _patches.revert()
            return

    def install() -> None:
        with harmless("trainings with transformers", choices):
            if not is_older("transformers", OLDEST, choices, is_version_checked):
                _install()

    when_imported("transformers.trainer", install, FLAVOR)
    when_imported("setfit", _install_setfit, f"{FLAVOR} itself")


def _install() -> None:
    # Before the lock: another thread that is importing it waits for the lock at the end.
    trainer: Any = importlib.import_module("transformers.trainer").Trainer
    with lock:
        if in_force(FLAVOR) is None or _patches.has(trainer, "train"):
            return
        _patches.method(trainer, "train", train)
        if importlib.util.find_spec("mlflow") is None:
            # `report_to="mlflow"` would fail for want of that package
            table = importlib.import_module("transformers.integrations.integration_utils").INTEGRATION_TO_CALLBACK
            _patches.item(table, "mlflow", callback_class())


def _install_setfit() -> None:
    """Its own trainer trains by that of transformers, and a classifier of scikit-learn afterwards."""
    with lock:
        cls = getattr(sys.modules["setfit"], "Trainer", None)
        if isinstance(cls, type) and in_force(FLAVOR) is not None and not _patches.has(cls, "train"):
            _patches.method(cls, "train", train_quietly)
