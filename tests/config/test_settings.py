"""What the environment may say, and what stops the start."""

from __future__ import annotations

import logging
import runpy
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from config import env
from config.logs import LOGGING, ScrubbingFormatter, scrub
from tests.conftest import ROOT

NAMES = """
    ACCOUNT_EMAIL_VERIFICATION ALLOWED_HOSTS BEHIND_TLS CREDENTIAL_KEYS DATABASE_URL DEBUG EARSHOT_PRODUCTION
    EMAIL_HOST HOST SITE_URL
    OUTBOUND_ALLOW OUTBOUND_PACE_FACTOR OUTBOUND_PORTS OUTBOUND_REPLAY_URL PORT REDIS_URL SEARXNG_URL
    SECRET_KEY SECRET_KEY_FILE
"""


PRODUCTION = {"EARSHOT_PRODUCTION": "1", "SECRET_KEY": "x", "CREDENTIAL_KEYS": "x" * 32}


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The settings as a fresh process would read them from this environment."""

    def run(**environment: str) -> dict[str, Any]:
        for name in NAMES.split():
            monkeypatch.delenv(name, raising=False)
        for name, value in {"EARSHOT_DATA": str(tmp_path), **environment}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "config" / "settings.py"))

    return run


def test_without_any_environment_it_is_safe_on_loopback(load: Any, tmp_path: Path) -> None:
    found = load()
    assert found["DEBUG"] is False
    assert found["HOST"] == "127.0.0.1" and found["SETUP_NEEDS_TOKEN"] is False
    assert set(found["ALLOWED_HOSTS"]) == {"localhost", "127.0.0.1", "[::1]"}
    assert not found["SESSION_COOKIE_SECURE"] and not found["SECURE_SSL_REDIRECT"]
    assert found["DATABASES"]["default"]["HOST"] == str(env.socket_folder(tmp_path) / "postgres")
    assert len(found["SECRET_KEY"]) > 50
    assert load()["SECRET_KEY"] == found["SECRET_KEY"], "it is kept"
    assert load()["CREDENTIAL_KEYS"] == found["CREDENTIAL_KEYS"] != [found["SECRET_KEY"]]
    for name in ("secret-key", "credential-key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_behind_tls_cookies_never_travel_in_the_open(load: Any) -> None:
    found = load(BEHIND_TLS="1", HOST="0.0.0.0", ALLOWED_HOSTS="earshot.example, www.earshot.example")
    assert found["ALLOWED_HOSTS"] == ["earshot.example", "www.earshot.example"]
    for name in ("SESSION_COOKIE", "CSRF_COOKIE"):
        assert found[f"{name}_SECURE"] and found[f"{name}_NAME"].startswith("__Host-")
    assert found["SECURE_HSTS_SECONDS"] > 0 and found["SECURE_PROXY_SSL_HEADER"]
    assert found["SETUP_NEEDS_TOKEN"] is True


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"EARSHOT_PRODUCTION": "1"}, "SECRET_KEY"),
        ({"EARSHOT_PRODUCTION": "1", "SECRET_KEY": "x", "DEBUG": "1"}, "DEBUG"),
        ({"EARSHOT_PRODUCTION": "1", "SECRET_KEY": "x"}, "CREDENTIAL_KEYS"),
        ({"CREDENTIAL_KEYS": "too-short"}, "CREDENTIAL_KEYS"),
        ({"OUTBOUND_REPLAY_URL": "http://127.0.0.1:8900", **PRODUCTION}, "OUTBOUND_REPLAY_URL"),
        ({"OUTBOUND_PACE_FACTOR": "0.1"}, "OUTBOUND_PACE_FACTOR"),
        ({"OUTBOUND_PACE_FACTOR": "-1", "OUTBOUND_REPLAY_URL": "http://127.0.0.1:1"}, "OUTBOUND_PACE_FACTOR"),
        (
            {"OUTBOUND_PACE_FACTOR": "inf", "OUTBOUND_REPLAY_URL": "http://127.0.0.1:1"},
            "OUTBOUND_PACE_FACTOR",
        ),
        ({"OUTBOUND_REPLAY_URL": "127.0.0.1:8900"}, "OUTBOUND_REPLAY_URL"),
        ({"SEARXNG_URL": "file:///etc/passwd"}, "SEARXNG_URL"),
        ({"OUTBOUND_PORTS": "80,http"}, "OUTBOUND_PORTS"),
        ({"OUTBOUND_PORTS": "70000"}, "OUTBOUND_PORTS"),
        ({"PORT": "eight"}, "PORT"),
        ({"PORT": "80.5"}, "PORT"),
        ({"DEBUG": "maybe"}, "DEBUG"),
        ({"DATABASE_URL": "mysql://db.example/earshot"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://db.example/earshot?colour=green"}, "DATABASE_URL"),
        ({"REDIS_URL": "amqp://queue.example"}, "REDIS_URL"),
        ({"SECRET_KEY_FILE": "/nowhere/at/all"}, "SECRET_KEY_FILE"),
        ({"ACCOUNT_EMAIL_VERIFICATION": "perhaps"}, "ACCOUNT_EMAIL_VERIFICATION"),
        ({"ACCOUNT_EMAIL_VERIFICATION": "mandatory"}, "EMAIL_HOST"),
        ({"EMAIL_HOST": "mail.example", "ALLOWED_HOSTS": "*"}, "SITE_URL"),
        ({"EMAIL_HOST": "mail.example", "ALLOWED_HOSTS": "a.example .b.example"}, "SITE_URL"),
        ({"SITE_URL": "earshot.example"}, "SITE_URL"),
    ],
)
def test_a_value_that_makes_no_sense_stops_the_start(
    load: Any, environment: dict[str, str], message: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=message) as caught:
        load(**environment)
    assert "\n" not in str(caught.value)


def test_a_secret_may_come_from_a_file(load: Any, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    assert load(SECRET_KEY_FILE=str(tmp_path / "secret"))["SECRET_KEY"] == "from a file"


def test_with_a_mail_server_addresses_may_have_to_be_verified(load: Any) -> None:
    found = load(EMAIL_HOST="mail.example", ACCOUNT_EMAIL_VERIFICATION="mandatory")
    assert found["LOGIN_NEEDS_VERIFIED_EMAIL"]
    assert not load(EMAIL_HOST="mail.example")["LOGIN_NEEDS_VERIFIED_EMAIL"]
    hosts = {"EMAIL_HOST": "mail.example", "ALLOWED_HOSTS": "*", "SITE_URL": "https://earshot.example/"}
    assert load(**hosts)["SITE_URL"] == "https://earshot.example"


def test_the_pace_may_change_in_replay_and_the_ports_anywhere(load: Any) -> None:
    found = load(
        OUTBOUND_REPLAY_URL="http://127.0.0.1:8900/", OUTBOUND_PACE_FACTOR="0", OUTBOUND_PORTS="80, 8080"
    )
    assert found["OUTBOUND_REPLAY_URL"] == "http://127.0.0.1:8900"
    assert found["OUTBOUND_PACE_FACTOR"] == 0
    assert found["OUTBOUND_PORTS"] == [80, 8080]


def test_a_database_url_is_read_as_postgresql_itself_reads_it() -> None:
    found = env.database("postgres://anna:p%40ss@db.example:5433/ears?sslmode=require")
    expected = {"NAME": "ears", "USER": "anna", "PASSWORD": "p@ss", "HOST": "db.example", "PORT": "5433"}
    assert {name: found[name] for name in expected} == expected
    assert found["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize(
    ("url", "broker", "third"),
    [
        (
            "redis://:pw@cache.example:6379/0",
            "redis://:pw@cache.example:6379/0",
            "redis://:pw@cache.example:6379/3",
        ),
        ("unix:///run/v.sock?db=2", "redis+socket:///run/v.sock?virtual_host=2", "unix:///run/v.sock?db=3"),
        ("unix:///run/v.sock", "redis+socket:///run/v.sock?virtual_host=0", "unix:///run/v.sock?db=3"),
    ],
)
def test_one_redis_url_serves_cache_and_broker(url: str, broker: str, third: str) -> None:
    assert env.broker(env.redis(url)) == broker
    assert env.redis_database(url, 3) == third


def test_no_task_is_delivered_twice_while_it_runs_and_no_tick_comes_late(load: Any) -> None:
    found = load()
    assert found["CELERY_TASK_SOFT_TIME_LIMIT"] < found["CELERY_TASK_TIME_LIMIT"]
    assert (
        found["CELERY_BROKER_TRANSPORT_OPTIONS"]["visibility_timeout"] >= 3 * found["CELERY_TASK_TIME_LIMIT"]
    )
    tick = found["CELERY_BEAT_SCHEDULE"]["tick"]
    assert tick["options"]["expires"] < tick["schedule"]


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("GET https://anna:pw@news.example/feed", "GET https://***@news.example/feed"),
        ("redis://:s3cret@127.0.0.1:6379/0 is away", "redis://***@127.0.0.1:6379/0 is away"),
        ("/search?q=coffee&api_key=abc123&page=2", "/search?q=coffee&api_key=***&page=2"),
        ("https://x.example/?token=abc#top", "https://x.example/?token=***#top"),
        ("{'Authorization': 'Bearer abc.def'}", "{'Authorization': 'Bearer ***'}"),
        ("password=hunter2, next", "password=***, next"),
        ('{"accessJwt": "abc.def", "refreshJwt":"ghi"}', '{"accessJwt": "***", "refreshJwt":"***"}'),
        ("anna@fjallvik.example wrote", "anna@fjallvik.example wrote"),
        ("https://mastodon.example/@anna/1", "https://mastodon.example/@anna/1"),
        ("https://x.example/monkeys?q=key", "https://x.example/monkeys?q=key"),
        ("/accounts/password/reset/key/1-abc-def/", "/accounts/password/reset/key/***/"),
    ],
)
def test_logs_keep_no_secrets(line: str, clean: str) -> None:
    assert scrub(line) == clean


def test_arguments_and_tracebacks_are_scrubbed_too() -> None:
    try:
        raise ValueError("https://anna:pw@news.example/?key=abc")
    except ValueError as error:
        trouble = (ValueError, error, error.__traceback__)
    record = logging.LogRecord(
        "x", logging.ERROR, __file__, 1, "asked %s", ("http://a:b@c.example",), trouble
    )
    line = ScrubbingFormatter().format(record)
    assert "asked http://***@c.example" in line and "Traceback" in line
    assert "pw" not in line and "abc" not in line
    assert LOGGING["formatters"]["line"]["()"] == "config.logs.ScrubbingFormatter"


@pytest.mark.django_db
def test_every_page_says_what_a_browser_may_do_with_it(client: Client) -> None:
    for address in ("/accounts/login/", "/there/is/no/such/page/"):
        answer = client.get(address)
        policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_guessing_passwords_ends_soon_whatever_address_is_claimed(client: Client) -> None:
    form = {"login": "alice@fjallvik.example", "password": "wrong guess"}
    seen = []
    for number in range(25):
        answer = client.post("/accounts/login/", form, headers={"X-Forwarded-For": f"198.51.100.{number}"})
        seen.append(answer.status_code)
        text = answer.content.decode()
    assert seen[0] == 200
    assert seen[-1] == 429 or "oo many" in text
