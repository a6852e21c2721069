"""Artifacts by way of the server: what is sent, got, listed and deleted, and what nobody may reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from genesis_flow.api.rest.routes import PROXY
from tests.api.rest.conftest import Wire, wire_to

FILES = f"{PROXY[0]}artifacts"
PAGES = "/ajax-api/2.0/mlflow"


@pytest.fixture
def wire(fresh: Path) -> Iterator[Wire]:
    """A server of artifacts, whose files are below `served` in the working directory."""
    with wire_to(artifacts_destination=str(fresh / "served")) as found:
        yield found


def send(wire: Wire, method: str, path: str, **options: Any) -> tuple[int, str]:
    """Status, and the code of the error or the text."""
    response = wire.client.request(method, path, **options)
    is_json = response.headers["content-type"] == "application/json"
    return response.status_code, (response.json() if is_json else {}).get("error_code", response.text)


@pytest.mark.parametrize("prefix", PROXY)
def test_files_come_back(wire: Wire, fresh: Path, prefix: str) -> None:
    """What is put is got, replaced, listed by its own name, and deleted, by either prefix."""
    path = f"{prefix}artifacts/1/r/artifacts/d/f.txt"
    assert 200 == wire.client.put(path, content=b"old").status_code
    assert 200 == wire.client.put(path, content=b"hello").status_code
    assert b"hello" == (fresh / "served/1/r/artifacts/d/f.txt").read_bytes()
    assert b"hello" == wire.client.get(path).content
    listed = wire.client.get(f"{prefix}artifacts", params={"path": "1/r/artifacts/d"}).json()
    assert {"files": [{"path": "f.txt", "is_dir": False, "file_size": 5}]} == listed
    assert {"files": [{"path": "1", "is_dir": True}]} == wire.client.get(f"{prefix}artifacts").json()
    assert [(200, "{}")] * 2 == [send(wire, "DELETE", path) for _ in range(2)]
    assert (404, "RESOURCE_DOES_NOT_EXIST") == send(wire, "GET", path)


def test_new_experiments_keep_their_files_here(wire: Wire, fresh: Path) -> None:
    """Where the server serves artifacts, experiments are located at the server, and files of runs are read there."""
    info = wire.get("runs/get", run_id=wire.run_id())[1]["run"]["info"]
    id = info["run_id"]
    assert f"mlflow-artifacts:/0/{id}/artifacts" == info["artifact_uri"]
    wire.client.put(f"{FILES}/0/{id}/artifacts/d/f.txt", content=b"hello")
    expected = {"root_uri": info["artifact_uri"], "files": [{"path": "d", "is_dir": True}]}
    assert (200, expected) == wire.get("artifacts/list", run_id=id)
    for name in ("run_id", "run_uuid"):
        assert (200, "hello") == send(wire, "GET", "/get-artifact", params={name: id, "path": "d/f.txt"})
    for path, refusal in {
        "d": (400, "INVALID_PARAMETER_VALUE"), "nope": (404, "RESOURCE_DOES_NOT_EXIST"),
        "../x": (400, "INVALID_PARAMETER_VALUE"), "": (400, "INVALID_PARAMETER_VALUE"),
    }.items():  # fmt: skip
        assert refusal == send(wire, "GET", "/get-artifact", params={"run_id": id, "path": path})


def test_files_of_versions_and_logged_models(wire: Wire) -> None:
    """Pages get the files of a version, and those of a logged model."""
    run_id = wire.run_id()
    made = wire.post("logged-models", {"experiment_id": "0", "name": "m", "source_run_id": run_id})[1]["model"]["info"]
    location = made["artifact_uri"].removeprefix("mlflow-artifacts:/")
    wire.client.put(f"{FILES}/{location}/MLmodel", content=b"model")
    wire.client.put(f"{FILES}/0/{run_id}/artifacts/m/f.txt", content=b"version")
    wire.post("registered-models/create", {"name": "M"})
    source = f"mlflow-artifacts:/0/{run_id}/artifacts/m"
    assert 200 == wire.post("model-versions/create", {"name": "M", "source": source, "run_id": run_id})[0]
    version = {"name": "M", "version": "1"}
    found = send(wire, "GET", "/model-versions/get-artifact", params={**version, "path": "f.txt"})
    assert (200, "version") == found
    found = send(wire, "GET", "/model-versions/get-artifact", params={**version, "version": "9", "path": "f.txt"})
    assert (404, "RESOURCE_DOES_NOT_EXIST") == found
    files = f"{PAGES}/logged-models/{made['model_id']}/artifacts/files"
    assert (200, "model") == send(wire, "GET", files, params={"artifact_file_path": "MLmodel"})
    assert (400, "BAD_REQUEST") == send(wire, "GET", files)
    assert (404, "ENDPOINT_NOT_FOUND") == send(wire, "GET", files.replace("/ajax-api", "/api"))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("x.html", "text/plain"), ("x.HTM", "text/plain"), ("x.xhtml", "text/plain"), ("x.xml", "text/plain"),
        ("x.js", "text/plain"), ("MLmodel", "text/plain"), ("x.json", "text/plain"), ("x.yaml", "text/plain"),
        ("x.png", "image/png"), ("x.svg", "image/svg+xml"), ("x.pdf", "application/pdf"),
        ("x.unknown", "application/octet-stream"), ("noext", "application/octet-stream"),
    ],
)  # fmt: skip
def test_nothing_is_shown_as_a_page(wire: Wire, name: str, kind: str) -> None:
    """Browsers save files instead of showing them, and run nothing of them."""
    wire.client.put(f"{FILES}/{name}", content=b"<script>alert(1)</script>")
    headers = wire.client.get(f"{FILES}/{name}").headers
    assert (kind, f"attachment; filename={name}") == (headers["content-type"], headers["content-disposition"])
    assert ("nosniff", "25") == (headers["x-content-type-options"], headers["content-length"])
    assert "sandbox" in headers["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a b.txt", 'filename="a b.txt"'),
        ('"q\'.txt', "filename=\"\\\"q'.txt\""),
        ("ü.json", "filename=u.json; filename*=UTF-8''%C3%BC.json"),
        ("日", "filename=\"\"; filename*=UTF-8''%E6%97%A5"),
        ("a;b=c%.txt", 'filename="a;b=c%.txt"'),
    ],
)
def test_names_of_downloads(wire: Wire, name: str, expected: str) -> None:
    """Any name reaches the client, and no part of it is read as something else."""
    assert 200 == wire.client.put(f"{FILES}/{quote(name)}", content=b"x").status_code
    disposition = wire.client.get(f"{FILES}/{quote(name)}").headers["content-disposition"]
    assert f"attachment; {expected}" == disposition


def test_head_and_empty_files(wire: Wire) -> None:
    """HEAD tells the size and sends nothing; a file may be empty."""
    wire.client.put(f"{FILES}/f", content=b"hello")
    response = wire.client.head(f"{FILES}/f")
    assert (200, "5", b"") == (response.status_code, response.headers["content-length"], response.content)
    wire.client.put(f"{FILES}/empty", content=b"")
    response = wire.client.get(f"{FILES}/empty")
    assert (200, "0", b"") == (response.status_code, response.headers["content-length"], response.content)


@pytest.mark.parametrize(
    ("wanted", "status", "content", "place"),
    [
        ("bytes=1-2", 206, b"el", "bytes 1-2/5"), ("bytes=3-", 206, b"lo", "bytes 3-4/5"),
        ("bytes=-2", 206, b"lo", "bytes 3-4/5"), ("bytes=-9", 206, b"hello", "bytes 0-4/5"),
        ("bytes=0-99", 206, b"hello", "bytes 0-4/5"), ("bytes=5-", 416, b"", "bytes */5"),
        ("bytes=3-1", 416, b"", "bytes */5"), ("bytes=-0", 416, b"", "bytes */5"), ("bytes=-", 200, b"hello", None),
        ("bytes=0-1,3-4", 200, b"hello", None), ("lines=1-2", 200, b"hello", None),
        (f"bytes={'9' * 5_000}-", 200, b"hello", None),
    ],
)  # fmt: skip
def test_parts_of_files(wire: Wire, wanted: str, status: int, content: bytes, place: str | None) -> None:
    """A range of a file is sent alone; what is no range is answered with everything."""
    wire.client.put(f"{FILES}/f", content=b"hello")
    response = wire.client.get(f"{FILES}/f", headers={"range": wanted})
    assert (status, content, place) == (response.status_code, response.content, response.headers.get("content-range"))
    assert str(len(content)) == response.headers["content-length"]
    whole = wire.client.get(f"{FILES}/f", headers={"range": wanted, "if-range": '"tag"'})
    assert (200, b"hello") == (whole.status_code, whole.content)


_HOSTILE = (
    "%2e%2e/x", "..%2fx", "a%2f..%2f..%2fx", "%252e%252e%252fx", "a%5c..%5c..%5cx", "%5c%5chost%5cx", "%00", "a%00b",
    "%2fetc%2fpasswd", "//etc/passwd", "c:/x", "c%3a%5cx", "file:///etc/passwd", "s3://bucket/x", "a%7fb", ".../x",
    "..%20/x",
)  # fmt: skip


@pytest.mark.parametrize("path", _HOSTILE)
def test_no_path_leaves_the_destination(wire: Wire, fresh: Path, path: str) -> None:
    """What would climb, or mean another place on another system, is refused by each of the methods."""
    (fresh / "x").write_text("secret")
    wire.client.put(f"{FILES}/a/kept", content=b"x")
    answers = [send(wire, method, f"{FILES}/{path}", content=b"evil") for method in ("GET", "PUT", "DELETE")]
    assert [(400, "INVALID_PARAMETER_VALUE")] * 3 == answers
    answers = [
        send(wire, "POST", f"{PROXY[0]}mpu/create/{path}", json={"path": "x", "num_parts": 1}),
        send(wire, "GET", f"{PROXY[0]}presigned/{path}"),
    ]
    assert [(400, "INVALID_PARAMETER_VALUE")] * 2 == answers
    assert ["secret", ["a"]] == [(fresh / "x").read_text(), [each.name for each in (fresh / "served").iterdir()]]


def test_links_that_lead_out_are_not_followed(wire: Wire, fresh: Path) -> None:
    """A link below the destination to something outside it is refused, be it a file or a directory on the way."""
    (fresh / "out/r/artifacts").mkdir(parents=True)
    (fresh / "out/r/artifacts/f").write_text("secret")
    (fresh / "served").mkdir()
    (fresh / "served/link").symlink_to(fresh / "out")
    (fresh / "served/f").symlink_to(fresh / "out/r/artifacts/f")
    for path in ("link/r/artifacts/f", "f"):
        assert (400, "INVALID_PARAMETER_VALUE") == send(wire, "GET", f"{FILES}/{path}")
    for method in ("PUT", "DELETE"):
        found = send(wire, method, f"{FILES}/link/r/artifacts/f", content=b"evil")
        assert (400, "INVALID_PARAMETER_VALUE") == found
    status, made = wire.post("experiments/create", {"name": "e", "artifact_location": "mlflow-artifacts:/link"})
    run = wire.post("runs/create", {"experiment_id": made["experiment_id"]})[1]["run"]["info"]
    assert (200, 400) == (status, wire.get("artifacts/list", run_id=run["run_id"])[0])
    assert "secret" == (fresh / "out/r/artifacts/f").read_text()


@pytest.mark.parametrize("path", ["", ".", "./", "//"])
def test_not_everything_is_deleted_at_once(wire: Wire, path: str) -> None:
    """The top of all artifacts is no file and cannot be deleted."""
    wire.client.put(f"{FILES}/kept", content=b"x")
    for method in ("DELETE", "PUT"):
        assert send(wire, method, f"{FILES}/{quote(path, safe='/')}", content=b"x")[0] in (400, 405)
    assert (200, "x") == send(wire, "GET", f"{FILES}/kept")


def test_a_name_that_is_in_the_way(wire: Wire, fresh: Path) -> None:
    """A file cannot be where a directory is, nor below a file; the error does not tell where the server keeps files."""
    wire.client.put(f"{FILES}/d/f", content=b"x")
    for path in ("d", "d/f/g"):
        response = wire.client.put(f"{FILES}/{path}", content=b"y")
        assert (400, "RESOURCE_ALREADY_EXISTS") == (response.status_code, response.json()["error_code"])
        assert str(fresh) not in response.text


@pytest.mark.parametrize("location", ["mlflow-artifacts://host/x", "mlflow-artifacts:/../x"])
def test_locations_that_are_not_here(wire: Wire, monkeypatch: pytest.MonkeyPatch, location: str) -> None:
    """A location at another server, or outside the destination, holds nothing that is shown."""
    monkeypatch.setenv("MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES", "mlflow-artifacts")
    made = wire.post("experiments/create", {"name": "e", "artifact_location": location})[1]
    run = wire.post("runs/create", {"experiment_id": made["experiment_id"]})[1]["run"]["info"]
    assert 400 == wire.get("artifacts/list", run_id=run["run_id"])[0]
    query = {"run_id": run["run_id"], "path": "f"}
    assert (400, "INVALID_PARAMETER_VALUE") == send(wire, "GET", "/get-artifact", params=query)


def test_the_disk_of_the_server_is_not_read(wire: Wire, fresh: Path) -> None:
    """Whoever creates an experiment chooses its location, and gets no other file of the server's disk by it."""
    (fresh / "secret").write_text("secret")
    made = wire.post("experiments/create", {"name": "out", "artifact_location": str(fresh)})[1]
    run = wire.post("runs/create", {"experiment_id": made["experiment_id"]})[1]["run"]["info"]
    query = {"run_id": run["run_id"], "path": "f"}
    assert (403, "PERMISSION_DENIED") == send(wire, "GET", "/get-artifact", params=query)
    upload = f"{PAGES}/upload-artifact?run_uuid={run['run_id']}&path=f"
    assert (403, "PERMISSION_DENIED") == send(wire, "POST", upload, content=b"x")


