"""Zip archives, held in memory, whose members are read by name and nowhere written."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import Final

from genesis_flow.adapters.flavors.secure.limits import Limits, too_much
from genesis_flow.adapters.flavors.secure.refusals import corrupt, forbidden
from genesis_flow.domain.values.text import shown

_HEADER: Final = struct.Struct("<4s5H3L2H")
_ENCRYPTED: Final = 0x1
_KNOWN: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")


class Archive:
    """
    A zip archive that was looked at as a whole.

    No member has a name that leaves the archive or that another member has, none is encrypted, and together
    they expand to no more than the limits allow.
    """

    def __init__(self, content: memoryview, limits: Limits, source: str) -> None:
        self._content, self._source = content, source
        try:
            self._file = zipfile.ZipFile(_Reading(content))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
            raise corrupt(source, f"it is no zip archive: {error}") from error
        self._members = self._checked(limits)

    @property
    def names(self) -> list[str]:
        """The names of the members."""
        return list(self._members)

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def size_bytes(self, name: str) -> int:
        """How large the member is when expanded."""
        return self._member(name).file_size

    def read(self, name: str) -> memoryview:
        """
        The content of a member, its checksum compared.

        Raises:
            CorruptRecord: There is no such member, or it is damaged.
        """
        member = self._member(name)
        if member.compress_type == zipfile.ZIP_STORED:
            found = self.stored(name)
            if zlib.crc32(found) != member.CRC:
                raise corrupt(self._source, f"the checksum of '{shown(name)}' is wrong")
            return found
        try:
            return memoryview(self._file.read(member))
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, zlib.error, RuntimeError, struct.error) as error:
            raise corrupt(self._source, f"its member '{shown(name)}' is damaged: {error}") from error

    def stored(self, name: str) -> memoryview:
        """
        Where an uncompressed member lies in the archive, without looking at its bytes.

        Raises:
            CorruptRecord: There is no such member, or it is compressed, or lies outside of the archive.
        """
        start = self.offset(name)
        member = self._member(name)
        if start + member.file_size > len(self._content):
            raise corrupt(self._source, f"its member '{shown(name)}' is truncated")
        return self._content[start : start + member.file_size]

    def offset(self, name: str) -> int:
        """Where the bytes of an uncompressed member begin."""
        member = self._member(name)
        if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
            raise corrupt(self._source, f"its member '{shown(name)}' is compressed")
        at = member.header_offset
        if at < 0 or at + _HEADER.size > len(self._content):
            raise corrupt(self._source, f"its member '{shown(name)}' is not there")
        magic, *_, name_length, extra_length = _HEADER.unpack(self._content[at : at + _HEADER.size])
        if magic != b"PK\x03\x04":
            raise corrupt(self._source, f"its member '{shown(name)}' is not there")
        return int(at + _HEADER.size + name_length + extra_length)

    def _member(self, name: str) -> zipfile.ZipInfo:
        if name not in self._members:
            raise corrupt(self._source, f"it has no member '{shown(name)}'")
        return self._members[name]

    def _checked(self, limits: Limits) -> dict[str, zipfile.ZipInfo]:
        members: dict[str, zipfile.ZipInfo] = {}
        expanded = 0
        for member in self._file.infolist():
            name = member.filename
            if member.orig_filename != name or not _is_plain(name) or name in members:
                raise forbidden(self._source, f"it has a member '{shown(name)}', whose name leads elsewhere")
            if member.flag_bits & _ENCRYPTED or member.compress_type not in _KNOWN:
                raise corrupt(self._source, f"its member '{shown(name)}' is encrypted or packed in an unknown way")
            expanded += member.file_size
            members[name] = member
            if len(members) > limits.members:
                raise too_much(self._source, "members", limits.members)
        self._require_apart(members.values())
        if expanded > limits.expanded_bytes(len(self._content)):
            raise too_much(self._source, "bytes when expanded", limits.expanded_bytes(len(self._content)))
        return members


    def _require_apart(self, members: Iterable[zipfile.ZipInfo]) -> None:
        """Members that share their bytes expand to more than they are."""
        end = 0
        for member in sorted(members, key=lambda each: each.header_offset):
            if member.header_offset < end:
                raise forbidden(self._source, "its members overlap")
            end = member.header_offset + _HEADER.size + member.compress_size
        if end > len(self._content):
            raise corrupt(self._source, "it is truncated")


def _is_plain(name: str) -> bool:
    parts = name.removesuffix("/").split("/")
    return all(part not in ("", ".", "..") for part in parts) and not set(name) & set("\\:\0")


class _Reading(io.RawIOBase):
    """A file over memory that is not copied."""

    def __init__(self, content: memoryview) -> None:
        self._content, self._at = content, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._content)}[whence]
        if start + offset < 0:
            raise ValueError("a place before the beginning")
        self._at = start + offset
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        end = len(self._content) if size is None or size < 0 else self._at + size
        found = bytes(self._content[self._at : end])
        self._at += len(found)
        return found
