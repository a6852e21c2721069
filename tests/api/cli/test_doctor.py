"""`genesis-flow doctor` and `mlflow.doctor`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import genesis_flow
from genesis_flow.api import session
from genesis_flow.ports.diagnosis import Health

from .conftest import CommandLine


def test_what_is_configured(command_line: CommandLine, tmp_path: Path) -> None:
    """`doctor` says which store is used, where that comes from, and where artifacts go."""
    record = command_line.json("doctor")
    assert ("memory://", "from MLFLOW_TRACKING_URI") == (record["tracking_uri"], record["tracking_uri_origin"])
    assert (str(tmp_path / "genesis_artifacts"), genesis_flow.__version__) == (
        record["artifact_root"], record["version"],
    )  # fmt: skip
    assert {"durability": "warning", "artifact root": "ok"} == {
        each["check"]: each["health"] for each in record["findings"]
    }
    assert record["is_broken"] is False


def test_the_origin_of_the_store(command_line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store is given, set by the program, from the environment, or the default."""
    assert "given" == command_line.json("doctor", "--tracking-uri", "memory://")["tracking_uri_origin"]
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    record = command_line.json("doctor")
    assert (True, True) == (record["tracking_uri_origin"].startswith("default"), "genesis.db" in record["tracking_uri"])


def test_nothing_is_created(command_line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking at a store that is not there yet leaves it so."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert 0 == command_line("doctor").exit_code
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("MLFLOW_TRACKING_URI", "http://user:hunter2@server", "settings"),
        ("MLFLOW_TRACKING_URI", "mongodb://user:hunter2@127.0.0.1:9/db?timeoutMS=300", "server"),
        ("GENESIS_FLOW_TIMEOUT", "soon", "settings"),
        ("MLFLOW_DEFAULT_ARTIFACT_ROOT", "s3://user:hunter2@x", "settings"),
        ("MLFLOW_DEFAULT_ARTIFACT_ROOT", "nowhere://user:hunter2@x", "artifact root"),
        ("MLFLOW_DEFAULT_ARTIFACT_ROOT", "nowhere://x", "artifact root"),
        ("MLFLOW_DEFAULT_ARTIFACT_ROOT", "file/below", "artifact root"),
    ],
)
def test_what_is_broken(
    command_line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, check: str
) -> None:
    """What does not work is a finding, not an error; the exit code is 1, and no password is shown."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("GENESIS_FLOW_TIMEOUT", "0.3")
    monkeypatch.setenv(name, value)
    session.reset()  # a store in memory keeps the settings that it was opened with
    plain, as_json = command_line("doctor"), command_line("doctor", "--json")
    assert (1, 1) == (plain.exit_code, as_json.exit_code)
    assert (False, "", "") == ("hunter2" in plain.output + as_json.output, plain.stderr, as_json.stderr)
    record = json.loads(as_json.stdout)
    assert [check] == [each["check"] for each in record["findings"] if each["health"] == Health.BROKEN.value]


def test_file_uris_are_local(command_line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An artifact root written as a file URI is checked like a directory."""
    monkeypatch.setenv("MLFLOW_DEFAULT_ARTIFACT_ROOT", (tmp_path / "a b").as_uri())
    session.reset()
    findings = {each["check"]: each["detail"] for each in command_line.json("doctor")["findings"]}
    assert f"{tmp_path / 'a b'} does not exist yet; the first artifact creates it" == findings["artifact root"]


def test_doctor_prints_for_programs(
    command_line: CommandLine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`doctor()` prints versions, the store, the active run and findings, without passwords."""
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", "mongodb://user:hunter2@h/x")
    with genesis_flow.start_run() as run:
        genesis_flow.doctor()
    text = capsys.readouterr().out
    wanted = [
        f"genesis-flow version: {genesis_flow.__version__}\n", "Tracking URI: memory:// (from MLFLOW_TRACKING_URI)\n",
        f"Active run ID: {run.info.run_id}\n", "  MLFLOW_REGISTRY_URI: mongodb://***@h/x\n", "  WARNING durability: ",
    ]  # fmt: skip
    assert (wanted, False) == ([each for each in wanted if each in text], "hunter2" in text)


def test_doctor_masks_variables(command_line: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    """With mask_envs no value of a variable is printed in their list."""
    genesis_flow.doctor(mask_envs=True)
    assert "  MLFLOW_TRACKING_URI: ***\n" in capsys.readouterr().out


def test_shared_stores_need_a_shared_root(command_line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory of this machine is a poor artifact root for a database that others use, too."""
    from genesis_flow.api.fluent.doctor import _is_shared

    uris = {
        "mongodb://u:p@db.example.com/x": True, "mongodb+srv://c.example.com/x": True, "mongodb://localhost,b/x": True,
        "mongodb://u:p@127.0.0.1:27017/x": False, "mongodb://localhost/x": False, "mongodb://[::1]:1/x": False,
        "sqlite:///x": False, "memory://": False,
    }  # fmt: skip
    assert uris == {uri: _is_shared(uri) for uri in uris}
    assert session.is_tracking_uri_set()
