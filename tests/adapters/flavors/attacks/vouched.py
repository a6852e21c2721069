"""Classes and other names that a caller may vouch for, rightly or not."""

from __future__ import annotations

import enum
from os import system
from pathlib import Path

import torch

__all__ = ["Colour", "Layer", "Other", "Own", "Path", "system"]


class Own:
    """A class of the caller's."""

    class Inner:
        """A class within it."""

    def __init__(self, value: int = 0) -> None:
        self.value = value

    def run(self) -> int:
        """A method."""
        return self.value


class Colour(enum.Enum):
    """A choice of the caller's."""

    RED = "red"


class Other:
    """Another class."""


class Layer(torch.nn.Module):
    """A module of the caller's."""

    def __init__(self, size: int = 2) -> None:
        super().__init__()
        self.inner = torch.nn.Linear(size, size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What a layer does."""
        return self.inner(x)
