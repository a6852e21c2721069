"""
`python -m benchmarks.storage_floor`: how fast the server of `benchmarks.artifacts` takes and gives small files at most.

Requests that were made beforehand go over several connections, the next one on each as soon as it has been answered;
answers are counted, not looked at. That takes 0.05 ms of processor time for a file, so what is measured is the server.
No client, however good, moves the files faster over as many connections.
"""

from __future__ import annotations

import argparse
import os
import secrets
import selectors
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.artifacts import QUICK, THREADS, Sizes, azurite

_END: Final = b"\r\n\r\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.storage_floor", description=__doc__)
    parser.add_argument("--connection-string", help="of a server that is reached by http; default: Azurite")
    parser.add_argument("--connections", type=int, default=THREADS)
    parser.add_argument("--quick", action="store_true", help="200 files")
    options = parser.parse_args(arguments)
    sizes = QUICK if options.quick else Sizes()
    from azure.storage.blob import BlobServiceClient

    text = options.connection_string or azurite()
    with BlobServiceClient.from_connection_string(text) as service:
        client = service.create_container(f"floor-{secrets.token_hex(4)}")
        try:
            permit = _permit(client)
            for title, request in (("up", _put(sizes.small_bytes)), ("down", _get)):
                wire = [request(client.url, f"{number:05d}?{permit}") for number in range(sizes.files)]
                begin = time.perf_counter()
                moved(urlsplit(client.url).netloc, wire, options.connections)
                print(f"{sizes.files} x {sizes.small_bytes // 1000} KB {title}: {time.perf_counter() - begin:.2f} s")
        finally:
            client.delete_container()
    return 0


def _permit(client: Any) -> str:
    from azure.storage.blob import ContainerSasPermissions, generate_container_sas

    allowed = ContainerSasPermissions(read=True, create=True, write=True)
    account, key = client.credential.account_name, client.credential.account_key
    ends = datetime.now(UTC) + timedelta(hours=1)
    name = client.container_name
    return generate_container_sas(account, name, account_key=key, permission=allowed, expiry=ends)


def _put(size_bytes: int) -> Callable[[str, str], bytes]:
    body = os.urandom(size_bytes)
    head = f"x-ms-blob-type: BlockBlob\r\nContent-Length: {size_bytes}"
    return lambda url, name: _request("PUT", url, name, head) + body


def _get(url: str, name: str) -> bytes:
    return _request("GET", url, name, "x-ms-range: bytes=0-8388607")


def _request(method: str, url: str, name: str, headers: str) -> bytes:
    place = urlsplit(url)
    return f"{method} {place.path}/{name} HTTP/1.1\r\nHost: {place.netloc}\r\n{headers}\r\n\r\n".encode()


def moved(server: str, requests: Sequence[bytes], connections: int) -> None:
    """Send all requests to `HOST:PORT`; one that is not answered by success ends it."""
    host, _, port = server.rpartition(":")
    waiting = iter(requests)
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            line = socket.create_connection((host, int(port)))
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(line, selectors.EVENT_READ, bytearray())
            _next(selector, line, waiting)
        while selector.get_map():
            for key, _ in selector.select():
                line, got = key.fileobj, key.data
                assert isinstance(line, socket.socket)
                got += line.recv(1 << 16)
                if _is_whole(got):
                    got.clear()
                    _next(selector, line, waiting)


def _next(selector: selectors.BaseSelector, line: socket.socket, waiting: Iterator[bytes]) -> None:
    request = next(waiting, None)
    if request is None:
        selector.unregister(line)
        line.close()
    else:
        line.sendall(request)


def _is_whole(answer: bytearray) -> bool:
    """Whether all of an answer is here."""
    head, end, body = bytes(answer).partition(_END)
    if not end:
        return False
    status, *headers = head.decode("latin-1").lower().split("\r\n")
    if status.split()[1] not in ("201", "206"):
        raise SystemExit(f"the server answered {status}")
    fields = dict(header.split(": ", 1) for header in headers)
    return len(body) >= int(fields["content-length"])


if __name__ == "__main__":
    sys.exit(main())
