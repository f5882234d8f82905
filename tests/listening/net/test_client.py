"""What goes over the wire, where redirects lead, who may be trusted, and the replay."""

import gzip
import socket
from datetime import UTC, datetime

import pytest

from listening.net import Client, Settings, SourceError

from .servers import AGENT, PRIVATE, PUBLIC, Seen, Server, reply, world


def routes(table):
    """An answer function from {target: bytes}; anything else is 404."""

    def answer(seen: Seen, connection: socket.socket) -> None:
        connection.sendall(table.get(seen.target, reply(404)))

    return answer


def test_a_request_says_who_asks_and_nothing_else():
    with world(routes({"/feed?a=1&q=%C3%A5+b": reply(200, b"hello", Set_Cookie="a=b")})) as here:
        client = here.client()
        at = datetime(2026, 11, 23, 12, tzinfo=UTC)
        client._now = lambda: at
        for _ in range(2):
            response = client.get("http://News.Example./feed?a=1#top", params={"q": "å b", "none": None})
        assert response.body == b"hello"
        assert response.url == "http://news.example/feed?a=1&q=%C3%A5+b"
        assert response.fetched_at == at
        assert (response.redirects, response.moved_to, response.not_modified) == ((), "", False)
        assert response.headers["SET-cookie"] == "a=b"
        for seen in here.server.seen:
            assert seen.headers == {
                "host": "news.example",
                "user-agent": AGENT,
                "accept": "*/*",
                "accept-encoding": "gzip",
                "connection": "close",
            }


def test_what_a_caller_says_is_said_once_and_never_for_us():
    with world(routes({"/": reply(200)})) as here:
        said = {"accept": "text/html", "USER-AGENT": "Mozilla", "host": "10.0.0.1", "Accept-Encoding": "br"}
        here.client().get("http://news.example/", headers={**said, "x-api-key": "k"})
        seen = here.server.seen[0].headers
        assert (seen["accept"], seen["x-api-key"]) == ("text/html", "k")
        assert (seen["user-agent"], seen["host"], seen["accept-encoding"]) == (AGENT, "news.example", "gzip")


def test_a_post_sends_json_or_a_form():
    with world(routes({"/": reply(200)})) as here:
        client = here.client()
        client.post("http://news.example/", json={"å": [1]}, headers={"Authorization": "Bearer x"})
        client.post("http://news.example/", data={"user": "anna", "none": None})
        first, second = here.server.seen
        assert (first.method, first.body) == ("POST", b'{"\\u00e5": [1]}')
        assert first.headers["content-type"] == "application/json"
        assert first.headers["authorization"] == "Bearer x"
        assert second.body == b"user=anna"
        assert second.headers["content-type"] == "application/x-www-form-urlencoded"


def test_every_request_is_looked_up_and_checked_anew():
    with world(routes({"/": reply(200, b"x")})) as here:
        client = here.client()
        assert client.get("http://news.example/").status == 200
        here.names["news.example"] = [PRIVATE]
        with pytest.raises(SourceError):
            client.get("http://news.example/")
        assert (here.server.connections, here.canary.connections) == (1, 0)
        assert here.looked_up == ["news.example"] * 2


def test_validators_go_back_byte_for_byte():
    etag = 'W/"caf\u00e9-gzip, a"'
    answer = b"HTTP/1.1 200 OK\r\nETag: " + etag.encode("latin-1") + b"\r\nContent-Length: 0\r\n\r\n"
    with world(lambda seen, c: c.sendall(reply(304) if "if-none-match" in seen.headers else answer)) as here:
        client = here.client()
        first = client.get("http://news.example/feed")
        assert first.headers["etag"] == etag
        date = "Mon, 23 Nov 2026 12:00:00 GMT"
        again = client.get("http://news.example/feed", etag=first.headers["etag"], last_modified=date)
        assert again.not_modified and again.body == b""
        assert here.server.seen[1].headers["if-none-match"] == etag
        assert here.server.seen[1].headers["if-modified-since"] == date


@pytest.mark.parametrize("evil", ["a\r\nX-Evil: 1", "a\nb", "a\x00b"])
def test_no_caller_can_break_out_of_a_header(evil):
    with world(routes({"/": reply(200)})) as here:
        with pytest.raises(SourceError, match="cannot be sent") as caught:
            here.client().get("http://news.example/", headers={"Authorization": evil})
        assert caught.value.kind == "needs_key"
        here.client().get("http://news.example/", etag=evil)
        assert "if-none-match" not in here.server.seen[0].headers
        assert "x-evil" not in here.server.seen[0].headers


def test_gzip_is_undone_once():
    body = b"<rss>" + b"item " * 1000
    members = gzip.compress(body[:100]) + gzip.compress(body[100:]) + b"\x00\x00"
    with world(routes({"/": reply(200, members, Content_Encoding="gzip")})) as here:
        assert here.client().get("http://news.example/").body == body


