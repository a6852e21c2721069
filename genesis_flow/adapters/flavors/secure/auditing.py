"""Says what files would make, and makes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from genesis_flow.adapters.flavors.secure import array_files, exported, pickles, skops_files, torch_files
from genesis_flow.adapters.flavors.secure.archives import MAGIC, Archive
from genesis_flow.adapters.flavors.secure.compression import expanded, is_compressed
from genesis_flow.adapters.flavors.secure.limits import Deadline, Limits, too_much
from genesis_flow.adapters.flavors.secure.noting import Noting
from genesis_flow.adapters.flavors.secure.sources import read_once
from genesis_flow.domain.errors import GenesisFlowError
from genesis_flow.domain.values.audit import AuditedName, FileAudit
from genesis_flow.domain.values.trust import Trust

#: Files of these names are pickles whatever they begin with: the two oldest protocols have no mark of their own.
_PICKLE_SUFFIXES: Final = (".pkl", ".pickle", ".joblib", ".pck", ".dill", ".pt", ".pth", ".ckpt", ".bin", ".z", ".gz")
_MOST_LEVELS: Final = 4

#: Notes what a content of its kind would make; the number is how deep in archives it lies.
_Reader = Callable[[memoryview, Noting, Limits, int], None]


def audited(path: Path, shown: str, trust: Trust, limits: Limits) -> FileAudit:
    """What the file would make; what makes it unreadable is its problem, not an error."""
    try:
        content, _ = read_once(path, limits)
    except GenesisFlowError as error:
        return FileAudit(shown, "unreadable", problem=error.message)
    return _audit(memoryview(content), shown, trust, limits)


def audited_below(root: Path, trust: Trust, limits: Limits) -> Iterator[FileAudit]:
    """What each file in a directory would make, in order of name; links are not followed."""
    for directory, below, files in os.walk(root):
        below.sort()
        for name in sorted(files + [each for each in below if os.path.islink(os.path.join(directory, each))]):
            path = Path(directory, name)
            shown = path.relative_to(root).as_posix()
            if path.is_symlink():
                yield FileAudit(shown, "link", problem="it is a symbolic link, which is not followed")
            else:
                yield audited(path, shown, trust, limits)


def _audit(content: memoryview, name: str, trust: Trust, limits: Limits) -> FileAudit:
    kind, reader = _kind(content, name, limits)
    noting = Noting(trust, name)
    problem = "it is code, which runs only if the caller allows it" if kind == "python code" else ""
    try:
        reader(content, noting, limits, 0)
        noting.require_allowed()
    except GenesisFlowError as error:
        problem = error.message
    names = tuple(sorted(AuditedName(".".join(key), verdict) for key, verdict in noting.names.items()))
    return FileAudit(name, kind, names, problem)


def _kind(content: memoryview, name: str, limits: Limits) -> tuple[str, _Reader]:
    head = bytes(content[:16])
    if head[:4] in MAGIC:
        return _kind_of_archive(content, name, limits)
    if head.startswith(array_files.MAGIC):
        return "npy", _npy
    if name.endswith(".py"):
        return "python code", _nothing
    if (head[:1] == b"\x80" and head[1:2] <= b"\x05") or is_compressed(head) or name.endswith(_PICKLE_SUFFIXES):
        return "pickle", _pickle
    if len(head) > 8 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < len(content):
        return "safetensors", _nothing
    return "other", _nothing


def _kind_of_archive(content: memoryview, name: str, limits: Limits) -> tuple[str, _Reader]:
    try:
        names = Archive(content, limits, name).names
    except GenesisFlowError:
        return "zip", _zip
    if skops_files.SCHEMA in names:
        return "skops", _skops
    if sum(each.endswith("/data.pkl") and each.count("/") == 1 for each in names) == 1:
        return "torch", _torch
    if any(each.endswith(f"/{exported.MODEL}") for each in names):
        return "torch.export", _exported
    return ("npz" if names and all(each.endswith(".npy") for each in names) else "zip"), _zip


def _nothing(content: memoryview, noting: Noting, limits: Limits, level: int) -> None:
    return None


def _pickle(content: memoryview, noting: Noting, limits: Limits, level: int) -> None:
    data = memoryview(expanded(content, limits, noting.source))
    pickles.note(data, noting, limits, Deadline(limits.seconds, noting.source))


def _skops(content: memoryview, noting: Noting, limits: Limits, level: int) -> None:
    archive = Archive(content, limits, noting.source)
    skops_files.note(skops_files.description(archive, limits, noting.source), noting, limits)


def _torch(content: memoryview, noting: Noting, limits: Limits, level: int) -> None:
    archive, root = torch_files.archive_of(content, limits, noting.source)
    torch_files.note(archive.read(f"{root}data.pkl"), noting, limits, Deadline(limits.seconds, noting.source))


def _exported(content: memoryview, noting: Noting, limits: Limits, level: int) -> None:
    exported.cleaned(content, limits, noting.source)


def _npy(content: memoryview, noting: Noting, limits: Limits, level: int) -> None:
    start = array_files.start_of_objects(content, noting.source)
    if start is not None:
        pickles.note(content[start:], noting, limits, Deadline(limits.seconds, noting.source))


def _zip(content: memoryview, noting: Noting, limits: Limits, level: int) -> None:
    archive = Archive(content, limits, noting.source)
    if level >= _MOST_LEVELS:
        raise too_much(noting.source, "archives in archives", _MOST_LEVELS)
    for member in archive.names:
        inner = archive.read(member)
        _kind(inner, member, limits)[1](inner, noting, limits, level + 1)
