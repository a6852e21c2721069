"""Versions of the libraries whose trainings are logged."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version

from genesis_flow.api.autologging.choices import Choices
from genesis_flow.api.autologging.sessions import warn


def is_older(distribution: str, oldest: tuple[int, int], choices: Choices, is_checked: bool) -> bool:
    """
    Whether an installed library is too old to be logged.

    Args:
        is_checked: Whether a version that is not tested is left alone; else a warning is all.
    """
    try:
        numbers = [int(each) for each in re.findall(r"\d+", version(distribution))[:2]]
    except PackageNotFoundError:
        return False
    if tuple(numbers) >= oldest:
        return False
    warn(choices, "Autologging is not tested with %s before %s.", distribution, ".".join(map(str, oldest)))
    return is_checked
