"""What may be asked: addresses and names in every spelling. Recorded cases live in the shared material."""

import contextlib
import json
import os
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.net import SourceError, canonical_host, check_url, join, registered_domain, site_of
from listening.net.addresses import Allowed, blocked
from listening.net.urls import parse
from tests.conftest import shared

from .servers import PUBLIC, reply, world


def cases(path):
    return [json.loads(line) for line in shared(path).read_text(encoding="utf-8").splitlines() if line]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.192",
        "168.63.129.16",
        "224.0.0.1",
        "0.0.0.0",
    ]
    + [
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fd00::1",
        "ff02::1",
        "2001:db8::1",
    ]
    + [
        "3fff::1",
        "5f00::1",
        "2001::1",
        "100::1",
        "4000::1",
        "::ffff:127.0.0.1",
        "::ffff:0:7f00:1",
        "64:ff9b::a00:1",
    ]
    + ["64:ff9b:1::a00:1", "::7f00:1", "2002:7f00:1::", "2a00:1450::5efe:7f00:1", "2a00:1450::200:5efe:a00:1"]
    + ["127.1", "0x7f000001", "fjallvik", ""],
)
def test_blocked_addresses(address):
    assert blocked(address)


@pytest.mark.parametrize(
    "address",
    [
        PUBLIC,
        "1.1.1.1",
        "172.32.0.0",
        "100.63.255.255",
        "2a00:1450:4001:81b::200e",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
    ]
    + ["2002:808:808::1"],
)
def test_public_addresses(address):
    assert blocked(address) == ""


@pytest.mark.parametrize(
    ("url", "checked"),
    [
        ("http://news.example", "http://news.example/"),
        ("  HTTPS://News.Example.:443/A?b#c ", "https://news.example/A?b#c"),
        ("https://bücher.example/å ä?ö", "https://xn--bcher-kva.example/%C3%A5%20%C3%A4?%C3%B6"),
        ("http://news.example?x=http://127.0.0.1/", "http://news.example/?x=http://127.0.0.1/"),
        ("http://[2A00:1450:4001:81B::200E]:80/", "http://[2a00:1450:4001:81b::200e]/"),
        ("http://93.184.215.14/a%20b", "http://93.184.215.14/a%20b"),
        ("http://news.example:/", "http://news.example/"),
        ("http://my_shop.fjallvik.example/", "http://my_shop.fjallvik.example/"),
    ],
)
def test_an_address_has_one_spelling(url, checked):
    assert check_url(url) == checked == check_url(checked)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "empty"),
        ("news.example/feed", "begin with http"),
        ("ftp://news.example/", "begin with http"),
        ("http:news.example", "not a complete"),
        ("http:///news.example", "not a complete"),
        ("http://anna:secret@news.example/", "user name or password"),
        ("http://news.example\\@10.0.0.1/", "backslash or a control"),
        ("http://news.example/\r\nX: 1", "backslash or a control"),
        ("http://news.example:22/", "Port 22"),
        ("http://news.example:99999/", "not a complete|Port"),
        ("http://redis/", "inside a private network"),
        ("http://nas.home.arpa/", "inside a private network"),
        ("http://printer.local/", "inside a private network"),
        ("http://x.onion/", "inside a private network"),
        ("http://localhost./", "inside a private network"),
        ("http://2130706433/", "unusual way"),
        ("http://0x7f.1/", "unusual way"),
        ("http://127.0.0.1/", "not public"),
        ("http://①②⑦.⓪.⓪.①/", "not public"),
        ("http://127。0。0。1/", "not public"),
        ("http://[::1]/", "not public"),
        ("http://[fe80::1%25eth0]/", "not a complete"),
        ("http://news.example/" + "a" * 2048, "longer than 2048"),
        ("http://news.example/" + "å" * 500, "longer than 2048"),
        ("http://" + "a" * 64 + ".example/", "not a complete"),
        ("http://\ud800.example/", "backslash or a control"),
    ],
)
def test_a_refusal_says_why(url, says):
    with pytest.raises(SourceError, match=says) as caught:
        check_url(url)
    assert caught.value.kind == "blocked"


