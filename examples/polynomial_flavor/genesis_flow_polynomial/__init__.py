"""Polynomials: the library that the flavor is for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any


class Polynomial:
    """A polynomial with these coefficients, that of the highest power last."""

    def __init__(self, coefficients: Sequence[float]) -> None:
        self.coefficients = [float(each) for each in coefficients]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.coefficients == other.coefficients

    def __hash__(self) -> int:
        return hash(tuple(self.coefficients))

    def predict(self, data: Iterable[Any], params: Any = None) -> list[float]:
        """Its values at the numbers of `data`: a list or array, or the only column of a frame."""
        if hasattr(data, "to_numpy"):
            data = data.to_numpy().ravel()
        return [sum(c * float(x) ** power for power, c in enumerate(self.coefficients)) for x in data]


def to_text(polynomial: Polynomial) -> str:
    """A polynomial as JSON."""
    return json.dumps({"coefficients": polynomial.coefficients})


def from_text(text: str | bytes) -> Polynomial:
    """The polynomial of which `to_text` gave this; ValueError, KeyError or TypeError for anything else."""
    return Polynomial(json.loads(text)["coefficients"])


def _load_pyfunc(path: str) -> Polynomial:
    """What stock MLflow calls to load the model as a function."""
    found = Path(path)
    return from_text((found / "polynomial.json" if found.is_dir() else found).read_text(encoding="utf-8"))
