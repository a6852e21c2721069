"""Artifacts in object storage, which has no directories: a name with `/` in it is all that there is of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

import attrs

from genesis_flow.adapters.artifacts import local_files
from genesis_flow.adapters.artifacts.bucket_uploads import ObjectUploads
from genesis_flow.adapters.artifacts.buckets import Advance, Bucket, BucketAddress
from genesis_flow.adapters.artifacts.errors import bad_name, name_is_taken, no_such_artifact, translating_errors
from genesis_flow.adapters.artifacts.parallel import in_parallel
from genesis_flow.adapters.artifacts.progress import TransferProgress, unseen
from genesis_flow.domain.entities.artifact import ArtifactInfo, DownloadLink
from genesis_flow.domain.errors import InvalidInput, NotFound, UntrustedContent
from genesis_flow.domain.values.paths import ROOT, ArtifactPath, artifact_path
from genesis_flow.domain.values.text import shown
from genesis_flow.ports.artifacts import ArtifactStore
from genesis_flow.ports.direct_uploads import DirectUploads

#: Most names that are held to be erased in one call.
_ERASED_AT_ONCE: Final = 1_000


@attrs.frozen
class ObjectArtifactStore(ArtifactStore):
    """
    The artifacts below `address` in `bucket`.

    That no name is a file and a directory is checked before a file is stored, not in the same step: of two writers
    at once, one may store `a` and the other `a/b`. Both can then be read; such a directory cannot be fetched.
    """

    _bucket: Bucket
    _address: BucketAddress
    _progress: TransferProgress

    @property
    def uri(self) -> str:
        return self._address.uri

    @property
    def access(self) -> str:
        return self._bucket.access

    def put(self, source: Path, path: ArtifactPath) -> None:
        name = self._storable(path)
        with local_files.open_regular(source) as file:
            self._require_free(path)
            with self._progress.transfer("Uploading", os.fstat(file.fileno()).st_size) as advance:
                self._bucket.write(name, file, advance)

    def put_stream(self, source: BinaryIO, path: ArtifactPath) -> None:
        self._bucket.write(self._free(path), source, unseen)

    def put_tree(self, source: Path, path: ArtifactPath) -> None:
        if not os.path.isdir(source):
            raise NotFound("local directory", str(source), f"No such local directory: '{source}'")
        files = {
            path / "/".join(names): source.joinpath(*names)
            for names in local_files.files_below(source, root=source)
        }  # fmt: skip
        names = {goal: self._storable(goal) for goal in files}
        if files:
            self._require_all_free(path, files)
        with translating_errors(source):
            sizes = {goal: file.stat().st_size for goal, file in files.items()}
        with self._progress.transfer("Uploading", sum(sizes.values())) as advance:
            self._in_turn(lambda goal: self._put_file(files[goal], names[goal], advance), sizes)

    def _put_file(self, source: Path, name: str, advance: Advance) -> None:
        with local_files.open_regular(source) as file:
            self._bucket.write(name, file, advance)

    def open(self, path: ArtifactPath) -> BinaryIO:
        found = self._bucket.open(self._name(path)) if self._can_be_object(path) else None
        if found is None:
            raise no_such_artifact(path)
        return found

    def fetch(self, path: ArtifactPath, target: Path) -> Path:
        final = target / path.name
        with self._progress.transfer("Downloading", None) as advance:
            is_file = self._can_be_object(path) and self._bucket.copy_to(self._name(path), final, advance)
        if not is_file and not self._fetch_tree(path, final):
            if path != ROOT:
                raise no_such_artifact(path)
            with translating_errors(final):
                final.mkdir(parents=True, exist_ok=True)
        return final

    def _fetch_tree(self, path: ArtifactPath, final: Path) -> bool:
        """Copy a directory; False if it holds nothing."""
        if not self._bucket.can_hold(self._name(path)):
            return False
        found = [each for each in self._bucket.below(self._name(path)) if not each.is_marker]
        sizes = {self._path_of(each.name): each.size_bytes for each in found}
        depth = len(path.parts)
        with self._progress.transfer("Downloading", sum(sizes.values())) as advance:
            self._in_turn(lambda goal: self._fetch_file(goal, final.joinpath(*goal.parts[depth:]), advance), sizes)
        return bool(sizes)

    def _fetch_file(self, path: ArtifactPath, final: Path, advance: Advance) -> None:
        if not self._bucket.copy_to(self._name(path), final, advance):
            raise no_such_artifact(path)

    def _in_turn(self, move: Callable[[ArtifactPath], object], sizes: Mapping[ArtifactPath, int]) -> None:
        """Move small files at the same time, then large ones one by one, as the pieces of each move in parallel."""
        transfers = self._bucket.transfers
        small = [path for path, size_bytes in sizes.items() if size_bytes <= transfers.block_bytes]
        in_parallel(move, small, threads=transfers.threads)
        for path in sizes.keys() - set(small):
            move(path)

    def find(self, path: ArtifactPath) -> Sequence[ArtifactInfo]:
        top = self._name(path)
        if not self._bucket.can_hold(top):
            return ()
        found: dict[str, ArtifactInfo] = {}
        for name, size_bytes in self._bucket.children(top):
            if name and name != top and not name.endswith("/"):
                child = self._path_of(name).text
                if child not in found or size_bytes is None:
                    found[child] = ArtifactInfo(child, size_bytes is None, size_bytes)
        return [found[child] for child in sorted(found)]

    def remove(self, path: ArtifactPath) -> None:
        top = self._name(path)
        if not self._bucket.can_hold(top):
            return
        names = [top] if self._can_be_object(path) else []
        markers: list[str] = []
        for each in self._bucket.below(top):
            (markers if each.is_marker else names).append(each.name)
            if len(names) >= _ERASED_AT_ONCE:
                self._bucket.erase(names)
                names = []
        self._bucket.erase(names)
        for marker in sorted(markers, key=len, reverse=True):
            self._bucket.erase([marker])

    def local_path(self, path: ArtifactPath) -> Path | None:
        return None

    def download_link(self, path: ArtifactPath, *, expires_s: int) -> DownloadLink:
        size_bytes = self._bucket.size_of(self._name(path)) if self._can_be_object(path) else None
        if size_bytes is None:
            raise no_such_artifact(path)
        return DownloadLink(self._bucket.download_url(self._name(path), expires_s), size_bytes)

    def direct_uploads(self) -> DirectUploads:
        return ObjectUploads(self._bucket.uploads(), self._storable, self._free)

    def sweep(self, *, older_than_s: float) -> int:
        return self._bucket.sweep(self._name(ROOT), older_than_s=older_than_s)

    def _name(self, path: ArtifactPath) -> str:
        return "/".join(filter(None, (self._address.prefix, path.text)))

    def _can_be_object(self, path: ArtifactPath) -> bool:
        return path != ROOT and self._bucket.can_hold(self._name(path))

    def _storable(self, path: ArtifactPath) -> str:
        name = self._name(local_files.storable_path(path))
        if not self._bucket.can_hold(name):
            raise bad_name(shown(path))
        return name

    def _free(self, path: ArtifactPath) -> str:
        name = self._storable(path)
        self._require_free(path)
        return name

    def _path_of(self, name: str) -> ArtifactPath:
        """
        The path of an object of the bucket.

        Raises:
            UntrustedContent: Nobody could have stored it as an artifact, and as a local file it could lie anywhere.
        """
        text = name[len(self._address.prefix) + 1 :] if self._address.prefix else name
        try:
            path = artifact_path(text)
        except InvalidInput:
            path = ROOT
        if path.text != text:
            raise UntrustedContent(
                f"'{shown(name)}' in {self.uri} is no name for a local file: it is not relative, climbs, or holds a "
                "backslash, an empty part or a control character. Rename it in the storage."
            )
        return path

    def _require_free(self, path: ArtifactPath) -> None:
        """Refuse a file where a directory is, or below a file."""
        checks: list[Callable[[], bool]] = [partial(self._bucket.has_below, self._name(path))]
        checks += [partial(self._bucket.is_object, self._name(above)) for above in _above(path)]
        taken: list[bool] = []
        in_parallel(lambda check: taken.append(check()), checks, threads=self._bucket.transfers.threads)
        if any(taken):
            raise name_is_taken(path)

    def _require_all_free(self, top: ArtifactPath, goals: Iterable[ArtifactPath]) -> None:
        """The same for files of one directory, by one listing of it."""
        if top != ROOT:
            for above in (top, *_above(top)):
                if self._bucket.is_object(self._name(above)):
                    raise name_is_taken(above)
        files = set(goals)
        directories = {above for goal in files for above in _above(goal)}
        for each in self._bucket.below(self._name(top)):
            if each.is_marker:
                continue
            there = self._path_of(each.name)
            if there in directories or not files.isdisjoint(_above(there)):
                raise name_is_taken(there)


def _above(path: ArtifactPath) -> list[ArtifactPath]:
    """The directories that `path` lies in, without the root."""
    found: list[ArtifactPath] = []
    while (path := path.parent) != ROOT:
        found.append(path)
    return found
