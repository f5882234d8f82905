"""Phrases and their result pages: looked up by Earshot or entered by a person, typed by rule, correctable."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from competitors import compare, pasted, queries, visibility
from competitors.forms import LOOKED_UP, ManualPageForm, PhraseForm
from competitors.models import Phrase, ResultPage, ResultRow
from competitors.site_types import RULES, host_of
from teams import access
from teams.access import WorkspaceRequest, member
from teams.models import Workspace, record

PAGES_SHOWN = 50
BY_RULE = "rule"  # takes a correction back


@member("read")
def phrases(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """What we look up, with the newest result of each; a form to add one."""
    form = PhraseForm(workspace, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        access.workspace(request, workspace.code, "edit")
    if request.method == "POST" and form.is_valid() and _add(form, request, workspace):
        return redirect("competitors:phrases", workspace.code)
    failures = queries.latest_failures(workspace, "results")
    rows = [
        (phrase, page, visibility.share(page) if page else None, _in_words(failures.get(phrase.pk)))
        for phrase, page in queries.phrases(workspace)
    ]
    context = {"rows": rows, "form": form, "has_engine": bool(settings.SEARXNG_URL)}
    return render(request, "competitors/phrases.html", context, status=422 if form.errors else 200)


def _add(form: PhraseForm, request: WorkspaceRequest, workspace: Workspace) -> bool:
    phrase = form.save(commit=False)
    phrase.workspace = workspace
    try:
        with transaction.atomic():
            phrase.save()
            record(workspace, request.user, "phrase.added", phrase)
    except IntegrityError:  # a colleague, or a second click, was faster
        form.add_error("text", LOOKED_UP)
        return False
    messages.success(request, _("Added."))
    return True


def _in_words(failure: compare.Failure | None) -> str:
    return queries.in_words(failure) if failure else ""


@member("read")
def phrase(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """One phrase and every result page of it, newest first."""
    one = get_object_or_404(Phrase.objects.select_related("brand"), workspace=workspace, pk=pk)
    found = one.pages.select_related("fetch", "entered_by").prefetch_related("rows")[:PAGES_SHOWN]
    pages = [(page, visibility.share(page)) for page in found]
    failure = _in_words(queries.latest_failures(workspace, "results").get(one.pk))
    context = {"phrase": one, "pages": pages, "failure": failure, "has_engine": bool(settings.SEARXNG_URL)}
    return render(request, "competitors/phrase.html", context)


@require_POST
@member("edit")
def remove(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Removes a phrase with its result pages."""
    one = get_object_or_404(Phrase, workspace=workspace, pk=pk)
    record(workspace, request.user, "phrase.removed", one)
    one.delete()
    messages.success(request, _("The phrase and its result pages are removed."))
    return redirect("competitors:phrases", workspace.code)


@member("edit")
def manual(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """The guided manual result page: look it up yourself, paste what you saw."""
    one = get_object_or_404(Phrase.objects.select_related("workspace"), workspace=workspace, pk=pk)
    now = workspace.localtime(timezone.now()).replace(second=0, microsecond=0)
    initial = {"market": one.market, "taken_at": now, "n": one.depth}
    form = ManualPageForm(request.POST if request.method == "POST" else None, initial=initial)
    complaints: tuple[pasted.Complaint, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            page = visibility.manual_page(one, entered_by=request.user, **form.cleaned_data)
        except pasted.Unreadable as error:
            complaints = error.complaints
        else:
            record(workspace, request.user, "result_page.entered", one, engine=page.engine, n=page.inspected)
            return redirect("competitors:result_page", workspace.code, page.pk)
    lines = [(complaint.line, _(complaint.message) % complaint.params) for complaint in complaints]
    context = {"phrase": one, "form": form, "complaints": lines}
    return render(request, "competitors/manual.html", context, status=422 if form.errors or lines else 200)


@member("read")
def result_page(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Every result with its rank, type and the rule that typed it; N and the gaps are said."""
    return _result_page(request, _page(workspace, pk))


def _page(workspace: Workspace, pk: int) -> ResultPage:
    pages = ResultPage.objects.select_related("phrase__brand", "fetch", "entered_by").prefetch_related("rows")
    return get_object_or_404(pages, phrase__workspace=workspace, pk=pk)


def _result_page(request: WorkspaceRequest, page: ResultPage) -> HttpResponse:
    visible = visibility.share(page)
    context = {
        "result": page,
        "rows": page.rows.all(),
        "visible": visible,
        "by_type": [(kind, _(visibility.TYPES[kind]), count) for kind, count in visible.by_type.items()],
        "types": [(kind, _(label)) for kind, label in visibility.TYPES.items()],
        "corrected": RULES["corrected"],
        "by_rule": BY_RULE,
        "conversations": visibility.CONVERSATIONS,
    }
    template = (
        "competitors/_results.html" if request.htmx.target == "results" else "competitors/result_page.html"
    )
    return render(request, template, context)


@require_POST
@member("edit")
def correct(request: WorkspaceRequest, workspace: Workspace, pk: int, row: int) -> HttpResponse:
    """A person says what a row's site is, or leaves it to the rules; every result page follows."""
    one = get_object_or_404(ResultRow, page__phrase__workspace=workspace, page=pk, pk=row)
    kind = request.POST.get("type", "")
    if kind == BY_RULE:
        visibility.forget_correction(workspace, one)
    elif kind in visibility.TYPES:
        visibility.correct(workspace, one, kind, request.user)
    else:
        return HttpResponseBadRequest(_("Choose one of the types."))
    record(workspace, request.user, "site_type.corrected", host_of(one.url), type=kind)
    if request.htmx:
        return _result_page(request, _page(workspace, pk))
    messages.success(request, _("Corrected, on every result page of this workspace."))
    return redirect("competitors:result_page", workspace.code, pk)


@require_POST
@member("edit")
def remove_page(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Removes a result page, such as one that was entered by mistake."""
    page = get_object_or_404(ResultPage.objects.select_related("phrase"), phrase__workspace=workspace, pk=pk)
    record(workspace, request.user, "result_page.removed", page.phrase, engine=page.engine)
    page.delete()
    messages.success(request, _("The result page is removed."))
    return redirect("competitors:phrase", workspace.code, page.phrase_id)
