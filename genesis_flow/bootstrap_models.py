"""The composition root of what is done with models and needs no store; see `bootstrap.py`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesis_flow.domain.values.policies import PickleSwitch
from genesis_flow.settings import GENESIS_FLOW_DISABLED_FLAVORS, MLFLOW_ALLOW_PICKLE_DESERIALIZATION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from genesis_flow.adapters.flavors.registry import FlavorRegistry
    from genesis_flow.domain.use_cases.model_directories import ModelDirectories
    from genesis_flow.domain.use_cases.plugins import Plugins
    from genesis_flow.domain.use_cases.version_signatures import VersionSignatures
    from genesis_flow.domain.values.audit import FileAudit
    from genesis_flow.domain.values.trust import Trust


def open_plugins() -> Plugins:
    """What is done with flavors as plugins, which need no store."""
    from genesis_flow.domain.use_cases.plugins import Plugins

    return Plugins(installed_flavors())


def audited(path: Path, trust: Trust) -> Sequence[FileAudit]:
    """What loading a file, or each file below a directory, would construct; nothing is."""
    from genesis_flow.adapters.flavors.loading import audit_directory, audit_file

    return audit_directory(path, trust) if path.is_dir() else [audit_file(path, trust)]


def open_version_signatures() -> VersionSignatures:
    """Signing versions of registered models, in whatever registry they are."""
    from genesis_flow.adapters.signing.ed25519 import Ed25519Signer
    from genesis_flow.adapters.system.clock import SystemClock
    from genesis_flow.domain.use_cases.version_signatures import VersionSignatures

    return VersionSignatures(Ed25519Signer(), SystemClock())


@cache
def installed_flavors() -> FlavorRegistry:
    """The flavors of this process."""
    from genesis_flow.adapters.flavors.registry import FlavorRegistry

    return FlavorRegistry(GENESIS_FLOW_DISABLED_FLAVORS.get)


def open_model_directories() -> ModelDirectories:
    """Models on the local disk, which need no store."""
    from genesis_flow.adapters.flavors.model_files import YamlModelFiles
    from genesis_flow.domain.use_cases.model_directories import ModelDirectories

    return ModelDirectories(
        installed_flavors(), YamlModelFiles(), PickleSwitch(MLFLOW_ALLOW_PICKLE_DESERIALIZATION.get)
    )
