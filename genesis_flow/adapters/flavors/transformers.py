"""Pipelines of transformers, and what they are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from genesis_flow.adapters.flavors.code import importing
from genesis_flow.adapters.flavors.libraries import library
from genesis_flow.adapters.flavors.pretrained_files import PICKLED_WEIGHTS, pickled_weights, require_harmless
from genesis_flow.adapters.flavors.text_pipelines import PipelineFunction
from genesis_flow.domain.entities.model_record import FUNCTION, ModelRecord
from genesis_flow.domain.errors import CorruptRecord, InvalidInput, NotFound, UntrustedContent
from genesis_flow.domain.values.containment import contained
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.trust import Trust
from genesis_flow.ports.flavors import ModelFlavor, ModelFunction, SavedModel

_MODEL: Final = "model"
_COMPONENTS: Final = "components"
_PROCESSOR: Final = "processor"

#: What a pipeline may have beside its model, and the class of transformers that each has to be of.
PARTS: Final = {
    "feature_extractor": "FeatureExtractionMixin",
    "tokenizer": "PreTrainedTokenizerBase",
    "image_processor": "ImageProcessingMixin",
    "processor": "ProcessorMixin",
}

_GIVEN: Final = ("model", "tokenizer", "feature_extractor", "image_processor", "torch_dtype")
_IDENTIFIER: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_DTYPE: Final = re.compile(r"(?:torch\.)?(float64|float32|float16|bfloat16)")
_REPOSITORY: Final = re.compile(r"[\w.-]+(?:/[\w.-]+)?")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}")

#: Tasks that are not predicted as functions: what they take is no text.
_NO_FUNCTION: Final = (
    "AnyToAny Audio Automatic Depth Document Image Keypoint Mask ObjectDetection Table Video Visual ZeroShot"
)


class TransformersFlavor(ModelFlavor):
    """
    Pipelines, or dictionaries of their components; weights are safetensors.

    Options of `save`: "processor", "task", "torch_dtype", "model_config", "save_pretrained", "shard_size".
    Options of `load`: "return_type" ("pipeline" or "components"), "device", "torch_dtype", "pipeline_options".
    """

    name = "transformers"
    loader_module = "mlflow.transformers"
    distribution = "transformers"
    extra = "transformers"

    def save(self, model: Any, directory: Path, options: Mapping[str, Any]) -> SavedModel:
        transformers = self._library()
        pipeline = self.live(model, options).pipeline
        processor = options.get("processor")
        repository = None if options.get("save_pretrained", True) else _repository(pipeline.model)
        parts = {name: part for name in PARTS if (part := getattr(pipeline, name, None)) and name != _PROCESSOR}
        record = _record(pipeline, options.get("torch_dtype"), repository)
        for name, part in (parts | ({_PROCESSOR: processor} if processor else {})).items():
            record[f"{name}_type"] = type(part).__name__
            if repository is None:
                part.save_pretrained(directory / _COMPONENTS / name)
            else:
                record[f"{name}_name"], record[f"{name}_revision"] = repository
        record |= {"components": list(parts), "transformers_version": transformers.__version__}
        if repository is None:
            pipeline.model.save_pretrained(directory / _MODEL, max_shard_size=options.get("shard_size") or "500MB")
        predicts = processor is None and not type(pipeline).__name__.startswith(tuple(_NO_FUNCTION.split()))
        config = options.get("model_config")
        function = ({"config": config} if config else {}) if predicts else None
        return SavedModel(record, function, (self.distribution, "torch", "safetensors", "numpy", "pandas"))

    def load(self, directory: Path, record: ModelRecord, trust: Trust, options: Mapping[str, Any]) -> Any:
        noted = record.flavor(self.name)
        with importing(directory, record, noted.get("code")):
            found = self._components(directory, noted, trust, options)
            if options.get("return_type") == "components":
                return found
            extra = dict(options.get("pipeline_options") or {})
            return self._library().pipeline(trust_remote_code=trust.allow_unsafe, **found, **extra)

    def load_function(
        self, directory: Path, record: ModelRecord, trust: Trust, options: Mapping[str, Any]
    ) -> ModelFunction:
        noted = record.flavor(FUNCTION)
        config = {**(noted.get("config") or {}), **(options.get("model_config") or {})}
        pipeline = self.load(directory, record, trust, {"device": options.get("device")})
        template = (record.content.get("metadata") or {}).get("prompt_template")
        return PipelineFunction(pipeline, config, template)

    def live(self, model: Any, options: Mapping[str, Any]) -> Any:
        transformers = self._library()
        config = options.get("model_config") or {}
        if isinstance(model, transformers.Pipeline):
            return PipelineFunction(model, config, options.get("prompt_template"))
        if not isinstance(model, dict):
            raise InvalidInput(
                "transformers_model",
                "The `transformers_model` must be one of the following types: \n (1) a transformers Pipeline\n (2) a "
                f"dictionary of components for a transformers Pipeline\nreceived: {type(model)}",
            )
        unknown = [key for key in model if key not in _GIVEN]
        if unknown or _MODEL not in model:
            raise InvalidInput(
                "transformers_model",
                "Invalid dictionary submitted for 'transformers_model'. "
                + (f"The key(s) {unknown} are not permitted. Must be one of: {set(_GIVEN)}" if unknown else
                   "The 'transformers_model' dictionary must have an entry for model"),
            )  # fmt: skip
        task = options.get("task")
        if not task:
            raise InvalidInput("task", "The `task` of a dictionary of components has to be given.")
        made = transformers.pipeline(task=task, **{key: part for key, part in model.items() if key != "torch_dtype"})
        return PipelineFunction(made, config, options.get("prompt_template"))

    def has_pickles_in(self, directory: Path, record: ModelRecord) -> bool:
        return any(directory.glob(f"*/{PICKLED_WEIGHTS}"))

    def _components(
        self, directory: Path, noted: Mapping[str, Any], trust: Trust, options: Mapping[str, Any]
    ) -> dict[str, Any]:
        transformers = self._library()
        found: dict[str, Any] = {"task": str(noted.get("task"))}
        if found["task"] not in transformers.pipelines.get_supported_tasks() and "_to_" not in found["task"]:
            raise CorruptRecord(f"The installed transformers {transformers.__version__} has no task {found['task']!r}.")
        device = _device(options.get("device"))
        if device is not None:
            found["device"] = device
        dtype = _dtype(options.get("torch_dtype") or noted.get("torch_dtype"))
        if dtype is not None:
            found["dtype"] = dtype
        if noted.get("peft_adaptor") or noted.get("local_base_model_path"):
            raise CorruptRecord("The model is an adapter of peft, which is not supported.")
        home = None if "source_model_revision" not in noted else _cached(noted)
        names = [*(noted.get("components") or ()), *([_PROCESSOR] if "processor_type" in noted else [])]
        model_home = home or contained(directory, noted.get("model_binary", "pipeline"), is_directory=True)
        found[_MODEL] = self._model(model_home, noted, trust, dtype, links=home is not None)
        for name in names:
            if name not in PARTS:
                raise CorruptRecord(f"The model has a component of an unknown kind: {shown(name)}.")
            place = home or contained(directory, f"{_COMPONENTS}/{name}", is_directory=True)
            require_harmless(place, trust, links=home is not None)
            kind = self._class(noted.get(f"{name}_type"), PARTS[name], trust)
            try:
                found[name] = kind.from_pretrained(str(place), local_files_only=True, trust_remote_code=False)
            except Exception as error:  # as with the model
                reason = f"{type(error).__name__}: {error}"
                raise CorruptRecord(f"The model's {name} cannot be read: {reason}") from error
        return found

    def _model(self, place: Path, noted: Mapping[str, Any], trust: Trust, dtype: Any, *, links: bool) -> Any:
        require_harmless(place, trust, links=links)
        kind = self._class(noted.get("pipeline_model_type"), "PreTrainedModel", trust)
        weights = pickled_weights(place, trust)
        options = {"local_files_only": True, **({} if dtype is None else {"dtype": dtype})}
        try:
            if weights is not None:
                config = kind.config_class.from_pretrained(str(place), local_files_only=True)
                return kind.from_pretrained(None, config=config, state_dict=weights, **options)
            return kind.from_pretrained(str(place), use_safetensors=True, **options)
        except Exception as error:  # damaged files lead to errors of many kinds
            raise CorruptRecord(f"The model cannot be read: {type(error).__name__}: {error}") from error

    def _class(self, name: Any, base: str, trust: Trust) -> Any:
        """The class of transformers called `name`, if it is one that loads what `base` stands for."""
        transformers = self._library()
        found = None
        if isinstance(name, str) and _IDENTIFIER.fullmatch(name) and not name.startswith("Auto"):
            found = getattr(transformers, name, None)
        expected = _base(transformers, base)
        if not isinstance(found, type) or not issubclass(found, expected):
            raise UntrustedContent(
                f"The model needs {shown(name)}, which is no {base} of the installed transformers "
                f"{transformers.__version__}; code of its own is not loaded."
            )
        return found

    def _library(self) -> Any:
        library("torch", distribution="torch", extra=self.extra)
        return library("transformers", distribution=self.distribution, extra=self.extra)


def _base(transformers: Any, name: str) -> Any:
    if hasattr(transformers, name):
        return getattr(transformers, name)
    import importlib

    home = {"ImageProcessingMixin": "image_processing_base"}.get(name, "feature_extraction_utils")
    return getattr(importlib.import_module(f"transformers.{home}"), name)


def _record(pipeline: Any, dtype: Any, repository: tuple[str, str] | None) -> dict[str, Any]:
    """What MLflow notes of a pipeline, but for its components."""
    record: dict[str, Any] = {"task": pipeline.task, "instance_type": type(pipeline).__name__}
    framework = getattr(pipeline, "framework", None)
    if framework:
        record["framework"] = framework
    dtype = dtype or getattr(pipeline, "dtype", None) or getattr(pipeline.model, "dtype", None)
    if dtype is not None:
        record["torch_dtype"] = str(dtype)
    record["pipeline_model_type"] = type(pipeline.model).__name__
    record["source_model_name"] = pipeline.model.name_or_path
    if repository is None:
        record["model_binary"] = _MODEL
    else:
        record["source_model_revision"] = repository[1]
    return record


def _repository(model: Any) -> tuple[str, str] | None:
    """Where on the hub a model came from; None if it did not, and so has to be saved all the same."""
    import logging

    name, commit = str(model.name_or_path), getattr(model.config, "_commit_hash", None)
    if _REPOSITORY.fullmatch(name) and not Path(name).exists() and commit:
        return name, str(commit)
    logging.getLogger(__name__).warning(
        "The save_pretrained parameter is set to False, but it is not known where on the hub the model came from. "
        "Therefore, the weights will be saved to disk anyway."
    )
    return None


def _cached(noted: Mapping[str, Any]) -> Path:
    """Where the hub's cache on this machine has a model that was saved by its name only; nothing is downloaded."""
    from huggingface_hub import snapshot_download

    name, revision = noted.get("source_model_name"), noted.get("source_model_revision")
    if not (isinstance(name, str) and _REPOSITORY.fullmatch(name)) or not _COMMIT.fullmatch(str(revision)):
        raise CorruptRecord("The model was saved by its name only, and its record does not say which it is.")
    try:
        return Path(snapshot_download(name, revision=str(revision), local_files_only=True))
    except Exception as error:  # the library has a class of its own for this, in another place in each version
        raise NotFound(
            "model", name,
            f"The model was saved with save_pretrained=False, and '{name}' at revision {revision} is not in the local "
            "cache of the hub. Nothing is downloaded while a model is loaded: fetch it first with "
            f"huggingface_hub.snapshot_download('{name}', revision='{revision}').",
        ) from error  # fmt: skip


def _device(device: Any) -> Any:
    if isinstance(device, str) and device.lstrip("-").isdigit():
        return int(device)
    return device


def _dtype(dtype: Any) -> Any:
    import torch

    if dtype is None or isinstance(dtype, torch.dtype):
        return dtype
    match = _DTYPE.fullmatch(str(dtype))
    if match is None:
        raise CorruptRecord(f"The type of numbers {shown(dtype)} is not known.")
    return getattr(torch, match[1])
