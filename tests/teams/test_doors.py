"""Every address below a workspace has the door, and the door is shut to strangers."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from teams.models import Role, User, Workspace
from tests.make import make_member, make_user

SAMPLES = ("1", "x", "E1", str(uuid.UUID(int=7)))


def sample(converter: Any) -> object:
    """A value that the converter of an address takes; add one to SAMPLES for a new kind of converter."""
    text = next(text for text in SAMPLES if re.fullmatch(converter.regex, text))
    return converter.to_python(text)


def patterns(
    resolver: URLResolver, above: tuple = ()
) -> Iterator[tuple[list[URLPattern | URLResolver], URLPattern]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from patterns(each, (*above, each))
        else:
            yield [*above, each], each


def workspace_pages() -> list[tuple[str, dict[str, object], Callable[..., object]]]:
    """(URL name, arguments without the code, view) of every address that holds a workspace's code."""
    found = []
    for way, pattern in patterns(get_resolver()):
        converters = {name: kind for step in way for name, kind in step.pattern.converters.items()}
        if "code" in converters:
            spaces = [step.namespace for step in way if isinstance(step, URLResolver) and step.namespace]
            arguments = {name: sample(kind) for name, kind in converters.items() if name != "code"}
            found.append((":".join([*spaces, pattern.name]), arguments, pattern.callback))
    return found


PAGES = workspace_pages()
NAMES = [name for name, _, _ in PAGES]


def ask(client: Client, url: str) -> object:
    """GET, or POST where only that is allowed."""
    response = client.get(url)
    return client.post(url) if response.status_code == 405 else response


def test_there_are_pages() -> None:
    assert "teams:settings" in NAMES


@pytest.mark.parametrize(("name", "arguments", "view"), PAGES, ids=NAMES)
def test_every_page_of_a_workspace_has_the_door(name: str, arguments: dict, view: Callable) -> None:
    assert hasattr(view, "verb"), f"{name} is not decorated with access.member"


@pytest.mark.parametrize(("name", "arguments", "view"), PAGES, ids=NAMES)
def test_charlie_gets_404_on_every_page_of_alice(
    name: str, arguments: dict, view: Callable, workspace: Workspace, charlie: User, browser_of: Callable
) -> None:
    url = reverse(name, kwargs={"code": workspace.code, **arguments})
    assert ask(browser_of(charlie), url).status_code == 404


@pytest.mark.parametrize(("name", "arguments", "view"), PAGES, ids=NAMES)
def test_somebody_anonymous_is_asked_to_log_in(
    name: str, arguments: dict, view: Callable, workspace: Workspace, client: Client
) -> None:
    url = reverse(name, kwargs={"code": workspace.code, **arguments})
    response = ask(client, url)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=/")


@pytest.mark.parametrize(("name", "arguments", "view"), PAGES, ids=NAMES)
def test_the_door_asks_for_the_verb_it_names(
    name: str, arguments: dict, view: Callable, workspace: Workspace, browser_of: Callable
) -> None:
    """A viewer, the least of the members, gets 403 wherever more than reading is asked for."""
    if view.verb in ("read", "download"):
        pytest.skip("viewers may open this")
    dana = make_user("Dana")
    make_member(workspace, dana, Role.VIEWER)
    response = ask(browser_of(dana), reverse(name, kwargs={"code": workspace.code, **arguments}))
    assert response.status_code == 403
    assert "“Viewer”" in response.content.decode()


def test_an_anonymous_fragment_sends_the_whole_page_to_the_login(
    workspace: Workspace, client: Client
) -> None:
    response = client.get(reverse("teams:settings", args=[workspace.code]), headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == "/accounts/login/"


def test_an_unknown_code_answers_as_a_foreign_one_does(
    workspace: Workspace, charlie: User, browser_of: Callable
) -> None:
    client = browser_of(charlie)
    foreign = client.get(reverse("teams:settings", args=[workspace.code]))
    unknown = client.get(reverse("teams:settings", args=[uuid.uuid4()]))
    assert foreign.status_code == unknown.status_code == 404

    def plain(response: object) -> str:
        """The page without what differs in every answer: its address and its CSRF tokens."""
        text = response.content.decode().replace(response.request["PATH_INFO"], "")
        return "".join(part for part in text.split('"') if len(part) != 64)

    assert plain(foreign) == plain(unknown)
