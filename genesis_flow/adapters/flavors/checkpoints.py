"""Directories of `save_pretrained`, as what a pipeline is made of; the model is not loaded."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Final

import attrs

from genesis_flow.adapters.flavors.pretrained_files import is_readable, require_harmless
from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.trust import trust

#: How the names of files of tokenizers start.
_OF_TOKENIZERS: Final = ("tokenizer", "vocab", "spiece", "sentencepiece")


@attrs.frozen
class Checkpoint:
    """
    A directory with a model and its tokenizer.

    Attributes:
        model_class: Its name in transformers. tokenizer: The tokenizer itself.
    """

    directory: Path
    model_class: str
    tokenizer: Any


def checkpoint_at(transformers: Any, path: str) -> Checkpoint:
    """
    The checkpoint in a local directory.

    Raises:
        InvalidInput: There is none, or one without a tokenizer. UntrustedContent: There is code in it.
    """
    directory = Path(path).absolute()
    if not (directory / "config.json").is_file():
        raise InvalidInput(
            "transformers_model",
            f"The provided directory {path} does not contain a config.json file."
            "Please ensure that the directory contains a valid transformers model checkpoint.",
        )
    classes = json.loads((directory / "config.json").read_bytes()).get("architectures") or [None]
    if not isinstance(classes[0], str):
        raise InvalidInput("transformers_model", f"The config.json in {path} names no class of models.")
    try:
        if not any(each.name.startswith(_OF_TOKENIZERS) for each in directory.iterdir()):
            raise OSError("There is none.")  # some versions make up an empty one
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            str(directory), local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError) as error:
        raise InvalidInput(
            "transformers_model",
            f"Error loading tokenizer from {path}. When logging a Transformers model from a local checkpoint, please "
            "make sure that the checkpoint directory contains a valid tokenizer configuration as well.",
        ) from error
    return Checkpoint(directory, classes[0], tokenizer)


def pipeline_class(transformers: Any, task: str) -> str:
    """
    The name of the class of pipelines for a task.

    Raises:
        InvalidInput: There is none.
    """
    try:
        found = transformers.pipelines.check_task(task)[1]["impl"]
    except KeyError as error:
        raise InvalidInput("task", str(error.args[0])) from error
    return getattr(found, "__name__", str(found).rpartition(".")[2])


def copy_checkpoint(checkpoint: Checkpoint, to: Path) -> None:
    """Copy what a model is loaded from; the state of a training that may lie beside it is left."""
    to.mkdir()
    for path in checkpoint.directory.iterdir():
        if path.is_file() and is_readable(path.name):
            shutil.copy2(path, to / path.name)
    require_harmless(to, trust())
