"""Datasets that can be split into the inputs and outputs of a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class PyFuncInputsOutputs:
    """What goes into a model, and what should come out, if that is known."""

    inputs: Any
    outputs: Any | None = None


class PyFuncConvertibleDatasetMixin:
    """A dataset that can be split into the inputs and outputs of a model."""

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """The inputs and outputs."""
        raise NotImplementedError
