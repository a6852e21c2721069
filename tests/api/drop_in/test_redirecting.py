"""Programs that name a server or a directory use the store that whoever runs them chose."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest

import genesis_flow as mlflow
from genesis_flow.api import session
from genesis_flow.api.exceptions import MlflowException
from tests.api.drop_in.conftest import Workplace

SERVER = "http://localhost:5000"

PROGRAM = """
import multiprocessing, subprocess, sys
import mlflow

mlflow.set_tracking_uri("http://localhost:5000")
mlflow.set_registry_uri("databricks-uc")
mlflow.set_experiment("named")
with mlflow.start_run() as run:
    mlflow.log_metric("m", 1)
client = mlflow.MlflowClient("http://localhost:5000/")
client.create_registered_model("r")
child = "import mlflow; print(mlflow.MlflowClient().get_run('" + run.info.run_id + "').data.metrics)"
print(mlflow.get_tracking_uri(), mlflow.get_registry_uri(), client.tracking_uri, flush=True)
subprocess.run([sys.executable, "-c", child], check=True)
"""
PRINTED = "http://localhost:5000 databricks-uc http://localhost:5000/\n{'m': 1.0}\n"


@pytest.mark.parametrize("by", ["option", "variable"])
def test_a_program_that_names_a_server(workplace: Workplace, by: str) -> None:
    """It is told what it said, its children and registry use the store, and it is said once, without passwords."""
    store = f"sqlite:///{workplace.directory}/target.db?secret=s3cret"
    given = [f"{SERVER}={store}", f"databricks-uc={store}"]
    program = str(workplace.write("program.py", PROGRAM))
    words = [f"--redirect={each}" for each in given] if by == "option" else []
    variables = {} if by == "option" else {"GENESIS_FLOW_REDIRECT": "\n".join(given)}
    done = workplace.run("-m", "genesis_flow", "run", *words, program, **variables)

    assert (0, PRINTED) == (done.returncode, done.stdout), done.stderr
    said = [line for line in done.stderr.splitlines() if "GENESIS_FLOW_REDIRECT says" in line]
    assert 3 == len(said)  # of the server and of the registry, and again in the child
    assert any(f"target.db?... is used for {SERVER}, as" in line for line in said)
    assert "s3cret" not in done.stderr
    session.reset()
    mlflow.set_tracking_uri(f"sqlite:///{workplace.directory}/target.db")
    assert ["named"] == [each.name for each in mlflow.search_experiments() if each.name != "Default"]
    assert ["r"] == [each.name for each in mlflow.search_registered_models()]
    session.reset()


def test_options_win_over_the_variable(workplace: Workplace) -> None:
    """For the same address; others stay in force."""
    code = 'import mlflow; mlflow.set_tracking_uri("http://a"); mlflow.set_experiment("x")'
    program = str(workplace.write("program.py", code))
    done = workplace.run(
        "-m", "genesis_flow", "run", "--redirect", f"http://a=sqlite:///{workplace.directory}/1.db", program,
        GENESIS_FLOW_REDIRECT=f"http://a=sqlite:///{workplace.directory}/2.db",
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
    assert (True, False) == tuple((workplace.directory / name).exists() for name in ("1.db", "2.db"))


@pytest.mark.parametrize("given", ["x", "a=b", "http://u:s3cret@h", "http://a=memory:// http://b=memory://"])
def test_a_wrong_option_is_refused(workplace: Workplace, given: str) -> None:
    """Before the program starts, and without showing it."""
    done = workplace.run("-m", "genesis_flow", "run", "--redirect", given, "program.py")
    assert 2 == done.returncode
    assert "give FROM=TO" in " ".join(done.stderr.split())
    assert "s3cret" not in done.stderr


def test_a_wrong_variable_is_named(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By every call that opens a store."""
    monkeypatch.setenv("GENESIS_FLOW_REDIRECT", "http://a:s3cret@b")
    with pytest.raises(MlflowException, match="GENESIS_FLOW_REDIRECT is wrong: give FROM=TO") as caught:
        mlflow.search_experiments()
    assert "s3cret" not in caught.value.message


def test_a_redirect_that_changes_is_noticed(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a notebook, which is one process for days."""
    mlflow.set_tracking_uri(SERVER)
    with pytest.raises(MlflowException, match="genesis-flow run --redirect"):
        mlflow.search_experiments()
    monkeypatch.setenv("GENESIS_FLOW_REDIRECT", f"*=sqlite:///{fresh}/a.db")
    mlflow.set_experiment("a")
    monkeypatch.setenv("GENESIS_FLOW_REDIRECT", f"*=sqlite:///{fresh}/b.db")
    assert None is mlflow.get_experiment_by_name("a")


def test_what_a_redirect_leads_to_has_to_be_a_store(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is not led on."""
    monkeypatch.setenv("GENESIS_FLOW_REDIRECT", "http://a=http://b http://b=memory://")
    mlflow.set_tracking_uri("http://a")
    with pytest.raises(MlflowException, match="No store serves the tracking URI 'http://b'"):
        mlflow.search_experiments()


def test_a_policy_is_for_the_store_that_is_used(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the program calls it."""
    from genesis_flow.api.models.trust import policy_for

    monkeypatch.setenv("GENESIS_FLOW_REDIRECT", f"{SERVER}=sqlite:///{fresh}/a.db")
    entry = {"uri": f"sqlite:///{fresh}/a.db", "trusted": ["a.B"]}
    mlflow.set_trust_policy({"version": 1, "registries": [entry]})
    assert {"a.B"} == policy_for(SERVER).trusted


def test_doctor_shows_redirects(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is used, and the variable, without passwords."""
    from genesis_flow.api.fluent.doctor import checkup

    text = f"{SERVER}=sqlite:///{fresh}/a.db http://b=mongodb://u:s3cret@h/d"
    monkeypatch.setenv("GENESIS_FLOW_REDIRECT", text)
    mlflow.set_tracking_uri(SERVER)
    found = checkup()
    assert SERVER == found.tracking_uri
    assert f"{SERVER}=sqlite:///{fresh}/a.db http://b=mongodb://***@h/d" == found.environment["GENESIS_FLOW_REDIRECT"]
    details = {each.check: each.detail for each in found.findings}
    assert f"sqlite:///{fresh}/a.db is used for {SERVER}, as GENESIS_FLOW_REDIRECT says" == details["redirect"]


def test_a_database_of_stock_is_left_alone(fresh: Path) -> None:
    """It is refused with what to do, and no byte of it changes."""
    with sqlite3.connect(fresh / "mlflow.db") as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name VARCHAR(256))")
    database.close()
    before = hashlib.sha256((fresh / "mlflow.db").read_bytes()).hexdigest()
    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    for call in (mlflow.search_experiments, mlflow.start_run, lambda: mlflow.set_experiment("x")):
        with pytest.raises(MlflowException, match="was made by another program"):
            call()
    session.close_all()
    assert before == hashlib.sha256((fresh / "mlflow.db").read_bytes()).hexdigest()
    assert ["mlflow.db"] == [each.name for each in fresh.iterdir()]
