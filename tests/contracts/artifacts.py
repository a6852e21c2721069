"""What every `ArtifactStore` must do."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from genesis_flow.domain.entities.artifact import ArtifactInfo
from genesis_flow.domain.errors import AlreadyExists, InvalidInput, NotFound, UntrustedContent
from genesis_flow.domain.values.paths import ROOT, artifact_path
from genesis_flow.ports.artifacts import ArtifactStore
from tests.contracts.artifact_machine import NAMES, read_tree, run_artifact_machine, sizes, write_tree

FILE_NAMES = (*NAMES, "50%25.txt", "a%2e%2e", "..a", "ab:c d;e=f", "ü" * 100, "x" * 255)


class _Broken(io.RawIOBase):
    """A stream that gives some bytes and then fails."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.left = data

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self.left:
            raise ConnectionResetError("the line is dead")
        data, self.left = self.left, b""
        return data


def put(store: ArtifactStore, path: str, data: bytes | bytearray = b"x") -> None:
    """Store `data` as `path`."""
    store.put_stream(io.BytesIO(data), artifact_path(path))


def read(store: ArtifactStore, path: str) -> bytes:
    """What the file `path` holds."""
    with store.open(artifact_path(path)) as file:
        return file.read()


class ArtifactStoreContract:
    """
    What every `ArtifactStore` must do.

    A subclass overrides the fixture `new_store`: a function that opens an empty store each time.

    Attributes:
        machine_steps: Operations in a sequence; fewer for a store that answers slowly.
    """

    machine_steps = 50

    @pytest.fixture
    def new_store(self) -> Callable[[], ArtifactStore]:
        """Opens an empty store each time it is called."""
        raise NotImplementedError

    @pytest.fixture
    def open_store(self, new_store: Callable[[], ArtifactStore]) -> ArtifactStore:
        """An empty store."""
        return new_store()

    def test_any_sequence_of_operations_leaves_what_a_dict_would_hold(
        self, new_store: Callable[[], ArtifactStore]
    ) -> None:
        """The store equals a dict from paths to bytes, whatever is done to both."""
        run_artifact_machine(new_store, self.machine_steps)

    @pytest.mark.parametrize("name", FILE_NAMES)
    def test_names_are_kept_as_they_are(self, open_store: ArtifactStore, name: str) -> None:
        """A legal name is neither decoded, expanded, trimmed nor normalised."""
        path = f"dir {name[:20]}/{name}"
        put(open_store, path, name.encode())
        assert name.encode() == read(open_store, path)
        assert [ArtifactInfo(path, False, len(name.encode()))] == list(
            open_store.find(artifact_path(path).parent)
        )

    def test_a_name_that_holds_wildcards_erases_nothing_else(self, open_store: ArtifactStore) -> None:
        """`*`, `?` and `[` are letters like any other when something is erased."""
        for name in ("ab", "a*", "a?", "[ab]", "a"):
            put(open_store, name)
        for name in ("a*", "a?", "[ab]"):
            open_store.remove(artifact_path(name))
        assert {"a": 1, "ab": 1} == sizes(open_store)

    def test_a_name_too_long_does_not_exist(self, open_store: ArtifactStore) -> None:
        """What no storage can hold is not there, which is no other error."""
        path = artifact_path("x" * 5_000)
        assert () == tuple(open_store.find(path))
        with pytest.raises(NotFound):
            open_store.open(path)
        open_store.remove(path)

    def test_put_replaces(self, open_store: ArtifactStore, tmp_path: Path) -> None:
        """The bytes of a local file replace what was stored under the path, shorter ones too."""
        put(open_store, "d/a", b"long before")
        (tmp_path / "f").write_bytes(b"new")
        open_store.put(tmp_path / "f", artifact_path("d/a"))
        assert b"new" == read(open_store, "d/a")

    def test_a_large_file_comes_back_as_it_was(self, open_store: ArtifactStore, tmp_path: Path) -> None:
        """Files of several pieces are stored and fetched byte for byte."""
        data = bytes(range(256)) * 12_289
        put(open_store, "big", data)
        assert data == open_store.fetch(artifact_path("big"), tmp_path).read_bytes()

    def test_an_empty_file_is_a_file(self, open_store: ArtifactStore) -> None:
        """A file without bytes is listed and read."""
        put(open_store, "a", b"")
        assert [ArtifactInfo("a", False, 0)] == list(open_store.find(ROOT))
        assert b"" == read(open_store, "a")

    def test_readers_do_not_disturb_each_other(self, open_store: ArtifactStore) -> None:
        """Two open files of one path have places of their own, and closing one leaves the other open."""
        put(open_store, "a", b"12")
        with open_store.open(artifact_path("a")) as first:
            assert b"1" == first.read(1)
            with open_store.open(artifact_path("a")) as second:
                assert b"12" == second.read()
            assert b"2" == first.read()

    def test_a_reader_keeps_the_bytes_it_opened(self, open_store: ArtifactStore) -> None:
        """Whoever reads while a file is replaced gets the old bytes, not a mix."""
        put(open_store, "a", b"old!")
        with open_store.open(artifact_path("a")) as file:
            put(open_store, "a", b"newer")
            assert b"old!" == file.read()

    def test_what_is_read_cannot_be_changed(self, open_store: ArtifactStore) -> None:
        """Changing the buffer that was stored does not change the store."""
        data = bytearray(b"1")
        put(open_store, "a", data)
        data[0] = 0
        assert b"1" == read(open_store, "a")

    def test_a_failing_source_leaves_what_was_there(self, open_store: ArtifactStore) -> None:
        """An error of the source is raised as it is; the old file stays, and no new one appears."""
        put(open_store, "a", b"old")
        for path in ("a", "b/c"):
            with pytest.raises(ConnectionResetError, match="the line is dead"):
                open_store.put_stream(_Broken(b"some"), artifact_path(path))  # type: ignore[arg-type]  # a stub
        assert {"a": 3} == sizes(open_store)
        assert b"old" == read(open_store, "a")
        assert [ArtifactInfo("a", False, 3)] == list(open_store.find(ROOT))

    def test_a_source_of_text_is_refused(self, open_store: ArtifactStore) -> None:
        """Only bytes can be stored."""
        with pytest.raises(TypeError):
            open_store.put_stream(io.StringIO("text"), artifact_path("a"))  # type: ignore[arg-type]  # wrong
        assert {} == sizes(open_store)

    def test_what_does_not_exist_is_not_found(self, open_store: ArtifactStore, tmp_path: Path) -> None:
        """Missing files, missing directories and files below files are not found; the path is named."""
        put(open_store, "a")
        for path in ("b", "a/b", "b/c/d"):
            with pytest.raises(NotFound, match=f"No such artifact: '{path}'"):
                open_store.open(artifact_path(path))
            with pytest.raises(NotFound, match=f"No such artifact: '{path}'"):
                open_store.fetch(artifact_path(path), tmp_path)
            assert () == tuple(open_store.find(artifact_path(path)))
            open_store.remove(artifact_path(path))
        assert [] == list(tmp_path.iterdir())

    def test_a_directory_is_no_file(self, open_store: ArtifactStore) -> None:
        """Directories, the root among them, cannot be opened, nor replaced by a file."""
        put(open_store, "d/a")
        for path in ("", "d"):
            with pytest.raises(NotFound):
                open_store.open(artifact_path(path))
        with pytest.raises(AlreadyExists, match="d' cannot be written"):
            put(open_store, "d")
        with pytest.raises(AlreadyExists):
            put(open_store, "d/a/b")
        with pytest.raises(InvalidInput):
            put(open_store, "")
        assert {"d/a": 1} == sizes(open_store)

    def test_missing_local_files_are_not_found(self, open_store: ArtifactStore, tmp_path: Path) -> None:
        """A local file or directory that is not there, or is the other of the two, is named."""
        (tmp_path / "f").write_bytes(b"")
        for source in (tmp_path / "nope", tmp_path):
            with pytest.raises(NotFound, match="No such local file"):
                open_store.put(source, artifact_path("a"))
        for source in (tmp_path / "nope", tmp_path / "f"):
            with pytest.raises(NotFound, match="No such local directory"):
                open_store.put_tree(source, ROOT)

    def test_an_empty_store_can_be_fetched(self, open_store: ArtifactStore, tmp_path: Path) -> None:
        """A store without files is an empty directory."""
        assert tmp_path / "new" == open_store.fetch(ROOT, tmp_path / "new")
        assert [] == list((tmp_path / "new").iterdir())

    def test_a_tree_that_links_out_is_refused(self, open_store: ArtifactStore, tmp_path: Path) -> None:
        """A link that leads outside the tree is refused before anything is stored."""
        write_tree(tmp_path, {"tree/a": b"1", "tree/z": b"2", "outside/secret": b"s"})
        (tmp_path / "tree" / "link").symlink_to(tmp_path / "outside")
        with pytest.raises(UntrustedContent, match="link"):
            open_store.put_tree(tmp_path / "tree", ROOT)
        assert {} == sizes(open_store)

    def test_links_within_a_tree_are_followed(self, open_store: ArtifactStore, tmp_path: Path) -> None:
        """A link to something in the same tree is stored as what it leads to."""
        write_tree(tmp_path, {"d/a": b"1"})
        (tmp_path / "file").symlink_to("d/a")
        (tmp_path / "directory").symlink_to("d")
        open_store.put_tree(tmp_path, ROOT)
        assert {"d/a": 1, "file": 1, "directory/a": 1} == sizes(open_store)

    def test_links_in_a_circle_are_refused(self, open_store: ArtifactStore, tmp_path: Path) -> None:
        """A link to a directory that it lies in is refused."""
        write_tree(tmp_path, {"d/a": b"1"})
        (tmp_path / "d" / "up").symlink_to("..")
        with pytest.raises(UntrustedContent, match="circle"):
            open_store.put_tree(tmp_path, ROOT)

    def test_a_tree_with_an_illegal_name_is_refused(self, open_store: ArtifactStore, tmp_path: Path) -> None:
        """A file whose name is not legal is refused before anything is stored."""
        write_tree(tmp_path, {"a": b"", "x\\y": b""})
        with pytest.raises(InvalidInput, match="Invalid path"):
            open_store.put_tree(tmp_path, ROOT)
        assert {} == sizes(open_store)

    def test_writers_of_one_path_leave_one_whole_file(self, open_store: ArtifactStore) -> None:
        """Of writers at once the last one wins; readers see one of the files, never a mix or nothing."""
        put(open_store, "d/a", b"0" * 70_000)
        seen: list[bytes] = []

        def work(number: int) -> None:
            for _ in range(10):
                put(open_store, "d/a", str(number).encode() * 70_000)
                seen.append(read(open_store, "d/a"))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        assert {(1, 70_000)} == {(len(set(data)), len(data)) for data in seen}
        assert {"d/a": 70_000} == sizes(open_store)

    def test_writers_and_erasers_of_one_directory_do_not_fail(self, open_store: ArtifactStore) -> None:
        """Erasing the last file of a directory does not disturb who writes there."""

        def work(number: int) -> None:
            for _ in range(40):
                put(open_store, f"d/e/{number}")
                open_store.remove(artifact_path(f"d/e/{number}"))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        assert () == tuple(open_store.find(ROOT))

    def test_a_fetched_tree_is_independent(self, open_store: ArtifactStore, tmp_path: Path) -> None:
        """Changing what was fetched does not change the store."""
        write_tree(tmp_path / "t", {"a": b"1", "d/b": b"2"})
        open_store.put_tree(tmp_path / "t", artifact_path("x"))
        place = open_store.fetch(artifact_path("x"), tmp_path / "out")
        (place / "a").write_bytes(b"changed")
        assert {"a": b"1", "d/b": b"2"} == read_tree(open_store.fetch(artifact_path("x"), tmp_path / "again"))

    def test_there_is_nothing_to_sweep_after_good_writes(self, open_store: ArtifactStore) -> None:
        """Sweeping erases no artifact."""
        put(open_store, "d/a.partial")
        assert 0 == open_store.sweep(older_than_s=0)
        assert {"d/a.partial": 1} == sizes(open_store)
