"""Whatever a server does, a call ends in time, within memory, with a SourceError or an honest answer."""

import time
import tracemalloc

import pytest

from listening.net import Client, Settings, SourceError

from .servers import AGENT, HOSTILE, PUBLIC, World, hostile, reply, world


@pytest.fixture(scope="module")
def hostile_world():
    with world(hostile) as here:
        yield here


@pytest.mark.parametrize("path", sorted(HOSTILE))
def test_every_misbehaviour_ends_as_an_error_in_time(hostile_world: World, path):
    client = hostile_world.client()
    began = time.monotonic()
    with pytest.raises(SourceError) as caught:
        client.get("http://news.example" + path)
    assert time.monotonic() - began < 2.5
    assert str(caught.value), "a sentence for people"
    assert caught.value.kind in ("transient", "blocked")
    assert not hostile_world.canary.connections


def test_memory_stays_bounded_while_a_bomb_goes_off(hostile_world: World):
    client = hostile_world.client(max_bytes=5_000_000)
    tracemalloc.start()
    with pytest.raises(SourceError):
        client.get("http://news.example/gzip-bomb")
    with pytest.raises(SourceError):
        client.get("http://news.example/endless")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30_000_000


def test_no_connection_is_left_open(hostile_world: World):
    opened = []
    dial = hostile_world.dialler

    def dialler(address, port, seconds):
        connection, peer = dial(address, port, seconds)
        opened.append(connection)
        return connection, peer

    client = Client(
        Settings(agent=AGENT, deadline=0.5), None, resolver=hostile_world.resolver, dialler=dialler
    )
    for path in (
        "/drip-body",
        "/hang",
        "/garbage",
        "/to-private",
        "/gzip-bomb",
        "/declared-huge",
        "/10000-headers",
    ):
        with pytest.raises(SourceError):
            client.get("http://news.example" + path)
    assert len(opened) == 7
    assert all(connection.fileno() == -1 for connection in opened)


def test_a_slow_look_up_is_not_waited_for():
    with world(hostile) as here:
        here.resolver = lambda host, port: time.sleep(3) or [PUBLIC]
        client = here.client()
        began = time.monotonic()
        with pytest.raises(SourceError, match="no site called news.example"):
            client.get("http://news.example/x")
        assert time.monotonic() - began < 1.5


def test_a_server_that_does_not_read_what_we_send_is_not_waited_for():
    with world(lambda seen, connection: time.sleep(5)) as here:
        # The handler stops reading after the head, so a large body fills the buffers.
        began = time.monotonic()
        with pytest.raises(SourceError):
            here.client().post("http://news.example/", data={"a": "x" * 20_000_000})
        assert time.monotonic() - began < 2.5


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (
            b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5000000000\r\nContent-Encoding: gzip\r\n\r\n",
            304,
            b"",
        ),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, b"until the end"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", 200, b"abc"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + reply(200, b"then"), 200, b"then"),
        (reply(200, b"plain", Content_Encoding="identity"), 200, b"plain"),
        (reply(404, b"", Content_Encoding="br"), 404, b""),
    ],
)
def test_odd_but_honest_answers_are_read(answer, status, body):
    with world(lambda seen, connection: connection.sendall(answer)) as here:
        response = here.client().get("http://news.example/")
        assert (response.status, response.body) == (status, body)
