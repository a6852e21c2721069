"""The scoring server as an ASGI application: `/invocations`, `/ping`, `/health` and `/version`."""

from __future__ import annotations

import asyncio
import io
import logging
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from genesis_flow.api.errors import error_to_exception
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.models.functions import PyFuncModel
from genesis_flow.api.models.serving import ServingInput, answer, parsed_csv, parsed_json
from genesis_flow.api.version import COMPATIBLE_MLFLOW_VERSION
from genesis_flow.domain.errors import GenesisFlowError

_log = logging.getLogger(__name__)

_JSON: Final = "application/json"
_CSV: Final = "text/csv"
_TEXT: Final = "text/plain"
#: Larger requests are refused before they are read.
MOST_BYTES: Final = 1 << 28


def create_app(model: PyFuncModel, *, timeout_s: float = 60.0) -> Starlette:
    """
    The application that serves `model`.

    Args:
        timeout_s: After so many seconds a request is answered with 504; the prediction goes on.
    """
    async def invocations(request: Request) -> Response:
        kind, problem = _kind(request.headers.get("content-type", ""))
        if kind is None:
            return Response(problem, 415, media_type=_TEXT)
        body = await _body(request)
        if body is None:
            return Response(f"The request has more than {MOST_BYTES} bytes.", 413, media_type=_TEXT)
        try:
            made = await asyncio.wait_for(asyncio.to_thread(_predicted, model, kind, body), timeout_s)
        except TimeoutError:
            return Response("Request processing time exceeded limit", 504, media_type=_JSON)
        except (MlflowException, GenesisFlowError) as error:
            found = error if isinstance(error, MlflowException) else error_to_exception(error)
            return Response(found.serialize_as_json(), found.get_http_status_code(), media_type=_JSON)
        return Response(made, media_type=_JSON)

    return Starlette(
        routes=[
            Route("/ping", _ping, methods=["GET"]),
            Route("/health", _ping, methods=["GET"]),
            Route("/version", _version, methods=["GET"]),
            Route("/invocations", invocations, methods=["POST"]),
        ]
    )


async def _ping(request: Request) -> Response:
    return Response("\n", media_type=_JSON)


async def _version(request: Request) -> Response:
    return Response(COMPATIBLE_MLFLOW_VERSION, media_type=_JSON)


def _kind(content_type: str) -> tuple[str | None, str]:
    """What is sent, as its type; None with a reason for what is not taken."""
    kind, *parts = map(str.strip, content_type.split(";"))
    parameters = {name: value for name, _, value in (part.partition("=") for part in parts)}
    if parameters.get("charset", "utf-8").lower() != "utf-8":
        return None, "The scoring server only supports UTF-8"
    unknown = ", ".join(sorted(parameters.keys() - {"charset"}))
    if unknown:
        return None, f"Unrecognized content type parameters: {unknown}."
    if kind not in (_JSON, _CSV):
        types = [_CSV, _JSON]
        return None, f"This predictor only supports the following content types: Types: {types}. Got '{content_type}'."
    return kind, ""


async def _body(request: Request) -> bytes | None:
    """What is sent; None if that is too much."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _predicted(model: PyFuncModel, kind: str, body: bytes) -> str:
    sent = _sent(model, kind, body)
    try:
        found: Any = model.predict(sent.data, sent.params)
    except MlflowException as error:
        error.message = f"Failed to predict data '{sent.data}'. \nError: {error.message}"
        raise
    except Exception as error:  # whatever the model raises
        _log.exception("The model failed to predict.")
        raise MlflowException(
            "Encountered an unexpected error while evaluating the model. Verify that the serialized input Dataframe "
            "is compatible with the model for inference.",
            "BAD_REQUEST",
        ) from error
    return answer(found, is_chat=sent.is_chat)


def _sent(model: PyFuncModel, kind: str, body: bytes) -> ServingInput:
    if kind == _JSON:
        return parsed_json(body, model.metadata.signature)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        message = f"Invalid input. Ensure that input is a valid UTF-8 encoded string. Error: '{error!r}'"
        raise MlflowException(message, "BAD_REQUEST") from error
    return parsed_csv(io.StringIO(text), model.metadata.get_input_schema())
