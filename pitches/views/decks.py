"""The deck of a pitch: on the web, as PowerPoint, as PDF; and what each of its figures rests on."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pitches import looks, queries, shown, tasks
from pitches.decks import memo, pdf, pptx, web
from pitches.decks.contract import LANGUAGES
from pitches.decks.text import web_address
from pitches.evidence import page_checks
from pitches.models import Pitch
from pitches.sharing.exports import exported
from pitches.shown import evidence_url
from teams.access import WorkspaceRequest, member
from teams.models import Workspace
from teams.places import origin

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def asked_language(request: HttpRequest, found: Pitch) -> str:
    """The deck's own language, unless the address asks for the other one: one snapshot serves both."""
    asked = request.GET.get("language", "")
    return asked if asked in LANGUAGES else found.language


@member("read")
def pitch_web(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """The deck as a page: the same slides, every figure a link to its evidence."""
    found = queries.pitch(workspace, code_of_pitch)
    language = asked_language(request, found)
    deck = web.deck(exported(found), language, evidence_url(found))
    others = [(code, name) for code, name in Pitch.Language.choices if code != language]
    return render(request, "pitches/web.html", {"pitch": found, "deck": deck, "others": others})


@member("download")
@require_safe
def pitch_pptx(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """The deck as PowerPoint."""
    found = queries.pitch(workspace, code_of_pitch)
    tasks.look_again(found)
    snapshot = exported(found)
    content = pptx.render(snapshot, asked_language(request, found), looks.template_of(found, snapshot))
    return download(found, content, PPTX, "pptx")


@member("download")
@require_safe
def pitch_pdf(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """The deck as PDF."""
    found = queries.pitch(workspace, code_of_pitch)
    tasks.look_again(found)
    content = pdf.render(exported(found), asked_language(request, found))
    return download(found, content, "application/pdf", "pdf")


@member("download")
@require_safe
def pitch_memo(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """The deck on one page, for whoever reads no decks."""
    found = queries.pitch(workspace, code_of_pitch)
    tasks.look_again(found)
    here, evidence = origin(request), evidence_url(found)
    address = here + reverse("pitches:pitch", args=[workspace.code, found.code])
    known = memo.Known(found.sha256, address, lambda name: here + evidence(name))
    content = memo.render(exported(found), asked_language(request, found), known)
    return download(found, content, "application/pdf", "pdf", titled(found, _("memo")))


def titled(found: Pitch, kind: str) -> str:
    """The name of a file that is not the deck itself."""
    return f"{slugify(found.title) or 'pitch'}-{slugify(kind)}"


def download(found: Pitch, content: bytes, kind: str, ending: str, title: str = "") -> HttpResponse:
    """A file to keep, named after the pitch, its version, and that it is a draft."""
    mark = "" if found.is_frozen else "-draft"
    name = f"{title or slugify(found.title) or 'pitch'}-v{found.version}{mark}.{ending}"
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(content, content_type=kind, headers=headers)


@member("read")
def figure(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID, name: str) -> HttpResponse:
    """What the figures of one evidence rest on: two clicks from a number to the original."""
    found = queries.pitch(workspace, code_of_pitch)
    proof = queries.proof(found, name)
    urls = [url for row in proof.evidence.get("rows", ()) if (url := web_address(row.get("url")))]
    context = shown.evidence_context(proof, pages=page_checks.known(workspace, urls)) | {
        "pitch": found,
        "back": reverse("pitches:pitch", args=[workspace.code, found.code]),
        "back_label": found.title,
    }
    return render(request, "pitches/evidence.html", context)
