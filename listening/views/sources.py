"""What we listen to: sources, and the feeds we follow."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from listening import feeds, queries, tasks
from listening import sources as listed
from listening.forms import FeedForm, SourceForm
from listening.models import FeedSubscription, SourceSetting
from teams.access import WorkspaceRequest, member
from teams.models import Workspace, record


@member("read")
def sources(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Every source: what it gives, whether we listen, when it last answered; and every feed."""
    chosen = {one.source: one for one in SourceSetting.objects.filter(workspace=workspace)}
    health = queries.health(workspace)
    rows = []
    for kind in listed.SOURCES:
        setting = chosen.get(kind.name) or SourceSetting(
            workspace=workspace, source=kind.name, enabled=kind.default
        )
        # Not the class itself: a template would call it.
        facts = {name: getattr(kind, name) for name in ("name", "label", "terms", "instance")}
        rows.append({**facts, "gives": _(kind.gives), "setting": setting, "health": health.get(kind.name)})
    followed = (
        FeedSubscription.objects.filter(workspace=workspace).select_related("feed").order_by("feed__title")
    )
    return render(request, "listening/sources.html", {"rows": rows, "followed": followed, "form": FeedForm()})


@require_POST
@member("edit")
def source(request: WorkspaceRequest, workspace: Workspace, name: str) -> HttpResponse:
    """Saves the choice for one source."""
    if name not in dict(listed.choices()):
        return redirect("listening:sources", workspace.code)
    row = SourceSetting.objects.filter(workspace=workspace, source=name).first()
    form = SourceForm(request.POST, instance=row or SourceSetting(workspace=workspace, source=name))
    if form.is_valid():
        form.save()
        record(workspace, request.user, "source.edited", name, enabled=form.instance.enabled)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("listening:sources", workspace.code)


@require_POST
@member("edit")
def follow(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Follows a feed; it is read at once, and from then on by itself."""
    form = FeedForm(request.POST)
    if form.is_valid():
        feeds.follow(workspace, form.cleaned_data["url"])
        record(workspace, request.user, "feed.followed", form.cleaned_data["url"])
        tasks.tick_soon()
        messages.success(request, _("Following the feed. Its first entries arrive within a minute."))
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("listening:sources", workspace.code)


@require_POST
@member("edit")
def unfollow(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Stops following a feed. What was heard through it stays."""
    row = get_object_or_404(FeedSubscription.objects.select_related("feed"), workspace=workspace, pk=pk)
    record(workspace, request.user, "feed.unfollowed", row.feed.url)
    row.delete()
    messages.success(request, _("No longer following. What was heard through the feed stays."))
    return redirect("listening:sources", workspace.code)
