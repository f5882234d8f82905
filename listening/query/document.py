"""What a search is asked of: one mention, with its title, text and where it comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from listening.query.text import Prepared, cut, normalise, tokenise

_HASHTAG = re.compile(r"(?<!\w)[#＃](\w+)")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://")


@dataclass(frozen=True)
class Found:
    """Words found, as written: ``words`` is characters ``start`` to ``end`` of what ``where`` names.

    ``where`` is "title" or "text", or a fact about the document: "tag", "author", "site", "source", "lang".
    """

    where: str
    words: str
    start: int
    end: int


@dataclass(frozen=True)
class Document:
    """One text with its facts. Prepares its normal forms once, so that many searches can be asked of it.

    ``site`` is a host name or an address, ``author`` a handle or a name, ``language`` BCP 47, ``tags`` are
    without "#". Empty means unknown and answers no search.
    """

    title: str
    text: str
    site: str = ""
    author: str = ""
    source: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    _prepared: dict[tuple[str, bool], Prepared] = field(default_factory=dict, compare=False, repr=False)
    _keyed: dict[tuple[str, bool], dict[str, list[Found]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def prepared(self, where: str = "", fold: bool = False) -> Prepared:
        """Title and text together, as the words of a search see them; or the title alone."""
        key = (where, fold)
        if key not in self._prepared:
            title = ("title", self.title)
            self._prepared[key] = Prepared(
                (title,) if where == "title" else (title, ("text", self.text)), fold
            )
        return self._prepared[key]

    def keys(self, name: str, fold: bool = False) -> Mapping[str, list[Found]]:
        """What a field's value is compared with, and where each was found.

        The site example.com is also under "com", the language sv-SE under "sv", a handle also without its
        server or its "u/", a name also under each of its words, and a hashtag of the text among the tags.
        """
        key = (name, fold)
        if key not in self._keyed:
            self._keyed[key] = self._keys(name, fold)
        return self._keyed[key]

    def lexemes(self) -> list[str]:
        """What the store's tsvector holds: words with and without accents, and keys as "site:example.com".

        With both forms of a word, one column serves searches that fold accents and searches that do not.
        """
        both = f"{self.title}\n{self.text}"
        lexemes = dict.fromkeys(tokenise(both))
        lexemes.update(dict.fromkeys(tokenise(both, fold=True)))
        for name in ("site", "author", "source", "lang", "tag"):
            for fold in (False, True):
                lexemes.update(dict.fromkeys(field_lexeme(name, key) for key in self.keys(name, fold)))
        return list(lexemes)

    def _keys(self, name: str, fold: bool) -> dict[str, list[Found]]:
        keys: dict[str, list[Found]] = {}
        if name == "tag":
            for tag in self.tags:
                _add(keys, [field_value("tag", tag, fold)], Found("tag", tag, 0, len(tag)))
            both = self.prepared(fold=fold)
            for hashtag in _HASHTAG.finditer(both.normal):
                for where, start, end in both.origin(*hashtag.span()):
                    written = self.title if where == "title" else self.text
                    _add(keys, [hashtag[1]], Found(where, written[start:end], start, end))
            return keys
        facts = {"site": self.site, "author": self.author, "source": self.source, "lang": self.language}
        written = facts[name]
        value = field_value(name, written, fold)
        ways = [value]
        if name == "site":
            labels = value.split(".")
            ways += [".".join(labels[index:]) for index in range(1, len(labels))]
        elif name == "lang":
            subtags = value.split("-")
            ways += ["-".join(subtags[:length]) for length in range(1, len(subtags))]
        elif name == "author":
            ways += value.split() if " " in value else [value.partition("@")[0], value.removeprefix("u/")]
        _add(keys, ways, Found(name, written, 0, len(written)))
        return keys


def _add(keys: dict[str, list[Found]], ways: list[str], found: Found) -> None:
    for way in dict.fromkeys(ways):
        if way:
            keys.setdefault(way, []).append(found)


def field_value(name: str, written: str, fold: bool = False) -> str:
    """The value of a field in the form in which it is compared; "" when nothing is left."""
    value = " ".join(normalise(written, fold and name in ("author", "tag")).split())
    match name:
        case "site":
            return _host(value)
        case "lang":
            return value.replace("_", "-").strip("-")
        case "author":
            return value.lstrip("@＠")
        case "tag":
            return value.lstrip("#＃")
        case _:
            return value


def field_lexeme(name: str, key: str) -> str:
    """How a key stands in the tsvector; the colon keeps it apart from every word of a text."""
    return cut(f"{name}:{key}")


def _host(address: str) -> str:
    """The host of an address or of a bare host name: no user, port or "www.", punycode as people read it."""
    host = re.split(r"[/?#\\]", _SCHEME.sub("", address), maxsplit=1)[0]
    host = host.rpartition("@")[2].partition(":")[0].strip(".")
    labels = host.removeprefix("www.").split(".")
    return ".".join(_readable(label) for label in labels if label)


def _readable(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return normalise(label[4:].encode("ascii").decode("punycode"))
    except UnicodeError:
        return label
