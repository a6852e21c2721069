"""Line plots as PNG files, by matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from genesis_flow.api.cli.failures import Failure
from genesis_flow.api.cli.plotting import Series
from genesis_flow.api.cli.text import clean


def write(path: Path, series: Sequence[Series], axis: str) -> None:
    """
    Draw lines, with a legend, into the PNG file `path`.

    Raises:
        Failure: matplotlib is not installed. OSError: The file cannot be written.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise Failure('PNG plots need matplotlib: pip install "genesis-flow[sklearn]"') from error
    # A figure of its own, without pyplot, needs no display and leaves nothing behind.
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for each in series:
        axes.plot(each.places, each.values, label=_literal(each.label), marker="." if len(each.places) < 50 else "")
    axes.set_xlabel(axis)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, format="png", dpi=120)


def _literal(label: str) -> str:
    # matplotlib takes "$" for mathematics, and hides labels that begin with "_".
    text = clean(label).replace("$", r"\$")
    return f" {text}" if text.startswith("_") else text
