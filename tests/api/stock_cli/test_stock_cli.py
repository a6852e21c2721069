"""`mlflow`'s commands print what MLflow's own print: the same words on both, compared word by word."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from genesis_flow.api.drop_in.finder import DIRECTORY
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.projects.project import read_project
from genesis_flow.api.stock_cli.main import cli
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
    "run project --env-manager local -P where=s3://b/c -P more=a;b -P path=top.txt --experiment-id 0 --run-name of-it",
    "run project -e fails --env-manager local --experiment-id 0 --run-name failed",
    "run project -e script.sh --env-manager local --experiment-id 0 --run-name script -P k={v}",
    "run project --env-manager local",
    "run project --env-manager local -P where=nowhere -P path=top.txt",
    "run project --env-manager local -e nothing",
    "run project --env-manager local -P a",
    "run project --env-manager local -P a=1 -P a=2",
    "run project --env-manager local --experiment-id 0 --experiment-name one",
    "experiments csv -x 0",
]

PROJECT = """
name: project
entry_points:
  main:
    parameters:
      path: path
      where: uri
      name: {type: string, default: two words}
      count: {type: float, default: 0.5}
    command: "echo {count} {name} {path} {where} > main.txt"
  fails:
    command: exit 3
"""

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
    (directory / "project").mkdir()
    (directory / "project" / "MLproject").write_text(PROJECT)
    (directory / "project" / "script.sh").write_text('echo "$@" "$MLFLOW_EXPERIMENT_ID" > script.txt')
    return directory


def said(python: Path, code: str, directory: Path, path: str) -> list[tuple[int, str]]:
    place = Workplace(prepared(directory))
    environment = place.environment(PYTHONPATH=path, MLFLOW_DEFAULT_ARTIFACT_ROOT=str(directory / "mlruns"))
    done = subprocess.run(
        [str(python), "-c", code], input=json.dumps([words.split(" ") for words in SESSION]), text=True,
        capture_output=True, cwd=directory, env=environment, timeout=300, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
    assert f"0.5 two words {directory}/top.txt s3://b/c --more a;b\n" == (directory / "project/main.txt").read_text()
    assert "--k {v} 0\n" == (directory / "project/script.txt").read_text()
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


#: Saves a model by MLflow's own API, and has it predict by the command line.
PREDICTING = """
import json, sys, pathlib, warnings
from click.testing import CliRunner
warnings.simplefilter("ignore")
import mlflow, pandas
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression
from {cli} import cli

frame = pandas.DataFrame({{"a": [1.0, 2.0], "b": [3.0, 5.0]}})
model = LinearRegression().fit(frame, [1.0, 2.0])
mlflow.sklearn.save_model(model, "model", signature=infer_signature(frame, [1.0]), pip_requirements=["one==1"])
answers = []
pathlib.Path("sent").write_text("a,b\\n1.0,3.0\\n2.0,5.0\\n")
words = "models predict -m model -i sent -o answer --env-manager local -t csv".split()
result = CliRunner().invoke(cli, words)
assert result.exit_code == 0, result.output + str(result.exception)
answers.append([round(each, 9) for each in json.loads(pathlib.Path("answer").read_text())["predictions"]])
for words in (["add", "two==2", "one==3"], ["remove", "two"]):
    assert CliRunner().invoke(cli, ["models", "update-pip-requirements", "-m", "model", *words]).exit_code == 0
    answers.append(sorted(pathlib.Path("model/requirements.txt").read_text().split()))
