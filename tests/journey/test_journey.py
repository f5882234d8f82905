"""From the first visit to a downloaded deck, by the page's own buttons; each test is one step."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from urllib.parse import urljoin

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from tests.journey import decks
from tests.journey.conftest import PACE_FACTOR, Trip
from tests.journey.webs import GONE_FEED
from tests.make import PASSWORD
from tools.messages import SWEDISH

pytestmark = [pytest.mark.browser, pytest.mark.services]

EMAIL = "alice@fjallvik.example"
SCAN = 300_000  # milliseconds: the longest a scan may take here
BEAT = 60.0  # seconds: the longest until a scan that is due begins
FORMS = ("Keyword", "Tag")
PLACES = (
    *("", "mentions/", "rivals/", "pitches/", "searches/", "sources/", "scans/", "plan/", "phrases/"),
    *("mentions/sites/", "brands/", "profiles/", "settings/", "setup/done/"),
    *("members/", "log/"),
)
# What has no original outside: our own rules, plans and reading, and what is computed from other figures.
OF_OURS = {
    "The rules for judging a step",
    "The period of this pitch",
    "What we ask for",
    "What every source let us read",
    "Who leads on what",
    "Goals and where they stand today",
    "What the ways to decide cost",
    "The ladder and the days of the plan",
    "How every source was doing",
    "What people sorted out or corrected",
}


def press(page: Page | Locator, name: str) -> None:
    """Presses the one button of this name."""
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page | Locator, name: str) -> None:
    """Follows the one link of this name."""
    page.get_by_role("link", name=name, exact=True).click()


def rows(page: Page | Locator) -> Locator:
    """The rows of the page's table."""
    return page.locator("tbody tr")


def addresses(page: Page, selector: str) -> list[str]:
    """Where all these links lead, as they are written."""
    found: list[str] = page.locator(selector).evaluate_all("all => all.map(one => one.getAttribute('href'))")
    return found


def whole(text: str | None) -> int:
    """The first whole number of a text, as pages print it."""
    found = re.search(r"\d[\d,\u00a0]*", text or "")
    assert found, text
    return int(re.sub(r"\D", "", found[0]))


def mentions_counted(page: Page) -> int:
    """The number of mentions that the page says it shows."""
    found = re.search(r"\(([\d,\u00a0]+) mentions?\)", page.locator("#mentions").inner_text())
    assert found
    return whole(found[1])


def expect_mentions(page: Page, number: int) -> None:
    """The page comes to show so many."""
    expect(page.locator("#mentions p").first).to_contain_text(f"({number:,} mention")


def left_in_english(page: Page) -> set[str]:
    """Sentences of the page that have a Swedish form and are not in it."""
    with SWEDISH.open("rb") as file:
        catalog = read_po(file)
    translated = {
        one.id for one in catalog if isinstance(one.id, str) and one.id and one.string not in ("", one.id)
    }
    shown = {line.strip() for line in page.locator("body").inner_text().splitlines()}
    return (shown & translated) - {name for _, name in settings.LANGUAGES}  # which name themselves


