"""Whether this package has what MLflow calls by a name."""

from __future__ import annotations

import importlib.util
from importlib import import_module
from types import ModuleType
from typing import Any, Final

import genesis_flow
from genesis_flow.api.drop_in.absences import reason_of
from genesis_flow.api.scanning.usage import INSTANCE
from genesis_flow.domain.values.uris import scheme_of

_MISSING: Final = object()


def absence(name: str) -> str | None:
    """
    Why this package lacks `name`, None if it has it.

    Modules of this package are imported for it, which import no framework and nothing of the code that is scanned.

    Args:
        name: Such as "mlflow.entities.Run", or "mlflow.MlflowClient().get_run" for the method of an instance.
    """
    parts = name.replace(INSTANCE, "").split(".")
    found: Any = genesis_flow
    for end, part in enumerate(parts[1:], start=2):
        if not isinstance(found, ModuleType | type):
            return None  # what functions give, and what instances hold, is not looked into
        following = _below(found, part) if found is not genesis_flow or part in dir(genesis_flow) else _MISSING
        if following is _MISSING:
            return reason_of(".".join(parts[1:end]))
        found = following
    return None


def refusal(address: str) -> str | None:
    """Why there is no store at `address`, None if there may be one."""
    from genesis_flow.bootstrap import BACKENDS

    if not address or scheme_of(address) in BACKENDS:
        return None
    return (
        "genesis-flow opens databases itself, and no tracking servers, directories or other services; "
        "`genesis-flow run --redirect FROM=TO` has the program use a store instead"
    )


def _below(found: ModuleType | type, part: str) -> Any:
    following = getattr(found, part, _MISSING)
    if following is not _MISSING or not isinstance(found, ModuleType) or not hasattr(found, "__path__"):
        return following
    name = f"{found.__name__}.{part}"
    return _MISSING if importlib.util.find_spec(name) is None else import_module(name)