print(json.dumps(answers))
"""


@pytest.mark.stock
def test_models_predict_what_they_do_on_stock(tmp_path: Path) -> None:
    """By `mlflow models predict`; and what a model needs is changed alike."""
    answers = []
    for name, python, module in (
        ("stock", stock_python("mlflow", "sklearn"), "mlflow.cli"),
        ("ours", Path(sys.executable), "genesis_flow.api.stock_cli.main"),
    ):
        (tmp_path / name).mkdir()
        paths = "" if name == "stock" else os.pathsep.join([DIRECTORY, str(ROOT)])
        variables = {"PYTHONPATH": paths, "MLFLOW_DISABLE_TELEMETRY": "true"}
        variables["PATH"] = os.pathsep.join([str(python.parent), os.environ["PATH"]])
        done = subprocess.run(
            [str(python), "-c", PREDICTING.format(cli=module)], cwd=tmp_path / name, text=True, capture_output=True,
            env=Workplace(tmp_path / name).environment(**variables), timeout=300, check=False,
        )  # fmt: skip
        assert 0 == done.returncode, done.stderr
        answers.append(json.loads(done.stdout.splitlines()[-1]))

    assert answers[0] == answers[1]
    assert [1.0, 2.0] == answers[1][0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("run .", "No environments are built for projects, so --env-manager virtualenv (which is the default)"),
        ("run . --env-manager conda", "--env-manager local"),
        ("run . --env-manager local -b databricks", "The backend databricks is not supported"),
        ("run . --env-manager local -v main", "--version is not supported: check out the version"),
        ("run . --env-manager local -A gpus=all", "--docker-args is not supported: no containers are run"),
        ("models predict -m x", "No environments are built for models"),
        ("models predict -m x --env-manager local --env A=b", "--env is not supported"),
        ("models predict -m x --env-manager local --install-mlflow", "--install-mlflow is not supported"),
        ("server --app-name basic-auth", "--app-name is not supported: there is no sign-on yet"),
        ("server --gunicorn-opts x", "--gunicorn-opts is not supported"),
        ("server --dev", "--dev is not supported"),
        ("ui --host 0.0.0.0", "Give --allow-anonymous if that is what you want"),
        ("server --backend-store-uri memory:// --registry-store-uri sqlite:///x.db", "--registry-store-uri is not"),
        ("deployments help", "There is no command 'deployments'"),
    ],
)
def test_what_is_not_there_is_refused_with_a_reason(words: str, said: str) -> None:
    """No option is taken and left aside."""
    result = CliRunner().invoke(cli, words.split(" "))
    assert 2 == result.exit_code
    assert said in " ".join(result.output.split())


def test_a_project_finds_this_package(workplace: Workplace) -> None:
    """Its `python` is this interpreter, its `mlflow` this package, and it goes on with the run that was created."""
    workplace.write(
        "project/train.py",
        """
        import sys, mlflow
        with mlflow.start_run() as run:
            mlflow.log_param("seen", sys.argv[1])
        print(mlflow.__version__, sys.executable, run.info.run_id)
        """,
    )
    points = "entry_points: {main: {command: 'python train.py {x}', parameters: {x: string}}}"
    workplace.write("project/MLproject", points)
    done = workplace.run("-m", "mlflow", "run", "project", "--env-manager", "local", "-P", "x=1 2",
                         PYTHONPATH=os.pathsep.join([str(ROOT), DIRECTORY]))  # fmt: skip

    version, executable, run_id = done.stdout.split()
    assert (0, COMPATIBLE_MLFLOW_VERSION) == (done.returncode, version), done.stderr
    assert Path(executable).parent == Path(sys.executable).parent
    assert f"=== Run (ID '{run_id}') succeeded ===" in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("entry_points: {main: {command: 'echo {nothing}'}}", "cannot be filled in: 'nothing'"),
        ("entry_points: {main: {command: 'echo {x.y}', parameters: {x: string}}}", "cannot be filled in"),
        ("entry_points: {main: {parameters: {}}}", "has no command"),
        ("entry_points: [main]", "is no mapping"),
        ("docker_env: {image: x}\nentry_points: {main: {command: 'true'}}", "no containers are run"),
        ("entry_points: {main: {command: 'true'}, main: {command: 'false'}}", "main"),
    ],
)
def test_projects_that_are_refused(fresh: Path, text: str, said: str) -> None:
    """With what is wrong; nothing of them is run."""
    (fresh / "MLproject").write_text(text)
    words = ["run", ".", "--env-manager", "local", "-P", "x=1"]
    with pytest.raises(MlflowException, match=said):
        CliRunner().invoke(cli, words, catch_exceptions=False)


@pytest.mark.parametrize("name", ["a b.R", "$(touch x).R", "it's {0}.R", 'a"b\\c.R', "$(touch x) {y}.py", "a;b.sh"])
def test_names_of_files_are_not_run(tmp_path: Path, name: str) -> None:
    """A file that is run as a script is one word of the command, whatever it is called."""
    line = read_project(tmp_path).entry_point(name).line({}, str)
    words = shlex.split(line)
    if name.endswith(".R"):
        literal = name.replace("\\", "\\\\").replace("'", "\\'")
        assert ["Rscript", "-e", f"mlflow::mlflow_source('{literal}')", "--args"] == words
    else:
        assert name == words[1]
