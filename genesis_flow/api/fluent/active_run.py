"""The run that this thread is in: starting, nesting, resuming, ending."""

from __future__ import annotations

import atexit
import contextlib
from types import TracebackType
from typing import Any

from genesis_flow.api import session
from genesis_flow.api.client import MlflowClient
from genesis_flow.api.context import NOTE, PARENT_RUN_ID, with_context
from genesis_flow.api.entities import Run, RunTag
from genesis_flow.api.errors import translating_errors
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.fluent.experiments import experiment_in_force
from genesis_flow.api.run_links import run_links
from genesis_flow.domain.entities.run import NAME_TAG
from genesis_flow.domain.values.ids import run_id as checked_run_id
from genesis_flow.domain.values.lifecycle import RunStatus
from genesis_flow.settings import MLFLOW_RUN_ID


class ActiveRun(Run):
    """
    A run that ends with its `with` block: FINISHED, or FAILED if an exception leaves the block.

    Source: MLflow `mlflow.ActiveRun`.
    """

    def __init__(self, run: Run) -> None:
        Run.__init__(self, run.info, run.data, run.inputs, run.outputs)
        self._store = session.tracking_uri()

    def __enter__(self) -> ActiveRun:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> bool:
        if any(run.info.run_id == self.info.run_id for run in session.active_runs()):
            end_run("FINISHED" if exc_type is None else "FAILED")
        return exc_type is None


def start_run(
    run_id: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    nested: bool = False,
    parent_run_id: str | None = None,
    tags: dict[str, Any] | None = None,
    description: str | None = None,
    log_system_metrics: bool | None = None,
) -> ActiveRun:
    """
    Start a run, or resume one, and make it this thread's active run.

    Args:
        run_id: Resume this run; by default `MLFLOW_RUN_ID` if it is set (once), else a new run starts.
        experiment_id: Of a new run; by default the one in force.
        run_name: By default a readable random name.
        nested: Needed where a run is active already; the new one becomes its child.
        parent_run_id: The parent of a new run; if a run is active, it must be that one.
        tags: Texts by key. description: Kept as tag `mlflow.note.content`.
        log_system_metrics: Not available yet; asking for it gives a warning.

    Returns:
        The run, for use in a `with` statement.

    Raises:
        Exception: A run is active and `nested` is not set.
        MlflowException: The run or its parent is deleted or in another experiment, or an argument is wrong.

    Source: MLflow `mlflow.start_run`.
    """
    stack = session.active_runs()
    if stack and not nested:
        raise Exception(
            f"Run with UUID {stack[0].info.run_id} is already active. To start a new run, first end the current "
            "run with mlflow.end_run(). To start a nested run, call start_run with nested=True"
        )
    if log_system_metrics:
        import logging  # rarely needed, and it takes time to load

        logging.getLogger(__name__).warning("System metrics are not available yet: log_system_metrics is ignored.")
    resumed = run_id or MLFLOW_RUN_ID.get()
    if resumed:
        if not run_id:
            MLFLOW_RUN_ID.unset()
        run = _resume(resumed, run_name, _described(tags, description))
        for made in run.outputs.model_outputs if run.outputs else ():
            run_links().note_output(run.info.run_id, made.model_id, made.step)
    else:
        own = _described(tags, description)
        own |= _parent_tag(parent_run_id)
        if run_name:
            own[NAME_TAG] = run_name = str(run_name)
        in_experiment = experiment_in_force() if experiment_id is None else str(experiment_id)
        run = MlflowClient().create_run(in_experiment, tags=with_context(own), run_name=run_name)
    started = ActiveRun(run)
    stack.append(started)
    return started


def _described(tags: dict[str, Any] | None, description: str | None) -> dict[str, Any]:
    found = dict(tags or {})
    if description:
        if NOTE in found:
            raise MlflowException.invalid_parameter_value(
                f"Description is already set via the tag {NOTE} in tags. Remove the key {NOTE} from the tags or omit "
                "the description."
            )
        found[NOTE] = description
    return found


def _parent_tag(parent_run_id: str | None) -> dict[str, str]:
    stack = session.active_runs()
    if not parent_run_id:
        return {PARENT_RUN_ID: stack[-1].info.run_id} if stack else {}
    if stack and parent_run_id != stack[-1].info.run_id:
        raise MlflowException(
            f"Current run with UUID {stack[-1].info.run_id} does not match the specified parent_run_id "
            f"{parent_run_id}. To start a new nested run under the parent run, first end the current run with "
            "mlflow.end_run()."
        )
    if MlflowClient().get_run(parent_run_id).info.lifecycle_stage == "deleted":
        raise MlflowException(
            f"Cannot start run under parent run with ID {parent_run_id} because it is in the deleted state."
        )
    return {PARENT_RUN_ID: parent_run_id}


@translating_errors
def _resume(run_id: str, run_name: str | None, tags: dict[str, Any]) -> Run:
    client = MlflowClient()
    info = client.get_run(checked_run_id(run_id)).info
    chosen = session.experiment_id()
    if chosen is not None and chosen != info.experiment_id:
        raise MlflowException(
            f"Cannot start run with ID {run_id} because active experiment ID does not match environment run ID. "
            "Choose its experiment with set_experiment(), or none."
        )
    if info.lifecycle_stage == "deleted":
        raise MlflowException(f"Cannot start run with ID {run_id} because it is in the deleted state.")
    session.application().lifecycle.update(run_id, status=RunStatus.RUNNING, name=run_name)
    if tags:
        client.log_batch(run_id, tags=[RunTag(key, str(value)) for key, value in tags.items()])
    return client.get_run(run_id)


def end_run(status: str = "FINISHED") -> None:
    """
    End this thread's active run, if there is one; the run around it becomes active again.

    The run ends in the store that it was started in, whatever the tracking URI has become since.

    Args:
        status: "FINISHED", "FAILED" or "KILLED".

    Source: MLflow `mlflow.end_run`.
    """
    stack = session.active_runs()
    if not stack:
        return
    MLFLOW_RUN_ID.unset()
    run = stack.pop()
    session.set_last_run_id(run.info.run_id)
    MlflowClient(run._store).set_terminated(run.info.run_id, status)


def active_run() -> ActiveRun | None:
    """
    This thread's active run as it was when it became active, None without one.

    Source: MLflow `mlflow.active_run`.
    """
    stack = session.active_runs()
    return stack[-1] if stack else None


def last_active_run() -> Run | None:
    """
    The run that is or was active last in this thread, as it is stored now; None without one.

    Source: MLflow `mlflow.last_active_run`.
    """
    stack = session.active_runs()
    run_id = stack[-1].info.run_id if stack else session.last_run_id()
    return None if run_id is None else MlflowClient().get_run(run_id)


def run_in_force() -> str:
    """The id of this thread's active run; without one, a run is started."""
    stack = session.active_runs()
    return (stack[-1] if stack else start_run()).info.run_id


def _end_runs_at_exit() -> None:
    with contextlib.suppress(Exception):  # nobody is left to tell, and the exit code is the program's own
        while session.active_runs():
            end_run()


atexit.register(_end_runs_at_exit)
