"""Object storage as artifact stores need it: names without directories, whole objects, versions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import attrs

from genesis_flow.adapters.artifacts.bucket_uploads import BucketUploads
from genesis_flow.domain.errors import InvalidInput, Unsupported
from genesis_flow.domain.values.paths import artifact_path
from genesis_flow.domain.values.storage import Transfers

#: Called with the number of bytes that have moved since the last call.
Advance = Callable[[int], object]


@attrs.frozen
class BucketAddress:
    """
    A place in a bucket or container.

    Attributes:
        scheme: As the URI has it. host: "" where the settings say it. prefix: Without `/` at the ends.
    """

    scheme: str
    bucket: str
    host: str
    prefix: str

    @property
    def uri(self) -> str:
        """The address as others write it; it holds no secret, as none was let in."""
        root = f"{self.scheme}://{self.bucket}{'@' if self.host else ''}{self.host}"
        return f"{root}/{self.prefix}" if self.prefix else root

    def parent(self) -> BucketAddress:
        """The directory that it lies in; the top lies in itself."""
        return attrs.evolve(self, prefix=self.prefix.rpartition("/")[0])


def bucket_address(uri: str) -> BucketAddress:
    """
    The bucket and path that `SCHEME://BUCKET/path` means; every character of the path counts as it is.

    Raises:
        InvalidInput: No bucket, a user or password, a query, `..`.
    """
    scheme, _, rest = uri.partition("://")
    bucket, _, path = rest.partition("/")
    if not bucket or not bucket.replace("-", "").replace(".", "").replace("_", "").isalnum():
        raise malformed(scheme, "write SCHEME://BUCKET/path, without user, password or port")
    return BucketAddress(scheme.lower(), bucket, "", plain_path(scheme, path))


def plain_path(scheme: str, path: str) -> str:
    """
    `path` in normal form.

    Raises:
        InvalidInput: It climbs, or holds a `?`: what follows may be a signature, which no URI may hold.
    """
    if "?" in path:
        raise malformed(scheme, "it holds a '?'; signatures and options come from environment variables")
    return artifact_path(path.lstrip("/"), "artifact_uri", label="artifact URI").text


def malformed(scheme: str, reason: str) -> InvalidInput:
    """The error for a URI of which only the scheme is shown, as the rest may hold a secret."""
    return InvalidInput("artifact_uri", f"Invalid artifact URI '{scheme}://...': {reason}.")


def attachment(name: str) -> str:
    """What has a browser save an object under the last part of its name instead of showing it."""
    return f"attachment; filename*=UTF-8''{quote(name.rpartition('/')[2], safe='')}"


@attrs.frozen
class StoredObject:
    """
    An object in a listing.

    Attributes:
        is_marker: Whether it stands for a directory: some tools write an empty object in its place.
    """

    name: str
    size_bytes: int
    is_marker: bool = False


class Bucket(ABC):
    """
    The objects of one bucket or container; names are absolute, without a leading `/`.

    Objects appear whole or not at all. Whoever reads gets one version of an object, or `Conflict`.
    Methods raise what `ArtifactStore` does.
    """

    transfers: Transfers

    @property
    def access(self) -> str:
        """Who asks, for people, without secrets."""
        return "credentials as its own tools find them"

    @abstractmethod
    def size_of(self, name: str) -> int | None:
        """The size in bytes of the object (no marker) with this name, None if there is none."""

    def is_object(self, name: str) -> bool:
        """Whether there is an object (no marker) with this name."""
        return self.size_of(name) is not None

    @abstractmethod
    def has_below(self, name: str) -> bool:
        """Whether there are objects in directory `name`."""

    @abstractmethod
    def children(self, name: str) -> Iterator[tuple[str, int | None]]:
        """The full names directly in directory `name` ("" is the top), and sizes; None for directories."""

    @abstractmethod
    def below(self, name: str) -> Iterator[StoredObject]:
        """All objects in directory `name` ("" is the top), markers too."""

    @abstractmethod
    def write(self, name: str, source: BinaryIO, advance: Advance) -> None:
        """Let `name` appear with what is left in `source`, which is read in pieces."""

    @abstractmethod
    def copy_to(self, name: str, final: Path, advance: Advance) -> bool:
        """Let the local file `final` appear with what `name` holds; False if there is no such object."""

    @abstractmethod
    def open(self, name: str) -> BinaryIO | None:
        """The object for reading, None if there is none."""

    @abstractmethod
    def erase(self, names: Sequence[str]) -> None:
        """Erase objects; those that are not there count as erased."""

    @abstractmethod
    def download_url(self, name: str, expires_s: int) -> str:
        """A URL from which anyone can download the object for `expires_s` seconds."""

    def uploads(self) -> BucketUploads:
        """
        Uploads that clients send to the bucket themselves.

        Raises:
            Unsupported: This storage, or the credentials in use, cannot have them.
        """
        raise Unsupported("genesis-flow makes no links for uploads to this storage.")

    @abstractmethod
    def sweep(self, name: str, *, older_than_s: float) -> int:
        """Erase what killed writers left in directory `name`; return how many."""

    @abstractmethod
    def can_hold(self, name: str) -> bool:
        """Whether the storage allows a name of this length."""
