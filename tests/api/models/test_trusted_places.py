"""An operator trusts the models of experiments and places; programs are not changed for it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cloudpickle")

import genesis_flow as mlflow
from genesis_flow.api import session
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models import locating
from tests.api.stores import forget_own_models

REFUSED = "not trusted|code that lies in it would run"


class Echo(mlflow.pyfunc.PythonModel):
    """Gives back what it gets."""

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        """The same."""
        return model_input


def logged(experiment: str) -> dict[str, str]:
    """What names a model of an experiment that another process logged, by kind of name."""
    mlflow.set_experiment(experiment)
    with mlflow.start_run() as run:
        info = mlflow.pyfunc.log_model(name="m", python_model=Echo())
        mlflow.pyfunc.save_model("copied", python_model=Echo())
        mlflow.log_artifacts("copied", "plain")
    forget_own_models()
    location = mlflow.MlflowClient().get_logged_model(info.model_id).artifact_location
    return {
        "model": info.model_uri, "run": f"runs:/{run.info.run_id}/m",
        "files of a run": f"runs:/{run.info.run_id}/plain",
        "path": str(Path(location.removeprefix("file://"))), "saved": str(Path("copied").absolute()),
    }  # fmt: skip


def loads(names: dict[str, str]) -> set[str]:
    """Which of them are loaded; all others are refused for lack of trust."""
    found = set()
    for kind, uri in names.items():
        try:
            found.add(kind if mlflow.pyfunc.load_model(uri).predict([1]) == [1] else "wrong")
        except MlflowException as error:
            if re.search(REFUSED, error.message) is None:
                raise
    return found


def allow(**entries: Any) -> None:
    """A policy with these entries, of which each allows code."""
    lists = {key: [{**each, "allow_unsafe": True} for each in found] for key, found in entries.items()}
    mlflow.set_trust_policy({"version": 1, **lists})


@pytest.fixture
def store(fresh: Path) -> str:
    """A store of a file, which other processes could write to as well."""
    uri = f"sqlite:///{fresh}/store.db"
    session.set_tracking_uri(uri)
    return uri


def test_models_of_experiments(store: str, caplog: pytest.LogCaptureFixture) -> None:
    """By the exact name, in the exact store; their files are not trusted where they are named by a path."""
    names = logged("training")
    assert set() == loads(names)
    allow(experiments=[{"uri": store, "names": ["training"]}])
    assert {"model", "run", "files of a run"} == loads(names)
    assert 3 == len([record for record in caplog.records if "The trust policy allows" in record.message])

    for uri, name in ((store, "train"), (store, "Training"), (f"{store}2", "training"), ("memory://", "training")):
        allow(experiments=[{"uri": uri, "names": [name, "training2"]}])
        assert set() == loads(names)


def test_files_below_a_place(store: str, fresh: Path) -> None:
    """Whatever names them; a neighbour whose name begins alike is another place."""
    names = logged("training")
    root = session.application().settings.artifact_root
    allow(locations=[{"uri": root}])
    assert {"model", "run", "files of a run", "path"} == loads(names)
    allow(locations=[{"uri": str(fresh)}])
    assert {*names} == loads(names)
    for neighbour in (root[:-1], f"{root}2", f"{fresh}/copied/MLmodel/x", f"{fresh}/cop"):
        allow(locations=[{"uri": neighbour}])
        assert set() == loads(names)


def test_a_link_out_of_a_place_leads_out_of_it(store: str, fresh: Path) -> None:
    """What is trusted is where files are, not what leads there."""
    names = logged("training")
    (fresh / "trusted").mkdir()
    os.symlink(names["saved"], fresh / "trusted" / "link")
    allow(locations=[{"uri": str(fresh / "trusted")}])
    assert set() == loads({"link": str(fresh / "trusted" / "link"), "up": f"{fresh}/trusted/../copied"})


def test_a_link_that_is_turned_meanwhile_is_not_followed_again(
    store: str, fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found to be trusted is what is loaded."""
    logged("training")
    (fresh / "trusted").mkdir()
    os.rename(fresh / "copied", fresh / "trusted" / "model")
    os.symlink(fresh / "trusted" / "model", fresh / "link")
    allow(locations=[{"uri": str(fresh / "trusted")}])
    original = locating.trust_in_files

    def turning(*arguments: Any) -> Any:
        found = original(*arguments)
        (fresh / "link").unlink()
        os.symlink(fresh / "nothing", fresh / "link")
        return found

    monkeypatch.setattr(locating, "trust_in_files", turning)
    assert {"link"} == loads({"link": str(fresh / "link")})


def test_versions_are_left_to_their_registry(store: str, fresh: Path) -> None:
    """An experiment that is trusted makes no version so."""
    logged("training")
    mlflow.register_model(str(fresh / "copied"), "registered")
    allow(experiments=[{"uri": store, "names": ["training"]}], locations=[{"uri": str(fresh)}])
    with pytest.raises(MlflowException, match=REFUSED):
        mlflow.pyfunc.load_model("models:/registered/1")


def test_a_registry_that_asks_for_signatures_gets_them(store: str) -> None:
    """Logged models have none, whatever their experiment."""
    from genesis_flow.api.models.signing import make_keys

    names = logged("training")
    mlflow.set_trust_policy(
        {
            "version": 1,
            "default": {"require_signed": True, "keys": [make_keys().public]},
            "experiments": [{"uri": store, "names": ["training"], "allow_unsafe": True}],
        }
    )
    with pytest.raises(MlflowException, match="asks for signatures"):
        mlflow.pyfunc.load_model(names["model"])


def test_a_program_needs_no_change(store: str, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that the environment names is enough; a broken one has nothing loaded."""
    names = logged("training")
    policy = fresh / "trust.yaml"
    policy.write_text(
        f"version: 1\nexperiments:\n  - {{uri: 'sqlite:///{fresh}/store.db', names: [training], allow_unsafe: true}}\n"
    )
    monkeypatch.setenv("GENESIS_FLOW_TRUST_POLICY", str(policy))
    assert {"model", "run", "files of a run"} == loads(names)
    policy.write_text("version: 1\nexperiments: 7\n")
    for uri in names.values():
        with pytest.raises(MlflowException, match="'experiments' is a list of entries"):
            mlflow.pyfunc.load_model(uri)
