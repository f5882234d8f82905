"""Made-up posts about made-up coffee brands, combined by a seeded generator. No real person, no real post."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from listening.types import Item, Reply

SEED = 20
DAYS = 90
OWN_HANDLE = "@fjallvik@kaffetorget.example"
HN_READ_UNTIL = 36  # days ago: since then the source refuses to answer, which the sample shows, too


@dataclass(frozen=True)
class Name:
    """A made-up brand: how people write it, its tag, and how often it is talked about (posts in ten days)."""

    name: str
    short: str
    tag: str
    domain: str
    handle: str
    often: int


OWN = Name("Fjällvik Coffee", "Fjällvik", "fjallvik", "fjallvik.example", OWN_HANDLE, 9)
RIVALS = (
    Name("Bergby Roasters", "Bergby", "bergby", "bergby.example", "@bergby@kaffetorget.example", 19),
    Name(
        "Norrsken Kaffe",
        "Norrsken",
        "norrskenkaffe",
        "norrsken-kaffe.example",
        "@norrsken@mastedal.example",
        10,
    ),
    Name(
        "Tallbacka Rosteri", "Tallbacka", "tallbacka", "tallbacka.example", "@tallbacka@mastedal.example", 4
    ),
)
INDUSTRY = Name("", "", "kaffe", "", "", 24)
BLOGS = {
    "bryggbloggen.example": "Bryggbloggen",
    "beansandbooks.example": "Beans & Books",
    "kaffekartan.example": "Kaffekartan",
    "nordicfilter.example": "Nordic Filter",
}

RHYTHMS = dict(zip(BLOGS, (3, 9, 6, 14), strict=True))  # days between two posts
# Where a list of popular sites has each, as made up as they are; None: not on the list.
RANKS = {
    "bryggbloggen.example": 61_200,
    "beansandbooks.example": 482_000,
    "kaffekartan.example": None,
    "nordicfilter.example": 733_000,
    "kaffetorget.example": 18_400,
    "mastedal.example": 96_100,
    "fjallvik.example": None,
}

ABOUT_BRAND = {
    "en": [
        "Finally tried the {bean} from {brand}. {verdict}",
        "{brand} {changed} and I am not sure what to think. {verdict}",
        "Walked past the {brand} stall in {town} this morning. {verdict}",
        "Our office switched to {brand} last month. {verdict}",
        "{bean} by {brand}, ground for {brewer}: {verdict}",
        "Honest question about {brand}: {question}",
        "Has anybody else noticed that {brand} {changed}? {verdict}",
        "Subscription box from {brand} came late again, but the {bean} makes up for it.",
        "Does {brand} ship to {town}? {question}",
        "Second bag of {bean} from {brand} in a row that tastes different. {question}",
        "{brand} next to the {bean} I usually buy: {verdict}",
    ],
    "sv": [
        "Provade äntligen {bean} från {brand}. {verdict}",
        "{brand} {changed}, och jag vet inte vad jag ska tycka. {verdict}",
        "Gick förbi {brand} på torget i {town} i morse. {verdict}",
        "På jobbet har vi bytt till {brand}. {verdict}",
        "{bean} från {brand} i {brewer}: {verdict}",
        "Ärlig fråga om {brand}: {question}",
        "Är det fler som märkt att {brand} {changed}? {verdict}",
        "Skickar {brand} till {town}? {question}",
        "Andra påsen {bean} från {brand} som smakar annorlunda. {question}",
    ],
}
ABOUT_INDUSTRY = {
    "en": [
        "Which grinder for {brewer} under a sensible budget? {question}",
        "Specialty coffee in {town} is better than its reputation. {verdict}",
        "I keep notes on every bag I brew with {brewer}. {verdict}",
        "Coffee prices went up again in {town}. {question}",
        "Cold evening, warm kitchen, {bean} in {brewer}. {verdict}",
        "Why do so few roasters print the roast date? {question}",
        "Beginner here: {question}",
        "A short guide to {bean} for people who only know dark roast. {verdict}",
        "Decaf that does not taste of cardboard: does specialty coffee have it? {question}",
    ],
    "sv": [
        "Vilken kvarn till {brewer} utan att bli ruinerad? {question}",
        "Kaffe i {town} är bättre än sitt rykte. {verdict}",
        "Jag antecknar varje påse kaffe jag brygger i {brewer}. {verdict}",
        "Kaffepriset gick upp igen i {town}. {question}",
        "Kall kväll, varmt kök, {bean} i {brewer}. {verdict}",
        "Varför trycker så få rosterier ett rostdatum? {question}",
        "Nybörjare på kaffe här: {question}",
        "Koffeinfritt kaffe som inte smakar kartong, finns det? {question}",
    ],
}
SLOTS = {
    "en": {
        "bean": [
            "washed Kiva", "natural Solberga blend", "winter espresso",
            "light Umbali", "house filter", "decaf",
        ],
        "brewer": ["a hand filter", "the moka pot", "a press pot", "our old machine", "the office brewer"],
        "town": ["Granvik", "Storhamn", "Lillsund", "Ekeby", "Norrholm"],
        "changed": ["changed the bags", "raised the price", "moved the roastery", "opened a second bar"],
        "verdict": [
            "Bright, a little citrus, gone too fast.", "Too dark for me.", "Best cup this month.",
            "Fine, but not for that price.", "The staff knew every farm by name.", "It grows on you.",
            "Would buy again.", "Tasted flat, maybe the water.", "My neighbour swears by it.",
        ],
        "question": [
            "How long after roasting do you drink it?", "Is the subscription worth it?",
            "Where do you buy yours?", "What ratio do you use?", "Has anyone compared the two?",
            "Can the bags be recycled?", "Do they ever answer messages?",
        ],
    },
    "sv": {
        "bean": [
            "tvättad Kiva", "Solbergas blandning", "vinterespresson",
            "ljus Umbali", "husets brygg", "koffeinfritt",
        ],
        "brewer": ["handfiltret", "mokabryggaren", "pressen", "vår gamla maskin", "kontorets bryggare"],
        "town": ["Granvik", "Storhamn", "Lillsund", "Ekeby", "Norrholm"],
        "changed": ["har bytt påsar", "har höjt priset", "har flyttat rosteriet", "har öppnat en bar till"],
        "verdict": [
            "Friskt, lite citrus, slut för fort.", "För mörkt för mig.", "Månadens bästa kopp.",
            "Helt okej, men inte för det priset.",
            "Personalen kunde varje gård vid namn.", "Det växer på en.",
            "Köper gärna igen.", "Smakade platt, kanske vattnet.", "Grannen svär på det.",
        ],
        "question": [
            "Hur länge efter rostning dricker ni det?", "Är prenumerationen värd det?",
            "Var köper ni ert?", "Vilket förhållande kör ni?", "Har någon jämfört de två?",
            "Kan påsarna återvinnas?", "Svarar de någonsin på meddelanden?",
        ],
    },
}  # fmt: skip
NEWS = {
    "en": (
        "{brand} announces a new roastery in {town}, "
        "with room for forty people and a public tasting every Friday."
    ),
    "sv": (
        "{brand} bygger nytt rosteri i {town}, "
        "med plats för fyrtio personer och öppen provsmakning varje fredag."
    ),
}
PEOPLE = [
    f"@{name}@{host}"
    for host in ("kaffetorget.example", "mastedal.example", "skarvik.example")
    for name in (
        "asa_l", "bryggaren", "coldbrewkim", "drip_daily", "elin_v", "filterfred", "greta", "havregryn",
        "ida_kvarn", "jonas_m", "kopp_nr_fem", "lattelisa", "mokamo", "nattbryggt", "olle_o", "pourover_pia",
    )
]  # fmt: skip


@dataclass(frozen=True)
class Post:
    """An item, which source gives it, and the replies that its thread holds."""

    source: str
    item: Item
    replies: tuple[Reply, ...] = ()


def posts(now: datetime) -> Iterator[Post]:
    """Everything that was said in the last 90 days, oldest first; the same for the same ``now``."""
    dice = random.Random(SEED)
    number = 0
    for day in range(DAYS, -1, -1):
        trend = 1 + (DAYS - day) / DAYS / 3  # the talk grows by a third
        for name in (OWN, *RIVALS, INDUSTRY):
            for _ in range(_how_many(dice, name.often / 10 * trend)):
                number += 1
                at = now - timedelta(days=day, minutes=dice.randrange(60, 23 * 60))
                yield _post(dice, number, name, at, day)
        if day % 30 == 12:
            yield from _syndicated(dice, number * 1000, now - timedelta(days=day, hours=5))
    for index, day in enumerate((71, 44, 20, 9)):
        yield _own_post(index, now - timedelta(days=day, hours=3))


def _how_many(dice: random.Random, expected: float) -> int:
    return int(expected) + (dice.random() < expected % 1)


def _post(dice: random.Random, number: int, name: Name, at: datetime, day: int) -> Post:
    language = "sv" if dice.random() < 0.55 else "en"
    templates = ABOUT_BRAND if name.name else ABOUT_INDUSTRY
    text = dice.choice(templates[language])
    slots = {slot: dice.choice(options) for slot, options in SLOTS[language].items()}
    brand = name.name if dice.random() < 0.5 else name.short
    text = text.format(brand=brand, **slots)
    if name is OWN and dice.random() < 0.15:
        rival = dice.choice(RIVALS)
        text += f" Jämfört med {rival.name}?" if language == "sv" else f" Compared with {rival.name}?"
    roll = dice.random()
    if roll < 0.18:
        return _blog(dice, number, text, at, language)
    if roll < 0.34 and day >= HN_READ_UNTIL:
        return _forum(dice, number, text, at, language)
    return _toot(dice, number, name, text, at, language)


def _toot(dice: random.Random, number: int, name: Name, text: str, at: datetime, language: str) -> Post:
    tags = {name.tag, dice.choice(["kaffe", "coffee"])} if dice.random() < 0.8 else {"kaffe"}
    author = PEOPLE[min(int(dice.expovariate(0.09)), len(PEOPLE) - 1)]
    user, _, host = author[1:].partition("@")
    replies = _replies(dice, number, at, host)
    item = Item(
        external_id=f"https://{host}/users/{user}/statuses/{110_000_000_000 + number}",
        url=f"https://{host}/@{user}/{110_000_000_000 + number}",
        text=f"{text} {' '.join(f'#{tag}' for tag in sorted(tags))}",
        author=author,
        author_url=f"https://{host}/@{user}",
        published_at=at,
        language=language,
        tags=tuple(sorted(tags)),
        metrics={"likes": int(dice.expovariate(0.15)), "shares": int(dice.expovariate(0.5))},
        replies=len(replies),
    )
    return Post("mastodon", item, replies)


def _replies(dice: random.Random, number: int, at: datetime, host: str) -> tuple[Reply, ...]:
    authors = dice.sample(PEOPLE, min(int(dice.expovariate(0.7)), 6))
    if dice.random() < 0.03:
        authors.append(OWN_HANDLE)
    elif dice.random() < 0.09:
        authors.append(dice.choice(RIVALS).handle)
    return tuple(
        Reply(
            external_id=f"reply-{number}-{index}",
            url=f"https://{host}/replies/{number}/{index}",
            author=author,
            published_at=at + timedelta(minutes=17 * (index + 1)),
        )
        for index, author in enumerate(authors)
    )


def _forum(dice: random.Random, number: int, text: str, at: datetime, language: str) -> Post:
    replies = tuple(
        Reply(
            f"hn-{number}-{index}", f"https://forum.example/item?id={number}{index}", f"reader{index}", "", at
        )
        for index in range(int(dice.expovariate(0.4)))
    )
    item = Item(
        external_id=str(40_000_000 + number),
        url=f"https://forum.example/item?id={40_000_000 + number}",
        title=text[:80],
        text=text,
        author=f"reader{dice.randrange(60)}",
        published_at=at,
        language=language,
        metrics={"points": int(dice.expovariate(0.05)), "comments": len(replies)},
        replies=len(replies),
    )
    return Post("hackernews", item, replies)


def _blog(dice: random.Random, number: int, text: str, at: datetime, language: str, host: str = "") -> Post:
    host = host or dice.choice(list(BLOGS))
    item = Item(
        external_id=f"https://{host}/{at:%Y/%m}/post-{number}",
        url=f"https://{host}/{at:%Y/%m}/post-{number}",
        title=text.split(". ")[0][:90],
        text=text,
        author=BLOGS[host],
        published_at=at,
        language=language,
        tags=("kaffe",) if dice.random() < 0.3 else (),
        thread_readable=False,
    )
    return Post("feeds", item)


def _syndicated(dice: random.Random, number: int, at: datetime) -> Iterator[Post]:
    """One press release, printed word for word by three blogs: three mentions, one story."""
    language = dice.choice(["en", "sv"])
    brand, town = dice.choice(RIVALS).name, dice.choice(SLOTS[language]["town"])
    text = NEWS[language].format(brand=brand, town=town)
    for index, host in enumerate(list(BLOGS)[:3]):
        yield _blog(dice, number + index, text, at + timedelta(hours=index), language, host)


def _own_post(index: int, at: datetime) -> Post:
    """We speak up now and then, so that the sample's third step has both sides."""
    text = [
        "New harvest from Kiva is in at Fjällvik Coffee.",
        "Fjällvik Coffee har öppet till åtta hela december.",
        "Fjällvik Coffee söker en rostare till Granvik.",
        "Thank you Storhamn, Fjällvik Coffee had a full house.",
    ][index]  # fmt: skip
    item = Item(
        external_id=f"https://kaffetorget.example/users/fjallvik/statuses/{index + 1}",
        url=f"https://kaffetorget.example/@fjallvik/{index + 1}",
        text=f"{text} #fjallvik",
        author=OWN_HANDLE,
        author_url="https://kaffetorget.example/@fjallvik",
        published_at=at,
        language="en",
        tags=("fjallvik",),
        metrics={"likes": 2 + index, "shares": 0},
        replies=0,
    )
    return Post("mastodon", item)
