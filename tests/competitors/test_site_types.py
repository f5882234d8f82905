"""Which kind of page a search result is, and which rule says so."""

from __future__ import annotations

import pytest

from competitors.site_types import CONVERSATIONS, KNOWN_SITES, RULES, TYPES, host_of, type_of

OWN, RIVALS = ["www.fjallvik.example"], ["bergby.example", ""]

CASES = [
    ("https://www.fjallvik.example/blog/hej", "", "own", "own"),
    ("https://shop.fjallvik.example/", "", "own", "own"),
    ("https://notfjallvik.example/", "", "other", "none"),
    ("https://bergby.example", "", "rival", "rival"),
    ("https://www.nytimes.com/2026/01/01/coffee", "", "news", "known"),
    ("https://DN.se/kultur", "", "news", "known"),
    ("https://anna.wordpress.com/2026/01/kaffe", "", "blog", "known"),
    ("https://news.ycombinator.com/item?id=1", "", "forum", "known"),
    ("https://old.reddit.com/r/coffee", "", "forum", "known"),
    ("https://m.youtube.com/watch?v=1", "", "video", "known"),
    ("https://sv.wikipedia.org/wiki/Kaffe", "", "reference", "known"),
    ("https://gist.github.com/x", "", "code", "known"),
    ("https://www.amazon.se/dp/1", "", "shop", "known"),
    ("https://blog.example.com/", "", "blog", "host"),
    ("https://forum.kaffe.example/", "", "forum", "host"),
    ("https://blog", "", "other", "none"),
    ("https://masto.example/@anna/113456789", "", "social", "path"),
    ("https://talkplace.example/t/best-beans/42", "", "forum", "path"),
    ("https://kaffe.example/forum/viewtopic.php?t=1", "", "forum", "path"),
    ("https://kaffe.example/blog/bonor", "", "blog", "path"),
    ("https://kaffe.example/2026/03/bonor/", "", "blog", "path"),
    ("https://kaffe.example/2026/13/bonor/", "", "other", "none"),
    ("https://kaffe.example/produkter/bryggare", "", "shop", "path"),
    ("https://kaffe.example/", "Annas kaffeblogg – en blogg om kaffe", "blog", "title"),
    ("https://kaffe.example/", "The coffee forum", "forum", "title"),
    ("https://kaffe.example/", "Coffee", "other", "none"),
    ("not an address", "", "other", "none"),
    ("https://[broken", "", "other", "none"),
    ("", "", "other", "none"),
]


@pytest.mark.parametrize("url, title, kind, rule", CASES)
def test_the_rules(url, title, kind, rule):
    found = type_of(url, title, OWN, RIVALS)
    assert (found.type, found.rule) == (kind, RULES[rule])
    assert found.rule % found.params, "every rule can be said in words"


def test_a_correction_wins_over_everything_also_below_its_domain():
    corrections = {"fjallvik.example": "shop"}
    for url in ("https://www.fjallvik.example/", "https://a.b.fjallvik.example/blog/"):
        found = type_of(url, "", OWN, RIVALS, corrections)
        assert (found.type, found.rule) == ("shop", RULES["corrected"])


def test_the_longest_correction_wins():
    corrections = {"kaffe.example": "news", "blog.kaffe.example": "blog"}
    assert type_of("https://blog.kaffe.example/", corrections=corrections).type == "blog"
    assert type_of("https://kaffe.example/", corrections=corrections).type == "news"


def test_a_correction_to_a_type_that_is_gone_is_passed_over():
    assert type_of("https://www.nytimes.com/", corrections={"nytimes.com": "papyrus"}).type == "news"


def test_www_and_case_do_not_matter_in_hosts():
    assert host_of("https://WWW.Fjallvik.Example:8443/a") == "fjallvik.example"


def test_the_table_names_each_site_once_and_only_known_types():
    sites = [site for line in KNOWN_SITES.values() for site in line.split()]
    assert len(sites) == len(set(sites))
    assert all(site == site.lower() and not site.startswith("www.") for site in sites)
    assert set(KNOWN_SITES) <= set(TYPES) and set(TYPES) >= CONVERSATIONS
