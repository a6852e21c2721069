"""The servers that are compared, as processes of their own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.api.rest.conftest import running
from tests.compat.wire.requests import Server
from tests.services.guest_site import guest_environment
from tests.services.stock_server import stock_serving


@contextlib.contextmanager
def stock_server(python: Path, directory: Path, *options: str, **variables: str) -> Iterator[Server]:
    """The real `mlflow server` on SQLite."""
    root = directory / "artifacts"
    places = (
        "--backend-store-uri", f"sqlite:///{directory}/stock.db", "--default-artifact-root", str(root),
        "--artifacts-destination", str(directory / "served"),
    )  # fmt: skip
    environment = guest_environment(MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false", **variables)
    with (
        stock_serving(python, directory, *places, *options, environment=environment) as address,
        contextlib.closing(Server("stock", address, root)) as server,
    ):
        yield server


@contextlib.contextmanager
def our_server(name: str, uri: str, directory: Path, *options: str, **variables: str) -> Iterator[Server]:
    """`genesis-flow server` on a store."""
    root = directory / "artifacts"
    with (
        running(
            uri,
            directory,
            "--default-artifact-root",
            str(root),
            "--artifacts-destination",
            str(directory / "served"),
            *options,
            **variables,
        ) as found,
        contextlib.closing(Server(name, found.address, root)) as server,
    ):
        yield server
