"""Which IP addresses may be asked. One explicit list: the standard library's ``is_global`` says yes to
NAT64, 6to4 and site-local forms of private addresses.

The lists follow the IANA special-purpose registries for IPv4 and IPv6.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_BLOCKED_4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), why)
    for network, why in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared with the provider"),
        ("127.0.0.0/8", "this computer"),
        ("168.63.129.16/32", "a cloud's own service"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.52.193.0/24", "multicast relay"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarks"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # the only part of IPv6 that is given out
_BLOCKED_6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), why)
    for network, why in (
        ("2001::/23", "protocol assignments"),  # Teredo, ORCHID, benchmarks
        ("2001:db8::/32", "documentation"),
        ("3fff::/20", "documentation"),
    )
)
# Prefixes that carry an IPv4 address, and by how many bits to the right of it there is something else.
_EMBEDDED: tuple[tuple[IPv6Network, int], ...] = (
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped
    (IPv6Network("::ffff:0:0:0/96"), 0),  # translated
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("64:ff9b:1::/48"), 0),  # NAT64, local use
    (IPv6Network("::/96"), 0),  # compatible
    (IPv6Network("2002::/16"), 80),  # 6to4
)
_ISATAP = (0x00005EFE, 0x02005EFE)  # upper half of an interface identifier, RFC 5214
# Never opened by an operator's wider network, only by naming the one address.
_NARROW_ONLY: tuple[Network, ...] = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("168.63.129.16/32"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("100.100.100.200/32"),
    IPv4Network("192.0.0.192/32"),
    IPv6Network("::/127"),
    IPv6Network("fe80::/10"),
    IPv6Network("fd00:ec2::/32"),
)


@dataclass(frozen=True)
class Allowed:
    """What the operator opened on purpose: networks and exact host names."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def read(cls, entries: Iterable[str]) -> Allowed:
        """Entries such as "192.168.1.0/24", "10.0.0.7" or "nas.lan". ValueError for what is no network."""
        networks: list[Network] = []
        hosts: set[str] = set()
        for entry in (entry.strip().lower().rstrip(".") for entry in entries):
            if not entry:
                continue
            if "/" in entry or ":" in entry or entry.replace(".", "").isdigit():
                networks.append(ipaddress.ip_network(entry))
            else:
                hosts.add(entry)
        return cls(tuple(networks), frozenset(hosts))

    def opens(self, address: Address, host: str = "") -> bool:
        """True when the operator opened this address, or this host wherever it resolves to."""
        address = _innermost(address)
        narrow = any(address in network for network in _NARROW_ONLY if network.version == address.version)
        for network in self.networks:
            covers = network.version == address.version and address in network
            if covers and (not narrow or network.num_addresses == 1):
                return True
        return host in self.hosts and not narrow


def blocked(address: str | Address) -> str:
    """Why this address may not be asked, in a word or two; "" when it may.

    An address that cannot be read is blocked, too.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "not an address"
    if isinstance(parsed, IPv6Address):
        if parsed.scope_id:
            return "bound to an interface"
        inner = embedded(parsed)
        if inner is not None:
            return blocked(inner)
        if parsed not in _GLOBAL_UNICAST:
            return "not global"
        return next((why for network, why in _BLOCKED_6 if parsed in network), "")
    return next((why for network, why in _BLOCKED_4 if parsed in network), "")


def embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside a mapped, translated, NAT64, compatible, 6to4 or ISATAP one; None without."""
    number = int(address)
    if (number >> 32) & 0xFFFFFFFF in _ISATAP:
        return IPv4Address(number & 0xFFFFFFFF)
    for network, shift in _EMBEDDED:
        if address in network:
            return IPv4Address((number >> shift) & 0xFFFFFFFF)
    return None


def _innermost(address: Address) -> Address:
    inner = embedded(address) if isinstance(address, IPv6Address) and int(address) > 1 else None
    return inner or address
