"""Where sockets are opened: the only place that decides which address is dialled.

httpcore asks a backend for its connections. Ours looks a name up once, refuses the name if any answer is
not public, dials the checked address (so a second, different answer cannot matter) and puts the whole
call's deadline under every read and write, because a per-read timeout never ends a server that sends one
byte now and then.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from queue import Empty, SimpleQueue
from typing import Any

import httpcore

from listening.net.addresses import Allowed, blocked
from listening.net.errors import SourceError, gettext_noop
from listening.net.urls import private_address

Resolver = Callable[[str, int], Iterable[str]]  # host, port -> addresses as text
# address, port, seconds -> the connected socket and the address that is really at its other end
Dialler = Callable[[str, int, float], tuple[socket.socket, str]]

CONNECT_SECONDS = 10.0
ADDRESSES_TRIED = 4
WRITE_SLICE = 65_536
UNKNOWN_HOST = gettext_noop("There is no site called %(host)s, or its name cannot be looked up now.")
_LOOKUPS = threading.BoundedSemaphore(32)
_ends_at: ContextVar[float] = ContextVar("ends_at")


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Everything that is sent or read inside must be over after so many seconds."""
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def remaining(host: str = "") -> float:
    """Seconds left of the running deadline. SourceError when it has passed, LookupError without one."""
    left = _ends_at.get() - time.monotonic()
    if left <= 0:
        raise too_slow(host)
    return left


def too_slow(host: str) -> SourceError:
    """The error for a host that did not finish in time."""
    return SourceError(
        gettext_noop("%(host)s did not answer in time. Earshot will try again later."), params={"host": host}
    )


def unreachable(host: str) -> SourceError:
    """The error for a host that cannot be connected to, or that hangs up before it answers."""
    return SourceError(
        gettext_noop("No connection to %(host)s. Earshot will try again later."), params={"host": host}
    )


def unknown_host(host: str) -> SourceError:
    """The error for a name that leads nowhere."""
    return SourceError(UNKNOWN_HOST, params={"host": host})


def look_up(host: str, port: int) -> list[str]:
    """All addresses of a host name, from the system. A dot at the end keeps search domains out."""
    return look_up_local(host if _is_literal(host) else host + ".", port)


def look_up_local(host: str, port: int) -> list[str]:
    """As `look_up`, but the computer's own host table and search domains may answer: for operators' names."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def dial(address: str, port: int, seconds: float) -> tuple[socket.socket, str]:
    """Connect to one literal address."""
    connection = socket.create_connection((address, port), timeout=seconds)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection, connection.getpeername()[0]


class Backend(httpcore.NetworkBackend):
    """Dials addresses of which each has been found fit. Subclasses say what is fit."""

    def __init__(self, resolver: Resolver | None = None, dialler: Dialler | None = None) -> None:
        self._resolver = resolver
        self._dial = dialler or dial

    def check(self, host: str, port: int, address: str) -> None:
        """Raises SourceError when this address of this host may not be dialled."""
        raise NotImplementedError

    def resolver(self, host: str) -> Resolver:
        """Who looks up this host."""
        return self._resolver or look_up

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """One look-up, every answer checked, the checked address dialled, the other end checked again."""
        addresses = [host] if _is_literal(host) else _within_deadline(self.resolver(host), host, port)
        if not addresses:
            raise unknown_host(host)
        for address in addresses:
            self.check(host, port, address)
        tried = addresses[:ADDRESSES_TRIED]
        ends_at = time.monotonic() + min(CONNECT_SECONDS, remaining(host))
        for number, address in enumerate(tried):
            # Each address gets its share of the time that is left, so that one dead address is not the end.
            share = (ends_at - time.monotonic()) / (len(tried) - number)
            try:
                connection, peer = self._dial(address, port, max(share, 0.05))
            except OSError:
                continue
            try:
                self.check(host, port, peer)
            except SourceError:
                connection.close()
                raise
            return Stream(connection, host)
        remaining(host)
        raise unreachable(host)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Never: nothing outside is a file."""
        raise unreachable(path)


