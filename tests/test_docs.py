"""The pages for readers say what the code does: settings, commands, links, paths and examples."""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands
from django.utils import translation

from listening import query
from listening.forms import describe
from tests.conftest import ROOT
from tests.listening.sources.fake_http import reply
from tests.listening.sources.paging import read_all
from tests.listening.sources.test_golden import as_data

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
DECISIONS = sorted((DOCS / "decisions").iterdir())
READERS = {"text", "boolean", "number", "integer", "words", "ports", "origin"}  # of config.env, name first
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


def rows(page: Path, heading: str) -> list[list[str]]:
    """The cells of every table whose head begins with this cell, the heads left out."""
    found, inside = [], False
    for line in page.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("|") else []
        if not cells:
            inside = False
        elif cells[0] == heading:
            inside = True
        elif inside and set(line) - set("|- "):
            found.append(cells)
    return found


def code(cell: str) -> str:
    """What stands between the backticks of a cell."""
    assert cell.startswith("`") and cell.endswith("`"), cell
    return cell[1:-1]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


def commands() -> Iterator[tuple[Path, str]]:
    """Every line of the pages that is typed at a terminal: indented, or between backticks."""
    for page in PAGES:
        text = page.read_text()
        lines = re.findall(
            r"^(?: {4}|\t)(\S.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE
        )
        for line in [*lines, *re.findall(r"`([^`\n]+)`", text)]:
            yield page, line


# Settings


def settings_read() -> dict[str, Any]:
    """Every setting that the code asks the environment for, with its default; ... where it is worked out."""
    found: dict[str, Any] = {}
    for path in sorted((ROOT / "config").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "env"):
                continue
            if node.func.attr not in READERS or not isinstance(node.args[0], ast.Constant):
                continue
            name, default = str(node.args[0].value), "0" if node.func.attr == "boolean" else ""
            if len(node.args) > 1:
                try:
                    default = written(ast.literal_eval(node.args[1]))
                except ValueError:
                    default = ...
            if found.get(name) in (None, ""):
                found[name] = default
    return found


def written(default: Any) -> str:
    """A default as one would write it in the environment."""
    if isinstance(default, bool):
        return str(int(default))
    if isinstance(default, tuple):
        return ",".join(map(str, default))
    return str(default)


def test_every_setting_is_in_the_table_and_no_other() -> None:
    told = [code(row[0]) for row in rows(DOCS / "running.md", "setting")]
    assert len(told) > 25
    assert sorted(told) == sorted(settings_read())


def test_the_table_tells_the_real_defaults() -> None:
    told = {code(row[0]): row[1] for row in rows(DOCS / "running.md", "setting")}
    for name, default in settings_read().items():
        # Those that are worked out at the start are told in words.
        if default is ... or name in ("SECRET_KEY", "CREDENTIAL_KEYS"):
            assert told[name] and told[name] != "empty", name
        else:
            assert told[name] == (f"`{default}`" if default else "empty"), name


# Links, paths and commands


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


@every_page
def test_every_link_leads_somewhere(path: Path) -> None:
    wrong = []
    for target in LINK.findall(path.read_text()):
        if re.match(r"\w+:", target):
            continue
        name, _, anchor = target.partition("#")
        found = (path.parent / name).resolve() if name else path
        if not found.exists() or (anchor and anchor not in anchors(found)):
            wrong.append(target)
    assert not wrong


@every_page
def test_every_file_it_names_is_there(path: Path) -> None:
    example = "kaffeforum"  # the one that readers are about to write
    files = [str(one.relative_to(ROOT)) for one in ROOT.glob("[!.]*/**/*") if one.is_file()]
    files += [one.name for one in ROOT.iterdir()]
    wrong = [
        name
        for name in re.findall(r"`([\w./-]+\.(?:py|toml|json|md|css|in))`", path.read_text())
        if example not in name and not any(file == name or file.endswith(f"/{name}") for file in files)
    ]
    assert not wrong


def test_every_make_target_it_names_exists() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        word
        for _, line in commands()
        if (found := re.match(r"(?:[A-Z_]+=\S+ )*make((?: [\w-]+)+)(?: [A-Z]|$)", line))
        for word in found[1].split()
    }
    assert {"run", "test", "lint", "types", "messages", "lock"} <= named
    assert named <= targets


