"""Libraries that flavors need, imported on first use."""

from __future__ import annotations

import importlib
from typing import Any

from genesis_flow.domain.errors import Unsupported


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
