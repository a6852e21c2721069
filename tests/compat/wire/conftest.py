"""The real `mlflow server`, and ours on each durable store, all of them for a whole session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.compat.wire.comparing import Servers
from tests.compat.wire.running import our_server, stock_server
from tests.services.mongodb import database_uri
from tests.services.stock import stock_python


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """All servers, with empty stores."""
    with ExitStack() as stack:
        directory = tmp_path_factory.mktemp("sqlite")
        uris = {"sqlite": f"sqlite:///{directory}/store.db", "mongodb": database_uri("wire")}
        ours = [stack.enter_context(our_server(name, uri, tmp_path_factory.mktemp(name))) for name, uri in uris.items()]
        yield Servers(stack.enter_context(stock_server(stock_python(), tmp_path_factory.mktemp("stock"))), ours)
