"""Models of scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from genesis_flow.adapters.flavors.code import importing
from genesis_flow.adapters.flavors.libraries import library, warn_of_version
from genesis_flow.adapters.flavors.loading import load_pickle, load_skops
from genesis_flow.adapters.flavors.pickling import dump, modules_of_skops
from genesis_flow.adapters.flavors.skops_library import skops_io
from genesis_flow.domain.entities.model_record import FUNCTION, ModelRecord
from genesis_flow.domain.errors import CorruptRecord, InvalidInput, UntrustedContent
from genesis_flow.domain.values.manifests import read_verified
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.trust import Trust, trust
from genesis_flow.ports.flavors import ModelFlavor, ModelFunction, SavedModel

SKOPS: Final = "skops"
PICKLE: Final = "pickle"
CLOUDPICKLE: Final = "cloudpickle"

#: The file of each format.
FILES: Final = {SKOPS: "model.skops", PICKLE: "model.pkl", CLOUDPICKLE: "model.pkl"}

#: What may be called in place of `predict`.
PREDICTING: Final = ("predict_proba", "predict_log_proba", "predict_joint_log_proba", "score")


class SklearnFlavor(ModelFlavor):
    """
    Estimators, by default as skops files, which hold no code.

    Options of `save`: "serialization_format", "skops_trusted_types", "predict_fn".
    """

    name = "sklearn"
    loader_module = "mlflow.sklearn"
    distribution = "scikit-learn"
    extra = "sklearn"
    supported = ">=1.4"

    def save(self, model: Any, directory: Path, options: Mapping[str, Any]) -> SavedModel:
        format = _known(options.get("serialization_format") or SKOPS)
        sklearn = self._library()
        trusted = options.get("skops_trusted_types")
        path = directory / FILES[format]
        if format == SKOPS:
            trusted, modules = _save_skops(model, path, trusted)
        else:
            modules = dump(model, path, by_value=format == CLOUDPICKLE)
        record = {
            "pickled_model": path.name,
            "sklearn_version": sklearn.__version__,
            "serialization_format": format,
            "skops_trusted_types": trusted,
        }
        predict_fn = options.get("predict_fn") or "predict"
        function = {"model_path": path.name, "predict_fn": predict_fn} if hasattr(model, predict_fn) else None
        needed = (self.distribution, "numpy", "scipy", "pandas", *([format] if format != PICKLE else []))
        return SavedModel(record, function, needed, modules)

    def load(self, directory: Path, record: ModelRecord, trust: Trust, options: Mapping[str, Any]) -> Any:
        found = record.flavor(self.name)
        return self._read(directory, record, found.get("pickled_model", "model.pkl"), trust)

    def load_function(
        self, directory: Path, record: ModelRecord, trust: Trust, options: Mapping[str, Any]
    ) -> ModelFunction:
        noted = record.flavor(FUNCTION)
        name = noted.get("model_path") or noted.get("data") or record.flavors.get(self.name, {}).get("pickled_model")
        return EstimatorFunction(self._read(directory, record, name, trust))

    def has_pickles(self, record: ModelRecord) -> bool:
        return _format(record) != SKOPS

    def _read(self, directory: Path, record: ModelRecord, name: Any, trust: Trust) -> Any:
        format = _format(record)
        content = read_verified(directory, record.manifest, name)
        warn_of_version(record.flavors.get(self.name, {}).get("sklearn_version"), self._library(), self.distribution)
        code = record.flavors.get(self.name, {}).get("code")
        if format == SKOPS and not code:
            return load_skops(content, trust)
        with importing(directory, record, code):
            return (load_skops if format == SKOPS else load_pickle)(content, trust)

    def _library(self) -> Any:
        return library("sklearn", distribution=self.distribution, extra=self.extra)


@attrs.frozen
class EstimatorFunction(ModelFunction):
    """An estimator as a function."""

    model: Any

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        return self.model.predict(data)

    def get_raw_model(self) -> Any:
        return self.model

    def __getattr__(self, name: str) -> Any:
        if name not in PREDICTING:
            raise AttributeError(name)
        return getattr(self.model, name)


def _save_skops(model: Any, path: Path, trusted: Sequence[str] | None) -> tuple[list[str] | None, frozenset[str]]:
    """Write the file; returns what MLflow has to trust to read it, and the modules that it refers to."""
    skops = skops_io()
    try:
        skops.dump(model, path)
        unknown = skops.get_untrusted_types(file=path)
    except Exception as error:  # whatever an estimator of somebody else's does when it is taken apart
        raise InvalidInput(
            "sk_model",
            "The sklearn model could not be serialized in the skops serialization format: "
            f"{type(error).__name__}: {error}. Consider serialization_format='cloudpickle'.",
        ) from error
    try:
        load_skops(path, trust(trusted, field="skops_trusted_types"))
    except UntrustedContent as error:
        raise InvalidInput(
            "skops_trusted_types",
            "The saved sklearn model references untrusted types. If they are harmless, name them in "
            "'skops_trusted_types' when the model is saved, and in 'trusted' when it is loaded; or save it with "
            f"serialization_format='cloudpickle'. {error.message}",
        ) from error
    return sorted({*unknown, *(trusted or ())}) or None, modules_of_skops(path)


def _known(format: Any) -> str:
    if format not in FILES:
        raise InvalidInput(
            "serialization_format",
            f"Unrecognized serialization format: {shown(format)}. Please specify one of the following supported "
            f"formats: {list(FILES)}.",
        )
    return str(format)


def _format(record: ModelRecord) -> str:
    """The format that a record names; models of old name none, and are pickles."""
    try:
        return _known(record.flavors.get("sklearn", {}).get("serialization_format", PICKLE))
    except InvalidInput as error:
        raise CorruptRecord(error.message) from None