class TestRedirects:
    def test_permanent_hops_name_the_new_address(self):
        table = {"/a": reply(301, Location="/b"), "/b": reply(308, Location="https://news.example/c")}
        with world(routes({**table, "/c": reply(200)})) as here, pytest.raises(SourceError):
            here.client().get("http://news.example/a")  # our server speaks no TLS: so much for https
        table["/b"] = reply(308, Location="http://other.example/c#part")
        with world(routes({**table, "/c": reply(200, b"here")})) as here:
            response = here.client().get("http://news.example/a")
            assert response.body == b"here"
            assert response.url == response.moved_to == "http://other.example/c"
            assert response.redirects == ("http://news.example/b", "http://other.example/c")

    def test_a_redirect_is_the_answer_where_it_is_not_to_be_followed(self):
        with world(routes({"/a": reply(302, Location="/b"), "/b": reply(200)})) as here:
            response = here.client().get("http://news.example/a", follow=False)
            assert (response.status, response.headers["location"]) == (302, "/b")
            assert (response.url, response.redirects) == ("http://news.example/a", ())
            assert [seen.target for seen in here.server.seen] == ["/a"]

    def test_one_temporary_hop_and_nothing_has_moved(self):
        table = {"/a": reply(301, Location="/b"), "/b": reply(302, Location="/c"), "/c": reply(200)}
        with world(routes(table)) as here:
            response = here.client().get("http://news.example/a")
            assert (response.url, response.moved_to) == ("http://news.example/c", "")

    @pytest.mark.parametrize(("hops", "arrives"), [(5, True), (6, False)])
    def test_five_hops_and_no_more(self, hops, arrives):
        table = {f"/{n}": reply(302, Location=f"/{n + 1}") for n in range(hops)}
        with world(routes({**table, f"/{hops}": reply(200)})) as here:
            if arrives:
                assert here.client().get("http://news.example/0").status == 200
            else:
                with pytest.raises(SourceError, match="without end"):
                    here.client().get("http://news.example/0")

    def test_keys_stay_with_the_host_they_were_meant_for(self):
        secret = {"Authorization": "Bearer x", "X-Api-Key": "k", "Accept": "text/html", "Cookie": "a=b"}
        table = {
            "/same": reply(302, Location="/end"),
            "/other": reply(302, Location="http://other.example/end"),
        }
        with world(routes({**table, "/end": reply(200)})) as here:
            client = here.client()
            client.get("http://news.example/same", headers=secret)
            client.get("http://news.example/other", headers=secret, etag='"v"')
            _, same, _, other = here.server.seen
            assert (same.headers["authorization"], same.headers["x-api-key"]) == ("Bearer x", "k")
            assert "authorization" not in other.headers and "x-api-key" not in other.headers
            assert (other.headers["accept"], other.headers["if-none-match"]) == ("text/html", '"v"')
            assert all("cookie" not in seen.headers for seen in here.server.seen)

    def test_a_private_answer_is_told_to_nobody_who_keeps_answers(self):
        with world(routes({"/login": reply(200, b"a session"), "/rest": reply(200, b"the rest")})) as here:
            heard = []
            client = here.client().heard_by(heard.append)
            assert client.post("http://news.example/login", json={}, private=True).body == b"a session"
            client.post("http://news.example/rest")
            assert [answer.body for answer in heard] == [b"the rest"]

    def test_what_is_hidden_is_kept_by_nobody_and_still_read(self):
        key = "key=se%2Fcret%2Bkey"
        table = {
            f"/a?{key}": reply(302, Location=f"/b?{key}"),
            f"/b?{key}": reply(200, b"for se/cret+key"),
        }
        with world(routes(table)) as here:
            heard = []
            client = here.client().heard_by(heard.append).hiding(["se/cret+key", "b"])
            answer = client.get("http://news.example/a", params={"key": "se/cret+key"})
            assert answer.body == b"for se/cret+key", "a session can be read out of it"
            assert answer.url == heard[0].url == "http://news.example/b?key=***"
            assert answer.redirects == heard[0].redirects == ("http://news.example/b?key=***",)
            assert heard[0].body == b"for ***"
            assert here.server.seen[0].target == f"/a?{key}", "the host itself gets it"

    def test_nothing_is_posted_without_a_kind(self):
        with world(routes({"/renew": reply(200)})) as here:
            here.client().post("http://news.example/renew")
            assert "content-type" not in here.server.seen[0].headers
            assert here.server.seen[0].headers["content-length"] == "0"

    def test_what_was_posted_stays_with_the_host_too(self):
        table = {
            "/302": reply(302, Location="http://other.example/end"),
            "/307": reply(307, Location="http://other.example/end"),
            "/307-here": reply(307, Location="/end"),
        }
        with world(routes({**table, "/end": reply(200)})) as here:
            client = here.client()
            client.post("http://news.example/302", json={"password": "x"})
            client.post("http://news.example/307-here", json={"password": "x"})
            with pytest.raises(SourceError, match="does not pass it on"):
                client.post("http://news.example/307", json={"password": "x"})
            methods = [(seen.target, seen.method, bool(seen.body)) for seen in here.server.seen]
            assert methods == [
                ("/302", "POST", True),
                ("/end", "GET", False),
                ("/307-here", "POST", True),
                ("/end", "POST", True),
                ("/307", "POST", True),
            ]

    def test_an_address_in_utf_8_is_understood(self):
        location = "http://news.example/fjällvik".encode()
        answer = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n"
        with world(routes({"/": answer, "/fj%C3%A4llvik": reply(200, b"coffee")})) as here:
            assert here.client().get("http://news.example/").body == b"coffee"


