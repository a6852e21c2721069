"""A process loads what it wrote itself, code and all; what others wrote it does not."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

pytest.importorskip("skops")

from genesis_flow.models import infer_signature, set_signature
from sklearn.preprocessing import FunctionTransformer

import genesis_flow as mlflow
from genesis_flow.api import session
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models import own_models
from genesis_flow.domain.use_cases import model_directories
from genesis_flow.domain.values.manifests import MANIFEST_TAG, write_manifest
from tests.api.stores import forget_own_models

FRAME = pd.DataFrame({"x": [1.0, 2.0]})
ROOT = Path(mlflow.__file__).parents[1]
REFUSED = "not trusted|code that lies in it would run"


class Doubling(mlflow.pyfunc.PythonModel):
    """Doubles, and notes that it was loaded."""

    loaded = 0

    def load_context(self, context: Any) -> None:
        """Count."""
        Doubling.loaded += 1

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        """Twice the column."""
        return (model_input["x"] * 2).tolist()


class Ran:
    """Notes that a pickle of it was loaded."""

    happened = False

    def __reduce__(self) -> Any:
        return (setattr, (Ran, "happened", True))


@pytest.fixture(autouse=True)
def _nothing_ran() -> None:
    Doubling.loaded, Ran.happened = 0, False


def logged(**options: Any) -> Any:
    """A model with code of its own, of a run."""
    with mlflow.start_run():
        return mlflow.pyfunc.log_model(name="m", python_model=Doubling(), **options)


def files_of(model_id: str) -> Path:
    """Where a logged model is on the disk."""
    found = mlflow.MlflowClient().get_logged_model(model_id).artifact_location
    return Path(found.removeprefix("file://"))


def refused(uri: str) -> None:
    """It is not loaded, and nothing of it runs."""
    with pytest.raises(MlflowException, match=REFUSED) as caught:
        mlflow.pyfunc.load_model(uri)
    assert "INVALID_PARAMETER_VALUE" == caught.value.error_code
    assert (0, False) == (Doubling.loaded, Ran.happened)


def program(code: str, **variables: str) -> str:
    """What a process of its own prints."""
    given = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    done = subprocess.run([sys.executable, "-c", code], env=given, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return done.stdout


def test_it_is_loaded_wherever_it_is(uri: str, fresh: Path, caplog: pytest.LogCaptureFixture) -> None:
    """By its id, by its run, by its version, and as a saved directory; without a word of warning."""
    with caplog.at_level(logging.WARNING):
        info = logged(registered_model_name="doubling")
        mlflow.pyfunc.save_model(fresh / "saved", python_model=Doubling())
        uris = [
            info.model_uri, f"runs:/{info.run_id}/m", "models:/doubling/1", "models:/doubling/latest",
            str(files_of(info.model_id)), str(fresh / "saved"),
        ]  # fmt: skip
        for each in uris:
            assert [2.0, 4.0] == mlflow.pyfunc.load_model(each).predict(FRAME)
    assert len(uris) == Doubling.loaded
    assert [] == [record for record in caplog.records if "unsafe" in record.message or "any code" in record.message]


def test_every_flavor_loads_its_own(memory: str, fresh: Path) -> None:
    """Objects that the secure loader refuses, such as functions that a program defines."""
    model = FunctionTransformer(lambda frame: frame * 3)
    info = mlflow.sklearn.log_model(model, name="m", serialization_format="cloudpickle")

    assert 6.0 == mlflow.sklearn.load_model(info.model_uri).transform(FRAME)["x"][1]


def test_a_module_of_a_program_is_loaded(memory: str) -> None:
    """PyTorch's pickles of classes that are defined in a program."""
    torch = pytest.importorskip("torch")

    class Halving(torch.nn.Module):  # type: ignore[misc,name-defined]
        def forward(self, x: Any) -> Any:
            return x / 2

    info = mlflow.pytorch.log_model(Halving(), name="m", serialization_format="pickle")
    assert 1.0 == float(mlflow.pytorch.load_model(info.model_uri)(torch.tensor(2.0)))


