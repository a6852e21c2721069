"""From pages to whole results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from genesis_flow.api.paged_list import PagedList

T = TypeVar("T")


def all_pages(page: Callable[[int, Any], PagedList[T]], *, page_size: int, most: int | None = None) -> list[T]:
    """
    The items of every page, at most `most` of them.

    Args:
        page: From (size, token) to a page; None is the token of the first.
    """
    found: list[T] = []
    token = None
    while most is None or len(found) < most:
        size = page_size if most is None else min(page_size, most - len(found))
        items = page(size, token)
        found += items
        token = items.token
        if not token:
            break
    return found
