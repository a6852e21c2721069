"""Autologging of all libraries at once."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import logging
from typing import Any, Final

import attrs

from genesis_flow.api.autologging import choices
from genesis_flow.api.autologging.importing import when_imported

_log = logging.getLogger(__name__)

#: The flavor that logs what each library trains. A flavor that this installation lacks is passed over.
FLAVORS: Final = {
    "sklearn": "sklearn",
    "lightning": "pytorch",
    "pytorch_lightning": "pytorch",
    "transformers": "transformers",
    "setfit": "transformers",
}

__all__ = ["FLAVORS", "autolog"]


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    log_traces: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    extra_tags: dict[str, str] | None = None,
    exclude_flavors: list[str] | None = None,
) -> None:
    """
    Log what the supported libraries train, from now on or, if they are not imported yet, from then on.

    What was chosen for a flavor itself, as with `genesis_flow.sklearn.autolog()`, stays in force.

    Args:
        log_input_examples: Whether logged models come with an example. log_model_signatures: With a signature.
        log_models: Whether trained models are logged. log_datasets: Whether the data are noted.
        log_traces: Has no effect: nothing of these libraries is traced.
        disable: Stop. exclusive: Leave the runs alone that you start.
        disable_for_unsupported_versions: Do nothing for libraries of a version that is not supported.
        silent: Say nothing about what could not be logged.
        extra_tags: Of runs that this starts. exclude_flavors: Flavors to leave as they are, such as "sklearn".

    Source: MLflow `mlflow.autolog`.
    """
    given = {
        "log_input_examples": log_input_examples,
        "log_model_signatures": log_model_signatures,
        "log_models": log_models,
        "log_datasets": log_datasets,
        "log_traces": log_traces,
        "disable": disable,
        "exclusive": exclusive,
        "disable_for_unsupported_versions": disable_for_unsupported_versions,
        "silent": silent,
        "extra_tags": extra_tags,
    }
    for library, flavor in FLAVORS.items():
        if flavor not in (exclude_flavors or ()):
            when_imported(library, functools.partial(_autolog, library, flavor, given))


def _autolog(library: str, flavor: str, given: dict[str, Any]) -> None:
    """Autolog one flavor; nothing that goes wrong may break the import of its library."""
    try:
        # Before the lock: another thread that is importing it may wait for the lock at the end.
        importlib.import_module(library)
        module = f"genesis_flow.api.{flavor}"
        start = getattr(importlib.import_module(module), "autolog", None) if importlib.util.find_spec(module) else None
        with choices.lock:
            before = choices.chosen(flavor)
            if start is None or (before is not None and not before.has_all_flavors):
                return
            known = inspect.signature(start).parameters
            start(**{name: value for name, value in given.items() if name in known})
            after = choices.chosen(flavor)
            if after is not None:
                choices.choose(flavor, attrs.evolve(after, has_all_flavors=True))
    except Exception as error:
        if not given["silent"]:
            _log.warning("Autologging of %s could not be switched on: %s: %s", flavor, type(error).__name__, error)
