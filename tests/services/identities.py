"""A managed identity of this machine, as App Service has them: an endpoint in the environment gives tokens."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECRET = "identity-header-hunter2"
#: Variables of azure-identity that would come before a managed identity.
OTHERS = ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_USERNAME")


def token(resource: str, valid_s: int) -> str:
    """A token for `resource` as Microsoft Entra ID has them, but signed by nobody: emulators look at claims only."""
    now = int(time.time())
    claims = {
        "aud": resource, "iss": "https://sts.windows.net/00000000-0000-0000-0000-000000000000/", "oid": "hunter",
        "iat": now - 60, "nbf": now - 60, "exp": now + valid_s, "tid": "00000000-0000-0000-0000-000000000000",
    }  # fmt: skip
    parts = ({"alg": "RS256", "typ": "JWT"}, claims)
    texts = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts]
    return ".".join([*texts, "c2lnbmF0dXJl"])


class Issuer:
    """What the endpoint was asked, and how long its tokens work."""

    def __init__(self, valid_s: int = 3_600) -> None:
        self.valid_s = valid_s
        self.given: list[str] = []
        self.is_down = False


@contextmanager
def managed_identity() -> Iterator[tuple[Issuer, dict[str, str]]]:
    """The endpoint's issuer, and the environment that leads azure-identity to it."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            resource = parse_qs(urlsplit(self.path).query).get("resource", [""])[0]
            if issuer.is_down or self.headers["X-IDENTITY-HEADER"] != SECRET:
                self._answer(400, {"error": "invalid_request", "error_description": "no such identity"})
                return
            issuer.given.append(token(resource, issuer.valid_s))
            ends = str(int(time.time()) + issuer.valid_s)
            given = {"access_token": issuer.given[-1], "expires_on": ends, "resource": resource, "token_type": "Bearer"}
            self._answer(200, given)

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield issuer, {"IDENTITY_ENDPOINT": f"http://127.0.0.1:{server.server_port}/msi", "IDENTITY_HEADER": SECRET}
        server.shutdown()
