"""A snapshot as tables that any program opens, and the page that says how to check it. Pure.

All of it is derived from the snapshot alone, so whoever has the snapshot can make it again and compare.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pitches.decks.contract import LANGUAGES, is_redacted
from pitches.decks.text import plain, resolve
from pitches.evidence import digests

VERSION = 1  # raised with every change of what is written here
NAMES = ("README.txt", "evidence.csv", "figures.csv", "rows.csv")
FORMULA = ("=", "+", "-", "@")
CUT_OFF = ("\t", "\r", "\n")

FIGURES = ("key", "label", "value", "unit", "currency", "class", "evidence")
EVIDENCE = (
    *(
        "id",
        "step",
        "label",
        "class",
        "query",
        "query_version",
        "sources",
        "gaps",
        "from",
        "to",
        "fetched_at",
    ),
    *("inspected", "formula", "url", "rows_total", "rows_kept", "rows_redacted"),
)
ROW = ("title", "url", "site", "author", "date", "excerpt", "why", "source", "found", "seen", "captures")
ROWS = ("evidence", "place", *ROW, "redacted")


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(CUT_OFF) or _seen_first(text).startswith(FORMULA) else text


def _seen_first(text: str) -> str:
    """The first sign that is seen, in its plain form. No more is read: the text may be of any length."""
    for sign in text:
        plain = unicodedata.normalize("NFKC", sign).lstrip()
        if plain and unicodedata.category(plain[0]) not in ("Cf", "Cc"):
            return plain
    return ""


def sheet(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Comma-separated values. Numbers stay numbers, None is an empty cell."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe(value) if isinstance(value, str) else value for value in row])
    return buffer.getvalue().encode("utf-8-sig")  # or spreadsheets take å for two letters


def all_of(snapshot: Mapping[str, Any], sha256: str) -> dict[str, bytes]:
    """Every derived file by its name. ``sha256``: the digest the pitch was frozen with."""
    return {
        "README.txt": readme(snapshot, sha256),
        "evidence.csv": evidence(snapshot),
        "figures.csv": figures(snapshot),
        "rows.csv": rows(snapshot),
    }


def figures(snapshot: Mapping[str, Any]) -> bytes:
    """Every figure with its value. A percentage is a share from 0 to 1; unknown is empty, never 0."""
    return sheet(
        FIGURES,
        (
            [key, _said(snapshot, one["label"]), one["value"], one["unit"], one.get("currency", ""),
             one["class"], one["evidence"]]
            for key, one in sorted(snapshot["figures"].items())  # as read from anywhere, the same
        ),
    )  # fmt: skip


def evidence(snapshot: Mapping[str, Any]) -> bytes:
    """How each figure came about."""
    return sheet(EVIDENCE, (_evidence(snapshot, one) for one in snapshot["evidence"]))


def _evidence(snapshot: Mapping[str, Any], one: Mapping[str, Any]) -> list[Any]:
    kept = one.get("rows", [])
    words = {
        "label": _said(snapshot, one["label"]),
        "formula": _said(snapshot, one.get("formula") or {}),
        "sources": ", ".join(one.get("sources", ())),
        "gaps": " ".join(_said(snapshot, gap) for gap in one.get("gaps", ())),
        "rows_kept": len(kept),
        "rows_redacted": sum(1 for row in kept if is_redacted(row)),
    }
    return [words[name] if name in words else one.get(name) for name in EVIDENCE]


def rows(snapshot: Mapping[str, Any]) -> bytes:
    """The lists behind the figures."""
    return sheet(
        ROWS,
        (
            [one["id"], place, *(row.get(name, "") for name in ROW), row.get("redacted", "")]
            for one in snapshot["evidence"]
            for place, row in enumerate(one.get("rows", ()), 1)
        ),
    )


def _said(snapshot: Mapping[str, Any], text: Mapping[str, str]) -> str:
    if not any(text.values()):
        return ""
    language = snapshot["language"]
    return plain(resolve(dict(text), snapshot["figures"], snapshot["names"], language, snapshot["time_zone"]))


# Not through gettext: the same snapshot gives the same file, whatever happens to translations.
README = {
    "en": """The evidence of a pitch
=======================

{title}
Version {version}, frozen {frozen_at} by {tool}
Id {id}
Digest {sha256}

What is in here
---------------
snapshot.json   everything the pitch shows: figures, evidence, searches, coverage, slides
figures.csv     every figure
evidence.csv    how each figure came about
rows.csv        the lists behind the figures: what was found, where, when, by which search
captures/       raw answers of sources, while Earshot still had them; a file's name is its SHA-256
SHA256SUMS      the SHA-256 of every file
manifest.json   the same for programs, with the digest of the pitch

The tables say in other words what is in snapshot.json. A cell that a spreadsheet could take for a formula
begins with an apostrophe. Percentages are shares from 0 to 1; an empty value is unknown, never zero.

How to verify
-------------
1. Unpack the file and ask whether any file changed since:

       sha256sum -c SHA256SUMS

   On macOS: shasum -a 256 -c SHA256SUMS. On Windows: Get-FileHash in PowerShell shows one hash at a time.
2. Ask whether the files belong to the pitch: on the page "Verify evidence" of any Earshot, or at a terminal
   with "manage.py verify" and the name of the ZIP file. Without Earshot, this Python program prints the
   digest:

