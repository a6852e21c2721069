"""
How long models take to log and to load, beside stock MLflow.

    python -m benchmarks.models [--rounds 5] [--mongodb-uri URI]

genesis-flow on MongoDB and on a SQLite file, and MLflow on a SQLite file, each in processes of its own, one after the
other. MLflow has no store for MongoDB, so both of ours are compared with the one of its stores that answers fastest.
What is measured:

- `log`: `sklearn.log_model` with signature and example, in a process that has logged one model before;
- `first load`: `sklearn.load_model("models:/m-...")` in a fresh process that has imported scikit-learn, the import of
  the tracking library included;
- `load`: the same again, many times; and once for each other way to name the model: by version, alias, stage, as the
  latest, and by its run;
- `skops`: `skops.io.load` of the same file, with all that it needs trusted, in turn with `load`.

Given are the medians of all, and the best of all, which other work on the machine disturbs least. The exit code is 1
if a median misses its target: load 0.5 and first load 0.4 times MLflow's, log 0.2 times, load 1.3 times skops (on
SQLite: on a server, loading begins with a round trip that `skops.io.load` does not make).
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
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOADS = 30
LOGS = 3

#: Ways to name a version of a registered model.
REGISTERED = {f"models:/name{end}": f"models:/registered{end}" for end in ("/1", "@champion", "/Production", "/latest")}
#: The greatest ratio of medians to MLflow's, by what is measured; whatever loads has that of `load`.
TARGETS = {"log": 0.2, "first load": 0.4, "load": 0.5}
OVER_SKOPS = 1.3
EMBEDDED = "genesis-flow SQLite"


def logging_times(package: str) -> dict[str, Any]:
    """Seconds to log a model, several times, and what the last one is called."""
    mlflow, model, frame = _imported(package), *_model()
    signature = mlflow.models.infer_signature(frame, model.predict(frame))
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("models", artifact_location=str(Path.cwd() / "files")))
    times = []
    for _ in range(LOGS + 1):
        with mlflow.start_run() as run:
            began = time.perf_counter()
            info = mlflow.sklearn.log_model(model, name="model", signature=signature, input_example=frame.head())
            times.append(time.perf_counter() - began)
    client = mlflow.MlflowClient()
    version = mlflow.register_model(info.model_uri, "registered").version
    client.set_registered_model_alias("registered", "champion", version)
    client.transition_model_version_stage("registered", version, "Production")
    run_uri = f"runs:/{run.info.run_id}/model"
    return {"log": times[1:], "uris": {"load": info.model_uri, **REGISTERED, "runs:/ID/model": run_uri}}


def loading_times(package: str, path: str, *uris: str) -> dict[str, Any]:
    """Seconds to load a model for the first time in this process, then in turn by all URIs and with skops alone."""
    import sklearn.pipeline  # noqa: F401  # both need it, and it takes longest

    named = dict(each.split("=", 1) for each in uris)
    began = time.perf_counter()
    mlflow = _imported(package)
    mlflow.sklearn.load_model(named["load"])
    found: dict[str, Any] = {"first load": [time.perf_counter() - began], "skops": [], **{name: [] for name in named}}
    import skops.io

    trusted = skops.io.get_untrusted_types(file=path)
    for _ in range(LOADS):
        for name, uri in named.items():
            found[name].append(_seconds(lambda uri=uri: mlflow.sklearn.load_model(uri)))
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


def _child(python: Path | str, directory: Path, store: str, *arguments: str) -> dict[str, Any]:
    """What this file measures in a process of its own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    kept |= {"MLFLOW_TRACKING_URI": store, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [str(python), "-m", "benchmarks.models", "--child", *arguments],
        capture_output=True, text=True, cwd=directory, env=kept, timeout=600, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measured(python: Path | str, package: str, mongodb: str | None, found: dict[str, list[float]]) -> None:
    """One round of a contender, on a store of its own."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        store = f"sqlite:///{directory / 'store.db'}" if mongodb is None else f"{mongodb}/models_{uuid.uuid4().hex}"
        try:
            logged = _child(python, directory, store, "log", package)
            path = next(directory.rglob("model.skops"))
            uris = [f"{kind}={uri}" for kind, uri in logged.pop("uris").items()]
            for each in logged, _child(python, directory, store, "load", package, str(path), *uris):
                for kind, values in each.items():
                    found.setdefault(kind, []).extend(values)
        finally:
            if mongodb is not None:
                _dropped(store)


def _dropped(store: str) -> None:
    from pymongo import MongoClient

    with MongoClient[dict[str, Any]](store) as client:
        client.drop_database(store.rpartition("/")[2])


def _shown(label: str, of: Callable[[list[float]], float], results: dict[str, dict[str, list[float]]]) -> list[str]:
    """Print a table; returns which of our stores missed what."""
    *ours, stock = results
    print(f"{label:20}" + "".join(f"{name:>24}" for name in ours) + f"{stock:>14}")
    missed = []
    for kind in results[stock]:
        theirs = of(results[stock][kind])
        line = f"{kind:20}"
        for name in ours:
            mine = of(results[name][kind])
            line += f"{mine * 1000:>14.2f} ms{mine / theirs:>5.2f} x"
            if kind != "skops" and mine > TARGETS.get(kind, TARGETS["load"]) * theirs:
                missed.append(f"{name}: {kind} takes {mine / theirs:.2f} times as long as MLflow's")
        print(f"{line}{theirs * 1000:>11.2f} ms")
    for name in ours:
        ratio = of(results[name]["load"]) / of(results[name]["skops"])
        print(f"{name}: load takes {ratio:.2f} times skops.io.load")
        if ratio > OVER_SKOPS and name == EMBEDDED:
            missed.append(f"{name}: load takes {ratio:.2f} times skops.io.load")
    print()
    return missed


def main() -> None:
    """Measure all, and print medians and ratios."""
    from tests.services import mongodb  # which MLflow's own processes cannot import
    from tests.services.stock import stock_python

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mongodb-uri", help="a server; by default the one that the tests use")
    options = parser.parse_args()
    server = options.mongodb_uri or mongodb.server_uri()
    contenders: dict[str, tuple[str, str, str | None]] = {EMBEDDED: (sys.executable, "genesis_flow", None)}
    if server is not None:
        contenders["genesis-flow MongoDB"] = (sys.executable, "genesis_flow", server)
    contenders["MLflow SQLite"] = (str(stock_python()), "mlflow", None)
    results: dict[str, dict[str, list[float]]] = {name: {} for name in contenders}
    for _ in range(options.rounds):
        for name, contender in contenders.items():
            _measured(*contender, results[name])
    missed = _shown("median", statistics.median, results)
    _shown("best", min, results)
    print("\n".join(missed) or "All targets are met.")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        actions: dict[str, Callable[..., dict[str, Any]]] = {"log": logging_times, "load": loading_times}
        print(json.dumps(actions[sys.argv[2]](*sys.argv[3:])))
    else:
        main()
