"""Figures of matplotlib and plotly as files."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

_PLOTLY_IMAGES: Final = (".png", ".jpeg", ".webp", ".svg", ".pdf")


def figure_to_bytes(figure: Any, artifact_file: str, save_kwargs: Mapping[str, Any] | None = None) -> bytes:
    """
    The file that `figure` becomes; its extension decides the format.

    Args:
        figure: A `matplotlib.figure.Figure` or `plotly.graph_objects.Figure`.
        save_kwargs: Passed to the method of the figure that saves it.

    Raises:
        TypeError: Another kind of figure, or an extension that plotly does not write.
        ValueError: An extension that matplotlib does not write.

    Source: MLflow `MlflowClient.log_figure`.
    """
    options = dict(save_kwargs or {})
    if _is_a(figure, "matplotlib.figure", "Figure"):
        return bytes_saved(artifact_file, lambda path: figure.savefig(path, **options))
    if _is_a(figure, "plotly.graph_objects", "Figure"):
        return _plotly_to_bytes(figure, artifact_file, options)
    raise TypeError(f"Unsupported figure object type: '{type(figure)}'")


def bytes_saved(artifact_file: str, save: Callable[[str], object]) -> bytes:
    """What `save` writes to the path that it gets, which ends in the last name of `artifact_file`."""
    with tempfile.TemporaryDirectory(prefix="genesis-flow-") as directory:
        save(os.path.join(directory, os.path.basename(os.path.normpath(artifact_file))))
        # matplotlib adds an extension to a name that has none.
        return next(Path(directory).iterdir()).read_bytes()


def _is_a(figure: Any, module: str, name: str) -> bool:
    """Whether `figure` is of that class; a module that nobody imported has no instances."""
    kind = getattr(sys.modules.get(module), name, None)
    return kind is not None and isinstance(figure, kind)


def _plotly_to_bytes(figure: Any, artifact_file: str, options: dict[str, Any]) -> bytes:
    extension = os.path.splitext(artifact_file)[1]
    if extension == ".html":
        options = {"include_plotlyjs": "cdn", "auto_open": False} | options
        return bytes_saved(artifact_file, lambda path: figure.write_html(path, **options))
    if extension in _PLOTLY_IMAGES:
        return bytes_saved(artifact_file, lambda path: figure.write_image(path, **options))
    raise TypeError(f"Unsupported file extension for plotly figure: '{extension}'")
