"""
Files of `torch.save`: a zip archive with a pickle and the bytes of the storages that it refers to.

The pickle is read by our own machine, and tensors are made here, within their storages. The older formats (a tar
archive, or several pickles one after the other) and TorchScript, which holds programs, are refused.
"""

from __future__ import annotations

import mmap
import os
import re
import sys
from pathlib import Path
from typing import Any, Final

from genesis_flow.adapters.flavors.secure.archives import MAGIC, Archive
from genesis_flow.adapters.flavors.secure.checks.arguments import is_of, require
from genesis_flow.adapters.flavors.secure.checks.tensors import Stored
from genesis_flow.adapters.flavors.secure.entries import Refused
from genesis_flow.adapters.flavors.secure.limits import Deadline, Limits
from genesis_flow.adapters.flavors.secure.machine import Machine
from genesis_flow.adapters.flavors.secure.making import Making
from genesis_flow.adapters.flavors.secure.noting import Note, Noting
from genesis_flow.adapters.flavors.secure.pickles import finished
from genesis_flow.adapters.flavors.secure.refusals import corrupt, forbidden
from genesis_flow.adapters.flavors.secure.sources import opened
from genesis_flow.adapters.flavors.secure.tables.torch import STORAGES
from genesis_flow.domain.errors import Unsupported
from genesis_flow.domain.values.trust import Trust

_PICKLE: Final = "data.pkl"
_KEY: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
#: How many bytes of a file are read at once into a storage.
_CHUNK: Final = 16 << 20


def loaded(source: Path | bytes, trust: Trust, limits: Limits, *, mapped: bool) -> Any:
    """
    The object of a file of `torch.save`, all of its tensors on the CPU.

    Args:
        mapped: Whether the numbers stay in the file until they are used, instead of being read now.
    """
    if isinstance(source, bytes):
        return _loaded(memoryview(source), None, trust, limits, "model", mapped=True)
    with opened(source, limits) as file:
        if os.fstat(file.fileno()).st_size == 0:
            raise corrupt(source.name, "it is empty")
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        return _loaded(memoryview(content), file, trust, limits, source.name, mapped=mapped)


def _loaded(content: memoryview, file: Any, trust: Trust, limits: Limits, source: str, *, mapped: bool) -> Any:
    archive, root = archive_of(content, limits, source)
    pickled = memoryview(bytes(archive.read(root + _PICKLE)))
    deadline = Deadline(limits.seconds, source)
    noted(pickled, trust, limits, source, deadline).require_allowed()
    making = Making(trust, source)
    storages = _Storages(archive, root, content, None if mapped else file)
    machine = Machine(pickled, making, limits, deadline, source, persistent=storages.storage)
    found = machine.run()
    finished(found, making, limits)
    return found


def archive_of(content: memoryview, limits: Limits, source: str) -> tuple[Archive, str]:
    """The archive, and the directory in it that everything lies in."""
    if bytes(content[:4]) not in MAGIC:
        raise forbidden(source, "it is in the format of PyTorch before 1.6, or of something else than torch.save")
    archive = Archive(content, limits, source)
    roots = [name.removesuffix(_PICKLE) for name in archive.names if name.rpartition("/")[2] == _PICKLE]
    if len(roots) != 1 or roots[0].count("/") != 1:
        raise corrupt(source, "it is no archive of torch.save")
    root = roots[0]
    if any(name.startswith(f"{root}code/") or name == f"{root}constants.pkl" for name in archive.names):
        raise forbidden(source, "it is TorchScript, which holds programs")
    if f"{root}byteorder" in archive and bytes(archive.read(f"{root}byteorder")) != sys.byteorder.encode():
        raise Unsupported(f"'{source}' was written on a machine with another order of bytes.")
    return archive, root


def noted(pickled: memoryview, trust: Trust, limits: Limits, source: str, deadline: Deadline) -> Noting:
    """What the pickle of the archive would make, without making it."""
    noting = Noting(trust, source)
    note(pickled, noting, limits, deadline)
    return noting


def note(pickled: memoryview, noting: Noting, limits: Limits, deadline: Deadline) -> None:
    """Note in `noting` what the pickle would make; what was noted before it breaks off stays noted."""
    Machine(pickled, noting, limits, deadline, noting.source, persistent=lambda reference: Note(None)).run()


class _Storages:
    """The storages of an archive, each read once."""

    def __init__(self, archive: Archive, root: str, content: memoryview, file: Any) -> None:
        self._archive, self._root, self._content, self._file = archive, root, content, file
        self._known: dict[str, Any] = {}

    def storage(self, reference: Any) -> Stored:
        """`("storage", its class, the member of the archive, the device, the count of numbers)`."""
        require(is_of(reference, tuple) and len(reference) == 5 and reference[0] == "storage", "a storage is odd")
        _, kind, key, location, count = reference
        dtype = _dtype(kind)
        require(is_of(key, str) and _KEY.fullmatch(key) is not None and is_of(location, str), "a storage is odd")
        require(is_of(count, int) and count >= 0, "a storage is odd")
        name = f"{self._root}data/{key}"
        size = self._archive.size_bytes(name)
        require(count * dtype.itemsize == size, "a storage has more or less bytes than it says")
        if key not in self._known:
            self._known[key] = self._read(name, size)
        return Stored(self._known[key], dtype)

    def _read(self, name: str, size: int) -> Any:
        import torch

        start = self._archive.offset(name)
        self._archive.stored(name)
        if size == 0:
            return torch.UntypedStorage(0)
        if self._file is None and not self._content.readonly and start % 16 == 0:
            return torch.frombuffer(self._content, dtype=torch.uint8, count=size, offset=start).untyped_storage()
        storage = torch.UntypedStorage(size)
        target = memoryview(torch.empty(0, dtype=torch.uint8).set_(storage).numpy())
        if self._file is None:
            target[:] = self._content[start : start + size]
        else:
            _read_into(self._file, start, target)
        return storage


def _read_into(file: Any, start: int, target: memoryview) -> None:
    file.seek(start)
    at = 0
    while at < len(target):
        count = file.readinto(target[at : at + _CHUNK])
        if not count:
            raise Refused("a storage is truncated")
        at += count


def _dtype(kind: Any) -> Any:
    import torch

    for name, dtype in STORAGES.items():
        if kind is getattr(torch, name, None):
            return getattr(torch, dtype)
    raise Refused("a storage is of a class that is not known")
