"""
Flavors by name, those of other packages included, and what becomes of them.

`genesis_flow.flavors.get("polynomial")` has `save_model`, `log_model` and `load_model` for the models of a package
that brings a flavor through the entry-point group `genesis_flow.flavors`; nothing else has to be known of it.

Source: ours.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from genesis_flow.api import session
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.models.locating import located, trusted_by
from genesis_flow.api.models.model import Model, ModelInfo
from genesis_flow.api.models.saving import SaveRequest, save
from genesis_flow.domain.entities.plugin import Plugin, PluginState
from genesis_flow.ports.flavors import ModelFlavor, ModelFunction, SavedModel

__all__ = [
    "Flavor",
    "ModelFlavor",
    "ModelFunction",
    "Plugin",
    "PluginState",
    "SavedModel",
    "disable",
    "enable",
    "get",
    "plugins",
    "unload",
]


@attrs.frozen
class Flavor:
    """A flavor that is installed, as functions."""

    name: str

    @translating_errors
    def save_model(
        self,
        model: Any,
        path: str | os.PathLike[str],
        mlflow_model: Model | None = None,
        *,
        conda_env: Any = None,
        code_paths: list[str] | None = None,
        signature: Any = None,
        input_example: Any = None,
        pip_requirements: Any = None,
        extra_pip_requirements: Any = None,
        metadata: dict[str, Any] | None = None,
        extra_files: list[str] | None = None,
        **options: Any,
    ) -> None:
        """
        Save a model to the new directory `path`; see `genesis_flow.sklearn.save_model`.

        Args:
            options: What the flavor itself takes.

        Raises:
            MlflowException: RESOURCE_ALREADY_EXISTS, INVALID_PARAMETER_VALUE; INVALID_STATE: The flavor failed to
                load. PERMISSION_DENIED: It is disabled. NOT_IMPLEMENTED: Its library is not what it works with.
        """
        flavor = session.model_directories().flavors.get(self.name)
        request = SaveRequest(
            conda_env=conda_env, code_paths=code_paths, mlflow_model=mlflow_model, signature=signature,
            input_example=input_example, pip_requirements=pip_requirements,
            extra_pip_requirements=extra_pip_requirements, metadata=metadata, extra_files=extra_files,
            function=lambda data, params: flavor.live(model, options).predict(data), options=options,
        )  # fmt: skip
        save(self.name, model, path, request)

    def log_model(self, model: Any, name: str | None = None, **options: Any) -> ModelInfo:
        """
        Log a model as a logged model of the active run, or of the experiment in force.

        Args:
            options: Of `save_model` and of `Model.log`.

        Raises:
            MlflowException: What saving or storing raised; the logged model is FAILED then.
        """
        return Model.log(artifact_path=None, name=name, flavor=self, model=model, **options)

    @translating_errors
    def load_model(
        self,
        model_uri: str,
        dst_path: str | None = None,
        *,
        trusted: Iterable[str] | None = None,
        allow_unsafe_deserialization: bool = False,
        **options: Any,
    ) -> Any:
        """
        The model that was saved or logged; see `genesis_flow.sklearn.load_model`.

        Args:
            options: What the flavor itself takes.

        Raises:
            MlflowException: As `save_model`; RESOURCE_DOES_NOT_EXIST: There is no such model.
        """
        found = located(model_uri, dst_path)
        given = trusted_by(trusted, allow_unsafe_deserialization, found)
        return session.model_directories().load(found.directory, self.name, given, options, found.digest)


@translating_errors
def get(name: str) -> Flavor:
    """
    The flavor called `name`; it is loaded when one of its functions is called.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST: There is none.
    """
    return Flavor(session.plugins().show(name)[0].name)


@translating_errors
def plugins() -> Sequence[Plugin]:
    """All flavors that are installed, by name; nothing of them is imported."""
    return session.plugins().list()


@translating_errors
def disable(name: str) -> Plugin:
    """
    Have this process not use a flavor until it is enabled.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST: There is none.
    """
    return session.plugins().disable(name)


@translating_errors
def enable(name: str) -> Plugin:
    """
    Have this process use a flavor, whatever `GENESIS_FLOW_DISABLED_FLAVORS` says; one that failed is tried again.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST: There is none.
    """
    return session.plugins().enable(name)


@translating_errors
def unload(name: str) -> Plugin:
    """
    Let go of a flavor; its next use loads it anew. What it imported stays imported.

    Raises:
        MlflowException: RESOURCE_DOES_NOT_EXIST: There is none.
    """
    return session.plugins().unload(name)
