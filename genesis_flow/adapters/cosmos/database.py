"""The database of the mongo adapter with the limits of Cosmos DB, and patient where the service is metered."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from pymongo.collection import Collection

from genesis_flow.adapters.cosmos.dialect import RU
from genesis_flow.adapters.cosmos.throttling import Patience, PatientCollection
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.adapters.mongo.dialect import Dialect

Document = dict[str, Any]


def open_cosmos(
    uri: str,
    artifact_root: str,
    timeout_s: float = 5.0,
    patience_s: float = 30.0,
    *,
    dialect: Dialect = RU,
    patience: Patience | None = None,
    listeners: tuple[Any, ...] = (),
) -> MongoDatabase:
    """
    A database of one of the tiers of Cosmos DB; nothing is sent before it is used.

    Args:
        patience: How long to wait when there are too many requests; only the RU tier refuses any.
    """
    is_metered = dialect.name == RU.name
    wrapper = partial(_patient, patience=patience or Patience()) if is_metered else None
    return MongoDatabase(
        uri, artifact_root, timeout_s, patience_s, listeners=listeners, dialect=dialect, wrapper=wrapper
    )


def _patient(collection: Collection[Document], patience: Patience) -> Collection[Document]:
    return cast(Collection[Document], PatientCollection(collection, patience))
