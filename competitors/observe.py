"""How brands do in other places: dated readings of their profiles, and which handles are a brand's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from django.utils.translation import gettext_noop

from competitors.models import Observation, Profile
from competitors.places import SITE
from listening import door, schedule, sources
from listening.models import Brand, Fetch, Scan
from listening.scan import Saved
from listening.text import clean_line
from listening.types import Page, Reading
from teams.models import User, Workspace

__all__ = ["METRICS", "SITE", "Observing", "enter_reading", "handles", "normal_handle", "save_readings"]

if TYPE_CHECKING:
    from listening.sources import Source

# What the readings are called and counted in; the order is the order on a page. A metric without a line
# here is stored and shown under its own name.
METRICS: Mapping[str, str] = MappingProxyType(
    {
        "followers": gettext_noop("followers"),
        "members": gettext_noop("members"),
        "subscribers": gettext_noop("subscribers"),
        "posts_30d": gettext_noop("posts in 30 days"),
        "last_post": gettext_noop("latest post"),
        "length": gettext_noop("length in bytes"),
        "views_30d": gettext_noop("views in 30 days"),
        "views_per_video": gettext_noop("views per recent video"),
        "languages": gettext_noop("languages"),
        "replies_30d": gettext_noop("replies in 30 days"),
        "last_edit": gettext_noop("latest edit"),
        "posts": gettext_noop("posts in all"),
        "following": gettext_noop("accounts followed"),
        "title": gettext_noop("title"),
        "handle": gettext_noop("handle"),
        "exists": gettext_noop("exists"),
        # What somebody wrote down on a day, often years ago: history, never today's number.
        "followers_x": gettext_noop("followers on X, as written in Wikidata"),
        "followers_instagram": gettext_noop("followers on Instagram, as written in Wikidata"),
        "followers_facebook": gettext_noop("followers on Facebook, as written in Wikidata"),
        "followers_youtube": gettext_noop("subscribers on YouTube, as written in Wikidata"),
        "followers_tiktok": gettext_noop("followers on TikTok, as written in Wikidata"),
        "followers_linkedin": gettext_noop("followers on LinkedIn, as written in Wikidata"),
        "followers_mastodon": gettext_noop("followers on Mastodon, as written in Wikidata"),
        "followers_bluesky": gettext_noop("followers on Bluesky, as written in Wikidata"),
        "followers_reddit": gettext_noop("members on Reddit, as written in Wikidata"),
        "followers_telegram": gettext_noop("subscribers on Telegram, as written in Wikidata"),
        "followers_github": gettext_noop("followers on GitHub, as written in Wikidata"),
        "website": gettext_noop("website"),
    }
)


class Observing:
    """The "observe" part of a scan: every profile that a listed source can read."""

    capability = "observe"

    def plan(self, scan: Scan) -> Iterable[Fetch]:
        """One fetch per profile, on the sources this workspace listens to."""
        readable = {kind.name for kind in door.offering(scan.workspace, self.capability)}
        profiles = Profile.objects.filter(workspace=scan.workspace, source__in=readable).exclude(handle="")
        for profile in profiles.select_related("brand"):
            yield Fetch(
                scan=scan,
                source=profile.source,
                capability=self.capability,
                subject_id=profile.pk,
                label=f"{profile.brand.name}: {profile}"[:255],
            )

    def read(self, fetch: Fetch, source: Source) -> Page[Reading]:
        """One page of readings; a profile that was removed meanwhile gives an empty one."""
        profile = self._profile(fetch)
        if profile is None:
            return Page()
        # A source has the capability iff it defines the method, so the base class does not name it.
        page: Page[Reading] = cast(Any, source).observe(profile.handle, fetch.cursor)
        return page

    def save(self, fetch: Fetch, page: Page[Reading]) -> Saved:
        """Stores the readings. What a page does not tell stays as it was: a failure leaves a gap."""
        profile = self._profile(fetch)
        if profile is None:
            return Saved()
        saved = save_readings(profile, page.items, schedule.now(), fetch)
        return Saved(found=saved, new=saved)

    def _profile(self, fetch: Fetch) -> Profile | None:
        return Profile.objects.filter(workspace=fetch.scan.workspace_id, pk=fetch.subject_id or 0).first()


def save_readings(
    profile: Profile,
    readings: Iterable[Reading],
    now: datetime,
    fetch: Fetch | None = None,
    entered_by: User | None = None,
) -> int:
    """One row per metric and UTC day; a second reading of a day overwrites the first. Returns how many."""
    rows: dict[tuple[str, date], Observation] = {}
    for reading in readings:
        day = (reading.on or now).astimezone(UTC).date()
        metric = clean_line(reading.metric, 40)
        rows[metric, day] = Observation(
            profile=profile,
            metric=metric,
            on=day,
            value=reading.value,
            text=clean_line(reading.text, 500),
            precision=reading.precision[:10],
            url=reading.url[:2048],
            taken_at=now,
            fetch=fetch,
            entered_by=entered_by,
        )
    Observation.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["profile", "metric", "on"],
        update_fields=["value", "text", "precision", "url", "taken_at", "fetch", "entered_by"],
    )
    return len(rows)


def enter_reading(
    brand: Brand, place: str, is_there: bool, followers: int | None, url: str, on: datetime, user: User
) -> Profile:
    """A person looked themselves: there is none, or it is there with so many followers.

    Kept as entered by hand. Belongs to the brand's first profile in the place; without one, to a profile
    without a handle, which no scan reads.
    """
    profile = Profile.objects.filter(brand=brand, source=place).order_by("pk").first()
    if profile is None:
        profile, _ = Profile.objects.get_or_create(  # a second click makes no second one
            brand=brand,
            source=place,
            handle="",
            defaults={"workspace": brand.workspace, "url": url, "origin": Profile.Origin.MANUAL},
        )
    readings = [Reading("exists", int(is_there), url=url, precision="manual", on=on)]
    if is_there and followers is not None:
        readings.append(Reading("followers", followers, url=url, precision="manual", on=on))
    save_readings(profile, readings, schedule.now(), entered_by=user)
    return profile


def normal_handle(source: str, handle: str) -> str:
    """A handle in the form in which conversations name who wrote: lower case; Mastodon "@name@host", Bluesky
    "@name.bsky.social" or a DID, Reddit "u/name". "" for a community, which writes nothing itself.
    """
    handle = handle.strip().lower()
    if source in ("mastodon", "bluesky") and handle and not handle.startswith("did:"):
        return f"@{handle.lstrip('@')}"
    return "" if source == "reddit" and not handle.startswith("u/") else handle


def handles(workspace: Workspace, *brands: Brand) -> dict[str, set[str]]:
    """Under which names the brands write, per source with conversations; their people's handles included.

    A profile that is known by an id tells its name when it is read.
    """
    talking = {kind.name for kind in sources.with_capability("thread")}
    profiles = Profile.objects.filter(workspace=workspace, brand__in=brands, source__in=talking)
    told = Observation.objects.filter(profile__in=profiles, metric="handle").values_list(
        "profile__source", "text"
    )
    found: dict[str, set[str]] = {}
    for source, handle in [*profiles.exclude(handle="").values_list("source", "handle"), *told]:
        if name := normal_handle(source, handle):
            found.setdefault(source, set()).add(name)
    return found
