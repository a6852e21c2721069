"""What models of a flavor need at least."""

from __future__ import annotations

import platform
from typing import Any

from genesis_flow.api import session
from genesis_flow.api.models.requirements import MLFLOW


def default_requirements(*distributions: str) -> list[str]:
    """Lines for pip that pin these, as they are installed here; in the order given."""
    pin = session.model_directories().files.pinned
    return [line for name in distributions for line in pin([name], frozenset()) or [name]]


def default_conda_env(requirements: list[str]) -> dict[str, Any]:
    """A conda environment with these requirements of pip."""
    pip = default_requirements("pip")[0].replace("==", "<=")
    return {
        "name": "mlflow-env",
        "channels": ["conda-forge"],
        "dependencies": [f"python={platform.python_version()}", pip, {"pip": [MLFLOW, *requirements]}],
    }
