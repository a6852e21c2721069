"""
Makes the same calls of a store of stock MLflow and of one of ours, in one process, and writes what both answered.

Run by an interpreter that has stock MLflow: `python -m tests.compat.guest.store_worker STORE_URI`.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.compat.differential.performing import START, clock_at

_MOMENT = re.compile(r"\b1[5-9]\d{11}\b")
_ID = re.compile(r"\b(?:(?:m-)?[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")


class Side:
    """One of the two stores, and the logical names of what it made."""

    def __init__(self, store: Any, root: str) -> None:
        self._store = store
        self._root = root
        self._ids: dict[str, str] = {}
        self._now = START

    def answers(self, calls: Sequence[Any]) -> dict[str, Any]:
        """The answer to each call by its label, in logical names."""
        answers = {}
        for number, (label, call) in enumerate(calls, 1):
            with clock_at(self._now + 1_000 * number):  # equal times would be ordered by chance
                answers[label] = self._answer(call)
        self._now += 1_000_000
        return answers

    def _answer(self, call: Any) -> Any:
        from mlflow.exceptions import MlflowException

        try:
            answer = call(self._store, self._ids)
            if isinstance(answer, tuple) and answer and isinstance(answer[0], str) and answer[0] == "noted":
                _, name, answer = answer
                self._ids[name] = answer.info.run_id if hasattr(answer, "info") else answer.model_id
            return self._plain(answer)
        except MlflowException as error:
            return {"error": error.error_code, "message": self._text(error.message)}
        except Exception as error:
            return {"error": type(error).__name__, "message": self._text(str(error))}

    def _plain(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, (int, float)):
            return "<now>" if _MOMENT.fullmatch(str(value)) else repr(value)
        if isinstance(value, dict):
            return {str(key): self._plain(item) for key, item in sorted(value.items())}
        if isinstance(value, (set, frozenset)):
            return self._plain(sorted(value))
        if isinstance(value, (list, tuple)):
            return [self._plain(item) for item in value]
        try:
            shown = dict(value)
        except (TypeError, ValueError):  # a version of a prompt shows nothing in this way
            shown = vars(value)
        return {type(value).__name__: self._plain(shown)}

    def _text(self, text: str) -> str:
        for name, id in self._ids.items():
            text = text.replace(id, f"<{name}>")
        text = text.replace(self._root, "<root>")
        return _MOMENT.sub("<now>", text if "0" * 32 in text else _ID.sub("<id>", text))


def _webhook_calls() -> Sequence[Any]:
    from tests.compat.guest.webhook_calls import WEBHOOKS

    return WEBHOOKS


def main() -> None:
    """Both answers to each call by its group and label, as JSON."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    import mlflow
    from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as StockRegistry
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore as StockTracking
    from mlflow.tracking._model_registry.utils import _get_store as registry_store
    from mlflow.tracking._tracking_service.utils import _get_store as tracking_store

    from tests.compat.guest import calls

    ours_uri, stock_uri = sys.argv[1], f"sqlite:///{Path.cwd()}/stock.db"
    if not ours_uri.startswith("mongodb"):
        ours_uri = f"{ours_uri}{Path.cwd()}/ours.db"
    stock_root, our_root = str(Path.cwd() / "stock"), str(Path.cwd() / "ours")
    is_newest = mlflow.__version__.startswith("3.17")
    groups = {
        "experiments": calls.EXPERIMENTS, "runs": calls.RUNS, "logged models": calls.LOGGED_MODELS,
        "registry": calls.REGISTRY, "newest": calls.NEWEST if is_newest else [],
        "webhooks": _webhook_calls() if is_newest else [],
    }  # fmt: skip
    stock = Side(StockTracking(stock_uri, stock_root), stock_root), Side(StockRegistry(stock_uri), stock_root)
    ours = Side(tracking_store(ours_uri, our_root), our_root), Side(registry_store(ours_uri), our_root)
    found = {}
    for group, table in groups.items():
        is_registry = group in ("registry", "webhooks")
        theirs, given = stock[is_registry].answers(table), ours[is_registry].answers(table)
        found |= {f"{group}: {label}": [theirs[label], given[label]] for label, _ in table}
    answers.write(json.dumps(found) + "\n")
    answers.close()


if __name__ == "__main__":
    main()
