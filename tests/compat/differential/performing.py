"""
Performs commands on a client and tells the answers in logical names.

The same code runs on both sides; only the package and the URI differ. Nothing but the standard library is
imported here, for the interpreter that has stock MLflow.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

from tests.compat.differential.wire import Command, Entity, ModelRef, New, Pages, Raised, Ref

#: What the clock says when a store is opened: a whole number of seconds, so that no rounding shows.
START = 1_700_000_000_000

_GENERATED_NAME = re.compile(r"[a-z]+-[a-z]+-\d{1,3}")
_MOST_PAGES = 60
#: Logged models get other ids than runs.
_FIRST_MODEL = 1_000


@contextmanager
def clock_at(now: int) -> Iterator[None]:
    """Stops the wall clock at `now` milliseconds since the epoch."""

    def seconds() -> float:
        return now / 1000

    def nanoseconds() -> int:
        return now * 1_000_000

    with mock.patch.object(time, "time", seconds), mock.patch.object(time, "time_ns", nanoseconds):
        yield


@contextmanager
def next_run_id(package: str, number: int) -> Iterator[None]:
    """Makes ids the same on both sides and in no order, since equal runs are ordered by them."""
    real, planned = uuid.uuid4, uuid.UUID(bytes=hashlib.md5(str(number).encode(), usedforsecurity=False).digest())

    def uuid4() -> uuid.UUID:
        caller = sys._getframe(1).f_globals.get("__name__", "")
        return planned if caller.startswith(f"{package}.") else real()

    with mock.patch.object(uuid, "uuid4", uuid4):
        yield


class Performer:
    """
    Performs commands, one after the other, on one client of a fresh store.

    Attributes:
        client: An `MlflowClient` of `package`. ids_of: The package that makes ids, by default the same.
    """

    def __init__(self, package: str, client: Any, ids_of: str | None = None) -> None:
        self.client = client
        self._ids_of = ids_of or package
        self._entities = importlib.import_module(f"{package}.entities")
        self._runs: list[str] = []
        self._models: list[str] = []
        self._names: dict[str, str] = {}
        with clock_at(START):
            root = client.get_experiment("0").artifact_location.removesuffix("/0")
        self._prefixes = {root: "<root>", os.getcwd(): "<cwd>"}

    def perform(self, commands: Sequence[Command]) -> list[Any]:
        """The answer to each command: what it returned, or the error it raised."""
        return [self._one(command) for command in commands]

    def _one(self, command: Command) -> Any:
        try:
            with clock_at(command.now or START):
                return self._answer(command)
        except Exception as error:  # the error is the answer, whatever it is
            kind = type(error).__name__
            return Raised(kind, getattr(error, "error_code", None), self._text(str(error)[:300]))

    def _answer(self, command: Command) -> Any:
        method = getattr(self.client, command.name)
        arguments = {name: self._argument(value) for name, value in command.arguments.items()}
        if command.walk:
            return Pages([[self._plain(item) for item in page] for page in _pages(method, arguments)])
        if command.name == "create_logged_model":
            with next_run_id(self._ids_of, _FIRST_MODEL + len(self._models)):
                model = method(**arguments)
            self._learn_model(model, command)
            return self._plain(model)
        if command.name != "create_run":
            return self._plain(method(**arguments))
        with next_run_id(self._ids_of, len(self._runs)):
            run = method(**arguments)
        self._learn(run, command)
        return self._plain(run)

    def _learn(self, run: Any, command: Command) -> None:
        """Give a new run, and its name if it was generated, a logical name."""
        number = len(self._runs)
        self._runs.append(run.info.run_id)
        self._names[run.info.run_id] = f"<run {number}>"
        given = (command.arguments.get("run_name"), *(command.arguments.get("tags") or {}).values())
        name = run.info.run_name
        if name not in given and len(name) <= 20 and _GENERATED_NAME.fullmatch(name):
            self._names[name] = f"<name of run {number}>"

    def _learn_model(self, model: Any, command: Command) -> None:
        """Give a new logged model, and its name if it was generated, a logical name."""
        number = len(self._models)
        self._models.append(model.model_id)
        self._names[model.model_id] = f"<model {number}>"
        if command.arguments.get("name") is None:
            self._names[model.name] = f"<name of model {number}>"

    def _argument(self, value: Any) -> Any:
        if isinstance(value, Ref):
            return self._runs[value.number % len(self._runs)] if self._runs else "0" * 32
        if isinstance(value, ModelRef):
            return self._models[value.number % len(self._models)] if self._models else "m-0"
        if isinstance(value, New):
            arguments = {name: self._argument(item) for name, item in value.arguments.items()}
            return getattr(self._entities, value.kind)(**arguments)
        if isinstance(value, list):
            return [self._argument(item) for item in value]
        return value

    def _plain(self, value: Any) -> Any:
        if value is None or isinstance(value, (bool, int, float, bytes)):
            return value
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, (list, tuple)):
            return [self._plain(item) for item in value]
        if isinstance(value, dict):
            return {self._plain(key): self._plain(item) for key, item in value.items()}
        fields = {name: self._plain(item) for name, item in _properties(value).items()}
        return Entity(type(value).__name__, fields)

    def _text(self, text: str) -> str:
        for given, logical in self._names.items():
            text = text.replace(given, logical)
        for prefix, logical in self._prefixes.items():
            if text.startswith(prefix):
                text = logical + text[len(prefix) :]
        return text


def _pages(method: Any, arguments: dict[str, Any]) -> Iterator[Any]:
    page = method(**arguments)
    yield page
    for _ in range(_MOST_PAGES):
        if page.token is None:
            return
        page = method(**arguments, page_token=page.token)
        yield page
    raise RuntimeError("the pages never end")


def _properties(value: Any) -> dict[str, Any]:
    """What an entity shows: all public properties, and where each latest metric comes from."""
    if not callable(getattr(type(value), "__iter__", None)):
        return {"repr": repr(value)}
    shown = dict(value)
    if hasattr(value, "_metric_objs"):
        shown["latest"] = {point.key: (point.step, point.timestamp) for point in value._metric_objs}
    return shown
