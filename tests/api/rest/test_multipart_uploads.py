"""Uploads in parts and links, on Azure Blob Storage: what clients get, and what they cannot do with it."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, quote, urlsplit
from urllib.request import Request, urlopen

import attrs
import pytest

from genesis_flow.api.rest.routes import PROXY
from tests.adapters.artifacts import azure
from tests.api.rest.conftest import Wire, wire_to
from tests.services import azure_blobs

API = PROXY[0]
PLACE = "0/r/artifacts"
UNSUPPORTED = "Multipart upload is not supported for the current artifact repository"


@pytest.fixture(scope="module")
def container() -> Iterator[Any]:
    """The driver's client of an empty container."""
    with azure.container("parts") as client:
        yield client


@attrs.frozen
class Site:
    """
    A server that keeps its files in a container.

    Attributes:
        top: The directory in the container.
    """

    wire: Wire
    container: Any
    top: str

    def post(self, path: str, content: Any) -> tuple[int, Any]:
        """Status and JSON of a POST to the proxy."""
        response = self.wire.client.post(f"{API}{path}", json=content)
        return response.status_code, response.json()

    def begin(self, name: str = "f", parts: int = 2) -> list[Any]:
        """The credentials of a new upload."""
        status, body = self.post(f"mpu/create/{PLACE}", {"path": f"/home/me/{name}", "num_parts": parts})
        assert (200, ["credentials"]) == (status, [*body])
        return list(body["credentials"])

    def complete(self, name: str, parts: Sequence[Any]) -> tuple[int, Any]:
        """Status and JSON of the end of an upload."""
        return self.post(f"mpu/complete/{PLACE}", {"path": name, "upload_id": None, "parts": parts})

    def refusal(self, name: str, parts: Sequence[Any]) -> tuple[int, str]:
        """Status and code of the end of an upload that is refused."""
        status, body = self.complete(name, parts)
        return status, body["error_code"]

    def blob(self, name: str = "f") -> bytes | None:
        """What is stored."""
        client = self.container.get_blob_client(f"{self.top}/{PLACE}/{name}")
        return bytes(client.download_blob().readall()) if client.exists() else None


