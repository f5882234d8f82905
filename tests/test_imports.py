"""The house rules that no tool knows: imports run one way, and no file names this machine.

config -> pitches -> competitors -> listening -> teams; everyone may use charts and listening.net.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

ROOMS = ("teams", "listening", "competitors", "pitches", "config")  # the lowest first
EVERYBODYS = ("charts", "listening.net")
# These decide with plain values: nothing they import, directly or not, may load a model.
PURE = (
    "charts",
    "listening.net",
    "listening.query",
    "listening.sources",
    "listening.pipeline",
    "listening.types",
    "competitors.compare",
    "pitches.steps.topics",
    "pitches.verdicts",
    "pitches.follow_ups.told",
    "pitches.follow_ups.differences",
    "pitches.follow_ups.progress",
)
NAMED = re.compile(rf"(?P<room>{'|'.join(ROOMS)})(?:[.:]\w+)+")  # "listening.Feed", "pitches:home"
TAGS = re.compile(r"{%\s*(?:url|include)\s+[\"'](?P<room>\w+)[:/]")


def lies_in(module: str, places: tuple[str, ...]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def files() -> dict[str, Path]:
    """Our modules by dotted name."""
    found = {}
    for room in (*ROOMS, "charts"):
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


FILES = files()


def imports(module: str, tree: ast.AST) -> Iterator[str]:
    """Every module of ours that this one imports, and every name that may be one."""
    package = module if FILES[module].name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def mentions(tree: ast.AST) -> Iterator[str]:
    """Strings that name a part of a room: models, migrations, dotted paths, addresses."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAMED.fullmatch(node.value):
            yield node.value
        elif isinstance(
            node, ast.Tuple | ast.Call
        ):  # ("listening", "0001_initial"), get_model("listening", "Feed")
            words = node.elts if isinstance(node, ast.Tuple) else node.args
            texts = [word.value for word in words if isinstance(word, ast.Constant)]
            if len(texts) == 2 and texts[0] in ROOMS and isinstance(texts[1], str):
                yield f"{texts[0]}.{texts[1]}"


def parsed(module: str) -> ast.AST:
    return ast.parse(FILES[module].read_text())


def goes_up(room: str, name: str) -> bool:
    """Whether code of ``room`` may not name this."""
    if lies_in(name, EVERYBODYS):
        return False
    other = re.split(r"[.:]", name)[0]
    if other not in ROOMS:
        return False
    return room == "charts" or ROOMS.index(other) > ROOMS.index(room)


def test_the_rules_below_see_what_they_look_for() -> None:
    tree = ast.parse(
        "from pitches.models import Pitch\nimport competitors\nreverse('pitches:home')\n"
        "ForeignKey('competitors.Profile')\nget_model('pitches', 'Pitch')\nfrom listening.net import Client"
    )
    found = [*imports("teams.models", tree), *mentions(tree)]
    expected = {"pitches.models", "pitches.models.Pitch", "competitors"}
    expected |= {"pitches:home", "competitors.Profile", "pitches.Pitch"}
    assert {name for name in found if goes_up("teams", name)} == expected
    assert not any(goes_up("config", name) for name in found)
    assert TAGS.search('{% url "pitches:home" workspace.code %}') and TAGS.search(
        "{% include 'pitches/x.html' %}"
    )
    assert len(FILES) > 40


@pytest.mark.parametrize("room", [*ROOMS, "charts"])
def test_imports_run_one_way(room: str) -> None:
    wrong = []
    for module in FILES:
        if lies_in(module, (room,)):
            tree = parsed(module)
            names = {*imports(module, tree), *mentions(tree)}
            wrong += [f"{module}: {name}" for name in sorted(names) if goes_up(room, name)]
    assert not wrong, "\n".join(wrong)


def test_the_door_to_the_outside_knows_nothing_of_the_rooms() -> None:
    wrong = [
        f"{module}: {name}"
        for module in FILES
        if lies_in(module, ("listening.net",))
        for name in imports(module, parsed(module))
        if lies_in(name, ROOMS) and not lies_in(name, ("listening.net",))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("place", PURE)
def test_what_decides_loads_no_models(place: str) -> None:
    todo = [(module, module) for module in FILES if lies_in(module, (place,))]
    assert todo, f"there is no {place}"
    seen, wrong = set(), []
    while todo:
        module, way = todo.pop()
        if module in seen:
            continue
        seen.add(module)
        for name in imports(module, parsed(module)):
            if lies_in(name, ("django.db", "django.apps")) or re.fullmatch(r"\w+\.models(\..*)?", name):
                wrong.append(f"{way} -> {name}")
            elif name in FILES:
                todo.append((name, f"{way} -> {name}"))
    assert not wrong, "\n".join(wrong)


def test_pages_link_only_to_their_own_and_lower_rooms() -> None:
    wrong, seen = [], 0
    for room in ROOMS:
        for folder in (ROOT / "templates" / room, ROOT / room / "templates"):
            for path in sorted(folder.rglob("*.html")):
                seen += 1
                others = {found["room"] for found in TAGS.finditer(path.read_text())} & set(ROOMS)
                wrong += [
                    f"{path.relative_to(ROOT)}: {other}" for other in others if goes_up(room, f"{other}:x")
                ]
    assert not wrong, "\n".join(wrong)
    assert seen, "there are no templates"


def committed() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in names.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_this_machine_or_a_package_registry() -> None:
    config = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True)
    forbidden = {word.rstrip("/") for word in re.findall(r"\w+://[^\s']+", config.stdout)}
    forbidden |= {f"{ROOT}/", f"{ROOT.parent}/shared"} | ({f"{Path.home()}/"} - {"//"})
    # Written apart, so that this file does not name them either.
    forbidden |= {"py" + "pi.org", "python" + "hosted.org", "np" + "mjs.", "deb" + ".debian.org"}
    wrong = []
    for path in committed():
        content = path.read_bytes()
        wrong += [f"{path.relative_to(ROOT)}: {text}" for text in forbidden if text.encode() in content]
    assert not wrong, "\n".join(wrong)


def test_locks_hold_hashes_and_no_addresses() -> None:
    for path in sorted(ROOT.glob("requirements*.lock")):
        text = path.read_text()
        assert "://" not in text, path.name
        pinned = re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==", text, re.MULTILINE)
        assert pinned and text.count("--hash=sha256:") >= len(pinned), path.name
