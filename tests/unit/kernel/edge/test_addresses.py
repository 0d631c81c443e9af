"""Addresses: every form of an inside one is seen through, a public one is left alone."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.kernel.edge.addresses import inside_kind, is_meant


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("0.0.0.0", "unspecified"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("10.1.2.3", "private"),
        ("172.31.255.255", "private"),
        ("192.168.0.1", "private"),
        ("169.254.169.254", "link-local"),
        ("100.64.0.1", "CGNAT"),
        ("100.100.100.200", "CGNAT"),
        ("168.63.129.16", "metadata"),
        ("192.0.0.192", "for protocols"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("2606:4700::1%1", "link-local"),
        ("fd00:ec2::254", "private"),
        ("fec0::1", "reserved"),
        ("ff02::1", "multicast"),
        ("2001:db8::1", "for documentation"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:a9fe:a9fe", "link-local"),
        ("::127.0.0.1", "reserved"),
        ("64:ff9b::10.0.0.1", "private"),
        ("64:ff9b:1::7f00:1", "private"),
        ("2002:7f00:1::", "loopback"),
        ("2002:a9fe:a9fe::1", "link-local"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "for protocols"),
        ("2606:4700::5efe:10.0.0.1", "private"),
        ("2606:4700::200:5efe:192.168.0.1", "private"),
    ],
)
def test_an_inside_address_is_seen_through_in_every_form(address: str, kind: str) -> None:
    assert kind in str(inside_kind(address))


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "2606:4700:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
    ],
)
def test_a_public_address_is_public_in_every_form(address: str) -> None:
    assert inside_kind(address) is None


@given(st.integers(0, 2**32 - 1))
def test_what_is_inside_stays_inside_when_ipv6_carries_it(number: int) -> None:
    inner = IPv4Address(number)
    kind = inside_kind(str(inner))
    for prefix, shift in ((0xFFFF << 32, 0), (0x64FF9B << 96, 0), (0x2002 << 112, 80)):
        assert inside_kind(str(IPv6Address(prefix | number << shift))) == kind


@pytest.mark.parametrize(
    ("entry", "host", "port", "means"),
    [
        ("wiki.internal", "wiki.internal", 443, True),
        ("wiki.internal", "WIKI.internal.", 8080, True),
        ("wiki.internal", "evil-wiki.internal", 443, False),
        ("wiki.internal:8080", "wiki.internal", 8080, True),
        ("wiki.internal:8080", "wiki.internal", 443, False),
        ("*.internal", "wiki.internal", 443, True),
        ("*.internal", "internal", 443, False),
        ("*.internal", "wikiinternal", 443, False),
        ("10.1.0.0/16", "10.1.2.3", 443, True),
        ("10.1.0.0/16", "10.2.2.3", 443, False),
        ("10.1.0.0/16", "wiki.internal", 443, False),
        ("fd00::/8", "fd00::1", 443, True),
        ("[::1]:8080", "::1", 8080, True),
        ("[::1]:8080", "::1", 80, False),
        ("::1", "::1", 80, True),
    ],
)
def test_an_entry_means_a_host_a_domain_or_a_network(entry: str, host: str, port: int, means: bool) -> None:
    assert is_meant(entry, host, port) is means
