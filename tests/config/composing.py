"""docker-compose.yml, Dockerfile and .env.example, read without Docker."""

from __future__ import annotations

import json
import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import typst

from tests.conftest import ROOT

VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<how>[-?])(?P<rest>[^}]*))?\}")
PROGRAM = '#metadata(yaml(bytes(sys.inputs.at("text"))))<found>'


def yaml(path: Path) -> Any:
    """A YAML file as data. Typst, which draws our PDF files, brings a whole YAML reader along."""
    found = typst.query(
        PROGRAM.encode(), "<found>", field="value", one=True, sys_inputs={"text": path.read_text()}
    )
    return merged(json.loads(found))


def merged(value: Any) -> Any:
    """The value with what "<<" brings in put in its place."""
    if isinstance(value, list):
        return [merged(one) for one in value]
    if not isinstance(value, dict):
        return value
    below = merged(value["<<"]) if "<<" in value else {}
    return {**below, **{key: merged(one) for key, one in value.items() if key != "<<"}}


@cache
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml(ROOT / "docker-compose.yml")
    return found


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def ours() -> dict[str, dict[str, Any]]:
    """The services that run our image."""
    return {name: one for name, one in services().items() if "build" in one}


def example() -> dict[str, str]:
    """What .env.example says."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))  # type: ignore[misc]


def filled_in(value: Any, environment: dict[str, str]) -> Any:
    """The value as Compose sees it with this environment. Raises KeyError for what had to be filled in."""

    def put(found: re.Match[str]) -> str:
        given = environment.get(found["name"], "")
        if not given and found["how"] == "?":
            raise KeyError(found["rest"])
        return given or (found["rest"] or "" if found["how"] == "-" else "")

    if isinstance(value, dict):
        return {key: filled_in(one, environment) for key, one in value.items()}
    if isinstance(value, list):
        return [filled_in(one, environment) for one in value]
    return VARIABLE.sub(put, value) if isinstance(value, str) else value


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile, an instruction and what follows it at a time."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]


def image_environment() -> dict[str, str]:
    """What the finished image sets."""
    last = max(number for number, (word, _) in enumerate(instructions()) if word == "FROM")
    words = [rest for word, rest in instructions()[last:] if word == "ENV"]
    return dict(pair.split("=", 1) for rest in words for pair in shlex.split(rest))  # type: ignore[misc]


def seconds(duration: str) -> int:
    """A duration such as 75s."""
    assert duration.endswith("s"), duration
    return int(duration[:-1])
