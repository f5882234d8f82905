"""What made-up people say about made-up bicycle shops: counted exactly, the same every time.

Every post has words of its own, so that as many stories are heard as posts are written, but for those that
are written to be copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from listening.types import Item, Reply
from tests.pitches.worlds.companies import Company

PEOPLE = (
    "anna_v", "bosse_b", "cykelcia", "david_k", "elsa_p", "fanny_g", "gustav_r", "hanna_j", "ivar_s",
    "jonna_t", "kalle_m", "linnea_o", "moa_e", "nils_h", "olivia_d", "petter_f", "ronja_l", "sixten_a",
    "tove_n", "ulf_c",
)  # fmt: skip
ABOUT_A_SHOP = (
    "{brand} mended my rear hub while I waited, {detail}",
    "Har cyklat hem från {brand} med nytt bakhjul, {detail}",
    "The winter tyres from {brand} held all of the way over the ice, {detail}",
    "Does anybody know whether {brand} takes old frames in, {detail}?",
    "Någon som vet om {brand} hinner med service före helgen, {detail}?",
    "{brand} quoted me twice what the part costs online, {detail}",
    "Köpte lådcykel hos {brand} i våras och ångrar ingenting, {detail}",
    "Passed the new {brand} workshop by the bridge today, {detail}",
    "Är {brand} värda omvägen för en vanlig hybridcykel, {detail}?",
    "My neighbour swears by {brand}, I am less convinced, {detail}",
    "Fick vänta tre veckor på en kedja från {brand}, {detail}",
    "Three commuters on this train carry a bag from {brand}, {detail}",
)
ABOUT_CYCLING = (
    "Which lights survive a Swedish winter on a commuter bicycle, {detail}?",
    "Cykelpendling i snö är enklare än folk tror, {detail}",
    "Studded tyres on the cargo bike, first snow outside, {detail}",
    "Hur ofta byter ni kedja när ni cykelpendlar hela året, {detail}?",
    "A commuter bicycle with a belt drive has been worth every krona, {detail}",
    "Ny cykelbana längs ån, äntligen slipper vi bilvägen, {detail}",
    "What do you do with a cargo bike in a flat without a lift, {detail}?",
    "Lådcykel eller elcykel för två barn och matkassar, {detail}?",
)
DETAILS = (
    "and nobody at the counter hurried me",
    "vilket jag inte hade räknat med alls",
    "so the ride home was a quiet one",
    "fast det regnade hela vägen genom stan",
    "says my brother who used to race",
    "och det märks på vägen till jobbet",
    "which surprised everybody in our street",
    "i alla fall enligt han i kassan",
    "although the forecast had promised sleet",
    "efter en lång säsong på grusvägarna",
    "and I would do the same again",
)
REACTIONS = {
    "mastodon": ("likes", "shares"),
    "bluesky": ("likes", "shares"),
    "reddit": ("points", "comments"),
    "hackernews": ("points", "comments"),
}
TALKING = tuple(REACTIONS)  # sources whose threads can be read
BLOGS = ("hjulbloggen.example", "pendlarliv.example", "sadelochsnack.example")


@dataclass(frozen=True)
class Post:
    """An item, the source that gives it, and who replied."""

    source: str
    item: Item
    replies: tuple[Reply, ...] = ()


def posts(
    about: Company | None,
    source: str,
    number: int,
    now: datetime,
    *,
    joined: Company | None = None,
    first: int = 0,
    within: int = 28,
) -> Iterator[Post]:
    """``number`` posts that name the company (None: only the field), spread over the last ``within`` days.

    ``joined``: whose account answers in each of them. ``first``: where their numbering begins.
    """
    templates = ABOUT_A_SHOP if about else ABOUT_CYCLING
    for index in range(first, first + number):
        template = templates[index % len(templates)]
        detail = DETAILS[(index // len(templates) + index) % len(DETAILS)]
        name = (about.short if index % 2 else about.name) if about else ""
        at = now - timedelta(days=within * (index - first) / max(1, number), hours=2, minutes=7 * index % 60)
        text = template.format(brand=name, detail=detail)
        yield post(f"{about.tag if about else 'cykel'}-{index}", source, text, at, index, about, joined)


def post(
    name: str,
    source: str,
    text: str,
    at: datetime,
    index: int,
    about: Company | None = None,
    joined: Company | None = None,
    author: str = "",
) -> Post:
    """One post on its source, with the replies that its thread holds."""
    who = author or person(source, index)
    replies = [(person(source, index + step + 3), step) for step in range(index % 3)]
    if joined:
        replies.append((joined.handles[source], len(replies)))
    tags = (about.tag,) if about else ("cykelpendling",)
    tagged = source in ("mastodon", "bluesky")
    item = Item(
        external_id=f"{source}-{name}",
        url=_url(source, name, who, at),
        title=text[:70] if source in ("reddit", "hackernews", "feeds", "wordpress") else "",
        text=f"{text} {' '.join(f'#{tag}' for tag in tags)}" if tagged else f"{text}.",
        author=who,
        published_at=at,
        language="sv" if any(letter in text for letter in "åäö") else "en",
        tags=tags if source in ("mastodon", "bluesky", "wordpress") else (),
        metrics=_metrics(source, index, len(replies)),
        replies=len(replies) if source in TALKING else None,
        thread_readable=source in TALKING,
    )
    return Post(source, item, tuple(_reply(source, name, who, at, step) for who, step in replies))


def person(source: str, index: int) -> str:
    """One of twenty people, under the name they have on this source."""
    name = PEOPLE[index % len(PEOPLE)]
    if source == "mastodon":
        return f"@{name}@{('cykeltorget', 'granvik')[index % 2]}.example"
    if source in ("feeds", "wordpress"):
        return BLOGS[index % len(BLOGS)].partition(".")[0]
    return f"@{name}.example" if source == "bluesky" else name


def _url(source: str, name: str, who: str, at: datetime) -> str:
    if source == "mastodon":
        user, _, host = who[1:].partition("@")
        return f"https://{host}/@{user}/{name}"
    if source in ("feeds", "wordpress"):
        return f"https://{who}.example/{at:%Y/%m}/{name}"
    return f"https://{source}.example/{name}"


def _metrics(source: str, index: int, replies: int) -> Mapping[str, int]:
    if source not in REACTIONS:
        return {}
    first, second = REACTIONS[source]
    return {first: (index * 7) % 23, second: replies if second == "comments" else index % 4}


def _reply(source: str, name: str, who: str, at: datetime, step: int) -> Reply:
    said = at + timedelta(minutes=25 * (step + 1))
    return Reply(f"{source}-{name}-r{step}", f"https://{source}.example/{name}/r{step}", who, "", said)
