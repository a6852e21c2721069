"""The real MLflow client sends and gets files in parts, directly to and from Azure Blob Storage."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.adapters.artifacts import azure
from tests.api.rest.conftest import running
from tests.services import azure_blobs
from tests.services.stock import stock_python

pytestmark = pytest.mark.stock

SCRIPT = Path(__file__).with_name("stock_transfers.py")
SIZE = 80_000 * 32
CLIENT = {
    "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true", "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD": "true",
    "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": "1000000", "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": "100000",
    "MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE": "100000", "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "0",
}  # fmt: skip


def test_files_go_directly(tmp_path: Path) -> None:
    """
    A file of many parts comes back byte for byte, and none of them passes through the server.

    A part that fails ends its upload, and nothing of it is to be seen; a piece of a download that fails is asked for
    again, as MLflow's client does with its own server. Without being told so, the client learns from the server that
    it takes parts.
    """
    python = stock_python()
    with azure.container("stock-parts") as client:
        destination = f"azure://{client.container_name}/root"
        secret = azure_blobs.required_connection_string()
        options = ("--artifacts-destination", destination)
        with running(f"sqlite:///{tmp_path}/s.db", tmp_path, *options, AZURE_STORAGE_CONNECTION_STRING=secret) as site:
            work = tmp_path / "work"
            work.mkdir()
            done = subprocess.run(
                [str(python), str(SCRIPT), site.address], cwd=work, capture_output=True, text=True, timeout=240,
                check=False, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", **CLIENT},
            )  # fmt: skip
            counted = site.request("GET", "/metrics")[1].decode()
    assert 0 == done.returncode, done.stderr[-3_000:]
    assert {
        "location": "mlflow-artifacts:",
        "cut": True, "after": [],
        "listed": {"d ä/big.bin": SIZE, "d ä/small.txt": 5},
        "chunks": 27, "same": True, "text": "small", "unasked": [SIZE],
    } == json.loads(done.stdout.splitlines()[-1])  # fmt: skip
    row = re.compile(r'^genesis_flow_requests_total\{endpoint="(\S+?)",method="(\w+)",status="(\d+)"\} (\S+)$', re.M)
    files = {(each[0], each[1]): float(each[3]) for each in row.findall(counted) if "artifact_path" in each[0]}
    proxied = "artifacts/{artifact_path:path}"
    assert {
        ("mpu/create/{artifact_path:path}", "POST"): 3, ("mpu/complete/{artifact_path:path}", "POST"): 2,
        ("mpu/abort/{artifact_path:path}", "POST"): 1, (proxied, "PUT"): 1,
        ("presigned/{artifact_path:path}", "GET"): 3,
    } == files  # fmt: skip
