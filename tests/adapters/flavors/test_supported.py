"""Versions of libraries: what a flavor or its autologging takes is what its extra asks for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from genesis_flow.adapters.flavors.pytorch import PytorchFlavor
from genesis_flow.adapters.flavors.sklearn import SklearnFlavor
from genesis_flow.adapters.flavors.transformers import TransformersFlavor
from genesis_flow.api.autologging.pytorch.switching import OLDEST as OLDEST_LIGHTNING
from genesis_flow.api.autologging.transformers.switching import OLDEST as OLDEST_TRANSFORMERS

EXTRAS = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]["optional-dependencies"]


@pytest.mark.parametrize("flavor", [SklearnFlavor, PytorchFlavor, TransformersFlavor])
def test_a_flavor_supports_what_its_extra_brings(flavor: type) -> None:
    """From the same version on."""
    assert f"{flavor.distribution}{flavor.supported}" in EXTRAS[flavor.extra]


@pytest.mark.parametrize(
    ("distribution", "extra", "oldest"),
    [("lightning", "lightning", OLDEST_LIGHTNING), ("transformers", "transformers", OLDEST_TRANSFORMERS)],
)
def test_autologging_supports_what_its_extra_brings(distribution: str, extra: str, oldest: tuple[int, ...]) -> None:
    """From the same version on."""
    assert f"{distribution}>={'.'.join(map(str, oldest))}" in EXTRAS[extra]
