"""Orders that are total: every one of them ends in keys that no two entities share."""

from __future__ import annotations

from genesis_flow.domain.search.ast import Order, OrderKey
from genesis_flow.domain.search.fields import EntityFields


def total(order: Order, *ties: OrderKey) -> Order:
    """`order`, then those of `ties` whose fields it does not name."""
    named = {key.field for key in order}
    return order + tuple(tie for tie in ties if tie.field not in named)


def total_order(order: Order, entity: EntityFields) -> Order:
    """
    The order that a search really has: the entity's default for an empty one, its ties at the end.

    Source: MLflow 3.17 `_get_orderby_clauses`, `_get_search_experiments_order_by_clauses`.
    """
    return total(order or entity.default_order, *entity.ties)
