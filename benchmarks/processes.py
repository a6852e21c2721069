"""The processes that a benchmark starts: the contenders' workers, and stock MLflow's server."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent

#: Longest wait for one answer of a worker, and for a server to come up.
ANSWER_TIMEOUT_S: Final = 900.0
START_TIMEOUT_S: Final = 300.0

#: Nobody calls home meanwhile. The server's job queue is for evaluating models: its ten processes look for work all
#: the time, which would slow down whoever shares the machine, the server included.
_QUIET: Final = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


class Failed(Exception):
    """A worker or server did not do what it was asked."""


def environment() -> dict[str, str]:
    """The environment of all of them: nothing that configures MLflow is inherited."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    return {**kept, **_QUIET, "PYTHONPATH": str(ROOT)}


class Worker:
    """
    A process that runs `benchmarks.worker`, or another module that answers in the same way.

    Args:
        python: The interpreter of its environment. name: For its log. directory: Where it works and logs.
    """

    def __init__(self, python: Path, name: str, directory: Path, module: str = "benchmarks.worker") -> None:
        self._log = directory / f"{name}.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [str(python), "-m", module],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                text=True, env=environment(), cwd=directory,
            )  # fmt: skip

    def ask(self, do: str, **command: Any) -> Any:
        """
        Its answer to a command.

        Raises:
            Failed: It could not do it, or took too long.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        watchdog = threading.Timer(ANSWER_TIMEOUT_S, self._process.kill)
        watchdog.start()
        try:
            stdin.write(json.dumps({"do": do, **command}) + "\n")
            stdin.flush()
            line = stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            watchdog.cancel()
        answer: Mapping[str, Any] = json.loads(line) if line else {"error": f"ended, see {self._log}"}
        if "error" in answer:
            raise Failed(str(answer["error"]))
        return answer["answer"]

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


class Server:
    """
    `mlflow server` on a database: as it comes, but for the number of workers, and without its job queue.

    Args:
        python: The interpreter that has stock MLflow. uri: Of its database. directory: Where it works and logs.
        workers: How many processes answer. name: For its log.
    """

    def __init__(self, python: Path, uri: str, directory: Path, workers: int, name: str) -> None:
        self._port = _free_port()
        self._log = directory / f"server-{name}.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [
                    str(python), "-m", "mlflow", "server", "--backend-store-uri", uri,
                    "--host", "127.0.0.1", "--port", str(self._port), "--workers", str(workers),
                ],
                stdout=log, stderr=log, env=environment(), cwd=directory, start_new_session=True,
            )  # fmt: skip

    @property
    def uri(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._port}"

    def wait(self) -> None:
        """
        Wait until it answers, then make each of its workers answer some requests.

        Raises:
            Failed: It ended, or took too long.
        """
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._answers("/health"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"mlflow server did not start, see {self._log}")
            time.sleep(0.2)
        path = "/api/2.0/mlflow/experiments/get?experiment_id=0"
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(self._answers, [path] * 320))

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.uri + path, timeout=60) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def memory_mb(self) -> float:
        """What its processes have in memory, together; what they share counts for each."""
        own = [path for path in Path("/proc").glob("[0-9]*/status") if _session(path) == self._process.pid]
        lines = [line for path in own for line in path.read_text().splitlines() if line.startswith("VmRSS:")]
        return sum(int(line.split()[1]) for line in lines) / 1024

    def close(self) -> None:
        """End it with all of its workers, which are in a session of their own."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
                self._process.wait(20)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue


def _session(status: Path) -> int | None:
    """The session of a process, None if it is no more."""
    try:
        return os.getsid(int(status.parent.name))
    except ProcessLookupError:
        return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
