"""What people paste from a result page: read in order, or told line by line why not."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competitors import pasted
from competitors.pasted import Row, Unreadable, rows


def complaints(text: str) -> list[tuple[int, str]]:
    with pytest.raises(Unreadable) as caught:
        rows(text)
    return [(one.line, one.message) for one in caught.value.complaints]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("https://a.example/\nhttps://b.example/x", [Row("https://a.example/"), Row("https://b.example/x")]),
        (
            "\ufeffhttps://a.example/\r\n\r\n  https://b.example/  \r\n",
            [Row("https://a.example/"), Row("https://b.example/")],
        ),
        ("www.a.example/page?x=1", [Row("https://www.a.example/page?x=1")]),
        ("https://a.example/1,2,3", [Row("https://a.example/1,2,3")]),
        ("url,title\nhttps://a.example/,Hej", [Row("https://a.example/", "Hej")]),
        (
            'URL;Title;Type\nhttps://a.example/;"Kaffe; svart";Blog',
            [Row("https://a.example/", "Kaffe; svart", "blog")],
        ),
        ("title\turl\nHej\thttps://a.example/", [Row("https://a.example/", "Hej")]),
        (
            'url,title\nhttps://a.example/,"two\nlines"\nhttps://b.example/,B',
            [Row("https://a.example/", "two lines"), Row("https://b.example/", "B")],
        ),
        ("url,rank,title\nhttps://a.example/,1,Hej", [Row("https://a.example/", "Hej")]),
    ],
)
def test_addresses_and_csv_in_their_order(text, expected):
    assert rows(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", [(0, pasted.EMPTY)]),
        (" \n\n", [(0, pasted.EMPTY)]),
        ("url,title", [(0, pasted.EMPTY)]),
        ("https://a.example/\nkaffe\njavascript:alert(1)", [(2, pasted.NO_ADDRESS), (3, pasted.NO_ADDRESS)]),
        ("ftp://a.example/", [(1, pasted.NO_ADDRESS)]),
        ("https://user:word@a.example/", [(1, pasted.NO_ADDRESS)]),
        ("https://a.example/ https://b.example/", [(1, pasted.SEVERAL)]),
        ("https://a.example/ Kaffe, svart", [(1, pasted.SEVERAL)]),
        ("not a url", [(1, pasted.NO_ADDRESS)]),
        ("url,title\nnot a url,Hej", [(2, pasted.NO_ADDRESS)]),
        ("https://a.example/\n\nhttps://A.example/?utm_source=x", [(3, pasted.TWICE)]),
        ("url,title\n,Hej", [(2, pasted.NO_URL)]),
        ("url,type\nhttps://a.example/,papyrus", [(2, pasted.NO_TYPE)]),
        ("\nurl,title\nhttps://a.example/,A\nkaffe,B", [(4, pasted.NO_ADDRESS)]),
        ("url,title\nhttps://a.example/," + "x" * 200_000, [(2, pasted.NO_CSV)]),
        ("x" * (pasted.LONGEST + 1), [(0, pasted.TOO_LONG)]),
        ("\n".join(f"https://a.example/{n}" for n in range(501)), [(0, pasted.TOO_MANY)]),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line(text, expected):
    assert complaints(text) == expected


def test_at_most_fifty_complaints():
    assert len(complaints("\n".join(f"word{n}" for n in range(200)))) == 50


def test_markup_and_direction_marks_stay_text():
    found = rows("url,title\nhttps://a.example/<script>,<b>=HYPERLINK(1)\u202e</b>")
    assert found == [Row("https://a.example/%3Cscript%3E", "<b>=HYPERLINK(1)</b>")]


@given(st.text(max_size=400))
def test_no_text_makes_it_fall(text):
    try:
        found = rows(text)
    except Unreadable as error:
        assert all(one.message % one.params for one in error.complaints)
    else:
        assert all(row.url.startswith(("http://", "https://")) for row in found)


@given(st.text(alphabet='url,;"\t\n\rtitlehttps:/.ex\x00', max_size=200))
def test_no_broken_csv_makes_it_fall(text):
    with suppress(Unreadable):
        rows("url,title\n" + text)
