"""One feed: following it, what became of it, trying again; and many at once, from and to a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from listening import dispatch, erasing, feed_states, feeds, forget, imports, opml, tasks
from listening.forms import FeedForm, NameForm, OpmlForm
from listening.models import FeedEntry, FeedSubscription, Mention
from listening.net import SourceError
from teams.access import WorkspaceRequest, member
from teams.models import Workspace, record

SHOWN = 30  # entries and mentions on the page of a feed


def _subscription(workspace: Workspace, pk: int) -> FeedSubscription:
    return get_object_or_404(FeedSubscription.objects.select_related("feed"), workspace=workspace, pk=pk)


@member("read")
def feed(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """A feed's state, rhythm, history, entries, and the mentions among them; htmx asks while it is read."""
    row = _subscription(workspace, pk)
    now = timezone.now()
    context: dict[str, Any] = {
        "row": row,
        "feed": row.feed,
        "state": feed_states.state_of(row.feed, now),
        "is_being_asked": row.feed.due_at is not None and row.feed.due_at <= now and not workspace.is_sample,
        "agreeing": feed_states.AGREEING,
    }
    if request.htmx:  # asks until the feed is read, then wants all of the page anew
        if not context["is_being_asked"]:
            return HttpResponseClientRefresh()
        return render(request, "listening/_feed_now.html", context)
    archived = row.feed.entries.filter(published_at__gte=now - feeds.KEPT).order_by("-published_at", "-pk")
    entries = _without_the_erased(workspace, archived)
    mentions = _mentions(workspace, row, entries)
    context |= {
        "rhythm": feed_states.rhythm_words(feed_states.rhythm_of(row.feed)),
        "interval": feed_states.interval_words(row.feed.interval_minutes),
        "history": [_run(run) for run in reversed(row.feed.history)],
        "entries": [(entry, mentions.get(entry.pk)) for entry in entries[:SHOWN]],
        "entries_all": len(entries),
        "mentions_all": len(mentions),
        "form": NameForm(initial={"name": row.name}),
    }
    return render(request, "listening/feed.html", context)


def _without_the_erased(workspace: Workspace, entries: Iterable[FeedEntry]) -> list[FeedEntry]:
    """The entries, but for those of authors whom the workspace forgot: the feed may still have them."""
    keys = forget.suppressed(workspace)
    return [
        one
        for one in entries
        if not keys or erasing.key(workspace.code, "feeds", str(one.item.get("author", ""))) not in keys
    ]


def _mentions(workspace: Workspace, row: FeedSubscription, entries: list[FeedEntry]) -> dict[int, Mention]:
    """The workspace's mentions among these entries, by the entry's id."""
    ids = {feeds.entry_id(row.feed, entry): entry.pk for entry in entries}
    found = Mention.objects.filter(workspace=workspace, source="feeds", external_id__in=ids)
    return {ids[mention.external_id]: mention for mention in found.only("external_id")}


def _run(run: dict[str, Any]) -> dict[str, Any]:
    """A run of the history with real times, and its error in the reader's language."""
    times = {name: datetime.fromisoformat(run[name]) for name in ("since", "until")}
    message = run.get("error", "")
    return {**run, **times, "error": _(message) % run["params"] if message else ""}


