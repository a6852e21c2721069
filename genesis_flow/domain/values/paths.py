"""Paths of artifacts, which cannot leave the root that they are relative to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

import attrs

from genesis_flow.domain.errors import InvalidInput, UnsafePath
from genesis_flow.domain.values.text import shown, storable

#: More rounds of percent-encoding than this are an attack, not a name.
_MOST_DECODINGS: Final = 8


@attrs.frozen
class ArtifactPath:
    """
    A relative path in normal form, with `/`; "" is the root itself.

    Made by `artifact_path`, so whoever holds one holds a safe one: joined to a root as a POSIX or as a
    Windows path, it stays below that root.
    """

    text: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The names on the way, none for the root."""
        return tuple(self.text.split("/")) if self.text else ()

    @property
    def name(self) -> str:
        """The last name, "" for the root."""
        return self.text.rpartition("/")[2]

    @property
    def parent(self) -> ArtifactPath:
        """The directory that the path lies in; the root is its own parent."""
        return ArtifactPath(self.text.rpartition("/")[0])

    def __truediv__(self, other: str) -> ArtifactPath:
        below = artifact_path(other)
        return ArtifactPath("/".join(filter(None, (self.text, below.text))))

    def __str__(self) -> str:
        return self.text


ROOT: Final = ArtifactPath()


def artifact_path(value: str | None, field: str = "artifact_path", *, label: str = "path") -> ArtifactPath:
    """
    The path that `value` writes; None and "" are the root.

    Empty and `.` parts are dropped. All else is kept as it is: a name may hold blanks, `%`, `#`, `?`.

    Args:
        field: What the error says is wrong; `label` is how its message calls it.

    Raises:
        UnsafePath: Absolute, with `..` or another part of dots and blanks alone, a backslash, a drive
            letter, a control character, a URI scheme, or any of these after percent-decoding (once or
            repeatedly); or percent-encoded more than eight times.

    Source: MLflow 3.17 `path_not_unique` and `validate_path_is_safe`; stricter for names that are safe on
        one system only.
    """
    if value is None or value == "":
        return ROOT
    value = storable(field, value)
    normal = "/".join(part for part in value.split("/") if part not in ("", "."))
    # Both spellings: "./%2fetc" is harmless as it stands, but what is left of it decodes to "/etc".
    if not all(map(_is_safe, (*_decodings(value), *_decodings(normal)))):
        raise UnsafePath(
            field,
            f"Invalid {label}: '{shown(value)}'. It must be relative, use '/', and must not contain '..', "
            "a backslash, a drive letter, a URI scheme or a control character, also not when "
            "percent-decoded.",
        )
    return ArtifactPath(normal)


def file_path(value: str) -> ArtifactPath:
    """
    The file that MLflow accepts `value` as, once it is in normal form.

    Raises:
        InvalidInput: As `artifact_path`, or it is the root.
    """
    path = artifact_path(value, label="artifact path")
    if path == ROOT:
        raise InvalidInput("artifact_path", f"Invalid artifact path: '{shown(value)}' does not name a file.")
    return path


def _decodings(value: str) -> Iterator[str]:
    """`value`, then what it decodes to until it stays the same; at last ".." if it never does."""
    for _ in range(_MOST_DECODINGS):
        yield value
        decoded = unquote(value)
        if decoded == value:
            return
        value = decoded
    yield ".."


def _is_safe(value: str) -> bool:
    return not (
        value.startswith("/")
        or "\\" in value
        or "://" in value
        or value[:5].lower() == "file:"
        or any(ord(character) < 32 or 127 <= ord(character) < 160 for character in value)
        or any(part[1:2] == ":" or _climbs(part) for part in value.split("/"))
    )


def _climbs(part: str) -> bool:
    """Whether `part` is "..", perhaps with the dots and blanks that Windows strips from the end of a name."""
    return part.count(".") > 1 and not part.strip(". ")
