"""Addresses of repositories: the usual ones are understood, what could be an order is refused."""

from __future__ import annotations

import pytest

from homeport.forges.remotes import check_ref, remote_at
from homeport.kernel.base.errors import AddressRefused


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://github.com/o/r.git", "https://github.com/o/r.git"),
        ("https://GitHub.com:443/o/r", "https://github.com/o/r"),
        ("https://git.example:8443/g/s/p.git", "https://git.example:8443/g/s/p.git"),
        ("https://me@git.example/o/r", "https://git.example/o/r"),
        ("ssh://git@git.example/o/r.git", "ssh://git@git.example/o/r.git"),
        ("ssh://git.example:2222/o/r.git", "ssh://git.example:2222/o/r.git"),
        ("git@git.example:o/r.git", "ssh://git@git.example/o/r.git"),
        ("https://[2001:db8::1]/o/r", "https://[2001:db8::1]/o/r"),
        ("file:///srv/git/order.git", "file:///srv/git/order.git"),
        ("file:///srv/git/../etc/order.git", "file:///srv/etc/order.git"),
    ],
)
def test_the_usual_addresses_are_understood(given: str, url: str) -> None:
    assert remote_at(given).url == url


@pytest.mark.parametrize(
    "given",
    [
        "ext::sh -c touch% /tmp/owned",
        "fd::17/foo",
        "git::ext::sh",
        "-u./payload",
        "--upload-pack=touch /tmp/owned",
        "git://git.example/o/r.git",
        "http://git.example/o/r.git",
        "ftp://git.example/o/r.git",
        "/srv/git/order.git",
        "order.git",
        "file://server/share/order.git",
        "ssh://-oProxyCommand=touch/o/r",
        "ssh://git@-oProxyCommand=touch/o/r",
        "ssh://-oProxyCommand=x@git.example/o/r",
        "-oProxyCommand=x@git.example:o/r",
        "git@-oProxyCommand=x:o/r",
        "ssh://git.example/-o",
        "ssh://git.example/a\nb",
        "https://me:s3cr3t@git.example/o/r",
        "ssh://me:s3cr3t@git.example/o/r",
        "https://git.example/../o/r",
        "https://git.example/o/r?token=s3cr3t",
        "https://git.example",
        "https://git.example:99999999/o/r",
        "https://[broken/o/r",
        "https://git.exam ple/o/r",
        "",
    ],
)
def test_what_could_be_an_order_is_refused(given: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        remote_at(given)
    assert "s3cr3t" not in refused.value.message


@pytest.mark.parametrize("ref", ["main", "feature/a-b", "v1.2.3", "한글", "a" * 40, "release-2026.11"])
def test_names_of_refs_are_taken(ref: str) -> None:
    check_ref(ref)


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "-x",
        "--upload-pack=x",
        "+main",
        "a:b",
        "a..b",
        "a b",
        "a*",
        "a?",
        "^main",
        "a~1",
        "a@{1}",
        "a\n",
        "/a",
        "a.lock",
    ],
)
def test_what_is_no_name_of_a_ref_is_refused(ref: str) -> None:
    with pytest.raises(AddressRefused):
        check_ref(ref)
