"""Creating runs, reading them, and moving them through their life."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from genesis_flow.domain.entities.run import NAME_TAG, Run
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.use_cases.run_logging import checked_tags
from genesis_flow.domain.values import limits
from genesis_flow.domain.values.ids import experiment_id as canonical_id
from genesis_flow.domain.values.ids import run_id as checked_id
from genesis_flow.domain.values.lifecycle import RunStatus, Stage
from genesis_flow.domain.values.locations import below
from genesis_flow.domain.values.numbers import whole
from genesis_flow.domain.values.policies import Truncation
from genesis_flow.domain.values.text import cut, shown, storable
from genesis_flow.ports.clock import Clock
from genesis_flow.ports.experiments import ExperimentRepository
from genesis_flow.ports.identifiers import Identifiers
from genesis_flow.ports.runs import RunRepository

_MOST_LOCATIONS = 10_000


@attrs.frozen
class RunLifecycle:
    """From the start of a run to its end, its deletion and back."""

    _runs: RunRepository
    _experiments: ExperimentRepository
    _clock: Clock
    _identifiers: Identifiers
    _truncation: Truncation
    # An experiment's artifact location never changes, so it is asked for once.
    _locations: dict[str, str] = attrs.field(init=False, factory=dict)

    def create(
        self,
        experiment_id: Any,
        *,
        name: str | None = None,
        user_id: str = "unknown",
        started_at: int | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Run:
        """
        Start a run.

        Args:
            name: Also stored as tag `mlflow.runName`; by default a readable random one.
            started_at: Milliseconds since the epoch (UTC); by default now.
            tags: Texts by key.

        Raises:
            NotFound: No such experiment.
            Inactive: The experiment is deleted.
            InvalidInput: An argument breaks its rule, or `name` and the name tag differ.

        Source: MLflow 3.17 `POST runs/create`.
        """
        experiment_id = canonical_id(experiment_id)
        run_id, tags = self._identifiers.run_id(), dict(tags or {})
        name = self._name(name, tags)
        run = Run(
            id=run_id,
            experiment_id=experiment_id,
            name=name,
            user_id=storable("user_id", user_id),
            status=RunStatus.RUNNING,
            started_at=self._clock.now() if started_at is None else _checked_time("start_time", started_at),
            ended_at=None,
            stage=Stage.ACTIVE,
            deleted_at=None,
            artifact_uri=below(self._location(experiment_id), run_id, "artifacts"),
            tags=checked_tags({**tags, NAME_TAG: name}.items(), self._truncation),
        )
        self._runs.add(run)
        return run

    def _name(self, name: str | None, tags: Mapping[str, str]) -> str:
        tagged = tags.get(NAME_TAG)
        if name and tagged and name != tagged:
            raise InvalidInput(
                "run_name",
                "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
                f"(run_name='{shown(name)}', mlflow.runName='{shown(tagged)}').",
            )
        return self._fitting(name or tagged or self._identifiers.run_name())

    def _fitting(self, name: Any) -> str:
        """`name` as its tag can hold it, for the two are one."""
        return cut("run_name", limits.RUN_TAG_VALUE, storable("run_name", name), truncate=self._truncation.is_on())

    def _location(self, experiment_id: str) -> str:
        location = self._locations.get(experiment_id)
        if location is None:
            if len(self._locations) >= _MOST_LOCATIONS:
                self._locations.clear()
            location = self._experiments.get(experiment_id).artifact_location
            self._locations[experiment_id] = location
        return location

    def get(self, run_id: Any) -> Run:
        """
        The run with this id, deleted or not.

        Raises:
            NotFound: No such run.
            InvalidInput: Not a run id.
        """
        return self._runs.get(checked_id(run_id))

    def update(
        self,
        run_id: Any,
        *,
        status: RunStatus | None = None,
        ended_at: int | None = None,
        name: str | None = None,
    ) -> Run:
        """
        Change the status, end time (milliseconds since the epoch) or name of an active run.

        What is None, and an empty name, stays as it is.

        Raises:
            NotFound: No such run.
            Inactive: The run is deleted.
            InvalidInput: An argument breaks its rule.

        Source: MLflow 3.17 `POST runs/update`.
        """
        return self._runs.update(
            checked_id(run_id),
            status=status,
            ended_at=None if ended_at is None else _checked_time("end_time", ended_at),
            name=self._fitting(name) if name else None,
        )

    def end(self, run_id: Any, *, status: RunStatus = RunStatus.FINISHED, ended_at: int | None = None) -> Run:
        """Give a run a final `status` and an end time (milliseconds; by default now); raises as `update`."""
        return self.update(run_id, status=status, ended_at=self._clock.now() if ended_at is None else ended_at)

    def delete(self, run_id: Any) -> None:
        """
        Mark a run as deleted; on a deleted run nothing changes.

        Raises:
            NotFound: No such run.
        """
        self._runs.remove(checked_id(run_id), at=self._clock.now())

    def restore(self, run_id: Any) -> None:
        """
        Make a run active; on an active run nothing changes.

        Raises:
            NotFound: No such run.
        """
        self._runs.restore(checked_id(run_id))


def _checked_time(field: str, value: Any) -> int:
    number = whole(value)
    if number is None or not 0 <= number <= limits.INT64_MAX:
        raise InvalidInput(
            field,
            f"Invalid value {shown(value)} for parameter '{field}' supplied. It must be a number of "
            "milliseconds since the epoch, from 0 to 2**63 - 1.",
        )
    return number
