"""
What every file of a model directory holds, as a list of digests, and whether it still does.

The list is a file beside `MLmodel`, which MLflow ignores. Its own digest is kept in another place (with the logged
model), or signed, so that nobody who can write the files can write a matching list.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import attrs

from genesis_flow.domain.errors import CorruptRecord, UntrustedContent
from genesis_flow.domain.values.containment import contained
from genesis_flow.domain.values.text import shown

MANIFEST_FILE: Final = "genesis_manifest.json"

#: Files that come later and are never read here: what MLflow adds to a download, and a signature.
LATER_FILES: Final = frozenset({MANIFEST_FILE, "genesis_signature.json", "registered_model_meta"})

#: The tag of a logged model with the digest of its manifest.
MANIFEST_TAG: Final = "genesis_flow.manifest"

#: Compiled code is never read from a model directory, so what other programs leave there is no matter.
_COMPILED: Final = "__pycache__"

_VERSION: Final = 1
_LARGEST_MANIFEST: Final = 16_000_000
_PIECE: Final = 1 << 20

#: Bytes of verified files that are kept until they are parsed.
_MOST_KEPT: Final = 64_000_000


@attrs.frozen
class Entry:
    """What a file holds: its SHA-256 in hexadecimal digits, and its length in bytes."""

    sha256: str
    size: int


@attrs.frozen
class Manifest:
    """
    What the files of a directory hold.

    Attributes:
        files: By path relative to the directory, with "/".
        digest: SHA-256 of the file that lists them, as "sha256:" and hexadecimal digits.
        contents: Of small files that were just verified, so that what is parsed is what was verified.
    """

    files: Mapping[str, Entry]
    digest: str
    contents: Mapping[str, bytes] = attrs.field(factory=dict, eq=False, repr=False)


def write_manifest(directory: Path) -> Manifest:
    """
    List what the files below `directory` hold; what was listed before is replaced.

    Raises:
        UntrustedContent: There is something else than plain files and directories.
    """
    files = {name: _entry(path) for name, path in sorted(_entries(directory))}
    content = {"version": _VERSION, "files": {name: attrs.asdict(each) for name, each in files.items()}}
    data = json.dumps(content, indent=1, ensure_ascii=False).encode()
    (directory / MANIFEST_FILE).write_bytes(data)
    return Manifest(files, _digest(data))


def noted_digest(directory: Path) -> str | None:
    """What the digest of the manifest of `directory` is, None without one; no other file is looked at."""
    manifest = _read(directory)
    return None if manifest is None else manifest.digest


def verify_directory(directory: Path, digest: str | None = None) -> Manifest | None:
    """
    The manifest of `directory`, if all files are as it says; None for a directory that never had one.

    Args:
        digest: What the manifest's digest has to be; None where nobody knows.

    Raises:
        UntrustedContent: A file was changed, added, removed or replaced; or the manifest itself was.
    """
    manifest = _read(directory)
    if manifest is None:
        if digest is not None:
            raise UntrustedContent(f"The model's {MANIFEST_FILE} was removed; files may have been changed.")
        return None
    if digest is not None and manifest.digest != digest:
        raise UntrustedContent(
            f"The model's files are not those that were logged: {MANIFEST_FILE} has the digest {manifest.digest}, "
            f"recorded is {shown(digest)}."
        )
    there = dict(_entries(directory))
    _require(sorted(there.keys() - manifest.files.keys()), "added")
    _require(sorted(manifest.files.keys() - there.keys()), "removed")
    contents: dict[str, bytes] = {}
    room = _MOST_KEPT
    for name, expected in manifest.files.items():
        if expected.size <= room:
            contents[name] = require_listed(manifest, name, _bytes(there[name], expected.size))
            room -= expected.size
        elif _entry(there[name]) != expected:
            _require([name], "changed")
    return attrs.evolve(manifest, contents=contents)


def read_verified(directory: Path, manifest: Manifest | None, relative: Any) -> bytes:
    """
    The content of the model's file `relative`, which is what the manifest says, if there is one.

    Raises:
        UntrustedContent, CorruptRecord: As `contained`; or the file is not what the manifest says.
    """
    known = None if manifest is None or not isinstance(relative, str) else manifest.contents.get(relative)
    if known is not None:
        return known  # names of a manifest are those of plain files that were found below the directory
    path = contained(directory, relative)
    if manifest is None:
        return path.read_bytes()
    return require_listed(manifest, path.relative_to(directory.resolve()).as_posix(), path.read_bytes())


def require_listed(manifest: Manifest | None, name: str, data: bytes) -> bytes:
    """
    `data`, if it is what the manifest says of the file `name`.

    Raises:
        UntrustedContent: It is not.
    """
    if manifest is not None:
        expected = manifest.files.get(name)
        if expected is None or expected.sha256 != hashlib.sha256(data).hexdigest():
            _require([name], "changed")
    return data


def _require(names: list[str], happened: str) -> None:
    if names:
        raise UntrustedContent(
            f"The model's files are not those that were saved: {', '.join(map(shown, names[:5]))} "
            f"{'was' if len(names) == 1 else 'were'} {happened}. Nothing was loaded."
        )


def _entries(directory: Path) -> Iterator[tuple[str, str]]:
    """The files below a directory and where they are; links and all that is neither file nor directory refused."""
    pending = [("", os.fspath(directory))]
    while pending:
        below, at = pending.pop()
        with os.scandir(at) as found:
            children = list(found)
        for each in children:
            name = f"{below}{each.name}"
            if each.is_dir(follow_symlinks=False):
                if each.name != _COMPILED:
                    pending.append((f"{name}/", each.path))
            elif not each.is_file(follow_symlinks=False):
                raise UntrustedContent(f"The model holds {shown(name)}, which is neither a file nor a directory.")
            elif name not in LATER_FILES:
                yield name, each.path


def _opened(path: str) -> BinaryIO:
    """A plain file for reading; what has become a link since it was listed is not followed."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UntrustedContent(f"The model's file {shown(os.path.basename(path))} is not a plain file.")
    return os.fdopen(handle, "rb", buffering=0)


