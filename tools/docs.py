"""The parts of the documentation that the code knows best: the list of sources and the data model.

tools/docs.py            writes them into docs/, between the two marks of each page
tools/docs.py --check    fails when a page tells something else than the code
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
BEGIN, END = "<!-- written by tools/docs.py: begin -->", "<!-- written by tools/docs.py: end -->"
ROOMS = ("teams", "listening", "competitors", "pitches")
CAPABILITIES = {
    "search": "mentions by keyword",
    "tagged": "mentions by tag",
    "thread": "who answered in a conversation",
    "poll": "feeds",
    "observe": "readings of a brand's profile",
    "results": "result pages",
    "rank": "how popular a site is",
}

if TYPE_CHECKING:
    from django.db.models import Model

    from listening.sources import Source


def main(arguments: list[str]) -> int:
    """The command line; 1 when a page is out of date."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    stale = [page for page, text in pages() if page.read_text() != text]
    if "--check" in arguments:
        for page in stale:
            print(f"{page.relative_to(ROOT)} is out of date: run make docs")
        return 1 if stale else 0
    for page, text in pages():
        page.write_text(text)
    print(f"{len(stale)} pages written anew." if stale else "Every page is up to date.")
    return 0


def pages() -> Iterator[tuple[Path, str]]:
    """Each page that has such a part, with its text as the code wants it."""
    for name, part in (("sources.md", sources()), ("data-model.md", data_model())):
        page = DOCS / name
        head, _, rest = page.read_text().partition(BEGIN)
        _, _, tail = rest.partition(END)
        yield page, f"{head}{BEGIN}\n\n{part}\n{END}{tail}"


def sources() -> str:
    """A table of all listed sources, then a section for each."""
    from listening import sources

    lines = ["| source | gives | needs | on at first |", "| --- | --- | --- | --- |"]
    for kind in sources.SOURCES:
        first = "yes" if kind.default else "no"
        lines.append(f"| [{kind.label}](#{_anchor(kind.label)}) | {kind.gives} | {_needs(kind)} | {first} |")
    for kind in sources.SOURCES:
        lines += ["", f"## {kind.label}", "", kind.gives, "", *_facts(kind)]
    if sources.RETIRED:
        gone = ", ".join(sources.RETIRED.values())
        lines += ["", "## Retired", "", f"No longer asked, but what was heard through them stays: {gone}."]
    return "\n".join(lines)


def _needs(kind: type[Source]) -> str:
    if kind.instance_setting:
        return f"`{kind.instance_setting}` of the operator"
    if kind.keyed:
        asked = ", ".join(CAPABILITIES[capability] for capability in kind.keyed)
        return f"{' and '.join(need.label for need in kind.needs)}, for {asked}"
    return "nothing"


def _facts(kind: type[Source]) -> Iterator[str]:
    done = [words for capability, words in CAPABILITIES.items() if kind.can(capability)]
    yield f"- Read: {', '.join(done)}."
    yield f"- Asked at most {kind.calls_per_minute:g} times a minute for each host."
    if kind.instance:
        yield f"- Asked at `{kind.instance}`, unless the workspace names another server."
    if kind.keep_days:
        yield f"- Kept at most {kind.keep_days} days."
    yield f"- Interface: <{kind.docs}>"
    if kind.terms:
        yield f"- Terms: <{kind.terms}>"


def _anchor(title: str) -> str:
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c == "-")


def data_model() -> str:
    """A table of models for each room, and how they hang together."""
    from django.apps import apps

    lines: list[str] = []
    for room in ROOMS:
        models = sorted(apps.get_app_config(room).get_models(), key=lambda model: model.__name__)
        lines += [
            f"## {room}",
            "",
            "| model | what a row is | whose | points to |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| `{model.__name__}` | {_said(model)} | {_owner(model)} | {_points_to(model)} |"
            for model in models
        ]
        lines.append("")
    return "\n".join(lines).rstrip()


def _said(model: type[Model]) -> str:
    """The first paragraph of the docstring, on one line."""
    return " ".join(inspect.cleandoc(model.__doc__ or "").partition("\n\n")[0].split()).replace("``", "`")


def _owner(model: type[Model]) -> str:
    """Whose row it is: a workspace's, directly or through another row that dies with it, or everybody's."""
    from django.db.models import CASCADE, ForeignKey

    from teams.models import Workspace

    if model is Workspace:
        return "itself"
    fields = [field for field in model._meta.get_fields() if isinstance(field, ForeignKey)]
    targets = {field.related_model: field.name for field in fields if field.remote_field.on_delete is CASCADE}
    if Workspace in targets:
        return "workspace"
    for target, name in targets.items():
        if isinstance(target, type) and target is not model and _owner(target).startswith("workspace"):
            return f"workspace, through `{name}`"
    return "everybody's"


def _points_to(model: type[Model]) -> str:
    from django.db.models import ForeignKey

    fields = [field for field in model._meta.get_fields() if isinstance(field, ForeignKey)]
    names = [f"`{field.name}`" for field in fields if field.name != "workspace"]
    return ", ".join(names) or "–"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