def test_uploads_of_pages(wire: Wire) -> None:
    """Pages upload files of at most 10 MB to runs."""
    run_id = wire.run_id()
    path = f"{PAGES}/upload-artifact"
    messages = [
        wire.client.post(f"{path}{query}", content=content).json().get("message")
        for query, content in (
            ("", b"x"),
            (f"?run_uuid={run_id}", b"x"),
            (f"?run_uuid={run_id}&path=a", b""),
            (f"?run_uuid={run_id}&path=a", b"x" * ((10 << 20) + 1)),
            (f"?run_uuid={run_id}&path=a/b.txt", b"hello"),
        )
    ]
    expected = [
        "Request must specify run_uuid.", "Request must specify path.", "Request must specify data.",
        "Artifact size is too large. Max size is 10MB.", None,
    ]  # fmt: skip
    assert expected == messages
    assert (200, "hello") == send(wire, "GET", "/get-artifact", params={"run_id": run_id, "path": "a/b.txt"})
    assert (400, "INVALID_PARAMETER_VALUE") == send(wire, "POST", f"{path}?run_uuid={run_id}&path=../x", content=b"x")


@pytest.mark.parametrize(
    ("method", "path", "content", "message"),
    [
        ("POST", "mpu/create/1/x", {"path": "a", "num_parts": 2}, "Multipart upload is not supported"),
        ("POST", "mpu/complete/1/x", {"path": "a", "upload_id": "u", "parts": []}, "Multipart upload is not supported"),
        ("POST", "mpu/abort/1/x", {"path": "a", "upload_id": "u"}, "Multipart upload is not supported"),
        ("GET", "presigned/1/x", None, "Multipart download is not supported"),
    ],
)
def test_parts_and_links(wire: Wire, method: str, path: str, content: Any, message: str) -> None:
    """A disk has no uploads in parts and no links to give away; clients send and get whole files then."""
    wire.client.put(f"{FILES}/1/x", content=b"x")
    response = wire.client.request(method, f"{PROXY[0]}{path}", json=content)
    expected = f"{message} for the current artifact repository"
    assert (501, "NOT_IMPLEMENTED", expected) == (response.status_code, *list(response.json().values())[:2])


