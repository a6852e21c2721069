"""The flavor: how polynomials are written to the directory of a model, and read from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from genesis_flow.domain.entities.model_record import ModelRecord
from genesis_flow.domain.errors import CorruptRecord, InvalidInput
from genesis_flow.domain.values.manifests import read_verified
from genesis_flow.domain.values.trust import Trust
from genesis_flow.ports.flavors import ModelFlavor, ModelFunction, SavedModel
from genesis_flow_polynomial import Polynomial, from_text, to_text

FILE = "polynomial.json"


class PolynomialFlavor(ModelFlavor):
    """Polynomials as JSON, which holds no code, so that there is nothing to trust."""

    name = "polynomial"
    loader_module = "genesis_flow_polynomial"
    distribution = "genesis-flow-polynomial"
    extra = ""
    supported = ">=0.1,<1"

    def save(self, model: Any, directory: Path, options: Mapping[str, Any]) -> SavedModel:
        if not isinstance(model, Polynomial):
            raise InvalidInput("model", f"This flavor writes polynomials, not {type(model).__name__}.")
        (directory / FILE).write_text(to_text(model), encoding="utf-8")
        return SavedModel({"file": FILE}, {"data": FILE}, (self.distribution,))

    def load(self, directory: Path, record: ModelRecord, trust: Trust, options: Mapping[str, Any]) -> Polynomial:
        content = read_verified(directory, record.manifest, record.flavor(self.name).get("file"))
        try:
            return from_text(content)
        except (ValueError, KeyError, TypeError) as error:
            raise CorruptRecord(f"The file {FILE} does not hold a polynomial.") from error

    def load_function(
        self, directory: Path, record: ModelRecord, trust: Trust, options: Mapping[str, Any]
    ) -> ModelFunction:
        return PolynomialFunction(self.load(directory, record, trust, options))


class PolynomialFunction(ModelFunction):
    """A polynomial as a function."""

    def __init__(self, polynomial: Polynomial) -> None:
        self._polynomial = polynomial

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        return self._polynomial.predict(data)

    def get_raw_model(self) -> Polynomial:
        return self._polynomial
