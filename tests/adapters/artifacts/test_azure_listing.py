"""Listing the blobs of a container."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from genesis_flow.adapters.artifacts.azure_listing import Listed, Listing
from genesis_flow.domain.values.paths import ROOT, artifact_path
from genesis_flow.ports.artifacts import ArtifactStore
from tests.adapters.artifacts import azure
from tests.services import azure_blobs

PAGES = {
    "": """\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Prefix>d/</Prefix><Blobs>
        <Blob><Name Encoded="true">d/a%EF%BF%BE%25</Name><Properties><Content-Length>7</Content-Length></Properties>
        <Metadata><Hdi_isfolder>true</Hdi_isfolder></Metadata></Blob>
        <Blob><Name>d/%41&amp; </Name><Properties><Content-Length>0</Content-Length></Properties><Metadata/></Blob>
        </Blobs><NextMarker>2!next=</NextMarker></EnumerationResults>""",
    "2!next=": """<?xml version="1.0"?><EnumerationResults><Blobs>
        <Blob><Name>d/m</Name><Properties><Content-Length>0</Content-Length></Properties>
        <Metadata><hdi_isfolder>true</hdi_isfolder></Metadata></Blob>
        <BlobPrefix><Name>d/sub/</Name></BlobPrefix></Blobs><NextMarker/></EnumerationResults>""",
}


class _Pages:
    """A service with two answers, as the documentation of Azure shows them."""

    asked: list[dict[str, str]]

    def __init__(self) -> None:
        self.asked = []

    def page(self, **options: str) -> bytes:
        self.asked.append(options)
        return PAGES[options.get("marker", "")].encode()


def test_answers_are_read() -> None:
    """Names that XML cannot hold are decoded, markers and directories are told from files, pages are followed."""
    pages: Any = _Pages()
    found = list(Listing(None, pages).names("d/", is_flat=False))  # type: ignore[arg-type]  # the driver is not needed
    assert [
        Listed("d/a\ufffe%", 7), Listed("d/%41& ", 0), Listed("d/m", 0, is_marker=True), Listed("d/sub/", None)
    ] == found  # fmt: skip
    first = {"prefix": "d/", "include": "metadata", "maxresults": "5000", "delimiter": "/"}
    assert [first, {**first, "marker": "2!next="}] == pages.asked


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArtifactStore]:
    """A store with 10,000 files in one directory, on a server of its own: they would slow down what others do."""
    pytest.importorskip("azure.storage.blob")
    source = tmp_path_factory.mktemp("many")
    (source / "d").mkdir()
    for number in range(10_000):
        (source / "d" / f"{number:05d}").write_bytes(b"")
    with azure_blobs.own() as text:
        from azure.storage.blob import BlobServiceClient

        with BlobServiceClient.from_connection_string(text) as service:
            service.create_container("many")
        made = azure.stores(azure_connection_string=text).open("azure://many/root")
        made.put_tree(source, ROOT)
        yield made


def test_ten_thousand_blobs_are_listed(store: ArtifactStore, capsys: pytest.CaptureFixture[str]) -> None:
    """All of them, once, in order; in little memory and time, most of which is the service's."""
    assert [("d", True)] == [(each.path, each.is_dir) for each in store.find(ROOT)]
    took, begin = time.process_time(), time.perf_counter()
    found = store.find(artifact_path("d"))
    took, waited = time.process_time() - took, time.perf_counter() - begin
    assert [f"d/{number:05d}" for number in range(10_000)] == [each.path for each in found]
    tracemalloc.start()
    names = sum(1 for _ in store._bucket.below(store._name(artifact_path("d"))))  # type: ignore[attr-defined]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    with capsys.disabled():
        print(f" {took:.2f} s of processor time, {waited:.2f} s in all, at most {peak >> 20} MB", end="")
    assert 10_000 == names
    assert took < 2
    assert peak < 24 << 20
