"""Several processes that answer on one port."""

from __future__ import annotations

import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from click.testing import CliRunner

from genesis_flow.api.cli.main import cli
from tests.api.rest.conftest import PREFIX, Server, running, until

COUNT = re.compile(r'genesis_flow_requests_total\{endpoint="runs/log-metric",method="POST",status="200"\} (\S+)')


def workers_of(server: Server) -> set[int]:
    """The processes of a server that answer, by their ids."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    lines = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    return {child for child, line in lines.items() if b"spawn_main" in line}


def listeners_of(server: Server) -> set[int]:
    """Those that have the store open already."""
    found = set()
    for worker in workers_of(server):
        handles = Path(f"/proc/{worker}/fd").iterdir()
        if any(handle.is_symlink() and "store.db" in str(handle.readlink()) for handle in handles):
            found.add(worker)
    return found


def log(server: Server, run_id: str, step: int) -> int:
    """The status of a logged point."""
    return server.post("runs/log-metric", {"run_id": run_id, "key": "m", "value": 1, "timestamp": 1, "step": step})[0]


def test_several_workers(tmp_path: Path) -> None:
    """Each worker has a store of its own; one that is killed is replaced, and they count together."""
    uri = f"sqlite:///{tmp_path}/store.db"
    with running(uri, tmp_path, "--workers", "2") as server:
        run_id = server.post("runs/create", {"experiment_id": "0"})[1]["run"]["info"]["run_id"]
        steps = iter(range(10_000))
        logged = 0

        def both_answered() -> bool:
            nonlocal logged
            with ThreadPoolExecutor(8) as pool:
                statuses = list(pool.map(lambda step: log(server, run_id, step), [next(steps) for _ in range(16)]))
            assert {200} == set(statuses)
            logged += len(statuses)
            return len(listeners_of(server)) == 2

        assert until(both_answered)
        assert logged == float(COUNT.search(server.request("GET", "/metrics")[1].decode())[1])  # type: ignore[index]
        first = workers_of(server)
        os.kill(min(first), signal.SIGKILL)
        assert until(lambda: len(workers_of(server) - first) == 1 and len(workers_of(server)) == 2)
        assert until(both_answered)
        status, body = server.request("GET", f"{PREFIX}/metrics/get-history?run_id={run_id}&metric_key=m")
        assert (200, logged) == (status, body.count(b'"step"'))
        ended = workers_of(server)
    assert [] == [worker for worker in ended if Path(f"/proc/{worker}").exists()]


def test_a_store_in_memory_is_that_of_one_process() -> None:
    """Workers that share nothing are refused."""
    result = CliRunner().invoke(cli, ["server", "--workers", "2", "--backend-store-uri", "memory://"])
    assert (2, True) == (result.exit_code, "memory" in result.output)
