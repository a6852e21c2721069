"""Models of scikit-learn: saved, logged, loaded, and refused where they should be."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("skops")

from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import genesis_flow as mlflow
from genesis_flow.api import session
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.domain.values.manifests import MANIFEST_FILE, write_manifest
from tests.api.stores import forget_own_models

FRAME = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [0.5, 1.0, 0.2, 0.1]})
CLASSES = [0, 1, 0, 1]


@pytest.fixture(scope="module")
def model() -> Any:
    """A fitted pipeline."""
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(FRAME, CLASSES)


@pytest.fixture
def saved(model: Any, tmp_path: Path) -> Path:
    """That pipeline, saved."""
    mlflow.sklearn.save_model(model, tmp_path / "saved", input_example=FRAME.head(2))
    return tmp_path / "saved"


class Home(BaseEstimator):
    """An estimator of somebody's own."""

    def fit(self, X: Any, y: Any = None) -> Home:
        """Learn nothing."""
        self.seen_ = len(X)
        return self

    def predict(self, X: Any) -> Any:
        """Say how many were seen."""
        return np.full(len(X), self.seen_)


@pytest.mark.parametrize("format", mlflow.sklearn.SUPPORTED_SERIALIZATION_FORMATS)
def test_an_estimator_comes_back(model: Any, tmp_path: Path, format: str) -> None:
    """In every format, natively and as a function, without any trust."""
    mlflow.sklearn.save_model(model, tmp_path / "m", serialization_format=format)
    expected = model.predict(FRAME).tolist()

    assert expected == mlflow.sklearn.load_model(str(tmp_path / "m")).predict(FRAME).tolist()
    assert expected == mlflow.pyfunc.load_model(str(tmp_path / "m")).predict(FRAME).tolist()


def test_a_path_in_use_is_refused(model: Any, saved: Path) -> None:
    """Nothing is overwritten."""
    before = sorted(each.name for each in saved.iterdir())
    with pytest.raises(MlflowException, match="already exists and is not empty") as caught:
        mlflow.sklearn.save_model(model, saved)

    assert "RESOURCE_ALREADY_EXISTS" == caught.value.error_code
    assert before == sorted(each.name for each in saved.iterdir())


def test_a_failed_save_leaves_nothing(tmp_path: Path) -> None:
    """The directory that was begun is gone."""
    with pytest.raises(MlflowException, match="skops_trusted_types"):
        mlflow.sklearn.save_model(Home().fit(FRAME), tmp_path / "m")

    assert not (tmp_path / "m").exists()


def test_an_estimator_of_ones_own_asks_for_trust(tmp_path: Path) -> None:
    """Its name is given when it is saved, and again when it is loaded; the file's own list counts for nothing."""
    name = f"{Home.__module__}.Home"
    mlflow.sklearn.save_model(Home().fit(FRAME), tmp_path / "m", skops_trusted_types=[name])
    forget_own_models()

    with pytest.raises(MlflowException, match=name.replace(".", r"\.")) as caught:
        mlflow.sklearn.load_model(str(tmp_path / "m"))
    assert "INVALID_PARAMETER_VALUE" == caught.value.error_code
    assert [4, 4] == mlflow.sklearn.load_model(str(tmp_path / "m"), trusted=[name]).predict([1, 2]).tolist()
    found = mlflow.pyfunc.load_model(str(tmp_path / "m"), allow_unsafe_deserialization=True)
    assert [4, 4] == found.predict(np.array([1, 2])).tolist()


@pytest.mark.parametrize(
    ("options", "field"),
    [({"serialization_format": "joblib"}, "Unrecognized serialization format: joblib"),
     ({"skops_trusted_types": ["*"]}, "skops_trusted_types"),
     ({"code_paths": ["/there/is/nothing"]}, "code path")],
)  # fmt: skip
def test_wrong_options_are_refused(model: Any, tmp_path: Path, options: dict[str, Any], field: str) -> None:
    """With what is wrong about them."""
    with pytest.raises(MlflowException, match=field):
        mlflow.sklearn.save_model(model, tmp_path / "m", **options)


def test_two_ways_to_say_what_it_needs_are_refused(model: Any, tmp_path: Path) -> None:
    """As MLflow has it."""
    with pytest.raises(ValueError, match="Only one of `conda_env`"):
        mlflow.sklearn.save_model(model, tmp_path / "m", pip_requirements=["a"], extra_pip_requirements=["b"])


