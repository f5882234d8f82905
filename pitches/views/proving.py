"""The evidence of a frozen pitch as a file, and the page that checks such a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _

from pitches import queries
from pitches.evidence import packing, verifying
from pitches.forms import EvidenceForm
from teams.access import WorkspaceRequest, member
from teams.models import Workspace


@member("download")
def pitch_zip(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponseBase:
    """Everything a frozen pitch rests on, with the hashes to check it by; sent while it is made."""
    found = queries.pitch(workspace, code_of_pitch)
    if not found.is_frozen:
        messages.error(
            request, _("Freeze the pitch first: evidence is only packed of what no longer changes.")
        )
        return redirect("pitches:pitch", workspace.code, found.code)
    name = f"{slugify(found.title) or 'pitch'}-v{found.version}-evidence.zip"
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return StreamingHttpResponse(packing.stream(found), content_type="application/zip", headers=headers)


@member("read")
def verify(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Checks every hash of a file of evidence. Nothing of it is kept."""
    form = EvidenceForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        report = form.cleaned_data["file"]
        context |= {"report": report, "standing": verifying.known_to(request.user, report)}
    status = 422 if form.errors else 200
    return render(request, "pitches/verify.html", context, status=status)
