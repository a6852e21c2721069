"""Provisional: replaced by the loader door of part/secure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from genesis_flow.domain.errors import UntrustedContent
from genesis_flow.domain.values.trust import Trust


def load_skops(path: Path, trust: Trust) -> Any:
    import skops.io as sio

    unknown = sio.get_untrusted_types(file=path)
    if not trust.allow_unsafe and set(unknown) - trust.names:
        raise UntrustedContent(f"Not trusted: {sorted(set(unknown) - trust.names)}")
    return sio.load(path, trusted=unknown)


def load_pickle(source: Path, trust: Trust) -> Any:
    import pickle

    if not trust.allow_unsafe:
        raise UntrustedContent("Pickles need allow_unsafe_deserialization=True.")
    with open(source, "rb") as file:
        return pickle.load(file)


def untrusted_skops_types(names: list[str]) -> list[str]:
    return names
