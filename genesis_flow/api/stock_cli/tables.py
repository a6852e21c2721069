"""Tables as MLflow's command line prints them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(rows: Sequence[Sequence[str]], titles: Sequence[str]) -> str:
    """Rows below titles, in columns; two empty lines if there are no rows."""
    columns = [] if not rows else list(zip(titles, *rows, strict=True))
    widths = [max(4, len(title) + 2, *map(len, cells)) for title, *cells in columns]
    lines = [titles, ["-" * width for width in widths], *rows]
    return "\n".join(_line(cells, widths) for cells in lines)


def _line(cells: Iterable[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=False))
