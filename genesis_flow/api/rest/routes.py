"""What a row of a table of routes says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from genesis_flow.api.rest.messages.fields import Field, Values

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases

#: What programs and what pages in browsers call.
PREFIXES: Final = ("/api/2.0/mlflow/", "/ajax-api/2.0/mlflow/")

#: From the use cases and the values of a request to the JSON object of its response.
Handler = Callable[["UseCases", Values], dict[str, Any]]


@attrs.frozen
class Endpoint:
    """
    One operation of the API.

    Attributes:
        path: Below a prefix; `{name}` in it is a part of the path that is the field `name`.
        methods: Of HTTP, such as ("POST",).
        fields: What a request has. handler: Blocks; runs in a thread of the pool.
        prefixes: What may stand before the path.
    """

    path: str
    methods: tuple[str, ...]
    fields: Sequence[Field]
    handler: Handler
    prefixes: tuple[str, ...] = PREFIXES
