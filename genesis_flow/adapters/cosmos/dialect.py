"""
The two tiers of Azure Cosmos DB for MongoDB, as data, and which of them a URI names.

Source: limits of the service as its documentation gives them; what of it was tried is in docs/azure.md.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from genesis_flow.adapters.mongo.dialect import MEGABYTE, MONGODB, Dialect
from genesis_flow.adapters.mongo.indexes import DATASETS, HISTORIES, MODEL_POINTS, MODELS, OVERFLOWS, RUNS
from genesis_flow.domain.errors import InvalidInput

#: The service cuts connections that are idle for about four minutes.
_IDLE_MS: Final = 120_000

VCORE: Final = Dialect("cosmos-vcore", options={"maxIdleTimeMS": _IDLE_MS})

RU: Final = Dialect(
    "cosmos-ru",
    document_limit=2 * MEGABYTE,
    spills=True,
    sorts=False,
    # Searches name experiments, what belongs to one run or model is asked for by it. The other collections are small,
    # and hold claims on names: an `_id` is unique in a partition only, so these have just one.
    shard_keys={RUNS: "exp", MODELS: "exp", HISTORIES: "r", OVERFLOWS: "r", MODEL_POINTS: "m", DATASETS: "_id"},
    near_limit=2_048,
    bucket_points=1_000,  # each document costs units of its own
    options={"maxIdleTimeMS": _IDLE_MS, "retryWrites": False},
)

DIALECTS: Final = {dialect.name: dialect for dialect in (MONGODB, VCORE, RU)}

_RU_HOST: Final = ".mongo.cosmos."
_VCORE_HOST: Final = ".mongocluster.cosmos."
_RU_PORT: Final = ":10255"


def dialect_for(uri: str, name: str | None = None) -> Dialect:
    """
    The dialect with this name; without one, that of the hosts of `uri`.

    Raises:
        InvalidInput: No dialect has the name.
    """
    if name:
        found = DIALECTS.get(name.strip().lower())
        if found is None:
            raise InvalidInput(
                "GENESIS_FLOW_MONGODB_DIALECT",
                f"GENESIS_FLOW_MONGODB_DIALECT must be one of {', '.join(DIALECTS)}; got {name!r}.",
            )
        return found
    for host in urlsplit(uri).netloc.rpartition("@")[2].lower().split(","):
        if _RU_HOST in host or host.endswith(_RU_PORT):
            return RU
        if _VCORE_HOST in host:
            return VCORE
    return MONGODB
