"""The made-up world: three coffee brands, what people wrote about them in 30 days, and the truth about it.

Everything is invented and free of chance: the same posts at every start, dated back from the start. Numbers
of posts grow with their time, as they do on real systems.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle

HOME = "mastodon.social"  # where everybody in this world has their account
LAST_NUMBER = 110_000_000_000_000_000  # the newest post of the start


@dataclass(frozen=True)
class Brand:
    """A brand with its places. ``mastodon``: account name or ""; ``feed``: path of its feed or "".
    ``reddit``: user name, ``blog``: host on WordPress.com, ``channel``: id on YouTube; "" = none.

    ``articles``: language to (title, bytes, readers a day). ``answers``: the first how many of the
    conversations about it that have replies it takes part in. ``item``: its id in Wikidata.
    """

    id: str
    name: str
    domain: str
    tags: tuple[str, ...]
    mastodon: str = ""
    feed: str = ""
    articles: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    followers: int = 0
    answers: int = 0
    reddit: str = ""
    blog: str = ""
    channel: str = ""
    item: str = ""

    @property
    def account(self) -> str:
        """The number of its Mastodon account."""
        return str(9_000 + len(self.name))


BRANDS = (
    Brand(
        "fjallvik",
        "Fjällvik Coffee",
        "www.fjallvik.example",
        tags=("fjallvik", "fjällvikcoffee"),
        mastodon="fjallvik",
        feed="/news/feed.xml",
        articles={"en": ("Fjällvik Coffee", 14_200, 210), "sv": ("Fjällvik Coffee", 5_100, 34)},
        followers=2_150,
        answers=1,
        reddit="TeamFjallvik",
        blog="blogg.fjallvik.example",
        channel="UCfjallvik0000000000001a",
        item="Q90000001",
    ),
    Brand(
        "bergby",
        "Bergby Roasters",
        "www.bergby.example",
        tags=("bergby", "bergbyroasters"),
        mastodon="bergby",
        feed="/blog/atom.xml",
        articles={"en": ("Bergby Roasters", 31_900, 480)},
        followers=6_800,
        answers=5,
        reddit="bergby_roasters",
        channel="UCbergby000000000000002b",
        item="Q90000002",
    ),
    Brand(
        *("kustens", "Kustens Kaffe", "www.kustens.example"),
        tags=("kustenskaffe",),
        feed="/feed.json",
        item="Q90000003",
    ),
)
RANKS = {
    "mastodon.social": 812,
    "ycombinator.com": 2_345,
    "fjallvik.example": 95_000,
    "bergby.example": 8_100,
}
FIELD = ("coffee", "kaffe")  # words and tags of the field they are in


@dataclass(frozen=True)
class Reply:
    """An answer in a thread; ``author`` is an account's name. No text names a brand, so no count changes."""

    number: int
    author: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Post:
    """One post. ``system``: "mastodon", "hackernews", "reddit", "wordpress" or "blog". ``about``: the id of a
    brand, "" = the field. ``under``: on Hacker News, the number of the story that it comments on. On Reddit
    the one tag is the community.
    """

    number: int
    system: str
    author: str
    text: str
    at: datetime
    title: str = ""
    link: str = ""
    tags: tuple[str, ...] = ()
    about: str = ""
    under: int = 0
    likes: int = 0
    replies: tuple[Reply, ...] = ()

    @property
    def words(self) -> str:
        """All that can be read of it; on Mastodon the tags stand in the text."""
        tags = self.tags if self.system == "mastodon" else ()
        return "\n".join([self.title, self.text, *(f"#{tag}" for tag in tags)])

    @property
    def external_id(self) -> str:
        """The id that the system gives out."""
        if self.system == "mastodon":
            return f"https://{HOME}/users/{self.author}/statuses/{self.number}"
        if self.system == "reddit":
            return f"t3_{base36(self.number)}"
        if self.system == "wordpress":
            return f"{len(self.author)}/{self.number}"  # the number of the blog, and of the post in it
        return self.url if self.system == "blog" else str(self.number)

    @property
    def url(self) -> str:
        """Where a person reads it."""
        if self.system == "mastodon":
            return f"https://{HOME}/@{self.author}/{self.number}"
        if self.system == "blog":
            return f"https://kaffebloggen.example/{self.at:%Y/%m}/{self.number // 1_000_000 % 100_000}/"
        if self.system == "reddit":
            return f"https://www.reddit.com/r/{self.tags[0]}/comments/{base36(self.number)}/cup_notes/"
        if self.system == "wordpress":
            blog = self.author.replace("_", "-")
            return f"https://{blog}.wordpress.com/{self.at:%Y/%m/%d}/{self.number}/"
        return f"https://news.ycombinator.com/item?id={self.number}"


