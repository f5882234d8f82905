"""Who may do what, cell by cell, and how the door answers."""

from __future__ import annotations

from typing import get_args

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory

from teams import access
from teams.models import Role, User, Workspace
from tests.make import make_member, make_user

TABLE = """
            read  download  edit  scan  manage  own
owner       yes   yes       yes   yes   yes     yes
admin       yes   yes       yes   yes   yes     no
editor      yes   yes       yes   yes   no      no
viewer      yes   yes       no    no    no      no
stranger    404   404       404   404   404     404
anonymous   404   404       404   404   404     404
inactive    404   404       404   404   404     404
"""
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [
    (row[0], verb, answer) for row in ROWS for verb, answer in zip(HEAD, row[1:], strict=True)
]  # fmt: skip


def test_the_table_names_every_verb_and_every_role() -> None:
    assert set(HEAD) == set(get_args(access.Verb))
    assert {row[0] for row in ROWS} >= set(Role.values)


def person(who: str, workspace: Workspace) -> User | AnonymousUser:
    if who == "anonymous":
        return AnonymousUser()
    user = make_user("Dana")
    if who == "inactive":
        make_member(workspace, user, Role.OWNER)
        user.is_active = False
        user.save()
    elif who != "stranger":
        make_member(workspace, user, who)
    return user


@pytest.mark.parametrize(("who", "verb", "answer"), CELLS)
def test_each_role_may_do_what_the_table_says(
    who: str, verb: access.Verb, answer: str, workspace: Workspace, rf: RequestFactory
) -> None:
    request = rf.get("/")
    request.user = person(who, workspace)

    assert access.can(request.user, verb, workspace) == (answer == "yes")
    if answer == "yes":
        assert access.workspace(request, workspace.code, verb) == workspace
    else:
        with pytest.raises(Http404 if answer == "404" else PermissionDenied):
            access.workspace(request, workspace.code, verb)


def test_a_superuser_is_a_stranger_too(workspace: Workspace, rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = User.objects.create_superuser("root@fjallvik.example", "x")
    with pytest.raises(Http404):
        access.workspace(request, workspace.code)


def test_a_door_for_an_unknown_verb_does_not_open() -> None:
    with pytest.raises(ValueError, match="not one of"):
        access.member("destroy")  # type: ignore[arg-type]  # the mistake under test


def test_the_contact_is_the_first_real_workspaces(workspace: Workspace) -> None:
    Workspace.objects.create(name="Later", contact="later@fjallvik.example")
    assert access.contact() == "alice@fjallvik.example"
    Workspace.objects.filter(pk=workspace.pk).update(is_sample=True)
    assert access.contact() == "later@fjallvik.example"
    Workspace.objects.update(contact="")
    assert access.contact() == ""
