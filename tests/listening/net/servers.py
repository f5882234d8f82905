"""A server on loopback that misbehaves on request, a canary that must stay unasked, and the way there.

The client under test believes in a public world: its resolver names the address, its dialler brings the
public address to our server and every other one to the canary.
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import socketserver
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from listening.net import Client, Settings

PUBLIC = "93.184.215.14"
PRIVATE = "10.0.0.1"
AGENT = "Earshot/test (+https://fjallvik.example; press@fjallvik.example)"


@dataclass
class Seen:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""
    at: float = 0.0


class Server:
    """Listens on a free loopback port; ``answer(seen, connection)`` writes raw bytes."""

    def __init__(self, answer: Callable[[Seen, socket.socket], None]) -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        self.stopping = threading.Event()
        owner = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                owner.connections += 1
                with contextlib.suppress(OSError, ValueError):
                    if seen := _read_request(self.request):
                        owner.seen.append(seen)
                        answer(seen, self.request)

        class Threads(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 64

        self._server = Threads(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()


def _read_request(connection: socket.socket) -> Seen | None:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65536)
        if not piece or piece.startswith(b"\x16\x03"):
            return None  # someone wants to speak TLS
        head += piece
    head, _, body = head.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Seen(method, target, headers, body, time.monotonic())


def reply(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """A whole, honest answer."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class World:
    """A server at every public name, and a canary at every private one."""

    server: Server
    canary: Server
    names: dict[str, list[str]] = field(default_factory=dict)  # other answers than PUBLIC
    dialled: list[tuple[str, int]] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)

    def resolver(self, host: str, port: int) -> Iterable[str]:
        self.looked_up.append(host)
        return self.names.get(host, [PUBLIC])

    def dialler(self, address: str, port: int, seconds: float) -> tuple[socket.socket, str]:
        self.dialled.append((address, port))
        target = self.server if address == PUBLIC else self.canary
        return socket.create_connection(("127.0.0.1", target.port), timeout=seconds), address

    def client(self, pace: Any = None, ssl_context: Any = None, **settings: Any) -> Client:
        return Client(
            Settings(**{"agent": AGENT, "deadline": 0.6, **settings}),
            pace,
            resolver=self.resolver,
            dialler=self.dialler,
            ssl_context=ssl_context,
        )


# What the hostile server can do, by path. Each writes until it is done or the client is gone.


def _drip(connection: socket.socket, begin: bytes, piece: bytes) -> None:
    connection.sendall(begin)
    for _ in range(200):
        connection.sendall(piece)
        time.sleep(0.05)


def _pour(connection: socket.socket, begin: bytes, piece: bytes) -> None:
    connection.sendall(begin)
    for _ in range(4000):
        connection.sendall(piece)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _deflated(data: bytes, bits: int) -> bytes:
    squeezed = zlib.compressobj(9, zlib.DEFLATED, bits)
    return squeezed.compress(data) + squeezed.flush()


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
BOMB = gzip.compress(b"0" * 60_000_000, 6)
SMALL_BOMB = gzip.compress(b"0" * 1_000_000, 9)  # under every size limit, but 1,000 : 1

