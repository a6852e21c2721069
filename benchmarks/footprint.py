"""
What importing costs: CPU seconds and memory of a fresh process, up to its first `log_metric` on SQLite.

Both are counted from where the interpreter has started and found its site packages.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.contenders import SQLITE, STOCK
from benchmarks.processes import Failed, environment

ROUNDS: Final = 7
MOST_CPU_S: Final = 0.15
MOST_MEMORY_MB: Final = 30.0

#: Runs by itself: a module would bring what runs modules, which would then be missing from the count.
PROBE: Final = """
import os, sys, time

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

memory, cpu = resident(), time.process_time()
package = __import__(sys.argv[1])
seen = [time.process_time() - cpu, resident() - memory]
package.set_tracking_uri(sys.argv[2])
package.log_metric("loss", 0.5)
print("PROBE", *seen, time.process_time() - cpu, resident() - memory)
"""


@dataclass(frozen=True)
class Footprint:
    """
    Medians of one contender's fresh processes.

    Attributes:
        is_new: Whether the first metric went to a new file, whose tables had to be made.
        cpu_s: After import. logged_cpu_s: After the first metric. The same for memory.
    """

    contender: str
    is_new: bool
    cpu_s: float
    memory_mb: float
    logged_cpu_s: float
    logged_memory_mb: float

    @property
    def is_within(self) -> bool:
        """Whether genesis-flow keeps within its budget."""
        return self.logged_cpu_s <= MOST_CPU_S and self.logged_memory_mb <= MOST_MEMORY_MB


def footprints(directory: Path, stock_python: Path | None, rounds: int) -> list[Footprint]:
    """The footprints of genesis-flow and, where it is there, of stock MLflow, measured in turns."""
    contenders = [(SQLITE.title, "genesis_flow", Path(sys.executable))]
    if stock_python is not None:
        contenders.append((STOCK.title, "mlflow", stock_python))
    seen: dict[tuple[str, bool], list[list[float]]] = {}
    for number in range(rounds + 1):
        for title, package, python in contenders:
            file = directory / f"footprint-{package}-{number}.db"
            for is_new in (True, False):
                measured = _probed(python, package, file, directory)
                if number:  # the first round compiles what was never imported before
                    seen.setdefault((title, is_new), []).append(measured)
    return list(_medians(seen))


def _medians(seen: dict[tuple[str, bool], list[list[float]]]) -> Iterator[Footprint]:
    for (title, is_new), measured in seen.items():
        yield Footprint(title, is_new, *(statistics.median(column) for column in zip(*measured, strict=True)))


def _probed(python: Path, package: str, file: Path, directory: Path) -> list[float]:
    done = subprocess.run(
        [str(python), "-c", PROBE, package, f"sqlite:///{file}"],
        capture_output=True, text=True, env=environment(), cwd=directory, timeout=300, check=False,
    )  # fmt: skip
    for line in done.stdout.splitlines():
        if line.startswith("PROBE "):
            return [float(text) for text in line.split()[1:]]
    raise Failed(f"a fresh process with {package} ended without logging: {done.stderr[-500:]}")
