"""The sentences that people read, and their Swedish: collect, check, compile. GNU gettext is not needed.

tools/messages.py            collects msgids into locale/sv/LC_MESSAGES/django.po, keeping translations
tools/messages.py --check    fails when a sentence lacks its Swedish, or its placeholders differ
tools/messages.py compile    writes the .mo files that Django reads
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("charts", "competitors", "config", "listening", "pitches", "teams", "templates")
SWEDISH = ROOT / "locale" / "sv" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# %(name)s, %s, {name}; "100 %" is none
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd](?!\w)|\{\w*\}")
Key = tuple[str | None, str]  # context, singular


def sources() -> Iterator[Path]:
    """Every file with sentences in it, in a fixed order."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".html", ".txt") and "migrations" not in path.parts:
                yield path


def as_python(path: Path) -> str:
    """The file as Python calls to gettext, line for line; templates are rewritten by Django itself."""
    text = path.read_text()
    if path.suffix == ".py":
        return text
    from django.utils.translation.template import templatize

    return templatize(text, origin=str(path))


def collect() -> Catalog:
    """A catalogue of every marked sentence, with the files it is in."""
    found = Catalog(project="Earshot", charset="utf-8")
    for path in sources():
        calls = io.BytesIO(as_python(path).encode())
        options = {"encoding": "utf-8"}
        for _, message, comments, context in extract("python", calls, KEYWORDS, ["Translators:"], options):
            place = (path.relative_to(ROOT).as_posix(), None)
            found.add(message, None, [place], auto_comments=comments, context=context)  # type: ignore[list-item] # None: no line, so that moving code does not change the file
    return found


def read(path: Path | None = None) -> Catalog:
    """A catalogue, by default the Swedish one as it lies there; an empty one when there is none yet."""
    path = path or SWEDISH
    if not path.exists():
        return Catalog(locale="sv", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="sv", charset="utf-8")


def update() -> Catalog:
    """Bring the committed catalogue up to date, keeping every translation, also of sentences now gone."""
    catalogue = read()
    gone = {key(message): message for message in catalogue.obsolete.values()}
    catalogue.update(collect(), no_fuzzy_matching=True)
    for message in catalogue:
        if message.id and key(message) in gone:  # a sentence that has come back
            message.string = message.string if all(forms(message.string)) else gone[key(message)].string
    back = {key(message) for message in catalogue if message.id}
    catalogue.obsolete = {name: old for name, old in catalogue.obsolete.items() if key(old) not in back}
    catalogue.header_comment = "# Swedish translation of Earshot, kept by tools/messages.py."
    SWEDISH.parent.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    write_po(out, catalogue, width=110, sort_output=True, include_lineno=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    SWEDISH.write_text(
        "".join(line for line in lines if not re.match(r'"(POT-Creation|PO-Revision)-Date', line))
    )
    return catalogue


def key(message: Message) -> Key:
    """What identifies a message: its context and singular."""
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def forms(value: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """Singular and plural, or the one form there is; nothing yet is one empty form."""
    return tuple(value) if isinstance(value, tuple | list) else (value or "",)


def wrong(message: Message) -> str:
    """What is wrong with a translation, "" if nothing is."""
    if message.fuzzy:
        return "fuzzy"
    if not all(forms(message.string)):
        return "no Swedish"
    allowed = set(PLACEHOLDER.findall(forms(message.id)[-1]))
    for form in forms(message.string):
        used = set(PLACEHOLDER.findall(form))
        # "%(number)s post" may become "ett inlägg" in the singular, so there one may be left out.
        if used - allowed or (used != allowed and not message.pluralizable):
            return f"placeholders differ: {' '.join(sorted(used ^ allowed))}"
    return ""


def problems(committed: Catalog, collected: Catalog) -> list[str]:
    """One line for each sentence that a Swedish reader would not get right."""
    known = {key(message): message for message in committed if message.id}
    found = []
    for message in collected:
        if message.id:
            fault = wrong(known[key(message)]) if key(message) in known else "not collected yet"
            if fault:
                files = ", ".join(sorted({file for file, _ in message.locations}))
                found.append(f"{fault}: {key(message)[1]!r} ({files})")
    return found


def compile_all() -> None:
    """Write each .mo that is missing or older than its .po."""
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            draft = target.with_suffix(f".{os.getpid()}")
            with draft.open("wb") as file:
                write_mo(file, read(source))
            draft.replace(target)  # whoever reads it meanwhile sees the old or the new, whole


def main() -> int:
    """The command line, see above."""
    arguments = sys.argv[1:]
    if arguments == ["compile"]:
        compile_all()
    elif arguments == ["--check"]:
        found = problems(read(), collect())
        print("\n".join(found) or "Every sentence has its Swedish.")
        return 1 if found else 0
    elif not arguments:
        missing = sum(bool(wrong(message)) for message in update() if message.id)
        print(f"{SWEDISH.relative_to(ROOT)} is up to date; {missing} sentences wait for their Swedish.")
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
