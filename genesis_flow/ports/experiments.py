"""Where experiments are kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from genesis_flow.domain.entities.experiment import Experiment, NewExperiment

if TYPE_CHECKING:  # who only logs runs does not load these
    from genesis_flow.domain.search.queries import ExperimentQuery
    from genesis_flow.domain.values.pages import Page


class ExperimentRepository(ABC):
    """
    Where experiments are kept.

    Promises: names are unique among all stages, also when two writers race; ids are rising whole numbers
    that are never given twice; the default experiment "0" exists from the start; what a method acknowledged
    is durable where the adapter is; arguments are valid already (use cases check them).
    Any method may raise `Unavailable`, `Unauthenticated` or `Forbidden`.
    """

    @abstractmethod
    def add(self, experiment: NewExperiment) -> Experiment:
        """
        Add an experiment under the next free id.

        Raises:
            AlreadyExists: An experiment, perhaps a deleted one, has the name.
        """

    @abstractmethod
    def get(self, experiment_id: str) -> Experiment:
        """
        The experiment with this id, deleted or not.

        Raises:
            NotFound: No such experiment.
        """

    @abstractmethod
    def get_by_name(self, name: str) -> Experiment:
        """
        The experiment with this name, deleted or not.

        Raises:
            NotFound: No such experiment.
        """

    @abstractmethod
    def find(self, query: ExperimentQuery) -> Page[Experiment]:
        """
        One page of the experiments that match, in the order asked for.

        Raises:
            InvalidInput: The page token belongs to another search.
        """

    @abstractmethod
    def rename(self, experiment_id: str, name: str, *, at: int) -> None:
        """
        Give an active experiment a new name, at `at` milliseconds since the epoch.

        Raises:
            NotFound: No such experiment.
            InvalidState: The experiment is deleted.
            AlreadyExists: Another experiment has the name.
        """

    @abstractmethod
    def set_tags(self, experiment_id: str, tags: dict[str, str], *, at: int) -> None:
        """
        Set tags of an active experiment, all or none, at `at` milliseconds since the epoch.

        Raises:
            NotFound: No such experiment.
            Inactive: The experiment is deleted.
        """

    @abstractmethod
    def remove_tag(self, experiment_id: str, key: str, *, at: int) -> None:
        """
        Remove a tag of an active experiment.

        Raises:
            NotFound: No such experiment, or it has no such tag.
            Inactive: The experiment is deleted.
        """

    @abstractmethod
    def remove(self, experiment_id: str, *, at: int) -> None:
        """
        Mark an active experiment and all of its runs as deleted, at `at` milliseconds since the epoch.

        Interrupted half-way, it can be repeated.

        Raises:
            NotFound: No such active experiment.
        """

    @abstractmethod
    def restore(self, experiment_id: str, *, at: int) -> None:
        """
        Make a deleted experiment and all of its runs active again, runs that were deleted before it included.

        Raises:
            NotFound: No such deleted experiment.
        """

    @abstractmethod
    def purge(self, experiment_id: str) -> None:
        """
        Erase a deleted experiment with all of its runs and their histories, for good, in bounded steps.

        Raises:
            NotFound: No such experiment.
            InvalidState: The experiment is active.
        """