def test_another_function_predicts(model: Any, tmp_path: Path) -> None:
    """What `pyfunc_predict_fn` names is what the function does; one that is missing means no function."""
    mlflow.sklearn.save_model(model, tmp_path / "m", pyfunc_predict_fn="predict_proba")
    mlflow.sklearn.save_model(StandardScaler().fit(FRAME), tmp_path / "s")

    assert model.predict_proba(FRAME).tolist() == mlflow.pyfunc.load_model(str(tmp_path / "m")).predict(FRAME).tolist()
    assert isinstance(mlflow.sklearn.load_model(str(tmp_path / "s")), StandardScaler)
    with pytest.raises(MlflowException, match="python_function"):
        mlflow.pyfunc.load_model(str(tmp_path / "s"))


def edit(directory: Path, old: str, new: str) -> None:
    """Change the record of a model, as somebody does who can write its files, and seal it again."""
    text = (directory / "MLmodel").read_text()
    assert old in text
    (directory / "MLmodel").write_text(text.replace(old, new))
    write_manifest(directory)


REFUSED, DAMAGED, MISSING = "INVALID_PARAMETER_VALUE", "DATA_LOSS", "RESOURCE_DOES_NOT_EXIST"

BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "outside": (lambda at: edit(at, "pickled_model: model.skops", "pickled_model: ../secret"), REFUSED),
    "absolute": (lambda at: edit(at, "pickled_model: model.skops", "pickled_model: /etc/hosts"), REFUSED),
    "missing": (lambda at: edit(at, "pickled_model: model.skops", "pickled_model: gone.skops"), DAMAGED),
    "no text": (lambda at: edit(at, "pickled_model: model.skops", "pickled_model: 1"), DAMAGED),
    "format": (lambda at: edit(at, "serialization_format: skops", "serialization_format: evil"), DAMAGED),
    "skops as pickle": (lambda at: edit(at, "serialization_format: skops", "serialization_format: pickle"), REFUSED),
    "code": (lambda at: edit(at, "code: null", "code: code"), REFUSED),
    "flavor": (lambda at: edit(at, "  sklearn:", "  spark:"), MISSING),
    "bomb": (lambda at: edit(at, "flavors:", "a: &a [1]\nb: [*a]\nflavors:"), REFUSED),
    "tag": (lambda at: edit(at, "flavors:", "a: !!python/name:os.system\nflavors:"), REFUSED),
    "doubled": (lambda at: edit(at, "flavors:", "flavors: {}\nflavors:"), REFUSED),
    "tampered": (lambda at: (at / "model.skops").write_bytes(b"evil"), REFUSED),
    "truncated": (
        lambda at: ((at / "model.skops").write_bytes((at / "model.skops").read_bytes()[:-9]), write_manifest(at)),
        DAMAGED,
    ),
    "no record": (lambda at: (at / "MLmodel").unlink(), MISSING),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_directories_are_refused(saved: Path, name: str) -> None:
    """Each with its code; nothing is loaded."""
    change, code = BAD[name]
    change(saved)

    with pytest.raises(MlflowException) as caught:
        mlflow.sklearn.load_model(str(saved))
    assert code == caught.value.error_code


def test_a_link_is_refused_even_without_a_manifest(saved: Path, tmp_path: Path) -> None:
    """What MLflow saved has none, and still cannot lead outside."""
    (saved / MANIFEST_FILE).unlink()
    (saved / "model.skops").rename(tmp_path / "elsewhere.skops")
    (saved / "model.skops").symlink_to(tmp_path / "elsewhere.skops")

    with pytest.raises(MlflowException, match="outside"):
        mlflow.sklearn.load_model(str(saved))


def test_code_of_a_model_runs_only_when_trusted(model: Any, tmp_path: Path) -> None:
    """Code paths are copied beside the model, and are importable once the caller has said so."""
    code = tmp_path / "code_of_mine.py"
    code.write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    mlflow.sklearn.save_model(model, tmp_path / "m", code_paths=[str(code)])
    forget_own_models()

    with pytest.raises(MlflowException, match="allow_unsafe_deserialization=True"):
        mlflow.sklearn.load_model(str(tmp_path / "m"))
    mlflow.sklearn.load_model(str(tmp_path / "m"), allow_unsafe_deserialization=True)
    assert not (tmp_path / "ran").exists()
    __import__("code_of_mine")
    assert (tmp_path / "ran").exists()
    assert not (tmp_path / "m" / "code" / "__pycache__").exists()


