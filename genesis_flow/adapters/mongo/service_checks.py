"""What `doctor` asks of the server itself: how the way to it is encrypted, its clock, its throughput."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.domain.errors import GenesisFlowError
from genesis_flow.ports.diagnosis import Finding, Health

#: Beyond this, times from several machines mislead, and signatures for storage may count as not yet valid.
_MOST_SKEW_S: Final = 60.0

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def credentials(uri: str) -> Finding:
    """Where user and password come from."""
    options = _options(uri)
    mechanism = options.get("authmechanism", "")
    if mechanism.upper() == "MONGODB-X509":
        return Finding("credentials", Health.OK, "a certificate (MONGODB-X509)")
    if mechanism.upper() == "MONGODB-OIDC":
        return Finding("credentials", Health.OK, "an identity of Azure or another provider (MONGODB-OIDC)")
    if urlsplit(uri).username:
        return Finding("credentials", Health.OK, f"user and password of the URI ({mechanism or 'the usual mechanism'})")
    hosts = {host.rpartition(":")[0] or host for host in urlsplit(uri).netloc.split(",")}
    if hosts <= _LOOPBACK:
        return Finding("credentials", Health.OK, "none, on this machine")
    return Finding("credentials", Health.WARNING, "none: whoever reaches the server can read and write everything")


def encryption(database: MongoDatabase) -> Finding:
    """Whether and how the way to the server is encrypted."""
    options = _options(database.uri)
    is_encrypted = options.get("tls", options.get("ssl", str("+srv:" in database.uri))).lower() == "true"
    host, port = min(database.client().nodes, default=("", 0))
    if not is_encrypted:
        if host in _LOOPBACK:
            return Finding("encryption", Health.OK, "none, on this machine")
        return Finding(
            "encryption", Health.WARNING,
            "none: passwords and data cross the network as they are. Add tls=true to the URI; Azure needs it.",
        )  # fmt: skip
    careless = [name for name in ("tlsinsecure", "tlsallowinvalidcertificates", "tlsallowinvalidhostnames")
                if options.get(name, "").lower() == "true"]  # fmt: skip
    if careless:
        return Finding(
            "encryption", Health.WARNING,
            f"the server's certificate is not checked ({', '.join(careless)}): anybody on the way can read along.",
        )  # fmt: skip
    version = _tls_version((host, port or 27017), options.get("tlscafile"), database.timeout_s)
    advice = "" if version == "TLSv1.3" else "; the server does not offer TLS 1.3 (this client does)"
    return Finding("encryption", Health.OK, f"{version}, the certificate is checked{advice}")


def _tls_version(address: tuple[str, int], certificates: str | None, timeout_s: float) -> str:
    context = ssl.create_default_context(cafile=certificates)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        with (
            socket.create_connection(address, timeout_s) as plain,
            context.wrap_socket(plain, server_hostname=address[0]) as encrypted,
        ):
            return encrypted.version() or "TLS"
    except OSError:
        return "TLS 1.2 or newer"


def clock(database: MongoDatabase) -> Iterator[Finding]:
    """Whether this machine and the server agree about the time."""
    before = time.time()
    hello = database.command("hello")
    after = time.time()
    there = hello.get("localTime")
    if there is None:
        return
    skew = there.replace(tzinfo=UTC).timestamp() - (before + after) / 2  # the driver gives UTC without saying so
    beyond = max(0.0, abs(skew) - (after - before) / 2)
    if beyond <= _MOST_SKEW_S:
        yield Finding("clock", Health.OK, f"{beyond:.0f} s away from the server's")
        return
    yield Finding(
        "clock", Health.WARNING,
        f"{beyond:.0f} s {'behind' if skew > 0 else 'ahead of'} the server's: times of runs mislead, and signatures "
        "for storage may be refused. Let this machine set its clock by NTP.",
    )  # fmt: skip


def throughput(database: MongoDatabase) -> Iterator[Finding]:
    """Of a service that is metered: how much was bought, and what a small request costs."""
    if database.dialect.sorts:
        return
    bought: Mapping[str, Any] = {}
    with contextlib.suppress(GenesisFlowError):
        bought = database.command("customAction", value="GetDatabase")
    yield _bought(bought)
    try:
        database.command("find", value="schema", limit=1)
        charge = database.command("getLastRequestStatistics").get("RequestCharge")
    except GenesisFlowError:
        return
    if charge is not None:
        yield Finding("request units", Health.OK, f"the smallest read costs {charge:g} RU")


def _bought(answer: Mapping[str, Any]) -> Finding:
    automatic = answer.get("autoScaleSettings") or {}
    most = automatic.get("maxThroughput")
    if most:
        return Finding("throughput", Health.OK, f"scales from {int(most) // 10:,} to {int(most):,} RU/s by itself")
    fixed = answer.get("provisionedThroughput")
    if fixed:
        return Finding("throughput", Health.OK, f"{int(fixed):,} RU/s, shared by the collections of the database")
    return Finding(
        "throughput", Health.WARNING,
        "the database says nothing of RU/s of its own: it is serverless, or each collection is given, and billed, its "
        "own. Create the database with throughput that its collections share before its first use (docs/azure.md).",
    )  # fmt: skip


def repeated_writes(database: MongoDatabase) -> Iterator[Finding]:
    """Whether the URI asks for what the service refuses."""
    is_refused = database.dialect.options.get("retryWrites") is False
    if is_refused and _options(database.uri).get("retrywrites", "false").lower() == "true":
        yield Finding(
            "retryWrites", Health.BROKEN, "the RU tier refuses retryable writes: put retrywrites=false into the URI"
        )


def stale_reads(uri: str) -> Iterator[Finding]:
    """Whether the URI lets other members than the primary answer."""
    preference = _options(uri).get("readpreference", "primary")
    if preference.lower() != "primary":
        yield Finding(
            "reads", Health.WARNING,
            f"readPreference={preference}: what was just written may not be found yet. Leave it out of the URI.",
        )  # fmt: skip


def _options(uri: str) -> dict[str, str]:
    return {key.lower(): value for key, value in parse_qsl(urlsplit(uri).query)}
