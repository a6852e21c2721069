"""Directories of `save_pretrained`: what may lie in them, before the library that they are for reads them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

from genesis_flow.adapters.flavors.loading import load_torch
from genesis_flow.adapters.flavors.secure.refusals import corrupt, forbidden
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.trust import Trust

#: What holds texts, vocabularies and numbers only. What is not listed is neither read nor in the way, but refused.
_HARMLESS: Final = frozenset(
    {".json", ".txt", ".model", ".safetensors", ".jinja", ".md", ".yaml", ".yml", ".spm", ".bpe", ".vocab", ".jsonl"}
)
_NAMES: Final = frozenset({"LICENSE", "NOTICE", ".gitattributes", ".gitignore"})

#: Weights as a pickle, which is read through the door.
PICKLED_WEIGHTS: Final = "pytorch_model.bin"

#: Names a base model that would be looked for elsewhere.
ADAPTER: Final = "adapter_config.json"

#: Keys that have code or files from elsewhere loaded.
_CODE_KEYS: Final = frozenset({"auto_map", "custom_pipelines", "kernel_config", "hub_kernels", "custom_generate"})
_ATTENTION: Final = ("attn_implementation", "experts_implementation")

_LARGEST_JSON: Final = 1 << 28


def is_readable(name: str) -> bool:
    """Whether a file of this name is one that models are read from; what is in it is another question."""
    return name == PICKLED_WEIGHTS or name in _NAMES or Path(name).suffix.lower() in _HARMLESS


def require_harmless(directory: Path, trust: Trust, *, links: bool = False, is_adapter: bool = False) -> None:
    """
    See that nothing in `directory` is code, or has some loaded.

    Args:
        links: Whether files may be links, as in the cache of the hub.
        is_adapter: Whether it holds an adapter, for a model that is loaded already.

    Raises:
        UntrustedContent: There is, and `trust` does not cover it. CorruptRecord: A JSON file is damaged.
    """
    if trust.allow_unsafe:
        return
    for parent, below, files in os.walk(directory):
        for name in [*below, *files]:
            path = Path(parent, name)
            if path.is_symlink() and not links:
                raise forbidden(name, "it is a symbolic link")
            if not path.is_dir() and not path.is_file():
                raise forbidden(name, "it is neither a file nor a directory")
        for name in files:
            if name == ADAPTER and not is_adapter:
                raise forbidden(name, "it is an adapter, which has a base model loaded from elsewhere")
            _require_file(Path(parent, name), name)


def pickled_weights(directory: Path, trust: Trust) -> Any:
    """The weights in `directory`, if they are a pickle; None if they are safetensors."""
    path = directory / PICKLED_WEIGHTS
    if not path.is_file() or any(each.suffix == ".safetensors" for each in directory.iterdir()):
        return None
    return load_torch(path, trust)


def _require_file(path: Path, name: str) -> None:
    if not is_readable(name):
        kind = "it is code" if path.suffix == ".py" else "files of its kind may hold code"
        raise forbidden(name, f"{kind}, and only configurations, vocabularies and safetensors are read")
    if path.suffix.lower() == ".json" and not name.endswith(".index.json"):
        _require_content(path, name)


def _require_content(path: Path, name: str) -> None:
    if path.stat().st_size > _LARGEST_JSON:
        raise forbidden(name, f"it is larger than {_LARGEST_JSON:,} bytes")
    try:
        content = json.loads(path.read_bytes())
        _require_plain(content, name)
    except (ValueError, RecursionError) as error:
        raise corrupt(name, f"it is no JSON: {type(error).__name__}") from None


def _require_plain(content: Any, name: str) -> None:
    if isinstance(content, dict):
        for key, value in content.items():
            if key in _CODE_KEYS and value:
                raise forbidden(name, f"its '{key}' has code loaded: {shown(json.dumps(value))}")
            if key.lstrip("_").startswith(_ATTENTION) and "/" in json.dumps(value):
                raise forbidden(name, f"its '{shown(key)}' has a kernel loaded: {shown(json.dumps(value))}")
            _require_plain(value, name)
    elif isinstance(content, list):
        for each in content:
            if isinstance(each, dict | list):
                _require_plain(each, name)
