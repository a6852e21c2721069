"""
What a model needs to run, as lines for pip.

Source: MLflow `mlflow.utils.environment`, `mlflow.utils.requirements_utils`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from genesis_flow.api import session
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.version import COMPATIBLE_MLFLOW_VERSION
from genesis_flow.ports.model_files import CONSTRAINTS_FILE, Environment

MLFLOW: Final = f"mlflow=={COMPATIBLE_MLFLOW_VERSION}"

_NAME: Final = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?\s*([^;@]*)(.*)", re.DOTALL)
_COMMENT: Final = re.compile(r"(^|\s+)#.*$")
_MLFLOW_NAMES: Final = frozenset({"mlflow", "mlflow-skinny", "mlflow-tracing"})


def require_one(conda_env: Any, pip_requirements: Any, extra_pip_requirements: Any) -> None:
    """
    Refuse more than one way to say what a model needs.

    Raises:
        ValueError: There is more than one.
    """
    if sum(each is not None for each in (conda_env, pip_requirements, extra_pip_requirements)) > 1:
        raise ValueError(
            "Only one of `conda_env`, `pip_requirements`, and `extra_pip_requirements` can be specified"
        )


def environment(
    inferred: Sequence[str], conda_env: Any = None, pip_requirements: Any = None, extra_pip_requirements: Any = None
) -> Environment:
    """
    What is written beside a model.

    Args:
        inferred: What it needs, if nobody says otherwise. conda_env: A conda environment, or the path of one.
        pip_requirements: Lines, or the path of a file of them, instead of what was inferred;
            `extra_pip_requirements` are added to it.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: A file cannot be read, or two lines contradict each other.
        TypeError: Something else.
    """
    if conda_env is not None:
        return _conda_environment(conda_env)
    if pip_requirements is not None:
        lines, constraints = parsed(pip_requirements)
    else:
        extra, constraints = parsed(extra_pip_requirements)
        lines = [*inferred, *extra]
    lines = merged(_with_mlflow(lines))
    return Environment(_with_constraints(lines, constraints), constraints)


def parsed(given: Any) -> tuple[list[str], list[str]]:
    """
    The requirements, and the constraints, of lines or of a file of them; files that they name are read too.

    Raises:
        TypeError: Neither texts nor the path of a file.
        MlflowException: INVALID_PARAMETER_VALUE: A file cannot be read.
    """
    if given is None:
        return [], []
    if isinstance(given, str):
        rows = _file_rows(Path(given), is_constraint=False)
    elif isinstance(given, Iterable) and all(isinstance(each, str) for each in given):
        rows = _rows(given, Path(), is_constraint=False)
    else:
        raise TypeError(
            "`pip_requirements` must be either a string path to a pip requirements file on the local filesystem or "
            f"an iterable of pip requirement strings, but got `{type(given)}`"
        )
    found: tuple[list[str], list[str]] = ([], [])
    for line, is_constraint in rows:
        found[is_constraint].append(line)
    return found


def merged(lines: Sequence[str]) -> list[str]:
    """
    `lines` with one for each package, in the order of their first.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: A package is pinned to two versions.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        name, _, _, rest = _split(line)
        key = (name.lower().replace("_", "-"), rest) if name else (line, "")
        found.setdefault(key, []).append(line)
    return [each[0] if len(set(each)) == 1 else _one_of(each) for each in found.values()]


def name_of(line: str) -> str:
    """The name of the package that a line for pip asks for, in lower case; "" for a path or URL."""
    return _split(line)[0].lower()


def without_pip(conda: Mapping[str, Any]) -> list[Any]:
    """What a conda environment asks for beside what it has pip install."""
    return [each for each in conda.get("dependencies") or () if not (isinstance(each, Mapping) and "pip" in each)]


def requirements_of_conda(content: Mapping[str, Any]) -> list[str]:
    """What a conda environment has pip install."""
    for each in content.get("dependencies") or ():
        if isinstance(each, Mapping) and isinstance(each.get("pip"), list):
            return [str(line) for line in each["pip"]]
    return []


def _conda_environment(conda_env: Any) -> Environment:
    if isinstance(conda_env, str):
        conda_env = session.model_directories().files.read_yaml(conda_env)
    elif not isinstance(conda_env, dict):
        raise TypeError(
            "Expected a string path to a conda env yaml file or a `dict` representing a conda env, "
            f"but got `{type(conda_env).__name__}`"
        )
    lines, constraints = parsed(requirements_of_conda(conda_env))
    lines = _with_constraints(_with_mlflow(lines), constraints)
    return Environment(lines, constraints, {**conda_env, "dependencies": [*without_pip(conda_env), {"pip": lines}]})


def _with_mlflow(lines: Sequence[str]) -> list[str]:
    return list(lines) if any(name_of(line) in _MLFLOW_NAMES for line in lines) else [MLFLOW, *lines]


def _with_constraints(lines: list[str], constraints: list[str]) -> list[str]:
    return [*lines, f"-c {CONSTRAINTS_FILE}"] if constraints else lines


def _rows(lines: Iterable[str], home: Path, *, is_constraint: bool) -> Iterator[tuple[str, bool]]:
    for raw in "\n".join(lines).replace("\\\n", "").splitlines():
        line = _COMMENT.sub("", raw).strip()
        option, _, value = line.replace("=", " ", 1).partition(" ") if line.startswith("--") else line.partition(" ")
        match option:
            case "":
                pass
            case "-r" | "--requirement":
                yield from _file_rows(home / value.strip(), is_constraint=is_constraint)
            case "-c" | "--constraint":
                yield from _file_rows(home / value.strip(), is_constraint=True)
            case _ if line.startswith("-") and option in ("-i", "--index-url", "--extra-index-url", "-f", "--pre"):
                pass  # says where to install from, which is not the model's to say
            case _:
                yield line, is_constraint


def _file_rows(path: Path, *, is_constraint: bool) -> Iterator[tuple[str, bool]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"The requirements file '{path}' cannot be read: {error}"
        raise MlflowException.invalid_parameter_value(message) from error
    yield from _rows(text.splitlines(), path.parent, is_constraint=is_constraint)


def _split(line: str) -> tuple[str, str, str, str]:
    """Name, extras, versions and the rest; no name for what is a path or URL."""
    match = _NAME.fullmatch(line)
    if match is None or "/" in line.partition(";")[0].partition("@")[0] or match[4].lstrip().startswith("@"):
        return "", "", "", line
    return match[1], match[2] or "", match[3].strip(), match[4].strip()


def _one_of(lines: Sequence[str]) -> str:
    """One line that asks for all that several ask of one package."""
    parts = [_split(line) for line in lines]
    versions = sorted({each.strip() for part in parts for each in part[2].split(",") if each.strip()})
    if len({each for each in versions if each.startswith("==") and "*" not in each}) > 1:
        raise MlflowException.invalid_parameter_value(
            f"The specified requirements versions are incompatible. Detected conflicts: \n{', '.join(lines)}"
        )
    extras = sorted({each.strip() for part in parts for each in part[1].strip("[]").split(",") if each.strip()})
    return f"{parts[-1][0]}{'[' + ','.join(extras) + ']' if extras else ''}{','.join(versions)}{parts[-1][3]}"
