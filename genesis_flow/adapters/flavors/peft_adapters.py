"""
Models that peft has adapted: the adapter in a directory of its own, the base model beside it or elsewhere.

Source: MLflow `mlflow.transformers.peft`.
"""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any, Final

from genesis_flow.adapters.flavors.libraries import library
from genesis_flow.adapters.flavors.pretrained_files import ADAPTER, require_harmless
from genesis_flow.adapters.flavors.secure.refusals import corrupt, forbidden
from genesis_flow.domain.errors import CorruptRecord
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.trust import Trust

_WEIGHTS: Final = "adapter_model.safetensors"

#: Kinds of adapters that are weights beside weights. Others load tokenizers, or have code of theirs.
_KINDS: Final = frozenset({"LORA", "IA3", "LOHA", "LOKR"})

#: What an adapter may say in words. Whatever else is no number has files read or modules imported, or may one day.
_KEYS: Final = frozenset(
    {
        "alpha_pattern", "auto_mapping", "base_model_name_or_path", "bias", "exclude_modules", "feedforward_modules",
        "layer_replication", "layers_pattern", "layers_to_transform", "modules_to_save", "peft_type",
        "peft_version", "rank_pattern", "revision", "target_modules", "target_parameters", "task_type",
        "trainable_token_indices",
    }
)  # fmt: skip


#: Whose values have modules imported; what is usual stands beside them and imports nothing alone.
_IMPORTING: Final = {"megatron_config": None, "megatron_core": "megatron.core"}


def is_adapted(model: Any) -> bool:
    """Whether a model is one of peft; whoever has such a model has imported it."""
    peft = sys.modules.get("peft")
    return peft is not None and isinstance(model, peft.PeftModel)


def base_of(model: Any) -> Any:
    """The model that an adapted one adapts, with the adapter in it."""
    return model.get_base_model() if is_adapted(model) else model


def without_adapter(model: Any) -> Any:
    """A copy of the model that an adapted one adapts, as it was before."""
    copied = copy.deepcopy(model)
    return copied.unload() if hasattr(copied.base_model, "unload") else copied.get_base_model()


def with_adapter(base: Any, directory: Path, trust: Trust) -> Any:
    """
    A base model with the adapter in `directory`.

    Raises:
        UntrustedContent: The adapter asks for more than weights, and `trust` does not cover it.
        CorruptRecord: It is damaged, or no adapter of this model. Unsupported: peft is not installed.
    """
    require_harmless(directory, trust, is_adapter=True)
    if not trust.allow_unsafe:
        _require_plain(directory)
    peft = library("peft", distribution="peft", extra="peft")
    try:
        return peft.PeftModel.from_pretrained(base, str(directory))
    except Exception as error:  # damaged files lead to errors of many kinds
        raise CorruptRecord(f"The adapter cannot be read: {type(error).__name__}: {error}") from error


def _require_plain(directory: Path) -> None:
    if not (directory / _WEIGHTS).is_file() or not (directory / ADAPTER).is_file():
        raise corrupt(ADAPTER, f"an adapter consists of it and {_WEIGHTS}")
    try:
        content = json.loads((directory / ADAPTER).read_bytes())
    except ValueError as error:
        raise corrupt(ADAPTER, f"it is no JSON: {type(error).__name__}") from None
    if not isinstance(content, dict) or content.get("peft_type") not in _KINDS:
        raise forbidden(ADAPTER, f"only adapters of the kinds {', '.join(sorted(_KINDS))} are known to be harmless")
    for key, value in content.items():
        if value and key in _IMPORTING and value != _IMPORTING[key]:
            raise forbidden(ADAPTER, f"its '{key}' has a module imported")
        is_gaussian = key == "init_lora_weights" and value == "gaussian"
        is_plain = not value or isinstance(value, bool | int | float) or is_gaussian
        if not is_plain and key not in _KEYS and key not in _IMPORTING:
            raise forbidden(ADAPTER, f"its '{shown(key)}' may have files read or code loaded")