PEOPLE = (
    "anna_b",
    "olle",
    "mikaelk",
    "sara_i_umea",
    "tove",
    "jonas_brews",
    "hedda",
    "nils_n",
    "priya",
    "wim",
)
OPINIONS = (
    "Had a flat white made with beans from {brand} this morning. Surprisingly good.",
    "My office switched to {brand} and now nobody goes out for a cup any more.",
    "The new bags of {brand} close properly at last, thank you whoever decided that.",
    "Not convinced by the dark roast from {brand}, it tastes of little but smoke.",
    "Third week with the subscription from {brand}: always on time, always fresh.",
    "{brand} at the market in Sundsvall today, long queue, friendly people.",
    "Paid far too much for a tin of {brand} at the airport. Still happy.",
    "I keep coming back to {brand} for the washed Ethiopian.",
    "The grinder guide by {brand} is the first one that I understood.",
)
QUESTIONS = (
    "Does {brand} deliver to Norway?",
    "Which roast of {brand} works best in a moka pot?",
    "Has anybody tried the decaf from {brand}? Worth it?",
    "Why is {brand} sold out everywhere in Gothenburg?",
    "How long does an opened bag of {brand} keep?",
)
OF_THE_FIELD = (
    "What do you pay for good coffee these days?",
    "Cold brew coffee in November, do not judge me.",
    "Unpopular opinion: most coffee is ground too fine.",
    "How do you clean a grinder after oily coffee beans?",
    "A cup of coffee and a cinnamon bun, and the week can begin.",
)
SWEDISH = "Någon som vet var man hittar bra kaffe i Kiruna?"
NEWS = "{brand} opens a roastery for visitors in Härnösand, with tastings every Saturday"
ANSWERS = (
    "Same here, and I asked them twice.",
    "Yes, works well for me.",
    "Try it with cooler water first.",
    "No idea, but I would like to know, too.",
)
SHARES = (("fjallvik", 22), ("bergby", 34), ("kustens", 10), ("", 14))  # posts about each, in 30 days


BY_TAG = ("mastodon", "wordpress")  # what cannot be found by words without a key


def base36(number: int) -> str:
    """A number as Reddit writes it."""
    digits = ""
    while number:
        number, last = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[last] + digits
    return digits


def brand(key: str) -> Brand | None:
    """The brand of this id."""
    return next((one for one in BRANDS if one.id == key), None)


