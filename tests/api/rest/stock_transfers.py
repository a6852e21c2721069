"""Run by the interpreter of stock MLflow: its client sends and gets files in parts, and prints what became of them."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import mlflow
import requests
from mlflow.store.artifact import http_artifact_repo

CHUNK = 100_000
#: Many parts, the last one shorter.
DATA = b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(80_000))


@contextmanager
def failing(module: Any, name: str, *, at: int) -> Iterator[list[int]]:
    """Have the call with this number, from 1, of a function fail, and count its calls."""
    real, calls = getattr(module, name), [0]

    def once(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if calls[0] == at:
            raise requests.ConnectionError("cut")
        return real(*args, **kwargs)

    with patch.object(module, name, once):
        yield calls


def main(address: str) -> dict[str, Any]:
    mlflow.set_tracking_uri(address)
    client, directory = mlflow.MlflowClient(), Path.cwd()
    (directory / "big.bin").write_bytes(DATA)
    (directory / "small.txt").write_text("small")
    run = client.create_run("0").info
    found: dict[str, Any] = {"location": run.artifact_uri.partition("/")[0]}

    with failing(requests, "put", at=3):
        try:
            client.log_artifact(run.run_id, "big.bin", "cut")
            found["cut"] = "stored"
        except mlflow.MlflowException as error:
            found["cut"] = "Failed to upload at least one part" in str(error)
    found["after"] = [each.path for each in client.list_artifacts(run.run_id)]

    client.log_artifacts(run.run_id, str(directory), "d ä")
    found["listed"] = {each.path: each.file_size for each in client.list_artifacts(run.run_id, "d ä")}

    with failing(http_artifact_repo, "download_chunk", at=5) as calls:
        whole = client.download_artifacts(run.run_id, "d ä/big.bin", str(directory / "out"))
    found |= {"chunks": calls[0], "same": Path(whole).read_bytes() == DATA}
    found["text"] = mlflow.artifacts.load_text(f"{run.artifact_uri}/d ä/small.txt")

    del os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"]
    client.log_artifact(run.run_id, "big.bin", "unasked")
    found["unasked"] = [each.file_size for each in client.list_artifacts(run.run_id, "unasked")]
    return found


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
