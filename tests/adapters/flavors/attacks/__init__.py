"""Files that must not be loaded; `EVERY` is all of them. Whatever they would do if they ran leaves a trace."""

from __future__ import annotations

import attrs

#: What an attack that works creates, in the working directory.
CANARY = "canary"


@attrs.frozen
class Attack:
    """
    A hostile file.

    Attributes:
        name: What it tries.
        kind: The loader that it is for: pickle, skops, torch, npy or npz.
        content: Its bytes.
        trusted: What the caller vouches for.
    """

    name: str
    kind: str
    content: bytes
    trusted: tuple[str, ...] = ()
