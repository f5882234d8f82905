"""A chart's drawing goes into a page as markup, so what people called their brands must not."""

from __future__ import annotations

import pytest
from lxml import etree

from charts.svg import render_svg

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    "]]><svg onload=x>",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(name: str) -> None:
    option = {
        "animation": False,
        "xAxis": {"type": "category", "data": [name]},
        "yAxis": {"type": "value"},
        "legend": {"data": [name]},
        "series": [{"type": "bar", "name": name, "data": [1]}],
    }
    drawing = etree.fromstring(render_svg(option, 400, 300).encode())
    for element in drawing.iter():
        assert etree.QName(element).localname not in ("script", "img", "image", "foreignObject", "a", "style")
        assert not [key for key in element.attrib if key.lower().startswith("on") or key == "style"]
    assert "alert(1)" in "".join(drawing.itertext()) or "onload=x" in "".join(drawing.itertext())


def test_a_label_that_is_cut_within_a_character_is_drawn_all_the_same() -> None:
    option = {
        "animation": False,
        "yAxis": {"type": "category", "data": ["𝒜" * 60], "axisLabel": {"width": 45, "overflow": "break"}},
        "xAxis": {"type": "value"},
        "series": [{"type": "bar", "data": [1]}],
    }
    assert render_svg(option, 200, 120).startswith("<svg")
