"""The embedded services, beyond starting and stopping (test_dev.py)."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from teams.models import User


@pytest.mark.django_db
def test_what_people_entrust_to_us_is_not_in_the_databases_log() -> None:
    log = settings.EARSHOT_DATA / "logs" / "postgresql.log"
    if not log.exists():
        pytest.skip("these tests run on a PostgreSQL whose log is elsewhere")
    User.objects.create(email="alice@fjallvik.example")
    before = log.read_text().count("duplicate key value")
    for _ in range(2):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create(email="alice@fjallvik.example", name="a name that nobody else has")
    said = log.read_text()
    assert said.count("duplicate key value") >= before + 2
    assert "a name that nobody else has" not in said and "alice@fjallvik.example" not in said
