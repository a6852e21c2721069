"""Where datasets come from; expected values are what MLflow 3.17.2 says, where not said otherwise."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from genesis_flow.api import data
from genesis_flow.api.data import Dataset, sources
from genesis_flow.api.data.dataset_registry import get_registered_constructors, register_constructor
from genesis_flow.api.data.dataset_source import DatasetSource
from genesis_flow.api.data.dataset_source_registry import (
    DatasetSourceRegistry,
    get_dataset_source_from_json,
    get_registered_sources,
    resolve_dataset_source,
)
from genesis_flow.api.data.http_dataset_source import HTTPDatasetSource
from genesis_flow.api.exceptions import MlflowException


@pytest.mark.parametrize(
    ("raw", "kind", "type", "json"),
    [
        ("http://x/a?b=c", "HTTPDatasetSource", "http", '{"url": "http://x/a?b=c"}'),
        ("https://x/y", "HTTPDatasetSource", "http", '{"url": "https://x/y"}'),
        ("/tmp/x.csv", "LocalArtifactDatasetSource", "local", '{"uri": "/tmp/x.csv"}'),
        ("rel/x.csv", "LocalArtifactDatasetSource", "local", '{"uri": "rel/x.csv"}'),
        ("file:///tmp/x", "LocalArtifactDatasetSource", "local", '{"uri": "file:///tmp/x"}'),
        ("", "LocalArtifactDatasetSource", "local", '{"uri": ""}'),
        (Path("/tmp/z"), "LocalArtifactDatasetSource", "local", '{"uri": "/tmp/z"}'),
        ("s3://b/x", "S3ArtifactDatasetSource", "s3", '{"uri": "s3://b/x"}'),
        ("wasbs://c@a/x", "AzureBlobArtifactDatasetSource", "wasbs", '{"uri": "wasbs://c@a/x"}'),
        ("abfss://c@a/x", "AzureDataLakeArtifactDatasetSource", "abfss", '{"uri": "abfss://c@a/x"}'),
        ("gs://b/x", "GCSArtifactDatasetSource", "gs", '{"uri": "gs://b/x"}'),
        ("ftp://h/x", "FTPArtifactDatasetSource", "ftp", '{"uri": "ftp://h/x"}'),
        ("hdfs://h/x", "HdfsArtifactDatasetSource", "hdfs", '{"uri": "hdfs://h/x"}'),
    ],
)
def test_uris_and_paths_are_resolved(raw: Any, kind: str, type: str, json: str) -> None:
    """The scheme decides the kind; the source is stored as it was written, and read back."""
    source = resolve_dataset_source(raw)
    assert (kind, type, json) == (source.__class__.__name__, source._get_source_type(), source.to_json())
    again = get_dataset_source_from_json(json, type)
    assert (source.__class__, source.to_dict()) == (again.__class__, again.to_dict())
    assert source.__class__ is getattr(sources, kind)


@pytest.mark.parametrize("raw", ["foo://x", 5, None, "runs:/x/y", "models:/m/1", "dbfs:/x", "http://["])
def test_other_sources_are_unknown(raw: Any) -> None:
    """What no kind fits is RESOURCE_DOES_NOT_EXIST."""
    with pytest.raises(MlflowException, match="Could not find a source information resolver") as caught:
        resolve_dataset_source(raw)
    assert "RESOURCE_DOES_NOT_EXIST" == caught.value.error_code


@pytest.mark.parametrize(
    ("json", "type", "code", "message"),
    [
        ("{}", "zzz", "RESOURCE_DOES_NOT_EXIST", "unrecognized source type: zzz."),
        ("{}", "http", "INVALID_PARAMETER_VALUE", 'Failed to parse HTTPDatasetSource. Missing expected key: "url"'),
        ("{}", "local", "INVALID_PARAMETER_VALUE", 'LocalArtifactDatasetSource. Missing expected key: "uri"'),
    ],
)
def test_broken_json_of_sources(json: str, type: str, code: str, message: str) -> None:
    """What lacks its key, or is of an unknown kind, cannot be read."""
    with pytest.raises(MlflowException, match=message) as caught:
        get_dataset_source_from_json(json, type)
    assert code == caught.value.error_code


def test_the_last_kind_that_fits_counts() -> None:
    """Kinds that were registered later come first, with a warning; candidates limit the choice."""

    class Mine(HTTPDatasetSource):
        """A source with URLs too."""

    registry = DatasetSourceRegistry()
    for kind in (HTTPDatasetSource, sources.LocalArtifactDatasetSource, Mine):
        registry.register(kind)
    with pytest.warns(UserWarning, match=r"several ways: HTTPDatasetSource, Mine\. It is taken as Mine"):
        assert Mine is type(registry.resolve("http://x"))
    assert Mine is type(registry.resolve("http://x", [Mine]))
    assert sources.LocalArtifactDatasetSource is type(registry.resolve("x"))


def test_known_kinds() -> None:
    """Each kind is registered once, and offered by `data.sources`."""
    names = [kind.__name__ for kind in get_registered_sources()]
    assert (sorted(sources.__all__), len(set(names))) == (sorted(names), len(names))


def test_code_cannot_be_loaded() -> None:
    """Code is described by its tags only."""
    source = get_dataset_source_from_json('{"tags": {"a": "b"}}', "code")
    assert {"tags": {"a": "b"}} == source.to_dict()
    with pytest.raises(NotImplementedError):
        source.load()


def test_local_sources_are_used_in_place(tmp_path: Path) -> None:
    """A local file needs no copy unless a directory is given."""
    (tmp_path / "x y.csv").write_text("1")
    source = sources.LocalArtifactDatasetSource((tmp_path / "x y.csv").as_uri())
    assert str(tmp_path / "x y.csv") == source.load()
    assert str(tmp_path / "out" / "x y.csv") == source.load(str(tmp_path / "out"))
    assert "1" == (tmp_path / "out" / "x y.csv").read_text()


def test_a_source_whose_scheme_is_not_served_names_it() -> None:
    """A dataset may be described by any URI, but loaded only where a store serves the scheme."""
    with pytest.raises(MlflowException, match="scheme 'hdfs'"):
        sources.HdfsArtifactDatasetSource("hdfs://h/x").load()


class _Server(BaseHTTPRequestHandler):
    """Answers as its path says."""

    answers: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {}

    def do_GET(self) -> None:
        """Send the answer for the path."""
        status, headers, body = self.answers[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a server on this machine."""

    def named(name: str) -> dict[str, str]:
        return {"Content-Disposition": f"attachment; filename={name}"}

    _Server.answers = {
        "/d/x.csv?q=1": (200, {"Content-Length": "3"}, b"1,2"),
        "/": (200, {}, b"root"),
        "/named": (200, named('"given name.csv"'), b"n"),
        "/up": (200, named("../evil"), b"e"),
        "/dots": (200, named(".."), b"e"),
        "/back": (200, named("..\\evil"), b"e"),
        "/short": (200, {"Content-Length": "10"}, b"short"),
        "/missing": (404, {}, b""),
        "/file": (302, {"Location": "file:///etc/hostname"}, b""),
        "/ftp": (302, {"Location": "ftp://127.0.0.1:1/x"}, b""),
        "/chunks": (200, {"Transfer-Encoding": "chunked"}, b"5\r\nab"),
    }
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_address[1]}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.mark.parametrize(
    ("path", "name", "content"),
    [("/d/x.csv?q=1", "x.csv", b"1,2"), ("/", "dataset_source", b"root"), ("/named", "given name.csv", b"n")],
)
def test_downloads(server: str, tmp_path: Path, path: str, name: str, content: bytes) -> None:
    """What a URL gives is stored under the name that the server gives, or the last of the URL."""
    place = Path(HTTPDatasetSource(server + path).load(str(tmp_path / "new")))
    assert (tmp_path / "new" / name, content) == (place, place.read_bytes())
    assert [name] == [each.name for each in (tmp_path / "new").iterdir()]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/up", "INVALID_PARAMETER_VALUE"), ("/dots", "INVALID_PARAMETER_VALUE"),
        ("/back", "INVALID_PARAMETER_VALUE"), ("/short", "TEMPORARILY_UNAVAILABLE"),
        ("/missing", "INTERNAL_ERROR"), ("/file", "INTERNAL_ERROR"), ("/ftp", "TEMPORARILY_UNAVAILABLE"),
        ("/chunks", "TEMPORARILY_UNAVAILABLE"),
    ],
)
def test_downloads_that_fail_leave_nothing(server: str, tmp_path: Path, path: str, code: str) -> None:
    """Names that are paths, answers cut short, errors and redirects to files leave no file."""
    with pytest.raises(MlflowException) as caught:
        HTTPDatasetSource(server + path).load(str(tmp_path))
    assert code == caught.value.error_code
    assert [] == list(tmp_path.rglob("*"))


