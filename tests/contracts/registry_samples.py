"""Registered models and versions for examples, and how to search them as use cases do."""

from __future__ import annotations

from typing import Any

from genesis_flow.domain.entities.model_version import ModelVersion, NewModelVersion
from genesis_flow.domain.entities.registered_model import NewRegisteredModel, RegisteredModel
from genesis_flow.domain.search.ast import Comparison, Filter, Order
from genesis_flow.domain.search.fields import MODEL_VERSIONS, REGISTERED_MODELS
from genesis_flow.domain.search.ordering import total_order
from genesis_flow.domain.search.queries import ModelVersionQuery, RegisteredModelQuery
from tests.contracts.samples import NOW, unique
from tests.contracts.searching import pages
from tests.contracts.stores import Stores


def new_model(name: str | None = None, **changes: Any) -> NewRegisteredModel:
    """A registered model to add, under a name of its own unless one is given."""
    return NewRegisteredModel(**{"name": name or unique("m"), "created_at": NOW, **changes})


def added_model(stores: Stores, **changes: Any) -> RegisteredModel:
    """A registered model that the store has now."""
    return stores.models.add(new_model(**changes))


def new_version(name: str, **changes: Any) -> NewModelVersion:
    """A version to add to the registered model with this name."""
    source = changes.get("source", "s3://bucket/path")
    return NewModelVersion(
        **{"name": name, "created_at": NOW, "source": source, "storage_location": source, **changes}
    )


def added_version(stores: Stores, name: str | None = None, **changes: Any) -> ModelVersion:
    """A version that the store has now, of a new registered model unless one is named."""
    return stores.versions.add(new_version(name or added_model(stores).name, **changes))


def model_query(*terms: Comparison, order: Order = (), limit: int = 100, prompts: bool = False) -> RegisteredModelQuery:
    """A search of registered models as a use case states it: its order is total."""
    total = total_order(order, REGISTERED_MODELS)
    return RegisteredModelQuery(filter=Filter(terms), order=total, limit=limit, sees_prompts=prompts)


def version_query(*terms: Comparison, order: Order = (), limit: int = 100, prompts: bool = False) -> ModelVersionQuery:
    """A search of versions as a use case states it: its order is total."""
    total = total_order(order, MODEL_VERSIONS)
    return ModelVersionQuery(filter=Filter(terms), order=total, limit=limit, sees_prompts=prompts)


def found_names(stores: Stores, query: RegisteredModelQuery) -> list[str]:
    """The names on all pages of a search of registered models, in order."""
    return [model.name for page in pages(stores.models.find, query) for model in page]


def found_versions(stores: Stores, query: ModelVersionQuery) -> list[tuple[str, int]]:
    """The names and numbers on all pages of a search of versions, in order."""
    return [(each.name, each.version) for page in pages(stores.versions.find, query) for each in page]
