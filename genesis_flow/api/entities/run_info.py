"""What a run is, apart from what was logged to it."""

from __future__ import annotations

from genesis_flow.api.entities._mlflow_object import _Comparable
from genesis_flow.api.exceptions import MlflowException

_SEARCHABLE = ("artifact_uri", "end_time", "run_id", "run_name", "start_time", "status", "user_id")


class RunInfo(_Comparable):
    """What a run is, apart from what was logged to it."""

    def __init__(
        self,
        run_id: str,
        experiment_id: str,
        user_id: str,
        status: str,
        start_time: int,
        end_time: int | None,
        lifecycle_stage: str,
        artifact_uri: str | None = None,
        run_name: str | None = None,
    ) -> None:
        if experiment_id is None or user_id is None or status is None or start_time is None:
            raise _missing(experiment_id=experiment_id, user_id=user_id, status=status, start_time=start_time)
        self._run_id = run_id
        self._experiment_id = experiment_id
        self._user_id = user_id
        self._status = status
        self._start_time = start_time
        self._end_time = end_time
        self._lifecycle_stage = lifecycle_stage
        self._artifact_uri = artifact_uri
        self._run_name = run_name

    @property
    def run_id(self) -> str:
        """Unique among all experiments."""
        return self._run_id

    @property
    def experiment_id(self) -> str:
        """The experiment that the run belongs to."""
        return self._experiment_id

    @property
    def run_name(self) -> str | None:
        """Also stored as the tag `mlflow.runName`."""
        return self._run_name

    @property
    def user_id(self) -> str:
        """Who ran it."""
        return self._user_id

    @property
    def status(self) -> str:
        """Name of a `RunStatus`, such as "RUNNING"."""
        return self._status

    @property
    def start_time(self) -> int:
        """Milliseconds since the epoch (UTC)."""
        return self._start_time

    @property
    def end_time(self) -> int | None:
        """Milliseconds since the epoch (UTC), None until the run ends."""
        return self._end_time

    @property
    def artifact_uri(self) -> str | None:
        """Where the artifacts of the run are."""
        return self._artifact_uri

    @property
    def lifecycle_stage(self) -> str:
        """Either "active" or "deleted"."""
        return self._lifecycle_stage

    @classmethod
    def get_searchable_attributes(cls) -> list[str]:
        """Properties that a filter of `search_runs` may name, in order of the alphabet."""
        return list(_SEARCHABLE)

    @classmethod
    def get_orderable_attributes(cls) -> list[str]:
        """Properties that an order of `search_runs` may name, in order of the alphabet."""
        return list(_SEARCHABLE)


def _missing(**given: object) -> MlflowException:
    name = next(name for name, value in given.items() if value is None)
    return MlflowException(f"{name} cannot be None")
