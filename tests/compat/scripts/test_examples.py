"""
The examples record the same on stock MLflow and on this package, whichever way a script gets it.

Compared are what they print, and runs, metrics with their histories, params, tags, names of files, datasets, logged
models, registered models with versions and aliases, all read by MLflow's own API (`collecting.py`).
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.api.drop_in.conftest import Workplace
from tests.services.mongodb import database_uri
from tests.services.stock import VERSION, stock_python

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"
SCRIPTS = [
    EXAMPLES / f"{name}.py" for name in ("quickstart", "autologging", "hyperparameters", "own_model", "promotion")
]
#: Further scripts in the style of MLflow's documentation, each about one part of its API.
PROGRAMS = sorted(Path(__file__).with_name("programs").glob("*.py"))
COLLECTING = Path(__file__).with_name("collecting.py")
MARK = "\n=== next ===\n"

#: Runs programs one after the other in one process, as stock MLflow takes seconds to be imported.
ALL = f"""
import runpy, sys
for path in sys.argv[1:]:
    sys.argv = [path]
    runpy.run_path(path, run_name="__main__")
    print({MARK!r}, end="")
"""


@attrs.frozen
class Outcome:
    """What the examples printed, and what is in the store after them."""

    printed: list[str]
    record: dict[str, Any]


def environment(directory: Path, uri: str, **variables: str) -> dict[str, str]:
    given = {
        "MLFLOW_TRACKING_URI": uri, "MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONWARNINGS": "ignore",
        "MPLBACKEND": "agg", "HOME": str(directory), "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    return Workplace(directory).environment(**{"PYTHONPATH": ""} | given | variables)


def output(words: list[str], directory: Path, variables: dict[str, str]) -> str:
    done = subprocess.run(
        words, cwd=directory, env=variables, text=True, capture_output=True, timeout=600, check=False
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr[-4_000:]
    return done.stdout


def plain(text: str) -> str:
    """What a program prints, without ids."""
    return re.sub(r"[0-9a-f]{32}", "<id>", text)


def in_one_process(python: Path, directory: Path, variables: dict[str, str]) -> Outcome:
    """By an interpreter in which `import mlflow` gives what it gives."""
    text = output([str(python), "-c", ALL, *map(str, [*SCRIPTS, *PROGRAMS, COLLECTING])], directory, variables)
    *printed, collected, _ = text.split(MARK)
    return Outcome([plain(each) for each in printed], compared(json.loads(collected)))


def as_drop_in(directory: Path, variables: dict[str, str]) -> Outcome:
    """By `genesis-flow run`, each example alone and all programs by one."""
    run = [sys.executable, "-m", "genesis_flow", "run"]
    printed = [plain(output([*run, str(script)], directory, variables)) for script in SCRIPTS]
    (directory / "all.py").write_text(ALL)
    text = output([*run, str(directory / "all.py"), *map(str, [*PROGRAMS, COLLECTING])], directory, variables)
    *others, collected, _ = text.split(MARK)
    return Outcome([*printed, *map(plain, others)], compared(json.loads(collected)))


def as_guest(directory: Path) -> Outcome:
    """By stock MLflow, which opens our store by its plugin."""
    from tests.services.guest_site import guest_environment, unpacked_wheel
    from tests.services.stock import guest_python

    site = unpacked_wheel(directory)
    uri = f"genesis+sqlite:///{directory}/guest.db"
    variables = environment(directory, uri, PYTHONPATH=guest_environment(site)["PYTHONPATH"])
    return in_one_process(guest_python(VERSION), directory, variables)


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What stock MLflow makes of the examples."""
    directory = tmp_path_factory.mktemp("stock")
    python = stock_python("mlflow", "sklearn", "skops", "matplotlib", "torch")
    return in_one_process(python, directory, environment(directory, f"sqlite:///{directory}/stock.db"))


HAS_PLUGIN = importlib.util.find_spec("genesis_flow.api.plugin") is not None
WAYS = [
    "sqlite",
    pytest.param("mongodb", marks=pytest.mark.mongodb),
    pytest.param("guest", marks=pytest.mark.skipif(not HAS_PLUGIN, reason="stock MLflow cannot open our stores yet")),
]


def compared(record: dict[str, Any]) -> dict[str, Any]:
    """A record without what differs on purpose (docs/decisions/0010)."""
    for model in record["registry"].values():
        for version in model["versions"].values():
            del version["model"]  # stock forgets which logged model a version was made from
    for model in record["models"].values():
        # Of two models that a run made at a step, stock notes a metric of that step with the first alone.
        model["metrics"] = [point for point in model["metrics"] if point[0] != "test_score"]
    return record


