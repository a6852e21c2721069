"""Short names for bound filters and orders, and how to read all pages of a search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import attrs

from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.logged_model import LoggedModel
from genesis_flow.domain.entities.model_version import ModelVersion
from genesis_flow.domain.entities.registered_model import RegisteredModel
from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.search.ast import Comparison, Field, Filter, Kind, Order, OrderKey
from genesis_flow.domain.search.fields import EXPERIMENTS, LOGGED_MODELS, RUNS
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.queries import (
    ExperimentQuery,
    LoggedModelQuery,
    ModelVersionQuery,
    RegisteredModelQuery,
    RunQuery,
)
from genesis_flow.domain.values.lifecycle import View
from genesis_flow.domain.values.pages import Page
from tests.contracts.stores import Stores

T = TypeVar("T", Run, Experiment, RegisteredModel, ModelVersion, LoggedModel)
Q = TypeVar("Q", RunQuery, ExperimentQuery, RegisteredModelQuery, ModelVersionQuery, LoggedModelQuery)


def attribute(key: str) -> Field:
    """An attribute."""
    return Field(Kind.ATTRIBUTE, key)


def metric(key: str) -> Field:
    """The latest value of a metric."""
    return Field(Kind.METRIC, key)


def param(key: str) -> Field:
    """A param."""
    return Field(Kind.PARAM, key)


def tag(key: str) -> Field:
    """A tag."""
    return Field(Kind.TAG, key)


def dataset(key: str) -> Field:
    """A property of datasets."""
    return Field(Kind.DATASET, key)


def rising(field: Field) -> OrderKey:
    """Smallest first."""
    return OrderKey(field)


def falling(field: Field) -> OrderKey:
    """Greatest first."""
    return OrderKey(field, ascending=False)


def run_query(
    experiment_ids: Iterable[str], *terms: Comparison, order: Order = (), view: View = View.ACTIVE_ONLY,
    limit: int = 1000,
) -> RunQuery:
    """A search of runs as a use case states it: its order is total."""
    return RunQuery(
        filter=Filter(terms), order=total_order(order, RUNS), view=view, limit=limit,
        experiment_ids=tuple(experiment_ids),
    )


def experiment_query(
    *terms: Comparison, order: Order = (), view: View = View.ACTIVE_ONLY, limit: int = 1000
) -> ExperimentQuery:
    """A search of experiments as a use case states it: its order is total."""
    total = total_order(order, EXPERIMENTS)
    return ExperimentQuery(filter=Filter(terms), order=total, view=view, limit=limit)


def model_query(
    experiment_ids: Iterable[str], *terms: Comparison, order: Order = (), view: View = View.ACTIVE_ONLY,
    limit: int = 1000,
) -> LoggedModelQuery:
    """A search of logged models as a use case states it: its order is total."""
    return LoggedModelQuery(
        filter=Filter(terms), order=total_order(order, LOGGED_MODELS), view=view, limit=limit,
        experiment_ids=tuple(experiment_ids),
    )


def pages(
    find: Callable[[Q], Page[T]], query: Q, between: Callable[[int], None] = lambda number: None
) -> Iterator[Sequence[T]]:
    """All pages of a search; `between` is called with the number of each page but the first, before it."""
    page = find(query)
    yield page.items
    number = 0
    while page.next_token is not None:
        number += 1
        assert number < 1_000, "a search that does not end"
        between(number)
        page = find(attrs.evolve(query, page_token=page.next_token))
        yield page.items


def found_ids(stores: Stores, query: RunQuery) -> list[str]:
    """The ids on all pages of a search of runs, in order."""
    return [run.id for page in pages(stores.runs.find, query) for run in page]


def found_model_ids(stores: Stores, query: LoggedModelQuery) -> list[str]:
    """The ids on all pages of a search of logged models, in order."""
    return [model.id for page in pages(stores.logged_models.find, query) for model in page]
