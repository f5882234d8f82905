"""What a link opens: a frozen pitch for readers without an account. Nothing else of its workspace is shown.

Every view here goes through ``reader``, the second door of the site. A link that never was, has expired, was
revoked or whose pitch is gone gets the same page, so that nobody learns which.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pitches import looks, queries, shown, tasks
from pitches.decks import memo, pdf, pptx, web
from pitches.decks.contract import LANGUAGES
from pitches.models import Pitch, ShareLink
from pitches.sharing import links
from pitches.sharing.forms import PasswordForm
from pitches.views.decks import PPTX, download, titled
from teams.access import membership
from teams.places import origin

P = ParamSpec("P")
LIMIT = "share_password"  # of wrong passwords, see settings.ACCOUNT_RATE_LIMITS


def reader(
    view: Callable[Concatenate[HttpRequest, ShareLink, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """The door: hands on the link of a token to whoever may read it; asks for the password first."""

    @wraps(view)
    def checked(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            link = links.find(token)
        except links.Gone:
            return _gone(request)
        if not links.may_read(link, request.session):
            return _closed(redirect("shared:enter", token))
        language = asked_language(request, link.pitch)
        try:
            with translation.override(language), timezone.override(ZoneInfo(link.pitch.workspace.time_zone)):
                response = view(request, link, *args, **kwargs)
        except Http404:
            return _gone(request)
        response.headers["Content-Language"] = language
        return _closed(response)

    return checked


def asked_language(request: HttpRequest, pitch: Pitch) -> str:
    """The deck's own language, unless the address asks for the other one."""
    asked = request.GET.get("language", "")
    return asked if asked in LANGUAGES else pitch.language


def _closed(response: HttpResponseBase, referrer: str = "no-referrer") -> HttpResponseBase:
    """Found by no search engine, kept by no cache, told to no other site."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = referrer
    patch_cache_control(response, private=True, no_store=True)
    return response


def _gone(request: HttpRequest) -> HttpResponseBase:
    return _closed(render(request, "pitches/shared/gone.html", status=404))


@require_safe
@reader
def deck(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """The slides."""
    found, token = link.pitch, _token(request)
    tasks.look_again(found)
    language = asked_language(request, found)
    made = web.deck(
        links.shown_to_readers(link), language, lambda name: reverse("shared:figure", args=[token, name])
    )
    made = replace(made, slides=[replace(slide, notes=[]) for slide in made.slides])
    others = [(code, name) for code, name in Pitch.Language.choices if code != language]
    context = {
        "link": link,
        "pitch": found,
        "deck": made,
        "others": others,
        "token": token,
        "language": language,
    }
    return render(request, "pitches/shared/deck.html", context)


@require_safe
@reader
def figure(request: HttpRequest, link: ShareLink, name: str) -> HttpResponse:
    """What the figures of one evidence rest on, from the snapshot."""
    snapshot = links.shown_to_readers(link)
    context = shown.evidence_context(queries.proof_in(snapshot, name), pages=snapshot.get("pages", {}))
    context |= {
        "back": reverse("shared:deck", args=[_token(request)]),
        "back_label": link.pitch.title,
        "page_or_panel": "panel.html" if _in_panel(request) else "pitches/shared/base.html",
    }
    return render(request, "pitches/evidence.html", context)


@require_safe
@reader
def as_pptx(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """The deck as PowerPoint, without the speaker's words."""
    language = _may_download(request, link)
    snapshot = links.shown_to_readers(link)
    content = pptx.render(snapshot, language, looks.template_of(link.pitch, snapshot))
    return download(link.pitch, content, PPTX, "pptx")


@require_safe
@reader
def as_pdf(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """The deck as PDF."""
    language = _may_download(request, link)
    content = pdf.render(links.shown_to_readers(link), language)
    return download(link.pitch, content, "application/pdf", "pdf")


@require_safe
@reader
def as_memo(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """The memo; its numbers lead back through this link."""
    language = _may_download(request, link)
    token, here = _token(request), origin(request)
    known = memo.Known(
        link.pitch.sha256,
        here + reverse("shared:deck", args=[token]),
        lambda name: here + reverse("shared:figure", args=[token, name]),
    )
    content = memo.render(links.shown_to_readers(link), language, known)
    return download(link.pitch, content, "application/pdf", "pdf", titled(link.pitch, _("memo")))


def _may_download(request: HttpRequest, link: ShareLink) -> str:
    """The language to download in. Raises Http404 where the link allows no downloads."""
    if not link.allows_downloads:
        raise Http404
    return asked_language(request, link.pitch)


@require_POST
@reader
def opened(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """Sent by the page itself once it stands in a browser, which programs that preview links do not do.

    Members of the workspace are no readers.
    """
    if membership(request.user, link.pitch.workspace) is None:
        links.note_opened(link, request.session)
    return HttpResponse(status=204)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponseBase:
    """Asks for the password of a link; so many wrong ones and the link, or the address, has to wait."""
    try:
        link = links.find(token)
    except links.Gone:
        return _gone(request)
    if links.may_read(link, request.session):
        return _closed(redirect("shared:deck", token))
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        key = f"link-{link.pk}"
        if not ratelimit.consume(request, action=LIMIT, key=key, dry_run=True):
            return _closed(render(request, "pitches/shared/wait.html", status=429))
        if links.fits(link, form.cleaned_data["password"]):
            request.session.cycle_key()
            links.grant(link, request.session)
            return _closed(redirect("shared:deck", token))
        ratelimit.consume(request, action=LIMIT, key=key)
        form.add_error("password", _("This is not the password. Ask whoever sent you the link."))
    page = render(request, "pitches/shared/password.html", {"form": form}, status=422 if form.errors else 200)
    # With "no-referrer" browsers do not say where a form comes from, and the form would be refused.
    return _closed(page, "same-origin")


def _in_panel(request: HttpRequest) -> bool:
    htmx = getattr(request, "htmx", None)
    return htmx is not None and htmx.target == "panel-body"


def _token(request: HttpRequest) -> str:
    match: Any = request.resolver_match
    return str(match.kwargs["token"])