class TestProxies:
    def test_proxies_and_files_of_the_environment_are_not_used(self, monkeypatch):
        with world(routes({"/": reply(200, b"direct")})) as here:
            for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{here.canary.port}")
            monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
            monkeypatch.setenv("NO_PROXY", "")
            assert here.client().get("http://news.example/").body == b"direct"
            assert not here.canary.seen


class TestTrusted:
    def test_only_the_operators_engine_may_be_private_and_only_when_asked_so(self):
        with world(routes({})) as here:
            here.names["searx.internal"] = [PRIVATE]
            client = here.client(searxng_url="http://searx.internal:8080/")
            assert client.get("http://searx.internal:8080/search", trusted=True).body == b"secret"
            hits = len(here.canary.seen)
            for url in (
                "http://searx.internal:8080/search",  # not said to be trusted
                "http://searx.internal/search",
                "http://searx.internal:8081/search",
                "https://searx.internal:8080/search",
                f"http://{PRIVATE}:8080/search",
            ):
                trusted = url != "http://searx.internal:8080/search"
                with pytest.raises(SourceError) as caught:
                    client.get(url, trusted=trusted)
                assert caught.value.kind == "blocked"
            assert len(here.canary.seen) == hits

    def test_no_redirect_leads_to_the_engine(self):
        location = "http://searx.internal:8080/config"
        with world(routes({"/": reply(302, Location=location)})) as here:
            here.names["searx.internal"] = [PRIVATE]
            client = here.client(searxng_url="http://searx.internal:8080")
            with pytest.raises(SourceError):
                client.get("http://news.example/")
            assert not here.canary.seen

    def test_the_engine_may_not_send_us_on_to_itself_or_inside(self):
        engine = Server(lambda seen, c: c.sendall(reply(302, Location="/again")))
        try:
            client = Client(Settings(agent=AGENT, searxng_url=f"http://127.0.0.1:{engine.port}"), None)
            with pytest.raises(SourceError):
                client.get(f"http://127.0.0.1:{engine.port}/search", trusted=True)
            assert [seen.target for seen in engine.seen] == ["/search"]
        finally:
            engine.stop()


class TestOperatorsList:
    def test_what_the_operator_opens_is_open(self):
        with world(routes({})) as here:
            here.names |= {"nas.lan": ["192.168.1.5"], "feeds.example": [PRIVATE]}
            client = here.client(allow=("nas.lan", "10.0.0.0/8"))
            for url in ("http://nas.lan/feed", "http://feeds.example/feed", f"http://{PRIVATE}/feed"):
                assert client.get(url).body == b"secret"
            for url in ("http://192.168.1.5/", "http://other.lan/"):
                with pytest.raises(SourceError):
                    client.get(url)

    @pytest.mark.parametrize(
        "address", ["127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1", "fd00:ec2::254"]
    )
    def test_loopback_and_metadata_are_not_opened_by_a_wide_entry(self, address):
        with world(routes({})) as here:
            here.names["nas.lan"] = [address]
            client = here.client(allow=("0.0.0.0/0", "::/0", "nas.lan"))
            with pytest.raises(SourceError):
                client.get("http://nas.lan/")
            assert not here.dialled

    def test_an_entry_that_names_one_address_is_meant(self):
        with world(routes({})) as here:
            here.names["feeds.example"] = ["127.0.0.1"]
            assert here.client(allow=("127.0.0.1/32",)).get("http://feeds.example/").body == b"secret"

    def test_our_own_names_are_not_asked(self):
        with world(routes({})) as here:
            with pytest.raises(SourceError, match="this installation"):
                here.client(own_hosts=("Earshot.example",)).get("http://earshot.example/welcome/")
            assert not here.dialled

    def test_a_wrong_entry_stops_the_start(self):
        with pytest.raises(ValueError, match="does not appear|host bits"):
            Settings(agent=AGENT, allow=("10.0.0.1/8",))