@require_POST
@member("edit")
def follow(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Follows a feed; it is read at once, and from then on by itself."""
    form = FeedForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    elif FeedSubscription.objects.filter(workspace=workspace).count() >= feeds.MOST_FOLLOWED:
        messages.error(request, _too_many())
    else:
        feeds.follow(workspace, form.cleaned_data["url"])
        record(workspace, request.user, "feed.followed", form.cleaned_data["url"])
        tasks.tick_soon()
        messages.success(request, _("Following the feed. Its first entries arrive within a minute."))
    return redirect("listening:sources", workspace.code)


def _too_many() -> str:
    return _("A workspace follows %(most)s feeds at most. Unfollow some first.") % {
        "most": feeds.MOST_FOLLOWED
    }


@require_POST
@member("edit")
def unfollow(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Stops following a feed. What was heard through it stays."""
    row = _subscription(workspace, pk)
    record(workspace, request.user, "feed.unfollowed", row.feed.url)
    row.delete()
    messages.success(request, _("No longer following. What was heard through the feed stays."))
    return redirect("listening:sources", workspace.code)


@require_POST
@member("edit")
def try_again(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Asks a feed now, also one that was given up, unless its server asked us to wait."""
    row = _subscription(workspace, pk)
    if workspace.is_sample:
        messages.info(request, _("This is the sample workspace: its data is made up, and nothing is asked."))
    elif feeds.try_again(row.feed):
        record(workspace, request.user, "feed.tried", row.feed.url)
        if message := dispatch.feed_now(row.feed_id):
            tasks.poll_feed.apply_async_on_commit((message.pk, message.token), queue=message.queue)
    else:
        messages.error(request, _("Its server asked us to wait. Earshot asks again at the time below."))
    return redirect("listening:feed", workspace.code, row.pk)


@require_POST
@member("edit")
def rename(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Calls a feed something else in this workspace; nothing = what it calls itself."""
    row = _subscription(workspace, pk)
    form = NameForm(request.POST)
    if form.is_valid():
        row.name = form.cleaned_data["name"]
        row.save(update_fields=["name"])
        record(workspace, request.user, "feed.renamed", row.feed.url, name=row.name)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("listening:feed", workspace.code, row.pk)


@member("edit")
def import_feeds(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Takes an OPML file and shows what following its feeds would do. Nothing is followed yet."""
    form = OpmlForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "listening/import.html", {"form": form}, status=status)
    listed: opml.Listed = form.cleaned_data["file"]
    context = {"preview": imports.preview(workspace, listed.outlines), "damaged": listed.damaged}
    return render(request, "listening/import_preview.html", context)


@require_POST
@member("edit")
def follow_many(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Follows the feeds that are ticked, all of them or, if one cannot be, none."""
    ticked = [imports.Wanted.from_value(value) for value in request.POST.getlist("feed")]
    ticked = ticked[: imports.MOST_AT_ONCE]
    if FeedSubscription.objects.filter(workspace=workspace).count() + len(ticked) > feeds.MOST_FOLLOWED:
        messages.error(request, _too_many())
        return redirect("listening:import_feeds", workspace.code)
    try:
        wanted = [(feeds.address(one.url), one.name) for one in ticked]
    except SourceError as error:
        messages.error(request, _(error.message) % error.params)
        return redirect("listening:import_feeds", workspace.code)
    if not wanted:
        messages.info(request, _("No feed was ticked, so none is followed."))
        return redirect("listening:import_feeds", workspace.code)
    followed = feeds.follow_all(workspace, wanted)
    record(workspace, request.user, "feed.imported", "OPML", feeds=len(followed))
    tasks.tick_soon()
    text = ngettext(
        "Following %(n)s feed of the file. Its first entries arrive within minutes.",
        "Following %(n)s feeds of the file. Their first entries arrive within minutes.",
        len(followed),
    )
    messages.success(request, text % {"n": len(followed)})
    return redirect("listening:sources", workspace.code)


@member("download")
def export_feeds(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """The followed feeds as an OPML file, for any other reader of feeds."""
    rows = FeedSubscription.objects.filter(workspace=workspace).select_related("feed").order_by("feed__url")
    outlines = (
        opml.Outline(row.feed.url, row.name or row.feed.title, row.feed.site_url, row.feed.language)
        for row in rows
    )
    body = opml.write(workspace.name, outlines, timezone.now())
    name = f"{slugify(workspace.name) or 'earshot'}-feeds.opml"
    return HttpResponse(
        body,
        content_type="text/x-opml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
