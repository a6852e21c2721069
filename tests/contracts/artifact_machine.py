"""An artifact store beside a dict: any sequence of operations must leave the same in both."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from genesis_flow.domain.entities.artifact import ArtifactInfo
from genesis_flow.domain.errors import AlreadyExists, NotFound
from genesis_flow.domain.values.paths import ROOT, ArtifactPath, artifact_path
from genesis_flow.ports.artifacts import ArtifactStore

#: Names that differ little, or that a careless adapter would decode, expand, strip or split.
NAMES = ("a", "A", "a ", "a%2e", "a%25", "*", "[a]", "#", "?", "~", ".a", "a.partial", "á", "a\u0301")

names = st.sampled_from(NAMES)
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
contents = st.binary(max_size=8)
trees = st.dictionaries(paths, contents, max_size=4)


def is_tree(files: dict[str, bytes]) -> bool:
    """Whether no file lies below another file."""
    return not any(other.startswith(f"{path}/") for path in files for other in files)


class ArtifactMachine(RuleBasedStateMachine):
    """An artifact store beside a dict."""

    def __init__(self, open_store: Callable[[], ArtifactStore]) -> None:
        super().__init__()
        self.store = open_store()
        self.model: dict[str, bytes] = {}

    @rule(path=paths, data=contents)
    def put_stream(self, path: str, data: bytes) -> None:
        """A file is stored, unless it would be a directory too."""
        if self._clashes(path):
            self._expect(AlreadyExists, lambda: self.store.put_stream(io.BytesIO(data), artifact_path(path)))
        else:
            self.store.put_stream(io.BytesIO(data), artifact_path(path))
            self.model[path] = data

    @rule(directory=st.one_of(st.just(""), paths), files=trees.filter(is_tree))
    def put_tree(self, directory: str, files: dict[str, bytes]) -> None:
        """A tree is stored below a directory, beside what is there."""
        goals = {str(artifact_path(directory) / path): data for path, data in files.items()}
        if any(map(self._clashes, goals)):
            return
        with tempfile.TemporaryDirectory() as source:
            write_tree(Path(source), files)
            self.store.put_tree(Path(source), artifact_path(directory))
        self.model |= goals

    @rule(path=st.one_of(st.just(""), paths))
    def remove(self, path: str) -> None:
        """A file, a directory or nothing is erased."""
        self.store.remove(artifact_path(path))
        for known in [known for known in self.model if below(path, known)]:
            del self.model[known]

    @rule(path=paths)
    def open(self, path: str) -> None:
        """What is read is what was stored last; directories cannot be read."""
        if path not in self.model:
            self._expect(NotFound, lambda: self.store.open(artifact_path(path)))
        else:
            with self.store.open(artifact_path(path)) as file:
                assert self.model[path] == file.read()

    @rule(path=st.one_of(st.just(""), paths))
    def fetch(self, path: str) -> None:
        """A file or directory is fetched whole, under its last name."""
        expected = {known: data for known, data in self.model.items() if below(path, known)}
        with tempfile.TemporaryDirectory() as directory:
            target = Path(directory)
            if not expected and path:
                self._expect(NotFound, lambda: self.store.fetch(artifact_path(path), target))
                return
            place = self.store.fetch(artifact_path(path), target)
            assert target / artifact_path(path).name == place
            skipped = len(str(artifact_path(path).parent)) + 1 if "/" in path else 0
            assert {known[skipped:]: data for known, data in expected.items()} == read_tree(target)

    @rule(path=st.one_of(st.just(""), paths))
    def find(self, path: str) -> None:
        """The direct children of a directory are listed in order; a file has none."""
        assert self._children(artifact_path(path)) == list(self.store.find(artifact_path(path)))

    @invariant()
    def everything_is_there(self) -> None:
        """All that is stored is found from the root downwards, and nothing else."""
        assert {path: len(data) for path, data in self.model.items()} == sizes(self.store)

    def _children(self, directory: ArtifactPath) -> list[ArtifactInfo]:
        found: dict[str, ArtifactInfo] = {}
        start = f"{directory}/" if directory.text else ""
        for path, data in self.model.items():
            if path.startswith(start):
                name, slash, _ = path[len(start):].partition("/")
                child = start + name
                found[child] = ArtifactInfo(child, bool(slash), None if slash else len(data))
        return [found[path] for path in sorted(found)]

    def _clashes(self, path: str) -> bool:
        """Whether `path` is a directory, or lies below a file."""
        return any(known.startswith(f"{path}/") or path.startswith(f"{known}/") for known in self.model)

    @staticmethod
    def _expect(error: type[Exception], call: Callable[[], object]) -> None:
        try:
            call()
        except error:
            return
        raise AssertionError(f"{error.__name__} was not raised")


def below(directory: str, path: str) -> bool:
    """Whether `path` is `directory` or lies below it."""
    return not directory or path == directory or path.startswith(f"{directory}/")


def sizes(store: ArtifactStore, directory: ArtifactPath = ROOT) -> dict[str, int | None]:
    """The sizes of all files below `directory` of `store`, by path."""
    found: dict[str, int | None] = {}
    for info in store.find(directory):
        path = artifact_path(info.path)
        found |= sizes(store, path) if info.is_dir else {info.path: info.size_bytes}
    return found


def write_tree(top: Path, files: dict[str, bytes]) -> None:
    """Write `files` below the local directory `top`."""
    for path, data in files.items():
        place = top / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def read_tree(top: Path) -> dict[str, bytes]:
    """The files below the local directory `top`."""
    return {
        place.relative_to(top).as_posix(): place.read_bytes() for place in top.rglob("*") if place.is_file()
    }


def run_artifact_machine(open_store: Callable[[], ArtifactStore], steps: int) -> None:
    """Run the machine on stores that `open_store` gives, each of them empty, with so many steps on each."""
    chosen = settings(stateful_step_count=steps)
    run_state_machine_as_test(lambda: ArtifactMachine(open_store), settings=chosen)  # type: ignore[arg-type]  # any
