"""What requests about traces hold, as far as a server that keeps none looks at it."""

from __future__ import annotations

from typing import Final

from genesis_flow.api.rest.messages.fields import PAIR, Field, anything, boolean, text, texts, whole

_KEY: Final = Field("key", text, is_required=True)
_ASSESSMENT: Final = Field("assessment", anything, is_required=True)

REQUEST: Final = (Field("request_id", text, is_required=True),)
TRACE: Final = (Field("trace_id", text, is_required=True),)
NEW: Final = (Field("trace", anything, is_required=True),)
TAG_OF_REQUEST: Final = (*REQUEST, *PAIR)
KEY_OF_REQUEST: Final = (*REQUEST, _KEY)
TAG_OF_TRACE: Final = (*TRACE, *PAIR)
KEY_OF_TRACE: Final = (*TRACE, _KEY)
SEARCH: Final = (
    Field("experiment_ids", texts, is_required=True, is_list=True),
    Field("filter", text),
    Field("max_results", whole, 100),
    Field("order_by", texts, (), is_list=True),
    Field("page_token", text),
)
SEARCH_LOCATIONS: Final = (
    Field("locations", anything, is_required=True),
    Field("filter", text),
    Field("max_results", whole, 100),
    Field("order_by", texts, ()),
    Field("page_token", text),
)
MANY: Final = (Field("trace_ids", texts, is_required=True, is_list=True),)
GET: Final = (*TRACE, Field("allow_partial", boolean, False))
DELETE: Final = (
    Field("experiment_id", text, is_required=True),
    Field("max_timestamp_millis", whole),
    Field("max_traces", whole),
    Field("request_ids", texts, ()),
)
LINK_TO_RUN: Final = (Field("trace_ids", texts, is_required=True), Field("run_id", text, is_required=True))
ASSESS: Final = (*TRACE, _ASSESSMENT)
ASSESSMENT: Final = (*TRACE, Field("assessment_id", text, is_required=True))
ARTIFACT: Final = (Field("request_id", text, ""),)