@pytest.fixture
def site(container: Any, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server with a directory of its own."""
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azure_blobs.required_connection_string())
    top = f"{fresh.name}-{os.urandom(4).hex()}"
    with wire_to(artifacts_destination=f"azure://{container.container_name}/{top}") as wire:
        yield Site(wire, container, top)


def put(url: str, data: bytes, **headers: str) -> int:
    """The status of a PUT to the storage."""
    sent = {"Content-Type": "application/octet-stream", **{name.replace("_", "-"): headers[name] for name in headers}}
    try:
        with urlopen(Request(url, data, sent, method="PUT")) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def sent(credentials: Sequence[Any], *data: bytes) -> list[dict[str, Any]]:
    """What a client says of the parts that it has sent."""
    for each, piece in zip(credentials, data, strict=True):
        assert 201 == put(each["url"], piece)
    return [{"part_number": each["part_number"], "etag": "", "url": each["url"]} for each in credentials]


def test_parts_become_a_file(site: Site) -> None:
    """Parts go to the storage, and the file is there when all of it is; completing it twice changes nothing."""
    credentials = site.begin()
    assert [{"url", "part_number"}] * 2 == [set(each) for each in credentials]
    assert [1, 2] == [each["part_number"] for each in credentials]
    parts = sent(credentials, b"one", b"two")
    assert None is site.blob()
    assert [(200, {})] * 2 == [site.complete("f", parts) for _ in range(2)]
    assert b"onetwo" == site.blob()
    assert b"onetwo" == site.wire.client.get(f"{API}artifacts/{PLACE}/f").content


def test_an_upload_may_be_given_up(site: Site) -> None:
    """A file that was there stays."""
    assert 200 == site.wire.client.put(f"{API}artifacts/{PLACE}/f", content=b"old").status_code
    sent(site.begin(), b"one", b"two")
    assert (200, {}) == site.post(f"mpu/abort/{PLACE}", {"path": "f", "upload_id": None})
    assert b"old" == site.blob()


def test_more_parts_than_ten(site: Site) -> None:
    """Ids of blocks have one length, so that a hundred parts are taken like two."""
    parts = sent(site.begin(parts=101), *(b"%d," % number for number in range(101)))
    assert (200, {}) == site.complete("f", parts)
    assert b"".join(b"%d," % number for number in range(101)) == site.blob()


def test_a_link_is_for_one_thing(site: Site) -> None:
    """It writes one blob, over https alone where the storage has it, ends within an hour, and reads nothing."""
    site.wire.client.put(f"{API}artifacts/{PLACE}/g", content=b"other")
    (link,) = (each["url"] for each in site.begin(parts=1))
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    assert ("w", "b", "block") == (query["sp"], query["sr"], query["comp"])
    assert 201 == put(link, b"x")
    other = link.replace(f"/{PLACE}/f?", f"/{PLACE}/g?")
    assert 403 == put(other, b"evil")
    for url in (link, other):
        with pytest.raises(HTTPError) as caught:
            urlopen(url.replace("comp=block&", ""))
        assert 403 == caught.value.code
        caught.value.close()
    assert b"other" == site.blob("g")


@pytest.mark.parametrize("count", [0, -1, 10_001, 1 << 62, None, "x", 1.5])
def test_numbers_of_parts(site: Site, count: Any) -> None:
    """There are 1 to 10,000 parts."""
    status, body = site.post(f"mpu/create/{PLACE}", {"path": "f", "num_parts": count})
    assert (400, "INVALID_PARAMETER_VALUE") == (status, body["error_code"])
    assert 10_000 == len(site.begin(parts=10_000))


def test_what_is_said_of_parts(site: Site) -> None:
    """Parts are numbered 1, 2, ... in their order, and each with the URL that it was given; nothing else is stored."""
    one, two = sent(site.begin(), b"one", b"two")
    other = sent(site.begin("g"), b"three", b"four")
    again = sent(site.begin(), b"five", b"six")
    place, _, query = one["url"].partition("?")
    changed = {
        "no base64": query.replace(query.partition("blockid=")[2].partition("&")[0], "%25%25"),
        "another id": f"comp=block&blockid={quote(base64.b64encode(b'mlflow_block_1'))}",
        "no id": "comp=block", "two ids": f"{query}&blockid=x", "no block": query.replace("comp=block&", ""),
    }  # fmt: skip
    wrong: list[list[Any]] = [
        [], [two, one], [one, one], [one, {**two, "part_number": 3}], [{**one, "part_number": 0}],
        [{**one, "part_number": -1}], [{**one, "part_number": 10_001}], [{**two, "part_number": 1}],
        [one, other[1]], other, [one, again[1]], [{"part_number": 1}], [{**one, "url": "nonsense"}],
        [{**one, "url": f"http://elsewhere.example/f?{query}"}], [{"url": one["url"]}],
        *([{**one, "url": f"{place}?{each}"}] for each in changed.values()),
    ]  # fmt: skip
    assert [(400, "INVALID_PARAMETER_VALUE")] * len(wrong) == [site.refusal("f", each) for each in wrong]
    assert [None, None] == [site.blob("f"), site.blob("g")]
    assert (200, {}) == site.complete("f", [one, two])


def test_parts_that_were_not_sent(site: Site) -> None:
    """A file lacks nothing."""
    parts = [{"part_number": each["part_number"], "url": each["url"]} for each in site.begin()]
    assert (409, "RESOURCE_CONFLICT") == site.refusal("f", parts)
    put(parts[0]["url"], b"one")
    assert (409, "RESOURCE_CONFLICT") == site.refusal("f", parts)
    assert None is site.blob()


def test_two_uploads_of_one_file(site: Site) -> None:
    """One of them is completed, whole; the other is told so, and nothing of the two is mixed."""
    first, second = sent(site.begin(), b"1", b"1"), sent(site.begin(), b"2", b"2")
    with ThreadPoolExecutor(2) as pool:
        statuses = [*pool.map(lambda parts: site.complete("f", parts)[0], (first, second))]
    assert [200, 409] == sorted(statuses)
    assert (b"11", b"22")[statuses.index(200)] == site.blob()


_HOSTILE = ("..", "a/..", "/etc/..", ".", "", "a/", "%2e%2e", "a\\..", "C:\\Users\\..", "a\0b", "c:")


@pytest.mark.parametrize("name", _HOSTILE)
def test_names_that_are_none(site: Site, name: str) -> None:
    """The file is named by the last part of a path, and by nothing that leads elsewhere."""
    for way in ("create", "complete", "abort"):
        content = {"path": name, "num_parts": 1, "upload_id": "u", "parts": [{"part_number": 1, "url": "x"}]}
        status, body = site.post(f"mpu/{way}/{PLACE}", content)
        assert (400, "INVALID_PARAMETER_VALUE") == (status, body["error_code"])


def test_paths_of_clients(site: Site) -> None:
    """Clients send their own path, that of Windows too; names are kept as they are."""
    for path, name in (("C:\\Users\\me\\f.bin", "f.bin"), ("/tmp/a b#?%25ü.txt", "a b#?%25ü.txt")):
        status, body = site.post(f"mpu/create/{PLACE}", {"path": path, "num_parts": 1})
        assert 200 == status
        assert (200, {}) == site.complete(path, sent(body["credentials"], b"x"))
        assert b"x" == site.blob(name)


def test_names_that_are_taken(site: Site) -> None:
    """No file can be where a directory is, nor below a file, in parts or otherwise."""
    credentials = site.begin("d", 1)
    site.wire.client.put(f"{API}artifacts/{PLACE}/d/f", content=b"x")
    expected = (400, "RESOURCE_ALREADY_EXISTS")
    for path, name in ((PLACE, "d"), (f"{PLACE}/d/f", "g")):
        status, body = site.post(f"mpu/create/{path}", {"path": name, "num_parts": 1})
        assert expected == (status, body["error_code"])
    assert expected == site.refusal("d", sent(credentials, b"x"))


def test_downloads(site: Site) -> None:
    """A link says how large the file is, serves it in ranges to whoever has it, to be saved, and changes nothing."""
    site.wire.client.put(f"{API}artifacts/{PLACE}/d/ä b.html", content=b"<p>hello")
    found = site.wire.client.get(f"{API}presigned/{PLACE}/d/ä b.html").json()
    assert ({"url", "headers", "file_size"}, {}, 8) == (set(found), found["headers"], found["file_size"])
    with urlopen(Request(found["url"], headers={"Range": "bytes=3-4"})) as answer:
        assert (206, b"he") == (answer.status, answer.read())
        assert "attachment; filename*=UTF-8''%C3%A4%20b.html" == answer.headers["Content-Disposition"]
    assert 403 == put(found["url"], b"evil", x_ms_blob_type="BlockBlob")
    for path in ("missing", "d", ""):
        assert 404 == site.wire.client.get(f"{API}presigned/{PLACE}/{path}").status_code


@pytest.mark.parametrize("seconds", ["0", "700000"])
def test_links_that_would_not_work(site: Site, monkeypatch: pytest.MonkeyPatch, seconds: str) -> None:
    """What the environment says of the time of links is checked like what a request says."""
    site.wire.client.put(f"{API}artifacts/{PLACE}/f", content=b"x")
    monkeypatch.setenv("MLFLOW_PRESIGNED_DOWNLOAD_URL_TTL_SECONDS", seconds)
    assert 400 == site.wire.client.get(f"{API}presigned/{PLACE}/f").status_code


def test_links_of_runs_and_models(site: Site) -> None:
    """Files of runs and logged models whose location is in the storage are stored and got by links."""
    location = f"azure://{site.container.container_name}/{site.top}/e"
    made = site.wire.post("experiments/create", {"name": "e", "artifact_location": location})[1]
    run = site.wire.post("runs/create", made)[1]["run"]["info"]
    model = site.wire.post("logged-models", made | {"name": "m"})[1]["model"]["info"]
    for owner in ({"run_id": run["run_id"]}, {"model_id": model["model_id"]}):
        status, body = site.wire.post("artifacts/presigned-upload-url", owner | {"path": "d/f.txt", "expiration": 60})
        assert (200, {"x-ms-blob-type": "BlockBlob"}) == (status, body["headers"])
        assert 201 == put(body["presigned_url"], b"hello", x_ms_blob_type="BlockBlob")
        assert 403 == put(body["presigned_url"].replace("/d/f.txt?", "/d/g.txt?"), b"x", x_ms_blob_type="BlockBlob")
    status, body = site.wire.post("artifacts/presigned-download-url", {"run_id": run["run_id"], "path": "d/f.txt"})
    assert (200, {"presigned_url", "file_size"}, 5) == (status, set(body), body["file_size"])
    with urlopen(body["presigned_url"]) as answer:
        assert b"hello" == answer.read()
    for seconds in (0, -1, 604_801):
        content = {"run_id": run["run_id"], "path": "f", "expiration": seconds}
        for way in ("upload", "download"):
            refused = site.wire.refusal(f"artifacts/presigned-{way}-url", content)
            assert f"expiration must be between 1 and 604800 seconds (got {seconds})." == refused[2]


def test_what_clients_are_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server has clients send large files to Azure as MLflow's does, and get them by itself; it can be told."""

    def told() -> list[bool]:
        found = site.wire.client.get("/api/3.0/mlflow/server-info").json()
        return [found["multipart_uploads_enabled"], found["multipart_downloads_enabled"]]

    assert [True, False] == told()
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "false")
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD", "true")
    assert [False, True] == told()


