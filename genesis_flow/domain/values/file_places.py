"""
Where files of models lie, compared by the parts of a path: text that only begins alike means another place.
"""

from __future__ import annotations

import os
import re
from typing import Final

import attrs

from genesis_flow.domain.values.uris import scheme_of

#: Nothing that is decoded, cut off or resolved by whoever opens it.
_URI: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):(?://([^/\\%?#;\s]*))?((?:/[^/\\%?#;\s]+)*)/?")


@attrs.frozen
class Location:
    """
    A directory, or a place in an artifact store.

    Attributes:
        scheme: In lower case; "" for this machine's disk. host: A bucket, container or host; "" for none.
        path: The parts of the path, symbolic links resolved.
    """

    scheme: str
    host: str
    path: tuple[str, ...]

    def covers(self, other: Location) -> bool:
        """Whether `other` is this place or lies below it."""
        return (self.scheme, self.host) == (other.scheme, other.host) and other.path[: len(self.path)] == self.path


def location_of(text: str) -> Location | None:
    """The place that a path or URI means; None for one that could be read in two ways."""
    scheme = scheme_of(text)
    if scheme in ("", "file"):
        path = text if not scheme else text[len("file:") :].removeprefix("//")
        if scheme and (not path.startswith("/") or "%" in path or "?" in path or "#" in path):
            return None
        if not path or "\0" in path:
            return None
        return Location("", "", tuple(part for part in os.path.realpath(path).split(os.sep) if part))
    match = _URI.fullmatch(text)
    if match is None or {".", ".."} & {*match[3].split("/")}:
        return None
    return Location(scheme, match[2] or "", tuple(filter(None, match[3].split("/"))))
