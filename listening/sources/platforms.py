"""Which platform an address belongs to, whether it is somebody's profile there, and which source reads it.

Pure. Two tables: what profiles look like, and who reads them. To teach Earshot a platform, add a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from listening import sources
from listening.net.errors import gettext_noop
from listening.types import Proposal

LINK = "link"  # the source of profiles that no listed source reads


@dataclass(frozen=True)
class Profile:
    """A profile, page or community on a platform; ``handle`` as people there write it."""

    platform: str
    handle: str
    url: str


# Platform, its hosts (and their subdomains), and the paths that are profiles: the first group is the name.
_PLATFORMS = (
    ("YouTube", ("youtube.com",), r"/(@[\w.-]+|(?:channel|c|user)/[\w.-]+)"),
    ("Bluesky", ("bsky.app",), r"/profile/([\w.:-]+)"),
    ("Facebook", ("facebook.com", "fb.com"), r"/((?:pages/)?[\w.-]{2,}(?:/\d+)?)"),
    ("Instagram", ("instagram.com",), r"/([\w.]+)"),
    ("LinkedIn", ("linkedin.com",), r"/((?:company|school|showcase)/[^/]+)"),
    ("X", ("x.com", "twitter.com"), r"/(\w{1,15})"),
    ("Threads", ("threads.net", "threads.com"), r"/(@[\w.]+)"),
    ("TikTok", ("tiktok.com",), r"/(@[\w.]+)"),
    ("Reddit", ("reddit.com",), r"/((?:r|user|u)/[\w-]+)"),
    ("GitHub", ("github.com",), r"/([\w-]+)"),
    ("GitLab", ("gitlab.com",), r"/([\w.-]+)"),
    ("Discord", ("discord.gg",), r"/([\w-]+)"),
    ("Discord", ("discord.com",), r"/(invite/[\w-]+)"),
    ("Telegram", ("t.me",), r"/(?:s/)?(\w{4,})"),
    ("Pinterest", ("pinterest.com",), r"/([\w-]+)"),
    ("Medium", ("medium.com",), r"/(@[\w.-]+|[\w-]+)"),
    ("Flickr", ("flickr.com",), r"/((?:photos|people)/[\w@-]+)"),
    ("Vimeo", ("vimeo.com",), r"/([\w-]+)"),
    ("Twitch", ("twitch.tv",), r"/(\w+)"),
    ("Apple Podcasts", ("podcasts.apple.com",), r"/(?:\w+/)?podcast/(?:[^/]+/)?(id\d+)"),
    ("Spotify", ("open.spotify.com",), r"/((?:show|artist|user)/\w+)"),
    ("Wikipedia", ("wikipedia.org",), r"/wiki/([^:]+)"),
    ("Wikidata", ("wikidata.org",), r"/(?:wiki|entity)/(Q[1-9]\d*)"),
)
# Platforms that give each of their sites a name below their own: anna.wordpress.com.
_HOSTS_OF_SITES = {
    "wordpress.com": "WordPress",
    "blogspot.com": "Blogger",
    "tumblr.com": "Tumblr",
    "substack.com": "Substack",
}
# Where many people write: what is known of such a host says nothing of one of them.
HOSTS = frozenset(
    (*(host for _, hosts, _ in _PLATFORMS for host in hosts), *_HOSTS_OF_SITES, "news.ycombinator.com")
)
# First parts of paths that share, log in or explain, and are nobody's profile.
_NO_NAMES = frozenset(
    """
    about account accounts ads business dialog download explore features hashtag help home i intent join jobs
    legal login p pin plugins policies policy pricing privacy reel search settings share sharearticle sharer
    sharer.php signup site stories terms tr tv video videos watch
    """.split()  # noqa: SIM905  # a list of words
)
_NO_SITES = frozenset({"www", "api", "public-api", "developer", "support", "help", "apps", "learn", "open"})
_MASTODON_PATH = re.compile(r"/(?:@|users/)([A-Za-z0-9_]{1,30})")
_SOUNDS_LIKE_MASTODON = re.compile(
    r"mastodon|mstdn|toot|fedi|social|hachyderm|fosstodon|masto", re.IGNORECASE
)

# Platform, the source that reads its profiles, which of its names that source can read, and how the source
# writes them. While the source is not listed, the profile stays a link.
READ_BY = (
    ("Mastodon", "mastodon", r"(@.+)", r"\1"),
    ("Bluesky", "bluesky", r"([\w-]+(?:\.[\w-]+)+)", r"@\1"),
    ("Bluesky", "bluesky", r"(did:[\w.:%-]+)", r"\1"),
    ("YouTube", "youtube", r"channel/(UC[\w-]+)", r"\1"),
    ("Reddit", "reddit", r"r/([\w-]+)", r"r/\1"),
    ("Reddit", "reddit", r"u(?:ser)?/([\w-]+)", r"u/\1"),
    ("WordPress", "wordpress", r"(.+)", r"\1"),
    ("Wikipedia", "wikipedia", r"(.+)", r"\1"),
    ("Wikidata", "wikidata", r"(.+)", r"\1"),
    ("GitHub", "github", r"(.+)", r"\1"),
)
NO_CHANNEL_ID = gettext_noop(
    "its address does not tell the channel’s id, without which Earshot cannot read it"
)


def profile(url: str, surely_mastodon: bool = False) -> Profile | None:
    """The profile that an address is, or None. ``surely_mastodon``: "/@name" on any other host is one."""
    parts = urlsplit(url)
    host, path = (parts.hostname or "").lower(), unquote(parts.path).rstrip("/")
    name, _, above = host.partition(".")
    if above in _HOSTS_OF_SITES:
        is_site = not path and name not in _NO_SITES
        return Profile(_HOSTS_OF_SITES[above], host, f"https://{host}/") if is_site else None
    for platform, hosts, pattern in _PLATFORMS:
        if any(host == known or host.endswith(f".{known}") for known in hosts):
            found = re.fullmatch(pattern, path)
            if not found or found[1].partition("/")[0].casefold() in _NO_NAMES:
                return None
            handle = found[1]
            if platform == "Wikipedia":  # an article is named by its language, too
                if name in ("www", "m"):
                    return None
                handle = f"{name}:{handle.replace('_', ' ')}"
            return Profile(platform, handle, url)
    account = _MASTODON_PATH.fullmatch(path)
    if account and (surely_mastodon or _SOUNDS_LIKE_MASTODON.search(host)):
        home = parts.netloc.lower()
        return Profile("Mastodon", f"@{account[1]}@{home}", f"https://{home}/@{account[1]}")
    return None


def reader(found: Profile) -> tuple[str, str]:
    """(the listed source that reads a profile, the handle as it takes it); ("link", address) without any.

    A source that reads who takes part in conversations counts, too: it must know the brand's names.
    """
    for platform, source, pattern, handle in READ_BY:
        if platform == found.platform and _is_listed(source):
            name = re.fullmatch(pattern, found.handle)
            if name:
                return source, name.expand(handle)
    return LINK, found.url


def proposal(found: Profile, proof: str, confident: bool = True, proof_url: str = "") -> Proposal:
    """The profile for a person to tick: one that scans read where a source can, else a link."""
    source, handle = reader(found)
    if source == LINK:
        more = ((NO_CHANNEL_ID, ""),) if found.platform == "YouTube" and _is_listed("youtube") else ()
        label = f"{found.platform}: {found.handle}"
        return Proposal(LINK, found.url, found.url, label, proof, confident, proof_url, more)
    label = found.handle
    if source == "wikipedia":
        language, _, title = handle.partition(":")
        label = f"{title} ({language}.wikipedia.org)"
    return Proposal(source, handle, found.url, label, proof, confident, proof_url)


def _is_listed(source: str) -> bool:
    return any(
        kind.name == source and (kind.can("observe") or kind.can("thread")) for kind in sources.SOURCES
    )