@pytest.mark.parametrize(
    ("destination", "told"), [("s3://bucket/x", [True, True]), ("gs://bucket/x", [False, False]), ("x", [False, False])]
)
def test_what_clients_of_other_storage_are_told(
    fresh: Path, monkeypatch: pytest.MonkeyPatch, destination: str, told: list[bool]
) -> None:
    """S3 has both ways, as with MLflow; Google Cloud Storage and disks have none here, and asking for one says so."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:9")
    with wire_to(artifacts_destination=destination) as wire:
        found = wire.client.get("/api/3.0/mlflow/server-info").json()
        assert told == [found["multipart_uploads_enabled"], found["multipart_downloads_enabled"]]
        if not told[0]:
            response = wire.client.post(f"{API}mpu/create/{PLACE}", json={"path": "f", "num_parts": 1})
            assert (501, UNSUPPORTED) == (response.status_code, response.json()["message"])
    with wire_to(serve_artifacts=False, artifacts_destination=destination) as wire:
        found = wire.client.get("/api/3.0/mlflow/server-info").json()
        assert [False, False] == [found["multipart_uploads_enabled"], found["multipart_downloads_enabled"]]


def test_a_signature_makes_no_links(container: Any, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing but a signature there are no links; MLflow's words are followed by what would help."""
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", container.account_name)
    monkeypatch.setenv("AZURE_STORAGE_SAS_TOKEN", "sv=2021-12-02&sp=rwl&sr=c&sig=hunter2")
    monkeypatch.setenv("AZURE_STORAGE_SERVICE_ENDPOINT", container.url.rpartition("/")[0])
    with wire_to(artifacts_destination=f"azure://{container.container_name}/{fresh.name}") as wire:
        assert False is wire.client.get("/api/3.0/mlflow/server-info").json()["multipart_uploads_enabled"]
        response = wire.client.post(f"{API}mpu/create/{PLACE}", json={"path": "f", "num_parts": 1})
    assert (501, "NOT_IMPLEMENTED") == (response.status_code, response.json()["error_code"])
    assert response.json()["message"].startswith(f"{UNSUPPORTED}. A shared access signature cannot make links")
    assert "hunter2" not in response.text
