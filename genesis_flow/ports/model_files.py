"""The files that every model directory has, whatever its flavor."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from genesis_flow.domain.entities.model_record import ModelRecord

REQUIREMENTS_FILE: Final = "requirements.txt"
CONSTRAINTS_FILE: Final = "constraints.txt"
CONDA_FILE: Final = "conda.yaml"
PYTHON_FILE: Final = "python_env.yaml"


@attrs.frozen
class Environment:
    """
    What a model needs to run, as it is written beside it.

    Attributes:
        requirements: Lines for pip. constraints: Further lines for pip, that limit versions only.
        conda: A whole conda environment, instead of the usual one.
    """

    requirements: Sequence[str]
    constraints: Sequence[str] = ()
    conda: Mapping[str, Any] | None = None


class ModelFiles(ABC):
    """
    Reads and writes `MLmodel` and what surrounds it.

    Promises: reading constructs plain texts, numbers, lists and mappings only, within limits of size and
    depth; what is written is what MLflow reads.
    """

    @abstractmethod
    def parse(self, text: bytes | str) -> ModelRecord:
        """
        What the text of an `MLmodel` says.

        Raises:
            CorruptRecord: It is not what such a file may be.
            UntrustedContent: It has tags, aliases or doubled keys, or is too large.
        """

    @abstractmethod
    def render(self, content: Mapping[str, Any]) -> str:
        """The text of an `MLmodel`."""

    @abstractmethod
    def write_environment(self, directory: Path, environment: Environment) -> None:
        """Write `requirements.txt`, `conda.yaml`, `python_env.yaml` and, if there are any, `constraints.txt`."""

    @abstractmethod
    def pinned(self, distributions: Sequence[str], modules: frozenset[str]) -> list[str]:
        """Lines for pip that pin what is installed here of these, without importing anything."""

    @abstractmethod
    def read_yaml(self, path: str | os.PathLike[str]) -> Mapping[str, Any]:
        """The mapping in a YAML file that the user gave; see `parse`."""
