"""Models are logged, registered and loaded on each kind of store."""

from __future__ import annotations

from pathlib import Path

import pytest

from genesis_flow.api import session
from tests.api.stores import EVERY_STORE, store_uri


@pytest.fixture(params=EVERY_STORE)
def uri(request: pytest.FixtureRequest, fresh: Path) -> str:
    """The tracking URI in force, of an empty store of each kind."""
    chosen = store_uri(request.param, fresh)
    session.set_tracking_uri(chosen)
    return chosen