def _bytes(path: str, size: int) -> bytes:
    """What is in a file that should have `size` bytes; of a longer one, no more than one byte more."""
    with _opened(path) as file:
        most = min(size, os.fstat(file.fileno()).st_size) + 1
        data = file.read(most)
        while len(data) < most and (more := file.read(most - len(data))):
            data += more
    return data


def _entry(path: str) -> Entry:
    with _opened(path) as file:
        size, found = 0, hashlib.sha256()
        while piece := file.read(_PIECE):
            found.update(piece)
            size += len(piece)
    return Entry(found.hexdigest(), size)


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _read(directory: Path) -> Manifest | None:
    try:
        data = _bytes(f"{os.fspath(directory)}/{MANIFEST_FILE}", _LARGEST_MANIFEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UntrustedContent(f"The model's {MANIFEST_FILE} is not a plain file: {error.strerror}.") from None
    if len(data) > _LARGEST_MANIFEST:
        raise UntrustedContent(f"The model's {MANIFEST_FILE} is larger than {_LARGEST_MANIFEST} bytes.")
    return _parsed(data)


@functools.lru_cache(maxsize=64)
def _parsed(data: bytes) -> Manifest:
    try:
        content = json.loads(data)
        if content["version"] != _VERSION:
            raise CorruptRecord(
                f"The model's {MANIFEST_FILE} has version {shown(content['version'])}, this release knows {_VERSION}."
            )
        return Manifest({str(name): _listed(each) for name, each in content["files"].items()}, _digest(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CorruptRecord(f"The model's {MANIFEST_FILE} cannot be read.") from None


def _listed(content: Any) -> Entry:
    return Entry(str(content["sha256"]), int(content["size"]))
