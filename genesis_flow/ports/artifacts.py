"""Where artifacts are kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from genesis_flow.domain.entities.artifact import ArtifactInfo, DownloadLink
from genesis_flow.domain.errors import Unsupported
from genesis_flow.domain.values.paths import ArtifactPath
from genesis_flow.ports.direct_uploads import DirectUploads


class ArtifactStore(ABC):
    """
    The artifacts below one root URI.

    Promises: nothing outside the root is read, written or listed, symbolic links included; a file appears
    whole under its name or not at all, also when the writer is killed, and readers see the old bytes or
    the new ones; a download that fails leaves no short file under its final name; directories are not
    stored, they are where files are.
    Any method may raise `Unavailable` (which includes a full disk; the message names the path),
    `Unauthenticated`, `Forbidden`, `InvalidInput` (a name that the storage cannot hold),
    `UntrustedContent` (a symbolic link leads outside the root, or a stored name would), `Conflict` (another writer
    replaced what was being read or written in pieces), or `CorruptRecord` (what was stored comes back otherwise).
    Secrets are in no message, repr or URI.
    """

    @property
    @abstractmethod
    def uri(self) -> str:
        """The root, without secrets."""

    @property
    def access(self) -> str | None:
        """Who asks for artifacts, for people, without secrets; None where nobody is asked who they are."""
        return None

    @abstractmethod
    def put(self, source: Path, path: ArtifactPath) -> None:
        """
        Store the local file `source` as `path`, replacing what was there.

        Raises:
            NotFound: No such local file.
            AlreadyExists: `path` is a directory, or a part on its way is a file.
        """

    @abstractmethod
    def put_stream(self, source: BinaryIO, path: ArtifactPath) -> None:
        """
        Store what is left in `source` as `path`, in pieces, replacing what was there.

        An error of `source` itself is raised as it is; nothing is stored then.

        Raises:
            AlreadyExists: `path` is a directory, or a part on its way is a file.
        """

    @abstractmethod
    def put_tree(self, source: Path, path: ArtifactPath) -> None:
        """
        Store the files below the local directory `source` below `path`, each of them whole.

        Names are checked before the first file is stored; a failure afterwards leaves those that came first.

        Raises:
            NotFound: No such local directory.
            UntrustedContent: A symbolic link in it leads outside it, or in a circle.
            AlreadyExists: A name is a directory here and a file there.
        """

    @abstractmethod
    def open(self, path: ArtifactPath) -> BinaryIO:
        """
        The file `path` for reading.

        Raises:
            NotFound: No such file.
        """

    @abstractmethod
    def fetch(self, path: ArtifactPath, target: Path) -> Path:
        """
        Copy the file or directory `path` into the local directory `target`, under its last name.

        The root goes into `target` itself, and is there even if it holds nothing.

        Returns:
            `target`/`path.name`.

        Raises:
            NotFound: No such artifact.
        """

    @abstractmethod
    def find(self, path: ArtifactPath) -> Sequence[ArtifactInfo]:
        """The direct children of directory `path`, by path; none for a file or what does not exist."""

    @abstractmethod
    def remove(self, path: ArtifactPath) -> None:
        """Erase the file or directory `path`; on what does not exist nothing changes."""

    @abstractmethod
    def local_path(self, path: ArtifactPath) -> Path | None:
        """Where the artifact `path` lies on this machine's disk; None if it does not, or does not exist."""

    @abstractmethod
    def download_link(self, path: ArtifactPath, *, expires_s: int) -> DownloadLink:
        """
        A link from which anyone who has it can download the file `path`, for `expires_s` seconds from now.

        It is as good as a key to that one file: it is given away, not stored or logged.

        Raises:
            NotFound: No such file.
            Unsupported: This storage, or the credentials in use, cannot make such links.
        """

    def direct_uploads(self) -> DirectUploads:
        """
        Uploads that clients send to the storage themselves.

        Raises:
            Unsupported: This storage, or the credentials in use, cannot have them.
        """
        raise Unsupported("Only object storage takes files from clients directly.")

    @abstractmethod
    def sweep(self, *, older_than_s: float) -> int:
        """
        Erase what writers that were killed `older_than_s` seconds ago or more left behind.

        Returns:
            The number of files erased. They were never listed.
        """


class ArtifactStores(ABC):
    """Opens the artifact store of a URI."""

    @abstractmethod
    def open(self, uri: str) -> ArtifactStore:
        """
        The store with root `uri`.

        Raises:
            InvalidInput: No adapter serves the scheme of the URI, or it is malformed.
        """

    @abstractmethod
    def locate(self, uri: str) -> tuple[ArtifactStore, ArtifactPath]:
        """
        The store of the directory that `uri` lies in, and the path of `uri` in it.

        Raises:
            InvalidInput: As `open`.
        """
