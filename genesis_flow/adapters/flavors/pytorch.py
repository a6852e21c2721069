"""Models of PyTorch."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from pickle import PicklingError
from typing import Any, Final

import attrs

from genesis_flow.adapters.flavors.code import importing
from genesis_flow.adapters.flavors.exporting import export
from genesis_flow.adapters.flavors.libraries import library
from genesis_flow.adapters.flavors.loading import load_exported, load_torch
from genesis_flow.adapters.flavors.tensor_files import read_tensors, write_tensors
from genesis_flow.domain.entities.model_record import FUNCTION, ModelRecord
from genesis_flow.domain.errors import CorruptRecord, InvalidInput
from genesis_flow.domain.values.containment import contained
from genesis_flow.domain.values.manifests import read_verified
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.trust import Trust
from genesis_flow.ports.flavors import ModelFlavor, ModelFunction, SavedModel
from genesis_flow.ports.state_dictionaries import StateDictionaries

EXPORTED: Final = "pt2"
PICKLED: Final = "pickle"
STATE: Final = "state_dict"

#: The file of each format, by which MLflow knows it.
FILES: Final = {EXPORTED: "model.pt2", PICKLED: "model.pth", STATE: "model.safetensors"}

_DATA: Final = "data"
_PICKLE_MODULE_FILE: Final = "pickle_module_info.txt"
_PICKLE_MODULE: Final = "mlflow.pytorch.pickle_module"
_CPU: Final = "cpu"

#: A state dictionary without a model, in the order in which it is looked for.
_STATE_FILES: Final = ("state_dict.safetensors", "state_dict.pth")


class PytorchFlavor(ModelFlavor, StateDictionaries):
    """
    Modules of PyTorch, by default as exported programs, which call nothing but functions of tensors.

    Options of `save`: "serialization_format", "traced" (the tensors or arrays to trace a program with),
    "pickle_module", "pickle_options". Options of `load`: "model_class" (what makes the module that a state
    dictionary is for, or the module), "device".
    """

    name = "pytorch"
    loader_module = "mlflow.pytorch"
    distribution = "torch"
    extra = "pytorch"
    supported = ">=2.8"

    def save(self, model: Any, directory: Path, options: Mapping[str, Any]) -> SavedModel:
        format = _known(options.get("serialization_format") or EXPORTED)
        torch = self._library()
        if not isinstance(model, torch.nn.Module):
            raise TypeError("Argument 'pytorch_model' should be a torch.nn.Module")
        data = directory / _DATA
        data.mkdir()
        path = data / FILES[format]
        record = {"model_data": _DATA, "pytorch_version": str(torch.__version__)}
        if format == STATE:
            write_tensors(model.state_dict(), path)
            return SavedModel(record, None, (self.distribution, "safetensors"))
        modules = {cls.__module__.partition(".")[0] for each in model.modules() for cls in type(each).__mro__}
        module_name = getattr(options.get("pickle_module"), "__name__", _PICKLE_MODULE)
        if format == EXPORTED:
            export(model, path, options.get("traced"), options.get("signature"))
            modules = set()
        else:
            (data / _PICKLE_MODULE_FILE).write_text(module_name, encoding="utf-8")
            _pickle(model, path, options.get("pickle_module"), options.get("pickle_options") or {})
        function = {"data": _DATA, "pickle_module_name": module_name, "config": {"device": None}}
        predicts = format != EXPORTED or _is_one_array(options.get("traced"))
        needed = (self.distribution, "cloudpickle", "numpy", "pandas")
        return SavedModel(record, function if predicts else None, needed, frozenset(modules))

    def load(self, directory: Path, record: ModelRecord, trust: Trust, options: Mapping[str, Any]) -> Any:
        self._library()
        data = record.flavor(self.name).get("model_data", _DATA)
        return self._read(directory, record, data, trust, options.get("device"), options.get("model_class"))

    def load_function(
        self, directory: Path, record: ModelRecord, trust: Trust, options: Mapping[str, Any]
    ) -> ModelFunction:
        torch = self._library()
        noted = record.flavor(FUNCTION)
        config = {**(noted.get("config") or {}), **(options.get("model_config") or {})}
        device = config.get("device") or options.get("device") or ("cuda" if torch.cuda.is_available() else _CPU)
        return ModuleFunction(self._read(directory, record, noted.get("data", _DATA), trust, device), str(device))

    def live(self, model: Any, options: Mapping[str, Any]) -> Any:
        return ModuleFunction(model, _CPU)

    def has_pickles_in(self, directory: Path, record: ModelRecord) -> bool:
        noted = record.flavors.get(self.name, {}).get("model_data") or record.flavors.get(FUNCTION, {}).get("data")
        return _format_in(directory, noted or _DATA) == PICKLED

    def load_state(self, directory: Path, trust: Trust, options: Mapping[str, Any]) -> Any:
        self._library()
        usual = next((name for name in _STATE_FILES if (directory / name).exists()), _STATE_FILES[-1])
        name = options.get("file") or usual
        path = contained(directory, name)
        if path.suffix == ".safetensors":
            return read_tensors(path)
        return load_torch(path, trust, mapped=bool(options.get("mapped")))

    def save_state(self, state: Any, directory: Path, options: Mapping[str, Any]) -> None:
        torch = self._library()
        directory.mkdir(parents=True, exist_ok=True)
        if options.get("format") == "safetensors":
            write_tensors(state, directory / _STATE_FILES[0])
        else:
            torch.save(state, directory / _STATE_FILES[1], **(options.get("pickle_options") or {}))

    def _read(
        self, directory: Path, record: ModelRecord, data: Any, trust: Trust, device: Any, model_class: Any = None
    ) -> Any:
        format = _format_in(directory, data)
        name = f"{data}/{FILES[format]}"
        with importing(directory, record, record.flavors.get(self.name, {}).get("code")):
            if format == EXPORTED:
                program = load_exported(read_verified(directory, record.manifest, name), trust).module()
                _require_on(program, device)
                return program
            if format == STATE:
                model = _filled(model_class, read_tensors(contained(directory, name)))
            else:
                model = _unpickled(directory, record, name, trust)
        model.eval()
        if device:
            model.to(device=device)
        return model

    def _library(self) -> Any:
        return library("torch", distribution=self.distribution, extra=self.extra)


@attrs.frozen
class ModuleFunction(ModelFunction):
    """A module as a function of one array or frame."""

    model: Any
    device: str

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        import numpy as np
        import pandas as pd
        import torch

        if params and "device" in params:
            raise ValueError(
                "device' can no longer be specified as an inference parameter. It must be specified at load time, "
                "such as by `pyfunc.load_model(model_uri, model_config={'device': 'cuda'})`."
            )
        if isinstance(data, list | dict):
            raise TypeError(
                "The PyTorch flavor does not support List or Dict input types. Please use a pandas.DataFrame or a "
                "numpy.ndarray"
            )
        if not isinstance(data, pd.DataFrame | np.ndarray):
            raise TypeError("Input data should be pandas.DataFrame or numpy.ndarray")
        array = data.to_numpy(dtype=np.float32) if isinstance(data, pd.DataFrame) else data
        if not array.flags.writeable:
            array = array.copy()
        with torch.no_grad(), _unchanged(self.model):
            found = self.model(torch.from_numpy(array).to(self.device), **(params or {}))
        if not isinstance(found, torch.Tensor):
            raise TypeError(
                f"Expected PyTorch model to output a single output tensor, but got output of type '{type(found)}'"
            )
        numbers = found.cpu().numpy()
        return pd.DataFrame(numbers, index=data.index) if isinstance(data, pd.DataFrame) else numbers

    def get_raw_model(self) -> Any:
        return self.model


@contextlib.contextmanager
def _unchanged(model: Any) -> Iterator[None]:
    """Have a module predict and not learn while the block runs; an exported program is as it was exported."""
    training = [each for each in model.modules() if each.training] if hasattr(model, "modules") else []
    for each in training:
        each.training = False
    try:
        yield
    finally:
        for each in training:
            each.training = True


def _known(format: Any) -> str:
    if format not in FILES:
        raise InvalidInput(
            "serialization_format",
            "The `serialization_format` param value must be one of 'pickle' or 'pt2', or 'state_dict', not "
            f"{shown(format)}.",
        )
    return str(format)


def _format_in(directory: Path, data: Any) -> str:
    root = contained(directory, data, is_directory=True)
    for format in (PICKLED, EXPORTED, STATE):
        if (root / FILES[format]).exists():
            return format
    raise CorruptRecord(f"The model's directory '{shown(data)}' holds none of {', '.join(FILES.values())}.")


def _is_one_array(traced: Sequence[Any] | None) -> bool:
    import numpy as np

    return traced is not None and len(traced) == 1 and isinstance(traced[0], np.ndarray)


def _pickle(model: Any, path: Path, pickle_module: Any, options: Mapping[str, Any]) -> None:
    import torch

    if isinstance(model, torch.jit.ScriptModule):
        torch.jit.ScriptModule.save(model, path)
        return
    if pickle_module is None:
        cloudpickle = library("cloudpickle", distribution="cloudpickle", extra="pytorch")
        pickle_module = types.ModuleType(_PICKLE_MODULE)
        pickle_module.Pickler = cloudpickle.Pickler
    try:
        torch.save(model, path, pickle_module=pickle_module, **options)
    except (TypeError, AttributeError, RecursionError, PicklingError) as error:
        raise InvalidInput("pytorch_model", f"Pickling the model failed: {error}") from error


def _unpickled(directory: Path, record: ModelRecord, name: str, trust: Trust) -> Any:
    import torch

    found = load_torch(read_verified(directory, record.manifest, name), trust)
    if not isinstance(found, torch.nn.Module):
        raise CorruptRecord(f"The model's file '{shown(name)}' holds no module, but a {type(found).__name__}.")
    return found


def _filled(model_class: Any, state: Mapping[str, Any]) -> Any:
    import torch

    if model_class is None:
        raise InvalidInput(
            "model_class",
            "The model was saved as a state dictionary, which holds its numbers only. Pass the class of the model, "
            "a function that makes one, or the module to fill: load_model(..., model_class=MyModule).",
        )
    model = model_class if isinstance(model_class, torch.nn.Module) else model_class()
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise InvalidInput("model_class", f"The saved state is not that of such a module: {error}") from error
    return model


def _require_on(program: Any, device: Any) -> None:
    """See that an exported program computes on `device`: it cannot be moved."""
    import itertools

    import torch

    wanted = torch.device(device).type if device else None
    for each in itertools.chain(program.parameters(), program.buffers()):
        if wanted is not None and each.device.type != wanted:
            raise InvalidInput(
                "device",
                "The saved model is exported by `torch.export` API, the original model contains weights / buffers on "
                f"'{each.device.type}' device, it can't be loaded on '{wanted}' device. Save it with "
                f"model.to('{wanted}').",
            )