def test_links_to_storage(wire: Wire, fresh: Path) -> None:
    """Links are for runs whose files are in object storage."""
    run_id = wire.run_id()
    up, down = "artifacts/presigned-upload-url", "artifacts/presigned-download-url"
    assert wire.refusal(up, {"run_id": run_id, "path": "x"})[2].startswith("Presigned upload is not supported for prox")
    assert wire.refusal(down, {"run_id": run_id, "path": "x"})[2].startswith("Presigned download is not supported for")
    assert "Exactly one of run_id and model_id must be provided." == wire.refusal(up, {"path": "x"})[2]
    assert 400 == wire.refusal(up, {"run_id": run_id, "path": "../x"})[0]
    message = "expiration must be between 1 and 604800 seconds (got 0)."
    assert message == wire.refusal(down, {"run_id": run_id, "path": "x", "expiration": 0})[2]
    made = wire.post("experiments/create", {"name": "e", "artifact_location": str(fresh / "served/e")})[1]
    run_id = wire.post("runs/create", {"experiment_id": made["experiment_id"]})[1]["run"]["info"]["run_id"]
    for path in (up, down):
        assert (501, "NOT_IMPLEMENTED") == wire.refusal(path, {"run_id": run_id, "path": "x"})[:2]


def test_without_artifacts(fresh: Path) -> None:
    """A server that serves no artifacts says so, and new experiments are at the artifact root."""
    with wire_to(serve_artifacts=False) as wire:
        response = wire.client.get(f"{FILES}/x")
        info = wire.get("runs/get", run_id=wire.run_id())[1]["run"]["info"]
    message = "disabled due to the mlflow server running with `--no-serve-artifacts`."
    assert (503, True) == (response.status_code, message in response.json()["message"])
    assert info["artifact_uri"].startswith(str(fresh / "genesis_artifacts"))


def test_nothing_but_artifacts(fresh: Path) -> None:
    """A server of artifacts alone serves nothing else."""
    with wire_to(artifacts_only=True) as wire:
        status, body = wire.get("runs/get", run_id="x")
        stored = wire.client.put(f"{FILES}/x", content=b"x").status_code
        alive = wire.client.get("/health").status_code
    message = "disabled due to the mlflow server running in `--artifacts-only` mode."
    assert (503, True, 200, 200) == (status, message in body["message"], stored, alive)

