"""Nothing that a hostile file asks for is executed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.adapters.flavors.attacks.every import FAMILIES, every

ROOT = Path(__file__).parents[3]
REFUSALS = ("UntrustedContent: ", "CorruptRecord: ", "Unsupported: ")
#: What is not as honest writers write it, but has no effect: flags of a number type are not taken from the file.
HARMLESS = {"a type with flags of objects": "loaded Float64DType"}


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    """What a process of its own saw when it loaded every attack."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.adapters.flavors.hostile_worker"],
        capture_output=True, text=True, timeout=300, check=False, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr[-2_000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_every_attack_was_tried(result: dict[str, Any]) -> None:
    """Each has a name of its own, and there are many."""
    names = [attack.name for attack in every()]

    assert len(names) == len(set(names)) == result["count"] == len(result["outcomes"])
    assert len({attack.content for attack in every()}) >= 1_000


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__.rpartition(".")[2])
def test_every_attack_is_refused(result: dict[str, Any], family: ModuleType) -> None:
    """By a typed error."""
    outcomes = {attack.name: result["outcomes"][attack.name][0] for attack in family.attacks()}

    assert {} == {
        name: outcome
        for name, outcome in outcomes.items()
        if not outcome.startswith(REFUSALS) and HARMLESS.get(name) != outcome
    }


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__.rpartition(".")[2])
def test_no_attack_executes_anything(result: dict[str, Any], family: ModuleType) -> None:
    """No code is run, nothing is imported, no file or process is touched, and no canary appears."""
    events = {attack.name: result["outcomes"][attack.name][1] for attack in family.attacks()}

    assert {} == {name: seen for name, seen in events.items() if seen}


def test_attacks_take_no_time(result: dict[str, Any]) -> None:
    """All of them together take seconds."""
    assert result["seconds"] < 30
