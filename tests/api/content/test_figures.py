"""Figures as artifacts."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib
import pytest
from PIL import Image

matplotlib.use("Agg")

from matplotlib.figure import Figure

from genesis_flow.api.content.figures import figure_to_bytes


@pytest.fixture
def figure() -> Figure:
    """A figure with a line."""
    figure = Figure()
    figure.subplots().plot([1, 2])
    return figure


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("f.png", b"\x89PNG\r\n\x1a\n"), ("d/f.svg", b"<?xml ve"), ("f.pdf", b"%PDF-1.4"),
        ("f.jpg", b"\xff\xd8\xff\xe0"), ("noext", b"\x89PNG\r\n\x1a\n"),
    ],
)
def test_the_extension_decides_the_format(figure: Figure, name: str, start: bytes) -> None:
    """matplotlib writes what the extension says, and PNG if there is none."""
    assert figure_to_bytes(figure, name).startswith(start)


def test_options_are_passed_on(figure: Figure) -> None:
    """`save_kwargs` reach `savefig`; the dict that was given is not changed."""
    options = {"dpi": 30}
    data = figure_to_bytes(figure, "g.png", options)
    assert (192, 144) == Image.open(io.BytesIO(data)).size
    assert {"dpi": 30} == options
    assert figure_to_bytes(figure, "g.dat", {"format": "svg"}).startswith(b"<?xml")


@pytest.mark.parametrize("name", ["f.foo", "f.html"])
def test_formats_that_matplotlib_does_not_write(figure: Figure, name: str) -> None:
    """An unknown extension is refused by matplotlib."""
    with pytest.raises(ValueError, match="is not supported"):
        figure_to_bytes(figure, name)


@pytest.mark.parametrize("other", [object(), None, "figure.png"])
def test_other_objects_are_refused(other: object) -> None:
    """Only figures are logged as figures."""
    with pytest.raises(TypeError, match="Unsupported figure object type: '<class"):
        figure_to_bytes(other, "f.png")


class _PlotlyFigure:
    """Writes what it was asked to write."""

    def write_html(self, path: str, **options: Any) -> None:
        """Note the call in the file."""
        Path(path).write_text(f"html {sorted(options.items())}")

    def write_image(self, path: str, **options: Any) -> None:
        """Note the call in the file."""
        Path(path).write_text(f"image {sorted(options.items())}")


@pytest.fixture
def plotly(monkeypatch: pytest.MonkeyPatch) -> _PlotlyFigure:
    """A figure of a stand-in for plotly, as if it were imported."""
    module = ModuleType("plotly.graph_objects")
    module.Figure = _PlotlyFigure  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", module)
    return _PlotlyFigure()


@pytest.mark.parametrize(
    ("name", "options", "written"),
    [
        ("f.html", {}, "html [('auto_open', False), ('include_plotlyjs', 'cdn')]"),
        ("f.html", {"include_plotlyjs": True}, "html [('auto_open', False), ('include_plotlyjs', True)]"),
        ("f.png", {"scale": 2}, "image [('scale', 2)]"),
        ("f.svg", {}, "image []"),
    ],
)
def test_plotly_writes_pages_and_images(
    plotly: _PlotlyFigure, name: str, options: dict[str, Any], written: str
) -> None:
    """HTML refers to plotly's script on the net unless options say otherwise; images have their extension."""
    assert written == figure_to_bytes(plotly, name, options).decode()


def test_plotly_refuses_other_extensions(plotly: _PlotlyFigure) -> None:
    """An extension that plotly does not write is named."""
    with pytest.raises(TypeError, match="Unsupported file extension for plotly figure"):
        figure_to_bytes(plotly, "f.gif")
