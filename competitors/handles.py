"""What people write to name a profile, in the one form that its source reads: handles and addresses. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from listening.net import SourceError, check_url
from listening.net.errors import gettext_noop

NOT_A_HANDLE = gettext_noop("“%(written)s” is not understood here. Write it like this: %(example)s")


@dataclass(frozen=True)
class Form:
    """How a source's handles look: patterns that read them, what we store, and where a person can look."""

    example: str
    patterns: tuple[re.Pattern[str], ...]
    handle: str
    url: str


_LANGUAGE = r"(?P<language>[a-z]{2,12}(?:-[a-z]{2,10})*)"
_ITEM = r"(?P<item>Q[1-9]\d{0,11})"
_HOST = r"(?P<host>[\w.-]+\.[\w-]+(?::\d+)?)"
_YOUTUBE = r"(?i:https?://(?:www\.|m\.)?youtube\.com)"

# Sources whose handles are ids that nobody says.
NUMBERED = ("wikidata", "youtube")
# Sources whose handles are addresses have no line here.
FORMS: Mapping[str, Form] = {
    "wikipedia": Form(
        example="en:Example",
        patterns=(
            re.compile(rf"https?://{_LANGUAGE}(?:\.m)?\.wikipedia\.org/wiki/(?P<title>[^?#|]+).*", re.I),
            re.compile(rf"{_LANGUAGE}:(?P<title>[^|#<>\[\]{{}}]+)", re.I),
        ),
        handle="{language}:{title}",
        url="https://{language}.wikipedia.org/wiki/{quoted_title}",
    ),
    "wikidata": Form(
        example="Q42",
        patterns=(
            re.compile(rf"https?://www\.wikidata\.org/(?:wiki|entity)/{_ITEM}(?:[?#].*)?", re.I),
            re.compile(_ITEM, re.I),
        ),
        handle="{item}",
        url="https://www.wikidata.org/wiki/{item}",
    ),
    "mastodon": Form(
        example="@name@mastodon.social",
        patterns=(
            re.compile(rf"https?://{_HOST}/(?:@|users/)(?P<name>\w[\w.-]*)/?", re.I),
            re.compile(rf"@?(?P<name>\w[\w.-]*)@{_HOST}", re.I),
        ),
        handle="@{name}@{host}",
        url="https://{host}/@{name}",
    ),
    "bluesky": Form(
        example="@name.bsky.social",
        patterns=(
            re.compile(r"(?:https?://bsky\.app/profile/|at://)?(?P<did>did:(?:plc|web):[\w.:%-]+)/?", re.I),
            re.compile(
                r"(?:https?://bsky\.app/profile/|at://)?@?(?P<name>(?:[\w-]+\.)+[a-z][a-z-]+)/?", re.I
            ),
        ),
        handle="{handle}",
        url="https://bsky.app/profile/{account}",
    ),
    "hackernews": Form(
        example="name",
        patterns=(
            re.compile(r"https?://news\.ycombinator\.com/user\?id=(?P<name>[\w-]{2,40})", re.I),
            re.compile(r"@?(?P<name>[\w-]{2,40})"),
        ),
        handle="{name}",
        url="https://news.ycombinator.com/user?id={name}",
    ),
    "reddit": Form(
        example="u/name, r/community",
        patterns=(
            re.compile(
                r"(?:https?://(?:\w+\.)?reddit\.com)?/?(?P<kind>r(?=/)|u(?=/|ser/))(?:ser)?/"
                r"(?P<name>[\w-]{2,24})(?:/(?:new|hot|top|about|comments|submitted|overview))?/?(?:\?.*)?",
                re.I,
            ),
        ),
        handle="{kind}/{name}",
        url="https://www.reddit.com/{kind}/{name}/",
    ),
    "wordpress": Form(
        example="blog.example.com",
        patterns=(
            re.compile(r"(?:https?://)?(?P<host>(?:[\w-]+\.)+[\w-]{2,}(?::\d+)?(?:/[\w-]+)?)/?", re.I),
        ),
        handle="{host}",
        url="https://{host}/",
    ),
    "youtube": Form(
        example="@name, UC…",
        patterns=(
            re.compile(rf"{_YOUTUBE}/channel/(?P<channel>UC[\w-]{{22}})(?:[/?].*)?", re.A),
            re.compile(r"(?P<channel>UC[\w-]{22})", re.A),
            re.compile(rf"{_YOUTUBE}/(?P<name>@[\w.·-]{{3,60}}|(?:c|user)/[\w.-]{{1,60}})(?:[/?].*)?"),
            re.compile(r"(?P<name>@[\w.·-]{3,60})"),
        ),
        handle="{name}",
        url="https://www.youtube.com/{path}",
    ),
}


def read(source: str, written: str) -> tuple[str, str]:
    """(handle as the source's ``observe`` takes it, address where a person can look).

    Raises SourceError of kind "blocked" with a sentence that shows the right form.
    """
    written = " ".join(written.split())
    form = FORMS.get(source)
    if form is None:
        url = check_url(written if "://" in written else f"https://{written}")
        return url, url
    for pattern in form.patterns:
        if found := pattern.fullmatch(written):
            parts = {name: text for name, text in found.groupdict().items() if text}
            if "title" in parts:
                parts["title"] = unquote(parts["title"]).replace("_", " ").strip()
                parts["quoted_title"] = quote(parts["title"].replace(" ", "_"))
            if "channel" in parts:  # an id, which does not itself say where its page is
                parts |= {"name": parts["channel"], "path": f"channel/{parts['channel']}"}
            parts.setdefault("path", parts.get("name", ""))
            for name in ("host", "language", "kind"):
                parts |= {name: parts[name].lower()} if name in parts else {}
            if source == "bluesky":  # a name, or the id under which every name of an account is found
                account = parts.get("did") or parts["name"].lower()
                parts = {"account": account, "handle": account if "did" in parts else f"@{account}"}
            parts |= {"item": parts["item"].upper()} if "item" in parts else {}
            url = check_url(form.url.format(**parts))
            return form.handle.format(**parts), url
    raise SourceError(NOT_A_HANDLE, "blocked", params={"written": written[:100], "example": form.example})


def word(source: str, handle: str) -> str:
    """The name in a handle as people type it: "@anna@mastodon.example", "@anna.bsky.social" -> "anna".

    "" where there is none.
    """
    if source in NUMBERED:
        return ""
    name = handle.strip().lstrip("@").partition("@")[0].removesuffix(".bsky.social")
    return name if re.fullmatch(r"\w{3,}", name) else ""
