"""The shell around every page: its policy, its navigation, its tags, and what no template may contain."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from config import shell
from teams.models import Role, User, Workspace
from tests.conftest import ROOT
from tests.make import make_member, make_user, make_workspace

TEMPLATES = sorted(
    path
    for folder in (ROOT / "templates", *ROOT.glob("*/templates"))
    for path in folder.rglob("*")
    if path.is_file()
)
CODE = sorted(
    path
    for room in ("config", "teams", "listening", "competitors", "pitches", "charts")
    for path in (ROOT / room).rglob("*.py")
)
FORBIDDEN = {
    "unescaped text": r"\|\s*safe\b|\bsafeseq\b|autoescape\s+off|mark_safe",
    "inline style": r"<style|\sstyle\s*=",
    "inline handler": r"\son[a-z]+\s*=\s*[\"'{]|hx-on|javascript:",
    "inline script": r"<script(?![^>]*\ssrc=)",
    "another host": r"(src|href|action)=\"(https?:)?//",
}


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_no_template_holds_what_the_policy_forbids(kind: str) -> None:
    assert len(TEMPLATES) > 20
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in TEMPLATES
        for match in re.finditer(FORBIDDEN[kind], path.read_text(), re.IGNORECASE)
    ]
    assert found == []


def test_the_search_for_forbidden_things_finds_them() -> None:
    samples = {
        "unescaped text": "{{ text | safe }}",
        "inline style": '<p style="color:red">',
        "inline handler": '<a onclick="x()">',
        "inline script": "<script>alert(1)</script>",
        "another host": '<img src="//cdn.example/x.png">',
    }
    for kind, sample in samples.items():
        assert re.search(FORBIDDEN[kind], sample, re.IGNORECASE), kind


# Markup that we draw ourselves; that texts in it are escaped is shown by that room's own tests.
DRAWN_BY_US = {"pitches/decks/web.py"}  # the SVG of a chart


def test_no_code_calls_text_safe_by_hand() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in CODE
        if re.search(r"\bmark_safe\(|\bSafeString\(", path.read_text())
    }
    assert found <= DRAWN_BY_US


def policy(response: HttpResponse) -> dict[str, list[str]]:
    parts = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in parts}


def test_every_page_carries_the_strict_policy(
    workspace: Workspace, alice: User, client: Client, browser_of: Callable[[User], Client]
) -> None:
    browser = browser_of(alice)
    settings_url = reverse("teams:settings", args=[workspace.code])
    pages = [
        client.get("/"),
        client.get("/accounts/login/"),
        client.get("/accounts/signup/"),
        client.get("/accounts/password/reset/"),
        client.get("/nowhere/"),
        client.get("/", headers={"host": "evil.example"}),
        browser.get("/workspaces/"),
        browser.get("/accounts/password/change/"),
        browser.get("/accounts/logout/"),
        browser.get(settings_url),
        browser.post(settings_url, {}),
        browser.get("/language/"),
    ]
    assert {page.status_code for page in pages} >= {200, 302, 400, 404, 405, 422}
    for page in pages:
        rules = policy(page)
        assert "unsafe" not in page["Content-Security-Policy"]
        assert rules["default-src"] == ["'none'"]
        assert rules["script-src"] == rules["style-src"] == rules["form-action"] == ["'self'"]
        assert rules["frame-ancestors"] == rules["base-uri"] == rules["object-src"] == ["'none'"]
        assert page["X-Content-Type-Options"] == "nosniff"
        assert "*" not in page["Content-Security-Policy"]


def test_pages_of_people_who_are_logged_in_stay_out_of_caches(
    alice: User, browser_of: Callable[[User], Client]
) -> None:
    assert "no-store" in browser_of(alice).get("/workspaces/")["Cache-Control"]


def test_htmx_is_tamed_and_sends_the_token(alice: User, browser_of: Callable[[User], Client]) -> None:
    page = browser_of(alice).get("/workspaces/").content.decode()
    for rule in (
        '"allowEval":false',
        '"selfRequestsOnly":true',
        '"allowScriptTags":false',
        '"historyCacheSize":0',
        '"includeIndicatorStyles":false',
    ):
        assert rule in page
    assert re.search(r"hx-headers='\{\"X-CSRFToken\": \"\w{64}\"\}'", page)


def test_the_servers_own_error_page_needs_nothing(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash() -> bool:
        raise RuntimeError("the database is on fire")

    monkeypatch.setattr("teams.welcome.is_first_visit", crash)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()
    assert "on fire" not in response.content.decode()
    assert "unsafe" not in response["Content-Security-Policy"]


ENTRIES = [
    ("teams:settings", "Settings", "settings", "manage"),
    ("nowhere:at_all", "Not built", "home"),
    ("teams:remove_sample", "Remove", "trash"),
]


def test_navigation_leaves_out_what_is_not_there_or_not_allowed(workspace: Workspace) -> None:
    def labels(role: str) -> list[str]:
        return [link.label for link in shell.links(ENTRIES, workspace, role)]

    assert labels(Role.ADMIN) == ["Settings", "Remove"]
    assert labels(Role.VIEWER) == ["Remove"]


def test_navigation_marks_the_deepest_entry_above_the_page(workspace: Workspace, settings: Any) -> None:
    settings.WORKSPACE_HOME = "teams:settings"
    url = reverse("teams:remove_sample", args=[workspace.code])
    current = [
        link.label for link in shell.links(ENTRIES, workspace, Role.OWNER, url + "12/") if link.current
    ]
    assert current == ["Remove"]
    below_home = reverse("teams:settings", args=[workspace.code]) + "elsewhere/"
    assert not any(link.current for link in shell.links(ENTRIES, workspace, Role.OWNER, below_home))


def test_one_can_switch_to_ones_own_workspaces_only(
    workspace: Workspace, alice: User, charlie: User, browser_of: Callable[[User], Client]
) -> None:
    make_workspace(alice, name="Second workspace")
    page = browser_of(alice).get(reverse("teams:settings", args=[workspace.code])).content.decode()
    assert "Second workspace" in page
    assert "Bergby Roast" not in page


def test_banners_say_what_is_not_real(
    alice: User, browser_of: Callable[[User], Client], settings: Any
) -> None:
    sample = make_workspace(alice, is_sample=True)
    browser = browser_of(alice)
    url = reverse("teams:settings", args=[sample.code])
    page = browser.get(url).content.decode()
    assert "sample workspace: the brands, people and numbers in it are made up" in page
    assert "plays recorded material" not in page
    settings.OUTBOUND_REPLAY_URL = "http://127.0.0.1:8900"
    assert "plays recorded material, nothing here is live" in browser.get(url).content.decode()


def test_a_viewer_sees_the_menu_without_what_is_not_for_viewers(
    workspace: Workspace, browser_of: Callable[[User], Client], rf: RequestFactory
) -> None:
    dana = make_user("Dana")
    membership = make_member(workspace, dana, Role.VIEWER)
    request = rf.get("/")
    request.user, request.workspace, request.membership = dana, workspace, membership
    context = shell.shell(request)
    assert context["can"]["read"] is True
    assert context["can"]["edit"] is False
    assert "Workspace" not in [str(link.label) for link in context["navigation_more"]]


def render(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


def test_a_figure_is_a_real_link_that_opens_in_the_panel() -> None:
    html = render('{% figure 1284 url="/w/x/why/" unit="%" label="stories" %}')
    assert 'href="/w/x/why/"' in html
    assert 'hx-get="/w/x/why/"' in html
    assert 'hx-target="#panel-body"' in html
    assert "1,284\xa0%" in html
    assert "stories</span>" in html


def test_an_unknown_figure_is_never_a_zero() -> None:
    html = render('{% figure value url="/w/x/why/" label="stories" %}', value=None)
    assert "–" in html
    assert "not known stories" in html
    assert ">0<" not in render("{% figure value %}", value=None)
    assert ">0<" in render("{% figure value %}", value=0)


def test_a_share_is_written_as_the_readers_language_does() -> None:
    template = Template("{{ share|percent:1 }}")
    for language, written in {"en": "29.8%", "sv": "29,8\u00a0%"}.items():
        with translation.override(language):
            assert template.render(Context({"share": 29.84})) == written


def test_foreign_text_in_a_tag_is_escaped() -> None:
    evil = '"><script>alert(1)</script>'
    for html in (
        render("{% figure value url=evil label=evil unit=evil %}", value=evil, evil=evil),
        render('{% icon "home" evil %}', evil=evil),
        render('{% include "partials/empty.html" with icon_name="ear" title=evil text=evil %}', evil=evil),
    ):
        assert "<script" not in html


def test_every_icon_that_code_names_is_there(settings: Any) -> None:
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(r"(?:\{% icon |icon_name=)\"([\w-]+)\"", path.read_text())
    }
    named |= {entry[2] for entry in (*settings.NAVIGATION, *settings.NAVIGATION_MORE)}
    assert len(named) > 10
    for name in named:
        assert "<path" in render("{% icon name %}", name=name)


def test_an_icon_with_a_meaning_says_it_and_one_without_is_silent() -> None:
    assert 'role="img" aria-label="Close"' in render('{% icon "x" "Close" %}')
    assert 'aria-hidden="true"' in render('{% icon "x" %}')


class Sampler(forms.Form):
    name = forms.CharField(help_text="As <b>people</b> say it")
    note = forms.CharField(required=False)
    agree = forms.BooleanField()
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    secret = forms.CharField(widget=forms.HiddenInput)


def test_forms_look_like_tabler_and_speak_to_screen_readers() -> None:
    html = str(Sampler({"name": "", "secret": "x"}))
    assert re.search(r'<input[^>]*name="name"[^>]*class="form-control is-invalid"', html)
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert "&lt;b&gt;" in html
    assert html.count(">optional<") == 1
    assert re.search(r'<input type="radio"[^>]*class="form-check-input', html)
    assert 'class="form-check-input' in re.search(r'<input type="checkbox"[^>]*>', html)[0]
    assert "<legend" in html
    assert "form-control" not in re.search(r'<input type="hidden"[^>]*>', html)[0]


def test_the_coverage_strip_opens_by_itself_only_when_something_failed() -> None:
    fine = {"label": "Mastodon", "state": "ok", "sentence": ""}
    broken = SimpleNamespace(label="Feeds", state="failed", sentence="The server does not answer.")
    source = '{% include "partials/coverage.html" %}'
    assert " open>" not in render(source, coverage=[fine])
    html = render(source, coverage=[fine, broken])
    assert " open>" in html
    assert "The server does not answer." in html
    assert render(source, coverage=[]).strip() == ""


def test_what_we_ship_is_what_we_listed() -> None:
    from tools import vendor

    assert vendor.problems() == []
    total = sum(path.stat().st_size for path in (ROOT / "static").rglob("*") if path.is_file())
    assert total < 3_000_000


def test_a_changed_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    from tools import vendor

    shutil.copytree(vendor.VENDOR, tmp_path / "vendor")
    monkeypatch.setattr(vendor, "VENDOR", tmp_path / "vendor")
    monkeypatch.setattr(vendor, "LIST", tmp_path / "vendor" / "vendor.json")
    (tmp_path / "vendor" / "icons.json").write_text("{}")
    (tmp_path / "vendor" / "extra.js").write_text("")
    (tmp_path / "vendor" / "tabler.min.css").unlink()
    assert vendor.problems() == [
        "tabler.min.css is listed but absent",
        "extra.js is not listed",
        "icons.json was changed",
    ]