def test_files_that_were_changed_are_refused(memory: str) -> None:
    """However well the manifest, and its digest in the store, fit to what is there now."""
    info = logged()
    directory = files_of(info.model_id)
    import cloudpickle

    (directory / "python_model.pkl").write_bytes(cloudpickle.dumps(Ran()))
    manifest = write_manifest(directory)
    mlflow.MlflowClient().set_logged_model_tags(info.model_id, {MANIFEST_TAG: manifest.digest})
    refused(info.model_uri)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_files_that_are_changed_meanwhile(memory: str, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """While a model is being loaded: what is used is what was verified, or nothing is."""
    import cloudpickle

    info = logged()
    pickle = files_of(info.model_id) / "python_model.pkl"
    original = model_directories._private_copy

    def changing(directory: Path) -> Path:
        if moment == "before":
            pickle.write_bytes(cloudpickle.dumps(Ran()))
        copy = original(directory)
        pickle.write_bytes(cloudpickle.dumps(Ran()))
        return copy

    monkeypatch.setattr(model_directories, "_private_copy", changing)
    if moment == "before":
        with pytest.raises(MlflowException, match="was changed"):
            mlflow.pyfunc.load_model(info.model_uri)
    else:
        assert [2.0, 4.0] == mlflow.pyfunc.load_model(info.model_uri).predict(FRAME)
    assert not Ran.happened


def test_what_others_wrote_is_refused(fresh: Path) -> None:
    """By another process: also under the name that this one registered."""
    session.set_tracking_uri(f"sqlite:///{fresh}/store.db")
    logged(registered_model_name="doubling")
    code = (
        "import genesis_flow as m\n"
        "class Other(m.pyfunc.PythonModel):\n"
        "    def predict(self, context, model_input, params=None): return []\n"
        "print(m.pyfunc.log_model(name='m', python_model=Other(), registered_model_name='doubling').model_uri)\n"
    )
    theirs = program(code).strip()

    refused("models:/doubling/2")
    refused(theirs)
    assert [2.0, 4.0] == mlflow.pyfunc.load_model("models:/doubling/1").predict(FRAME)
    forget_own_models()
    with pytest.raises(MlflowException, match=REFUSED):
        mlflow.pyfunc.load_model("models:/doubling/1")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_fork_knows_what_its_parent_wrote(fresh: Path) -> None:
    """It is a copy of the process that did, and leaves the parent its files."""
    done = program(
        "import os, genesis_flow as m\n"
        "class Own(m.pyfunc.PythonModel):\n"
        "    def load_context(self, context): self.path = context.artifacts['a']\n"
        "    def predict(self, context, model_input, params=None): return open(self.path).read()\n"
        "open('a.txt', 'w').write('from a file')\n"
        "m.pyfunc.save_model('saved', python_model=Own(), artifacts={'a': 'a.txt'})\n"
        "loaded, child = m.pyfunc.load_model('saved'), os.fork()\n"
        "if child: os.waitpid(child, 0)\n"
        "print(m.pyfunc.load_model('saved').predict([1]), loaded.predict([1]), flush=True)\n"
    )
    assert "from a file from a file\n" * 2 == done


@pytest.mark.parametrize(
    "default",
    [{"allow_unsafe": False}, {"require_signed": True}, {"allow_unsafe": "signed"}],
    ids=["forbidden", "signatures", "signed code"],
)
def test_a_policy_that_says_otherwise_counts(
    memory: str, default: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that forbids code, or asks for signatures; one that speaks of classes only does not."""
    from genesis_flow.api.models.signing import make_keys

    info = logged(registered_model_name="doubling")
    mlflow.set_trust_policy({"version": 1, "default": {"trusted": ["a.b.C"]}})
    assert [2.0, 4.0] == mlflow.pyfunc.load_model("models:/doubling/1").predict(FRAME)

    Doubling.loaded = 0
    keys = {"keys": [make_keys().public]} if default != {"allow_unsafe": False} else {}
    mlflow.set_trust_policy({"version": 1, "default": default | keys})
    for each in ("models:/doubling/1", info.model_uri, f"runs:/{info.run_id}/m", str(files_of(info.model_id))):
        with pytest.raises(MlflowException, match=f"{REFUSED}|signed|signatures"):
            mlflow.pyfunc.load_model(each)
    assert 0 == Doubling.loaded


def test_pickles_that_are_switched_off_stay_off(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`MLFLOW_ALLOW_PICKLE_DESERIALIZATION` holds for one's own models, too."""
    info = logged()
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    with pytest.raises(MlflowException, match="pickle is disallowed"):
        mlflow.pyfunc.load_model(info.model_uri)


def test_a_signature_that_is_set_later_changes_nothing(memory: str) -> None:
    """A model that this process changed is still one that it wrote."""
    info = logged()
    set_signature(info.model_uri, infer_signature(FRAME, [1.0]))
    assert [2.0, 4.0] == mlflow.pyfunc.load_model(info.model_uri).predict(FRAME)


def test_a_changed_model_of_others_does_not_become_own(memory: str) -> None:
    """Setting a signature vouches for nothing."""
    info = logged()
    forget_own_models()
    set_signature(info.model_uri, infer_signature(FRAME, [1.0]))
    refused(info.model_uri)


@pytest.mark.parametrize("loader", ["mlflow.sklearn", "mlflow.pytorch", "mlflow.transformers"])
def test_files_that_another_flavor_reads_are_not_own(fresh: Path, loader: str) -> None:
    """A pickle that is only copied into a model may come from anywhere."""
    import cloudpickle

    data = fresh / "model.pkl"
    data.write_bytes(cloudpickle.dumps(Ran()))
    mlflow.pyfunc.save_model(fresh / "m", loader_module=loader, data_path=str(data))
    with pytest.raises(MlflowException):
        mlflow.pyfunc.load_model(str(fresh / "m"))
    assert not Ran.happened


def test_a_directory_that_everybody_may_write_to_is_not_own(fresh: Path) -> None:
    """What is there may have been put there while the model was being saved."""
    (fresh / "open").mkdir()
    (fresh / "open").chmod(0o777)
    mlflow.pyfunc.save_model(fresh / "open", python_model=Doubling())
    refused(str(fresh / "open"))


def test_a_copy_is_what_it_was_copied_from(memory: str, fresh: Path) -> None:
    """Where the files are does not matter; one more file does."""
    info = logged()
    shutil.copytree(files_of(info.model_id), fresh / "copy")
    assert [2.0, 4.0] == mlflow.pyfunc.load_model(str(fresh / "copy")).predict(FRAME)
    (fresh / "copy" / "more.py").write_text("")
    with pytest.raises(MlflowException, match=r"more\.py was added"):
        mlflow.pyfunc.load_model(str(fresh / "copy"))


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch, fresh: Path) -> None:
    """The oldest are forgotten first; one that is noted again is new."""
    monkeypatch.setattr(own_models, "_MOST", 2)
    noted = own_models.own_models()
    for digest in ("a", "b", "a", "c"):
        noted.note(digest)
    assert ["a", "c"] == [each for each in "abc" if each in noted.digests()]


def test_nothing_is_left_in_the_temporary_directory(fresh: Path) -> None:
    """Copies are gone with the process."""
    (fresh / "tmp").mkdir()
    code = (
        "import genesis_flow as m\n"
        "class Own(m.pyfunc.PythonModel):\n"
        "    def predict(self, context, model_input, params=None): return [1]\n"
        "m.pyfunc.save_model('saved', python_model=Own())\n"
        "print(m.pyfunc.load_model('saved').predict([1]))\n"
    )
    assert "[1]\n" == program(code, TMPDIR=str(fresh / "tmp"))
    assert [] == [each.name for each in (fresh / "tmp").iterdir()]
