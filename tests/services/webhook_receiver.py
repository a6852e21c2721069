"""A server of HTTP that notes what webhooks are told, and answers as a test wants."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs

PATIENCE_S = 60


@attrs.frozen
class Delivery:
    """What was posted: to which path, with which headers (names in lower case), and the body as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def event(self) -> str:
        """What was told, such as "prompt.created"."""
        return f"{self.content['entity']}.{self.content['action']}"

    def is_signed(self, secret: str) -> bool:
        """Whether the signature is one of the id, the time and the body."""
        id, at = (self.headers[f"x-mlflow-{name}"] for name in ("delivery-id", "timestamp"))
        signed = hmac.new(secret.encode(), f"{id}.{at}.".encode() + self.body, hashlib.sha256).digest()
        return f"v1,{base64.b64encode(signed).decode()}" == self.headers["x-mlflow-signature"]


#: From (path, how often it was posted to before) to the status, headers and body of the answer.
Respond = Callable[[str, int], tuple[int, Mapping[str, str], bytes]]


def _fine(path: str, before: int) -> tuple[int, Mapping[str, str], bytes]:
    return 200, {}, b"ok"


class Receiver:
    """What was received, in the order in which it came."""

    def __init__(self, port: int, respond: Respond, scheme: str) -> None:
        self.port, self.respond, self.scheme = port, respond, scheme
        self.deliveries: list[Delivery] = []
        self.released = threading.Event()
        self._came = threading.Condition()

    def url(self, path: str = "/") -> str:
        """Where it is."""
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def note(self, delivery: Delivery) -> int:
        """Keep a delivery; how many were posted to its path before."""
        with self._came:
            before = sum(each.path == delivery.path for each in self.deliveries)
            self.deliveries.append(delivery)
            self._came.notify_all()
        return before

    def wait(self, count: int, path: str | None = None) -> list[Delivery]:
        """The deliveries, as soon as there are so many of them."""

        def found() -> list[Delivery]:
            return [each for each in self.deliveries if path in (None, each.path)]

        with self._came:
            assert self._came.wait_for(lambda: len(found()) >= count, PATIENCE_S), found()
            return found()


@contextmanager
def receiving(respond: Respond = _fine, context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver on this machine. A status of 0 hangs until `released` is set."""
    receiver: Receiver

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            before = receiver.note(Delivery(self.path, headers, body))
            status, further, answer = receiver.respond(self.path, before)
            if status == 0:
                receiver.released.wait(PATIENCE_S)
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), **further}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            """Tests read deliveries, not a log."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """Clients that leave early are what some tests are about."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        receiver = Receiver(server.server_address[1], respond, "http" if context is None else "https")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield receiver
        finally:
            receiver.released.set()
            server.shutdown()
            thread.join()
