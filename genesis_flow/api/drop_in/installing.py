"""Having `import mlflow` find this package, and no longer having it."""

from __future__ import annotations

import sys

from genesis_flow import child_processes
from genesis_flow.api.drop_in.finder import DIRECTORY, MLFLOW, installed, is_played
from genesis_flow.api.drop_in.playing import be_found
from genesis_flow.api.errors import translating_errors
from genesis_flow.domain.errors import InvalidState

__all__ = ["install_as_mlflow", "uninstall_as_mlflow"]


@translating_errors
def install_as_mlflow(*, children: bool = False) -> None:
    """
    Have `import mlflow` give this package, whether MLflow is installed or not.

    `mlflow.sklearn`, `mlflow.entities.run` and so on are the modules of this package themselves, so classes are
    defined once; `mlflow.__version__` is that of the MLflow whose API they have. Nothing is imported by the call.
    Calling it again changes nothing.

    Args:
        children: Whether processes that this one starts from now on get the same, by `sys.path` and PYTHONPATH.
            Forked ones do anyway, and so do those that run the call themselves, as spawned ones do if it stands at
            the top of the main module.

    Raises:
        MlflowException: The real MLflow was imported already: call this before (INVALID_STATE).

    Source: ours.
    """
    loaded = sys.modules.get(MLFLOW)
    if loaded is not None and not is_played(loaded):
        raise InvalidState(
            "module", MLFLOW,
            f"The real mlflow is imported already ({getattr(loaded, '__file__', None)}), and both at once would define "
            "every class twice. Call install_as_mlflow() before anything imports mlflow, or start the program by "
            "`genesis-flow run`.",
        )  # fmt: skip
    be_found()
    if children and DIRECTORY not in sys.path:
        sys.path.insert(0, DIRECTORY)
        child_processes.set_python_path([DIRECTORY, *child_processes.python_path()])


def uninstall_as_mlflow() -> None:
    """
    Undo `install_as_mlflow`, and what `genesis-flow run` did: whoever imports `mlflow` from now on gets MLflow itself.

    So do processes that are started from now on. Modules that imported `mlflow` before keep what they have.

    Source: ours.
    """
    if installed() is None:
        return
    sys.meta_path[:] = [each for each in sys.meta_path if getattr(each, "package", None) != MLFLOW]
    for name in [name for name in sys.modules if name.partition(".")[0] == MLFLOW]:
        del sys.modules[name]
    if DIRECTORY in sys.path:
        sys.path[:] = [entry for entry in sys.path if entry != DIRECTORY]
        child_processes.set_python_path([entry for entry in child_processes.python_path() if entry != DIRECTORY])
