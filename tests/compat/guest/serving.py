"""`mlflow server` on a store of ours."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.compat.guest.conftest import Guest
from tests.services.guest_site import guest_environment
from tests.services.stock_server import stock_serving


@contextlib.contextmanager
def serving(guest: Guest, store_uri: str) -> Iterator[str]:
    """The address of a server on a store; its artifacts are below the directory of `guest`."""
    options = ("--backend-store-uri", store_uri, "--artifacts-destination", str(guest.directory / "served"))
    environment = guest_environment(guest.site)
    with stock_serving(guest.python, guest.directory, *options, environment=environment) as address:
        yield address
