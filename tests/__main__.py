"""
All tests, in two parts: everything that can run side by side, then what stops servers.

`python -m tests [options of pytest]`
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def main(arguments: list[str]) -> int:
    """The exit code of the first part that fails, 0 if none does."""
    os.chdir(ROOT)
    workers = str(max(2, min(4, os.cpu_count() or 2)))
    beside = pytest.main(["-m", "not crash", "-n", workers, "--dist", "loadgroup", *arguments])
    if beside not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return int(beside)
    alone = pytest.main(["-m", "crash", "-p", "no:xdist", *arguments])
    nothing = pytest.ExitCode.NO_TESTS_COLLECTED
    if beside == alone == nothing:
        return int(nothing)
    return 0 if alone == nothing else int(alone)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
