"""Stores that whoever runs a program wants to be used for those that the program names."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Final

import attrs

from genesis_flow.domain.values.uris import redacted, scheme_of

#: Stands for whatever is no store of ours.
ANY: Final = "*"

#: The target begins with a scheme, so that the URI before it may hold a `=`, too.
_ENTRY: Final = re.compile(r"(\S+?)=([A-Za-z][A-Za-z0-9+.\-]*:\S*)")
_AUTHORITY: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:(?://[^/]*)?")


@attrs.frozen
class Redirects:
    """
    Where URIs of stores lead.

    Attributes:
        targets: URIs of stores, by the URI that programs name; `*` is for any that is not listed and no store of ours.
    """

    targets: Mapping[str, str] = attrs.field(factory=dict, repr=False)

    def target(self, uri: str, served: Container[str]) -> str | None:
        """
        The store that is used for `uri`; None for itself.

        Args:
            served: Schemes of stores of ours.
        """
        found = self.targets.get(_compared(uri))
        if found is None and scheme_of(uri) not in served:
            return self.targets.get(ANY)
        return found

    def __str__(self) -> str:
        return " ".join(f"{redacted(each)}={redacted(target)}" for each, target in self.targets.items())


def redirects(text: str) -> Redirects:
    """
    The redirects that `text` lists: `FROM=TO`, separated by blanks or lines; of two for one FROM the last counts.

    Raises:
        ValueError: It is none; the message holds nothing of it.
    """
    return Redirects(dict(map(require_redirect, text.split())))


def require_redirect(entry: str) -> tuple[str, str]:
    """
    What `FROM=TO` means: the URI that programs name, as it is compared, and the store.

    Raises:
        ValueError: As `redirects`.
    """
    match = _ENTRY.fullmatch(entry)
    if match is None:
        raise ValueError(
            "give FROM=TO, such as http://localhost:5000=mongodb://db.example.com/team, where TO is a store's URI; "
            "blanks in either are written %20, and several are separated by blanks in the variable"
        )
    return _compared(match[1]), match[2]


def _compared(uri: str) -> str:
    """`uri` as it is compared: without a slash at its end, scheme and host in lower case."""
    begin = _AUTHORITY.match(uri)
    text = uri if begin is None else begin[0].lower() + uri[begin.end() :]
    return text.rstrip("/") or text