@dataclass
class World:
    """Who there is and what was written, dated back from ``start``. ``add`` lets one more thing happen."""

    start: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    posts: list[Post] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.posts = _posts(self.start)

    def add(self, system: str, text: str, tags: Sequence[str] = (), author: str = "olle") -> Post:
        """One more post, now."""
        number = max(post.number for post in self.of(system)) + 64
        if system == "blog":  # its addresses are made from the millions
            number = max(post.number for post in self.posts) + 1_000_000
        now = datetime.now(UTC).replace(microsecond=0)
        title = "" if system == "mastodon" else text
        tags = tags or (FIELD[:1] if system == "reddit" else ())  # a post there stands in a community
        post = Post(number, system, author, text, now, title=title, tags=tuple(tags))
        self.posts.insert(0, post)
        return post

    def of(self, system: str) -> list[Post]:
        """The posts of one system, newest first."""
        return [post for post in self.posts if post.system == system]

    def post(self, number: int) -> Post | None:
        """The post of this number."""
        return next((post for post in self.posts if post.number == number), None)

    def written_by(self, account: str) -> list[tuple[int, str, datetime, int]]:
        """(number, text, when, the post it answers or 0) of an account on Mastodon, newest first."""
        own = [
            (LAST_NUMBER - 5_000_000 * day - 7, f"Behind the counter, day {day}.", self._ago(day), 0)
            for day in range(2, 29, 4)
        ]
        answers = [
            (reply.number, reply.text, reply.at, post.number)
            for post in self.of("mastodon")
            for reply in post.replies
            if reply.author == account
        ]
        return sorted(own + answers, reverse=True)

    def _ago(self, days: int) -> datetime:
        return self.start - timedelta(days=days)

    def worded(self, terms: Iterable[str]) -> set[str]:
        """Ids of all posts that hold one of these words or phrases, whole, in title, text or tags."""
        words = [_whole(term) for term in terms]
        return {post.external_id for post in self.posts if any(word.search(post.words) for word in words)}

    def truth(self, terms: Iterable[str], tags: Iterable[str] = ()) -> dict[str, set[str]]:
        """System to the ids of all that can be found by these words (whole, in title or text) or tags.

        What Mastodon and WordPress have without a tag of ours cannot be found without a key, so it is not
        counted. On Reddit a tag finds the community of that name.
        """
        worded, wanted = self.worded(terms), {tag.casefold() for tag in tags}
        found: dict[str, set[str]] = {post.system: set() for post in self.posts}
        for post in self.posts:
            tagged = bool(wanted & {tag.casefold() for tag in post.tags})
            if tagged or (post.external_id in worded and post.system not in BY_TAG):
                found[post.system].add(post.external_id)
        return found

    def takes_part(self, key: str, system: str = "mastodon") -> set[str]:
        """Ids of a system's posts about a brand in whose threads the brand itself wrote."""
        one = brand(key)
        own = getattr(one, system)  # its name there
        return {
            post.external_id
            for post in self.of(system)
            if one and post.about == key and any(reply.author == own for reply in post.replies)
        }


def _whole(term: str) -> re.Pattern[str]:
    words = r"\W+".join(map(re.escape, term.casefold().split()))
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


def _posts(start: datetime) -> list[Post]:
    """All posts, newest first; the newest is ten minutes old, the oldest 29 days."""
    drafts = [draft for key, many in SHARES for draft in _about(key, many)]
    # Mixed: 37 is prime to their number.
    drafts = [drafts[place * 37 % len(drafts)] for place in range(len(drafts))]
    drafts += [_news("anna_b"), _news("olle"), _news("priya")]
    step = timedelta(days=29) / len(drafts)
    posts = []
    for place, draft in enumerate(drafts):
        number = LAST_NUMBER - place * 1_000_000
        if draft.system == "hackernews":
            number = 40_000_000 - place * 100
        at = start - timedelta(minutes=10) - step * place
        posts.append(replace(draft, number=number, at=at.replace(microsecond=0), likes=place * 7 % 23))
    further = [post for key, _ in SHARES for post in _longer(key, start)]
    return sorted(
        _with_comments(_with_replies(posts)) + further, key=lambda post: (post.at, post.number), reverse=True
    )


