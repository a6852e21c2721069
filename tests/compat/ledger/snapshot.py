"""
The public names of MLflow 3.17.2 that this library answers for, pinned.

One symbol a line, named as users write it; annotations are left out. Kinds and their facts:
module; function (signature); class (signature of its constructor); method (signature, binding);
property (settable); constant (value); enum (members); alias (of: the name of the same object).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

VERSION = "3.17.2"

SYMBOLS: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name(f"mlflow-{VERSION}.json").read_text(encoding="utf-8")
)


def owner_of(name: str) -> str:
    """The module-level symbol that a symbol belongs to, itself if it is one."""
    parent = name.rpartition(".")[0]
    is_class = SYMBOLS.get(parent, {}).get("kind") == "class"
    return parent if is_class else name


def entries() -> dict[str, list[str]]:
    """Every module-level symbol, with itself and its members."""
    found: dict[str, list[str]] = {}
    for name in SYMBOLS:
        found.setdefault(owner_of(name), []).append(name)
    return found