class TestJourney:
    def test_the_first_visit_makes_an_account_and_a_workspace(self, trip: Trip) -> None:
        page = trip.page
        page.goto(trip.earshot.url)
        expect(page.get_by_role("heading", name="Welcome to Earshot")).to_be_visible()
        trip.fits_a_phone()
        for field, value in {
            "name": "Alice Ask",
            "email": EMAIL,
            "password": PASSWORD,
            "workspace_name": "The newsroom",
        }.items():
            page.fill(f"#id_{field}", value)
        page.select_option("#id_language", "en")
        page.select_option("#id_time_zone", "Europe/Stockholm")
        press(page, "Start with my brand")
        expect(page.get_by_role("heading", name="Which brand is yours?")).to_be_visible()
        assert trip.workspace
        expect(page.get_by_text("plays recorded material")).to_be_visible()

    def test_alice_logs_out_and_in(self, trip: Trip) -> None:
        page = trip.page
        page.get_by_title("Alice Ask").click()
        press(page, "Log out")
        trip.open("rivals/")
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        page.get_by_label("Email").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        press(page, "Log in")
        expect(page).to_have_url(trip.workspace + "rivals/")

    def test_her_brand_is_proposed_from_its_home_page(self, trip: Trip) -> None:
        page = trip.page
        follow(page, "Name your brand")
        page.fill("#id_text", trip.web.own)
        press(page, "Look")
        expect(page.locator("#id_name")).to_have_value(trip.web.own_name)
        ticked = page.locator(".proposal", has=page.locator("input:checked"))
        for place in ("Feed", "Mastodon", "Wikidata", "Wikipedia"):
            expect(ticked.filter(has_text=place).first).to_be_visible()
        trip.fits_a_phone()
        press(page, "This is our brand")
        expect(page.get_by_text(f"{trip.web.own_name} is added.")).to_be_visible()

    def test_two_rivals_are_proposed_the_same_way(self, trip: Trip) -> None:
        page = trip.page
        for rival in trip.web.rivals:
            page.fill("#id_text", rival)
            press(page, "Look")
            press(page, "Add this rival")
            expect(page.get_by_text("is added.")).to_be_visible()
        expect(page.locator("#setup strong")).to_have_count(2)
        follow(page, "Go on")

    def test_her_field_gives_searches_too(self, trip: Trip) -> None:
        page = trip.page
        page.fill("#id_terms", trip.web.field)
        page.fill("#id_tags", trip.web.field)
        press(page, "Save and go on")
        expect(page.get_by_role("heading", name="Ready to listen")).to_be_visible()
        expect(rows(page)).to_have_count(8)  # keyword and tag, for three brands and the field
        for form in FORMS:
            expect(rows(page).filter(has_text=form)).to_have_count(4)
        expect(rows(page).filter(has_text="Industry").first).to_contain_text(trip.web.field)
        trip.fits_a_phone()

    def test_she_words_a_search_herself(self, trip: Trip) -> None:
        page = trip.page
        own = rows(page).filter(has_text=trip.web.own_name).filter(has_text="Keyword")
        own.get_by_role("link", name="Edit").click()
        page.fill("#id_text", "(unfinished OR")
        press(page, "Save as a new version")
        expect(page.get_by_text("at character")).to_be_visible()
        trip.fits_a_phone()
        page.fill("#id_text", " OR ".join(f'"{term}"' for term in trip.web.terms))
        press(page, "Save as a new version")
        expect(own).to_contain_text(f'"{trip.web.terms[0]}"')
        expect(own).to_contain_text("v2")
        trip.fits_a_phone()

    def test_she_follows_a_feed_and_one_that_is_gone(self, trip: Trip) -> None:
        page = trip.page
        trip.open("sources/")
        for feed in (trip.web.feed, GONE_FEED):
            page.get_by_label("Address of the feed").fill(feed)
            press(page, "Follow")
            expect(page.get_by_text(feed).first).to_be_visible()
        trip.fits_a_phone()

    def test_the_plan_says_its_next_run(self, trip: Trip) -> None:
        page = trip.page
        trip.open("setup/done/")
        follow(page, "When to scan")
        page.select_option("#id_every", label="Every day")
        page.fill("#id_at", "06:35")
        press(page, "Save")
        expect(page.get_by_text("Every day at 06:35")).to_be_visible()
        expect(page.get_by_text("Next run")).to_contain_text(re.compile(r"06:35.*\(Europe/Stockholm\)"))
        trip.fits_a_phone()

    def test_a_scan_shows_its_progress_and_ends(self, trip: Trip) -> None:
        page = trip.page
        trip.open("setup/done/")
        press(page, "Scan now")
        expect(page.get_by_text("Listening …")).to_be_visible()
        page.evaluate("window.stayed = true")
        progress = page.locator("#scan progress")
        expect(progress).to_have_attribute("value", re.compile(r"[4-9]|\d\d"), timeout=SCAN)
        expect(page.get_by_text("Finished.")).to_be_visible(timeout=SCAN)
        assert page.evaluate("window.stayed"), "the page was loaded anew"
        expect(rows(page).filter(has_text="Complete").first).to_be_visible()
        expect(rows(page).filter(has_text=re.compile("Waiting|Reading"))).to_have_count(0)
        expect(page.get_by_text("gone.example says that this is gone for good.")).to_be_visible()
        trip.fits_a_phone()

    def test_what_was_heard_can_be_filtered(self, trip: Trip) -> None:
        page = trip.page
        trip.open("mentions/")
        everything = mentions_counted(page)
        page.get_by_label("About").select_option(label=trip.web.own_name)
        page.get_by_label("Found by").select_option(label="By keyword")
        page.get_by_label("Source").select_option(label="Mastodon")
        expect(page).to_have_url(re.compile("source=mastodon"))
        true = trip.web.true_count()
        assert 0 < true < everything
        expect_mentions(page, true)
        page.get_by_label("Words").fill(f'"{trip.web.terms[0]}" NOT nobodysaysthis')
        press(page, "Filter")
        expect(page).to_have_url(re.compile("text=.*nobodysaysthis"))
        expect(page.locator("#mentions article mark").first).to_be_visible()
        page.get_by_label("Words").fill("")
        page.get_by_label("Period").select_option(label="Last 7 days")
        expect(page).to_have_url(re.compile("days=7"))
        page.get_by_label("Period").select_option(label="All time")
        expect(page).to_have_url(re.compile("days=(&|$)"))
        trip.fits_a_phone()

    def test_the_number_of_sites_opens_how_popular_they_are(self, trip: Trip) -> None:
        page = trip.page
        trip.open("mentions/")
        page.locator("#mentions").get_by_role("link", name=re.compile(r"^\d+ sites$")).click()
        panel = page.get_by_role("dialog")
        expect(panel).to_contain_text(re.compile(r"among the first [\d,]+ sites of the Tranco list of \d+"))
        site = panel.locator("li").first
        heard = whole(site.locator(".figure").inner_text())
        site.locator(".figure").click()
        expect(page.get_by_text("Only what was said on")).to_be_visible()
        assert mentions_counted(page) == heard > 0
        trip.fits_a_phone()
        trip.open("mentions/")

    def test_a_mention_says_why_it_matched(self, trip: Trip) -> None:
        page = trip.page
        page.get_by_title("Why it matched").first.click()
        expect(page.get_by_role("heading", name="Why it matched")).to_be_visible()
        expect(page.get_by_text("found as").first).to_be_visible()
        expect(page.get_by_text("First heard")).to_be_visible()
        original = page.get_by_role("link", name="Open the original")
        assert not str(original.get_attribute("href")).startswith(trip.earshot.url)
        trip.fits_a_phone()

    def test_she_stars_one_and_says_that_another_is_not_relevant(self, trip: Trip) -> None:
        page = trip.page
        trip.open("mentions/")
        before = mentions_counted(page)
        star = page.locator("#mentions article").nth(0).get_by_role("button", name="Star")
        star.click()
        expect(star).to_have_attribute("aria-pressed", "true")
        beside = page.locator("#mentions article").nth(1)
        press(beside, "Not relevant")
        expect(beside).to_contain_text("left out of every count")
        page.reload()
        assert mentions_counted(page) < before
        page.get_by_label("Show").select_option(label="Starred")
        expect(page.locator("#mentions article")).to_have_count(1)
        page.get_by_label("Show").select_option(label="Not relevant")
        expect(page.locator("#mentions article")).to_contain_text("left out of every count")
        press(page.locator("#mentions article"), "Relevant after all")
        expect(page.get_by_role("button", name="Not relevant")).to_be_visible()
        page.get_by_label("Show").select_option(label="Relevant")
        expect_mentions(page, before)

    def test_a_story_told_by_several_is_folded(self, trip: Trip) -> None:
        page = trip.page
        trip.open("mentions/")
        stories = page.locator("#mentions article")
        several = stories.get_by_role("link", name=re.compile(r"^\d+ mentions$"))
        while not several.count():
            follow(page, "Next")
            expect(stories.first).to_be_visible()
        told = whole(several.first.inner_text())
        several.first.click()
        expect(stories).to_have_count(told)
        follow(page, "All stories")
        expect(stories.nth(told)).to_be_visible()

    def test_rivals_are_compared_and_every_number_has_its_proof(self, trip: Trip) -> None:
        page = trip.page
        trip.open("rivals/")
        boards = page.locator("section", has=page.get_by_role("heading", name="Share of voice"))
        shares = boards.locator(".card").first
        expect(shares.locator(".figure")).to_have_count(3)
        assert sum(whole(text) for text in shares.get_by_text("%").all_inner_texts()) in range(99, 102)
        shares.locator(".figure").first.click()
        panel = page.get_by_role("dialog")
        expect(panel).to_contain_text("The newest of these stories")
        page.keyboard.press("Escape")
        matrix = page.locator("table.presence")
        expect(matrix.locator("thead th")).to_have_count(1 + 3)
        rows(matrix).get_by_role("link", name="yes").last.click()
        expect(panel.locator("a[target=_blank]").first).to_be_visible()
        page.keyboard.press("Escape")
        places = rows(matrix).count() - 1  # but for "elsewhere"
        said = matrix.locator("td > a.figure").all_inner_texts()
        assert len(said) == 3 * places and {text.strip() for text in said} <= {"yes", "no", "unknown"}
        trip.fits_a_phone()

    def test_a_result_page_is_typed_and_can_be_corrected(self, trip: Trip) -> None:
        page = trip.page
        trip.open("phrases/")
        looked_up = rows(page).filter(has_text=trip.web.own_name)
        expect(looked_up).to_contain_text("of the first")
        expect(page.get_by_text(re.compile("engines? did not answer")).first).to_be_visible()
        results = whole(looked_up.inner_text().partition("of the first")[2])
        assert results >= 20
        trip.fits_a_phone()
        looked_up.locator(".figure").click()
        panel = page.get_by_role("dialog")
        expect(rows(panel)).to_have_count(results)
        assert sum(whole(text) for text in panel.locator("#results .badge").all_inner_texts()) == results
        expect(panel.get_by_text("is our own site").first).to_be_visible()
        rows(panel).nth(2).get_by_role("combobox").select_option(label="Blog")
        expect(rows(panel).nth(2)).to_contain_text("a person in this workspace said so")
        expect(rows(panel)).to_have_count(results)
        trip.visit(looked_up.locator(".figure").get_attribute("href"))
        expect(rows(page).nth(2)).to_contain_text("a person in this workspace said so")
        trip.fits_a_phone()

    def test_a_result_page_can_be_pasted(self, trip: Trip) -> None:
        page = trip.page
        trip.open("phrases/")
        follow(rows(page).filter(has_text="Industry"), "Paste results")
        trip.fits_a_phone()
        page.fill("#id_engine", "Bing")
        page.fill("#id_n", "3")
        seen = (
            f"https://{trip.web.own}/",
            "https://www.reddit.com/r/all/comments/1/x/",
            "https://youtu.be/x",
        )
        page.fill("#id_text", "\n".join(seen))
        press(page, "Store this result page")
        expect(rows(page)).to_have_count(3)
        expect(page.get_by_text("of the first 3 results")).to_be_visible()

    def test_home_shows_five_steps_whose_numbers_open_their_evidence(self, trip: Trip) -> None:
        page = trip.page
        follow(page.get_by_role("navigation", name="Main"), "Home")
        steps = page.locator("li.card[id^=step-]")
        expect(steps).to_have_count(5)
        panel = page.get_by_role("dialog")
        for number in range(5):
            expect(steps.nth(number).locator(".badge").first).to_be_visible()
            steps.nth(number).locator(".figure").first.click()
            expect(panel.get_by_role("heading").first).to_be_visible()
            page.keyboard.press("Escape")
            expect(panel).to_be_hidden()
        expect(steps.nth(4).get_by_role("link", name="Say what you ask for")).to_be_visible()
        trip.fits_a_phone()

    def test_a_pitch_is_made_edited_and_refused_until_it_asks(self, trip: Trip) -> None:
        page = trip.page
        follow(page, "Make a pitch")
        page.fill("#id_title", "Let us talk with them")
        page.fill("#id_audience", "The board")
        page.select_option("#id_length", label="Full")
        press(page, "Make the pitch")
        expect(page.get_by_text("Say what you ask for").first).to_be_visible()
        trip.fits_a_phone()
        talk = page.locator("#slide-of-talk")
        follow(talk, "Edit What is said")
        title = talk.get_by_label("Title")
        title.fill("Look: " + title.input_value())
        trip.fits_a_phone()
        press(talk, "Save")
        expect(talk).to_contain_text("edited by Alice Ask")
        trip.notes["title"] = talk.locator("h2").inner_text()
        assert trip.notes["title"].startswith("Look: ")
        asked = page.locator("#ask")
        asked.get_by_label("Hours a week").fill("6")
        asked.get_by_label("Budget").fill("1500")
        asked.get_by_label("Decide by").fill((date.today() + timedelta(days=30)).isoformat())
        press(asked, "Save")
        expect(page.get_by_text("Every number has its proof. Ready to freeze.")).to_be_visible()

    def test_it_names_conversations_to_answer(self, trip: Trip) -> None:
        page = trip.page
        draft = page.url.partition("#")[0]
        expect(rows(page.locator("#actions"))).to_have_count(10)
        follow(page.locator("#actions"), "The plan")
        follow(page.get_by_label("Pages of the plan"), "What to do first")
        trip.fits_a_phone()
        page.get_by_label("Who does it").first.fill("Bob Brink")
        press(page, "Save")
        trip.visit(draft)
        expect(rows(page.locator("#actions")).first).to_contain_text("Bob Brink")

    def test_it_is_frozen(self, trip: Trip) -> None:
        page = trip.page
        follow(page, "Freeze")
        press(page, "Freeze")
        expect(page.get_by_text("Nothing in it has changed since.")).to_be_visible()
        trip.fits_a_phone()

    def test_every_figure_of_the_slides_leads_to_an_original_in_two_clicks(self, trip: Trip) -> None:
        page = trip.page
        follow(page, "See the slides")
        expect(page.locator(".deck-slide").nth(12)).to_be_visible()
        titles = [" ".join(text.split()) for text in page.locator(".deck-title").all_inner_texts()]
        trip.notes["titles"] = decks.whole(titles)
        targets = set(addresses(page, ".deck a.figure"))
        assert len(targets) > 10
        without: dict[str, str] = {}
        for target in sorted(targets):
            answer = page.request.get(urljoin(trip.earshot.url, target))
            assert answer.ok, target
            if 'target="_blank"' not in answer.text():
                without[target] = re.findall(r"<h1[^>]*>(.*?)</h1>", answer.text(), re.DOTALL)[0].strip()
        assert set(without.values()) <= OF_OURS
        proven = [one for one in dict.fromkeys(addresses(page, ".deck-title a.figure")) if one not in without]
        assert len(proven) >= 4
        panel = page.get_by_role("dialog")
        for target in proven:
            page.locator(f'.deck-title a.figure[href="{target}"]').first.click()
            expect(panel.locator("a[target=_blank]").first).to_be_visible()
            page.keyboard.press("Escape")
            expect(panel).to_be_hidden()
        trip.fits_a_phone()

    def test_the_powerpoint_is_whole(self, trip: Trip) -> None:
        with trip.page.expect_download() as found:
            follow(trip.page, "PowerPoint")
        decks.check_pptx(found.value.path(), trip.notes["titles"])

    def test_the_pdf_is_whole(self, trip: Trip) -> None:
        with trip.page.expect_download() as found:
            follow(trip.page, "PDF")
        decks.check_pdf(found.value.path(), trip.notes["titles"])

    def test_the_planned_scan_finds_the_one_new_post_and_nothing_else(self, trip: Trip) -> None:
        page = trip.page
        trip.web.add(f"Just heard of {trip.web.own_name}")
        trip.the_plan_falls_due()
        trip.open("scans/")
        trip.fits_a_phone()
        planned = rows(page).filter(has_text="the plan")
        end = time.monotonic() + BEAT
        while not planned.count():  # the list does not change by itself
            assert time.monotonic() < end, "the beat did not start the scan that was due"
            page.wait_for_timeout(500)
            page.reload()
        planned.get_by_role("link").click()
        expect(page.get_by_text("Finished.")).to_be_visible(timeout=SCAN)
        expect(page.locator("#scan")).to_contain_text(re.compile(r"(?<!\d)1 new mention(?!s)"))
        trip.open("mentions/")
        expect(page.locator("#mentions article").first).to_contain_text("Just heard of")

    def test_nobody_was_asked_too_fast_or_by_a_stranger(self, trip: Trip) -> None:
        hosts = trip.web.hosts()
        for name, host in hosts.items():
            assert host.agents == {f"Earshot/0.1.0 (+{EMAIL})"}, name
            assert host.wrong_original == 0, name
            rest = {"searx.local": 5.0, "www.reddit.com": 60.0}.get(name, 1.0)
            if host.smallest_gap is not None:
                assert host.smallest_gap >= rest * PACE_FACTOR, name
        assert len(hosts) > 6
        assert sum(host.conditional for host in hosts.values()) >= 2, "feeds were asked anew"

    def test_all_of_it_is_there_in_swedish(self, trip: Trip) -> None:
        page = trip.page
        page.get_by_title("Alice Ask").click()
        press(page, "Svenska")
        for place in PLACES:
            trip.open(place)
            expect(page.locator("html")).to_have_attribute("lang", "sv")
            assert left_in_english(page) == set(), place
            trip.fits_a_phone()

    def test_what_is_kept_and_logged_holds_no_secret(self, trip: Trip) -> None:
        """A colleague's link is made last, so that there is a secret besides the password."""
        trip.open("members/")
        trip.page.locator("[name=email]").fill("bob@fjallvik.example")
        trip.page.locator("form[action$='/invite/'] button").click()
        link = trip.page.locator("input[readonly][value*='/invitations/']").input_value()
        token = link.rstrip("/").rpartition("/")[2]
        trip.visit(link)  # so that it is in whatever notes addresses
        assert len(token) > 40
        kept, logged = trip.earshot.kept(), trip.earshot.logged()
        assert EMAIL in kept and "bob@fjallvik.example" in kept, "we look in the right place"
        assert [secret for secret in (PASSWORD, token) if secret in kept + logged] == []
