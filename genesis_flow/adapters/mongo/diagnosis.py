"""What is wrong with a MongoDB database, if anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from genesis_flow.adapters.mongo import service_checks
from genesis_flow.adapters.mongo.client import MongoDatabase, database_name
from genesis_flow.adapters.mongo.dialect import MONGODB
from genesis_flow.adapters.mongo.indexes import indexes_for
from genesis_flow.domain.errors import GenesisFlowError
from genesis_flow.ports.diagnosis import Diagnosis, Finding, Health


@attrs.frozen
class MongoDiagnosis(Diagnosis):
    """Looks at the server and the way to it, the indexes, and how durable acknowledged writes are."""

    _database: MongoDatabase

    def findings(self) -> Sequence[Finding]:
        try:
            version = self._database.command("buildInfo").get("version", "unknown")
        except GenesisFlowError as error:
            return [Finding("server", Health.BROKEN, error.message)]
        name = database_name(self._database.uri)
        return [
            Finding("server", Health.OK, f"answers, version {version}, database {name!r}{self._kind()}"),
            service_checks.credentials(self._database.uri),
            service_checks.encryption(self._database),
            *service_checks.clock(self._database),
            *service_checks.throughput(self._database),
            *service_checks.repeated_writes(self._database),
            *service_checks.stale_reads(self._database.uri),
            *self._indexes(),
            self._durability(),
        ]

    def _kind(self) -> str:
        dialect = self._database.dialect
        return "" if dialect is MONGODB else f", treated as {dialect.name}"

    def _indexes(self) -> Iterator[Finding]:
        try:
            present = set(self._database.collection_names())
            for collection, models in indexes_for(self._database.dialect).items():
                wanted = {str(model.document["name"]) for model in models}
                found = self._database.index_names(collection) if collection in present else set()
                yield _index_finding(collection, wanted - found, collection in present)
        except GenesisFlowError as error:
            yield Finding("indexes", Health.BROKEN, error.message)

    def _durability(self) -> Finding:
        concern = self._database.write_concern()
        weak = concern.get("w") in (0, 1) or concern.get("j") is False
        if weak:
            return Finding(
                "durability",
                Health.WARNING,
                f"the URI asks for write concern {concern}: acknowledged writes may be lost in a failover. "
                "Leave out w and journal, or use w=majority.",
            )
        return Finding("durability", Health.OK, "writes are acknowledged as the server's default says, or more")


def _index_finding(collection: str, missing: set[str], is_present: bool) -> Finding:
    if not is_present:
        return Finding(
            f"indexes of {collection}", Health.WARNING, "the collection does not exist yet; first use adds it"
        )
    if missing:
        names = ", ".join(sorted(missing))
        return Finding(
            f"indexes of {collection}",
            Health.BROKEN,
            f"missing: {names}. Any use of genesis-flow in a new process creates them again.",
        )
    return Finding(f"indexes of {collection}", Health.OK, "complete")
