"""Models that users write themselves: pickled objects, files of code, and modules that load something."""

from __future__ import annotations

import bz2
import gzip
import inspect
import lzma
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from genesis_flow.adapters.flavors.code import importing, module_of, named_as_mlflow, run_file
from genesis_flow.adapters.flavors.installed import imported_modules, version_of
from genesis_flow.adapters.flavors.loading import load_pickle
from genesis_flow.adapters.flavors.pickling import dump
from genesis_flow.adapters.flavors.python_input import converted
from genesis_flow.domain.entities.model_record import FUNCTION, ModelRecord
from genesis_flow.domain.errors import CorruptRecord, InvalidInput, Unsupported
from genesis_flow.domain.values.containment import contained
from genesis_flow.domain.values.manifests import read_verified
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.trust import Trust
from genesis_flow.ports.flavors import ModelFlavor, ModelFunction, SavedModel
from genesis_flow.ports.python_models import FunctionModel, PythonModelContext, config_in_force, noted_model

PICKLED: Final = "mlflow.pyfunc.model"
FROM_CODE: Final = "mlflow.pyfunc.loaders.code_model"

_PICKLE_FILE: Final = "python_model.pkl"

#: What opens and what reads a compressed pickle.
_COMPRESSIONS: Final[Mapping[str, Any]] = {"lzma": lzma, "bzip2": bz2, "gzip": gzip}


class PythonFunctionFlavor(ModelFlavor):
    """
    Models that users write themselves.

    Options of `save`: "python_model" is the model that is saved, or a path of code; "artifacts" (local paths and
    where they came from, by name), "loader_module", "data_path", "model_config", "streamable", "compression".
    """

    name = FUNCTION
    loader_module = PICKLED
    distribution = "cloudpickle"
    extra = "sklearn"

    def save(self, model: Any, directory: Path, options: Mapping[str, Any]) -> SavedModel:
        noted: dict[str, Any] = {"streamable": bool(options.get("streamable"))}
        if options.get("model_config") is not None:
            noted["config"] = options["model_config"]
        if options.get("loader_module"):
            return SavedModel({}, noted | _saved_loader(directory, options), (self.distribution,))
        noted |= _saved_artifacts(directory, options.get("artifacts") or {})
        if isinstance(model, str | Path):
            path = Path(model)
            shutil.copyfile(path, directory / path.name)
            noted |= {"loader_module": FROM_CODE, "model_code_path": path.name}
            modules = imported_modules(path)
        else:
            compression = options.get("compression")
            modules = dump(model, directory / _PICKLE_FILE, by_value=True, opened=_opener(compression))
            noted |= {"loader_module": PICKLED, "python_model": _PICKLE_FILE}
            if compression:
                noted["python_model_compression"] = compression
        noted["cloudpickle_version"] = version_of("cloudpickle")
        return SavedModel({}, noted, (self.distribution,), modules)

    def load(self, directory: Path, record: ModelRecord, trust: Trust, options: Mapping[str, Any]) -> Any:
        return self.load_function(directory, record, trust, options).get_raw_model()

    def load_function(
        self, directory: Path, record: ModelRecord, trust: Trust, options: Mapping[str, Any]
    ) -> ModelFunction:
        noted = record.flavor(FUNCTION)
        config = {**(noted.get("config") or {}), **(options.get("model_config") or {})}
        with importing(directory, record):
            if record.loader_module not in (PICKLED, FROM_CODE):
                return _loaded_by_module(directory, noted, str(record.loader_module), config)
            if record.loader_module == FROM_CODE:
                model = model_of_code(contained(directory, _code_file(noted)), config)
            else:
                model = load_pickle(_pickle(directory, record, noted), trust)
            context = PythonModelContext(_artifacts(directory, noted), config)
            if hasattr(model, "load_context"):
                model.load_context(context)
        return PythonFunction(model, context, record.content.get("signature"))

    def live(self, model: Any, options: Mapping[str, Any]) -> Any:
        if not isinstance(model, str | Path):
            return model
        with named_as_mlflow():
            return model_of_code(Path(model), options.get("model_config"))

    def has_pickles(self, record: ModelRecord) -> bool:
        return record.loader_module == PICKLED

    def code_needed(self, record: ModelRecord) -> Sequence[str]:
        if record.loader_module == PICKLED:
            return ()
        return [_code_file(record.flavor(FUNCTION)) if record.loader_module == FROM_CODE else str(record.loader_module)]


