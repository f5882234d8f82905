"""What kind of page a search result is: open rules, tried from the top, with the one that decided.

Pure. A person's correction comes first, then our own and the rivals' sites, then the tables below. They are
data: to teach Earshot a site, add it to a line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from listening.net.errors import gettext_noop

# In the order in which people choose them.
TYPES: Mapping[str, str] = MappingProxyType(
    {
        "own": gettext_noop("Our own site"),
        "rival": gettext_noop("A rival's site"),
        "news": gettext_noop("News"),
        "blog": gettext_noop("Blog"),
        "forum": gettext_noop("Forum"),
        "social": gettext_noop("Social network"),
        "video": gettext_noop("Video"),
        "code": gettext_noop("Code"),
        "reference": gettext_noop("Reference work"),
        "shop": gettext_noop("Shop"),
        "other": gettext_noop("Other"),
    }
)

# Where people talk to each other: what step 2 of the argument counts.
CONVERSATIONS: frozenset[str] = frozenset({"blog", "forum", "social", "video"})

# Sites we know by name. A line holds for the domain and everything below it; the longest match wins, so
# that "news.ycombinator.com" may differ from "ycombinator.com".
KNOWN_SITES: Mapping[str, str] = {
    "news": """
        nytimes.com theguardian.com bbc.com bbc.co.uk cnn.com reuters.com apnews.com bloomberg.com
        wsj.com ft.com washingtonpost.com economist.com theatlantic.com newyorker.com time.com npr.org
        usatoday.com latimes.com cnbc.com cbsnews.com nbcnews.com abcnews.go.com foxnews.com
        politico.com politico.eu axios.com propublica.org independent.co.uk telegraph.co.uk
        dailymail.co.uk mirror.co.uk thetimes.co.uk sky.com aljazeera.com dw.com spiegel.de zeit.de
        faz.net sueddeutsche.de lemonde.fr lefigaro.fr elpais.com elmundo.es corriere.it repubblica.it
        nrc.nl theglobeandmail.com cbc.ca smh.com.au abc.net.au japantimes.co.jp scmp.com techcrunch.com
        arstechnica.com wired.com theverge.com zdnet.com cnet.com engadget.com gizmodo.com mashable.com
        theregister.com theregister.co.uk thenextweb.com venturebeat.com vox.com slate.com vice.com
        qz.com recode.net theinformation.com theintercept.com huffpost.com huffingtonpost.com
        businessinsider.com forbes.com fortune.com fastcompany.com inc.com hbr.org marketwatch.com
        technologyreview.com scientificamerican.com newscientist.com nature.com phys.org
        sciencedaily.com nationalgeographic.com smithsonianmag.com pcworld.com infoworld.com
        computerworld.com sfgate.com dn.se svd.se aftonbladet.se expressen.se svt.se sverigesradio.se
        tv4.se di.se gp.se sydsvenskan.se omni.se breakit.se resume.se dagensmedia.se nyteknik.se
        computersweden.se idg.se realtid.se thelocal.se nrk.no vg.no aftenposten.no e24.no dn.no dr.dk
        politiken.dk berlingske.dk borsen.dk yle.fi hs.fi
    """,
    "blog": """
        medium.com wordpress.com blogspot.com blogspot.co.uk blogger.com tumblr.com substack.com
        ghost.io dev.to hashnode.dev svbtle.com typepad.com livejournal.com posthaven.com bearblog.dev
        write.as micro.blog towardsdatascience.com github.io blogg.se nouw.com
    """,
    "forum": """
        reddit.com news.ycombinator.com lobste.rs slashdot.org quora.com stackoverflow.com
        stackexchange.com superuser.com serverfault.com askubuntu.com discourse.org lemmy.world lemmy.ml
        kbin.social tildes.net groups.google.com producthunt.com discord.com discord.gg tripadvisor.com
        flashback.org familjeliv.se sweclockers.com metafilter.com resetera.com
    """,
    "social": """
        mastodon.social mastodon.online mastodon.nu mstdn.social fosstodon.org hachyderm.io
        infosec.exchange bsky.app threads.net threads.com twitter.com x.com facebook.com instagram.com
        linkedin.com pinterest.com snapchat.com vk.com weibo.com t.me plus.google.com joinmastodon.org
    """,
    "video": """
        youtube.com youtu.be vimeo.com twitch.tv tiktok.com dailymotion.com rumble.com peertube.tv
    """,
    "code": """
        github.com gitlab.com bitbucket.org sourceforge.net codeberg.org
    """,
    "reference": """
        wikipedia.org wikidata.org wiktionary.org wikimedia.org britannica.com archive.org arxiv.org
        ncbi.nlm.nih.gov acm.org ieee.org ne.se crunchbase.com allabolag.se fandom.com
    """,
    "shop": """
        amazon.com amazon.se amazon.de amazon.co.uk amazon.fr ebay.com ebay.co.uk etsy.com
        aliexpress.com walmart.com target.com bestbuy.com zalando.com zalando.se prisjakt.nu
        pricerunner.com pricerunner.se blocket.se tradera.com cdon.se bokus.com adlibris.com
    """,
}

# The first label of a host: blog.example.com.
HOST_WORDS: Mapping[str, tuple[str, ...]] = {
    "blog": ("blog", "blogs", "blogg"),
    "forum": ("forum", "forums", "community", "discuss", "discussions", "talk"),
    "social": ("mastodon", "mstdn", "social"),
    "video": ("tv", "video", "videos"),
    "news": ("news", "nyheter"),
    "shop": ("shop", "store", "butik"),
    "reference": ("wiki",),
}

# The path, when nothing is known of the host. First hit wins.
PATHS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("social", "/@name/number", re.compile(r"^/@[\w.@-]+/\d{6,}$")),  # a post on a Mastodon-like server
    ("forum", "/t/topic/number", re.compile(r"^/t/[^/]+/\d+(?:/\d+)?/?$")),  # Discourse
    ("forum", "/forum/", re.compile(r"/(?:forums?|viewtopic\.php|threads?|community)(?:/|$)", re.I)),
    ("blog", "/blog/", re.compile(r"/(?:blogs?|blogg|blogposts?)(?:/|$)", re.I)),
    ("blog", "/year/month/", re.compile(r"^/(?:19|20)\d\d/(?:0?[1-9]|1[0-2])/")),
    ("reference", "/wiki/", re.compile(r"^/wiki/", re.I)),
    ("shop", "/product/", re.compile(r"/(?:products?|produkt(?:er)?|shop|cart|checkout)(?:/|$)", re.I)),
)

# What a page calls itself, when nothing else tells.
TITLES: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("forum", "forum", re.compile(r"\bforums?\b", re.I)),
    ("blog", "blog", re.compile(r"\b(?:blog|blogg|weblog)\b", re.I)),
)

RULES = {
    "corrected": gettext_noop("a person in this workspace said so of %(site)s"),
    "own": gettext_noop("%(site)s is our own site"),
    "rival": gettext_noop("%(site)s is a rival's site"),
    "known": gettext_noop("%(site)s is in the list of known sites"),
    "host": gettext_noop("the address begins with “%(word)s.”"),
    "path": gettext_noop("the address looks like %(word)s"),
    "title": gettext_noop("the title says “%(word)s”"),
    "none": gettext_noop("no rule fits"),
}


@dataclass(frozen=True)
class Typed:
    """A type with the rule that decided: an English template and its parameters."""

    type: str
    rule: str
    params: Mapping[str, Any]


def host_of(url: str) -> str:
    """The host in lower case without "www."; "" where there is none."""
    try:
        host = (urlsplit(url.strip()).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""
    return host.removeprefix("www.")


def type_of(
    url: str,
    title: str = "",
    own_domains: Collection[str] = (),
    rival_domains: Collection[str] = (),
    corrections: Mapping[str, str] = MappingProxyType({}),
) -> Typed:
    """The kind of page behind ``url``. Domains hold for everything below them, with or without "www.".

    ``corrections`` maps domains to types of ``TYPES``; the longest domain that fits wins.
    """
    host = host_of(url)
    parents = _with_parents(host)
    for site in parents:
        if (corrected := corrections.get(site, "")) in TYPES:
            return Typed(corrected, RULES["corrected"], {"site": site})
    for kind, domains in (("own", own_domains), ("rival", rival_domains)):
        ours = {host_of(f"//{domain}") for domain in domains if domain}
        for site in parents:
            if site in ours:
                return Typed(kind, RULES[kind], {"site": site})
    for site in parents:
        if site in _SITES:
            return Typed(_SITES[site], RULES["known"], {"site": site})
    return _by_shape(url, host, title)


def _by_shape(url: str, host: str, title: str) -> Typed:
    first = host.partition(".")[0]
    if host.count(".") >= 1 and first in _HOSTS:
        return Typed(_HOSTS[first], RULES["host"], {"word": first})
    path = urlsplit(url.strip()).path if host else ""
    for kind, word, pattern in PATHS:
        if pattern.search(path):
            return Typed(kind, RULES["path"], {"word": word})
    for kind, word, pattern in TITLES:
        if pattern.search(title):
            return Typed(kind, RULES["title"], {"word": word})
    return Typed("other", RULES["none"], {})


def _with_parents(host: str) -> list[str]:
    """The host itself, then each domain above it: a.b.example, b.example, example."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))] if host else []


_SITES: Mapping[str, str] = {site: kind for kind, sites in KNOWN_SITES.items() for site in sites.split()}
_HOSTS: Mapping[str, str] = {word: kind for kind, words in HOST_WORDS.items() for word in words}