{program}
3. Compare the digest above with the one on the page of the frozen pitch, or ask whoever gave you this.
   The files prove each other; only that comparison proves that nobody made all of them anew.

Whose words these are
---------------------
rows.csv and snapshot.json name authors by their handles, because a proof must say whose words it quotes.
Decks do not. Treat these files as personal data: keep them safe, and delete them when you no longer need
them. Who asked to be forgotten is redacted: in the place of their words stands the SHA-256 of what was
there, so that the digest stays what it was.{redacted}
""",
    "sv": """Beläggen för en pitch
=====================

{title}
Version {version}, fryst {frozen_at} av {tool}
Id {id}
Kontrollsumma {sha256}

Vad som finns här
-----------------
snapshot.json   allt som pitchen visar: siffror, belägg, sökningar, vad som kunde läsas, bilder
figures.csv     varje siffra
evidence.csv    hur varje siffra kom till
rows.csv        listorna bakom siffrorna: vad som hittades, var, när och med vilken sökning
captures/       källornas råa svar, så länge Earshot hade dem kvar; filens namn är dess SHA-256
SHA256SUMS      varje fils SHA-256
manifest.json   detsamma för program, med pitchens kontrollsumma

Tabellerna säger med andra ord det som står i snapshot.json. En cell som ett kalkylprogram kunde ta för en
formel börjar med en apostrof. Procent är andelar från 0 till 1; ett tomt värde är okänt, aldrig noll.

Så kontrollerar du
------------------
1. Packa upp filen och fråga om någon fil har ändrats sedan dess:

       sha256sum -c SHA256SUMS

   På macOS: shasum -a 256 -c SHA256SUMS. I Windows visar Get-FileHash i PowerShell en kontrollsumma i taget.
2. Fråga om filerna hör till pitchen: på sidan ”Kontrollera belägg” i vilken Earshot som helst, eller i en
   terminal med "manage.py verify" och ZIP-filens namn. Utan Earshot skriver det här Python-programmet ut
   kontrollsumman:

{program}
3. Jämför kontrollsumman ovan med den på den frysta pitchens sida, eller fråga den som gav dig filen.
   Filerna styrker varandra; bara den jämförelsen visar att ingen har gjort om dem alla.

Vems ord det är
---------------
rows.csv och snapshot.json nämner avsändare vid deras användarnamn, eftersom ett belägg måste säga vems ord
det citerar. Det gör inte presentationerna. Behandla filerna som personuppgifter: förvara dem säkert och
radera dem när du inte längre behöver dem. Den som bett om att bli glömd är borttagen: i stället för orden
står SHA-256 av det som stod där, så att kontrollsumman är densamma som förut.{redacted}
""",
}
REDACTED = {
    "en": "\n\nRedacted in this file: {count}.{partly}",
    "sv": "\n\nBorttaget i den här filen: {count}.{partly}",
}
PARTLY = {
    "en": (
        "\nThis pitch was frozen by an Earshot that hashed the whole document. Its digest can no longer be\n"
        "taken; what is left is checked by the one written down as “parts” when the first part went."
    ),
    "sv": (
        "\nPitchen frystes av en Earshot som tog kontrollsumman av hela dokumentet. Den går inte att räkna\n"
        "fram längre; det som är kvar kontrolleras mot den som skrevs ner som ”parts” när den första delen\n"
        "togs bort."
    ),
}
WHOLE_PROGRAM = """       import hashlib
       print(hashlib.sha256(open("snapshot.json", "rb").read()).hexdigest())
"""
PROGRAM = """       import hashlib, json

       def sha256(value):
           text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
           return hashlib.sha256(text.encode()).hexdigest()

       def stub(value):
           foreign = isinstance(value, dict) and ("raw" in value or "link" in value)
           return {"redacted": sha256(value)} if foreign else value

       snapshot = json.load(open("snapshot.json", encoding="utf-8"))
       snapshot.pop("parts", None)
       for one in snapshot["evidence"]:
           one["rows"] = [
               row if set(row) == {"redacted"} else {"redacted": sha256(row)} for row in one["rows"]
           ]
       for slide in snapshot["slides"]:
           for block in slide["blocks"]:
               if "items" in block:
                   block["items"] = [stub(item) for item in block["items"]]
               if "rows" in block:
                   block["rows"] = [[stub(cell) for cell in row] for row in block["rows"]]
       print(sha256(snapshot))
"""


def readme(snapshot: Mapping[str, Any], sha256: str) -> bytes:
    """What the files are and how to verify them, in the language of the pitch."""
    language = snapshot["language"] if snapshot["language"] in LANGUAGES else "en"
    gone, partly = digests.redacted(snapshot), digests.PARTS in snapshot
    whole = digests.scheme_of(snapshot) == digests.WHOLE and not partly
    told = REDACTED[language].format(count=gone, partly=PARTLY[language] if partly else "")
    said = README[language].format(
        title=snapshot["names"].get("title") or snapshot["names"].get("brand", ""),
        version=snapshot["version"],
        frozen_at=snapshot["frozen_at"],
        tool=snapshot["tool"],
        id=snapshot["id"],
        sha256=sha256,
        program=WHOLE_PROGRAM if whole else PROGRAM,
        redacted=told if gone else "",
    )
    return said.encode()
