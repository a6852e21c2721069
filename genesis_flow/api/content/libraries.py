"""Libraries that are not installed with this package, imported on first use."""

from __future__ import annotations

import importlib
from typing import Any

from genesis_flow.api.exceptions import INVALID_PARAMETER_VALUE, MlflowException


class MissingLibrary(MlflowException, ImportError):
    """A library that the call needs is not installed; the message names the package to install."""


def library(module: str, *, package: str, purpose: str) -> Any:
    """
    The module `module`, imported.

    Args:
        package: What to install it from.
        purpose: What needs it, as the beginning of a sentence.

    Raises:
        MissingLibrary: It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        raise missing(package, purpose) from error


def missing(package: str, purpose: str) -> MissingLibrary:
    """The error for a library that is not installed."""
    return MissingLibrary(
        f"{purpose} needs the package '{package}', which is not installed. Install it with: "
        f"pip install {package}",
        INVALID_PARAMETER_VALUE,
    )
