"""
How long models take to log and to load, beside stock MLflow on the same kind of store.

    python -m benchmarks.models [--rounds 5]

Each contender runs in processes of its own, one after the other, on a SQLite file of its own. What is measured:

- `log`: `sklearn.log_model` with signature and example, in a process that has logged one model before;
- `first load`: `sklearn.load_model("models:/m-...")` in a fresh process that has imported scikit-learn, the import of
  the tracking library included;
- `load`: the same again, many times;
- `skops`: `skops.io.load` of the same file, with all that it needs trusted, in turn with `load`.

Given are the medians of all, and the best of all, which other work on the machine disturbs least.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOADS = 30
LOGS = 3


def logging_times(package: str) -> dict[str, Any]:
    """Seconds to log a model, several times, and what the last one is called."""
    mlflow, model, frame = _imported(package), *_model()
    signature = mlflow.models.infer_signature(frame, model.predict(frame))
    times = []
    for _ in range(LOGS + 1):
        with mlflow.start_run():
            began = time.perf_counter()
            info = mlflow.sklearn.log_model(model, name="model", signature=signature, input_example=frame.head())
            times.append(time.perf_counter() - began)
    return {"log": times[1:], "uri": info.model_uri}


def loading_times(package: str, uri: str, path: str) -> dict[str, Any]:
    """Seconds to load a model for the first time in this process, then in turn with skops alone."""
    import sklearn.pipeline  # noqa: F401  # both need it, and it takes longest

    began = time.perf_counter()
    mlflow = _imported(package)
    mlflow.sklearn.load_model(uri)
    found = {"first load": [time.perf_counter() - began], "load": [], "skops": []}
    import skops.io

    trusted = skops.io.get_untrusted_types(file=path)
    for _ in range(LOADS):
        found["load"].append(_seconds(lambda: mlflow.sklearn.load_model(uri)))
        found["skops"].append(_seconds(lambda: skops.io.load(path, trusted=trusted)))
    return found


def _imported(package: str) -> Any:
    import importlib

    mlflow = importlib.import_module(package)
    for name in ("sklearn", "models"):
        importlib.import_module(f"{package}.{name}")
    return mlflow


def _model() -> tuple[Any, Any]:
    from sklearn.compose import ColumnTransformer
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    data = load_breast_cancer(as_frame=True)
    columns = ColumnTransformer([("scaled", StandardScaler(), list(data.data.columns))])
    return make_pipeline(columns, LogisticRegression()).fit(data.data, data.target), data.data


def _seconds(call: Any) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _child(python: Path | str, directory: Path, *arguments: str) -> dict[str, Any]:
    """What this file measures in a process of its own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    kept |= {"MLFLOW_TRACKING_URI": f"sqlite:///{directory / 'store.db'}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [str(python), "-m", "benchmarks.models", "--child", *arguments],
        capture_output=True, text=True, cwd=directory, env=kept, timeout=600, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measured(python: Path | str, package: str, rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as directory:
            logged = _child(python, Path(directory), "log", package)
            path = next(Path(directory).rglob("model.skops"))
            times = [logged, _child(python, Path(directory), "load", package, logged.pop("uri"), str(path))]
            for each in times:
                for name, values in each.items():
                    found.setdefault(name, []).extend(values)
    return found


def main() -> None:
    """Measure both, and print medians and ratios."""
    from tests.services.stock import stock_python  # which MLflow's own processes cannot import

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    ours, stock = _measured(sys.executable, "genesis_flow", rounds), _measured(stock_python(), "mlflow", rounds)
    for label, of in (("median", statistics.median), ("best", min)):
        print(f"{label:12}{'genesis-flow':>16}{'MLflow':>12}{'ratio':>8}")
        for name in ("log", "first load", "load", "skops"):
            mine, theirs = of(ours[name]), of(stock[name])
            print(f"{name:12}{mine * 1000:>13.2f} ms{theirs * 1000:>9.2f} ms{mine / theirs:>8.2f}")
        print(f"overhead of load over skops.io.load: {of(ours['load']) / of(ours['skops']) - 1:+.0%}\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        action = {"log": logging_times, "load": loading_times}[sys.argv[2]]
        print(json.dumps(action(*sys.argv[3:])))
    else:
        main()
