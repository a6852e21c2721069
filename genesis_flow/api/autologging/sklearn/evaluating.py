"""Metrics that are computed after a training, of predictions of a model whose training was logged."""

from __future__ import annotations

import inspect
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from numbers import Real
from typing import Any, Final

import attrs

from genesis_flow.api.autologging.choices import Choices, in_force
from genesis_flow.api.autologging.naming import name_of, shown_call
from genesis_flow.api.autologging.sessions import harmless, is_watched, watching
from genesis_flow.api.client import MlflowClient

_FLAVOR: Final = "sklearn"

#: More runs than these are forgotten: their metrics are counted from the start.
_MOST_RUNS: Final = 1_000


@attrs.frozen
class _Known:
    """A model or a prediction that still exists, and where it belongs."""

    reference: Any
    run_id: str
    model_id: str | None
    dataset: str = ""


@attrs.define
class _Evaluated:
    """
    What was measured of the models of one run.

    Attributes:
        datasets: The objects behind each name, which several may have. logged: Names of those that were logged.
        calls: By metric, the keys with their calls.
    """

    datasets: dict[str, list[Any]] = attrs.field(factory=dict)
    logged: set[str] = attrs.field(factory=set)
    calls: dict[str, list[tuple[str, str]]] = attrs.field(factory=dict)

    def dataset(self, data: Any, name: str) -> str:
        """The name of a dataset, with a number if others have it too."""
        known = self.datasets.setdefault(name, [])
        for index, each in enumerate(known):
            if each() is data:
                return _numbered(name, index)
        known.append(_reference(data))
        return _numbered(name, len(known) - 1)

    def key(self, metric: str, dataset: str, call: str) -> str:
        """The key of one more value of a metric."""
        calls = self.calls.setdefault(metric, [])
        key = f"{_numbered(metric, len(calls))}_{dataset}"
        calls.append((key, call))
        return key

    def all_calls(self) -> dict[str, str]:
        """How each metric was computed, by its key."""
        return dict(sorted(each for calls in self.calls.values() for each in calls))


@attrs.define
class Evaluations:
    """Which models, predictions and metrics belong to which run; shared by all threads, and keeps nothing alive."""

    _lock: Any = attrs.field(factory=threading.RLock)
    _known: dict[int, _Known] = attrs.field(factory=dict)
    _runs: OrderedDict[str, _Evaluated] = attrs.field(factory=OrderedDict)

    def note_model(self, model: Any, run_id: str, model_id: str | None) -> None:
        """Note the run that logged a model's training."""
        self._note(model, run_id, model_id, "")

    def note_prediction(self, found: Any, of: _Known, dataset: str) -> None:
        """Note of which model and data a prediction is; those that cannot be told apart later are passed over."""
        self._note(found, of.run_id, of.model_id, dataset)

    def known(self, value: Any) -> _Known | None:
        """What is known about an object."""
        found = self._known.get(id(value))
        return found if found is not None and found.reference() is value else None

    def dataset(self, run_id: str, data: Any) -> str:
        """The name of a dataset: what the caller's variable is called, with a number if others are called so too."""
        with self._lock:
            return self._of(run_id).dataset(data, name_of(data) or "unknown_dataset")

    def is_first_use(self, run_id: str, dataset: str) -> bool:
        """Whether nobody has asked this about a dataset of a run."""
        with self._lock:
            logged = self._of(run_id).logged
            is_first = dataset not in logged
            logged.add(dataset)
            return is_first

    def log(self, of: _Known, metric: str, dataset: str, call: str, value: float) -> None:
        """Log one value of a metric, and how it was computed."""
        with self._lock:
            evaluated = self._of(of.run_id)
            key, calls = evaluated.key(metric, dataset, call), evaluated.all_calls()
        client = MlflowClient()
        client.log_metric(of.run_id, key, value, model_id=of.model_id, synchronous=True)
        client.log_dict(of.run_id, calls, "metric_info.json")

    def _note(self, value: Any, run_id: str, model_id: str | None, dataset: str) -> None:
        key = id(value)
        try:
            reference = weakref.ref(value, lambda gone: self._forget(key, gone))
        except TypeError:  # a list, a number
            return
        self._known[key] = _Known(reference, run_id, model_id, dataset)

    def _forget(self, key: int, reference: Any) -> None:
        found = self._known.get(key)
        if found is not None and found.reference is reference:
            self._known.pop(key, None)

    def _of(self, run_id: str) -> _Evaluated:
        found = self._runs.setdefault(run_id, _Evaluated())
        self._runs.move_to_end(run_id)
        while len(self._runs) > _MOST_RUNS:
            self._runs.popitem(last=False)
        return found


evaluations: Final = Evaluations()


def predict(call: Callable[..., Any], model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Predict, and remember of what model and data the prediction is."""
    known = None if is_watched() else evaluations.known(model)
    choices = in_force(_FLAVOR) if known is not None else None
    if known is None or choices is None:
        return call(*args, **kwargs)
    with watching():
        found = call(*args, **kwargs)
        with harmless("a prediction", choices):
            data = _first(call, args, kwargs)
            dataset = evaluations.dataset(known.run_id, data)
            evaluations.note_prediction(found, known, dataset)
            if choices.log_datasets and evaluations.is_first_use(known.run_id, dataset):
                _log_data(known.run_id, data, choices)
    return found


def score(call: Callable[..., Any], model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Score a model, and log the score."""
    known = None if is_watched() else evaluations.known(model)
    choices = in_force(_FLAVOR) if known is not None else None
    if known is None or choices is None:
        return call(*args, **kwargs)
    with watching():
        found = call(*args, **kwargs)
        if _is_loggable(found):
            with harmless("a score", choices):
                name = type(model).__name__
                shown = shown_call(f"{name}.score", call, args, kwargs)
                dataset = evaluations.dataset(known.run_id, _first(call, args, kwargs))
                evaluations.log(known, f"{name}_score", dataset, shown, found)
    return found


def measure(call: Callable[..., Any], _: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Compute a metric, and log it if one of its arguments is a prediction that is remembered."""
    choices = None if is_watched() else in_force(_FLAVOR)
    if choices is None:
        return call(*args, **kwargs)
    with watching():
        found = call(*args, **kwargs)
        given = (evaluations.known(each) for each in (*args, *kwargs.values()))
        known = next((each for each in given if each is not None and each.dataset), None)
        if known is not None and _is_loggable(found):
            with harmless("a metric", choices):
                name: str = call.__name__
                evaluations.log(known, name, known.dataset, shown_call(name, call, args, kwargs), found)
    return found


def _log_data(run_id: str, data: Any, choices: Choices) -> None:
    from genesis_flow.api.autologging.sklearn.datasets import dataset_of, log_dataset

    with harmless("the data of a prediction", choices):
        log_dataset(run_id, dataset_of(data), "eval")


def _first(call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return args[0] if args else kwargs.get(next(iter(inspect.signature(call).parameters)))


def _is_loggable(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _numbered(name: str, index: int) -> str:
    return name if index == 0 else f"{name}-{index + 1}"


def _reference(value: Any) -> Callable[[], Any]:
    try:
        return weakref.ref(value)
    except TypeError:
        return lambda: None  # never found again
