"""Pipelines of transformers, and what they are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from genesis_flow.adapters.flavors.checkpoints import checkpoint_at, copy_checkpoint, pipeline_class
from genesis_flow.adapters.flavors.code import importing
from genesis_flow.adapters.flavors.hub_cache import cached, repository_of
from genesis_flow.adapters.flavors.libraries import library
from genesis_flow.adapters.flavors.peft_adapters import base_of, is_adapted, with_adapter, without_adapter
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
_ADAPTER: Final = "peft"

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

#: Tasks that are not predicted as functions: what they take is no text.
_NO_FUNCTION: Final = (
    "AnyToAny Audio Automatic Depth Document Image Keypoint Mask ObjectDetection Table Video Visual ZeroShot"
)


class TransformersFlavor(ModelFlavor):
    """
    Pipelines, dictionaries of their components, or directories with a checkpoint; weights are safetensors.

    Options of `save`: "processor", "task", "torch_dtype", "model_config", "save_pretrained", "shard_size",
    "base_model_path" (of an adapter of peft), "model_card".
    Options of `load`: "return_type" ("pipeline" or "components"), "device", "torch_dtype", "pipeline_options",
    "base_model_path".
    """

    name = "transformers"
    loader_module = "mlflow.transformers"
    distribution = "transformers"
    extra = "transformers"
    supported = ">=4.56"

    def save(self, model: Any, directory: Path, options: Mapping[str, Any]) -> SavedModel:
        transformers = self._library()
        if isinstance(model, str):
            return self._save_checkpoint(model, directory, options)
        pipeline = self.live(model, options).pipeline
        base_path = _base_path(pipeline.model, options.get("base_model_path"))
        is_whole = options.get("save_pretrained", True) and not is_adapted(pipeline.model)
        base = base_of(pipeline.model)
        repository = None if is_whole or base_path else repository_of(base)
        record = _record(pipeline, options.get("torch_dtype"), repository)
        if is_adapted(pipeline.model):
            record["peft_adaptor"] = _ADAPTER
            pipeline.model.save_pretrained(directory / _ADAPTER)
        if base_path:
            record["local_base_model_path"] = base_path
            del record["model_binary"]
        elif repository is None:
            whole = without_adapter(pipeline.model) if is_adapted(pipeline.model) else base
            whole.save_pretrained(directory / _MODEL, max_shard_size=options.get("shard_size") or "500MB")
        parts = {name: part for name in PARTS if (part := getattr(pipeline, name, None)) and name != _PROCESSOR}
        record |= _save_parts(parts, options.get("processor"), directory, repository)
        record["transformers_version"] = transformers.__version__
        _write_card(options.get("model_card"), directory)
        predicts = not type(pipeline).__name__.startswith(tuple(_NO_FUNCTION.split()))
        is_own = base_path is None and repository is None
        return self._saved(record, predicts and not options.get("processor"), options, is_own=is_own)

    def _save_checkpoint(self, path: str, directory: Path, options: Mapping[str, Any]) -> SavedModel:
        transformers = self._library()
        task, dtype = _task(options), options.get("torch_dtype")
        if not options.get("save_pretrained", True):
            raise InvalidInput(
                "save_pretrained",
                "The `save_pretrained` argument must be set to True when logging a model from a local checkpoint. "
                "Please set `save_pretrained=True`.",
            )
        _base_path(None, options.get("base_model_path"))
        checkpoint = checkpoint_at(transformers, path)
        record = {
            "task": task,
            "instance_type": pipeline_class(transformers, task),
            "torch_dtype": str(dtype) if dtype else None,
            "pipeline_model_type": checkpoint.model_class,
            "source_model_name": path,
            "model_binary": _MODEL,
        }
        copy_checkpoint(checkpoint, directory / _MODEL)
        record |= _save_parts({"tokenizer": checkpoint.tokenizer}, options.get("processor"), directory, None)
        record["transformers_version"] = transformers.__version__
        _write_card(options.get("model_card"), directory)
        return self._saved(record, True, options, is_own=False)

    def _saved(
        self, record: Mapping[str, Any], predicts: bool, options: Mapping[str, Any], *, is_own: bool
    ) -> SavedModel:
        config = options.get("model_config")
        function = ({"config": config} if config else {}) if predicts else None
        adapter = ("peft",) if "peft_adaptor" in record else ()
        needed = (self.distribution, "torch", *adapter, "safetensors", "numpy", "pandas")
        return SavedModel(record, function, needed, is_own=is_own)

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
        if isinstance(model, str):
            path = str(checkpoint_at(transformers, model).directory)
            made = transformers.pipeline(task=_task(options), model=path, tokenizer=path, trust_remote_code=False)
            return PipelineFunction(made, config, options.get("prompt_template"))
        if not isinstance(model, dict):
            raise InvalidInput(
                "transformers_model",
                "The `transformers_model` must be one of the following types: \n (1) a transformers Pipeline\n (2) a "
                "dictionary of components for a transformers Pipeline\n (3) a path to a local/DBFS directory "
                f"containing a transformers model checkpoint.\nreceived: {type(model)}",
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
        base = _known_base(noted, trust, options.get("base_model_path"))
        home = None if "source_model_revision" not in noted else cached(noted)
        names = [*(noted.get("components") or ()), *([_PROCESSOR] if "processor_type" in noted else [])]
        model_home = base or home or contained(directory, noted.get("model_binary", "pipeline"), is_directory=True)
        found[_MODEL] = self._model(model_home, noted, trust, dtype, links=home is not None)
        if noted.get("peft_adaptor"):
            adapter = contained(directory, noted["peft_adaptor"], is_directory=True)
            found[_MODEL] = with_adapter(found[_MODEL], adapter, trust)
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
    record["pipeline_model_type"] = type(base_of(pipeline.model)).__name__
    record["source_model_name"] = base_of(pipeline.model).name_or_path
    if repository is None:
        record["model_binary"] = _MODEL
    else:
        record["source_model_revision"] = repository[1]
    return record


def _save_parts(
    parts: Mapping[str, Any], processor: Any, directory: Path, repository: tuple[str, str] | None
) -> dict[str, Any]:
    """Save what a pipeline has beside its model, unless it stays on the hub; returns what is noted of it."""
    record: dict[str, Any] = {}
    for name, part in {**parts, **({_PROCESSOR: processor} if processor else {})}.items():
        record[f"{name}_type"] = type(part).__name__
        if repository is None:
            part.save_pretrained(directory / _COMPONENTS / name)
        else:
            record[f"{name}_name"], record[f"{name}_revision"] = repository
    return {**record, "components": list(parts)}


def _task(options: Mapping[str, Any]) -> str:
    if not options.get("task"):
        raise InvalidInput(
            "task",
            "The `task` argument must be specified when logging a model from a local checkpoint. Please provide the "
            "task type of the pipeline.",
        )
    return str(options["task"])


def _base_path(model: Any, path: Any) -> str | None:
    """Where the base model of an adapter is said to be, and stays; None if nothing is said."""
    if path is None:
        return None
    if not is_adapted(model):
        raise InvalidInput(
            "base_model_path",
            "The `base_model_path` parameter is only supported for PEFT models. The provided model is not a PEFT "
            "model.",
        )
    found = Path(path).absolute()
    if not found.is_dir():
        raise InvalidInput(
            "base_model_path",
            f"The specified base_model_path '{found}' does not exist or is not a directory. Please provide a valid "
            "path to the base model.",
        )
    if not (found / "config.json").is_file():
        raise InvalidInput(
            "base_model_path",
            f"The specified base_model_path '{found}' is not a valid Transformers checkpoint directory. Expected to "
            "find a 'config.json' file in the directory.",
        )
    return str(found)


def _known_base(noted: Mapping[str, Any], trust: Trust, given: Any) -> Path | None:
    """
    The directory with the base model of an adapter that was saved without it; None for all other models.

    Raises:
        UntrustedContent: Only the record says where it is. NotFound: It is not there.
    """
    said = noted.get("local_base_model_path")
    if not said:
        return None
    if given is None and not trust.allow_unsafe:
        raise UntrustedContent(
            f"The model is an adapter, and its record has the base model read from {shown(said)}, which is no part of "
            "it. If that is the right one, load it with base_model_path=... or allow_unsafe_deserialization=True."
        )
    path = Path(said if given is None else given)
    if not (path / "config.json").is_file():
        raise NotFound("model", str(path), f"The base model of the adapter is not at {shown(str(path))}.")
    return path


def _write_card(card: Any, directory: Path) -> None:
    """Write a card of the hub, as MLflow does."""
    if card is not None:
        import yaml

        (directory / "model_card.md").write_text(card.text, encoding="utf-8")
        data = yaml.safe_dump(card.data.to_dict(), default_flow_style=False, allow_unicode=True)
        (directory / "model_card_data.yaml").write_text(data, encoding="utf-8")


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
