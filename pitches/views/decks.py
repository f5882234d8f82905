"""The deck of a pitch: on the web, as PowerPoint, as PDF; and what each of its figures rests on."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from pitches import looks, queries, shown
from pitches.case import build
from pitches.decks import contract, pdf, pptx, web
from pitches.decks.contract import LANGUAGES, Snapshot
from pitches.models import Pitch
from pitches.shown import evidence_url
from teams.access import WorkspaceRequest, member
from teams.models import Workspace

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def snapshot_of(found: Pitch) -> Snapshot:
    """What was frozen; of a draft what would be, marked as a draft by having no date.

    No deck prints the lists behind the evidence, so those of a draft are not read.
    """
    if found.snapshot:
        return contract.current(found.snapshot)
    return build(found).as_snapshot(rows=False)


def asked_language(request: HttpRequest, found: Pitch) -> str:
    """The deck's own language, unless the address asks for the other one: one snapshot serves both."""
    asked = request.GET.get("language", "")
    return asked if asked in LANGUAGES else found.language


@member("read")
def pitch_web(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """The deck as a page: the same slides, every figure a link to its evidence."""
    found = queries.pitch(workspace, code_of_pitch)
    language = asked_language(request, found)
    deck = web.deck(snapshot_of(found), language, evidence_url(found))
    others = [(code, name) for code, name in Pitch.Language.choices if code != language]
    return render(request, "pitches/web.html", {"pitch": found, "deck": deck, "others": others})


@member("download")
def pitch_pptx(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """The deck as PowerPoint."""
    found = queries.pitch(workspace, code_of_pitch)
    snapshot = snapshot_of(found)
    content = pptx.render(snapshot, asked_language(request, found), looks.template_of(found, snapshot))
    return _download(found, content, PPTX, "pptx")


@member("download")
def pitch_pdf(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """The deck as PDF."""
    found = queries.pitch(workspace, code_of_pitch)
    content = pdf.render(snapshot_of(found), asked_language(request, found))
    return _download(found, content, "application/pdf", "pdf")


def _download(found: Pitch, content: bytes, kind: str, ending: str) -> HttpResponse:
    mark = "" if found.is_frozen else "-draft"
    name = f"{slugify(found.title) or 'pitch'}-v{found.version}{mark}.{ending}"
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(content, content_type=kind, headers=headers)


@member("read")
def figure(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID, name: str) -> HttpResponse:
    """What the figures of one evidence rest on: two clicks from a number to the original."""
    found = queries.pitch(workspace, code_of_pitch)
    context = shown.evidence_context(queries.proof(found, name)) | {
        "pitch": found,
        "back": reverse("pitches:pitch", args=[workspace.code, found.code]),
        "back_label": found.title,
    }
    return render(request, "pitches/evidence.html", context)
