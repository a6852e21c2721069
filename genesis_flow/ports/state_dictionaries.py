"""State dictionaries: tensors by name, without the model that they are of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from genesis_flow.domain.values.trust import Trust


class StateDictionaries(ABC):
    """
    Writes and reads state dictionaries.

    Promises: neither writing nor reading holds more of it in memory than once, but for single tensors.
    """

    @abstractmethod
    def save_state(self, state: Any, directory: Path, options: Mapping[str, Any]) -> None:
        """
        Write `state` into `directory`, which is made if need be.

        Args:
            options: "format": "safetensors", or None for PyTorch's own; "pickle_options": for `torch.save`.

        Raises:
            InvalidInput: It cannot be written in this format. Unsupported: A library is missing.
        """

    @abstractmethod
    def load_state(self, directory: Path, trust: Trust, options: Mapping[str, Any]) -> Any:
        """
        What `save_state` wrote, on the CPU; nothing is run or constructed that `trust` does not cover.

        Args:
            options: "mapped": whether numbers are read when they are used; the file must not change meanwhile.
                "file": the name of the file, where that is not the usual one.

        Raises:
            UntrustedContent, CorruptRecord, Unsupported: See `ModelFlavor.load`.
        """
