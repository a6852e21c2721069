"""A flavor in a package of its own, installed as users do, works by its entry point alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import genesis_flow

ROOT = Path(genesis_flow.__file__).parents[1]

HEAVY = ("torch", "transformers", "genesis_flow_polynomial", "lightning", "safetensors", "mlflow")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory into which pip installed the example package."""
    target = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
            "--no-build-isolation", "--no-index", "--target", str(target), str(ROOT / "examples/polynomial_flavor"),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return target


def python(code: str, directory: Path, installed: Path) -> str:
    """What a new interpreter prints for `code`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "COV", "GENESIS_"))}
    paths = os.pathsep.join([str(installed), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True, text=True, cwd=directory, env=kept | {"PYTHONPATH": paths}, timeout=120, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
    return done.stdout


def test_it_is_saved_logged_and_loaded(tmp_path: Path, installed: Path) -> None:
    """By path and as a logged model, as itself and as a function."""
    code = """
    import json, genesis_flow as mlflow
    from genesis_flow_polynomial import Polynomial
    mlflow.set_tracking_uri("sqlite:///x.db")
    flavor, model = mlflow.flavors.get("polynomial"), Polynomial([1, 0, 2])
    flavor.save_model(model, "saved", input_example=[0.0, 1.0])
    with mlflow.start_run():
        info = flavor.log_model(model, name="parabola", params={"degree": 2})
    found = {
        "saved": flavor.load_model("saved") == model,
        "logged": flavor.load_model(info.model_uri) == model,
        "function": mlflow.pyfunc.load_model(info.model_uri).predict([0.0, 1.0, 2.0]),
        "saved function": mlflow.pyfunc.load_model("saved").predict([2.0]),
        "raw": mlflow.pyfunc.load_model("saved").get_raw_model() == model,
        "flavors": sorted(info.flavors), "signature": mlflow.models.get_model_info("saved").signature is not None,
        "needs": open("saved/requirements.txt").read().splitlines()[1:],
        "state": [p.state for p in mlflow.flavors.plugins() if p.name == "polynomial"],
    }
    print(json.dumps(found))
    """

    assert {
        "saved": True,
        "logged": True,
        "function": [1.0, 3.0, 9.0],
        "saved function": [9.0],
        "raw": True,
        "flavors": ["polynomial", "python_function"],
        "signature": True,
        "needs": ["genesis-flow-polynomial==0.1.0"],
        "state": ["active"],
    } == json.loads(python(code, tmp_path, installed))


def test_damaged_files_and_wrong_models_are_refused(tmp_path: Path, installed: Path) -> None:
    """With the codes that flavors of this package give; a failed log leaves a FAILED model."""
    code = """
    import genesis_flow as mlflow, pathlib
    from genesis_flow_polynomial import Polynomial
    mlflow.set_tracking_uri("memory://")
    flavor = mlflow.flavors.get("polynomial")
    flavor.save_model(Polynomial([1]), "saved")
    pathlib.Path("saved/polynomial.json").write_text("[]")
    def code_of(call):
        try:
            call()
        except mlflow.MlflowException as error:
            return error.error_code
    print(code_of(lambda: flavor.load_model("saved")), code_of(lambda: flavor.log_model(object(), name="x")))
    pathlib.Path("saved/genesis_manifest.json").unlink()
    print(code_of(lambda: flavor.load_model("saved")), code_of(lambda: mlflow.pyfunc.load_model("saved")))
    print([str(m.status) for m in mlflow.search_logged_models(output_format="list")])
    mlflow.flavors.disable("polynomial")
    print(code_of(lambda: flavor.load_model("saved")), code_of(lambda: mlflow.pyfunc.load_model("saved")))
    """

    assert [
        "INVALID_PARAMETER_VALUE INVALID_PARAMETER_VALUE",
        "DATA_LOSS DATA_LOSS",
        "['FAILED']",
        "PERMISSION_DENIED PERMISSION_DENIED",
    ] == python(code, tmp_path, installed).splitlines()


def test_the_command_line_lists_it(tmp_path: Path, installed: Path) -> None:
    """As found, before anything of it was imported; a check makes it active."""
    code = """
    import sys
    from genesis_flow.api.cli.main import cli
    def run(*words):
        try:
            cli.main([*words, "--json"])
        except SystemExit as end:
            print("end", end.code or 0, "genesis_flow_polynomial" in sys.modules)
    run("plugins", "show", "polynomial")
    run("plugins", "check", "polynomial")
    """
    out = python(code, tmp_path, installed)

    assert '"state": "discovered"' in out.partition("end 0 False")[0]
    assert '"state": "active"' in out.partition("end 0 False")[2]
    assert out.endswith("end 0 True\n")


def test_logging_a_model_of_scikit_learn_imports_no_other_framework(tmp_path: Path, installed: Path) -> None:
    """Neither torch nor transformers nor any plugin, at import, when it is logged, and when it is loaded."""
    code = f"""
    import sys, genesis_flow as mlflow
    heavy = {HEAVY!r}
    print([name for name in heavy if name in sys.modules])
    from sklearn.linear_model import LinearRegression
    before = set(sys.modules)
    mlflow.set_tracking_uri("sqlite:///x.db")
    with mlflow.start_run():
        info = mlflow.sklearn.log_model(LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0]), name="m",
                                        input_example=[[1.0]])
    mlflow.sklearn.load_model(info.model_uri), mlflow.pyfunc.load_model(info.model_uri)
    print([name for name in heavy if name in sys.modules and name not in before])
    print(len(mlflow.flavors.plugins()) >= 3, [name for name in heavy if name in sys.modules and name not in before])
    """

    assert ["[]", "[]", "True []"] == python(code, tmp_path, installed).splitlines()
