"""What tests of invitations share: inviting Bob, opening his link, reading the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from teams import invitations
from teams.invitations import Issued
from teams.models import Role, User, Workspace

EMAIL = "bob@fjallvik.example"
ACCOUNT = {"name": "Bob Berg", "password": "a brand new secret", "language": "sv"}
BrowserOf = Callable[[User], Client]


def url(token: str, place: str = "") -> str:
    return f"/invitations/{token}/{place}"


def invite(workspace: Workspace, by: User, role: str = Role.VIEWER, email: str = EMAIL) -> Issued:
    return invitations.invite(workspace, by, email, role)


def sign_up(token: str, client: Client | None = None, **fields: str) -> Any:
    return (client or Client()).post(url(token), {**ACCOUNT, **fields})


def accept(token: str, browser: Client) -> Any:
    return browser.post(url(token, "accept/"))


def text(response: Any) -> str:
    """A page as people read it: without its tokens, which differ each time."""
    page = re.sub(r'(value|hx-headers)=("[^"]*"|\'[^\']*\')', "", response.content.decode())
    return f"{response.status_code} {page}"


def is_gone(response: Any) -> bool:
    return response.status_code == 404 and "This invitation does not work" in response.content.decode()


def link_on(page: Any) -> str:
    """The token of the link that the members page shows."""
    found = re.search(r'value="https?://[^"]*/invitations/([\w-]+)/"', page.content.decode())
    assert found
    return found[1]
