"""Libraries that flavors need, imported on first use."""

from __future__ import annotations

import importlib
import logging
from typing import Any, Final

from genesis_flow.domain.errors import Unsupported
from genesis_flow.domain.values.text import shown

_log: Final = logging.getLogger(__name__)


def library(module: str, *, distribution: str, extra: str) -> Any:
    """
    The module `module`, imported.

    Raises:
        Unsupported: It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        raise Unsupported(
            f"This model needs the package '{distribution}', which is not installed. Install it with: "
            f"pip install 'genesis-flow[{extra}]'"
        ) from error


def warn_of_version(saved: Any, module: Any, distribution: str) -> None:
    """Say so where a model was saved with another minor version of a library than the one that loads it."""
    here = str(module.__version__)
    if saved is not None and str(saved).split(".")[:2] != here.split(".")[:2]:
        _log.warning(
            "The model was saved with %s %s, this is %s: it may load as something else, or fail.",
            distribution, shown(saved), here,
        )  # fmt: skip
