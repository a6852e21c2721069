"""
Which indexes there are, each with the queries it serves.

`_id` serves most: an experiment by id, an experiment's runs in default order (see `names.run_document_id`),
the buckets of a run or metric, a dataset by identity, the versions of a registered model, and each of them.
"""

from __future__ import annotations

from typing import Final

from pymongo import ASCENDING, IndexModel

from genesis_flow.adapters.mongo.dialect import Dialect

EXPERIMENTS: Final = "experiments"
RUNS: Final = "runs"
HISTORIES: Final = "metric_histories"
OVERFLOWS: Final = "run_overflows"
DATASETS: Final = "datasets"
REGISTERED_MODELS: Final = "registered_models"
MODEL_VERSIONS: Final = "model_versions"
SCHEMA: Final = "schema"
MODELS: Final = "logged_models"
MODEL_POINTS: Final = "logged_model_points"
WEBHOOKS: Final = "webhooks"

#: The collections that need more than `_id`.
INDEXES: Final[dict[str, tuple[IndexModel, ...]]] = {
    EXPERIMENTS: (
        # get_by_name; see claims.py for what keeps names unique
        IndexModel([("name", ASCENDING)], name="name"),
    ),
    RUNS: (
        # get, append, update, remove, restore, purge: every operation that is given a run id
        IndexModel([("run", ASCENDING)], name="run", unique=True),
        # find by metric, param, tag or status; find_removed
        IndexModel([("k", ASCENDING)], name="terms"),
    ),
    MODELS: (
        # every operation that is given a model id
        IndexModel([("model", ASCENDING)], name="model", unique=True),
        # find by metric, param, tag, name, type or run; find_removed
        IndexModel([("k", ASCENDING)], name="terms"),
        # find in several experiments
        IndexModel([("exp", ASCENDING)], name="experiment"),
    ),
    MODEL_POINTS: (
        # get, find, purge: what a model has beyond its own document
        IndexModel([("m", ASCENDING)], name="model"),
        # find where a metric has exactly this value
        IndexModel([("k", ASCENDING)], name="terms"),
    ),
    REGISTERED_MODELS: (
        # get, describe, set_tags and whatever else is given a name; find by name
        IndexModel([("name", ASCENDING)], name="name"),
        # find by tag
        IndexModel([("k", ASCENDING)], name="terms"),
    ),
    MODEL_VERSIONS: (
        # find_latest; move, for the versions that it archives
        IndexModel([("m", ASCENDING), ("stage", ASCENDING), ("v", ASCENDING)], name="stage"),
        # find by tag, run or source
        IndexModel([("k", ASCENDING)], name="terms"),
    ),
    WEBHOOKS: (
        # find by event
        IndexModel([("events", ASCENDING)], name="events"),
    ),
}

#: Where runs may outgrow their documents: finds those that did.
_BIG: Final = IndexModel([("big", ASCENDING)], name="big")


def indexes_for(dialect: Dialect) -> dict[str, tuple[IndexModel, ...]]:
    """
    The indexes of each collection on a kind of server.

    All are of one path, or of a few paths that are no part of an array or object, which every kind can have. Where
    collections are partitioned, a partition is found without an index, and nothing is unique but an `_id` in it
    (`places.py`).
    """
    if not dialect.shard_keys:
        return INDEXES
    found = {
        name: tuple(model for model in models if not _is_needless(model, dialect.shard_keys.get(name)))
        for name, models in INDEXES.items()
    }
    return {**found, RUNS: (*found[RUNS], _BIG)} if dialect.spills else found


def _is_needless(model: IndexModel, shard_key: str | None) -> bool:
    return shard_key is not None and (bool(model.document.get("unique")) or list(model.document["key"]) == [shard_key])


#: Every collection, in the order in which they are made.
COLLECTIONS: Final = (
    EXPERIMENTS, RUNS, HISTORIES, OVERFLOWS, DATASETS, REGISTERED_MODELS, MODEL_VERSIONS, MODELS, MODEL_POINTS,
    WEBHOOKS, SCHEMA,
)
