"""Locations of artifacts, which are stored with runs and shown; nothing here is slow to load."""

from __future__ import annotations

import re
from typing import Final

from genesis_flow.domain.errors import InvalidInput

#: Bytes of a piece: what is sent or asked for in one request, and held in memory once for each thread.
BLOCK_BYTES: Final = 8 << 20
THREADS: Final = 8

#: Scheme of what a server of artifacts keeps for its clients, who do not know where.
PROXIED: Final = "mlflow-artifacts"

#: Parts of a query that let whoever has the URI in: shared access signatures, and presigned requests.
_SIGNED: Final = r"[?&](sig|signature|x-amz-[a-z-]+|x-goog-[a-z-]+|awsaccesskeyid|googleaccessid)="
_CREDENTIALS: Final = r"[a-z][a-z0-9+.\-]*://[^/]*:[^/]*@"


def without_secret(field: str, uri: str) -> str:
    """
    `uri` itself, if it can be stored and shown.

    Raises:
        InvalidInput: It holds a signature or a password; the message does not repeat it.
    """
    if ("=" in uri or "@" in uri) and (re.search(_SIGNED, uri, re.I) or re.match(_CREDENTIALS, uri, re.I)):
        raise InvalidInput(
            field,
            f"Invalid value for '{field}': the URI holds a signature or a password. It would be stored and shown to "
            "everyone who may read runs. Leave it out, and give credentials in environment variables.",
        )
    return uri
