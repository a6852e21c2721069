"""What a row of a table of routes says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from genesis_flow.api.rest.messages.fields import Field, Values

if TYPE_CHECKING:
    from genesis_flow.bootstrap import Application

#: From the use cases and the values of a request to the JSON object of its response.
Handler = Callable[["Application", Values], dict[str, Any]]


@attrs.frozen
class Endpoint:
    """
    One operation of the API.

    Attributes:
        path: Below `/api/2.0/mlflow/`. methods: Of HTTP, such as ("POST",).
        fields: What a request has. handler: Blocks; runs in a thread of the pool.
    """

    path: str
    methods: tuple[str, ...]
    fields: Sequence[Field]
    handler: Handler
