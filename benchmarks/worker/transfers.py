"""The process of one contender that moves files to Azure Blob Storage and back; see `benchmarks.artifacts`."""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol


class Mover(Protocol):
    """
    What is compared.

    `place` is a directory in the container that nobody has used; local paths are absolute.
    """

    def put_file(self, source: str, place: str) -> None: ...

    def get_file(self, place: str, name: str, target: str) -> None: ...

    def put_tree(self, source: str, place: str) -> None: ...

    def get_tree(self, place: str, target: str) -> None: ...


class Plain:
    """azure-storage-blob alone: the concurrency of genesis-flow, and its own block sizes."""

    def __init__(self, connection_string: str, container: str, threads: int) -> None:
        from azure.storage.blob import BlobServiceClient

        self._threads = threads
        service = BlobServiceClient.from_connection_string(connection_string)
        self._container = service.get_container_client(container)

    def put_file(self, source: str, place: str) -> None:
        self._put(source, f"{place}/{os.path.basename(source)}", self._threads)

    def get_file(self, place: str, name: str, target: str) -> None:
        self._get(f"{place}/{name}", os.path.join(target, name), self._threads)

    def put_tree(self, source: str, place: str) -> None:
        names = os.listdir(source)
        with ThreadPoolExecutor(self._threads) as pool:
            list(pool.map(lambda name: self._put(os.path.join(source, name), f"{place}/{name}", 1), names))

    def get_tree(self, place: str, target: str) -> None:
        names = [blob.name for blob in self._container.list_blobs(f"{place}/")]
        with ThreadPoolExecutor(self._threads) as pool:
            list(pool.map(lambda name: self._get(name, os.path.join(target, os.path.basename(name)), 1), names))

    def _put(self, source: str, name: str, threads: int) -> None:
        with open(source, "rb") as file:
            self._container.upload_blob(name, file, overwrite=True, max_concurrency=threads)

    def _get(self, name: str, target: str, threads: int) -> None:
        with open(target, "wb") as file:
            self._container.download_blob(name, max_concurrency=threads).readinto(file)


class Client:
    """genesis-flow as users call it: a run's artifacts, the run itself in memory."""

    def __init__(self, connection_string: str, container: str, threads: int) -> None:
        os.environ["AZURE_STORAGE_CONNECTION_STRING"] = connection_string
        os.environ["MLFLOW_DEFAULT_ARTIFACT_ROOT"] = f"azure://{container}/genesis"
        from genesis_flow.tracking import MlflowClient

        self._client = MlflowClient("memory://")
        self._run_id = self._client.create_run("0").info.run_id

    def put_file(self, source: str, place: str) -> None:
        self._client.log_artifact(self._run_id, source, place)

    def get_file(self, place: str, name: str, target: str) -> None:
        self._client.download_artifacts(self._run_id, f"{place}/{name}", target)

    def put_tree(self, source: str, place: str) -> None:
        self._client.log_artifacts(self._run_id, source, place)

    def get_tree(self, place: str, target: str) -> None:
        self._client.download_artifacts(self._run_id, place, target)


class Stock:
    """Stock MLflow's own artifact repository."""

    def __init__(self, connection_string: str, container: str, threads: int) -> None:
        os.environ["AZURE_STORAGE_CONNECTION_STRING"] = connection_string
        os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
        from mlflow.store.artifact.azure_blob_artifact_repo import AzureBlobArtifactRepository

        # The account of the URI is not used: the connection string says it.
        self._repository = AzureBlobArtifactRepository(f"wasbs://{container}@account.blob.core.windows.net/stock")

    def put_file(self, source: str, place: str) -> None:
        self._repository.log_artifact(source, place)

    def get_file(self, place: str, name: str, target: str) -> None:
        self._repository.download_artifacts(f"{place}/{name}", target)

    def put_tree(self, source: str, place: str) -> None:
        self._repository.log_artifacts(source, place)

    def get_tree(self, place: str, target: str) -> None:
        self._repository.download_artifacts(place, target)


KINDS: dict[str, Callable[[str, str, int], Mover]] = {"plain": Plain, "genesis": Client, "stock": Stock}


def digest(directory: str) -> tuple[int, int]:
    """Number and size of the files below a directory."""
    files = [path for path in Path(directory).rglob("*") if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)


def main() -> None:
    """Answer commands until there are no more."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    movers: list[Mover] = []
    for line in sys.stdin:
        command = json.loads(line)
        do = command.pop("do")
        try:
            if do == "open":
                movers.append(KINDS[command.pop("kind")](**command))
                answer: dict[str, Any] = {"answer": None}
            else:
                start = time.perf_counter()
                getattr(movers[0], do)(**command)
                seconds = time.perf_counter() - start
                answer = {"answer": {"seconds": seconds, "there": digest(command.get("target", "/nowhere"))}}
        except Exception as error:  # reported to the driver
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        output.write(json.dumps(answer) + "\n")
        output.flush()


if __name__ == "__main__":
    main()
