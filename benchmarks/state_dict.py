"""
How a large state dictionary is saved and loaded: time, against the disk's own, and memory.

    python -m benchmarks.state_dict [--megabytes 500] [--directory DIRECTORY]

Each step runs in a fresh process. What is measured:

- `seconds` and `MB/s`: of `pytorch.save_state_dict` and `pytorch.load_state_dict`; every loaded number is read once,
  also where the file is mapped, and saving ends when the system has taken the bytes;
- `of plain`: the seconds for writing the same bytes with one `write`, or for reading them with `readinto`, divided by
  these seconds (1.0 is the speed of the disk, or of its cache);
- `memory`: the most that was resident in the process, minus what was resident with PyTorch imported, divided by the
  size of the tensors. Saving starts with the tensors in memory, so 1.0 is the least for both.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LAYER = 4_194_304  # numbers of a tensor: 16 MB
STEPS = ("plain write", "save pth", "save safetensors", "plain read", "load pth", "load pth mapped", "load safetensors")


def peak_bytes() -> int:
    """The most that was resident in this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this system does not say how much memory was used")


def state(megabytes: int) -> dict[str, Any]:
    """Tensors of 16 MB that hold different numbers."""
    import torch

    count = max(1, megabytes * 1_000_000 // (LAYER * 4))
    return {f"layers.{at}.weight": torch.full((2048, LAYER // 2048), float(at)) for at in range(count)}


def timed(function: Callable[[], Any]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def step(name: str, directory: Path, megabytes: int) -> dict[str, float]:
    """Do one step in this process."""
    import torch

    import genesis_flow as mlflow

    torch.set_num_threads(1)
    _ = mlflow.pytorch.save_state_dict({}, directory / "warm"), mlflow.pytorch.load_state_dict(str(directory / "warm"))
    before = peak_bytes()
    size = sum(each.numel() * 4 for each in state(megabytes).values()) if name.startswith("plain") else 0
    action, _, kind = name.partition(" ")
    if action == "plain":
        return {"seconds": _plain(kind, directory, size), "bytes": size, "memory": 0.0}
    if action == "save":
        tensors = state(megabytes)
        options = {"serialization_format": "safetensors"} if kind == "safetensors" else {}
        seconds = timed(lambda: mlflow.pytorch.save_state_dict(tensors, directory / kind, **options))
    else:
        found: dict[str, Any] = {}

        def load() -> None:
            found.update(mlflow.pytorch.load_state_dict(str(directory / kind.split()[0]), mmap="mapped" in kind))
            assert all(each.sum() >= 0 for each in found.values())

        seconds = timed(load)
        tensors = found
    size = sum(each.numel() * each.element_size() for each in tensors.values())
    return {"seconds": seconds, "bytes": size, "memory": (peak_bytes() - before) / size}


def _plain(kind: str, directory: Path, size: int) -> float:
    path = directory / "plain"
    content = bytearray(size)
    if kind == "read":
        with path.open("rb", buffering=0) as file:
            return timed(lambda: file.readinto(content))
    content[::4096] = b"\1" * len(content[::4096])  # so that its pages exist

    def write() -> None:
        with path.open("wb", buffering=0) as file:
            file.write(content)

    return timed(write)


def main() -> None:
    """Measure all steps, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--directory", type=Path)
    parser.add_argument("--step", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        print(json.dumps(step(given.step, given.directory, given.megabytes)))
        return
    with tempfile.TemporaryDirectory(dir=given.directory) as directory:
        found = {name: _in_process(name, Path(directory), given.megabytes) for name in STEPS}
    print(f"{'step':<18}{'seconds':>9}{'MB/s':>8}{'of plain':>10}{'memory':>8}")
    for name, each in found.items():
        plain = found["plain write" if name in STEPS[:3] else "plain read"]["seconds"]
        speed = each["bytes"] / each["seconds"] / 1e6
        print(f"{name:<18}{each['seconds']:>9.2f}{speed:>8.0f}{plain / each['seconds']:>10.2f}{each['memory']:>8.2f}")


def _in_process(name: str, directory: Path, megabytes: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.state_dict", "--step", name, "--directory", str(directory)]
    done = subprocess.run(
        [*command, "--megabytes", str(megabytes)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
