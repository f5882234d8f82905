"""What the views of a draft share: they open it, and say politely when it is not a draft any more."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from pitches import queries, verbs
from pitches.models import Pitch
from teams.access import WorkspaceRequest
from teams.models import Workspace

View = Callable[..., HttpResponse]


def politely(view: View) -> View:
    """Answers in words when somebody else froze the pitch a moment ago, with 404 when they deleted it."""

    @wraps(view)
    def answer(
        request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID, **rest: Any
    ) -> HttpResponse:
        try:
            return view(request, workspace, code_of_pitch, **rest)
        except Pitch.DoesNotExist:
            raise Http404(_("This pitch is gone.")) from None
        except verbs.Frozen as frozen:
            messages.error(request, str(frozen))
            if request.htmx:  # a fragment cannot show the page of a frozen pitch
                return HttpResponseClientRedirect(
                    reverse("pitches:pitch", args=[workspace.code, code_of_pitch])
                )
            return redirect("pitches:pitch", workspace.code, code_of_pitch)

    return answer


def open_draft(workspace: Workspace, code: UUID) -> Pitch:
    """A draft, to be changed. Raises Http404, or Frozen for one that is not open any more."""
    found = queries.pitch(workspace, code)
    if found.is_frozen:
        raise verbs.Frozen
    return found
