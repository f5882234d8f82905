"""httpx's transport over our own backend: one request, one connection.

A host is asked at most about once a second, and most hosts (feeds) once an hour, so a kept connection
would rarely be used again and often be found closed by the other end. Without one, every request is
looked up and checked anew, nothing left over in a connection can reach the next answer, and there is no
pool to slow down (httpx's does, with the number of its connections). Nothing of httpx.Client is used
either: no cookies, no environment, no redirects, no logging of addresses that may hold a key.
"""

from __future__ import annotations

import ssl
import typing
from collections.abc import Iterator

import httpcore
import httpx

from listening.net.backend import Backend


class Transport(httpx.BaseTransport):
    """Sends one request at a time per caller; threads may share it. A `deadline` must be running."""

    def __init__(self, backend: Backend, ssl_context: ssl.SSLContext) -> None:
        self._backend = backend
        self._ssl_context = ssl_context  # shared: building one costs more than a request

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer with its body still unread; close it. Raises SourceError or httpcore's errors."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        connection = httpcore.HTTPConnection(
            origin=url.origin, ssl_context=self._ssl_context, network_backend=self._backend
        )
        try:
            answer = connection.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=url,
                    headers=request.headers.raw,
                    content=typing.cast(httpx.SyncByteStream, request.stream),
                )
            )
        except BaseException:
            connection.close()
            raise
        body = _Body(typing.cast(httpx.SyncByteStream, answer.stream), connection)
        return httpx.Response(answer.status, headers=answer.headers, stream=body)


class _Body(httpx.SyncByteStream):
    """A body that closes its connection when it is closed."""

    def __init__(self, stream: httpx.SyncByteStream, connection: httpcore.HTTPConnection) -> None:
        self._stream = stream
        self._connection = connection

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        self._stream.close()
        self._connection.close()