HOSTILE: dict[str, Callable[[socket.socket], None]] = {
    "/drip-body": lambda c: _drip(c, OK + b"Content-Length: 200\r\n\r\n", b"x"),
    "/drip-chunks": lambda c: _drip(c, CHUNKED, _chunk(b"x")),
    "/drip-headers": lambda c: _drip(c, OK, b"X-A: 1\r\n"),
    "/drip-status": lambda c: _drip(c, b"", b"H"),
    "/drip-gzip": lambda c: _drip(
        c, CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"), b"1\r\n\x1f\r\n"
    ),
    "/continue-for-ever": lambda c: _drip(c, b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "/hang": lambda c: time.sleep(5),
    "/hang-after-headers": lambda c: (c.sendall(OK + b"Content-Length: 9\r\n\r\n"), time.sleep(5))[0],
    "/endless": lambda c: _pour(c, OK + b"\r\n", b"x" * 65536),
    "/endless-chunks": lambda c: _pour(c, CHUNKED, _chunk(b"x" * 65536)),
    "/one-byte-chunks": lambda c: _pour(c, CHUNKED, _chunk(b"x") * 10_000),
    "/endless-header": lambda c: _pour(c, OK + b"X-A: ", b"x" * 65536),
    "/declared-huge": lambda c: c.sendall(OK + b"Content-Length: 99999999999\r\n\r\nx"),
    "/declared-absurd": lambda c: c.sendall(OK + b"Content-Length: " + b"9" * 4000 + b"\r\n\r\nx"),
    "/gzip-bomb": lambda c: c.sendall(reply(200, BOMB, Content_Encoding="gzip")),
    "/gzip-small-bomb": lambda c: c.sendall(reply(200, SMALL_BOMB, Content_Encoding="gzip")),
    "/gzip-twice": lambda c: c.sendall(
        reply(200, gzip.compress(gzip.compress(b"x")), Content_Encoding="gzip, gzip")
    ),
    "/gzip-broken": lambda c: c.sendall(reply(200, gzip.compress(b"x" * 999)[:-9], Content_Encoding="gzip")),
    "/gzip-untrue": lambda c: c.sendall(reply(200, b"plain text", Content_Encoding="gzip")),
    "/deflate": lambda c: c.sendall(reply(200, _deflated(b"x", 15), Content_Encoding="deflate")),
    "/deflate-bomb": lambda c: c.sendall(
        reply(200, _deflated(b"0" * 60_000_000, -15), Content_Encoding="deflate")
    ),
    "/brotli": lambda c: c.sendall(reply(200, b"\x0b\x02\x80x\x03", Content_Encoding="br")),
    "/unknown-encoding": lambda c: c.sendall(reply(200, b"x", Content_Encoding="x-fjallvik")),
    "/promises-more": lambda c: c.sendall(OK + b"Content-Length: 999\r\n\r\nshort"),
    "/two-lengths": lambda c: c.sendall(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy"),
    "/negative-length": lambda c: c.sendall(OK + b"Content-Length: -1\r\n\r\nxy"),
    "/bad-chunk": lambda c: c.sendall(CHUNKED + b"zz\r\nxx\r\n"),
    "/cut-chunk": lambda c: c.sendall(CHUNKED + b"ff\r\nxx"),
    "/10000-headers": lambda c: c.sendall(OK + b"".join(b"X-%d: 1\r\n" % n for n in range(10_000)) + b"\r\n"),
    "/300-headers": lambda c: c.sendall(OK + b"".join(b"X-%d: 1\r\n" % n for n in range(300)) + b"\r\n"),
    "/bare-return": lambda c: c.sendall(OK + b"X-A: 1\rSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"),
    "/nul-header": lambda c: c.sendall(OK + b"X-A: 1\x00\r\nContent-Length: 0\r\n\r\n"),
    "/garbage": lambda c: c.sendall(b"\x16\x03\x01\x00SSH-2.0-x\r\n\r\n"),
    "/http-0.9": lambda c: c.sendall(b"<html>hello</html>"),
    "/empty": lambda c: c.close(),
    "/reset": lambda c: (
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)),
        c.close(),
    )[0],
    "/switch": lambda c: c.sendall(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nxx"),
    "/loop": lambda c: c.sendall(reply(302, Location="/loop")),
    "/ping": lambda c: c.sendall(reply(302, Location="http://other.example/pong")),
    "/pong": lambda c: c.sendall(reply(302, Location="http://news.example/ping")),
    "/to-private": lambda c: c.sendall(reply(302, Location=f"http://{PRIVATE}/")),
    "/to-private-name": lambda c: c.sendall(reply(302, Location="http://inside.example/")),
    "/to-loopback-permanently": lambda c: c.sendall(reply(301, Location="http://127.0.0.1/")),
    "/to-file": lambda c: c.sendall(reply(302, Location="file:///etc/hostname")),
    "/to-gopher": lambda c: c.sendall(reply(307, Location="gopher://127.0.0.1:6379/_x")),
    "/to-userinfo": lambda c: c.sendall(reply(302, Location="http://user:pw@news.example/")),
    "/to-port": lambda c: c.sendall(reply(302, Location="http://news.example:6379/")),
    "/to-nowhere": lambda c: c.sendall(reply(302)),
    "/to-empty": lambda c: c.sendall(reply(302, Location="")),
    "/to-slashes": lambda c: c.sendall(reply(302, Location="///127.0.0.1/")),
    "/to-huge": lambda c: c.sendall(reply(302, Location="http://news.example/" + "a" * 60_000)),
    "/to-control": lambda c: c.sendall(reply(302, Location="http://news.example/\ta")),
}


def hostile(seen: Seen, connection: socket.socket) -> None:
    """The hostile server's answers."""
    HOSTILE[seen.target.partition("?")[0]](connection)


@contextlib.contextmanager
def world(answer: Callable[[Seen, socket.socket], None]) -> Iterator[World]:
    """A world whose public server answers as told."""
    server = Server(answer)
    canary = Server(lambda seen, connection: connection.sendall(reply(200, b"secret")))
    try:
        yield World(server, canary, names={"inside.example": [PRIVATE]})
    finally:
        server.stop()
        canary.stop()
