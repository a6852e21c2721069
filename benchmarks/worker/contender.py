"""What every contender can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from benchmarks.data import Point, Run


class Contender(ABC):
    """
    One store, through the interface that its users have.

    What is timed is one call of one of these methods. Pages, runs and histories come back as the library at
    hand gives them; the methods that are named `*_of` look into them, and are never timed.
    """

    @abstractmethod
    def create_experiment(self, name: str) -> str:
        """Create an experiment; returns its id."""

    @abstractmethod
    def create_run(self, experiment_id: str) -> str:
        """Create a run that starts now; returns its id."""

    @abstractmethod
    def log_run(self, experiment_id: str, run: Run) -> str:
        """Create a run, write its params, metrics and tags at once, end it; returns its id."""

    @abstractmethod
    def enter(self, experiment_id: str) -> None:
        """Make this store and an experiment the ones that `log_run_step_by_step` uses."""

    @abstractmethod
    def log_run_step_by_step(self, run: Run) -> str:
        """Create a run, write its params, then its metrics, then its tags, end it; returns its id."""

    @abstractmethod
    def log_metric(self, run_id: str, point: Point) -> None:
        """Add one point."""

    @abstractmethod
    def batch_of(self, run_id: str, points: Sequence[Point]) -> Any:
        """What `log_batch` takes for these points."""

    @abstractmethod
    def log_batch(self, run_id: str, batch: Any) -> None:
        """Add many points at once."""

    def insert_points(self, batch: Any) -> None:
        """Insert the points of a batch and nothing else, which only the floor can."""
        raise NotImplementedError(f"{type(self).__name__} does not insert points by themselves")

    @abstractmethod
    def get_run(self, run_id: str) -> Any:
        """A run with its params, latest metrics and tags."""

    @abstractmethod
    def search(self, experiment_id: str, limit: int, least: float, below: float | None = None) -> Any:
        """
        The first page of the runs that match `data.FILTER` with `least`, ordered by the metric in it.

        Args:
            below: Those that match `data.BELOW` with it, too.
        """

    @abstractmethod
    def latest(self, experiment_id: str, limit: int, token: Any = None) -> Any:
        """A page of all runs of an experiment, the latest start first."""

    @abstractmethod
    def history(self, run_id: str, key: str) -> Any:
        """All points of a metric."""

    @abstractmethod
    def ids_of(self, page: Any) -> list[str]:
        """The ids of the runs on a page."""

    @abstractmethod
    def token_of(self, page: Any) -> Any:
        """What continues behind a page."""

    @abstractmethod
    def content_of(self, run: Any) -> dict[str, Any]:
        """The params, metrics and tags of a run."""

    @abstractmethod
    def values_of(self, history: Any) -> list[float]:
        """The values of a history by step."""
