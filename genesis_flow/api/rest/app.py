"""The ASGI application."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

from genesis_flow.api.errors import error_to_exception
from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.rest.endpoints.server import about
from genesis_flow.api.rest.endpoints.table import ROUTES
from genesis_flow.api.rest.guards import Guards, cors
from genesis_flow.api.rest.measuring import Measures, Measuring
from genesis_flow.api.rest.offload import Offload
from genesis_flow.api.rest.principal import Gate
from genesis_flow.api.rest.routes import Endpoint
from genesis_flow.api.rest.routing import Table
from genesis_flow.api.rest.service import Limits, Service
from genesis_flow.api.rest.serving_artifacts import Serving, settings_of, switched_off
from genesis_flow.api.rest.use_cases import open_use_cases
from genesis_flow.api.rest.web_page import web_page as pages_of
from genesis_flow.api.rest.wire import exception_to_reply
from genesis_flow.api.version import COMPATIBLE_MLFLOW_VERSION
from genesis_flow.domain.errors import GenesisFlowError
from genesis_flow.settings import default_tracking_uri


def create_app(
    tracking_uri: str | None = None,
    *,
    artifact_root: str | None = None,
    serve_artifacts: bool = True,
    artifacts_destination: str | None = None,
    artifacts_only: bool = False,
    allow_anonymous: bool = False,
    allowed_hosts: Sequence[str] = (),
    allowed_origins: Sequence[str] = (),
    frame_options: str = "SAMEORIGIN",
    web_page: str = "auto",
    limits: Limits | None = None,
) -> Starlette:
    """
    MLflow's REST API on a store, to be served alone or mounted in another ASGI application.

    Nothing is connected before the first request. The store is closed when the application is shut down; where it is
    mounted, the outer application has to call `app.state.close()` itself.

    Args:
        tracking_uri: The store; by default that of the environment, else genesis.db in the working directory.
        artifact_root: URI or path below which new experiments keep their artifacts; by default `mlflow-artifacts:/`,
            this server, if it serves artifacts.
        serve_artifacts, artifacts_destination, artifacts_only: See `Serving`.
        allow_anonymous: Serve other machines, too; there is no sign-on yet.
        allowed_hosts, allowed_origins, frame_options: See `Guards`.
        web_page: "mlflow" for that of MLflow, which has to be installed, "none" for one that says what this is,
            "auto" for what there is.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE: No store serves the URI, or there is no such web page.

    Source: ours; the API is MLflow's.
    """
    allowed, serving = limits or Limits(), Serving(serve_artifacts, artifacts_destination, artifacts_only)
    try:
        pages = pages_of(web_page)
        use_cases = open_use_cases(settings_of(tracking_uri or default_tracking_uri(), artifact_root, serving))
    except GenesisFlowError as error:
        raise error_to_exception(error) from error
    measures = Measures()
    offload = Offload(allowed.threads, allowed.most_waiting, measures.calls)
    transfers = Offload(allowed.transfers, allowed.most_waiting, measures.calls)
    service = Service(use_cases, Gate(allow_anonymous), offload, transfers, allowed)
    endpoints = [switched_off(endpoint, serving) for endpoint in ROUTES]
    guards = Middleware(Guards, hosts=allowed_hosts, origins=allowed_origins, frame_options=frame_options)
    app = Starlette(
        routes=[_table(service, [*endpoints, *about(endpoints, measures, serves_artifacts=serving.is_on), *pages])],
        middleware=[Middleware(Measuring, measures=measures), guards, cors(allowed_origins)],
        exception_handlers={HTTPException: _no_such_endpoint},
        lifespan=_lifespan,
    )
    app.router.redirect_slashes = False
    app.state.close = service.close
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    yield
    await asyncio.to_thread(app.state.close)


def _table(service: Service, endpoints: Sequence[Endpoint]) -> Table:
    rows: list[tuple[str, Sequence[str], ASGIApp]] = [
        (f"{prefix}{endpoint.path}", endpoint.methods, service.endpoint(endpoint))
        for endpoint in endpoints
        for prefix in endpoint.prefixes
    ]
    texts = {"/health": "OK", "/version": COMPATIBLE_MLFLOW_VERSION}
    return Table([*rows, *((path, ("GET",), PlainTextResponse(text)) for path, text in texts.items())])


async def _no_such_endpoint(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = "ENDPOINT_NOT_FOUND" if status == 404 else "BAD_REQUEST"
    found = f"There is no endpoint {request.method} {json.dumps(request.url.path)}."
    reply = exception_to_reply(MlflowException(found, code), status)
    headers = getattr(error, "headers", None) or {}
    return Response(reply.body, reply.status, {**headers, "content-type": reply.media_type})
