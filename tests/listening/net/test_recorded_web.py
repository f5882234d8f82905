"""The replay contract against the recorded web, where it is at hand."""

import json
import re
import subprocess
import sys
import urllib.request

import pytest

from listening.net import Client, Pace, Settings, SourceError, canonical_host, check
from listening.net.robots import Robots
from tests.conftest import shared

from .servers import AGENT
from .test_robots import Cache

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def recorded():
    """The origin of a running recorded web."""
    folder = shared("recorded_web")
    command = [sys.executable, "serve.py", "--port", "0", "--data", str(shared("samples")), "--shift-to-now"]
    command += ["--world", "worlds/airlines.json", "--reddit-interval", "0"]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            yield found[0]
            break
    else:
        pytest.fail("the recorded web did not start")
    process.terminate()
    process.wait(10)


def log(origin, host):
    """What the recorded web noted about one host."""
    with urllib.request.urlopen(f"{origin}/_log?host={host}&n=50") as answer:
        return json.load(answer)["hosts"][host]


def test_the_contract_is_kept(recorded):
    settings = Settings(agent=AGENT, replay_url=recorded, searxng_url="http://searx.local", pace_factor=0.05)
    client = Client(settings, Pace())

    found = client.get(
        "https://hn.algolia.com/api/v1/search_by_date", params={"query": "united", "tags": "story"}
    )
    assert check(found).json()["hits"]
    assert found.url == "https://hn.algolia.com/api/v1/search_by_date?query=united&tags=story"

    results = client.get("http://searx.local/search", params={"q": "united", "format": "json"}, trusted=True)
    assert check(results).json()["results"]

    moved = client.get("https://moved.example/feed", patience=1)
    assert moved.redirects
    with pytest.raises(SourceError, match="without end"):
        client.get("https://moved.example/loop", patience=1)
    with pytest.raises(SourceError) as caught:
        client.get("https://moved.example/private", patience=1)
    assert caught.value.kind == "blocked"
    with pytest.raises(SourceError) as caught:
        check(client.get("https://gone.example/", patience=1))
    assert caught.value.kind == "gone"
    with pytest.raises(SourceError, match="no site called"):
        client.get("https://nobody.fjallvik.example/")


def test_its_log_shows_pace_agent_and_conditional_requests(recorded):
    # 60 a minute, in a fifth of the time
    client = Client(Settings(agent=AGENT, replay_url=recorded, pace_factor=0.2), Pace())
    moved = client.get("https://moved.example/feed", patience=1)
    assert moved.moved_to
    kept = {"etag": moved.headers.get("etag", ""), "last_modified": moved.headers.get("last-modified", "")}
    again = client.get(moved.moved_to, patience=1, **kept)
    assert again.not_modified
    assert log(recorded, canonical_host(moved.moved_to))["conditional"] == 1

    for _ in range(6):
        check(client.get("https://mastodon.online/api/v1/timelines/tag/united", patience=1))
    noted = log(recorded, "mastodon.online")
    print(f"6 requests at a rest of 0.2 s: smallest gap {noted['min_gap_s']} s")
    assert noted["requests"] == 6
    assert noted["min_gap_s"] >= 0.2
    assert noted["agents"] == {AGENT: 6}
    assert noted["x_original_url_wrong"] == 0


def test_pages_are_read_only_where_robots_allow(recorded):
    client = Client(Settings(agent=AGENT, replay_url=recorded, pace_factor=0), Pace())
    assert Robots(client, Cache()).allowed("https://medium.com/tag/python")
    with pytest.raises(SourceError, match="There is no site called nobody.fjallvik.example"):
        Robots(client, Cache()).check("https://nobody.fjallvik.example/")
