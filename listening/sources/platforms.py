"""Which platform an address belongs to, and whether it is somebody's profile there. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit


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
    ("Wikipedia", ("wikipedia.org",), r"/wiki/([^/:]+)"),
)
# First parts of paths that share, log in or explain, and are nobody's profile.
_NO_NAMES = frozenset(
    """
    about account accounts ads business dialog download explore features hashtag help home i intent join jobs
    legal login p pin plugins policies policy pricing privacy reel search settings share sharearticle sharer
    sharer.php signup site stories terms tr tv video videos watch
    """.split()  # noqa: SIM905  # a list of words
)
_MASTODON_PATH = re.compile(r"/(?:@|users/)([A-Za-z0-9_]{1,30})")
_SOUNDS_LIKE_MASTODON = re.compile(
    r"mastodon|mstdn|toot|fedi|social|hachyderm|fosstodon|masto", re.IGNORECASE
)


def profile(url: str, surely_mastodon: bool = False) -> Profile | None:
    """The profile that an address is, or None. ``surely_mastodon``: "/@name" on any other host is one."""
    parts = urlsplit(url)
    host, path = (parts.hostname or "").lower(), unquote(parts.path).rstrip("/")
    for platform, hosts, pattern in _PLATFORMS:
        if any(host == known or host.endswith(f".{known}") for known in hosts):
            found = re.fullmatch(pattern, path)
            named = found and found[1].partition("/")[0].casefold() not in _NO_NAMES
            return Profile(platform, found[1], url) if found and named else None
    account = _MASTODON_PATH.fullmatch(path)
    if account and (surely_mastodon or _SOUNDS_LIKE_MASTODON.search(host)):
        home = parts.netloc.lower()
        return Profile("Mastodon", f"@{account[1]}@{home}", f"https://{home}/@{account[1]}")
    return None
