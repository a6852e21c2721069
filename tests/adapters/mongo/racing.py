"""Processes that do something to one database at the same time, or are killed while they do."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Final

#: What each process begins with: `stores`, its `number`, the `subject` of all, and `attempt`.
PRELUDE: Final = """
import json, os, sys, time
from genesis_flow.adapters.mongo.client import MongoDatabase
from genesis_flow.domain.entities.metric import Metric
from genesis_flow.domain.entities.model_version import VersionStage
from genesis_flow.domain.errors import GenesisFlowError
from tests.adapters.mongo.opening import stores_on
from tests.contracts.registry_samples import added_model, added_version, new_model
from tests.contracts.samples import new_experiment, new_run
uri, number, subject, start, is_first = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4]), sys.argv[5]
stores = stores_on(MongoDatabase(uri, "memory://root"))
if is_first != "first":
    stores.experiments.get("0")
time.sleep(max(0.0, start - time.time()))
def attempt(call):
    try:
        return call() or "done"
    except GenesisFlowError as error:
        return type(error).__name__
"""

#: Seconds until all processes have imported what they need.
_STARTING_S: Final = 4


def raced(uri: str, subject: str, script: str, *, processes: int, first: bool = False) -> list[str]:
    """
    What `script` printed in each of several processes that start together.

    Args:
        first: Whether they race for the first use of the database, too.
    """
    start = time.time() + _STARTING_S
    running = [_process(script, uri, number, subject, start, first=first) for number in range(processes)]
    outputs = [process.communicate(timeout=120)[0].strip() for process in running]
    assert [0] * processes == [process.returncode for process in running]
    return outputs


def started(uri: str, subject: str, script: str) -> subprocess.Popen[str]:
    """A process that runs `script`; what it prints can be read meanwhile, and it can be written to."""
    return _process(script, uri, 0, subject, 0.0, first=False)


def _process(script: str, uri: str, number: int, subject: str, start: float, *, first: bool) -> subprocess.Popen[str]:
    arguments = [uri, str(number), subject, str(start), "first" if first else "later"]
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + script, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