def test_sites_and_hosts():
    assert canonical_host("HTTPS://WWW.Fjällvik.Example./a") == "www.xn--fjllvik-6wa.example"
    assert canonical_host("not an address") == ""
    assert site_of("https://news.bbc.co.uk/x") == "bbc.co.uk"
    assert site_of("https://anna.wordpress.com/2026/") == "anna.wordpress.com"
    assert site_of("https://anna.github.io/") == "anna.github.io"
    assert site_of("https://www.medium.com/@anna") == "medium.com"
    assert site_of("http://93.184.215.14/") == "93.184.215.14"
    assert site_of("nothing") == ""


def test_registered_domains() -> None:
    assert registered_domain("https://news.bbc.co.uk/x") == "bbc.co.uk"
    assert registered_domain("https://anna.wordpress.com/2026/") == "wordpress.com"
    assert registered_domain("https://anna.github.io/") == "github.io"
    assert registered_domain("https://about.fjallvik.example/") == "fjallvik.example"
    assert registered_domain("http://93.184.215.14/") == "93.184.215.14"
    assert registered_domain("nothing") == ""


@pytest.mark.parametrize(
    "location", ["", "///10.0.0.1/", "http:/a", "https:b", "/\\10.0.0.1", "\\\\x", "http:///x", "a\x00"]
)
def test_ambiguous_redirects_are_refused(location):
    with pytest.raises(SourceError):
        join("http://news.example/a/b", location)


@pytest.mark.parametrize(
    ("location", "meant"),
    [
        ("c", "http://news.example/a/c"),
        ("//o.example/", "http://o.example/"),
        ("?q", "http://news.example/a/b?q"),
    ],
)
def test_redirects_are_read_from_where_we_are(location, meant):
    assert join("http://news.example/a/b", location) == meant


fragments = st.sampled_from(
    [
        "http://",
        "https://",
        "//",
        ":",
        "@",
        "/",
        "?",
        "#",
        "[",
        "]",
        "\\",
        "%",
        "%2e",
        ".",
        "..",
        "::1",
        "127.0.0.1",
    ]
    + [
        "0x7f",
        "①",
        "。",
        "xn--",
        "é",
        " ",
        "\t",
        "\n",
        "\x00",
        "localhost",
        "news.example",
        "80",
        "443",
        "22",
        "\ud800",
    ]
)


@given(st.one_of(st.text(), st.lists(fragments | st.text(max_size=3), max_size=12).map("".join)))
@settings(max_examples=int(os.environ.get("EXAMPLES", "1500")), deadline=None)
def test_whatever_is_typed_is_refused_or_fit(text):
    for url in (text, "http://" + text, "https://news.example/" + text):
        try:
            checked = check_url(url)
        except SourceError as error:
            assert error.kind == "blocked"
            assert str(error)
            continue
        parts = parse(checked)
        assert parts.url == checked == check_url(checked)
        assert parts.scheme in ("http", "https")
        assert parts.port in (80, 443)
        assert checked.isascii() and checked.isprintable() and " " not in checked
        assert "@" not in checked.split("/")[2]
        assert (
            checked.split("/")[2].rpartition("]")[0] or parts.host == checked.split("/")[2].partition(":")[0]
        )


@given(st.text(), st.text())
@settings(max_examples=300, deadline=None)
def test_joining_never_fails_otherwise(base, location):
    for start in (base, "http://news.example/" + base):
        with contextlib.suppress(SourceError):
            join(start, location)


@given(st.ip_addresses(v=4))
def test_no_disguise_opens_a_blocked_address(inner):
    number = int(inner)
    for shape in (
        "::ffff:{a:x}:{b:x}",
        "::ffff:0:{a:x}:{b:x}",
        "64:ff9b::{a:x}:{b:x}",
        "64:ff9b:1::{a:x}:{b:x}",
        "2002:{a:x}:{b:x}::1",
        "2a00::5efe:{a:x}:{b:x}",
    ):
        address = shape.format(a=number >> 16, b=number & 0xFFFF)
        if blocked(inner):
            assert blocked(address), address


def test_the_operators_list_is_read():
    allowed = Allowed.read(("10.0.0.0/8", " Nas.Lan. ", "192.168.1.7", "fd12::/16", ""))
    assert [str(network) for network in allowed.networks] == ["10.0.0.0/8", "192.168.1.7/32", "fd12::/16"]
    assert allowed.hosts == {"nas.lan"}


