"""The log of who did what, in the reader's words.

Each room says in its own ``audit_words`` what its verbs mean; ``settings.AUDIT_WORDS`` names these modules:

- ``KINDS``: the noun of a verb -> what people call such things, for the filter
- ``SENTENCES``: the verb -> what was done, with ``{object}`` where what it was done to belongs
- ``DETAILS``: the name of a detail -> what it says
- ``VALUES``: the name of a detail, or a verb for its object -> a function that says the value in words
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from teams.models import AuditEntry, User, Workspace

MACHINE = "machine"  # in the filter, instead of a person


@dataclass
class Words:
    """What all rooms say."""

    kinds: dict[str, Any] = field(default_factory=dict)
    sentences: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Callable[[Any], Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One entry as it is read."""

    entry: AuditEntry
    who: str
    is_here: bool  # a member now; not so are people who are gone, and the machine
    what: SafeString
    details: list[tuple[str, str]]


@cache
def words() -> Words:
    """The words of all rooms together."""
    found = Words()
    for name in settings.AUDIT_WORDS:
        room = import_module(name)
        found.kinds |= room.KINDS
        found.sentences |= room.SENTENCES
        found.details |= getattr(room, "DETAILS", {})
        found.values |= getattr(room, "VALUES", {})
    return found


def entries(workspace: Workspace, person: str = "", kind: str = "") -> QuerySet[AuditEntry]:
    """The workspace's entries, newest first: all, or those of a person (a key, or MACHINE) and of a kind."""
    found = AuditEntry.objects.filter(workspace=workspace).select_related("user").order_by("-at", "-pk")
    if person == MACHINE:
        found = found.filter(by_machine=True)
    elif person.isascii() and person.isdigit():
        found = found.filter(user=int(person[:18]))
    if kind:
        found = found.filter(verb__startswith=f"{kind}.")
    return found


def people(workspace: Workspace) -> list[tuple[str, str]]:
    """Whom the filter offers: everybody who did something here, and the machine if it did."""
    did = AuditEntry.objects.filter(workspace=workspace)
    found = User.objects.filter(pk__in=did.values("user")).order_by("name", "email")
    machine = [(MACHINE, "Earshot")] if did.filter(by_machine=True).exists() else []
    return [*((str(one.pk), str(one)) for one in found), *machine]


def kinds(workspace: Workspace) -> list[tuple[str, str]]:
    """Which kinds of things the filter offers: those of this workspace's entries, as people call them."""
    did = AuditEntry.objects.filter(workspace=workspace).order_by()
    nouns = {verb.partition(".")[0] for verb in did.values_list("verb", flat=True).distinct()}
    named = [(noun, str(words().kinds.get(noun, noun))) for noun in nouns]
    return sorted(named, key=lambda one: one[1].lower())


def lines(found: Iterable[AuditEntry], workspace: Workspace) -> list[Line]:
    """Entries of the workspace as they are read."""
    here = set(workspace.memberships.values_list("user_id", flat=True))
    return [
        Line(entry, who(entry), entry.user_id in here, what(entry), list(details(entry))) for entry in found
    ]


def who(entry: AuditEntry) -> str:
    """Whoever did it, also when the account is gone."""
    if entry.user:
        return str(entry.user)
    return "Earshot" if entry.by_machine else _("Somebody whose account is gone")


def what(entry: AuditEntry) -> SafeString:
    """What was done, as a sentence; a verb that no room knows any more is shown as it is."""
    sentence = words().sentences.get(entry.verb)
    thing = format_html('<bdi dir="auto">{}</bdi>', said(entry.verb, entry.object))
    if sentence is None:
        return format_html("<code>{}</code> {}", entry.verb, thing)
    return format_html(str(sentence), object=thing)


def details(entry: AuditEntry) -> Iterable[tuple[str, str]]:
    """(label, value) of what else was written down, in the order of the rooms' labels."""
    labels = words().details
    known = [name for name in labels if name in entry.details]
    for name in [*known, *sorted(entry.details.keys() - labels.keys())]:
        yield str(labels.get(name, name)), said(name, entry.details[name])


def said(name: str, value: Any) -> str:
    """A value in words; one that its room does not know any more is shown as it is."""
    if isinstance(value, list):
        return ", ".join(said(name, one) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    try:
        return str(words().values[name](value))
    except (LookupError, ValueError, TypeError, FieldDoesNotExist):
        return str(value)
