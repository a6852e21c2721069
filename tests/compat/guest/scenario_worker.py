"""
Makes the calls of scenarios on stores of stock MLflow and of ours, and writes what both answered.

Run by an interpreter that has stock MLflow: `python -m tests.compat.guest.scenario_worker STORE_URI SCENARIO...`.
Each scenario has a store of its own.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

#: What stores are told to be their artifact root; nothing is written below it.
STOCK_ROOT, OUR_ROOT = "/stock/root", "/our/root"


def stores(kind: str, stock_uri: str, our_uri: str) -> tuple[Any, Any]:
    """Stock MLflow's and our store of a kind: "tracking", "registry" or "client" of both."""
    from mlflow import MlflowClient
    from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as StockRegistry
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore as StockTracking
    from mlflow.tracking._model_registry.utils import _get_store as registry_store
    from mlflow.tracking._tracking_service.utils import _get_store as tracking_store

    if kind == "client":
        return MlflowClient(stock_uri), MlflowClient(our_uri)
    if kind == "registry":
        return StockRegistry(stock_uri), registry_store(our_uri)
    return StockTracking(stock_uri, STOCK_ROOT), tracking_store(our_uri, OUR_ROOT)


def numbered(calls: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The calls; a label that was there before says how often."""
    times = Counter[str]()
    found = []
    for label, call in calls:
        times[label] += 1
        found.append((label if times[label] == 1 else f"{label} ({times[label]})", call))
    return found


def main() -> None:
    """Both answers to each call by its scenario and label, as JSON."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    from tests.compat.guest.store_worker import Side

    logging.disable(logging.ERROR)
    our_uri, *names = sys.argv[1:]
    here = Path.cwd()
    SqlAlchemyStore(f"sqlite:///{here}/empty.db", STOCK_ROOT)
    found = {}
    for name in names:
        scenario = importlib.import_module(f"tests.compat.guest.scenarios.{name}")
        shutil.copy(here / "empty.db", here / f"stock-{name}.db")  # to create one takes seconds
        own = f"{our_uri}_{name}" if our_uri.startswith("mongodb") else f"{our_uri}{here}/ours-{name}.db"
        theirs, ours = stores(scenario.STORE, f"sqlite:///{here}/stock-{name}.db", own)
        calls = numbered(scenario.CALLS)
        stock, given = Side(theirs, STOCK_ROOT).answers(calls), Side(ours, OUR_ROOT).answers(calls)
        found |= {f"{name}: {label}": [stock[label], given[label]] for label, _ in calls}
    answers.write(json.dumps(found) + "\n")
    answers.close()


if __name__ == "__main__":
    main()
