"""`mlflow`'s commands print what MLflow's own print: the same words on both, compared word by word."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from genesis_flow.api.drop_in.finder import DIRECTORY
from genesis_flow.api.version import COMPATIBLE_MLFLOW_VERSION
from tests.api.drop_in.conftest import ROOT, Workplace, workplace
from tests.services.stock import stock_python

__all__ = ["workplace"]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the command is for POSIX shells")

#: What differs between two stores of any kind.
_NOISE = (
    (re.compile(r"[0-9a-f]{32}"), "<id>"),
    (re.compile(r"\b1\d{12}\b"), "<time>"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?"), "<date>"),
    (re.compile(r"/tmp/(tmp|genesis-flow-)\w+"), "<temporary>"),
    (re.compile(r'"mlflow.source.name": "[^"]*"'), '"mlflow.source.name": "<source>"'),
)

#: What is called one after the other; <run> is the run that was created last.
SESSION = [
    "experiments create -n one -l /place/one",
    "experiments create -n two -l s3://bucket/two",
    "experiments create --experiment-name one",
    "experiments create",
    "experiments search",
    "experiments get -x 1",
    "experiments get -n two",
    "experiments get -x 1 --output json",
    "experiments get -x 1 -n one",
    "experiments get -n nothing",
    "experiments rename -x 1 --new-name three",
    "experiments delete -x 1",
    "experiments get -x 1 --output table",
    "experiments search --view deleted_only",
    "experiments search -v all --max-results 1",
    "experiments search --max-results -1",
    "experiments restore -x 1",
    "experiments delete --experiment-id 77",
    "experiments nothing",
    "runs list --experiment-id 0",
    "runs create --experiment-id 0 --run-name first -t a=b -t c=d=e --description text --status failed",
    "runs describe --run-id <run>",
    "runs list --experiment-id 0",
    "runs delete --run-id <run>",
    "runs list --experiment-id 0 -v deleted_only",
    "runs restore --run-id <run>",
    "runs restore --run-id <run>",
    "runs create --experiment-name new --run-name second",
    "runs create --experiment-name new --parent-run-id <run> --run-name child",
    "runs create --experiment-name new --experiment-id 0",
    "runs create --experiment-id 0 -t a",
    "runs create --experiment-id 0 -t a=1 -t a=2",
    "runs describe --run-id nothing",
    "runs list",
    "experiments csv -x 0 -o runs.csv",
    "experiments csv -x 0",
    "--version",
    "runs create --experiment-id 0 --run-name with-artifacts",
    "artifacts list -r <run>",
    "artifacts log-artifact -l top.txt -r <run>",
    "artifacts log-artifacts --local-dir tree --run-id <run> --artifact-path deep/er",
    "artifacts list -r <run>",
    "artifacts list -r <run> -a deep/er",
    "artifacts list -r <run> -a top.txt",
    "artifacts download -r <run> -a deep -d out",
    "artifacts download -r <run> -a top.txt",
    "artifacts download -r <run> -a deep/er/leaf.txt -d out/deeper",
    "artifacts download -u runs:/<run>/deep/er/leaf.txt -r ignored -d out",
    "artifacts list",
    "artifacts list -r nothing",
    "artifacts download -d out",
    "runs create --experiment-id 0 --run-name gone",
    "gc --backend-store-uri <store> --run-ids <run>",
    "runs delete --run-id <run>",
    "gc --backend-store-uri <store> --run-ids <run> --older-than 1d",
    "gc --backend-store-uri <store> --run-ids <run>",
    "experiments create -n gone",
    "experiments delete -x 4",
    "gc --backend-store-uri <store>",
]

#: Runs words one after the other in one process, for stock's command line takes seconds to start.
STOCK = """
import csv, io, json, os, sys
from click.testing import CliRunner
from mlflow.cli import cli
run, answers = "", []
for words in json.load(sys.stdin):
    for name in ("MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID"):  # which each process has of its own
        os.environ.pop(name, None)
    words = [word.replace("<run>", run).replace("<store>", os.environ["MLFLOW_TRACKING_URI"]) for word in words]
    result = CliRunner().invoke(cli, words, prog_name="mlflow")
    output = result.stdout
    if result.exit_code == 0 and words[:2] == ["runs", "describe"]:
        described = json.loads(output)
        assert output == json.dumps(described, indent=4) + "\\n"
        described["data"]["tags"] = dict(sorted(described["data"]["tags"].items()))  # in no order of their own
        output = json.dumps(described)
    if words[:2] == ["experiments", "csv"] and "-o" not in words:
        assert output.endswith("\\n\\n")
        rows = [dict(sorted(row.items())) for row in csv.DictReader(io.StringIO(output))]
        output = json.dumps([row | {"tags.mlflow.source.name": "<source>"} for row in rows])  # columns in any order
    if result.exit_code == 0 and words[:2] == ["runs", "create"]:
        run = json.loads(output)["run_id"]
    answers.append((result.exit_code, output))
