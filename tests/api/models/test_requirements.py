"""What models need: lines for pip, merged as MLflow merges them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.requirements import MLFLOW, environment, merged, name_of, parsed


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a", "a==1"], ["a==1"]),
        (["x>1.0", "x[extras]", "x<2.0"], ["x[extras]<2.0,>1.0"]),
        (["m[e1]>=3.5.1", "m[e2]<4", "m"], ["m[e1,e2]<4,>=3.5.1"]),
        (["a==1", "a==1", "b"], ["a==1", "b"]),
        (["Py_Yaml", "py-yaml>1"], ["py-yaml>1"]),
        (["a; python_version<'3'", "a"], ["a; python_version<'3'", "a"]),
        (["./local", "git+https://host/x.git", "./local"], ["./local", "git+https://host/x.git"]),
    ],
)
def test_lines_of_one_package_are_merged(lines: list[str], expected: list[str]) -> None:
    """Extras and versions of all of them count; paths and URLs stay as they are."""
    assert expected == merged(lines)


def test_contradictions_are_refused() -> None:
    """A package cannot have two versions."""
    with pytest.raises(MlflowException, match="incompatible"):
        merged(["a==1", "a==2"])


def test_files_are_read(tmp_path: Path) -> None:
    """With those that they name, comments and continued lines."""
    (tmp_path / "r.txt").write_text("# all\na==1  # one\n-r more.txt\n-c limits.txt\nb \\\n  >=2\n--index-url http://x\n\n")
    (tmp_path / "more.txt").write_text("c")
    (tmp_path / "limits.txt").write_text("d<3")

    assert (["a==1", "c", "b   >=2"], ["d<3"]) == parsed(str(tmp_path / "r.txt"))
    with pytest.raises(MlflowException, match=r"gone\.txt"):
        parsed(["-r " + str(tmp_path / "gone.txt")])


@pytest.mark.parametrize("given", [1, [1], {"a": 1}.values()])
def test_what_is_no_requirement_is_refused(given: Any) -> None:
    """Texts, or the path of a file."""
    with pytest.raises(TypeError):
        parsed(given)


def test_mlflow_comes_first_unless_it_is_there() -> None:
    """So that MLflow can load the model in an environment that is made of them."""
    assert [MLFLOW, "a"] == environment(["a"]).requirements
    assert ["mlflow-skinny", "a"] == environment([], pip_requirements=["mlflow-skinny", "a"]).requirements
    assert [MLFLOW, "a", "b"] == environment(["a"], extra_pip_requirements=["b"]).requirements


def test_a_conda_environment_says_what_pip_installs(tmp_path: Path) -> None:
    """Given as a dict or as a file."""
    conda = {"name": "n", "channels": ["c"], "dependencies": ["python=3.11", {"pip": ["a"]}]}
    (tmp_path / "c.yaml").write_text("name: n\nchannels: [c]\ndependencies: [python=3.11, {pip: [a]}]")

    for given in (conda, str(tmp_path / "c.yaml")):
        found = environment([], conda_env=given)
        assert [MLFLOW, "a"] == found.requirements
        assert found.conda is not None
        assert ["python=3.11", {"pip": [MLFLOW, "a"]}] == found.conda["dependencies"]
    with pytest.raises(TypeError, match="conda env"):
        environment([], conda_env=1)


@pytest.mark.parametrize(
    ("line", "name"), [("A_b==1", "a_b"), ("x[y]>2; z", "x"), ("./p", ""), ("x @ http://h", ""), ("", "")]
)
def test_names_of_packages(line: str, name: str) -> None:
    """Of paths and URLs there is none."""
    assert name == name_of(line)
