"""Kinds of models: how each is written to a directory, and read from one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol

import attrs

from genesis_flow.domain.entities.model_record import ModelRecord
from genesis_flow.domain.values.trust import Trust


class ModelFunction(Protocol):
    """A loaded model as a function. Further methods may be named by the key `predict_fn` of its record."""

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """What the model says about `data` (a frame, array, list, dict or text, as its signature has it)."""

    def get_raw_model(self) -> Any:
        """The model itself, as its own library knows it."""


@attrs.frozen
class SavedModel:
    """
    What a flavor wrote, as far as `MLmodel` and `requirements.txt` have to know.

    Attributes:
        record: What goes below the flavor's name; plain texts, numbers, lists and mappings.
        function: What goes below "python_function", besides `loader_module`, `env`, `code` and
            `python_version`; None if the model cannot predict.
        distributions: Names on PyPI of what is needed to load it, such as "scikit-learn".
        modules: Top-level modules that the model refers to; what they are distributed in is needed too.
        is_own: Whether what loading reads was all written from objects of this process: no file that can hold
            code was copied unread, and none is read from elsewhere.
    """

    record: Mapping[str, Any]
    function: Mapping[str, Any] | None = None
    distributions: Sequence[str] = ()
    modules: frozenset[str] = frozenset()
    is_own: bool = True


class ModelFlavor(ABC):
    """
    One kind of model.

    Promises: importing the module of a flavor, or making one, imports no heavy library. `save` writes only
    below its directory. `load` and `load_function` run and construct nothing that `trust` does not cover;
    they read only files that `contained` (domain/values/containment.py) gave. What a record says is never imported.

    Attributes:
        name: As in the file `MLmodel`, such as "sklearn".
        loader_module: What MLflow imports to load the model as a function, such as "mlflow.sklearn".
        distribution: The package on PyPI that the flavor needs; "" for none. extra: What of this package brings it.
        supported: The versions of that package that the flavor works with, such as ">=1.4,<2"; "" for any.
    """

    name: ClassVar[str]
    loader_module: ClassVar[str]
    distribution: ClassVar[str]
    extra: ClassVar[str]
    supported: ClassVar[str] = ""

    @abstractmethod
    def save(self, model: Any, directory: Path, options: Mapping[str, Any]) -> SavedModel:
        """
        Write `model` into the existing `directory`.

        Args:
            options: What the flavor's own `save_model` takes beyond what all take; and, where there are
                any, "signature" and "input_example".

        Raises:
            InvalidInput: The model or an option is not what this flavor can write.
            Unsupported: A library is missing; the message names the extra.
        """

    @abstractmethod
    def load(self, directory: Path, record: ModelRecord, trust: Trust, options: Mapping[str, Any]) -> Any:
        """
        The model in `directory`, as its own library knows it.

        Args:
            options: What the flavor's own `load_model` takes beyond what all take.

        Raises:
            UntrustedContent: It would construct or run what `trust` does not cover; nothing was.
            CorruptRecord: A file is missing, damaged, or not what the record says.
            Unsupported: A library is missing; the message names the extra.
        """

    @abstractmethod
    def load_function(
        self, directory: Path, record: ModelRecord, trust: Trust, options: Mapping[str, Any]
    ) -> ModelFunction:
        """
        The model in `directory` as a function; see `load`.

        Args:
            options: "model_config", what overrides the configuration that was saved; None for nothing.
        """

    def live(self, model: Any, options: Mapping[str, Any]) -> Any:
        """
        The object that predicts like `model` will, once it is saved; by default the model itself.

        Raises:
            InvalidInput: It is a file of code that fails, or says nothing about a model.
        """
        return model

    def has_pickles(self, record: ModelRecord) -> bool:
        """Whether loading reads a pickle, which a switch can forbid for all flavors."""
        return False

    def has_pickles_in(self, directory: Path, record: ModelRecord) -> bool:
        """As `has_pickles`, for flavors whose records do not say in which format the model is."""
        return self.has_pickles(record)

    def code_needed(self, record: ModelRecord) -> Sequence[str]:
        """Names of the code in the directory that loading runs, beside the record's own `code`."""
        return ()


class Flavors(ABC):
    """
    The flavors that there are. Finding one imports nothing heavy, and nothing that a file says.
    """

    @abstractmethod
    def get(self, name: str) -> ModelFlavor:
        """
        The flavor called `name`.

        Raises:
            NotFound: There is none. Forbidden: It is disabled.
            Unsupported: Its library is missing or has another version than it works with.
            InvalidState: It failed to load; the message says why.
        """

    @abstractmethod
    def by_loader(self, loader_module: str, names: Collection[str] = ()) -> ModelFlavor | None:
        """
        The flavor whose models have this `loader_module`; None for code of the model's own.

        Args:
            names: The flavors that the model has; of those that other packages bring, only these are looked at.

        Raises:
            Forbidden, Unsupported, InvalidState: As `get`.
        """

    @abstractmethod
    def names(self) -> Sequence[str]:
        """The names of all flavors, in order."""
