"""Four made-up worlds lead to the verdicts that their data carry, and to no others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pitches import worlds
from tests.pitches.worlds.told import told

pytestmark = pytest.mark.django_db

# What was said and read is counted exactly, so that the figures can be known beforehand.
FIGURES: dict[str, dict[str, Any]] = {
    "rich": {
        **{"s1.stories": 79, "s1.brand_keyword": 32, "s1.sources": 6, "s1.sources_covered": 6},
        **{"s2.inspected": 90, "s2.visible": 48, "s3.readable": 68, "s3.ours": 2, "s3.opened": 1},
        **{"s4.own_stories": 32, "s4.rival_stories": 80, "s4.leads": 3, "s4.own_present": 4, "s4.places": 8},
        **{"s5.answerable": 66},
    },
    "thin": {
        **{"s1.stories": 5, "s1.sources_covered": 0, "s2.inspected": 10, "s3.readable": 5, "s3.ours": None},
        **{"s4.rivals": 1, "s4.own_momentum": None, "s5.answerable": None},
    },
    "contradicting": {
        **{"s1.stories": 4, "s1.mentions": 27, "s1.copies": 23, "s1.sources_failed": 0},
        **{"s2.inspected": 90, "s2.visible": 3, "s3.readable": 27, "s3.ours": 27, "s4.own_voice": 0.6},
        **{"s4.own_present": 10, "s4.rival_present": 6, "s5.answerable": 0},
    },
    "half_blocked": {
        **{"s1.stories": 28, "s1.sources_covered": 3, "s1.sources_failed": 2, "s2.inspected": None},
        **{"s1.inspected.reddit": None, "s1.inspected.hackernews": None, "s3.readable": 23, "s3.ours": 3},
        **{"s4.own_stories": 8, "s4.rival_stories": 12, "s4.own_momentum": None, "s5.answerable": 20},
    },
}


@pytest.mark.parametrize("name", worlds.WORLDS)
def test_each_world_gets_the_verdicts_its_data_carry(name: str) -> None:
    assert tuple(step.verdict.state for step in told(name).case.steps) == worlds.VERDICTS[name]


@pytest.mark.parametrize("name", worlds.WORLDS)
def test_the_figures_are_what_the_world_was_made_of(name: str) -> None:
    values = told(name).values
    assert {key: values[key] for key in FIGURES[name]} == FIGURES[name]
