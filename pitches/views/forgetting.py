"""Erasing an author who asked to be forgotten."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from listening.models import Author, Mention
from pitches.evidence import forgetting
from pitches.forms import EraseForm
from teams.access import WorkspaceRequest, member
from teams.models import Workspace


@member("manage")
def erase_author(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Says what would happen, asks once, then does it. ``?author=`` fills in one that we heard."""
    first, heard = {}, None
    if asked := request.GET.get("author", ""):
        pk = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
        author = get_object_or_404(Author, workspace=workspace, pk=pk)
        first = {"source": author.source, "handle": author.handle}
        heard = Mention.objects.filter(workspace=workspace, author=author).count()
    form = EraseForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        erased = forgetting.erase_author(workspace, request.user, values["source"], values["handle"])
        said = ngettext("Erased, with %(n)s mention.", "Erased, with %(n)s mentions.", erased.mentions)
        messages.success(
            request, said % {"n": erased.mentions} + " " + _("Nothing will bring the author back.")
        )
        return redirect("listening:mentions", workspace.code)
    context = {"form": form, "heard": heard}
    return render(request, "pitches/erase_author.html", context, status=422 if form.errors else 200)
