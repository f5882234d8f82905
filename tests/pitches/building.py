"""Small cases for the tests of single slides: what was heard of Fjällvik, read completely or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from competitors.models import Profile
from listening.models import Fetch, SearchVersion
from pitches.case import Case, build, period_of
from pitches.drafts.edits import Edits
from pitches.drafts.wordings import printed
from pitches.models import Pitch
from pitches.slides import Slide
from teams.models import Workspace

OWN_HANDLE = "fjallvik@forum.example"


def read_all(workspace: Workspace, version: SearchVersion, source: str = "mastodon", **fields: Any) -> Fetch:
    """As if a scan had read the last forty days of a source for this search."""
    now = timezone.now()
    scan = workspace.scans.create(slot=now, finished_at=now)
    whole = {"covered_from": now - timedelta(days=40), "covered_to": now, "finished_at": now, "state": "ok"}
    search = {"search": version.search, "version": version, "capability": "search", "inspected": 9}
    return Fetch.objects.create(scan=scan, source=source, **{**whole, **search, **fields})


def name_our_account(workspace: Workspace) -> Profile:
    """Our account on the forum, so that Earshot knows us when we write."""
    brand = workspace.brands.get(kind="own")
    return Profile.objects.create(
        workspace=workspace,
        brand=brand,
        source="mastodon",
        handle=OWN_HANDLE,
        url="https://forum.example/@fjallvik",
        label=f"@{OWN_HANDLE}",
    )


def case_of(workspace: Workspace, quotes: tuple[int, ...] = (), **fields: Any) -> Case:
    """An unsaved pitch over the last thirty days, measured now."""
    start, end = period_of(workspace)
    values = {"language": "en", "period_start": start, "period_end": end} | fields
    return build(Pitch(workspace=workspace, edits=Edits(quotes=quotes).as_json(), **values))


def slide_of(case: Case, key: str) -> Slide:
    """One slide of the case by its key."""
    return next(slide for slide in case.slides if slide.key == key)


def title_of(case: Case, key: str) -> str:
    """Its title as people read it."""
    slide = slide_of(case, key)
    return printed(case, slide.title).replace("\xa0", " ")


def against(case: Case, key: str) -> str:
    """What the slide says against itself, as people read it; "" when it says nothing of the kind."""
    slide = slide_of(case, key)
    texts = [printed(case, block["text"]) for block in slide.blocks if block["type"] == "callout"]
    lines = [line for text in texts for line in text.split("\n")]
    return next((line.replace("\xa0", " ") for line in lines if line.startswith("Against it:")), "")


def rows_of_figure(case: Case, key: str) -> list[dict[str, str]]:
    """The list that this number opens."""
    _slides = case.slides
    register = case.ground.register
    return list(register.evidence[register.figures[key].evidence].details.rows())


def table(case: Case, key: str) -> list[list[str]]:
    """What the table of a slide says, cell by cell."""
    block = next(block for block in slide_of(case, key).blocks if block["type"] == "table")
    return [
        [printed(case, cell["text"]) if "text" in cell else cell["raw"] for cell in row]
        for row in block["rows"]
    ]


def to(name: str, pitch: Pitch, *more: object) -> str:
    """The address of a page about the pitch."""
    return reverse(f"pitches:{name}", args=[pitch.workspace.code, pitch.code, *more])
