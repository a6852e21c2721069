"""The server of a model answers as MLflow's, by the same words."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("uvicorn")
pytest.importorskip("skops")

from genesis_flow.api.drop_in.finder import DIRECTORY
from tests.api.drop_in.conftest import ROOT, Workplace, workplace
from tests.services.stock import stock_python

__all__ = ["workplace"]

ASKING = Path(__file__).with_name("asking.py")
OURS = {"PYTHONPATH": os.pathsep.join([DIRECTORY, str(ROOT)])}

SAVING = """
import genesis_flow as mlflow
class Slow(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        import pathlib, time
        while params["until"] and not pathlib.Path(params["until"]).exists():
            time.sleep(0.05)
        return list(model_input)
from genesis_flow.models import infer_signature
import numpy as np
mlflow.pyfunc.save_model("slow", python_model=Slow(), signature=infer_signature(np.array([1]), params={"until": ""}))
"""


def answers(python: Path, directory: Path, name: str) -> list[Any]:
    """What a server answers to every request."""
    directory.mkdir()
    variables = OURS if name == "ours" else {"PYTHONPATH": "", "MLFLOW_DISABLE_TELEMETRY": "true"}
    done = subprocess.run(
        [str(python), str(ASKING), name], cwd=directory, env=Workplace(directory).environment(**variables), text=True,
        capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr[-3_000:]
    found: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def alike(answer: list[Any]) -> list[Any]:
    """An answer without what is worded freely: behind the first words of a refusal."""
    request, status, kind, text = answer
    if isinstance(text, dict) and "message" in text:
        text = {**text, "message": re.split(r"[.:'{\[\n]", text["message"])[0]}
    elif status == 415:
        text = re.split(r"[.:]", text)[0]
    return [request, status, kind, text]


@pytest.mark.stock
def test_it_answers_as_stock_does(tmp_path: Path) -> None:
    """Status, type and body: predictions in every format, and every refusal by its first words."""
    stock = answers(stock_python("mlflow", "sklearn", "skops"), tmp_path / "stock", "stock")
    ours = answers(Path(sys.executable), tmp_path / "ours", "ours")

    for theirs, own in zip(map(alike, stock), map(alike, ours), strict=True):
        assert theirs == own
    assert 12 <= sum(status == 200 for _, status, _, _ in ours)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_model_is_served_by_the_command(workplace: Workplace, workers: int) -> None:
    """On a free port, by the policy of whoever serves it; a request that takes too long is answered."""
    workplace.printed(SAVING)
    (workplace.directory / "trust.yaml").write_text(
        f"version: 1\nlocations:\n  - {{uri: '{workplace.directory}', allow_unsafe: true}}\n"
    )
    done = workplace.directory / "done"
    words = ["models", "serve", "-m", "slow", "-p", "0", "--no-conda", "-t", "2", "-w", str(workers)]
    variables = workplace.environment(**OURS, GENESIS_FLOW_TRUST_POLICY=str(workplace.directory / "trust.yaml"))
    with subprocess.Popen(
        [sys.executable, "-m", "mlflow", *words], cwd=workplace.directory, env=variables, stderr=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stderr is not None
            address = next(
                found[0] for line in process.stderr if (found := re.search(r"http://127.0.0.1:\d+", line)) is not None
            )
            answers = (asked(address, {"inputs": [1, 2]}) for _ in range(30))  # a busy machine may need several
            assert {"predictions": [1, 2]} == next(answer for status, answer in answers if status == 200)
            late = asked(address, {"inputs": [1], "params": {"until": str(done)}})
            assert (504, "Request processing time exceeded limit") == late
        finally:
            done.touch()
            process.terminate()


def asked(address: str, content: Any) -> tuple[int, Any]:
    """Status and answer of a prediction."""
    request = urllib.request.Request(
        f"{address}/invocations", json.dumps(content).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_model_that_is_not_trusted_is_not_served(workplace: Workplace) -> None:
    """Nothing listens; what is missing is said."""
    workplace.printed(SAVING)
    done = workplace.run("-m", "mlflow", "models", "serve", "-m", "slow", "-p", "0", "--no-conda", **OURS)
    assert 1 == done.returncode
    assert "not trusted" in done.stderr
    assert "Listening" not in done.stderr


def test_a_request_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is read."""
    testing = pytest.importorskip("starlette.testclient")
    from genesis_flow.api.scoring import app

    monkeypatch.setattr(app, "MOST_BYTES", 10)
    model: Any = None
    client = testing.TestClient(app.create_app(model))
    answer = client.post("/invocations", content=b"x" * 11, headers={"Content-Type": "text/csv"})
    assert (413, "The request has more than 10 bytes.") == (answer.status_code, answer.text)
