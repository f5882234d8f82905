"""The parts of the documentation that the code writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps

from listening import sources
from tests.conftest import ROOT
from tools import docs


def test_every_page_tells_what_the_code_says() -> None:
    stale = [page.name for page, text in docs.pages() if page.read_text() != text]
    assert stale == [], "run make docs"


def test_every_source_and_every_model_is_told() -> None:
    listed = (ROOT / "docs" / "sources.md").read_text()
    assert all(f"\n## {kind.label}\n" in listed for kind in sources.SOURCES)
    model = (ROOT / "docs" / "data-model.md").read_text()
    ours = [one for room in docs.ROOMS for one in apps.get_app_config(room).get_models()]
    assert len(ours) > 25
    for one in ours:
        assert f"| `{one.__name__}` | " in model


def test_every_capability_has_its_words() -> None:
    assert set(docs.CAPABILITIES) == set(sources.CAPABILITIES)


@pytest.mark.parametrize(
    ("model", "whose"),
    [
        ("listening.Mention", "workspace"),
        ("competitors.ResultRow", "workspace, through `page`"),
        ("listening.FeedEntry", "everybody's"),
        ("teams.Workspace", "itself"),
    ],
)
def test_it_tells_whose_a_row_is(model: str, whose: str) -> None:
    assert docs._owner(apps.get_model(model)) == whose


def test_a_page_that_is_out_of_date_fails_the_check_and_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("sources.md", "data-model.md"):
        kept = (ROOT / "docs" / name).read_text()
        (tmp_path / name).write_text(kept.replace("Hacker News", "Old news", 1))
    monkeypatch.setattr(docs, "DOCS", tmp_path)
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    assert docs.main(["--check"]) == 1
    assert "sources.md is out of date" in capsys.readouterr().out
    assert docs.main([]) == 0
    assert docs.main(["--check"]) == 0
    assert (tmp_path / "sources.md").read_text() == (ROOT / "docs" / "sources.md").read_text()
