"""Alice judges a sample by keyboard, freezes, takes the evidence along and verifies it; somebody tampers."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, expect

from listening.models import Author
from pitches.models import Judgement, Pitch, PrecisionSample
from teams.models import Workspace
from tests.pitches import keeping

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def is_wrong(message: ConsoleMessage) -> bool:
    """Whether the browser complains; a file that is refused is answered with 422, as it should be."""
    return message.type == "error" and "422" not in message.text


@pytest.fixture(autouse=True)
def quiet(page: Page) -> Iterator[None]:
    """A page that breaks its own policy or throws fails the test."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if is_wrong(message) else None)
    yield
    assert said == []


@pytest.fixture
def workspace(settings: Any, live_server: Any, page: Page) -> Workspace:
    """The sample workspace, in which nobody has judged yet, open in Alice's browser."""
    found = keeping.the_sample()
    PrecisionSample.objects.all().delete()
    client = Client()
    client.force_login(found.members.get(), backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return found


def test_from_a_judged_sample_to_a_tampered_file_and_an_erased_author(
    page: Page, live_server: Any, workspace: Workspace, tmp_path: Path
) -> None:
    pitch = workspace.pitches.get()
    address = f"{live_server.url}/w/{workspace.code}/"
    judge(page, f"{address}pitches/{pitch.code}/")
    page.goto(f"{address}pitches/{pitch.code}/freeze/")
    page.get_by_role("button", name="Freeze").click()
    expect(page.get_by_text("Nothing in it has changed since.")).to_be_visible()
    evidence = take(page, tmp_path)
    page.goto(f"{address}pitches/{pitch.code}/web/")
    expect(page.get_by_role("heading", name="18 of 20 sampled mentions were relevant")).to_be_visible()

    verify(page, address, evidence)
    expect(page.get_by_role("heading", name="Nothing in the file has changed")).to_be_visible()
    expect(page.locator("#report")).to_contain_text(
        "This Earshot froze this pitch, and the digest is the same"
    )
    fits(page)
    tamper(page, address, evidence)
    erase(page, address, pitch, tmp_path)


def judge(page: Page, pitch: str) -> None:
    """Draws a sample and judges it, with two slips taken back."""
    page.goto(pitch)
    expect(page.locator("#sample")).to_contain_text("Not sampled.")
    page.get_by_role("link", name="Judge a sample").click()
    page.get_by_role("button", name="Draw a sample").click()
    expect(page.get_by_text("1 of 20", exact=True)).to_be_visible()
    page.evaluate("window.stayed = true")
    for number, key in enumerate("nuz" + "u" + "r" * 17, 1):
        page.keyboard.press(key)
        judged = number if number < 3 else number - 2
        expect(page.locator("#judging progress")).to_have_attribute("value", str(judged))
    page.get_by_role("button", name="Relevant").first.click()
    expect(page.get_by_text("You have judged them all")).to_be_visible()
    expect(page.get_by_role("heading", name="18 of 20 relevant")).to_be_visible()
    assert page.evaluate("window.stayed"), "the page was loaded anew"
    assert Judgement.objects.filter(judged_by__name="Alice").count() == 20
    fits(page)


def tamper(page: Page, address: str, evidence: Path) -> None:
    """Somebody makes a number larger and puts a file in; then it is no ZIP file at all."""
    tampered = evidence.with_name("tampered.zip")
    with zipfile.ZipFile(evidence) as old, zipfile.ZipFile(tampered, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b"18", b"20") if name == "figures.csv" else content)
        new.writestr("extra.txt", "Believe me.")
    verify(page, address, tampered)
    expect(page.get_by_role("heading", name="This is not what was written")).to_be_visible()
    rows = page.locator("#report tbody tr")
    expect(rows.filter(has_text="figures.csv")).to_contain_text("changed")
    expect(rows.filter(has_text="extra.txt")).to_contain_text("unexpected")
    expect(rows.filter(has_text="snapshot.json")).to_contain_text("as it was written")
    fits(page)
    tampered.write_bytes(b"Dear Alice")
    verify(page, address, tampered)
    expect(page.get_by_text("This is no ZIP file, or a part of it is missing.")).to_be_visible()


def erase(page: Page, address: str, pitch: Pitch, folder: Path) -> None:
    """An author asks to be forgotten; the frozen pitch still verifies, and says that something is gone."""
    chosen = pitch.actions.order_by("position")[0].mention
    assert chosen is not None and chosen.author is not None
    handle = chosen.author.handle
    page.goto(f"{address}mentions/{chosen.pk}/")
    page.get_by_role("link", name="Erase this author").click()
    expect(page.get_by_label("Author", exact=True)).to_have_value(handle)
    fits(page)
    page.get_by_label("I know that this cannot be taken back").check()
    page.get_by_role("button", name="Erase").click()
    expect(page.get_by_text("Nothing will bring the author back.")).to_be_visible()
    assert not Author.objects.filter(handle=handle).exists()
    page.goto(f"{address}mentions/{chosen.pk}/")
    expect(page.get_by_text("The author asked to be forgotten")).to_be_visible()
    expect(page.get_by_text(handle)).to_have_count(0)

    page.goto(f"{address}pitches/{pitch.code}/")
    expect(page.get_by_text("Nothing in it has changed since.")).to_contain_text("redacted")
    verify(page, address, take(page, folder))
    expect(page.get_by_role("heading", name="Nothing in the file has changed")).to_be_visible()
    expect(page.locator("#report")).to_contain_text("redacted, because")
    page.goto(f"{address}pitches/{pitch.code}/web/")
    expect(page.get_by_text("Redacted: the author was erased.").first).to_be_visible()
    assert handle not in str(Pitch.objects.get(pk=pitch.pk).snapshot)


def take(page: Page, folder: Path) -> Path:
    """Downloads the evidence of the frozen pitch that is open."""
    with page.expect_download() as taken:
        page.get_by_role("link", name="Evidence").click()
    assert taken.value.suggested_filename == "fjallvik-listens-a-proposal-for-the-spring-v1-evidence.zip"
    evidence = folder / taken.value.suggested_filename
    taken.value.save_as(evidence)
    return evidence


def verify(page: Page, address: str, file: Path) -> None:
    """Asks whether the file is what it was."""
    page.goto(f"{address}verify/")
    page.get_by_label("File of evidence").set_input_files(file)
    page.get_by_role("button", name="Verify the file").click()


def fits(page: Page) -> None:
    """Nothing scrolls sideways on a phone."""
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.url
    page.set_viewport_size({"width": 1280, "height": 800})
