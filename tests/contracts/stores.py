"""What an adapter hands to the suites: a way to open its repositories."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from typing import ClassVar

import attrs
import pytest

from genesis_flow.ports.experiments import ExperimentRepository
from genesis_flow.ports.logged_models import LoggedModelRepository
from genesis_flow.ports.model_versions import ModelVersionRepository
from genesis_flow.ports.registered_models import RegisteredModelRepository
from genesis_flow.ports.runs import RunRepository
from genesis_flow.ports.webhooks import WebhookRepository


class Capability(Enum):
    """What not every adapter can do; an adapter without it leaves the suites that need it out."""

    DURABLE = "what was acknowledged is there after reopening"


def _nothing() -> None:
    """Closes what needs no closing."""


@attrs.frozen
class Stores:
    """
    Repositories over one and the same store.

    Attributes:
        reopen: Opens the same store anew, as another process would; None if it is not durable.
        capabilities: What this adapter can do beyond the contracts.
        close: Releases connections and files; called once for each opening.
    """

    experiments: ExperimentRepository
    runs: RunRepository
    models: RegisteredModelRepository
    versions: ModelVersionRepository
    logged_models: LoggedModelRepository
    webhooks: WebhookRepository
    reopen: Callable[[], Stores] | None = None
    capabilities: frozenset[Capability] = frozenset()
    close: Callable[[], None] = _nothing


class OpensStores:
    """
    What a suite needs of an adapter: override `open_stores`, and `stores` where that does not fit.

    `store` is what the table of contracts calls the store (`tests/matrix.py`).
    """

    store: ClassVar[str] = ""

    def open_stores(self) -> Stores:
        """
        A store for one example of a property; closed by the suite.

        It need not be empty: examples work in experiments of their own.
        """
        raise NotImplementedError

    @pytest.fixture
    def stores(self) -> Iterator[Stores]:
        """A store for one test, empty but for the default experiment."""
        opened = self.open_stores()
        yield opened
        opened.close()
