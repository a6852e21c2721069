"""Listing the blobs of a container, page by page."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote
from xml.etree import ElementTree

import attrs

from genesis_flow.adapters.artifacts.azure_errors import translating_azure_errors
from genesis_flow.adapters.artifacts.azure_small import SmallRequests

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

#: Names in one answer, the service's limit.
PAGE: Final = 5_000
_MARKER: Final = "hdi_isfolder"


@attrs.frozen
class Listed:
    """
    A name in a listing.

    Attributes:
        size_bytes: None for a directory. is_marker: Whether it is a blob that stands for a directory.
    """

    name: str
    size_bytes: int | None
    is_marker: bool = False

    @property
    def is_directory(self) -> bool:
        """Whether it is no file, in one way or another."""
        return self.is_marker or self.size_bytes is None


def is_marker(size_bytes: int | None, metadata: Mapping[str, str | None] | None) -> bool:
    """Whether a blob stands for a directory, as Hadoop and accounts with a hierarchical namespace have them."""
    return size_bytes == 0 and any(
        key.lower() == _MARKER and str(value).lower() == "true" for key, value in (metadata or {}).items()
    )


@attrs.frozen
class Listing:
    """
    The names in one container.

    A page is asked for and read without the driver, which takes 0.2 ms of processor time for each name; if that does
    not simply succeed, the driver goes on from there.
    """

    _container: ContainerClient
    _small: SmallRequests

    def names(self, start: str, *, is_flat: bool, page: int | None = None) -> Iterator[Listed]:
        """
        What begins with `start`.

        Args:
            is_flat: Whether all blobs are listed, or what is beyond the next `/` as one directory.
            page: Most names in one answer.
        """
        marker: str | None = ""
        while marker is not None:
            found = self._page(start, is_flat, page or PAGE, marker)
            if found is None:
                yield from self._names_by_driver(start, is_flat, page or PAGE, marker)
                return
            names, marker = found
            yield from names

    def _page(self, start: str, is_flat: bool, page: int, marker: str) -> tuple[list[Listed], str | None] | None:
        options = {"prefix": start, "include": "metadata", "maxresults": str(page)}
        if marker:
            options["marker"] = marker
        if not is_flat:
            options["delimiter"] = "/"
        answer = self._small.page(**options)
        try:
            return None if answer is None else _page_of(answer)
        except ElementTree.ParseError:
            return None

    def _names_by_driver(self, start: str, is_flat: bool, page: int, marker: str) -> Iterator[Listed]:
        from azure.storage.blob import BlobPrefix

        ask = self._container.list_blobs if is_flat else self._container.walk_blobs
        with translating_azure_errors(start.rstrip("/")):
            found = ask(name_starts_with=start or None, include=["metadata"], results_per_page=page)
            for each in (one for some in found.by_page(marker or None) for one in some):
                if isinstance(each, BlobPrefix):
                    yield Listed(str(each.name), None)
                else:
                    yield Listed(each.name, each.size, is_marker(each.size, each.metadata))


def _page_of(answer: bytes) -> tuple[list[Listed], str | None]:
    """The names in an answer, and where the next one begins; other XML is a `ParseError` as well."""
    names, following = [], None
    # The driver reads the same answers in the same way.
    for _, element in ElementTree.iterparse(io.BytesIO(answer)):  # noqa: S314
        if element.tag in ("Blob", "BlobPrefix"):
            names.append(_listed(element))
            element.clear()
        elif element.tag == "NextMarker":
            following = element.text
    if element.tag != "EnumerationResults":
        raise ElementTree.ParseError
    return names, following


def _listed(entry: ElementTree.Element) -> Listed:
    name = entry.find("Name")
    assert name is not None
    text = name.text or ""
    # Characters that XML cannot hold.
    if name.get("Encoded") == "true":
        text = unquote(text)
    if entry.tag == "BlobPrefix":
        return Listed(text, None)
    size_bytes = int(entry.findtext("Properties/Content-Length") or 0)
    metadata = {} if size_bytes else {each.tag: each.text for each in entry.iterfind("Metadata/*")}
    return Listed(text, size_bytes, is_marker(size_bytes, metadata))
