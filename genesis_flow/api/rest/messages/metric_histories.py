"""JSON objects about the histories of metrics."""

from __future__ import annotations

from typing import Final

from genesis_flow.api.rest.messages.fields import Field, text, texts, whole
from genesis_flow.api.rest.messages.runs import ID

_KEY: Final = Field("metric_key", text, is_required=True)

HISTORY: Final = (*ID, _KEY, Field("page_token", text), Field("max_results", whole))
HISTORIES: Final = (
    Field("run_id", texts, (), is_list=True),
    Field("metric_key", text),
    Field("max_results", whole, 25_000),
)
SAMPLES: Final = (
    Field("run_ids", texts, is_required=True, is_list=True),
    _KEY,
    Field("max_results", whole, 2_500),
    Field("start_step", whole),
    Field("end_step", whole),
)
