"""Modules of PyTorch as exported programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from genesis_flow.adapters.flavors.loading import load_exported
from genesis_flow.domain.errors import InvalidInput, Unsupported, UntrustedContent

_OLDEST = (2, 8)


def export(model: Any, path: Path, traced: Sequence[Any] | None, signature: Any) -> None:
    """
    Trace `model` with example inputs, and write its program to the file `path`.

    Raises:
        InvalidInput: Without examples, a signature of tensors, or where the model does what cannot be traced.
        Unsupported: PyTorch is too old.
    """
    import torch

    if tuple(int(each) for each in torch.__version__.split(".")[:2]) < _OLDEST:
        raise Unsupported("If `serialization_format` is set to 'pt2', `torch` package version must be >= 2.8.")
    if isinstance(model, torch.jit.ScriptModule):
        raise InvalidInput(
            "serialization_format",
            "The 'pt2' serialization format is not supported for torch.jit.ScriptModule models, please set "
            "`serialization_format` to 'pickle'.",
        )
    tensors = _tensors(traced)
    specs = _specs(signature)
    if len(specs) != len(tensors):
        raise InvalidInput("signature", f"The signature has {len(specs)} inputs, the example {len(tensors)}.")
    shapes = [_dynamic(spec) for spec in specs]
    try:
        program = torch.export.export(model, tuple(tensors), dynamic_shapes=shapes)
        torch.export.save(program, path)
    except Exception as error:  # whatever a module of somebody else's does when it is traced
        raise InvalidInput(
            "pytorch_model",
            f"The model cannot be exported: {type(error).__name__}: {error} Consider serialization_format="
            "'state_dict' or 'pickle'.",
        ) from error
    _require_readable(path)


def _tensors(traced: Sequence[Any] | None) -> list[Any]:
    import numpy as np
    import torch

    if not traced or not all(isinstance(each, np.ndarray | torch.Tensor) for each in traced):
        raise InvalidInput(
            "input_example",
            "If `serialization_format` is set to 'pt2', then input_example is required. It must be a numpy array or "
            "torch tensor, or a tuple/list of numpy arrays or torch tensors, with which the model is traced. Models "
            "without one can be saved with serialization_format='state_dict'.",
        )
    return [torch.from_numpy(each) if isinstance(each, np.ndarray) else each for each in traced]


def _specs(signature: Any) -> list[Any]:
    inputs = getattr(signature, "inputs", None)
    if inputs is None or not len(inputs) or not inputs.is_tensor_spec():
        raise InvalidInput(
            "signature",
            "Unsupported signature type for the selected serialization format. If the `serialization_format` "
            "argument is set to 'pt2', the input signature must be specified using `TensorSpec`. Please update the "
            "model signature or set `serialization_format` to 'pickle'.",
        )
    return list(inputs.inputs)


def _dynamic(spec: Any) -> dict[int, Any] | None:
    """The dimensions that may be of any size: whichever of them the model lets be."""
    import torch

    return {at: torch.export.Dim.AUTO for at, size in enumerate(spec.shape) if size == -1} or None


def _require_readable(path: Path) -> None:
    """See that what was written is what we read without being trusted; where not, the author hears of it now."""
    try:
        load_exported(path)
    except UntrustedContent as error:
        raise InvalidInput(
            "pytorch_model",
            f"The exported model would not be loaded again: {error.message} Consider serialization_format="
            "'state_dict'.",
        ) from error
