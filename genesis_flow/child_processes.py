"""What the processes that this one starts find in their environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

from genesis_flow.settings import (
    GENESIS_FLOW_REDIRECT,
    GENESIS_FLOW_TRUST_POLICY,
    MLFLOW_EXPERIMENT_ID,
    MLFLOW_EXPERIMENT_NAME,
    MLFLOW_RUN_ID,
    MLFLOW_TRACKING_URI,
)

_PATH: Final = "PATH"
_PYTHON_PATH: Final = "PYTHONPATH"


def child_environment() -> dict[str, str]:
    """The variables of a process of this interpreter that finds the same modules as this one."""
    return {**os.environ, _PYTHON_PATH: os.pathsep.join(path for path in sys.path if path)}


def shell() -> str:
    """The shell of whoever runs this process."""
    return os.environ.get("SHELL", "bash")


def python_path() -> list[str]:
    """Where interpreters that this process starts look for modules first."""
    text = os.environ.get(_PYTHON_PATH)
    return text.split(os.pathsep) if text else []


def set_python_path(directories: Sequence[str]) -> None:
    """Have the interpreters that this process starts look for modules there first."""
    if directories:
        os.environ[_PYTHON_PATH] = os.pathsep.join(directories)
    else:
        os.environ.pop(_PYTHON_PATH, None)


def project_environment(
    *, run_id: str, experiment_id: str, tracking_uri: str, packages: Sequence[str]
) -> dict[str, str]:
    """
    The variables of a shell that runs a command of a project, in which `python` is this interpreter.

    Args:
        packages: Where interpreters look for modules first.
    """
    return {
        **os.environ,
        _PATH: os.pathsep.join([os.path.dirname(sys.executable), os.environ.get(_PATH, os.defpath)]),
        _PYTHON_PATH: os.pathsep.join([*packages, *python_path()]),
        MLFLOW_RUN_ID.name: run_id,
        MLFLOW_EXPERIMENT_ID.name: experiment_id,
        MLFLOW_TRACKING_URI.name: tracking_uri,
    }


def program_environment(
    *,
    first: Sequence[str],
    last: Sequence[str],
    tracking_uri: str | None,
    experiment_name: str | None,
    redirects: Sequence[str] = (),
    trust_policy: str | None = None,
) -> dict[str, str]:
    """
    The variables of a process that runs a user's program.

    Args:
        first, last: Where it looks for modules before, and after, the directories of PYTHONPATH.
        tracking_uri, experiment_name: What it uses if it does not choose; None for what is in force.
        redirects: Which stores are used for those that it names, each as FROM=TO; they win over those in force.
        trust_policy: The file that says what it trusts of models; None for the one in force.
    """
    found = {**os.environ, _PYTHON_PATH: os.pathsep.join([*first, *python_path(), *last])}
    if tracking_uri is not None:
        found[MLFLOW_TRACKING_URI.name] = tracking_uri
    if experiment_name is not None:
        found[MLFLOW_EXPERIMENT_NAME.name] = experiment_name
        found.pop(MLFLOW_EXPERIMENT_ID.name, None)
    if redirects:
        found[GENESIS_FLOW_REDIRECT.name] = "\n".join([os.environ.get(GENESIS_FLOW_REDIRECT.name, ""), *redirects])
    if trust_policy is not None:
        found[GENESIS_FLOW_TRUST_POLICY.name] = trust_policy
    return found
