"""Two people, or two clicks, at the same moment: one of them stores, the other is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django import forms
from django.db import connection
from django.test import Client

from competitors import setup
from competitors.forms import BrandForm, PhraseForm
from listening.models import Brand
from teams.models import User, Workspace
from tests import make
from tests.competitors.test_setup import address

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return make.make_user()


@pytest.fixture
def workspace(alice: User) -> Workspace:
    return make.make_workspace(alice)


def test_two_clicks_at_once_make_one_brand_and_are_told_so(client, monkeypatch, workspace, alice):
    client.force_login(alice)
    make.make_brand(workspace)
    make.make_rival(workspace, "Bergby")
    # As if the other request had stored the name just after this one looked for it.
    monkeypatch.setattr(BrandForm, "clean_name", lambda form: form.cleaned_data["name"])
    data = {"confirm": "1", "name": "Bergby", "p-TOTAL_FORMS": "0", "p-INITIAL_FORMS": "0"}
    answer = client.post(address("setup_rivals", workspace), data, follow=True)
    assert answer.status_code == 200
    assert [str(one) for one in answer.context["messages"]] == [
        "A brand was added here a moment ago. Nothing is stored twice."
    ]
    assert Brand.objects.filter(workspace=workspace, name="Bergby").count() == 1
    own = Brand.objects.get(workspace=workspace, kind=Brand.Kind.OWN)
    renamed = client.post(address("brand", workspace, own.pk), {"name": "Bergby"})
    assert renamed.status_code == 422
    assert "There is already a brand with this name." in renamed.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_identical_forms_at_once(client, workspace, alice):
    make.make_brand(workspace)
    both = Barrier(2)
    check = BrandForm.clean_name

    def checked(form: BrandForm) -> str:
        name = check(form)
        both.wait(10)
        return name

    def send(_: int) -> int:
        try:
            browser = Client()
            browser.force_login(alice)
            data = {"confirm": "1", "name": "Bergby", "p-TOTAL_FORMS": "0", "p-INITIAL_FORMS": "0"}
            return browser.post(address("setup_rivals", workspace), data).status_code
        finally:
            connection.close()

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as clicks:
        patch.setattr(BrandForm, "clean_name", checked)
        assert list(clicks.map(send, range(2))) == [302, 302]
    assert Brand.objects.filter(workspace=workspace, name="Bergby").count() == 1


def test_two_identical_phrases_at_once_are_one(client, monkeypatch, workspace, alice):
    client.force_login(alice)
    setup.add_phrase(workspace, "bästa kaffet", market="sv-SE")
    monkeypatch.setattr(PhraseForm, "clean", forms.ModelForm.clean)
    data = {"text": "bästa kaffet", "market": "sv-SE", "depth": "30"}
    answer = client.post(address("phrases", workspace), data)
    assert answer.status_code == 422
    assert answer.context["form"].errors["text"]
    assert workspace.phrases.count() == 1
