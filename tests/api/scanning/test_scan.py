"""Which names of `mlflow` a code base uses: found by syntax alone, judged by what this package has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from genesis_flow.api.scanning.scan import Place, Scan, scan
from genesis_flow.api.scanning.support import absence
from tests.api.cli.conftest import CommandLine, command_line
from tests.compat.ledger.policy import ABSENT, verdict_of
from tests.compat.ledger.snapshot import SYMBOLS

__all__ = ["command_line"]

ROOT = Path(__file__).parents[3]


def scanned(directory: Path, code: str, name: str = "code.py") -> Scan:
    """A scan of one file."""
    path = directory / name
    path.write_text(textwrap.dedent(code))
    return scan([path])


def names(found: Scan) -> set[str]:
    """The names that were found, without MLflow's own."""
    return {each.name for each in found.names} - {"mlflow"}


USES = {
    "import mlflow\nmlflow.log_metric('a', 1)": {"mlflow.log_metric"},
    "import mlflow as m\nm.sklearn.autolog()": {"mlflow.sklearn.autolog"},
    "import mlflow.pyfunc\nmlflow.pyfunc.load_model": {"mlflow.pyfunc", "mlflow.pyfunc.load_model"},
    "import mlflow.pyfunc as p\np.load_model": {"mlflow.pyfunc", "mlflow.pyfunc.load_model"},
    "from mlflow import log_param as lp\nlp('a', 1)": {"mlflow.log_param"},
    "from mlflow.entities import *": {"mlflow.entities"},
    "from mlflow.entities import ViewType as V\nV.ALL": {"mlflow.entities.ViewType", "mlflow.entities.ViewType.ALL"},
    "import mlflow\nlog = mlflow.log_metric\nlog('a', 1)": {"mlflow.log_metric"},
    "import mlflow\ndef f():\n    return [mlflow.set_tag(k, 1) for k in 'ab']": {"mlflow.set_tag"},
    "def f():\n    import mlflow\n    mlflow.end_run()\nmlflow.other": {"mlflow.end_run"},
    "try:\n    import mlflow\nexcept ImportError:\n    mlflow = None\nmlflow.end_run()": {"mlflow.end_run"},
    "import importlib\nimportlib.import_module('mlflow.spark')": {"mlflow.spark"},
    "from mlflow import MlflowClient\nc = MlflowClient()\nc.get_run('x').info.run_id": {
        "mlflow.MlflowClient", "mlflow.MlflowClient().get_run",
    },
    "import mlflow\nmlflow.tracking.MlflowClient().log_batch(mlflow.active_run().info)": {
        "mlflow.MlflowClient().log_batch", "mlflow.tracking.MlflowClient", "mlflow.ActiveRun().info",
        "mlflow.active_run",
    },
    "import mlflow\nclass A:\n    def f(self):\n        self.c.get_run(1)\n    def g(self):\n"
    "        self.c = mlflow.MlflowClient()": {"mlflow.MlflowClient", "mlflow.MlflowClient().get_run"},
    "from mlflow import MlflowClient as C\ndef f(a: C, b, /, *, c: 'C'):\n    a.x\n    b.x\n    c.x": {
        "mlflow.MlflowClient", "mlflow.MlflowClient().x",
    },
    "from mlflow import MlflowClient\nc = MlflowClient()\nc = other()\nc.get_run": {"mlflow.MlflowClient"},
    "import mlflow\nwith mlflow.start_run() as r:\n    r.info": {"mlflow.start_run", "mlflow.ActiveRun().info"},
    "import mlflow\nd[mlflow.end_run()] = e": {"mlflow.end_run"},
    "from mlflow.tracking.client import MlflowClient\nclass A:\n    c = MlflowClient()\n    use(c, [c])": {
        "mlflow.tracking.client.MlflowClient",
    },
    "from . import mlflow\nmlflow.x": set(),
    "from .mlflow import y\ny.x": set(),
    "import mlflow_extra\nmlflow_extra.x": set(),
    "import other.mlflow as mlflow\nmlflow.x": set(),
    "'mlflow.spark' # mlflow.spark": set(),
    "import mlflow\nasync def f():\n    async with g() as h:\n        await h(mlflow.trace)": {"mlflow.trace"},
}  # fmt: skip


@pytest.mark.parametrize("code", USES)
def test_uses_are_found(tmp_path: Path, code: str) -> None:
    """Imports, aliases, attributes, and methods of clients; nothing that merely looks like one."""
    assert USES[code] == names(scanned(tmp_path, code))


def test_every_use_has_its_place(tmp_path: Path) -> None:
    """The file and each line, once."""
    found = scanned(tmp_path, "import mlflow\n\nmlflow.end_run(); mlflow.end_run()\nmlflow.end_run()\n")
    file = str(tmp_path / "code.py")

    assert {
        "mlflow": (Place(file, 0, 1),), "mlflow.end_run": (Place(file, 0, 3), Place(file, 0, 4)),
    } == {each.name: each.places for each in found.names}  # fmt: skip