class TestReplay:
    def test_everything_goes_to_the_replay_server_in_its_form(self):
        with world(routes({})) as here:
            replay = Server(
                routes(
                    {
                        "/https/news.example/a/feed?q=%C3%A5&x=1": reply(
                            302, Location="http://other.example:8080/b"
                        ),
                        "/http/other.example:8080/b": reply(200, b"recorded"),
                    }
                )
            )
            try:
                client = Client(
                    Settings(
                        agent=AGENT, replay_url=f"http://127.0.0.1:{replay.port}", ports=(80, 443, 8080)
                    ),
                    None,
                    dialler=None,
                )
                response = client.get("https://news.example:443/a/./feed?q=å#top", params={"x": 1})
                assert response.body == b"recorded"
                assert response.url == "http://other.example:8080/b"
                assert [seen.headers["x-original-url"] for seen in replay.seen] == [
                    "https://news.example/a/feed?q=%C3%A5&x=1",
                    "http://other.example:8080/b",
                ]
                assert not here.server.seen
            finally:
                replay.stop()

    def test_the_rules_on_addresses_hold_in_replay_too(self):
        def answer(seen, connection):
            connection.sendall(reply(302, Location="http://169.254.169.254/latest/"))

        replay = Server(answer)
        try:
            client = Client(Settings(agent=AGENT, replay_url=f"http://127.0.0.1:{replay.port}"), None)
            for url in (
                "http://127.0.0.1/",
                "http://redis/",
                "ftp://news.example/",
                "http://news.example:22/",
            ):
                with pytest.raises(SourceError):
                    client.get(url)
            assert not replay.seen
            with pytest.raises(SourceError):
                client.get("http://news.example/")
            assert len(replay.seen) == 1
        finally:
            replay.stop()

    def test_a_host_that_nobody_recorded_is_a_name_that_nobody_knows(self):
        replay = Server(lambda seen, c: c.sendall(reply(502, X_Recorded_Web="unknown-host")))
        try:
            client = Client(Settings(agent=AGENT, replay_url=f"http://127.0.0.1:{replay.port}"), None)
            with pytest.raises(SourceError, match="no site called news.example") as caught:
                client.get("http://news.example/")
            assert caught.value.kind == "transient"
        finally:
            replay.stop()

    def test_the_engine_is_replayed_as_well(self):
        replay = Server(routes({"/http/searx.local/search?q=a": reply(200, b"{}")}))
        try:
            settings = Settings(
                agent=AGENT, replay_url=f"http://127.0.0.1:{replay.port}", searxng_url="http://searx.local"
            )
            client = Client(settings, None)
            assert client.get("http://searx.local/search", params={"q": "a"}, trusted=True).json() == {}
            with pytest.raises(SourceError):
                client.get("http://searx.local/search", params={"q": "a"})
        finally:
            replay.stop()

    def test_the_pace_is_shortened_only_in_replay(self):
        with pytest.raises(ValueError, match="replay"):
            Settings(agent=AGENT, pace_factor=0.1)
        assert Settings(agent=AGENT, pace_factor=0.1, replay_url="http://127.0.0.1:1").pace_factor == 0.1


def test_the_other_end_is_checked_once_more():
    with world(routes({"/": reply(200)})) as here:
        dial = here.dialler
        here.dialler = lambda address, port, seconds: (dial(address, port, seconds)[0], "127.0.0.1")
        with pytest.raises(SourceError) as caught:
            here.client().get("http://news.example/")
        assert caught.value.kind == "blocked"
        assert not here.server.seen


def test_a_dead_address_is_not_the_end_of_a_host():
    with world(routes({"/": reply(200)})) as here:
        here.names["news.example"] = ["93.184.215.15", PUBLIC]
        dial = here.dialler

        def dialler(address, port, seconds):
            if address != PUBLIC:
                raise ConnectionRefusedError
            return dial(address, port, seconds)

        here.dialler = dialler
        assert here.client().get("http://news.example/").status == 200


def test_where_status_and_headers_are_enough_nothing_more_is_read():
    endless = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99999999999\r\n\r\nx"
    table = {"/there": endless, "/gone": reply(410, b"x" * 100), "/old": reply(301, Location="/there")}
    with world(routes(table)) as here:
        client = here.client(max_bytes=10)
        answers = [client.get(f"http://news.example/{name}", body=False) for name in ("there", "gone", "old")]
        assert [(one.status, one.body) for one in answers] == [(200, b""), (410, b""), (200, b"")]
        assert answers[2].url == "http://news.example/there"
        with pytest.raises(SourceError, match="larger"):
            client.get("http://news.example/there")
