"""What people entrust to us is sealed: nobody who reads the database reads it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as hypothesis_settings

from teams.sealing import Unsealable, reseal, seal, unseal

OLD, NEW = "an old key of more than thirty-two characters", "a new key of more than thirty-two characters"


@given(strategies.text())
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_sealed_comes_back_and_is_not_seen(text: str) -> None:
    sealed = seal(text)
    assert unseal(sealed) == text
    assert len(text) < 6 or text not in sealed
    assert seal(text) != sealed


def test_a_new_key_before_the_old_one_opens_what_the_old_one_sealed(settings: Any) -> None:
    settings.CREDENTIAL_KEYS = [OLD]
    sealed = seal("abcd-efgh")
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    assert unseal(sealed) == "abcd-efgh"
    moved = reseal(sealed)
    settings.CREDENTIAL_KEYS = [NEW]
    assert unseal(moved) == "abcd-efgh"
    with pytest.raises(Unsealable):
        unseal(sealed)


@pytest.mark.parametrize("broken", ["", "abcd", "é", "gAAAAA" + "A" * 60])
def test_what_was_changed_is_refused(broken: str) -> None:
    with pytest.raises(Unsealable):
        unseal(broken)
    with pytest.raises(Unsealable):
        reseal(broken)
