"""Calendars of events: following one, what is coming, what became of asking."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from listening import calendars, dispatch, feed_states, tasks
from listening.forms import CalendarForm
from listening.models import Calendar
from teams.access import WorkspaceRequest, member
from teams.models import Workspace, record

SHOWN = 100  # events on a page


def _calendar(workspace: Workspace, pk: int) -> Calendar:
    return get_object_or_404(Calendar.objects.select_related("workspace"), workspace=workspace, pk=pk)


@member("read")
def calendars_page(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """The followed calendars, and the events that are coming in all of them."""
    now = timezone.now()
    events = list(calendars.coming(workspace, now)[: SHOWN + 1])
    context = {
        "rows": [(one, calendars.state_of(one, now)) for one in workspace.calendars.all()],
        "events": events[:SHOWN],
        "more": len(events) > SHOWN,
    }
    return render(request, "listening/calendars.html", context)


@member("read")
def calendar(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """One calendar: how it is doing, and what is coming in it."""
    found, now = _calendar(workspace, pk), timezone.now()
    events = list(calendars.coming(workspace, now).filter(calendar=found)[: SHOWN + 1])
    context = {
        "calendar": found,
        "state": calendars.state_of(found, now),
        "interval": feed_states.interval_words(found.interval_minutes),
        "events": events[:SHOWN],
        "more": len(events) > SHOWN,
    }
    return render(request, "listening/calendar.html", context)


@require_POST
@member("edit")
def follow(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Follows a calendar; it is read at once, and from then on by itself."""
    form = CalendarForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    elif workspace.calendars.count() >= calendars.MOST_FOLLOWED:
        message = _("A workspace follows %(most)s calendars at most. Unfollow some first.")
        messages.error(request, message % {"most": calendars.MOST_FOLLOWED})
    else:
        found = calendars.follow(workspace, form.cleaned_data["url"])
        record(workspace, request.user, "calendar.followed", found.url)
        tasks.tick_soon()
        messages.success(request, _("Following the calendar. Its events arrive within a minute."))
    return redirect("listening:calendars", workspace.code)


@require_POST
@member("edit")
def try_again(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Asks a calendar now, also one that was given up, unless its server asked us to wait."""
    found = _calendar(workspace, pk)
    if workspace.is_sample:
        messages.info(request, _("This is the sample workspace: its data is made up, and nothing is asked."))
    elif calendars.try_again(found):
        record(workspace, request.user, "calendar.tried", found.url)
        if message := dispatch.calendar_now(found.pk):
            tasks.poll_calendar.apply_async_on_commit((message.pk, message.token), queue=message.queue)
        messages.success(request, _("The calendar is being asked. Reload the page in a moment."))
    else:
        messages.error(request, _("Its server asked us to wait. Earshot asks again at the time below."))
    return redirect("listening:calendar", workspace.code, found.pk)


@require_POST
@member("edit")
def unfollow(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Stops following a calendar. Its events go; plans keep what they say of those they chose."""
    found = _calendar(workspace, pk)
    record(workspace, request.user, "calendar.unfollowed", found.url)
    found.delete()
    messages.success(request, _("No longer following. Events that a plan names stay there."))
    return redirect("listening:calendars", workspace.code)
