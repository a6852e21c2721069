"""Where versions of registered models are kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from genesis_flow.domain.entities.model_version import ModelVersion, NewModelVersion, VersionStage
from genesis_flow.domain.entities.registered_model import RegisteredModel
from genesis_flow.domain.search.queries import ModelVersionQuery
from genesis_flow.domain.values.pages import Page


class ModelVersionRepository(ABC):
    """
    Where versions of registered models are kept.

    Promises: writers in any number of threads and processes get different numbers; a number is never given
    again, also not after its version was removed; `NotFound` of a missing model and of a missing version are
    worded alike; what a method acknowledged is durable where the adapter is; what is returned does not change
    with what is stored, nor the other way round; arguments are valid already (use cases check them). Any
    method may raise `Unavailable`, `Unauthenticated` or `Forbidden`.
    """

    @abstractmethod
    def add(self, version: NewModelVersion) -> ModelVersion:
        """
        Add a version under the next number, and update the time of its registered model.

        Numbers begin with 1 and have no gaps, but for what was interrupted or failed half-way.

        Raises:
            NotFound: No such registered model (worded as such).
        """

    @abstractmethod
    def get(self, name: str, version: int) -> ModelVersion:
        """
        The version with this number.

        Raises:
            NotFound: No such version.
        """

    @abstractmethod
    def get_by_alias(self, name: str, alias: str) -> ModelVersion:
        """
        The version that this alias names.

        Raises:
            NotFound: No such registered model (worded as such).
            InvalidInput: The registered model has no such alias.
        """

    @abstractmethod
    def find(self, query: ModelVersionQuery) -> Page[ModelVersion]:
        """
        One page of the versions that match, in the order asked for, without their aliases.

        Raises:
            InvalidInput: The page token belongs to another search.
        """

    @abstractmethod
    def find_latest(self, models: Sequence[RegisteredModel]) -> Sequence[ModelVersion]:
        """
        The version with the highest number in each stage of each of these models, without their aliases.

        They are ordered by name and number. Models that do not exist any more have none.
        """

    @abstractmethod
    def describe(self, name: str, version: int, description: str | None, *, at: int) -> ModelVersion:
        """
        Replace the description of a version, at `at` milliseconds since the epoch.

        Returns:
            The version as it is now.

        Raises:
            NotFound: No such version.
        """

    @abstractmethod
    def move(
        self, name: str, version: int, stage: VersionStage, *, archiving_others: bool, at: int
    ) -> ModelVersion:
        """
        Put a version into a stage, at `at` milliseconds since the epoch.

        With `archiving_others`, the versions that were in that stage are archived at that time. Of writers that
        do so at once, one version is left in the stage in the end. Interrupted half-way, it can be repeated.
        The time of the registered model is updated, too.

        Returns:
            The version as it is now.

        Raises:
            NotFound: No such version.
        """

    @abstractmethod
    def set_tags(self, name: str, version: int, tags: Mapping[str, str]) -> None:
        """
        Set tags of a version, all or none.

        Raises:
            NotFound: No such version.
        """

    @abstractmethod
    def remove_tag(self, name: str, version: int, key: str) -> None:
        """
        Remove a tag of a version; one that it does not have, nothing.

        Raises:
            NotFound: No such version.
        """

    @abstractmethod
    def remove(self, name: str, version: int, *, at: int) -> None:
        """
        Erase a version with its tags and the aliases that name it, at `at` milliseconds since the epoch.

        The time of the registered model is updated, too.

        Raises:
            NotFound: No such version.
        """