def _longer(key: str, start: datetime) -> Iterator[Post]:
    """Four posts on Reddit and four on WordPress about a brand or the field, dated back over four weeks.

    Half of those on Reddit stand in a community that is named like a tag. Every second one is answered, the
    first by the brand itself, where it has a name there.
    """
    one, place = brand(key), [key for key, _ in SHARES].index(key)
    for count in range(8):
        system = ("reddit", "wordpress")[count % 2]
        number = LAST_NUMBER - 500_000 - (place * 8 + count) * 10_000
        at = start - timedelta(days=3.4 * count, hours=1 + place)
        told = [*OPINIONS, *QUESTIONS] if one else list(OF_THE_FIELD)
        tag = one.tags[0] if one else FIELD[0]
        names = [PEOPLE[(place + count + more) % len(PEOPLE)] for more in range(1, 3)]
        if system == "wordpress" or count % 4:
            names = []
        elif one and one.reddit and not count:
            names.append(one.reddit)
        yield Post(
            number,
            system,
            PEOPLE[(place + 3 * count) % len(PEOPLE)],
            told[(3 * count + place) % len(told)].format(brand=one.name if one else ""),
            at.replace(microsecond=0),
            title=f"Long notes: {one.name if one else 'coffee'} {count + 1}",
            tags=(tag,) if system == "wordpress" or count < 4 else ("askanything",),
            about=key,
            likes=count,
            replies=tuple(
                Reply(number + 1 + more, name, ANSWERS[more], at + timedelta(minutes=5 + more))
                for more, name in enumerate(names)
            ),
        )


def _about(key: str, many: int) -> Iterator[Post]:
    """``many`` posts about a brand or the field: questions, opinions, spread over people and systems."""
    one, people = brand(key), cycle(PEOPLE)
    systems = cycle(("mastodon", "mastodon", "mastodon", "hackernews", "mastodon", "blog"))
    sentences = cycle([*OPINIONS, *QUESTIONS] if one else [*OF_THE_FIELD, SWEDISH])
    for count in range(many):
        system, text = next(systems), next(sentences).format(brand=one.name if one else "")
        tags = (one.tags[count % len(one.tags)], FIELD[0]) if one else (FIELD[count % 2],)
        # In words only, or by tag: both occur on Mastodon. Nobody says the same thing twice by chance.
        text = f"{text} ({count + 1}/{many})" if count >= len(OPINIONS) + len(QUESTIONS) else text
        title = text if system == "hackernews" else f"Cup notes: {one.name if one else 'coffee'} {count + 1}"
        yield Post(
            0,
            system,
            next(people),
            "" if system == "hackernews" else text,
            datetime.min,
            title="" if system == "mastodon" else title,
            link=f"https://kaffenytt.example/{key or 'field'}/{count}" if system == "hackernews" else "",
            tags=tags if system == "mastodon" else (),
            about=key,
        )


def _news(author: str) -> Post:
    """One story that three people tell in the same words."""
    own = BRANDS[0]
    text = NEWS.format(brand=own.name)
    return Post(0, "mastodon", author, text, datetime.min, tags=own.tags[:1], about=own.id)


def _with_replies(posts: list[Post]) -> list[Post]:
    """Every third post is answered by one to three people; brands answer some of those about them."""
    left = {one.id: one.answers for one in BRANDS}
    found = []
    for place, post in enumerate(posts):
        names = [PEOPLE[(place + more) % len(PEOPLE)] for more in range(1, 2 + place % 3)]
        if place % 3 or post.system == "blog":
            names = []
        elif post.system == "mastodon" and left.get(post.about):
            left[post.about] -= 1
            names.append(next(one.mastodon for one in BRANDS if one.id == post.about))
        replies = tuple(
            Reply(
                number=post.number + 1 + more,
                author=name,
                text=ANSWERS[(place + more) % len(ANSWERS)],
                at=post.at + timedelta(minutes=3 + more),
            )
            for more, name in enumerate(names)
        )
        found.append(replace(post, replies=replies))
    return found


def _with_comments(posts: list[Post]) -> list[Post]:
    """Two comments on Hacker News that are about a brand themselves."""
    story = next(post for post in posts if post.system == "hackernews" and not post.about)
    texts = ("Fjällvik Coffee has a page on exactly this.", "Ask Bergby Roasters, they measure everything.")
    comments = [
        Post(
            story.number + 20 + place,
            "hackernews",
            PEOPLE[place],
            text,
            story.at + timedelta(minutes=8 + place),
            about=BRANDS[place].id,
            under=story.number,
        )
        for place, text in enumerate(texts)
    ]
    return sorted(posts + comments, key=lambda post: (post.at, post.number), reverse=True)
