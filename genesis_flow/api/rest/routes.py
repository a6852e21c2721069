"""What a row of a table of routes says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import attrs

from genesis_flow.api.rest.messages.fields import Field, Values
from genesis_flow.api.rest.wire import Reply

if TYPE_CHECKING:
    from genesis_flow.api.rest.use_cases import UseCases

#: What programs and what pages in browsers call.
PREFIXES: Final = ("/api/2.0/mlflow/", "/ajax-api/2.0/mlflow/")
#: The same for what came with MLflow 3.
V3: Final = ("/api/3.0/mlflow/", "/ajax-api/3.0/mlflow/")
#: The proxy of artifacts.
PROXY: Final = ("/api/2.0/mlflow-artifacts/", "/ajax-api/2.0/mlflow-artifacts/")
#: What only pages in browsers call, and what is at the top.
PAGES: Final = PREFIXES[1:]
TOP: Final = ("/",)

#: The media type of files of whatever kind.
ANY: Final = "*/*"

#: From the use cases and the values of a request to the JSON object of its response, or to another kind of response.
Handler = Callable[["UseCases", Values], "dict[str, Any] | Reply | Download"]


@attrs.frozen
class Download:
    """
    A file as a response, which closes it.

    Attributes:
        file: Open, at its beginning. name: What the file is called where it is saved.
        size_bytes: None where it is not known.
    """

    file: BinaryIO
    name: str
    size_bytes: int | None = None


@attrs.frozen
class Endpoint:
    """
    One operation of the API.

    Attributes:
        path: Below a prefix; `{name}` in it is a part of the path that is the field `name`.
        methods: Of HTTP, such as ("POST",).
        fields: What a request has. handler: Blocks; runs in a thread of the pool.
        prefixes: What may stand before the path.
        is_upload: Whether the body is a file; it is the value `body` then, to be read, and all fields are in the URL.
        media_type: What a response is if it is no error.
    """

    path: str
    methods: tuple[str, ...]
    fields: Sequence[Field]
    handler: Handler
    prefixes: tuple[str, ...] = PREFIXES
    is_upload: bool = False
    media_type: str = "application/json"
