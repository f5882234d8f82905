"""What people paste to name a profile becomes the one form that its source reads."""

from __future__ import annotations

import pytest

from competitors import handles
from listening import sources
from listening.net import SourceError

CHANNEL = "UCfjallvik0000000000001a"


@pytest.mark.parametrize(
    ("source", "written", "handle", "url"),
    [
        ("reddit", "u/TeamFjallvik", "u/TeamFjallvik", "https://www.reddit.com/u/TeamFjallvik/"),
        ("reddit", "/r/Coffee", "r/Coffee", "https://www.reddit.com/r/Coffee/"),
        ("reddit", "R/coffee", "r/coffee", "https://www.reddit.com/r/coffee/"),
        (
            "reddit",
            "https://old.reddit.com/r/coffee/new/?sort=x",
            "r/coffee",
            "https://www.reddit.com/r/coffee/",
        ),
        (
            *("reddit", "https://www.reddit.com/user/team-fjallvik/submitted/"),
            *("u/team-fjallvik", "https://www.reddit.com/u/team-fjallvik/"),
        ),
        ("wordpress", "Blogg.fjallvik.example", "blogg.fjallvik.example", "https://blogg.fjallvik.example/"),
        ("wordpress", "https://bergby.example/blog/", "bergby.example/blog", "https://bergby.example/blog/"),
        ("youtube", CHANNEL, CHANNEL, f"https://www.youtube.com/channel/{CHANNEL}"),
        (
            *("youtube", f"https://m.youtube.com/channel/{CHANNEL}/videos?view=0"),
            *(CHANNEL, f"https://www.youtube.com/channel/{CHANNEL}"),
        ),
        ("youtube", "@fjallvik.coffee", "@fjallvik.coffee", "https://www.youtube.com/@fjallvik.coffee"),
        ("youtube", "https://YouTube.com/@Fjallvik/about", "@Fjallvik", "https://www.youtube.com/@Fjallvik"),
        ("youtube", "https://www.youtube.com/c/Fjallvik", "c/Fjallvik", "https://www.youtube.com/c/Fjallvik"),
        ("youtube", "https://www.youtube.com/user/fjv", "user/fjv", "https://www.youtube.com/user/fjv"),
    ],
)
def test_what_people_write_is_read(source: str, written: str, handle: str, url: str) -> None:
    assert handles.read(source, written) == (handle, url)
    assert handles.read(source, f"  {written} ") == (handle, url)
    assert handles.read(source, url) == (handle, url), "what we show can be pasted again"


@pytest.mark.parametrize(
    ("source", "written"),
    [
        *(("reddit", "coffee"), ("reddit", "u/"), ("reddit", "rser/coffee"), ("reddit", "r/two words")),
        ("reddit", "https://www.reddit.com/r/coffee/comments/1oa2b3c/oily/"),
        ("reddit", "https://reddit.example/r/coffee"),
        *(("wordpress", "bergby"), ("wordpress", "https://10.0.0.1/"), ("wordpress", "a.example/x/y/z")),
        ("youtube", "https://www.youtube.com/watch?v=Grinder0001"),
        *(
            ("youtube", "fjallvik"),
            ("youtube", "UC123"),
            ("youtube", f"https://tube.example/channel/{CHANNEL}"),
        ),
    ],
)
def test_what_names_no_profile_is_told_in_words(source: str, written: str) -> None:
    with pytest.raises(SourceError) as refused:
        handles.read(source, written)
    assert str(refused.value) and "%(" not in str(refused.value)


def test_every_form_is_of_a_listed_source() -> None:
    assert handles.FORMS.keys() <= {kind.name for kind in sources.SOURCES}
