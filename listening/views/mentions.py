"""The list of what was heard, and one mention with its proof."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from listening import filters, popularity, queries, query
from listening.models import Match, Mention
from teams.access import WorkspaceRequest, member
from teams.models import Workspace

PER_PAGE = 30
SHOWN = 500  # characters of a text on a page


@member("read")
def mentions(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Newest first, one entry per story; every filter is part of the address."""
    form = filters.MentionFilterForm(workspace, request.GET)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        found = filters.apply(workspace, form, timezone.now())
        one_story = bool(form.cleaned_data["story"])
        shown = found.mentions if one_story else queries.told_first(found.mentions)
        numbers = queries.counts(found.matches)
        page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
        for mention in page.object_list:
            present(mention)
        attach_reasons(page.object_list)
        context |= {"page": page, "counts": numbers, "cut": found.cut, "one_story": one_story}
        context |= {"site": form.cleaned_data["site"], "query": filters.address(request.GET)}
        context["without_site"] = filters.address(request.GET, site="")
    context["has_searches"] = workspace.searches.exists()
    template = (
        "listening/_mentions.html"
        if request.htmx and request.htmx.target == "mentions"
        else "listening/mentions.html"
    )
    return render(request, template, context)


@member("read")
def mention(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """One mention: its words, why it is here, which fetch brought it, who answered."""
    one = get_object_or_404(
        Mention.objects.select_related("workspace", "site", "author", "conversation", "first_fetch"),
        workspace=workspace,
        pk=pk,
    )
    present(one)
    matches = list(one.matches.select_related("version__search__brand").order_by("pk"))
    copies = (
        Mention.objects.filter(workspace=workspace, story=one.story_id)
        .exclude(pk=pk)
        .order_by("published_at")
    )
    context = {
        "mention": one,
        "erase_url": _erase_url(one),
        "popularity": popularity.of_sites({one.site.domain: [one.source]}).get(one.site.domain),
        "matches": matches,
        "copies": copies.select_related("site")[:20],
        "title_pieces": marked(one, matches, "title"),
        "text_pieces": marked(one, matches, "text"),
    }
    return render(request, "listening/mention.html", context)


def _erase_url(one: Mention) -> str:
    """Where its author can be erased. The page is of a higher room, because decks quote authors, too."""
    if one.author is None:
        return ""
    return f"{reverse(settings.ERASE_AUTHOR, args=[one.workspace.code])}?author={one.author.pk}"


@require_POST
@member("edit")
def mark(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Stars a mention, or says that it is not relevant; the same button takes it back."""
    one = get_object_or_404(Mention, workspace=workspace, pk=pk)
    match request.POST.get("as"):
        case "starred":
            one.is_starred = not one.is_starred
        case "not_relevant":
            heard, away = Mention.State.HEARD, Mention.State.NOT_RELEVANT
            one.state = heard if one.state == away else away
    one.save(update_fields=["is_starred", "state"])
    if not request.htmx:
        return redirect("listening:mention", workspace.code, pk)
    one = queries.mentions_of(workspace, Match.objects.filter(mention=pk)).get()
    present(one)
    attach_reasons([one])
    return render(request, "listening/_mention.html", {"mention": one})


def present(mention: Mention) -> None:
    """Adds what the template shows: the title or first words, and at most 500 characters of text."""
    cut = mention.text if len(mention.text) <= SHOWN else mention.text[:SHOWN].rsplit(" ", 1)[0] + " …"
    mention.heading = mention.title or ""  # type: ignore[attr-defined]  # for the template
    mention.shown = cut  # type: ignore[attr-defined]  # for the template


def attach_reasons(mentions: Any) -> None:
    """Puts on each mention the current searches it answers, and its marked words; two queries in all."""
    by_id: dict[int, list[Match]] = {one.pk: [] for one in mentions}
    rows = Match.objects.filter(mention__in=by_id, version__is_current=True)
    for match in rows.select_related("version__search__brand").order_by("pk"):
        by_id[match.mention_id].append(match)
    for one in mentions:
        one.reasons = by_id[one.pk]
        one.title_pieces = marked(one, one.reasons, "title")
        one.text_pieces = marked(one, one.reasons, "text")


def marked(mention: Mention, matches: list[Match], where: str) -> list[tuple[str, bool]]:
    """The field's text as (piece, is a found word) for the template to escape and mark."""
    text = mention.title if where == "title" else mention.shown  # type: ignore[attr-defined]  # set by present()
    spans = {
        (start, end)
        for match in matches
        for clause in match.where
        if clause["where"] == where
        for start, end in clause["spans"]
        if end <= len(text)
    }
    return query.highlight(text, sorted(spans))