@pytest.mark.shared
class TestSharedCases:
    def test_every_address_is_told_apart(self):
        table = cases("hostile/ssrf/ip_literals.jsonl")
        wrong = [case for case in table if bool(blocked(case["ip"])) != (case["expect"] == "block")]
        print(f"ip_literals: {len(table) - len(wrong)} of {len(table)} told apart")
        assert not wrong

    @pytest.mark.parametrize("name", ["ssrf/urls", "thirdparty/ssrf/patt"])
    def test_no_hostile_address_reaches_a_socket(self, name):
        table = cases(f"hostile/{name}.jsonl")
        counts: Counter[str] = Counter()
        with world(lambda seen, connection: connection.sendall(reply())) as here:
            client = here.client()
            for case in table:
                url = case["url"]
                here.names[canonical_host(url)] = case.get("resolves_to", [])
                with pytest.raises(SourceError):
                    client.get(url)
                counts["refused"] += 1
            assert not here.dialled and not here.canary.connections
        print(f"{name}: {counts['refused']} of {len(table)} refused, 0 dialled")

    def test_every_control_is_allowed(self):
        table = cases("hostile/ssrf/allow_controls.jsonl")
        for case in table:
            with world(lambda seen, connection: connection.sendall(reply(200, b"x"))) as here:
                here.names[canonical_host(case["url"])] = case["resolves_to"]
                # Whatever is dialled counts as reached: our server speaks no TLS.
                try:
                    here.client().get(case["url"])
                except SourceError as error:
                    assert error.kind == "transient", (case["url"], str(error))
                assert here.dialled, case["url"]
        print(f"allow_controls: {len(table)} of {len(table)} dialled")

    def test_no_answer_of_a_name_server_leads_inside(self):
        table = cases("hostile/ssrf/dns_answers.jsonl")
        outcomes = []
        for case in table:
            with world(lambda seen, connection: connection.sendall(reply(200, b"x"))) as here:
                answers = iter(case["answers_per_lookup"])
                here.resolver = lambda host, port, answers=answers: next(answers, ["127.0.0.1"])
                client = here.client()
                for _ in case["answers_per_lookup"]:
                    try:
                        client.get(f"http://{case['host']}/")
                    except SourceError:
                        outcomes.append((case["name"], "refused"))
                    else:
                        outcomes.append((case["name"], "public"))
                assert {address for address, _ in here.dialled} <= {
                    PUBLIC,
                    "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
                }
                if case["expect"].startswith(("block the", "error", "single", "no fallback")):
                    assert not here.dialled, case["name"]
        print(
            f"dns_answers: {len(table)} names, {dict(Counter(outcome for _, outcome in outcomes))}, 0 inside"
        )

    def test_no_redirect_chain_leads_inside(self):
        table = cases("hostile/ssrf/redirect_chains.jsonl")
        outcomes: Counter[str] = Counter()
        for case in table:
            pages = {
                url.split("/", 2)[2].rstrip("/"): (status, location)
                for url, status, location in case["chain"]
            }

            def answer(seen, connection, pages=pages):
                status, location = pages[seen.headers["host"]]
                headers = {} if location is None or status == 200 else {"Location": location}
                connection.sendall(
                    reply(status, (location or "").encode() if status == 200 else b"", **headers)
                )

            with world(answer) as here:
                try:
                    here.client().get(case["chain"][0][0])
                    outcomes["read as it is"] += 1
                    assert case["chain"][0][1] == 200 or case["expect"].startswith("allow"), case["name"]
                except SourceError:
                    outcomes["refused"] += 1
                assert not here.canary.connections, case["name"]
                assert len(here.server.seen) <= 6
                assert all("authorization" not in seen.headers for seen in here.server.seen)
        print(f"redirect_chains: {len(table)}: {dict(outcomes)}, canary 0")

    def test_our_reading_of_a_host_is_that_of_browsers(self):
        table = cases("hostile/thirdparty/ssrf/wpt_urls.jsonl")
        accepted = 0
        for case in table:
            try:
                url = case["url"] if case["base"] is None else join(case["base"], case["url"])
                checked = check_url(url)
            except SourceError:
                continue
            accepted += 1
            assert not case["failure"], case
            assert canonical_host(checked) == case["whatwg_host"].strip("[]"), case
        print(f"wpt_urls: {accepted} of {len(table)} accepted, hosts read as browsers do; the rest refused")