def test_addresses_that_are_refused(tmp_path: Path) -> None:
    """A server, a directory and another service that are written in the code, without passwords; none of ours."""
    found = scanned(
        tmp_path,
        """
        import mlflow
        from mlflow import MlflowClient as Client
        mlflow.set_tracking_uri("http://user:hunter2@host:5000")
        mlflow.set_registry_uri(uri="databricks")
        Client("mongodb://host/db", registry_uri="file:./mlruns")
        Client(tracking_uri="sqlite:///a.db"); mlflow.set_tracking_uri(""); mlflow.set_tracking_uri(address)
        other("http://host")
        """,
    )

    assert [
        ("mlflow.MlflowClient('file:./mlruns')", [6]),
        ("mlflow.set_registry_uri('databricks')", [5]),
        ("mlflow.set_tracking_uri('http://***@host:5000')", [4]),
    ] == [(each.name, [place.line for place in each.places]) for each in found.unsupported]


def test_support_is_what_the_ledger_says() -> None:
    """Of all of MLflow's names, exactly those that are declared absent are reported, each with a reason."""
    judged = {name: absence(name) for name in SYMBOLS}

    assert [] == [
        name for name, reason in judged.items() if (reason is None) == isinstance(verdict_of(name), ABSENT)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("mlflow.spark.log_model", "Spark is not supported"),
        ("mlflow.MlflowClient().start_trace", "traces and spans are not supported"),
        ("mlflow.entities.Trace.info", "traces and spans are not supported"),
        ("mlflow.nothing", "genesis-flow does not have it"),
        ("mlflow.settings", "genesis-flow does not have it"),
        ("mlflow.api.session", "genesis-flow does not have it"),
        ("mlflow.utils.file_utils.TempDir", "it is a part of MLflow's inner workings"),
        ("mlflow.start_run.whatever", None),
        ("mlflow.entities.RunStatus.FINISHED", None),
        ("mlflow.__version__", None),
    ],
)
def test_reasons(name: str, reason: str | None) -> None:
    """The longest row that fits says why; below functions nothing is judged."""
    assert reason == absence(name)