@pytest.mark.stock
@pytest.mark.parametrize("way", WAYS)
def test_examples_record_the_same(stock: Outcome, tmp_path: Path, way: str) -> None:
    """Nothing in the store tells what a script ran on, and nothing that it prints does."""
    if way == "guest":
        ours = as_guest(tmp_path)
    else:
        uri = database_uri("examples") if way == "mongodb" else f"sqlite:///{tmp_path}/runs.db"
        ours = as_drop_in(tmp_path, environment(tmp_path, uri, PYTHONPATH=str(ROOT)))

    assert stock.printed == ours.printed
    for kind, things in stock.record.items():
        assert sorted(things) == sorted(ours.record[kind])
        for name, thing in things.items():
            assert (kind, name, thing) == (kind, name, ours.record[kind][name])


@pytest.mark.stock
def test_loggers_of_other_libraries_record_the_same(tmp_path: Path) -> None:
    """Lightning's logger and the callback of Transformers, which import `mlflow` and parts of it themselves."""
    pytest.importorskip("lightning")
    pytest.importorskip("transformers")
    script = str(COLLECTING.with_name("loggers.py"))
    python = stock_python("mlflow", "lightning", "transformers")
    recorded = []
    for name, words in {"stock": [str(python)], "ours": [sys.executable, "-m", "genesis_flow", "run"]}.items():
        directory = tmp_path / name
        directory.mkdir()
        path = str(ROOT) if name == "ours" else ""
        variables = environment(directory, f"sqlite:///{directory}/runs.db", PYTHONPATH=path, HF_HUB_OFFLINE="1")
        recorded.append(json.loads(output([*words, script], directory, variables).splitlines()[-1]))

    assert {"by lightning", "by transformers"} == {*recorded[0]}
    for name, run in recorded[0].items():
        assert (name, run) == (name, recorded[1][name])


@pytest.mark.stock
@pytest.mark.parametrize(
    ("module", "pattern"), [("mlflow_tags", r"MLFLOW_[A-Z_]+"), ("validation", r"MAX_[A-Z_]+")], ids=["tags", "limits"]
)
def test_constants_are_those_of_stock(module: str, pattern: str) -> None:
    """What we have of `mlflow.utils` has the same values there."""
    code = "import json, sys, importlib; found = vars(importlib.import_module(sys.argv[1])); "
    code += "print(json.dumps({key: value for key, value in found.items() if isinstance(value, (str, int))}))"
    words = [str(stock_python("mlflow")), "-c", code, f"mlflow.utils.{module}"]
    theirs = json.loads(subprocess.run(words, text=True, capture_output=True, timeout=120, check=True).stdout)
    ours = importlib.import_module(f"genesis_flow.utils.{module}")

    assert ours.__all__
    assert {name: theirs[name] for name in ours.__all__} == {name: getattr(ours, name) for name in ours.__all__}
    assert all(re.fullmatch(pattern, name) for name in ours.__all__)


def test_an_example_runs_on_the_embedded_store(tmp_path: Path) -> None:
    """Without MLflow and any setting, the quickstart finds its best run again, and so does the command line."""
    variables = environment(tmp_path, "", PYTHONPATH=str(ROOT))
    del variables["MLFLOW_TRACKING_URI"]
    call = [sys.executable, "-m", "genesis_flow"]
    best = output([*call, "run", str(SCRIPTS[0])], tmp_path, variables).split()[-1]
    shown = json.loads(output([*call, "runs", "show", best, "--json"], tmp_path, variables))

    assert (tmp_path / "genesis.db").exists()
    assert "candidate" == shown["tags"]["stage"]


@pytest.mark.stock
def test_the_record_is_of_something(stock: Outcome) -> None:
    """What is compared has runs with nested ones, histories, files, datasets, models, versions and aliases."""
    runs, registry = stock.record["runs"], stock.record["registry"]

    assert {"quickstart", "autologging", "hyperparameters", "own model", "promotion"} <= {*stock.record["experiments"]}
    assert 15 < len(runs)
    assert 20 == max(len(points) for run in runs.values() for points in run["metrics"].values())
    assert {"FINISHED", "FAILED", "KILLED"} == {run["status"] for run in runs.values()}
    assert any(run["inputs"] for run in runs.values())
    assert 5 <= len(stock.record["models"])
    assert {"champion": "2", "previous": "1"} == registry["diabetes"]["aliases"]