@attrs.frozen
class PythonFunction(ModelFunction):
    """A model that a user wrote, as a function."""

    python_model: Any
    context: PythonModelContext
    signature: Any = None

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        return self._call(self.python_model.predict, data, params)

    def predict_stream(self, data: Any, params: Mapping[str, Any] | None = None) -> Iterator[Any]:
        found: Iterator[Any] = self._call(self.python_model.predict_stream, data, params)
        return found

    def get_raw_model(self) -> Any:
        return self.python_model

    def _call(self, function: Any, data: Any, params: Mapping[str, Any] | None) -> Any:
        parameters = inspect.signature(function).parameters
        told = {"params": params} if "params" in parameters else {}
        data = converted(data, self.python_model, self.signature)
        if "context" in parameters:
            return function(self.context, data, **told)
        return function(data, **told)


def model_of_code(path: Path, config: Any) -> Any:
    """
    The model that the file of code `path` names with `set_model`.

    Raises:
        InvalidInput: It names none, or fails.
    """
    model_token, config_token = noted_model.set(None), config_in_force.set(config)
    _forget_mlflow()
    try:
        run_file(path, "python_model")
        model = noted_model.get() or _noted_by_mlflow()
    finally:
        noted_model.reset(model_token)
        config_in_force.reset(config_token)
    if model is None:
        raise InvalidInput(
            "python_model",
            "If the model is logged as code, ensure the model is set using mlflow.models.set_model() within the "
            f"code file {shown(path.name)}.",
        )
    if callable(model) and not hasattr(model, "predict"):
        return FunctionModel(model)
    return model


def _noted_by_mlflow() -> Any:
    """What code told the real MLflow, where that is installed and was imported by it."""
    return getattr(sys.modules.get("mlflow.models.model"), "__mlflow_model__", None)


def _forget_mlflow() -> None:
    """What code of another model told the real MLflow is not this model's."""
    real = sys.modules.get("mlflow.models.model")
    if hasattr(real, "__mlflow_model__"):
        real.__mlflow_model__ = None  # type: ignore[union-attr]


def _loaded_by_module(directory: Path, noted: Mapping[str, Any], name: str, config: Any) -> ModelFunction:
    if name.partition(".")[0] == "mlflow":
        raise Unsupported(f"Models of the flavor that {shown(name)} loads are not supported.")
    load = getattr(module_of(name), "_load_pyfunc", None)
    if load is None:
        raise CorruptRecord(f"The model's loader_module {shown(name)} has no function _load_pyfunc.")
    path = directory
    if noted.get("data"):
        path = contained(directory, noted["data"], is_directory=None)
    found: ModelFunction = load(str(path), config) if config else load(str(path))
    return found


def _code_file(noted: Mapping[str, Any]) -> str:
    """The name of a file of code; MLflow notes where it once was."""
    return str(noted.get("model_code_path") or "").replace("\\", "/").rpartition("/")[2]


def _pickle(directory: Path, record: ModelRecord, noted: Mapping[str, Any]) -> bytes:
    content = read_verified(directory, record.manifest, noted.get("python_model"))
    compression = noted.get("python_model_compression")
    if compression is None:
        return content
    if compression not in _COMPRESSIONS:
        raise CorruptRecord(f"The model is compressed in an unknown way: {shown(compression)}.")
    try:
        found: bytes = _COMPRESSIONS[compression].decompress(content)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise CorruptRecord(f"The model's file {_PICKLE_FILE} is damaged: {error}") from error
    return found


def _artifacts(directory: Path, noted: Mapping[str, Any]) -> dict[str, str]:
    found = noted.get("artifacts") or {}
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise CorruptRecord("The model's record does not say where its artifacts are.")
    return {name: str(contained(directory, each.get("path"), is_directory=None)) for name, each in found.items()}


def _opener(compression: Any) -> Any:
    if not compression:
        return None
    if compression not in _COMPRESSIONS:
        raise InvalidInput(
            "MLFLOW_LOG_MODEL_COMPRESSION", f"Unknown compression: {shown(compression)}; use {list(_COMPRESSIONS)}."
        )
    return lambda path: _COMPRESSIONS[compression].open(path, "wb")


def _saved_loader(directory: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    data = options.get("data_path")
    noted = {"loader_module": options["loader_module"]}
    if data is not None:
        source = Path(data)
        noted["data"] = f"data/{source.resolve().name}"
        _copy(source, directory / noted["data"])
    return noted


def _saved_artifacts(directory: Path, artifacts: Mapping[str, tuple[Path, str]]) -> dict[str, Any]:
    noted = {}
    for name, (source, uri) in artifacts.items():
        place = f"artifacts/{source.name}"
        if (directory / place).exists():
            place = f"artifacts/{name}/{source.name}"
        _copy(source, directory / place)
        noted[name] = {"path": place, "uri": uri}
    return {"artifacts": noted} if noted else {}


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(source, target)
