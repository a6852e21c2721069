"""The ASGI application."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final
from uuid import uuid4

import attrs
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from genesis_flow.api.errors import error_to_exception
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.rest.endpoints.table import ROUTES
from genesis_flow.api.rest.guards import Guards
from genesis_flow.api.rest.offload import Offload
from genesis_flow.api.rest.principal import Gate
from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.api.rest.use_cases import UseCases, open_use_cases
from genesis_flow.api.rest.wire import Received, Reply, exception_to_reply, json_to_reply, received_to_values
from genesis_flow.api.version import COMPATIBLE_MLFLOW_VERSION
from genesis_flow.domain.errors import GenesisFlowError
from genesis_flow.settings import absolute_location, default_tracking_uri, settings_for

_log: Final = logging.getLogger(__name__)


@attrs.frozen
class Limits:
    """
    What one request may use.

    Attributes:
        body_bytes: Size of a body at most. body_s: Seconds within which it has to arrive.
        threads: Requests that are worked on at the same time. most_waiting: Further ones that wait; more are refused.
    """

    body_bytes: int = 32 << 20
    body_s: float = 30.0
    threads: int = 32
    most_waiting: int = 512


def create_app(
    tracking_uri: str | None = None,
    *,
    artifact_root: str | None = None,
    allow_anonymous: bool = False,
    allowed_hosts: Sequence[str] = (),
    allowed_origins: Sequence[str] = (),
    frame_options: str = "SAMEORIGIN",
    limits: Limits | None = None,
) -> Starlette:
    """
    MLflow's REST API on a store, to be served alone or mounted in another ASGI application.

    Nothing is connected before the first request. The store is closed when the application is shut down; where it is
    mounted, the outer application has to call `app.state.close()` itself.

    Args:
        tracking_uri: The store; by default that of the environment, else genesis.db in the working directory.
        artifact_root: URI or path below which new experiments keep their artifacts.
        allow_anonymous: Serve other machines, too; there is no sign-on yet.
        allowed_hosts, allowed_origins, frame_options: See `Guards`.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: No store serves the URI.

    Source: ours; the API is MLflow's.
    """
    allowed = limits or Limits()
    try:
        use_cases = _open(tracking_uri or default_tracking_uri(), artifact_root)
    except GenesisFlowError as error:
        raise error_to_exception(error) from error
    offload = Offload(allowed.threads, allowed.most_waiting)
    service = _Service(use_cases, Gate(allow_anonymous), offload, allowed)
    guards = Middleware(Guards, hosts=allowed_hosts, origins=allowed_origins, frame_options=frame_options)
    app = Starlette(
        routes=_routes(service),
        middleware=[guards],
        exception_handlers={HTTPException: _no_such_endpoint},
        lifespan=_lifespan,
    )
    app.state.close = service.close
    return app


def _open(tracking_uri: str, artifact_root: str | None) -> UseCases:
    settings = settings_for(tracking_uri)
    if artifact_root:
        settings = attrs.evolve(settings, artifact_root=absolute_location(artifact_root))
    return open_use_cases(settings)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    yield
    await asyncio.to_thread(app.state.close)


def _routes(service: _Service) -> list[Route]:
    routes = [
        Route(f"{prefix}{endpoint.path}", service.endpoint(endpoint), methods=list(endpoint.methods))
        for endpoint in ROUTES
        for prefix in endpoint.prefixes
    ]
    texts = {"/health": "OK", "/version": COMPATIBLE_MLFLOW_VERSION}
    return [*routes, *(Route(path, partial(_say, text), methods=["GET"]) for path, text in texts.items())]


async def _say(text: str, request: Request) -> Response:
    return PlainTextResponse(text)


async def _no_such_endpoint(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = "ENDPOINT_NOT_FOUND" if status == 404 else "BAD_REQUEST"
    found = f"There is no endpoint {request.method} {json.dumps(request.url.path)}."
    response = _response(exception_to_reply(MlflowException(found, code), status))
    response.headers.update(getattr(error, "headers", None) or {})
    return response


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, media_type=reply.media_type)


@attrs.frozen
class _Service:
    """Answers requests with the use cases of one store."""

    use_cases: UseCases
    gate: Gate
    offload: Offload
    limits: Limits

    def endpoint(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        """What Starlette calls for a route."""

        async def answer(request: Request) -> Response:
            try:
                self.gate.authorize(self.gate.authenticate(request.scope), endpoint)
                received = await self._received(request)
                return _response(await self.offload(partial(self._reply, endpoint, received)))
            except GenesisFlowError as error:
                return _response(exception_to_reply(error_to_exception(error)))
            except _Refused as error:
                return _response(exception_to_reply(MlflowException(error, "BAD_REQUEST"), error.status))

        return answer

    async def _received(self, request: Request) -> Received:
        try:
            async with asyncio.timeout(self.limits.body_s):
                body = await self._body(request)
        except TimeoutError:
            raise _Refused(408, f"The request did not arrive within {self.limits.body_s:g} s.") from None
        except ClientDisconnect:
            raise _Refused(400, "The request is incomplete.") from None
        query = request.query_params.multi_items()
        content_type = request.headers.get("content-type", "")
        return Received(request.method, query, content_type, body, request.path_params)

    async def _body(self, request: Request) -> bytes:
        pieces, size, most = [], 0, self.limits.body_bytes
        async for piece in request.stream():
            size += len(piece)
            if size > most:
                raise _Refused(413, f"The request is larger than {most} bytes. Split it into several.")
            pieces.append(piece)
        return b"".join(pieces)

    def _reply(self, endpoint: Endpoint, received: Received) -> Reply:
        """Do what `endpoint` does; blocks."""
        try:
            return json_to_reply(endpoint.handler(self.use_cases, received_to_values(received, endpoint.fields)))
        except GenesisFlowError as error:
            return exception_to_reply(error_to_exception(error))
        except MlflowException as error:
            return exception_to_reply(error)
        except Exception:
            # Clients learn nothing of the inside of the server; its log tells the rest.
            mark = uuid4().hex
            _log.exception("Failure %s of %s", mark, endpoint.path)
            return exception_to_reply(MlflowException(f"The server failed; its log tells why under {mark}."))

    def close(self) -> None:
        """Let go of the threads and of the store."""
        self.offload.close()
        self.use_cases.close()


class _Refused(Exception):
    """A request that is not read to its end."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
