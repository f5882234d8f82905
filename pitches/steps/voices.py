"""Step 1, in their words: three quotes, and what most people write about."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.db.models import CharField
from django.db.models.functions import Substr

from listening import queries
from listening.models import Mention
from pitches import slides as show
from pitches.figures import Details, Row
from pitches.ground import MOST_ROWS, Ground, rows_of
from pitches.slides import Slide
from pitches.steps import reactions, topics
from pitches.steps.against import against
from pitches.steps.topics import Said, Topic
from pitches.verdicts import State
from pitches.words import Text

QUOTES = 3
MOST_READ = 2000  # posts whose words are counted
MOST_CHARACTERS = 600  # of each: what a post is about, it says at its beginning
LONGEST_QUOTE = 240
NAMED = 2  # topics in the title; more stand below the quotes
_HANDLE = re.compile(r"(?<![\w/])@\w[\w.-]*(?:@[\w.-]+\w)?")


@dataclass(frozen=True)
class Post:
    """What choosing quotes needs of a mention."""

    pk: int
    said: Said
    is_question: bool
    is_starred: bool
    reactions: int


@dataclass(frozen=True)
class Words:
    """What was read: the posts, those whose words were counted, and the topics found in them."""

    posts: tuple[Post, ...]
    counted: tuple[Said, ...]
    topics: tuple[Topic, ...]
    are_questions: bool  # what was counted: else it is all posts, because questions have no topic in common


def state(quotes: int, topics: int, heard: int | None, failed: int | None) -> State:
    """How the claim of the slide does: do several people write about the same, and can they be quoted?

    ``failed``: sources with gaps; where there are any, silence is not proven.
    """
    if heard is None:
        return "not_enough"
    if not quotes:
        return "not_supported" if heard == 0 and failed == 0 else "not_enough"
    return "supported" if quotes >= QUOTES and topics >= NAMED else "mixed"


def read(ground: Ground) -> Words:
    """The words of what was heard: of starred posts and questions first, of the newest, never our own."""
    order = ("-is_starred", "-is_question", "-published_at", "-pk")
    heard = queries.mentions_of(ground.workspace, ground.heard).filter(is_searchable=True)
    # Texts are read of the chosen ones only: sorting a million of them would carry every text along.
    rows = (
        Mention.objects.filter(pk__in=heard.order_by(*order).values("pk")[:MOST_READ])
        .order_by(*order)
        .annotate(start=Substr("text", 1, MOST_CHARACTERS, output_field=CharField()))
        .values_list(
            *("pk", "story_id", "source", "author__handle", "site_id", "title", "start"),
            *("is_question", "is_starred", "metrics"),
        )
    )
    posts = []
    for pk, story, source, handle, site, title, text, is_question, is_starred, metrics in rows:
        if handle and handle.lower() in ground.handles.get(source, ()):
            continue
        said = Said(pk, story, (source, handle) if handle else site, whole(title, text))
        posts.append(Post(pk, said, is_question, is_starred, reactions.of(metrics) or 0))
    return _counted(posts, _names(ground))


def _counted(posts: Sequence[Post], left_out: Sequence[str]) -> Words:
    """Topics of the questions; where these have none in common, of everything."""
    questions = tuple(one.said for one in posts if one.is_question)
    found = topics.topics(questions, left_out)
    if len(found) >= NAMED:
        return Words(tuple(posts), questions, tuple(found), True)
    everything = tuple(one.said for one in posts)
    return Words(tuple(posts), everything, tuple(topics.topics(everything, left_out)), False)


def _names(ground: Ground) -> list[str]:
    """The words by which we searched, and the names of all brands: they are in the posts because of us."""
    found = [version.text for search in ground.searches if (version := search.current)]
    for brand in ground.brands:
        found += [brand.name, brand.domain, *brand.aliases, *brand.tags]
    return [text.replace(":", " ") for text in found]


def whole(title: str, text: str) -> str:
    """Title and text as one, the title only where the text does not begin with it."""
    if not title or text.startswith(title.rstrip("….")):
        return text or title
    ending = "" if title[-1:] in ".?!:…" else "."
    return f"{title}{ending} {text}".strip()


def chosen(ground: Ground, wanted: Sequence[int]) -> list[Mention]:
    """Those of the wanted mentions that are still here, relevant, and may be quoted, in that order."""
    found = (
        Mention.objects.filter(workspace=ground.workspace, is_searchable=True)
        .exclude(state=Mention.State.NOT_RELEVANT)
        .select_related("site", "author")
        .in_bulk(list(wanted[:QUOTES]))
    )
    return [found[pk] for pk in wanted[:QUOTES] if pk in found]


def proposed(ground: Ground, taken: Sequence[Mention]) -> list[Mention]:
    """What fills up the three: starred posts, then those people reacted to most; each by somebody else."""
    posts = ground.once(read).posts
    telling = {pk for topic in ground.once(read).topics[:NAMED] for pk in topic.keys}
    ranked = sorted(posts, key=lambda one: (one.is_starred, one.reactions, one.pk in telling), reverse=True)
    stories: set[Hashable] = {mention.story_id for mention in taken}
    writers = {_writer(mention) for mention in taken}
    picked: list[int] = []
    for one in ranked:
        if len(taken) + len(picked) == QUOTES:
            break
        if one.said.text.strip() and one.said.story not in stories and one.said.writer not in writers:
            stories.add(one.said.story)
            writers.add(one.said.writer)
            picked.append(one.pk)
    found = (
        Mention.objects.filter(workspace=ground.workspace).select_related("site", "author").in_bulk(picked)
    )
    return [found[pk] for pk in picked if pk in found]


def _writer(mention: Mention) -> Hashable:
    return (mention.source, mention.author.handle) if mention.author else mention.site_id


def measure(ground: Ground, wanted: Sequence[int]) -> list[Mention]:
    """Registers the quotes and the topics; returns what is quoted. For the slide only."""
    by_hand = chosen(ground, wanted)
    quoted = [*by_hand, *proposed(ground, by_hand)]
    proof = ground.prove(
        1,
        "s1.quotes",
        lambda: Details(inspected=len(quoted), rows_total=len(quoted), rows=lambda: rows_of(quoted)),
        "manual" if by_hand else "measured",
    )
    outside = sum(1 for one in quoted if not ground.since <= one.published_at < ground.until)
    for name, number in (
        ("quotes", len(quoted)),
        ("quotes_chosen", len(by_hand)),
        ("quotes_outside", outside),
    ):
        ground.figure(f"s1.{name}", number, "count", proof)
    _measure_topics(ground)
    return quoted


def _measure_topics(ground: Ground) -> None:
    said = ground.once(read)
    known = ground.register.values()["s1.mentions"] is not None
    stories = len({one.story for one in said.counted})
    proof = ground.prove(1, "s1.counted", lambda: _listed(ground, said.counted))
    ground.figure("s1.counted", stories if known else None, "count", proof)
    without = topics.holds_none(said.counted, said.topics[:NAMED])
    ground.figure("s1.topicless", without if known and said.topics else None, "count", proof)
    formula = ground.say("formula.s1.topic")
    for index, topic in enumerate(said.topics):
        label = ground.say("proof.s1.topic", topic=ground.name(f"topic.{index}", topic.term))
        holding = [one for one in said.counted if one.key in set(topic.keys)]
        proof = ground.register.prove(1, label, "measured", formula, partial(_listed, ground, holding))
        ground.figure(f"s1.topic.{index}", topic.stories, "count", proof, label="s1.topic")


def _listed(ground: Ground, said: Sequence[Said]) -> Details:
    """The evidence of what these posts say: how they were searched, and the newest of them as its list."""

    def rows() -> list[Row]:
        mentions = Mention.objects.filter(workspace=ground.workspace, pk__in=[one.key for one in said])
        return rows_of(list(mentions.select_related("site")[:MOST_ROWS]), ground.heard)

    heard = ground.details(ground.register.figures["s1.stories"].evidence)
    inspected = len(ground.once(read).counted)
    # The wordings of the searches stand with what was heard in all.
    return replace(heard, query="", inspected=inspected, rows_total=len(said), rows=rows)


def quote(ground: Ground, mention: Mention, proof: str) -> dict[str, str]:
    """What is printed of a post: its words, site, day in the workspace's zone and address, and no handle."""
    words = _HANDLE.sub("@…", whole(mention.title, mention.text))
    if len(words) > LONGEST_QUOTE:
        words = words[:LONGEST_QUOTE].rsplit(" ", 1)[0] + "…"
    day = ground.workspace.localtime(mention.published_at).date()
    return {
        "raw": words,
        "site": mention.site.domain,
        "date": day.isoformat(),
        "url": mention.url,
        "evidence": proof,
    }


