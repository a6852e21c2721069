"""Files of code: which there are, and what is in them, as syntax trees; whatever they hold, none is run."""

from __future__ import annotations

import ast
import json
import os
import re
import stat
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs

#: Larger files are data.
LARGEST_BYTES: Final = 5_000_000

_SUFFIXES: Final = (".py", ".ipynb")
_SKIPPED: Final = frozenset({"__pycache__", "node_modules", "site-packages"})
#: A line that only IPython understands, and a statement that ends in one.
_MAGIC: Final = re.compile(r"^(\s*)(?:[%!?].*|.*\?\s*|[\w.,\s]+=\s*[%!].*)$")


class Unreadable(Exception):
    """A file holds no code that can be read; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@attrs.frozen
class Piece:
    """
    Code.

    Attributes:
        cell: The number of the cell of a notebook, from 1; 0 for a whole file.
    """

    code: bytes | str
    cell: int = 0

    def tree(self) -> ast.Module:
        """
        Its syntax tree.

        Raises:
            Unreadable: It is not valid, or nested too deeply.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is odd in the code of others
            try:
                return ast.parse(self.code)
            except SyntaxError as error:
                place = f" (line {error.lineno})" if error.lineno else ""
                raise Unreadable(f"not valid Python: {error.msg}{place}") from error
            except ValueError as error:
                raise Unreadable(f"not valid Python: {error}") from error
            except (RecursionError, MemoryError) as error:
                raise Unreadable("nested too deeply") from error


def files_below(paths: list[Path]) -> Iterator[Path]:
    """
    The files in `paths`, and those with code in the directories among them, each once, in order.

    Links to directories are not followed, and hidden directories, caches and installed packages are left out.
    """
    seen: set[tuple[int, int]] = set()
    for path in paths:
        for file in _below(path) if path.is_dir() else (path,):
            identity = _identity(file)
            if identity is None or identity not in seen:
                yield file
            if identity is not None:
                seen.add(identity)


def _below(directory: Path) -> Iterator[Path]:
    for place, directories, names in os.walk(directory):
        directories[:] = sorted(
            name
            for name in directories
            if not name.startswith(".") and name not in _SKIPPED and not Path(place, name, "pyvenv.cfg").exists()
        )
        yield from (Path(place, name) for name in sorted(names) if name.endswith(_SUFFIXES))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def pieces_of(path: Path) -> list[Piece]:
    """
    What is in a file: the whole, or the cells of a notebook that hold Python.

    Raises:
        Unreadable: It is no file, too large, or not a notebook.
    """
    data = _read(path)
    if path.suffix == ".ipynb":
        return [Piece(_plain(text), number) for number, text in _cells(data)]
    return [Piece(data)]


def _read(path: Path) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise Unreadable("not a file")
        if found.st_size > LARGEST_BYTES:
            raise Unreadable(f"larger than {LARGEST_BYTES} bytes")
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES)
    except (OSError, ValueError) as error:
        raise Unreadable(getattr(error, "strerror", None) or str(error)) from error


def _cells(data: bytes) -> Iterator[tuple[int, str]]:
    """The numbers and texts of a notebook's cells of Python."""
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable("not a notebook: not valid JSON") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("not a notebook: no list of cells")
    for number, cell in enumerate(cells, 1):
        text = _text(cell)
        if text is not None and not text.lstrip().startswith("%%"):
            yield number, text


def _text(cell: Any) -> str | None:
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return None
    source = cell.get("source")
    lines: list[Any] = source if isinstance(source, list) else [source]
    return "".join(lines) if all(isinstance(line, str) for line in lines) else None


def _plain(code: str) -> str:
    """`code` with `pass` for what only IPython understands, so that lines keep their numbers."""
    try:
        Piece(code).tree()
    except Unreadable:
        return "\n".join(_MAGIC.sub(r"\1pass", line) for line in code.split("\n"))
    return code
