"""Switching autologging of scikit-learn on and off."""

from __future__ import annotations

import sys
from typing import Any, Final

from genesis_flow.api.autologging.choices import Choices, choose, lock
from genesis_flow.api.autologging.sessions import warn
from genesis_flow.api.content.libraries import library
from genesis_flow.api.exceptions import MlflowException

FLAVOR: Final = "sklearn"

#: The oldest version of scikit-learn that the package's extra allows.
OLDEST: Final = (1, 4)


def switch(choices: Choices, is_version_checked: bool) -> None:
    """
    Let `choices` be in force for scikit-learn.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.
        MissingLibrary: scikit-learn is not installed.
    """
    _require_valid(choices.special)
    if not choices.is_disabled:
        # Before the lock: who imports it in another thread may wait for the lock at the end of the import.
        library("sklearn", package="genesis-flow[sklearn]", purpose="Autologging of scikit-learn")
    with lock:
        if choices.is_disabled:
            choose(FLAVOR, choices)
            _uninstall()
            return
        from genesis_flow.api.autologging.sklearn.installing import install, version

        is_old = version() < OLDEST
        if is_old:
            warn(choices, "Autologging is not tested with scikit-learn before %s.", ".".join(map(str, OLDEST)))
        if is_old and is_version_checked:
            _uninstall()
            return
        choose(FLAVOR, choices)
        install(bool(choices.special["log_post_training_metrics"]))


def _uninstall() -> None:
    installing = sys.modules.get("genesis_flow.api.autologging.sklearn.installing")
    if installing is not None:
        installing.patches.revert()


def _require_valid(special: dict[str, Any]) -> None:
    most = special["max_tuning_runs"]
    if most is not None and most < 0:
        raise MlflowException.invalid_parameter_value(f"`max_tuning_runs` must be non-negative, instead got {most}.")
