"""Where logged models are kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from genesis_flow.domain.entities.logged_model import LoggedModel, ModelStatus
from genesis_flow.domain.search.queries import LoggedModelQuery
from genesis_flow.domain.values.pages import Page


class LoggedModelRepository(ABC):
    """
    Where logged models are kept.

    Their metrics are written with those of runs, by `RunRepository.append`.

    Promises: what is returned does not change with what is stored, nor the other way round; writers in
    several threads and processes do not lose each other's writes; a method that failed before it was
    acknowledged may be repeated; a model stays as it is when its experiment is deleted, restored, or the run
    that made or measured it is erased; arguments are valid already (use cases check them).
    Any method may raise `Unavailable`, `Unauthenticated` or `Forbidden`.
    """

    @abstractmethod
    def add(self, model: LoggedModel) -> None:
        """
        Add an active model that has no metrics yet to an active experiment.

        Raises:
            NotFound: No such experiment.
            Inactive: The experiment is deleted.
            AlreadyExists: A model has the id.
        """

    @abstractmethod
    def get(self, model_id: str) -> LoggedModel:
        """
        The model with this id and all of its metrics, deleted or not.

        Raises:
            NotFound: No such model.
        """

    @abstractmethod
    def find(self, query: LoggedModelQuery) -> Page[LoggedModel]:
        """
        One page of the models that match, in the order asked for.

        Raises:
            InvalidInput: The page token belongs to another search.
        """

    @abstractmethod
    def update(self, model_id: str, *, status: ModelStatus, at: int) -> LoggedModel:
        """
        Change the status of an active model, at `at` milliseconds since the epoch.

        Returns:
            The model as it is now.

        Raises:
            NotFound: No such active model.
        """

    @abstractmethod
    def append(
        self, model_id: str, *, params: Mapping[str, str] | None = None, tags: Mapping[str, str] | None = None
    ) -> None:
        """
        Add params and set tags of an active model, all or nothing; a param may be given its own value again.

        Raises:
            NotFound: No such active model.
            ParamConflict: A param has another value already.
        """

    @abstractmethod
    def remove_tag(self, model_id: str, key: str) -> None:
        """
        Remove a tag of an active model.

        Raises:
            NotFound: No such active model, or it has no such tag.
        """

    @abstractmethod
    def remove(self, model_id: str, *, at: int) -> None:
        """
        Mark a model as deleted at `at` milliseconds since the epoch; on a deleted model nothing changes.

        Raises:
            NotFound: No such model.
        """

    @abstractmethod
    def find_removed(self, *, before: int, limit: int) -> Sequence[LoggedModel]:
        """At most `limit` models deleted at or before `before` (milliseconds), oldest first, without metrics."""

    @abstractmethod
    def purge(self, model_id: str) -> None:
        """
        Erase a deleted model with its metrics, for good, in bounded steps.

        Raises:
            NotFound: No such model.
            InvalidState: The model is active.
        """
