"""JSON for machines: plain ASCII, so that nothing in it can harm a terminal, and no NaN, which is not JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from genesis_flow.api.cli.text import number


def to_text(value: Any) -> str:
    """`value` as indented JSON; NaN and infinite numbers become "NaN", "Infinity" and "-Infinity"."""
    return json.dumps(_plain(value), indent=2, allow_nan=False)


def _plain(value: Any) -> Any:
    match value:
        case float():
            return value if math.isfinite(value) else number(value)
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case str():
            return value
        case Sequence():
            return [_plain(item) for item in value]
        case _:
            return value
