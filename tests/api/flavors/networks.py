"""Small modules of PyTorch that tests save."""

from __future__ import annotations

from typing import Any

import torch


class Network(torch.nn.Module):
    """Of a class that is not PyTorch's own, with parameters, buffers, a constant and arithmetic of sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(4, 3)
        self.normed = torch.nn.BatchNorm1d(3)
        self.factors = torch.arange(3.0)

    def forward(self, x: Any) -> Any:
        """Rows of 4 numbers to rows of 3."""
        return torch.nn.functional.gelu(self.normed(self.linear(x)), approximate="tanh") * self.factors / x.shape[0]


class Tied(torch.nn.Module):
    """Two layers that share a weight."""

    def __init__(self) -> None:
        super().__init__()
        self.one = torch.nn.Linear(3, 3)
        self.two = torch.nn.Linear(3, 3)
        self.two.weight = self.one.weight

    def forward(self, x: Any) -> Any:
        """Rows of 3 numbers to such rows."""
        return self.two(self.one(x))


class Sum(torch.nn.Module):
    """Takes two tensors."""

    def forward(self, x: Any, y: Any) -> Any:
        """Their sum."""
        return x + y