def slide(ground: Ground, wanted: Sequence[int] = ()) -> Slide:
    """Three people in their own words, what most of them write about, and what speaks against it."""
    quoted = measure(ground, wanted)
    said, values = ground.once(read), ground.register.values()
    found = state(len(quoted), len(said.topics), values["s1.mentions"], values["s1.sources_failed"])  # type: ignore[arg-type]  # counts
    kind = "question" if said.are_questions else "post"
    variant = "" if found != "mixed" or len(quoted) >= QUOTES else "_few"
    if found == "supported" and not said.are_questions:
        variant = "_post"
    blocks: list[show.Block] = []
    if quoted:
        proof = ground.register.figures["s1.quotes"].evidence
        items = [quote(ground, mention, proof) for mention in quoted]
        blocks.append({"type": "quotes", "items": items})
    else:
        blocks.append(show.callout(ground.say("voices.nothing"), "note"))
    if said.topics:
        blocks.append(show.paragraph(_terms(ground, kind)))
    if quoted:
        doubts = [f"voices.against.{kind}", "voices.against.chosen", "voices.against.outside"]
        blocks.append(against(ground, doubts, ground.gaps(ground.coverage)))
    else:
        blocks += show.warnings(ground.gaps(ground.coverage))
    title = ground.say(f"voices.title.{found}{variant}")
    notes, footer = ground.say("voices.notes"), ground.say("voices.footer")
    return Slide("voices", title, blocks, notes, footer, step=1, verdict=found)


def _terms(ground: Ground, kind: str) -> Text:
    """The words that most stories share, each with its number: "Words of most questions: “kvarn” 12, …"."""
    count = len(ground.once(read).topics)
    every = [
        ground.say("voices.term", topic=f"@topic.{index}", number=f"s1.topic.{index}")
        for index in range(count)
    ]
    return _list(ground.say(f"voices.terms.{kind}"), every)


def _list(text: Text, every: Iterable[Text]) -> Text:
    parts = list(every)
    return {
        language: words.replace("{list}", ", ".join(one[language] for one in parts))
        for language, words in text.items()
    }