json.dump(answers, sys.stdout)
"""


def quiet(text: str, place: Path) -> str:
    """A text without what differs between stores."""
    text = text.replace(str(place), "<place>")
    for pattern, word in _NOISE:
        text = pattern.sub(word, text)
    return text


def prepared(directory: Path) -> Path:
    """A directory with files to log."""
    (directory / "tree").mkdir(parents=True)
    (directory / "top.txt").write_text("top")
    (directory / "tree" / "leaf.txt").write_text("leaf")
    return directory


def said(python: Path, code: str, directory: Path, path: str) -> list[tuple[int, str]]:
    place = Workplace(prepared(directory))
    environment = place.environment(PYTHONPATH=path, MLFLOW_DEFAULT_ARTIFACT_ROOT=str(directory / "mlruns"))
    done = subprocess.run(
        [str(python), "-c", code], input=json.dumps([words.split(" ") for words in SESSION]), text=True,
        capture_output=True, cwd=directory, env=environment, timeout=300, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
    return [(code, quiet(output, directory)) for code, output in json.loads(done.stdout.splitlines()[-1])]


@pytest.mark.stock
def test_commands_print_what_stock_prints(tmp_path: Path) -> None:
    """The output, and the exit code, are the same for the same words in the same order."""
    program = STOCK.replace("from mlflow.cli import cli", "from genesis_flow.api.stock_cli.main import cli")
    stock = said(stock_python("mlflow", "click"), STOCK, tmp_path / "a", "")
    ours = said(Path(sys.executable), program, tmp_path / "b", str(ROOT))
    rows = list(zip(SESSION, stock, ours, strict=True))

    for words, (stock_code, stock_output), (code, output) in rows:
        assert (words, stock_code, stock_output) == (words, code, output)
    assert 25 < sum(code == 0 for code, _ in ours)


def test_the_package_and_the_command(workplace: Workplace) -> None:
    """`genesis-flow shim` writes both; they work wherever they are on the paths, and can be written again."""
    directory = workplace.directory / "a b" / "shim"
    for _ in range(2):
        done = workplace.run("-m", "genesis_flow", "shim", str(directory), "--json")
        assert (0, "") == (done.returncode, done.stderr)
    assert {"commands": f"{directory}/bin", "packages": f"{directory}/lib"} == json.loads(done.stdout)
    shell = subprocess.run(
        "mlflow --version && mlflow experiments create -n made && exec python -m mlflow.store.artifact.cli --help",
        shell=True, cwd=workplace.directory, text=True, capture_output=True, timeout=120, check=False,
        env=workplace.environment(
            PATH=os.pathsep.join([f"{directory}/bin", str(Path(sys.executable).parent), os.environ["PATH"]]),
            PYTHONPATH=os.pathsep.join([f"{directory}/lib", str(ROOT)]),
        ),
    )  # fmt: skip

    lines = shell.stdout.splitlines()
    assert (0, "") == (shell.returncode, shell.stderr)
    assert f"mlflow, version {COMPATIBLE_MLFLOW_VERSION}" == lines[0]
    assert "Created experiment 'made' with id 1" == lines[1]
    assert "Usage: python -m mlflow.store.artifact.cli [OPTIONS] COMMAND [ARGS]..." == lines[2]


def test_files_of_others_stay(workplace: Workplace) -> None:
    """A command `mlflow` that is not ours is not overwritten."""
    workplace.write("bin/mlflow", "the real one")
    done = workplace.run("-m", "genesis_flow", "shim", ".")

    assert (1, True) == (done.returncode, done.stderr.startswith("Error: '"))
    assert "the real one" == (workplace.directory / "bin/mlflow").read_text()
    assert not (workplace.directory / "lib").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["deployments", "list"], 2, "There is no command 'deployments'. There are: artifacts, "),
        (["runs", "list"], 2, "Missing option '--experiment-id'"),
        (["artifacts", "list", "-r", "nothing"], 1, "Error: Run with id=nothing not found"),
        (["server", "--nothing"], 2, "No such option"),
    ],
)
def test_failures(workplace: Workplace, words: list[str], code: int, said: str) -> None:
    """What is wrong is said on the error stream, by one line or with the usage; the exit code is MLflow's."""
    done = workplace.run("-m", "mlflow", *words, PYTHONPATH=os.pathsep.join([str(ROOT), DIRECTORY]))

    assert (code, "") == (done.returncode, done.stdout)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