def test_only_http_is_downloaded(tmp_path: Path) -> None:
    """A URL of another scheme, as a stored dataset may hold it, is not opened."""
    (tmp_path / "secret").write_text("s")
    with pytest.raises(MlflowException, match="not HTTP"):
        HTTPDatasetSource((tmp_path / "secret").as_uri()).load(str(tmp_path / "out"))


def load_mine(name: str | None = None, digest: str | None = None) -> Dataset:
    """A constructor of one's own."""
    raise NotImplementedError


def bad(name: str | None = None, digest: str | None = None) -> Dataset:
    """A constructor with a bad name."""
    raise NotImplementedError


def load_undigested(name: str | None = None) -> Dataset:
    """A constructor without a parameter."""
    raise NotImplementedError


def load_number(name: str | None = None, digest: str | None = None) -> int:
    """A constructor of something else."""
    raise NotImplementedError


def load_untyped(name=None, digest=None):  # type: ignore[no-untyped-def]  # that is the point
    """A constructor of who knows what."""
    raise NotImplementedError


def test_constructors_can_be_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registered constructor is part of the package `data`."""
    monkeypatch.setattr(data, "__all__", list(data.__all__))
    monkeypatch.setattr(data, "load_mine", None, raising=False)
    monkeypatch.setitem(get_registered_constructors(), "load_mine", load_mine)
    assert "load_mine" == register_constructor(load_mine)
    assert "load_mine" in data.__all__
    assert load_mine is vars(data)["load_mine"]
    assert {"from_pandas", "from_numpy", "load_mine"} <= set(get_registered_constructors())


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (bad, "Invalid dataset constructor name: bad"),
        (load_undigested, "optional parameter named 'digest'"),
        (load_number, "return type annotation that is a subclass"),
        (load_untyped, "return type annotation that is a subclass"),
    ],
)
def test_other_functions_are_no_constructors(function: Any, message: str) -> None:
    """A constructor has a telling name, takes name and digest, and says that it returns a dataset."""
    with pytest.raises(MlflowException, match=message):
        register_constructor(function)


def test_a_source_is_incomplete_until_it_is_overridden() -> None:
    """The base class itself resolves, loads and describes nothing."""
    source = DatasetSource()
    for call in (source.load, source.to_dict, source._get_source_type, lambda: source.from_json("{}")):
        with pytest.raises(NotImplementedError):
            call()
