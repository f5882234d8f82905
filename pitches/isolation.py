"""Two workspaces with one of everything, for whoever checks that nothing of one is seen from the other.

Everything is made by the verbs that pages use, so what is checked is what people have. Nothing is asked of
the outside: no plan is on, and what would be due is not.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from competitors import setup, visibility
from competitors.setup import Ticked
from listening import calendars, feeds, pipeline, plans, scan, searches, store
from listening.models import Brand, Calendar, Credential, Feed, Fetch, Mention, Scan
from listening.models.credentials import pack
from listening.types import Item
from pitches import looks, verbs
from pitches.decks import base
from pitches.evidence import sampling
from pitches.models import Pitch
from pitches.planning import actions
from pitches.sharing import links
from teams import invitations, logos, welcome
from teams.models import Membership, Role, User, Workspace

# What stands in the places of an address besides the workspace's code: a thing's name in ``furnish``, or a
# value. An address without a line has no such place.
PLACES: dict[str, dict[str, Any]] = {
    "teams:change_role": {"pk": "member"},
    "teams:remove_member": {"pk": "member"},
    "teams:renew_invitation": {"pk": "invitation"},
    "teams:revoke_invitation": {"pk": "invitation"},
    "listening:mention": {"pk": "mention"},
    "listening:mark": {"pk": "mention"},
    "listening:search": {"pk": "search"},
    "listening:scan": {"pk": "scan"},
    "listening:feed": {"pk": "subscription"},
    "listening:try_again": {"pk": "subscription"},
    "listening:rename_feed": {"pk": "subscription"},
    "listening:unfollow": {"pk": "subscription"},
    "listening:calendar": {"pk": "calendar"},
    "listening:try_calendar": {"pk": "calendar"},
    "listening:unfollow_calendar": {"pk": "calendar"},
    "listening:source": {"name": "mastodon"},
    "listening:credential": {"name": "bluesky"},
    "listening:remove_credential": {"name": "bluesky"},
    "competitors:brand": {"pk": "brand"},
    "competitors:add_profile": {"pk": "brand"},
    "competitors:remove_brand": {"pk": "brand"},
    "competitors:profile": {"pk": "profile"},
    "competitors:remove_profile": {"pk": "profile"},
    "competitors:voice": {"pk": "brand"},
    "competitors:place": {"pk": "brand", "place": "feeds"},
    "competitors:place_by_hand": {"pk": "brand", "place": "mastodon"},
    "competitors:phrase": {"pk": "phrase"},
    "competitors:manual_page": {"pk": "phrase"},
    "competitors:remove_phrase": {"pk": "phrase"},
    "competitors:result_page": {"pk": "page"},
    "competitors:remove_result_page": {"pk": "page"},
    "competitors:correct_row": {"pk": "page", "row": "row"},
    "pitches:evidence": {"name": "E1"},
    "pitches:pitch": {"code_of_pitch": "draft"},
    "pitches:about": {"code_of_pitch": "draft"},
    "pitches:add": {"code_of_pitch": "draft"},
    "pitches:arrange": {"code_of_pitch": "draft"},
    "pitches:quotes": {"code_of_pitch": "draft"},
    "pitches:undo": {"code_of_pitch": "draft"},
    "pitches:slide": {"code_of_pitch": "draft", "key": "talk"},
    "pitches:words": {"code_of_pitch": "draft", "key": "talk"},
    "pitches:settle": {"code_of_pitch": "draft", "key": "talk"},
    "pitches:ask": {"code_of_pitch": "draft"},
    "pitches:actions": {"code_of_pitch": "draft"},
    "pitches:plan": {"code_of_pitch": "draft"},
    "pitches:post": {"code_of_pitch": "draft"},
    "pitches:post_html": {"code_of_pitch": "draft"},
    "pitches:post_markdown": {"code_of_pitch": "draft"},
    "pitches:action": {"pk": "action"},
    "pitches:assign_action": {"pk": "action"},
    "pitches:mark_action": {"pk": "action"},
    "pitches:freeze": {"code_of_pitch": "draft"},
    "pitches:continue": {"code_of_pitch": "frozen"},
    "pitches:changes": {"code_of_pitch": "draft"},
    "pitches:follow_up": {"code_of_pitch": "followed"},
    "pitches:delete": {"code_of_pitch": "draft"},
    "pitches:remove_template": {"pk": "template"},
    "pitches:trial_deck": {"pk": "template"},
    "pitches:look": {"code_of_pitch": "draft"},
    "pitches:pitch_web": {"code_of_pitch": "draft"},
    "pitches:pitch_pptx": {"code_of_pitch": "draft"},
    "pitches:pitch_pdf": {"code_of_pitch": "draft"},
    "pitches:figure": {"code_of_pitch": "draft", "name": "E1"},
    "pitches:pitch_memo": {"code_of_pitch": "draft"},
    "pitches:links": {"code_of_pitch": "frozen"},
    "pitches:share": {"code_of_pitch": "frozen"},
    "pitches:revoke_link": {"code_of_pitch": "frozen", "pk": "link"},
    "pitches:originals": {"code_of_pitch": "frozen"},
    "pitches:check_originals": {"code_of_pitch": "frozen"},
    "pitches:pitch_zip": {"code_of_pitch": "frozen"},
    "pitches:sample": {"code_of_pitch": "draft"},
    "pitches:draw": {"code_of_pitch": "draft"},
    "pitches:judge": {"code_of_pitch": "draft"},
    "pitches:undo_judgement": {"code_of_pitch": "draft"},
}
DOT = (  # a picture of one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mPgL8v7DwADfgHzdoFzYAAAAABJRU5ErkJggg=="
)
ROLES = (Role.OWNER, Role.ADMIN, Role.EDITOR, Role.VIEWER)


@dataclass(frozen=True)
class Seeded:
    """A workspace, a person for each role, and the things in it by name."""

    workspace: Workspace
    people: dict[str, User]
    things: dict[str, Any]

    def addresses(self) -> Iterator[tuple[str, str]]:
        """(name, path) of all addresses of the workspace. Raises NoReverseMatch where PLACES lacks a line."""
        for name in names():
            places = {key: self.things.get(value, value) for key, value in PLACES.get(name, {}).items()}
            yield name, reverse(name, kwargs={"code": self.workspace.code, **places})


def names(
    resolver: URLResolver | None = None, spaces: tuple[str, ...] = (), inside: bool = False
) -> list[str]:
    """The name of every address that belongs to a workspace, in the order of the table of addresses."""
    found: list[str] = []
    for one in (resolver or get_resolver()).url_patterns:
        of_workspace = inside or "<uuid:code>" in str(one.pattern)
        if isinstance(one, URLResolver):
            found += names(one, (*spaces, one.namespace) if one.namespace else spaces, of_workspace)
        elif isinstance(one, URLPattern) and of_workspace:
            found.append(":".join((*spaces, str(one.name))))
    return found


@transaction.atomic
def seed(name: str, host: str) -> Seeded:
    """A workspace with a person for each role, addressed at ``host``, and one of everything.

    The people have no password: they come in by the sessions that the caller makes, or not at all.
    """
    people: dict[str, User] = {
        role: User.objects.create_user(f"{role}@{host}", name=f"{role.title()} of {name}") for role in ROLES
    }
    workspace = welcome.create_workspace(
        people[Role.OWNER],
        name=name,
        language="en",
        time_zone="Europe/Stockholm",
        contact=people[Role.OWNER].email,
    )
    for role in ROLES[1:]:
        Membership.objects.create(workspace=workspace, user=people[role], role=role)
    return Seeded(workspace, people, furnish(workspace, people[Role.OWNER], host))


def furnish(workspace: Workspace, owner: User, host: str) -> dict[str, Any]:
    """Makes one of everything in a workspace; the ids that addresses take, by the names in PLACES."""
    now = timezone.now()
    name = workspace.name
    brand = setup.confirm(
        workspace,
        kind=Brand.Kind.OWN,
        name=name,
        ticked=[Ticked("mastodon", f"@us@{host}", f"https://{host}/@us")],
        user=owner,
    )
    setup.confirm(workspace, kind=Brand.Kind.COMPETITOR, name=f"Rival of {name}", user=owner)
    setup.save_industry(workspace, ["coffee"], ["coffee"], owner)
    mention = _mention(workspace, f"Somebody wrote about {name}", host, now)
    Mention.objects.filter(pk=mention.pk).update(is_starred=True)
    plan = plans.make_plan(workspace, now)
    plan.is_on, plan.due_at = False, None
    plan.save()
    phrase = workspace.phrases.order_by("pk").first()
    assert phrase is not None  # our own brand's name is one
    page = visibility.manual_page(
        phrase,
        entered_by=owner,
        engine="Bing",
        market="en-US",
        taken_at=now,
        n=1,
        text=f"https://{host}/found",
    )
    Credential.objects.create(
        workspace=workspace,
        source="bluesky",
        sealed=pack({"identifier": f"us.{host}", "password": "of nobody"}),
        saved_at=now,
    )
    subscription = feeds.follow(workspace, f"https://{host}/feed.xml")
    Feed.objects.filter(pk=subscription.feed_id).update(due_at=None)
    calendar = calendars.follow(workspace, calendars.address(f"https://{host}/events.ics"))
    Calendar.objects.filter(pk=calendar.pk).update(due_at=None)
    draft, frozen = (_pitch(workspace, owner, f"{title} of {name}") for title in ("Draft", "Frozen"))
    link = links.share(
        verbs.freeze(frozen, owner), owner, recipient="The board", until=date.today() + timedelta(days=9)
    ).link
    _judge(draft, workspace)
    followed = _pitch(workspace, owner, f"Followed of {name}", date.today() - timedelta(days=1))
    verbs.freeze(followed, owner)
    verbs.change_edits(draft, owner, lambda edits: edits.left_out("presence"))
    (action,) = actions.add(draft, [actions.about_mention(mention)], str(owner), now.date())
    logos.keep(workspace, owner, base64.b64decode(DOT), name)
    house = looks.add(workspace, owner, "house.pptx", base.presentation(workspace.accent))
    invitation = invitations.invite(workspace, owner, f"dan@{host}", Role.EDITOR).invitation
    return {
        "member": workspace.memberships.order_by("pk").values_list("pk", flat=True).last(),
        "invitation": invitation.pk,
        "mention": mention.pk,
        "search": workspace.searches.order_by("pk").values_list("pk", flat=True)[0],
        "scan": _scan(workspace, now).pk,
        "subscription": subscription.pk,
        "calendar": calendar.pk,
        "brand": brand.pk,
        "profile": brand.profiles.get().pk,
        "phrase": phrase.pk,
        "page": page.pk,
        "row": page.rows.get().pk,
        "action": action.pk,
        "template": house.pk,
        "draft": draft.code,
        "frozen": frozen.code,
        "link": link.pk,
        "followed": followed.code,
        "revision": draft.revisions.get().pk,
    }


def _judge(pitch: Pitch, workspace: Workspace) -> None:
    """A sample in which everybody has said something, so that everybody has something to take back."""
    people = [one.user for one in workspace.memberships.select_related("user")]
    drawn = sampling.draw(sampling.ground_of(pitch), people[0])
    for person in people:
        sampling.judge(drawn, person, 0, "relevant")


def _mention(workspace: Workspace, text: str, host: str, now: datetime) -> Mention:
    """One post, through the matcher and the store."""
    item = Item(
        external_id=f"{host}-1",
        url=f"https://{host}/posts/1",
        text=text,
        author=f"@somebody@{host}",
        published_at=now - timedelta(hours=1),
        replies=0,
    )
    draft = pipeline.normalise(item, "mastodon", now)
    store.save(workspace, [store.Heard(draft, pipeline.match(draft, searches.current(workspace)))], now)
    return Mention.objects.get(workspace=workspace, external_id=item.external_id)


def _scan(workspace: Workspace, now: datetime) -> Scan:
    """A scan that is over, so that no worker begins to read."""
    found = scan.start(workspace, now - timedelta(days=1))
    found.fetches.update(state=Fetch.State.OK, due_at=None, started_at=now, finished_at=now)
    found.finished_at = now
    found.save(update_fields=["finished_at"])
    return found


def _pitch(workspace: Workspace, owner: User, title: str, end: date | None = None) -> Pitch:
    today = end or date.today()
    asked = {
        "ask_hours": Decimal(4),
        "ask_budget": Decimal(100),
        "ask_decide_by": today + timedelta(days=9),
    }
    return verbs.create(
        workspace,
        owner,
        title=title,
        audience="",
        language="en",
        start=today - timedelta(days=29),
        end=today,
        ask=asked,
    )
