"""Which searches of the model registry see prompts: those whose filter asks for them."""

from __future__ import annotations

from typing import Final

from genesis_flow.domain.entities.registered_model import PROMPT_TAG
from genesis_flow.domain.search.ast import Comparison, Field, Filter, Kind, Presence, TextComparison

PROMPT_FIELD: Final = Field(Kind.TAG, PROMPT_TAG)


def seen(filter: Filter) -> tuple[Filter, bool]:
    """
    What a filter comes to, and whether its search sees prompts.

    The first comparison of the prompt tag decides: `= 'true'`, `!= 'false'` and `IS NOT NULL` ask for prompts;
    any other leaves them out, and then says nothing else, as models do not have the tag.

    Source: MLflow 3.17 `_is_querying_prompt`, `_update_query_to_exclude_prompts`.
    """
    about = [term for term in filter.terms if term.field == PROMPT_FIELD]
    if about and _asks_for_prompts(about[0]):
        return filter, True
    return Filter(tuple(term for term in filter.terms if term.field != PROMPT_FIELD)), False


def _asks_for_prompts(term: Comparison) -> bool:
    match term:
        case TextComparison(op="=", value=value):
            return value.lower() == "true"
        case TextComparison(value=value):
            return value.lower() == "false"
        case Presence(present=present):
            return present
        case _:
            return False
