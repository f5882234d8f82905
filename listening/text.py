"""Foreign text, cleaned at the door, and the keys by which we tell that two posts say the same thing."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# C0 and C1 controls but for tab and newline, bidirectional overrides, surrogates, noncharacters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
    "|["
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n ?(?:\n ?)+")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_WORD = re.compile(r"\w+")

# Parameters that tell who sent the reader, not which page it is.
TRACKING = frozenset(
    [
        "fbclid",
        "gclid",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "twclid",
        "igshid",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
        "vero_id",
        "_hsenc",
        "_hsmi",
        "ref",
        "ref_src",
        "ref_url",
        "referrer",
        "spm",
        "cmpid",
        "ncid",
        "icid",
        "guccounter",
    ]
)
MOST_MARKS = 30  # on one letter
SAME_TEXT_WORDS = 8  # shorter texts ("Thanks!") are alike by chance


def clean_text(text: str, limit: int = 20_000) -> str:
    """Text as we keep it: NFC, no controls, overrides or half characters, white space tidied, cut."""
    text = composed(_UNWANTED.sub("", text[: limit * 4].replace("\r\n", "\n").replace("\r", "\n")))
    return _LINES.sub("\n\n", _SPACES.sub(" ", text)).strip()[:limit]


def composed(text: str) -> str:
    """The text in NFC. Of marks on one letter 30 are kept, as Unicode's stream-safe text has it (UAX 15).

    No language needs as many, and sorting thousands of them takes the square of their number.
    """
    if unicodedata.is_normalized("NFC", text):
        return text
    kept, marks = [], 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MOST_MARKS:
            kept.append(sign)
    return unicodedata.normalize("NFC", "".join(kept))


def clean_line(text: str, limit: int = 500) -> str:
    """As ``clean_text``, on one line: for titles, names and labels."""
    return " ".join(clean_text(text, limit).split())


def canonical_url(url: str) -> str:
    """One address for one page: host in lower case, no default port, fragment or tracking parameter.

    The path and every other parameter stay as they are: what looks like noise names the page on some site.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return url.strip()
    if port and port != {"http": 80, "https": 443}.get(parts.scheme.lower()):
        host = f"{host}:{port}"
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _is_tracking(name)]
    query = parts.query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((parts.scheme.lower(), host, parts.path or "/", query, ""))


def _is_tracking(name: str) -> bool:
    return name.lower() in TRACKING or name.lower().startswith("utm_")


def url_key(url: str) -> str:
    """sha256 over the canonical address without scheme and "www.", so that http and https are one page."""
    bare = canonical_url(url).split("://", 1)[-1].removeprefix("www.")
    return hashlib.sha256(bare.encode("utf-8", "replace")).hexdigest()


def text_key(title: str, text: str) -> str:
    """sha256 over the words, whatever their case, marks and links; "" when there are too few."""
    plain = _ADDRESS.sub(" ", f"{title} {text}" if title not in text else text)
    words = _WORD.findall(composed(plain).casefold())
    if len(words) < SAME_TEXT_WORDS:
        return ""
    return hashlib.sha256(" ".join(words).encode("utf-8", "replace")).hexdigest()


def is_question(title: str, text: str) -> bool:
    """Whether somebody asks something: a question mark outside an address."""
    return "?" in _ADDRESS.sub(" ", f"{title}\n{text}")