def test_judging_imports_no_framework() -> None:
    """Nor does it need one: all of MLflow's names are judged without any."""
    code = """
    import sys
    sys.path.insert(0, sys.argv[1])
    from genesis_flow.api.scanning.support import absence
    from tests.compat.ledger.snapshot import SYMBOLS
    for name in SYMBOLS:
        absence(name)
    print({"sklearn", "torch", "transformers", "pandas", "numpy", "pymongo", "mlflow"} & {*sys.modules})
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(ROOT)], text=True, capture_output=True, timeout=60,
        check=False,
    )  # fmt: skip

    assert ("set()\n", "") == (done.stdout, done.stderr)


def notebook(*cells: Any, kind: str = "code") -> str:
    return json.dumps({"cells": [{"cell_type": kind, "source": cell} for cell in cells]})


def test_notebooks(tmp_path: Path) -> None:
    """Cells share what they bind; magic lines are passed over, and cells of other languages."""
    cells = [
        "%pip install mlflow\nimport mlflow as m\n",
        ["if True:\n", "    !ls mlflow\n", "    m.spark.load_model('x')\n", "m.end_run?\n", "x = !ls\n"],
        "%%bash\nimport mlflow; mlflow.bash",
        "m.set_tag('a', 'b')",
    ]
    found = scanned(tmp_path, notebook(*cells), "book.ipynb")
    file = str(tmp_path / "book.ipynb")

    assert {
        "mlflow": [f"{file}:cell 1:2"],
        "mlflow.spark.load_model": [f"{file}:cell 2:3"],
        "mlflow.set_tag": [f"{file}:cell 4:1"],
    } == {each.name: [str(place) for place in each.places] for each in found.names}
    assert () == found.skipped
    assert set() == names(scanned(tmp_path, notebook("import mlflow; mlflow.x", kind="markdown"), "text.ipynb"))


def test_a_broken_cell(tmp_path: Path) -> None:
    """It is reported, and the others are read."""
    found = scanned(tmp_path, notebook("import mlflow", "def", "mlflow.spark"), "book.ipynb")

    assert (1, {"mlflow.spark"}) == (found.file_count, names(found))
    assert ((f"{tmp_path}/book.ipynb:cell 2", "not valid Python: invalid syntax (line 1)"),) == found.skipped


DEEP = 100_000
BROKEN: dict[str, tuple[str, bytes]] = {
    "syntax": ("a.py", b"import mlflow\ndef"),
    "binary": ("a.py", bytes(range(256))),
    "null bytes": ("a.py", b"import mlflow\n\x00"),
    "encoding": ("a.py", b"# coding: nonsense\nimport mlflow"),
    "not its encoding": ("a.py", b"# coding: ascii\nimport mlflow # \xe9"),
    "deep attributes": ("a.py", b"import mlflow\nmlflow" + b".a" * DEEP),
    "deep signs": ("a.py", b"-" * DEEP + b"1"),
    "deep sums": ("a.py", b"a+" * DEEP + b"a"),
    "deep brackets": ("a.py", b"[" * DEEP),
    "huge": ("a.py", b"#" * 5_000_001),
    "no JSON": ("a.ipynb", b"{"),
    "deep JSON": ("a.ipynb", b"[" * DEEP),
    "no notebook": ("a.ipynb", b"[]"),
    "no cells": ("a.ipynb", b'{"cells": 3}'),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_cannot_be_read_is_reported(tmp_path: Path, kind: str) -> None:
    """One line says why; the files beside it are read."""
    name, content = BROKEN[kind]
    (tmp_path / name).write_bytes(content)
    (tmp_path / "z.py").write_text("import mlflow.spark")
    found = scan([tmp_path])

    assert [str(tmp_path / name)] == [file for file, _ in found.skipped]
    assert all(reason and "\n" not in reason for _, reason in found.skipped)
    assert (1, {"mlflow.spark"}) == (found.file_count, names(found))


def test_code_that_is_valid_but_too_deep_to_be_followed(tmp_path: Path) -> None:
    """What the parser accepts may still be too deep; it is reported as well."""
    limit = sys.getrecursionlimit()
    path = tmp_path / "deep.py"
    path.write_text("import mlflow\n" + "a(" * 90 + ")" * 90 + "\nx = " + "a.b" * 1 + ".c" * (limit // 2))
    found = scan([path])

    assert (0, "nested too deeply") == (found.file_count, found.skipped[0][1])


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are those of POSIX")
def test_odd_directories(tmp_path: Path) -> None:
    """Links that lead in circles, pipes, devices and broken links are survived; installed packages are left out."""
    for place in ("code", "code/.hidden", "code/site-packages", "code/env"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "a.py").write_text("import mlflow.spark")
    (tmp_path / "code/env/pyvenv.cfg").touch()
    (tmp_path / "code/again").symlink_to(tmp_path / "code")
    (tmp_path / "code/b.py").symlink_to(tmp_path / "code/a.py")
    (tmp_path / "code/broken.py").symlink_to(tmp_path / "nowhere")
    (tmp_path / "code/loop.py").symlink_to(tmp_path / "code/loop.py")
    (tmp_path / "code/zero.py").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "code/pipe.py")
    found = scan([tmp_path / "code", tmp_path / "code/a.py"])

    assert [f"{tmp_path}/code/a.py:1"] == [str(place) for each in found.names for place in each.places]
    assert ["broken.py", "loop.py", "pipe.py", "zero.py"] == sorted(Path(file).name for file, _ in found.skipped)


def test_nothing_is_run(tmp_path: Path) -> None:
    """Neither the code, nor what it asks to have imported, nor packages beside it."""
    (tmp_path / "trap.py").write_text("open('sprung', 'w')\nimport mlflow.trap\nimport trap")
    (tmp_path / "mlflow").mkdir()
    (tmp_path / "mlflow/__init__.py").write_text("open('sprung', 'w')")
    done = subprocess.run(
        [sys.executable, "-m", "genesis_flow", "scan", "."], cwd=tmp_path, text=True, capture_output=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip

    assert (1, "") == (done.returncode, done.stderr)
    assert not (tmp_path / "sprung").exists()


def test_the_command(command_line: CommandLine, tmp_path: Path) -> None:
    """A line for each place where something is missing; exit code 1 only then."""
    (tmp_path / "good.py").write_text("import mlflow\nmlflow.end_run()\n")
    (tmp_path / "bad.py").write_text("import mlflow\nmlflow.spark.autolog()\nmlflow.spark.autolog()\n")
    (tmp_path / "odd.py").write_text("def")

    assert ["Names of mlflow used in 1 file: 2 supported, 0 not."] == command_line.lines("scan", "good.py")
    result = command_line("scan", str(tmp_path))
    assert 1 == result.exit_code
    assert [
        f"{tmp_path}/bad.py:2: mlflow.spark.autolog: Spark is not supported",
        f"{tmp_path}/bad.py:3: mlflow.spark.autolog: Spark is not supported",
        f"{tmp_path}/odd.py: skipped, not valid Python: invalid syntax (line 1)",
        "Names of mlflow used in 2 files: 2 supported, 1 not.",
    ] == result.stdout.splitlines()
    assert (2, True) == (command_line("scan").exit_code, "PATH" in command_line("scan").stderr)
    assert (2, True) == (command_line("scan", "none").exit_code, "none" in command_line("scan", "none").stderr)


def test_the_command_as_json(command_line: CommandLine, tmp_path: Path) -> None:
    """The same, for machines."""
    (tmp_path / "a.py").write_text("import mlflow.spark\nmlflow.end_run")
    result = command_line("scan", "a.py", "--json")
    place = {"file": "a.py", "cell": None}

    assert 1 == result.exit_code
    assert {
        "files": 1,
        "unsupported": [
            {"name": "mlflow.spark", "reason": "Spark is not supported", "places": [{**place, "line": 1}]},
        ],
        "supported": [{"name": "mlflow.end_run", "places": [{**place, "line": 2}]}],
        "skipped": [],
    } == json.loads(result.stdout)