class PublicBackend(Backend):
    """Public addresses only, and what the operator opened by hand."""

    def __init__(
        self, allowed: Allowed, resolver: Resolver | None = None, dialler: Dialler | None = None
    ) -> None:
        super().__init__(resolver, dialler)
        self._allowed = allowed

    def check(self, host: str, port: int, address: str) -> None:
        """Refuses every address that is not public."""
        why = blocked(address)
        if why and (why == "not an address" or not self._allowed.opens(ipaddress.ip_address(address), host)):
            raise private_address(host, address)

    def resolver(self, host: str) -> Resolver:
        """Hosts that the operator named may stand in the computer's own host table."""
        return self._resolver or (look_up_local if host in self._allowed.hosts else look_up)


class OriginBackend(Backend):
    """Exactly one host and port that the operator configured, wherever it is; nothing else at all."""

    def __init__(
        self, host: str, port: int, resolver: Resolver | None = None, dialler: Dialler | None = None
    ) -> None:
        super().__init__(resolver, dialler)
        self._only = (host, port)

    def check(self, host: str, port: int, address: str) -> None:
        """Refuses every other host."""
        if (host, port) != self._only:
            raise private_address(host, address)

    def resolver(self, host: str) -> Resolver:
        """The computer's own host table and search domains may answer ("searxng" in a container network)."""
        return self._resolver or look_up_local


class Stream(httpcore.NetworkStream):
    """A connected socket whose every operation ends with the deadline of the call that uses it."""

    def __init__(self, connection: socket.socket, host: str) -> None:
        self._socket = connection
        self._host = host

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes, b"" at the end."""
        self._socket.settimeout(remaining(self._host))
        try:
            return self._socket.recv(max_bytes)
        except TimeoutError:
            raise too_slow(self._host) from None
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        try:
            for start in range(0, len(buffer), WRITE_SLICE):
                self._socket.settimeout(remaining(self._host))
                self._socket.sendall(buffer[start : start + WRITE_SLICE])
        except TimeoutError:
            raise too_slow(self._host) from None
        except OSError as error:
            # httpcore goes on to read: a server may answer before it has heard everything.
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        """The same connection, encrypted; the certificate is checked against the host, not the address."""
        self._socket.settimeout(min(CONNECT_SECONDS, remaining(self._host)))
        try:
            return Stream(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), self._host)
        except TimeoutError:
            self.close()
            raise too_slow(self._host) from None
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise SourceError(
                gettext_noop(
                    "The certificate of %(host)s is not valid (%(why)s). Earshot tries again later."
                ),
                params={"host": self._host, "why": error.verify_message},
            ) from error
        except (OSError, ValueError) as error:
            self.close()
            raise unreachable(self._host) from error

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks about the connection."""
        if info == "ssl_object":
            return self._socket if isinstance(self._socket, ssl.SSLSocket) else None
        if info == "server_addr":
            return self._socket.getpeername()
        return None


def _within_deadline(resolver: Resolver, host: str, port: int) -> list[str]:
    """Look a host up in a thread of its own, because the system's look-up has no timeout."""
    answers: SimpleQueue[list[str] | BaseException] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(list(resolver(host, port)))
        except (OSError, ValueError) as error:
            answers.put(error)
        finally:
            _LOOKUPS.release()

    if not _LOOKUPS.acquire(timeout=remaining(host)):
        raise too_slow(host)
    threading.Thread(target=ask, name=f"look up {host}", daemon=True).start()
    try:
        answer = answers.get(timeout=min(CONNECT_SECONDS, remaining(host)))
    except Empty:
        raise unknown_host(host) from None
    if isinstance(answer, BaseException):
        raise unknown_host(host) from answer
    return answer


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
