"""What a status, a charset and a body mean."""

import contextlib
import gzip
import json
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.net import Response, SourceError, check, retry_after
from listening.net.decode import codec_for, decoded, text
from listening.net.response import LONGEST_WAIT

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def answer(status=200, body=b"", **headers):
    named = httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return Response(status, "https://news.example/x", named, body, NOW)


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (answer(401), "needs_key"),
        (answer(403, b'{"error": "x"}'), "needs_key"),
        (answer(403, b"no", Content_Type="application/problem+json"), "needs_key"),
        (answer(403, b"<title>Just a moment...</title>", Content_Type="text/html"), "transient"),
        (answer(403, b"", cf_mitigated="challenge"), "transient"),
        (answer(403, b"<h1>Forbidden</h1>", Content_Type="text/html"), "blocked"),
        (answer(403, b"Forbidden Bots"), "blocked"),
        (answer(404), "transient"),
        (answer(410), "gone"),
        (answer(429), "rate_limited"),
        (answer(408), "transient"),
        (answer(500), "transient"),
        (answer(503), "transient"),
        (answer(599), "transient"),
        (answer(400), "blocked"),
        (answer(451), "blocked"),
        (answer(300), "blocked"),
    ],
)
def test_every_failure_has_its_kind_and_a_sentence_with_the_host(response, kind):
    with pytest.raises(SourceError) as caught:
        check(response)
    assert caught.value.kind == kind
    assert "news.example" in str(caught.value)


@pytest.mark.parametrize("status", [200, 201, 204, 206, 304])
def test_success_is_passed_on(status):
    response = answer(status)
    assert check(response) is response
    assert response.not_modified == (status == 304)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Mon, 23 Nov 2026 12:10:00 GMT", 600.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 12:10:00 -0000", 600.0),
        ("99999999999999999999", LONGEST_WAIT),
        ("Mon, 23 Nov 9999 12:10:00 GMT", LONGEST_WAIT),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_at_most_a_week(said, seconds):
    assert retry_after(answer(429, retry_after=said.encode("latin-1", "ignore").decode("latin-1"))) == seconds


def test_some_say_it_in_the_body():
    assert retry_after(answer(429, b'{"extras": {"wait_seconds": 11}}')) == 11.0
    assert retry_after(answer(429, b'{"retry_after": 1.5}')) == 1.5
    for odd in (b'{"retry_after": "x"}', b'{"extras": 1}', b"{}", b'{"retry_after": NaN}', b'{"a":' * 5000):
        assert retry_after(answer(429, odd)) is None
    assert retry_after(answer(200, retry_after="5")) is None
    assert retry_after(answer(503, retry_after="5")) == 5.0


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("åäö".encode(), "", "åäö"),
        ("åäö".encode("latin-1"), "text/html; charset=ISO-8859-1", "åäö"),
        ("“å”".encode("cp1252"), 'text/html; charset="latin1"', "“å”"),
        (b"\xef\xbb\xbf" + "å".encode(), "text/html; charset=iso-8859-1", "å"),
        ("å".encode("utf-16"), "", "å"),
        ("å".encode("utf-32"), "text/plain", "å"),
        (
            '<?xml version="1.0" encoding="koi8-r"?>ж'.encode("koi8-r"),
            "text/xml",
            '<?xml version="1.0" encoding="koi8-r"?>ж',
        ),
        ("<meta charset=windows-1251>ж".encode("cp1251"), "text/html", "<meta charset=windows-1251>ж"),
        ('<?xml encoding="utf-16"?>å'.encode(), "", '<?xml encoding="utf-16"?>å'),
        ("å".encode(), "text/html; charset=punycode", "å"),
        ("å".encode(), "text/html; charset=unicode_escape", "å"),
        ("å".encode(), "text/html; charset=" + "x" * 9000, "å"),
        (b"a\xffb", "", "a\ufffdb"),
    ],
)
def test_text_is_read_in_its_charset(body, content_type, expected):
    assert text(body, content_type) == expected
    assert answer(200, body, content_type=content_type).text() == expected


@pytest.mark.parametrize(
    "label",
    [
        "punycode",
        "idna",
        "utf-7",
        "unicode_escape",
        "raw_unicode_escape",
        "hex",
        "zlib",
        "rot13",
        "bz2",
        "undefined",
        "å",
        "../x",
        "",
        "a\x00",
    ],
)
def test_no_label_gets_at_a_codec_that_is_no_text(label):
    assert codec_for(label) == ""


@given(st.binary(max_size=200), st.text(max_size=60))
def test_text_never_fails(body, content_type):
    assert isinstance(text(body, content_type), str)
    assert isinstance(text(body, "charset=" + content_type), str)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b'\xef\xbb\xbf["\xc3\xa5"]', ["å"]),
        (b'"a\tb\x00c"', "a\tb\x00c"),
        (b"[NaN, Infinity, 1e999, 1.5]", [None, None, None, 1.5]),
        (b"null", None),
    ],
)
def test_json_is_read_also_when_sloppy(body, value):
    assert answer(200, body, content_type="application/json; charset=latin-1").json() == value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>busy</html>",
        b"Your query was too fast",
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"9" * 100_000,
        b"{'a': 1}",
    ]
    + [b'{"a": 1} trailing', "[]".encode("utf-16")[:3]],
)
def test_what_is_no_json_is_an_error_in_words(body):
    with pytest.raises(SourceError) as caught:
        answer(200, body).json()
    assert caught.value.kind == "transient"
    assert ("web page" in str(caught.value)) == body.startswith(b"<")


@given(
    st.binary(max_size=100)
    | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_json_never_fails_otherwise(body):
    with contextlib.suppress(SourceError):
        answer(200, body).json()


@given(st.lists(st.binary(max_size=3000), max_size=5), st.integers(1, 4000))
def test_gzip_is_undone_however_it_is_cut(members, step):
    whole = b"".join(gzip.compress(member) for member in members)
    chunks = [whole[at : at + step] for at in range(0, len(whole), step)]
    assert decoded(chunks, "gzip", 100_000, "news.example") == b"".join(members)


@given(st.binary(max_size=300))
def test_what_is_no_gzip_is_an_error(noise):
    try:
        decoded([noise], "gzip", 1000, "news.example")
    except SourceError as error:
        assert error.kind in ("transient", "blocked")


def test_the_limit_counts_decoded_bytes_exactly():
    body = gzip.compress(b"ab" * 500)
    assert len(decoded([body], "gzip", 1000, "news.example")) == 1000
    with pytest.raises(SourceError, match="larger"):
        decoded([body], "gzip", 999, "news.example")
    with pytest.raises(SourceError, match="larger"):
        decoded([b"x" * 1000], "", 999, "news.example")
