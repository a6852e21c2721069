"""
Names inside documents: field names made of keys, identifiers made of run ids, times and keys.

Keys with `.`, `$` or NUL never become field names as they are.
"""

from __future__ import annotations

import re
import struct
from functools import lru_cache
from typing import Final

from genesis_flow.domain.values.limits import INT64_MAX

_SPECIAL = re.compile(r"[%.$\0]")
_ESCAPE = re.compile(r"%([0-9A-F]{2})")
_SPECIAL_IN_ID = re.compile(r"[%/\0]")

#: Separates the parts of an index term; the character after it ends the range of a prefix.
SEPARATOR: Final = "\x1f"
AFTER_SEPARATOR: Final = "\x20"


def _percent(match: re.Match[str]) -> str:
    return f"%{ord(match[0]):02X}"


def field_name(key: str) -> str:
    """`key` as a field name; "%" stands for the empty key."""
    return _SPECIAL.sub(_percent, key) or "%"


def key_of(name: str) -> str:
    """The key that `field_name` turned into `name`."""
    return _decoded(name) if "%" in name else name


@lru_cache(maxsize=4096)  # every run of a page has the same few keys
def _decoded(name: str) -> str:
    return "" if name == "%" else _ESCAPE.sub(lambda match: chr(int(match[1], 16)), name)


def run_document_id(experiment_id: str, started_at: int, run_id: str) -> str:
    """
    The `_id` of a run: ordered by `_id`, the runs of an experiment are ordered by
    (start time descending, run id ascending), which is the default order of every search.
    """
    return f"{experiment_id}/{INT64_MAX - started_at:016x}/{run_id}"


def prefix_range(prefix: str) -> dict[str, str]:
    """The `_id`s that begin with `prefix` and "/", after which comes "0"."""
    return {"$gte": f"{prefix}/", "$lt": f"{prefix}0"}


def run_id_range(experiment_id: str) -> dict[str, str]:
    """The `_id`s of all runs of an experiment."""
    return prefix_range(experiment_id)


def escaped_in_id(key: str) -> str:
    """`key` as a part of an `_id`."""
    return _SPECIAL_IN_ID.sub(_percent, key)


def bucket_id(run_id: str, key: str, number: int) -> str:
    """The `_id` of a bucket of metric points."""
    return f"{run_id}/{escaped_in_id(key)}/{number:08d}"


def bucket_range(run_id: str, key: str | None = None) -> dict[str, str]:
    """The `_id`s of all buckets of a run, or of one of its metrics."""
    return prefix_range(run_id if key is None else f"{run_id}/{escaped_in_id(key)}")


def sortable(value: float) -> str:
    """
    16 hexadecimal digits that compare as the numbers do; "nan" for NaN, after all of them.

    The bits of a double (IEEE 754) compare as integers once the sign bit is flipped, or all bits if it is set.
    """
    if value != value:
        return "nan"
    (bits,) = struct.unpack(">Q", struct.pack(">d", value + 0.0))
    return f"{bits ^ (0xFFFFFFFFFFFFFFFF if bits >> 63 else 1 << 63):016x}"
