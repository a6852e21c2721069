"""Where runs are kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from genesis_flow.domain.entities.dataset import DatasetInput
from genesis_flow.domain.entities.metric import Metric, MetricHistory
from genesis_flow.domain.entities.run import ModelOutput, Run
from genesis_flow.domain.values.lifecycle import RunStatus

if TYPE_CHECKING:  # who only logs runs does not load these
    from genesis_flow.domain.entities.logged_model import ModelMetric
    from genesis_flow.domain.search.queries import RunQuery
    from genesis_flow.domain.values.pages import Page


class RunRepository(ABC):
    """
    Where runs are kept.

    Promises: what is returned does not change with what is stored, nor the other way round; writers in
    several threads and processes do not lose each other's writes; arguments are valid already (use cases
    check them). Any method may raise `Unavailable`, `Unauthenticated` or `Forbidden`.
    """

    @abstractmethod
    def add(self, run: Run) -> None:
        """
        Add an active run that has no metrics yet to an active experiment.

        Raises:
            NotFound: No such experiment.
            Inactive: The experiment is deleted.
            AlreadyExists: A run has the id.
        """

    @abstractmethod
    def get(self, run_id: str) -> Run:
        """
        The run with this id, deleted or not.

        Raises:
            NotFound: No such run.
        """

    @abstractmethod
    def find(self, query: RunQuery) -> Page[Run]:
        """
        One page of the runs that match, in the order asked for.

        Raises:
            InvalidInput: The page token belongs to another search.
        """

    @abstractmethod
    def append(
        self,
        run_id: str,
        *,
        metrics: Sequence[Metric] = (),
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        model_metrics: Sequence[ModelMetric] = (),
    ) -> None:
        """
        Add metric points, params and tags to an active run, and points to active logged models, all or
        nothing to the caller.

        What is refused leaves nothing behind. What failed before it was acknowledged may be repeated:
        points with equal (key, step, timestamp, value) count once (of a model: equal in everything), and a
        param may be given its own value again. A crash may leave params, tags and latest metrics without their
        history, and without the points of models, until then.

        Args:
            model_metrics: Points of logged models; what is also a metric of the run is among `metrics`, too.

        Raises:
            NotFound: No such run, or no such active logged model.
            Inactive: The run is deleted.
            ParamConflict: A param has another value already.
        """

    @abstractmethod
    def update(
        self,
        run_id: str,
        *,
        status: RunStatus | None = None,
        ended_at: int | None = None,
        name: str | None = None,
    ) -> Run:
        """
        Change what is not None of an active run; its name is also its tag `mlflow.runName`.

        Returns:
            The run as it is now.

        Raises:
            NotFound: No such run.
            Inactive: The run is deleted.
        """

    @abstractmethod
    def remove_tag(self, run_id: str, key: str) -> None:
        """
        Remove a tag of an active run.

        Raises:
            NotFound: No such run, or it has no such tag.
            Inactive: The run is deleted.
        """

    @abstractmethod
    def attach(
        self,
        run_id: str,
        *,
        datasets: Sequence[DatasetInput] = (),
        model_inputs: Sequence[str] = (),
        model_outputs: Sequence[ModelOutput] = (),
    ) -> None:
        """
        Add inputs and outputs to an active run; what it has already stays as it is.

        The first dataset with a (name, digest) in an experiment decides its source, schema and profile. The
        first use of a dataset by a run decides the tags of that use.

        Raises:
            NotFound: No such run.
            Inactive: The run is deleted.
        """

    @abstractmethod
    def history(self, run_id: str, key: str) -> MetricHistory:
        """All points of a metric, each once; none for a run or key that does not exist."""

    @abstractmethod
    def remove(self, run_id: str, *, at: int) -> None:
        """
        Mark a run as deleted at `at` milliseconds since the epoch; on a deleted run nothing changes.

        Raises:
            NotFound: No such run.
        """

    @abstractmethod
    def restore(self, run_id: str) -> None:
        """
        Make a run active; on an active run nothing changes.

        Raises:
            NotFound: No such run.
        """

    @abstractmethod
    def find_removed(self, *, before: int, limit: int) -> Sequence[Run]:
        """At most `limit` runs that were marked as deleted at or before `before` (milliseconds), oldest first."""

    @abstractmethod
    def purge(self, run_id: str) -> None:
        """
        Erase a deleted run with its history, for good, in bounded steps.

        Raises:
            NotFound: No such run.
            InvalidState: The run is active.
        """
