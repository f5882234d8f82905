"""The rules that a web address must meet before anything is looked up or sent. Pure, no network.

Asked when a person saves an address, when one is discovered, before every request and at every redirect.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import httpx
import idna
import tldextract

from listening.net.addresses import Allowed, blocked
from listening.net.errors import SourceError, gettext_noop

MAX_URL = 2048
MAX_QUESTION = 8192  # an address we complete ourselves with a long search query
DEFAULT_PORTS = {"http": 80, "https": 443}
# Names that never mean a public site: RFC 6761, 6762 (appendix G), 7686, 8375, and containers' own.
PRIVATE_SUFFIXES = frozenset(
    {"localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "home", "home.arpa"}
    | {"lan", "onion", "svc"}
)
# Blog hosts that the public suffix list does not name.
BLOG_HOSTS = ("wordpress.com", "blogspot.com", "tumblr.com", "substack.com", "medium.com", "livejournal.com")

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NETLOC = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:@%<>\"'`{}|^ ]+))(?::(?P<port>[0-9]{0,5}))?"
)
_DECIMAL = r"(?:0|[1-9][0-9]{0,2})"
_DOTTED = re.compile(rf"{_DECIMAL}(?:\.{_DECIMAL}){{3}}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*|0o[0-7]*")


@dataclass(frozen=True)
class Parts:
    """A web address taken apart; ``url`` is its one spelling (ASCII host, no default port)."""

    url: str
    scheme: str
    host: str  # lower case ASCII, without brackets, without the last dot
    port: int

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def request_url(self) -> str:
        """Without the fragment, which stays at home."""
        return self.url.partition("#")[0]


def check_url(
    url: str,
    *,
    ports: Collection[int] = (80, 443),
    allowed: Allowed | None = None,
    own_hosts: Collection[str] = (),
) -> str:
    """The address in its one spelling, fit to be asked as far as can be told without looking it up.

    Raises SourceError of kind "blocked" that says what is wrong with it.
    """
    parts = parse(url)
    check_parts(parts, ports=ports, allowed=allowed or Allowed(), own_hosts=own_hosts)
    return parts.url


def parse(url: str, *, longest: int = MAX_URL) -> Parts:
    """Take a web address apart by its shape alone: scheme, characters, user name, host, port.

    Raises SourceError of kind "blocked".
    """
    url = url.strip()
    if not url:
        raise _refused(gettext_noop("The web address is empty."))
    if len(url) > longest:
        raise _refused(
            gettext_noop("The web address is longer than %(longest)s characters."), longest=longest
        )
    if _FORBIDDEN.search(url):
        raise _refused(gettext_noop("The web address holds a backslash or a control character."))
    try:
        split = urlsplit(url)
    except ValueError:
        raise _refused(gettext_noop("This is not a complete web address: %(url)s"), url=url) from None
    scheme = split.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise _refused(
            gettext_noop("Only addresses that begin with http:// or https:// can be read: %(url)s"), url=url
        )
    if "@" in split.netloc:
        raise _refused(gettext_noop("A web address with a user name or password in it cannot be used."))
    found = _NETLOC.fullmatch(split.netloc)
    if found is None:
        raise _refused(gettext_noop("This is not a complete web address: %(url)s"), url=url)
    host = _six(found["six"], url) if found["six"] else _name(found["name"], url)
    port = int(found["port"] or DEFAULT_PORTS[scheme])
    start = f"{scheme}://" + (f"[{host}]" if ":" in host else host)
    try:
        if DEFAULT_PORTS[scheme] != port:
            start += f":{port}"
        rest = url[url.index("//") + 2 + len(split.netloc) :]
        written = str(httpx.URL(f"{start}{rest if rest.startswith('/') else '/' + rest}"))
    except (httpx.InvalidURL, ValueError):
        raise _refused(gettext_noop("This is not a complete web address: %(url)s"), url=url) from None
    rest = written.removeprefix(start)
    if rest == written or rest[:1] not in ("/", "?", "#", ""):
        raise _refused(gettext_noop("This is not a complete web address: %(url)s"), url=url)
    written = f"{start}{rest if rest.startswith('/') else '/' + rest}"
    if len(written) > longest:
        raise _refused(
            gettext_noop("The web address is longer than %(longest)s characters."), longest=longest
        )
    return Parts(written, scheme, host, port)


def check_parts(
    parts: Parts, *, ports: Collection[int], allowed: Allowed, own_hosts: Collection[str] = ()
) -> None:
    """The rules on port, name and literal address. Raises SourceError of kind "blocked"."""
    host = parts.host
    if parts.port not in ports:
        raise _refused(
            gettext_noop("Port %(port)s of %(host)s is not among those that may be asked."),
            port=parts.port,
            host=host,
        )
    if host in {own.lower().rstrip(".") for own in own_hosts}:
        raise _refused(gettext_noop("%(host)s is this installation of Earshot itself."), host=host)
    literal = _literal(host)
    if literal is not None:
        why = blocked(literal)
        if why and not allowed.opens(literal, host):
            raise private_address(host, host)
    elif host not in allowed.hosts and ("." not in host or _is_private_name(host)):
        raise _refused(
            gettext_noop(
                "%(host)s is a name inside a private network. Only public sites can be read, "
                "unless the operator of this installation allows it."
            ),
            host=host,
        )


def private_address(host: str, address: str) -> SourceError:
    """The error for a host whose address is not public."""
    return _refused(
        gettext_noop(
            "%(host)s leads to the address %(address)s, which is not public. "
            "Only public sites can be read, unless the operator of this installation allows it."
        ),
        host=host,
        address=address,
    )


def join(base: str, location: str) -> str:
    """The address that a Location header or a link means, seen from ``base``; not yet checked.

    Raises SourceError of kind "blocked" where readers disagree about what is meant, such as "///host"
    or "http:path".
    """
    location = location.strip()
    ambiguous = re.match(r"(?:https?:(?!//)|[/\\]{3}|https?:///|/\\)", location, re.IGNORECASE)
    if not location or ambiguous or len(location) > MAX_URL or _FORBIDDEN.search(location):
        raise _refused(
            gettext_noop("%(host)s sends us on to an address that cannot be read."), host=canonical_host(base)
        )
    try:
        return urljoin(base, location)
    except ValueError:
        raise _refused(
            gettext_noop("%(host)s sends us on to an address that cannot be read."), host=canonical_host(base)
        ) from None


def canonical_host(url: str) -> str:
    """The host of a web address, lower case ASCII without the last dot; "" where there is none."""
    try:
        return parse(url, longest=100_000).host
    except SourceError:
        return ""


@lru_cache(maxsize=4096)
def site_of(url: str) -> str:
    """The registrable domain that an address belongs to ("news.bbc.co.uk" -> "bbc.co.uk").

    Hosting domains count as suffixes, so that "anna.wordpress.com" is Anna's own site. An address
    without a registrable domain gives its host; "" where there is none.
    """
    host = canonical_host(url).removeprefix("www.")
    return _suffixes()(host).top_domain_under_public_suffix or host


@lru_cache(maxsize=4096)
def registered_domain(url: str) -> str:
    """The domain that somebody bought from a registry ("anna.wordpress.com" -> "wordpress.com").

    Unlike ``site_of``, hosting domains are domains like any other. Where no registry is known, it is the last
    two names, as the public suffix list has it. An address in numbers gives itself.
    """
    host = canonical_host(url).removeprefix("www.")
    if _literal(host):
        return host
    return _registries()(host).top_domain_under_public_suffix or ".".join(host.split(".")[-2:])


@lru_cache(maxsize=1)
def _registries() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=False)


@lru_cache(maxsize=1)
def _suffixes() -> tldextract.TLDExtract:
    # No list is fetched and none is cached on disk: the snapshot inside the package is enough.
    return tldextract.TLDExtract(
        cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True, extra_suffixes=BLOG_HOSTS
    )


def _name(name: str, url: str) -> str:
    host = name.lower()
    try:
        if not host.isascii():
            # Full-width digits, ideographic stops and the like become what they stand for.
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError, ValueError, IndexError):
        raise _refused(gettext_noop("This is not a complete web address: %(url)s"), url=url) from None
    host = host.removesuffix(".")
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise _refused(gettext_noop("This is not a complete web address: %(url)s"), url=url)
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        # A host that ends in a number is an IPv4 address to some readers, in many spellings. We know one.
        try:
            if not _DOTTED.fullmatch(host):
                raise ValueError
            ipaddress.IPv4Address(host)
        except ValueError:
            raise _refused(
                gettext_noop("%(host)s is a number written in an unusual way, not a site."), host=host
            ) from None
    return host


def _six(text: str, url: str) -> str:
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        raise _refused(gettext_noop("This is not a complete web address: %(url)s"), url=url) from None


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_private_name(host: str) -> bool:
    labels = host.split(".")
    return labels[-1] in PRIVATE_SUFFIXES or ".".join(labels[-2:]) in PRIVATE_SUFFIXES


def _refused(message: str, **params: object) -> SourceError:
    if "url" in params:
        params["url"] = str(params["url"])[:200]
    return SourceError(message, "blocked", params=params)
