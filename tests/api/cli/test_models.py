"""`genesis-flow models`: the registry, trust and files of models at the command line."""

from __future__ import annotations

import os
import pickle
import stat
from pathlib import Path
from typing import Any

import pytest
from sklearn.linear_model import LinearRegression

import genesis_flow as mlflow
from genesis_flow.api import session
from tests.api.cli.conftest import CommandLine
from tests.api.stores import EVERY_STORE, store_uri


@pytest.fixture(params=EVERY_STORE)
def cli(
    request: pytest.FixtureRequest, command_line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    """A command line on each kind of store, with two versions of a model."""
    if request.param != "memory":
        monkeypatch.setenv("MLFLOW_TRACKING_URI", store_uri(request.param, tmp_path))
        command_line = CommandLine(session.application())
    for name in ("MLFLOW_REGISTRY_URI", "GENESIS_FLOW_TRUST_POLICY"):
        monkeypatch.delenv(name, raising=False)
    for slope in (1.0, 2.0):
        model = LinearRegression().fit([[1.0], [2.0]], [slope, 2 * slope])
        mlflow.sklearn.log_model(model, name="x", registered_model_name="m")
    return command_line


def test_list_and_show(cli: CommandLine) -> None:
    """Models with their aliases, versions with all that is known of them."""
    cli.lines("models", "promote", "m", "2", "--alias", "champion", "--stage", "production")

    (found,) = cli.json("models", "list")["models"]
    assert ("m", {"champion": "2"}) == (found["name"], found["aliases"])
    assert [] == cli.json("models", "list", "--filter", "name = 'other'")["models"]
    shown = cli.json("models", "show", "m")
    assert [("2", "Production"), ("1", "None")] == [(v["version"], v["current_stage"]) for v in shown["versions"]]
    assert cli.json("models", "show", "m", "@champion") == cli.json("models", "show", "m", "2")
    assert "champion -> 2" in " ".join(cli.lines("models", "show", "m"))
    assert "Signed       no" in cli.lines("models", "show", "m", "1")
    assert ["Name  Aliases        Updated"] == [" ".join(cli.lines("models", "list")[:1])]


def test_promote_says_what_a_version_is_now(cli: CommandLine) -> None:
    """And archives others where that is asked for."""
    cli.lines("models", "promote", "m", "1", "--stage", "Production")
    assert ["Version 2 of m is @a, @b, Production"] == cli.lines(
        "models", "promote", "m", "latest", "--alias", "a", "--alias", "b", "--stage", "Production", "--archive"
    )
    assert "Archived" == cli.json("models", "show", "m", "1")["current_stage"]
    assert 2 == cli.failure("models", "promote", "m", "1")[0]
    assert 2 == cli.failure("models", "promote", "m", "1", "--alias", "a", "--archive")[0]
    assert 1 == cli.failure("models", "promote", "m", "9", "--alias", "a")[0]
    assert 1 == cli.failure("models", "promote", "m", "1", "--stage", "Nowhere")[0]


def test_register(cli: CommandLine) -> None:
    """A logged model, or a directory, is the next version; one line, or one object, is all that is printed."""
    source = cli.json("models", "show", "m", "1")["source"]

    assert ["Registered version 3 of m"] == cli.lines("models", "register", source, "m", "--alias", "new")
    made = cli.json("models", "register", source, "n")
    assert ("n", "1") == (made["name"], made["version"])
    assert "3" == cli.json("models", "show", "m", "@new")["version"]
    assert 1 == cli.failure("models", "register", "models:/m-" + "0" * 32, "new")[0]
    assert {"m", "n"} == {each["name"] for each in cli.json("models", "list")["models"]}


def test_keys_sign_and_verify(cli: CommandLine, tmp_path: Path) -> None:
    """The private key is its owner's alone, and no file is replaced."""
    made = cli.json("models", "keys", "team.pem")
    assert 0o600 == stat.S_IMODE(os.stat("team.pem").st_mode)
    assert (1, "Error: 'team.pem' exists already.") == cli.failure("models", "keys", "team.pem")
    assert 1 == cli.failure("models", "verify", "models:/m/1", "--key", "team.pem.pub")[0]
    signed = cli.json("models", "sign", "models:/m/1", "--key", "team.pem")

    assert made["key_id"] == signed["key_id"]
    assert signed == cli.json("models", "verify", "models:/m/1", "--key", "team.pem.pub")
    assert "yes" == cli.lines("models", "show", "m", "1")[5].split()[-1]
    assert 2 == cli.failure("models", "verify", "models:/m/1")[0]
    assert 1 == cli.failure("models", "sign", "models:/m/1", "--key", "missing.pem")[0]
    assert "not a private key" in cli.failure("models", "sign", "models:/m/1", "--key", "team.pem.pub")[1]
    Path("trust.yaml").write_text("version: 1\ndefault: {require_signed: true, keys: [team.pem.pub]}\n")
    os.environ["GENESIS_FLOW_TRUST_POLICY"] = str(tmp_path / "trust.yaml")
    try:
        assert signed == cli.json("models", "verify", "models:/m/1")
        assert "is not signed" in cli.failure("models", "verify", "models:/m/2")[1]
    finally:
        del os.environ["GENESIS_FLOW_TRUST_POLICY"]


def test_an_encrypted_key_asks_for_its_password(cli: CommandLine) -> None:
    """On the error stream, so that the output stays JSON; a wrong one is refused."""
    assert 0 == cli("models", "keys", "k", "--encrypt", input="secret\nsecret\n").exit_code
    assert "ENCRYPTED" in Path("k").read_text()
    wrong = cli("models", "sign", "models:/m/1", "--key", "k", input="x\n")
    assert (1, "") == (wrong.exit_code, wrong.stdout)
    assert 0 == cli("models", "sign", "models:/m/1", "--key", "k", "--json", input="secret\n").exit_code


def test_audit(cli: CommandLine) -> None:
    """What a model, a directory or a file would construct; the exit code says whether all would be loaded."""
    found = cli.json("models", "audit", "models:/m/1")
    assert found["is_sound"]
    (skops,) = [each for each in found["files"] if each["format"] == "skops"]
    names = {each["name"]: each["verdict"] for each in skops["names"]}
    assert "allowed" == names["sklearn.linear_model._base.LinearRegression"]
    Path("bad").mkdir()
    Path("bad/x.pkl").write_bytes(pickle.dumps(os.system))
    for target in ("bad", "bad/x.pkl"):
        result = cli("models", "audit", target)
        assert (1, "") == (result.exit_code, result.stderr)
        assert "posix.system" in result.stdout
        assert "refused" in result.stdout
    assert 1 == cli("models", "audit", "bad", "--json").exit_code
    assert 1 == cli.failure("models", "audit", "models:/nothing/1")[0]


def test_download(cli: CommandLine) -> None:
    """The files are there once they are verified, and nothing else is."""
    found = cli.json("models", "download", "models:/m/1", "--dst", "new/model")

    assert len([each for each in Path("new/model").rglob("*") if each.is_file()]) == found["files"]
    assert [1.0] == [round(float(each), 6) for each in mlflow.sklearn.load_model("new/model").predict([[1.0]])]
    assert "exists" in cli.failure("models", "download", "models:/m/1", "--dst", "new/model")[1]
    assert 1 == cli.failure("models", "download", "models:/m/9", "--dst", "other")[0]
    place = session.application().model_persistence.locate(cli.json("models", "show", "m", "2")["storage_location"])
    local = place.store.local_path(place.path)
    assert local is not None
    (local / "MLmodel").write_text("changed")
    assert "not those that were saved" in cli.failure("models", "download", "models:/m/2", "--dst", "other")[1]
    assert not Path("other").exists()
    assert [] == [each for each in Path().iterdir() if each.name.startswith(".genesis-flow-")]


def test_another_store_is_named_by_an_option(cli: CommandLine, tmp_path: Path) -> None:
    """`--tracking-uri` is where models are looked for."""
    assert [] == cli.json("models", "list", "--tracking-uri", f"sqlite:///{tmp_path}/empty.db")["models"]


def test_hostile_names_are_shown_harmlessly(cli: CommandLine) -> None:
    """Control characters of descriptions and tags do not reach a terminal."""
    client: Any = mlflow.MlflowClient()
    client.update_registered_model("m", "\x1b[31mred")

    assert "\x1b" not in "".join(cli.lines("models", "show", "m"))
