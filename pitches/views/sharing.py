"""Sharing a frozen pitch, and looking after its originals: the pages of members."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from pitches import queries, tasks
from pitches.evidence import page_checks
from pitches.models import Pitch, ShareLink
from pitches.sharing import links
from pitches.sharing.forms import ShareForm, today_in
from pitches.sharing.links import Issued
from teams.access import WorkspaceRequest, member
from teams.models import Workspace
from teams.places import origin
from teams.sealing import Unsealable, seal, unseal

KEPT = "share_link"  # in the session, from the form that made a link to the page that shows it: once, sealed


@never_cache
@member("read")
def shares(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """Every link to this pitch, how often each was opened, and the form for another."""
    return _page(request, queries.pitch(workspace, code_of_pitch))


@require_POST
@member("edit")
@sensitive_post_parameters("password")
def share(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """Makes a link, and shows it on the next page only."""
    found = queries.pitch(workspace, code_of_pitch)
    form = ShareForm(request.POST, today=today_in(workspace.zone))
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        _keep(request, links.share(found, request.user, **form.cleaned_data))
    except links.NotFrozen as refused:
        messages.error(request, str(refused))
        return redirect("pitches:pitch", workspace.code, found.code)
    tasks.look_again(found)
    return redirect("pitches:links", workspace.code, found.code)


@require_POST
@member("edit")
def revoke(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID, pk: int) -> HttpResponse:
    """The link stops working at once, also for who is reading."""
    found = queries.pitch(workspace, code_of_pitch)
    link = links.revoke(found, request.user, pk)
    messages.success(
        request, _("The link for %(recipient)s no longer works.") % {"recipient": link.recipient}
    )
    return redirect("pitches:links", workspace.code, found.code)


def _page(
    request: WorkspaceRequest, found: Pitch, form: ShareForm | None = None, status: int = 200
) -> HttpResponse:
    here = set(found.workspace.memberships.values_list("user_id", flat=True))
    rows = list(links.links(found))
    context = {
        "pitch": found,
        "rows": [(link, link.created_by_id in here) for link in rows],
        "form": form or ShareForm(today=today_in(found.workspace.zone)),
        "made": _take(request, rows),
    }
    return render(request, "pitches/links.html", context, status=status)


def _keep(request: WorkspaceRequest, issued: Issued) -> None:
    request.session[KEPT] = [issued.link.pk, seal(issued.token)]


def _take(request: WorkspaceRequest, rows: list[ShareLink]) -> dict[str, Any] | None:
    """The link that was just made, if it is one of these; it is not kept any longer."""
    pk, sealed = request.session.get(KEPT) or (None, "")
    link = next((one for one in rows if one.pk == pk), None)
    if link is None:
        return None
    del request.session[KEPT]
    try:
        return {"link": link, "url": origin(request) + reverse("shared:deck", args=[unseal(sealed)])}
    except Unsealable:  # the keys were changed in between
        return None


# Originals


@member("read")
def originals(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """How far the checks are: a part of the pitch's page, which asks for it again while they go on."""
    found = queries.pitch(workspace, code_of_pitch)
    if not request.htmx:
        return redirect(_originals_of(found))
    return render(
        request, "pitches/_originals.html", {"pitch": found, "checked": page_checks.progress(found)}
    )


def _originals_of(found: Pitch) -> str:
    return f"{reverse('pitches:pitch', args=[found.workspace.code, found.code])}#originals"


@require_POST
@member("edit")
def check_originals(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """Looks for every original again."""
    found = queries.pitch(workspace, code_of_pitch)
    waiting = page_checks.begin(found, page_checks.JUST_NOW)
    if workspace.is_sample:
        messages.info(request, _("The posts of the sample are made up, so nobody is asked for them."))
    elif waiting:
        tasks.check_soon()
        said = ngettext("%(count)s page is looked for.", "%(count)s pages are looked for.", waiting)
        messages.success(request, said % {"count": waiting})
    else:
        messages.info(request, _("The pages were looked for a moment ago."))
    return redirect(_originals_of(found))
