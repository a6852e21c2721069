"""
MLflow's `mlflow.entities.model_registry`: views of registered models, versions and prompts.

Each name is loaded when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from genesis_flow.api.lazy_modules import lazy_modules

if TYPE_CHECKING:
    from genesis_flow.api.entities.model_registry.model_version import ModelVersion
    from genesis_flow.api.entities.model_registry.model_version_search import ModelVersionSearch
    from genesis_flow.api.entities.model_registry.model_version_tag import ModelVersionTag
    from genesis_flow.api.entities.model_registry.prompt import Prompt
    from genesis_flow.api.entities.model_registry.prompt_model_config import PromptModelConfig
    from genesis_flow.api.entities.model_registry.prompt_version import PromptVersion
    from genesis_flow.api.entities.model_registry.registered_model import RegisteredModel
    from genesis_flow.api.entities.model_registry.registered_model_alias import RegisteredModelAlias
    from genesis_flow.api.entities.model_registry.registered_model_search import RegisteredModelSearch
    from genesis_flow.api.entities.model_registry.registered_model_tag import RegisteredModelTag

__all__ = [
    "ModelVersion",
    "ModelVersionSearch",
    "ModelVersionTag",
    "Prompt",
    "PromptModelConfig",
    "PromptVersion",
    "RegisteredModel",
    "RegisteredModelAlias",
    "RegisteredModelSearch",
    "RegisteredModelTag",
]

_HOMES = {
    "ModelVersion": "model_version",
    "ModelVersionSearch": "model_version_search",
    "ModelVersionTag": "model_version_tag",
    "Prompt": "prompt",
    "PromptModelConfig": "prompt_model_config",
    "PromptVersion": "prompt_version",
    "RegisteredModel": "registered_model",
    "RegisteredModelAlias": "registered_model_alias",
    "RegisteredModelSearch": "registered_model_search",
    "RegisteredModelTag": "registered_model_tag",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        return lazy_modules(__name__, "model_version_stages", "model_version_status")(name)
    found = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
