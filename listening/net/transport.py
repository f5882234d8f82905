"""httpx's transport over our own backends, with connections kept per host.

httpx's own pool walks over all its connections for each request and slows down with their number; a pool
per host stays small. Nothing of httpx.Client is used: no cookies, no environment, no redirects, no logging.
"""

from __future__ import annotations

import ssl
import threading
import typing
from collections import OrderedDict
from collections.abc import Callable, Iterator

import httpcore
import httpx

from listening.net.backend import Backend, remaining

POOLS = 128  # hosts whose connections are kept
PER_HOST = 4
IDLE_SECONDS = 10.0


class Transport(httpx.BaseTransport):
    """Sends one request. `deadline` of the backend must be running."""

    def __init__(self, backend: Callable[[], Backend], ssl_context: ssl.SSLContext) -> None:
        self._backend = backend
        self._ssl_context = ssl_context  # shared: building one costs more than a request
        self._lock = threading.Lock()
        self._pools: OrderedDict[tuple[str, str, int | None], _Pool] = OrderedDict()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer with its body still unread. Raises SourceError or httpcore's errors."""
        pool = self._lend(request.url)
        try:
            answer = pool.connections.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=typing.cast(httpx.SyncByteStream, request.stream),
                    extensions={"timeout": {"pool": remaining(request.url.host)}},
                )
            )
        except BaseException:
            self._give_back(pool)
            raise
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(typing.cast(httpx.SyncByteStream, answer.stream), lambda: self._give_back(pool)),
        )

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            pools = list(self._pools.values())
            self._pools.clear()
        for pool in pools:
            pool.connections.close()

    def _lend(self, url: httpx.URL) -> _Pool:
        key = (url.scheme, url.host, url.port)
        with self._lock:
            pool = self._pools.get(key)
            if pool is None:
                pool = self._pools[key] = _Pool(
                    httpcore.ConnectionPool(
                        ssl_context=self._ssl_context,
                        max_connections=PER_HOST,
                        max_keepalive_connections=1,
                        keepalive_expiry=IDLE_SECONDS,
                        http1=True,
                        http2=False,
                        network_backend=self._backend(),
                    )
                )
            pool.users += 1
            self._pools.move_to_end(key)
            idle = [other for other, kept in self._pools.items() if not kept.users]
            dropped = [self._pools.pop(other) for other in idle[: max(0, len(self._pools) - POOLS)]]
        for unused in dropped:
            unused.connections.close()
        return pool

    def _give_back(self, pool: _Pool) -> None:
        with self._lock:
            pool.users -= 1


class _Pool:
    def __init__(self, connections: httpcore.ConnectionPool) -> None:
        self.connections = connections
        self.users = 0


class _Body(httpx.SyncByteStream):
    """A body that gives its pool back when it is closed."""

    def __init__(self, stream: httpx.SyncByteStream, done: Callable[[], None]) -> None:
        self._stream = stream
        self._done: Callable[[], None] | None = done

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        if self._done is not None:
            done, self._done = self._done, None
            try:
                self._stream.close()
            finally:
                done()
