"""An internal blog post, drafted from a pitch: its words follow the verdicts, its numbers are the pitch's.

Made from a snapshot alone, so that the post of a frozen pitch says what the pitch says. Texts of others are
escaped for the form in which they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pitches.decks import contract
from pitches.decks.contract import Snapshot, Text
from pitches.decks.text import clean_line, plain, resolve, shorten, web_address
from pitches.words import LANGUAGES, say, table

MOST_ASKED, MOST_GAPS = 3, 6
Form = Literal["title", "heading", "text", "list", "quotes"]


@dataclass(frozen=True)
class Quote:
    """Something that somebody wrote, and where."""

    text: str
    url: str | None


@dataclass(frozen=True)
class Part:
    """A piece of the post: one text, or several of a list."""

    form: Form
    texts: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()


def write(snapshot: Snapshot, language: str = "") -> list[Part]:
    """The post in the pitch's language unless told otherwise. Raises what ``resolve`` raises."""
    return list(_Writer(snapshot, language or snapshot["language"]).parts())


class _Writer:
    def __init__(self, snapshot: Snapshot, language: str) -> None:
        self.snapshot, self.language = snapshot, language
        self.names = {"title": "", "brand": "", **snapshot["names"]}
        self.values = {key: figure["value"] for key, figure in snapshot["figures"].items()}
        self.slides: dict[str, Mapping[str, Any]] = {slide["key"]: slide for slide in snapshot["slides"]}
        verdicts = (
            block["items"] for block in self.slides["summary"]["blocks"] if block["type"] == "verdicts"
        )
        self.steps: Sequence[Mapping[str, Any]] = next(verdicts, ())

    def printed(self, text: Text) -> str:
        figures, zone = self.snapshot["figures"], self.snapshot["time_zone"]
        return plain(resolve(text, figures, self.names, self.language, zone)).strip()

    def say(self, key: str, **places: str) -> str:
        return self.printed(say(key, self.values, **places))

    def parts(self) -> Iterator[Part]:
        state = self.state()
        yield Part("title", (self.say(f"post.title.{state}"),))
        yield Part("text", (self.say("post.intro"),))
        yield Part("heading", (self.say("post.head.found"),))
        for step in self.steps:
            yield Part("text", (self.step(step),))
        if asked := list(self.asked()):
            yield Part("heading", (self.say("post.head.asked"),))
            yield Part("quotes", quotes=tuple(asked))
        yield Part("heading", (self.say("post.head.unknown"),))
        yield Part("list", tuple(self.unknown()))
        yield Part("heading", (self.say("post.head.next"),))
        waits = "not_supported" if state == "not_supported" else "others"
        yield Part("text", (self.say(f"post.next.{waits}"),))
        if rungs := tuple(self.ladder()):
            yield Part("list", rungs)
        if goals := tuple(self.goals()):
            yield Part("text", (self.say("post.goals"),))
            yield Part("list", goals)
        yield Part("heading", (self.say("post.head.disclosure"),))
        yield Part("text", (self.say("post.disclosure.text"),))
        yield Part("text", (self.say(f"post.end.{'frozen' if self.snapshot['frozen_at'] else 'draft'}"),))

    def state(self) -> str:
        """The verdict on talking and on starting: what the title of the post is about."""
        found = {step["step"]: step["verdict"] for step in self.steps}
        first, last = found.get(1, "not_enough"), found.get(5, "not_enough")
        if first == last:
            return str(first)
        if "not_supported" in (first, last):
            return "not_supported"
        return "not_enough" if first == "not_enough" else "mixed"

    def step(self, step: Mapping[str, Any]) -> str:
        """A step's title, and how far it holds, by our rules: which judged no words of people."""
        title = self.printed(step["text"])
        end = "" if title[-1:] in ".?!:" else "."
        if step["step"] in contract.steps_edited(self.snapshot, self.language):
            return f"{title}{end}"
        holds = self.say(f"post.says.{step['verdict']}")
        return f"{title}{end} {holds}"

    def asked(self) -> Iterator[Quote]:
        blocks = self.slides.get("answers", {}).get("blocks", ())
        items = (item for block in blocks if block["type"] == "actions" for item in block["items"])
        for item, _ in zip((one for one in items if one.get("raw")), range(MOST_ASKED), strict=False):
            yield Quote(shorten(clean_line(item["raw"]), 200), web_address(item.get("url")))

    def unknown(self) -> Iterator[str]:
        """What nobody knows: said as plainly as what was found."""
        for step in self.steps:
            if step["verdict"] == "not_enough":
                claim = table()[f"s{step['step']}.claim"]
                said = table()["post.unknown.step"]
                filled = {one: said[one].replace("{claim}", claim[one]) for one in LANGUAGES}
                yield self.printed(filled) + "."
        if self.values.get("s3.unread"):
            yield self.say("post.unknown.unread")
        gaps = [self.printed(gap) for one in self.snapshot["evidence"] for gap in one.get("gaps", ())]
        yield from list(dict.fromkeys(gap for gap in gaps if gap))[:MOST_GAPS]
        yield self.say("post.unknown.outside")
        yield self.say("post.unknown.feeling")

    def ladder(self) -> Iterator[str]:
        """The steps of the ladder, as the slide of the start names them."""
        blocks = self.slides.get("start", {}).get("blocks", ())
        for row in next((block["rows"] for block in blocks if block["type"] == "table"), ()):
            texts = [cell.get("text") for cell in row[:3]]
            if len(texts) == 3 and all(texts):
                said = table()["post.rung"]
                for name, text in zip(("name", "does", "month"), texts, strict=True):
                    said = {one: said[one].replace(f"{{{name}}}", text[one]) for one in LANGUAGES}
                yield self.printed(said)

    def goals(self) -> Iterator[str]:
        for goal in self.snapshot.get("goals", ()):
            places = {"baseline": goal["baseline"], "target": goal["target"]}
            known = all(self.values.get(key) is not None for key in places.values())
            form = goal["direction"] if known else "blank"
            said = say("post.goal", self.values, days=f"plan.days.{goal['days']}")
            inner = say(f"kpi.{form}", self.values, **places)
            name = table()[f"kpi.name.{goal['figure']}"]
            yield self.printed(
                {
                    one: said[one].replace("{goal}", inner[one]).replace("{kpi}", name[one])
                    for one in LANGUAGES
                }
            )


