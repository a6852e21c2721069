"""What it takes to reach object storage: who asks, and how much at once."""

from __future__ import annotations

from typing import Any, Final

import attrs

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.locations import BLOCK_BYTES, THREADS
from genesis_flow.domain.values.text import shown

#: Seconds for which a link to a file works, if nobody says otherwise, and at most: what Azure, S3 and GCS allow.
DOWNLOAD_URL_S: Final = 300
LONGEST_URL_S: Final = 7 * 24 * 3_600


@attrs.frozen
class Transfers:
    """
    How much moves at the same time; a transfer holds at most `block_bytes` x `threads` in memory.

    Attributes:
        block_bytes: Larger files move in pieces of this size. threads: How many pieces or files at once.
    """

    block_bytes: int = BLOCK_BYTES
    threads: int = THREADS


@attrs.frozen
class StorageAccess:
    """
    Who asks, as the surroundings say; the repr shows no secret.

    Attributes:
        azure_connection_string, azure_account, azure_key, azure_sas: Of Azure Storage.
        azure_endpoint: Its Blob endpoint where it is not the usual one, such as `http://127.0.0.1:10000/account`.
        s3_endpoint, gcs_endpoint: Where S3 and Google Cloud Storage answer, if not in the usual place.
    """

    azure_connection_string: str | None = attrs.field(default=None, repr=False)
    azure_account: str | None = None
    azure_key: str | None = attrs.field(default=None, repr=False)
    azure_sas: str | None = attrs.field(default=None, repr=False)
    azure_endpoint: str | None = attrs.field(default=None, repr=False)
    s3_endpoint: str | None = attrs.field(default=None, repr=False)
    gcs_endpoint: str | None = attrs.field(default=None, repr=False)
    transfers: Transfers = Transfers()


def checked_expiry(value: Any) -> int:
    """
    `value`, if a link to a file can work for so many seconds.

    Raises:
        InvalidInput: Not a whole number from 1 to 604800 (a week).
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST_URL_S:
        raise InvalidInput("expiration", f"A link works for 1 to {LONGEST_URL_S} seconds, not for {shown(value)}.")
    return value
