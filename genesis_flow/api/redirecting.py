"""Stores that are used for others, because whoever runs a program says so."""

from __future__ import annotations

import logging
from typing import Final

from genesis_flow.bootstrap import BACKENDS
from genesis_flow.domain.values.uris import redacted
from genesis_flow.settings import GENESIS_FLOW_REDIRECT

_log: Final = logging.getLogger(__name__)


def store_for(uri: str, said: set[tuple[str, str]]) -> str:
    """
    The store that is used for `uri`, which may be itself.

    Args:
        said: What the log says already, and is not told again.

    Raises:
        InvalidInput: The variable is wrong.
    """
    redirects = GENESIS_FLOW_REDIRECT.get()
    target = None if redirects is None else redirects.target(uri, BACKENDS)
    if target is None:
        return uri
    if (uri, target) not in said:
        said.add((uri, target))
        _log.warning("%s is used for %s, as %s says.", redacted(target), redacted(uri), GENESIS_FLOW_REDIRECT.name)
    return target
