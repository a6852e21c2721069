"""Pages of searches over entities in memory, by the reference semantics of filters and orders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from genesis_flow.domain.entities.experiment import Experiment
from genesis_flow.domain.entities.logged_model import LoggedModel
from genesis_flow.domain.entities.model_version import ModelVersion
from genesis_flow.domain.entities.registered_model import PROMPT_TAG, RegisteredModel
from genesis_flow.domain.entities.run import Run
from genesis_flow.domain.search.evaluate import is_after, order_keys, predicate, sorted_by
from genesis_flow.domain.search.queries import Query, RegistryQuery
from genesis_flow.domain.values.pages import Cursor, Page

E = TypeVar("E", Run, Experiment, RegisteredModel, ModelVersion, LoggedModel)


def page_of(stored: Iterable[E], query: Query) -> Page[E]:
    """The page of `stored` that `query` asks for."""
    cursor, accepts = query.cursor, predicate(query.filter)
    found = [entity for entity in stored if _is_seen(entity, query) and accepts(entity)]
    if cursor is not None:
        place = cursor.keys
        found = [each for each in found if is_after(order_keys(each, query.order), place, query.order)]
    ordered = sorted_by(found, query.order)
    if len(ordered) <= query.limit:
        return Page(ordered)
    items = ordered[: query.limit]
    return Page(items, Cursor(order_keys(items[-1], query.order)).token(query.fingerprint))


def _is_seen(entity: Run | Experiment | RegisteredModel | ModelVersion | LoggedModel, query: Query) -> bool:
    if isinstance(entity, (Run, Experiment, LoggedModel)):
        return entity.stage in query.view.stages
    sees_prompts = isinstance(query, RegistryQuery) and query.sees_prompts
    return sees_prompts or entity.tags.get(PROMPT_TAG) != "true"
