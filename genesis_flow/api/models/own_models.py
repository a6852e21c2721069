"""Models that this process wrote itself, by which it knows them when it loads them."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from genesis_flow.api import session

_MOST: Final = 10_000


class OwnModels:
    """Digests of the manifests of models that this process wrote, or the one that it is a fork of."""

    def __init__(self) -> None:
        self._digests: dict[str, None] = {}  # the newest last

    def note(self, digest: str) -> None:
        """Note a model; of too many, the oldest are forgotten."""
        self._digests.pop(digest, None)
        self._digests[digest] = None
        while len(self._digests) > _MOST:
            self._digests.pop(next(iter(self._digests)), None)

    def digests(self) -> Container[str]:
        """Those that are known, also those of later."""
        return self._digests.keys()


def own_models() -> OwnModels:
    """Those of this process."""
    return session.shared(session.OWN_MODELS, OwnModels)
