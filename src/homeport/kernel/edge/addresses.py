"""Which addresses lead inside, where a name that came from data must not lead, and which of them an admin means.

An IPv6 address may carry an IPv4 one; each form is unwrapped, and what it carries is judged as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address

_INSIDE_4 = {
    IPv4Network(network): kind
    for network, kind in {
        "0.0.0.0/8": "unspecified",
        "10.0.0.0/8": "private",
        "100.64.0.0/10": "shared by a carrier (CGNAT)",
        "127.0.0.0/8": "loopback",
        "168.63.129.16/32": "a cloud's metadata",
        "169.254.0.0/16": "link-local",
        "172.16.0.0/12": "private",
        "192.0.0.0/24": "for protocols",
        "192.0.2.0/24": "for documentation",
        "192.88.99.0/24": "for protocols",
        "192.168.0.0/16": "private",
        "198.18.0.0/15": "for benchmarks",
        "198.51.100.0/24": "for documentation",
        "203.0.113.0/24": "for documentation",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved",
    }.items()
}
_INSIDE_6 = {
    IPv6Network(network): kind
    for network, kind in {
        "::/128": "unspecified",
        "::1/128": "loopback",
        "64:ff9b:1::/48": "private (NAT64)",
        "fc00::/7": "private",
        "fe80::/10": "link-local",
        "ff00::/8": "multicast",
        "2001::/23": "for protocols",
        "2001:db8::/32": "for documentation",
        "3fff::/20": "for documentation",
    }.items()
}
_PUBLIC_6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_MAPPED = IPv6Network("::ffff:0:0/96")
_LOW_32 = 0xFFFF_FFFF
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)


def inside_kind(address: str) -> str | None:
    """Return why the address leads inside, such as "loopback", or None where it is a public one.

    Source: IANA IPv4 and IPv6 Special-Purpose Address Registries; RFC 6052 (NAT64), 3056 (6to4), 5214 (ISATAP).
    """
    found = ip_address(address)
    if isinstance(found, IPv6Address) and found.scope_id:
        return "link-local"
    return _kind(found)


def is_meant(entry: str, host: str, port: int | None) -> bool:
    """Whether an entry of `outbound.allow` means the host: `host`, `host:port`, `*.domain` or a network."""
    host = host.lower().rstrip(".")
    if "/" in entry:
        return _is_in(host, entry)
    wanted, _, wanted_port = entry.lower().rpartition(":") if _has_port(entry) else (entry.lower(), "", "")
    if wanted_port and port != int(wanted_port):
        return False
    wanted = wanted.strip("[]").rstrip(".")
    return host.endswith(wanted[1:]) if wanted.startswith("*.") else host == wanted


def _kind(address: Address) -> str | None:
    if isinstance(address, IPv4Address):
        return next((kind for network, kind in _INSIDE_4.items() if address in network), None)
    carried = next(filter(None, map(_kind, _carried(address))), None)
    if carried:
        return carried
    if address in _MAPPED or address in _NAT64:
        return None
    listed = next((kind for network, kind in _INSIDE_6.items() if address in network), None)
    return listed or (None if address in _PUBLIC_6 else "reserved")


def _carried(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 one stands for or tunnels to."""
    low = int(address) & _LOW_32
    if address in _MAPPED or address in _NAT64 or (int(address) >> 32) & _LOW_32 in _ISATAP:
        yield IPv4Address(low)
    if address.sixtofour:
        yield address.sixtofour


def _has_port(entry: str) -> bool:
    before, _, port = entry.rpartition(":")
    return port.isdigit() and (":" not in before or before.endswith("]"))


def _is_in(host: str, network: str) -> bool:
    try:
        return ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False
