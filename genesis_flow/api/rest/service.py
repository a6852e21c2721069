"""From requests of HTTP to handlers and back."""

from __future__ import annotations

import asyncio
import io
import logging
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4

import attrs
from starlette.types import ASGIApp, Receive, Scope, Send

from genesis_flow.api.exceptions import MlflowException
from genesis_flow.api.rest.measuring import ENDPOINT
from genesis_flow.api.rest.offload import Offload
from genesis_flow.api.rest.principal import Gate
from genesis_flow.api.rest.routes import Download, Endpoint
from genesis_flow.api.rest.transfers import PIECE_BYTES, FileResponse, Incoming
from genesis_flow.api.rest.use_cases import UseCases
from genesis_flow.api.rest.wire import (
    WITHOUT_BODY,
    Received,
    Refused,
    Reply,
    error_to_reply,
    exception_to_reply,
    json_to_reply,
    received_to_values,
)
from genesis_flow.domain.errors import GenesisFlowError

_log: Final = logging.getLogger(__name__)

#: Headers of requests that have a body.
_OF_BODIES: Final = frozenset({b"content-length", b"transfer-encoding"})

#: Seconds for what webhooks were not told yet when the server ends.
_LAST_DELIVERIES_S: Final = 5.0


@attrs.frozen
class Limits:
    """
    What one request may use.

    Attributes:
        body_bytes: Size of a body at most; files may be larger.
        body_s: Seconds within which it has to arrive, or a piece of a file has to be sent or taken.
        threads: Requests that are worked on at the same time. most_waiting: Further ones that wait; more are refused.
        transfers: Files that are received, and pieces of files that are read, at the same time.
    """

    body_bytes: int = 32 << 20
    body_s: float = 30.0
    threads: int = 16
    most_waiting: int = 512
    transfers: int = 16


@attrs.frozen
class Service:
    """
    Answers requests with the use cases of one store.

    Attributes:
        offload: Threads for calls. transfers: Those for files, so that slow clients hold up other files only.
    """

    use_cases: UseCases
    gate: Gate
    offload: Offload
    transfers: Offload
    limits: Limits

    def endpoint(self, endpoint: Endpoint) -> ASGIApp:
        """The application that answers requests for an endpoint."""
        call = self._upload if endpoint.is_upload else self._call

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            scope[ENDPOINT]["path"] = endpoint.path
            try:
                self.gate.authorize(self.gate.authenticate(scope), endpoint)
                found = await call(endpoint, scope, receive)
            except GenesisFlowError as error:
                found = error_to_reply(error)
            except Refused as error:
                found = error.reply()
            if isinstance(found, Download):
                await FileResponse(found, self.transfers, self.limits.body_s)(scope, receive, send)
            else:
                await _send(found, send)

        return answer

    async def _call(self, endpoint: Endpoint, scope: Scope, receive: Receive) -> Reply | Download:
        body = await self._timely_body(receive) if _has_body(scope) else b""
        return await self.offload(partial(self.reply, endpoint, _received(scope, body)))

    async def _upload(self, endpoint: Endpoint, scope: Scope, receive: Receive) -> Reply | Download:
        body = io.BufferedReader(Incoming(scope, receive, self.limits.body_s), PIECE_BYTES)
        return await self.transfers(partial(self.reply, endpoint, _received(scope, None), body))

    async def _timely_body(self, receive: Receive) -> bytes:
        try:
            async with asyncio.timeout(self.limits.body_s):
                return await self._body(receive)
        except TimeoutError:
            raise Refused(408, f"The request did not arrive within {self.limits.body_s:g} s.") from None

    async def _body(self, receive: Receive) -> bytes:
        pieces, size, most = [], 0, self.limits.body_bytes
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refused(400, "The request is incomplete.")
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > most:
                raise Refused(413, f"The request is larger than {most} bytes. Split it into several.")
            if not message.get("more_body", False):
                return b"".join(pieces)

    def reply(self, endpoint: Endpoint, received: Received, body: Any = None) -> Reply | Download:
        """Do what `endpoint` does; blocks."""
        try:
            values = received_to_values(received, endpoint.fields)
            found = endpoint.handler(self.use_cases, values if body is None else {**values, "body": body})
            return found if isinstance(found, (Reply, Download)) else json_to_reply(found)
        except GenesisFlowError as error:
            return error_to_reply(error)
        except MlflowException as error:
            return exception_to_reply(error)
        except Refused as error:
            return error.reply()
        except Exception:
            # Clients learn nothing of the inside of the server; its log tells the rest.
            mark = uuid4().hex
            _log.exception("Failure %s of %s", mark, endpoint.path)
            return exception_to_reply(MlflowException(f"The server failed; its log tells why under {mark}."))

    def close(self) -> None:
        """Tell webhooks what they were not told yet, as far as it is quick; let go of the threads and of the store."""
        self.offload.close()
        self.transfers.close()
        self.use_cases.webhook_queue.close(_LAST_DELIVERIES_S)
        self.use_cases.close()


def _has_body(scope: Scope) -> bool:
    return scope["method"] not in WITHOUT_BODY or any(name in _OF_BODIES for name, _ in scope["headers"])


def _received(scope: Scope, body: bytes | None) -> Received:
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    types = [value for name, value in scope["headers"] if name == b"content-type"]
    content_type = types[0].decode("latin-1") if types else ""
    return Received(scope["method"], query, content_type, body, scope["path_params"])


async def _send(reply: Reply, send: Send) -> None:
    further = [(name.encode(), value.encode()) for name, value in reply.headers.items()]
    length = (b"content-length", str(len(reply.body)).encode())
    headers = [(b"content-type", reply.media_type.encode()), length, *further]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
