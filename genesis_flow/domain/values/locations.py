"""Locations of artifacts, which are stored with runs and shown; nothing here is slow to load."""

from __future__ import annotations

import re
from typing import Final

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.uris import scheme_of

#: Bytes of a piece: what is sent or asked for in one request, and held in memory once for each thread.
BLOCK_BYTES: Final = 8 << 20
THREADS: Final = 8

#: Scheme of what a server of artifacts keeps for its clients, who do not know where.
PROXIED: Final = "mlflow-artifacts"

#: Parts of a query that let whoever has the URI in: shared access signatures, and presigned requests.
_SIGNED: Final = r"[?&](sig|signature|x-amz-[a-z-]+|x-goog-[a-z-]+|awsaccesskeyid|googleaccessid)="
#: In others, such as ftp, MLflow's own repositories find a password in the URI or nowhere.
_CREDENTIALS: Final = r"(azure|az|abfss?|wasbs?|s3|gs|gcs|https?|file|memory|mlflow-artifacts)://[^/]*:[^/]*@"
_PATH: Final = re.compile(r"[^?#]*")


def without_secret(field: str, uri: str) -> str:
    """
    `uri` itself, if it can be stored and shown.

    Raises:
        InvalidInput: It holds a signature, or a password that has another place; the message does not repeat it.
    """
    if ("=" in uri or "@" in uri) and (re.search(_SIGNED, uri, re.I) or re.match(_CREDENTIALS, uri, re.I)):
        raise InvalidInput(
            field,
            f"Invalid value for '{field}': the URI holds a signature or a password. It would be stored and shown to "
            "everyone who may read runs. Leave it out, and give credentials in environment variables.",
        )
    return uri


def below(location: str, *names: str) -> str:
    """
    The place called `names` below a location: behind its path, and before the query and fragment of a URI.

    Source: MLflow `utils/uri.py`, `append_to_uri_path`.
    """
    path = _PATH.match(location)[0] if scheme_of(location) else location  # type: ignore[index]
    return f"{path.rstrip('/')}/{'/'.join(names)}{location[len(path) :]}"
