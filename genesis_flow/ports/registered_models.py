"""Where registered models are kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from genesis_flow.domain.entities.registered_model import NewRegisteredModel, RegisteredModel
from genesis_flow.domain.search.queries import RegisteredModelQuery
from genesis_flow.domain.values.pages import Page


class RegisteredModelRepository(ABC):
    """
    Where registered models, and prompts among them, are kept.

    Promises: names are unique, also when writers race; a rename moves versions, tags and aliases with the
    model at one instant, whatever their number; an alias names one version at every instant once it is set;
    what a method acknowledged is durable where the adapter is; what was interrupted can be repeated; what is
    returned does not change with what is stored, nor the other way round; arguments are valid already (use
    cases check them). Any method may raise `Unavailable`, `Unauthenticated` or `Forbidden`.
    """

    @abstractmethod
    def add(self, model: NewRegisteredModel) -> RegisteredModel:
        """
        Add a registered model without versions, under an id that was never given before.

        Raises:
            AlreadyExists: A registered model or prompt has the name.
        """

    @abstractmethod
    def get(self, name: str) -> RegisteredModel:
        """
        The registered model with this name.

        Raises:
            NotFound: No such registered model.
        """

    @abstractmethod
    def find(self, query: RegisteredModelQuery) -> Page[RegisteredModel]:
        """
        One page of the registered models that match, in the order asked for.

        Raises:
            InvalidInput: The page token belongs to another search.
        """

    @abstractmethod
    def rename(self, name: str, new_name: str, *, at: int) -> RegisteredModel:
        """
        Give a registered model a new name, at `at` milliseconds since the epoch; times of its versions stay.

        Returns:
            The registered model as it is now.

        Raises:
            NotFound: No such registered model.
            AlreadyExists: Another registered model or prompt has the new name.
            Conflict: Another writer renamed or removed it meanwhile.
        """

    @abstractmethod
    def describe(self, name: str, description: str | None, *, at: int) -> RegisteredModel:
        """
        Replace the description of a registered model, at `at` milliseconds since the epoch.

        Returns:
            The registered model as it is now.

        Raises:
            NotFound: No such registered model.
        """

    @abstractmethod
    def set_tags(self, name: str, tags: Mapping[str, str]) -> None:
        """
        Set tags of a registered model, all or none.

        Raises:
            NotFound: No such registered model.
        """

    @abstractmethod
    def remove_tag(self, name: str, key: str) -> None:
        """
        Remove a tag of a registered model; one that it does not have, nothing.

        Raises:
            NotFound: No such registered model.
        """

    @abstractmethod
    def set_alias(self, name: str, alias: str, version: int) -> None:
        """
        Let an alias name this version, and no other any more.

        Raises:
            NotFound: No such version.
        """

    @abstractmethod
    def remove_alias(self, name: str, alias: str) -> None:
        """
        Remove an alias of a registered model; one that it does not have, nothing.

        Raises:
            NotFound: No such registered model.
        """

    @abstractmethod
    def remove(self, name: str) -> None:
        """
        Erase a registered model with its versions, tags and aliases, for good.

        The name is free afterwards, and a model that gets it starts at version 1.

        Raises:
            NotFound: No such registered model.
        """
