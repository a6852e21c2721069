"""`genesis-flow artifacts`."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Filled


def test_list_has_one_level(filled: Filled) -> None:
    """A list has the files and directories of one level, with sizes."""
    rows = [line.split(maxsplit=1) for line in filled.command_line.lines("artifacts", "list", filled.good.id)]
    assert [["Path", "Size"], ["reports/", "-"], ["top.txt", "1.5 kB"]] == [[a, b.strip()] for a, b in rows]
    below = filled.command_line.json("artifacts", "list", filled.good.id, "reports")
    assert [{"path": "reports/deep", "is_dir": True, "file_size": None}] == below["artifacts"]


def test_recursive_lists_are_trees(filled: Filled) -> None:
    """--recursive shows what directories hold, indented from where it starts."""
    lines = filled.command_line.lines("artifacts", "list", filled.good.id, "--recursive")
    assert ["reports/", "  deep/", "    report.txt  (5 B)", "top.txt  (1.5 kB)"] == lines
    lines = filled.command_line.lines("artifacts", "list", filled.good.id, "reports", "-r")
    assert ["deep/", "  report.txt  (5 B)"] == lines


def test_a_file_lists_itself(filled: Filled) -> None:
    """The path of a file lists that file; a path that does not exist is a failure."""
    found = filled.command_line.json("artifacts", "list", filled.good.id, "top.txt")
    assert [{"path": "top.txt", "is_dir": False, "file_size": 1500}] == found["artifacts"]
    assert 1 == filled.command_line.failure("artifacts", "list", filled.good.id, "absent")[0]
    assert 1 == filled.command_line.failure("artifacts", "list", filled.good.id, "../x")[0]


def test_runs_without_artifacts(filled: Filled) -> None:
    """A run without artifacts has an empty list."""
    assert ["No artifacts."] == filled.command_line.lines("artifacts", "list", filled.bad.id)
    assert [] == filled.command_line.json("artifacts", "list", filled.bad.id)["artifacts"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [("top.txt", "top.txt"), ("reports", "reports/deep/report.txt"), (None, "reports/deep/report.txt")],
)
def test_download(filled: Filled, tmp_path: Path, path: str | None, expected: str) -> None:
    """Files, directories and everything are copied into --dst, which is created."""
    words = ["artifacts", "download", filled.good.id, *([path] if path else []), "--dst", "new/place"]
    local = filled.command_line.json(*words)["local_path"]
    assert str(tmp_path / "new" / "place" / (path or "")).rstrip("/") == local
    assert (tmp_path / "new" / "place" / expected).is_file()


def test_downloads_go_to_the_working_directory(filled: Filled, tmp_path: Path) -> None:
    """Without --dst a download lands where the user is."""
    assert [f"Downloaded to {tmp_path / 'top.txt'}"] == filled.command_line.lines(
        "artifacts", "download", filled.good.id, "top.txt"
    )
    assert 1500 == (tmp_path / "top.txt").stat().st_size


def test_absent_artifacts_cannot_be_downloaded(filled: Filled) -> None:
    """A path that does not exist, or leads outside the run, is a failure."""
    assert [1, 1] == [
        filled.command_line.failure("artifacts", "download", filled.good.id, path)[0] for path in ("absent", "../../x")
    ]


def test_log_files_and_directories(filled: Filled, tmp_path: Path) -> None:
    """A local file or directory is stored under its own name, in a directory if one is named."""
    (tmp_path / "src" / "sub").mkdir(parents=True)
    (tmp_path / "src" / "sub" / "a.txt").write_text("abc")
    assert "plots/a.txt" == filled.command_line.json(
        "artifacts", "log", filled.bad.id, "src/sub/a.txt", "--path", "plots"
    )["path"]
    assert [f"Stored src with run {filled.bad.id}"] == filled.command_line.lines(
        "artifacts", "log", filled.bad.id, "src"
    )
    found = filled.command_line.json("artifacts", "list", filled.bad.id, "--recursive")["artifacts"]
    assert ["plots/a.txt", "src/sub/a.txt"] == [each["path"] for each in found if not each["is_dir"]]


def test_absent_local_files_cannot_be_logged(filled: Filled) -> None:
    """A local file that is not there is a failure that names it."""
    assert (1, "Error: There is no local file 'absent'.") == filled.command_line.failure(
        "artifacts", "log", filled.bad.id, "absent"
    )