def as_html(parts: Sequence[Part]) -> SafeString:
    """The post as HTML to paste: headings, paragraphs and lists, no styles and no scripts."""
    return format_html_join("\n", "{}", ((_html(part),) for part in parts))


def _html(part: Part) -> SafeString:
    if part.form == "title":
        return format_html("<h1>{}</h1>", part.texts[0])
    if part.form == "heading":
        return format_html("<h2>{}</h2>", part.texts[0])
    if part.form == "text":
        return format_html("<p>{}</p>", part.texts[0])
    if part.form == "list":
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((t,) for t in part.texts)))
    quotes = (
        format_html('<li dir="auto"><a href="{}" rel="nofollow noopener">{}</a></li>', one.url, one.text)
        if one.url
        else format_html('<li dir="auto">{}</li>', one.text)
        for one in part.quotes
    )
    return format_html("<ul>{}</ul>", format_html_join("", "{}", ((one,) for one in quotes)))


def as_page(parts: Sequence[Part], language: str) -> str:
    """A whole HTML file."""
    title = next((part.texts[0] for part in parts if part.form == "title"), "")
    return format_html(
        '<!doctype html>\n<html lang="{}">\n<head><meta charset="utf-8"><title>{}</title></head>\n'
        "<body>\n{}\n</body>\n</html>\n",
        language,
        title,
        as_html(parts),
    )


_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")
_BEGINS = re.compile(r"^(\s*\d*)([-+=.)])")  # what would begin a list or a heading


def as_markdown(parts: Sequence[Part]) -> str:
    """The post as Markdown. What others wrote is text in it, whatever marks it holds."""
    return "\n\n".join(_markdown(part) for part in parts) + "\n"


def _markdown(part: Part) -> str:
    if part.form == "title":
        return f"# {_escaped(part.texts[0])}"
    if part.form == "heading":
        return f"## {_escaped(part.texts[0])}"
    if part.form == "text":
        return _escaped(part.texts[0])
    if part.form == "list":
        return "\n".join(f"- {_escaped(text)}" for text in part.texts)
    lines = []
    for one in part.quotes:
        text = _escaped(one.text)
        address = one.url.replace("(", "%28").replace(")", "%29") if one.url else ""
        lines.append(f"- [{text}]({address})" if address else f"- {text}")
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return _BEGINS.sub(r"\1\\\2", _MARKS.sub(r"\\\1", " ".join(text.split("\n"))))