def test_no_flavor_brings_code_in_for_another(model: Any, tmp_path: Path) -> None:
    """Code that only the record of scikit-learn names is refused when the model is loaded as a function, too."""
    code = tmp_path / "shadow.py"
    code.write_text("x = 1")
    mlflow.sklearn.save_model(model, tmp_path / "m", code_paths=[str(code)])
    edit(tmp_path / "m", "  python_function:\n    code: code\n", "  python_function:\n")
    before = list(sys.path)

    with pytest.raises(MlflowException, match="allow_unsafe_deserialization=True"):
        mlflow.pyfunc.load_model(str(tmp_path / "m"))
    assert before == sys.path


@pytest.mark.parametrize("name", ["__class__", "_x", "1", "[predict]", "predict.__call__"])
def test_what_predicts_is_a_public_function(saved: Path, name: str) -> None:
    """A record cannot lead to what Python keeps to itself."""
    edit(saved, "predict_fn: predict", f"predict_fn: {name}")

    with pytest.raises(MlflowException, match="predict_fn") as caught:
        mlflow.pyfunc.load_model(str(saved))
    assert "DATA_LOSS" == caught.value.error_code


def test_another_version_is_said(saved: Path, caplog: pytest.LogCaptureFixture) -> None:
    """And loaded all the same."""
    edit(saved, "sklearn_version: ", "sklearn_version: 0.")
    mlflow.sklearn.load_model(str(saved))

    assert "The model was saved with scikit-learn 0." in caplog.text


def test_pickles_can_be_switched_off(model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for whoever trusts them; skops files are none."""
    mlflow.sklearn.save_model(model, tmp_path / "p", serialization_format="pickle")
    mlflow.sklearn.save_model(model, tmp_path / "s")
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")

    with pytest.raises(MlflowException, match="MLFLOW_ALLOW_PICKLE_DESERIALIZATION") as caught:
        mlflow.sklearn.load_model(str(tmp_path / "p"), allow_unsafe_deserialization=True)
    assert "PERMISSION_DENIED" == caught.value.error_code
    assert CLASSES == mlflow.sklearn.load_model(str(tmp_path / "s")).predict(FRAME).tolist()


def test_functions_in_estimators_come_back(tmp_path: Path) -> None:
    """A function of NumPy inside an estimator is a value."""
    made = make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()).fit(FRAME, CLASSES)
    mlflow.sklearn.save_model(made, tmp_path / "m")

    assert made.predict(FRAME).tolist() == mlflow.sklearn.load_model(str(tmp_path / "m")).predict(FRAME).tolist()


def test_a_missing_library_names_the_extra(saved: Path) -> None:
    """Without scikit-learn, loading says what to install."""
    code = (
        "import sys; sys.modules['sklearn'] = None; import genesis_flow as m\n"
        f"try:\n m.sklearn.load_model({str(saved)!r})\nexcept Exception as e: print(type(e).__name__, e)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "genesis-flow[sklearn]" in done.stdout


def test_saving_and_loading_imports_no_other_framework(saved: Path) -> None:
    """Neither torch nor transformers, nor MLflow."""
    code = (
        f"import sys, genesis_flow as m; m.sklearn.load_model({str(saved)!r}); m.pyfunc.load_model({str(saved)!r})\n"
        "print(sorted({n.partition('.')[0] for n in sys.modules} & {'torch', 'transformers', 'mlflow', 'pyspark'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


def test_defaults_of_requirements() -> None:
    """Pinned to what is installed, in MLflow's order."""
    names = [line.partition("==")[0] for line in mlflow.sklearn.get_default_pip_requirements(True, True)]
    conda = mlflow.sklearn.get_default_conda_env(include_skops=True)

    assert ["scikit-learn", "cloudpickle", "skops"] == names
    assert ["mlflow", "scikit-learn", "skops"] == [
        line.partition("==")[0] for line in conda["dependencies"][-1]["pip"]
    ]


def test_a_copy_is_made_where_it_is_asked_for(saved: Path, tmp_path: Path, fresh: Path) -> None:
    """`dst_path` gets the files, whatever is done with the original."""
    session.set_tracking_uri("memory://")
    (tmp_path / "copies").mkdir()
    mlflow.sklearn.load_model(str(saved), dst_path=str(tmp_path / "copies"))
    shutil.rmtree(saved)

    assert CLASSES == mlflow.sklearn.load_model(str(tmp_path / "copies" / "saved")).predict(FRAME).tolist()