def test_every_command_of_manage_py_it_names_exists() -> None:
    named = {found[1] for _, line in commands() for found in re.finditer(r"manage\.py (\w+)", line)}
    assert {"dev", "seed_sample", "setup_token", "changepassword"} <= named
    assert named <= set(get_commands())


def test_a_newcomer_needs_two_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    typed = [shlex.split(line) for line in re.findall(r"^ {4}(\S.*)$", readme, re.MULTILINE)]
    assert [words[0] for words in typed] == ["git", "cd", "make", "make"]
    assert [words[1] for words in typed[2:]] == ["run", "test"]


def test_the_guide_for_contributors_stays_short() -> None:
    assert len((ROOT / "CONTRIBUTING.md").read_text().splitlines()) <= 80


def test_the_change_log_begins_with_this_version() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    headings = re.findall(r"^## v(\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == version[1]


def test_every_decision_is_numbered_and_linked() -> None:
    linked = LINK.findall((DOCS / "architecture.md").read_text())
    for number, page in enumerate(DECISIONS, 1):
        assert page.name.startswith(f"{number:04d}-")
        assert page.read_text().startswith(f"# {number:04d} ")
        assert "**Decision.**" in page.read_text()
        assert f"decisions/{page.name}" in linked


# Examples

QUERIES = DOCS / "writing-queries.md"


def example_post() -> query.Document:
    """The post that all examples of the page are asked of."""
    parts = {row[0]: row[1] for row in rows(QUERIES, "part")}
    return query.Document(
        title=parts["title"],
        text=parts["text"],
        site=code(parts["site"]),
        author=code(parts["author"]),
        source=code(parts["source"]),
        language=code(parts["language"]),
        tags=tuple(re.findall(r"`([^`]+)`", parts["tags"])),
    )


EXAMPLES = [row for row in rows(QUERIES, "search") if row[1] in ("yes", "no")]
MISTAKES = [row for row in rows(QUERIES, "search") if row[1] not in ("yes", "no")]


@pytest.mark.parametrize(("search", "found"), [(code(row[0]), row[1]) for row in EXAMPLES])
def test_the_example_finds_what_the_page_says(search: str, found: str) -> None:
    assert query.parse(search).matches(example_post()) == (found == "yes")


def test_what_needs_folding_is_found_with_it() -> None:
    assert query.parse("fjallvik", fold=True).matches(example_post())


@pytest.mark.parametrize(("search", "answer"), [(code(row[0]), row[1]) for row in MISTAKES])
def test_a_mistake_is_answered_as_the_page_says(search: str, answer: str) -> None:
    with translation.override("en"), pytest.raises(query.QueryError) as refused:
        query.parse(search)
    with translation.override("en"):
        assert describe(refused.value) == answer


def test_there_are_examples_of_every_field_and_of_mistakes() -> None:
    searches = " ".join(row[0] for row in EXAMPLES)
    assert all(f"{name}:" in searches for name in ("site", "author", "source", "lang", "title", "tag"))
    assert len(EXAMPLES) > 25 and len(MISTAKES) > 5


class Answering:
    """Stands in for the client: gives the page's example answer, then an empty one."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def get(self, url: str, **options: Any) -> Any:
        self.asked.append(options["params"])
        return reply(200, json.dumps(self.answers.pop(0)).encode(), url)


def test_the_source_in_the_guide_works_as_it_stands_there() -> None:
    guide = DOCS / "adding-a-source.md"
    module: dict[str, Any] = {"__name__": "kaffeforum"}
    exec(compile(blocks(guide, "python")[0], str(guide), "exec"), module)
    (stored,) = (json.loads(block) for block in blocks(guide, "json"))
    http = Answering(stored, {"posts": [], "more": False}, stored | {"more": False})
    since = datetime(2026, 10, 1, tzinfo=UTC)
    source = module["Kaffeforum"](http)
    items, pages = read_all(lambda cursor: source.search(query.parse("fjällvik OR roast"), since, cursor))
    assert [as_data(item)["external_id"] for item in items] == ["812", "790", "655"] * 2
    assert items[0].text == "Fjällvik's new roast is fine." and items[0].root_id == "790"
    assert [asked["before"] for asked in http.asked] == [None, "655", None]
    assert [asked["q"] for asked in http.asked] == ["fjällvik", "fjällvik", "roast"]
    assert [page.reached for page in pages] == [None, None, since]
