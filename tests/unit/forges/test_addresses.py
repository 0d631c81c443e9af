"""Links into GitHub and GitLab: what they mean, and how the file is asked for."""

from __future__ import annotations

import pytest

from homeport.forges.addresses import Forges
from homeport.kernel.base.settings import ForgeSettings

WORK = {
    "hub": ForgeSettings(host="github.saebom.example", type="github", token="hub-token"),
    "lab": ForgeSettings(host="git.saebom.example:8443", type="gitlab", token="lab-token"),
    "tea": ForgeSettings(host="tea.saebom.example", type="git", token="tea-token"),
}
FORGES = Forges(WORK)


@pytest.mark.parametrize(
    ("link", "repository", "ref", "path"),
    [
        ("https://github.com/o/r/blob/main/catalog-info.yaml", "o/r", "main", "catalog-info.yaml"),
        ("https://github.com/o/r/tree/v1.2/a/b.yaml", "o/r", "v1.2", "a/b.yaml"),
        ("https://github.com/o/r/raw/feature%2Fx/a%20b.yaml", "o/r", "feature/x", "a b.yaml"),
        ("https://GITHUB.com:443/o/r/blob/main/**/c.yaml", "o/r", "main", "**/c.yaml"),
        ("https://github.saebom.example/o/blob/blob/main/x", "o/blob", "main", "x"),
        ("https://gitlab.com/g/s/p/-/blob/main/d/c.yaml", "g/s/p", "main", "d/c.yaml"),
        ("https://gitlab.com/g/p/blob/main/c.yaml", "g/p", "main", "c.yaml"),
        ("https://git.saebom.example:8443/g/p/-/raw/main/c.yaml?ref_type=heads", "g/p", "main", "c.yaml"),
    ],
)
def test_a_link_means_a_file_of_a_repository(link: str, repository: str, ref: str, path: str) -> None:
    found = FORGES.file_at(link)
    assert found is not None
    assert (found.repository, found.ref, found.path) == (repository, ref, path)
    assert FORGES.file_at(found.url) == found


@pytest.mark.parametrize(
    "link",
    [
        "https://github.com/o/r",
        "https://github.com/o/r/blob/main",
        "https://github.com/o/r/issues/1/x",
        "https://github.com/o/r/blob/main/%2e%2e/x",
        "https://github.com/o/r/blob/main/a%2f..%2fb",
        "https://github.com/o/r/blob/main//x",
        "https://github.com.evil.example/o/r/blob/main/x",
        "https://github.com:444/o/r/blob/main/x",
        "https://github.com@evil.example/o/r/blob/main/x",
        "https://tea.saebom.example/o/r/blob/main/x",
        "ftp://github.com/o/r/blob/main/x",
        "https://[broken/o/r/blob/main/x",
        "",
    ],
)
def test_anything_else_is_no_link_into_a_forge(link: str) -> None:
    assert FORGES.file_at(link) is None


@pytest.mark.parametrize(
    ("link", "url", "headers"),
    [
        (
            "https://github.com/o/r/blob/main/a b.yaml",
            "https://raw.githubusercontent.com/o/r/main/a%20b.yaml",
            {},
        ),
        (
            "https://github.saebom.example/o/r/blob/a%2Fb/c.yaml",
            "https://github.saebom.example/api/v3/repos/o/r/contents/c.yaml?ref=a%2Fb",
            {"Accept": "application/vnd.github.raw", "Authorization": "Bearer hub-token"},
        ),
        (
            "https://git.saebom.example:8443/g/s/p/-/blob/main/d/c.yaml",
            "https://git.saebom.example:8443/api/v4/projects/g%2Fs%2Fp/repository/files/d%2Fc.yaml/raw?ref=main",
            {"PRIVATE-TOKEN": "lab-token"},
        ),
        (
            "https://gitlab.com/g/p/-/blob/main/c.yaml",
            "https://gitlab.com/api/v4/projects/g%2Fp/repository/files/c.yaml/raw?ref=main",
            {},
        ),
    ],
)
def test_a_file_is_asked_of_the_api_with_the_token_of_its_host(link: str, url: str, headers: dict[str, str]) -> None:
    found = FORGES.file_at(link)
    assert found is not None
    assert found.request() == (url, headers)


def test_a_token_goes_to_the_api_over_https_whatever_the_link_says() -> None:
    found = FORGES.file_at("http://github.saebom.example:443/o/r/blob/main/x")
    assert found is None or found.request()[0].startswith("https://")


def test_the_hosts_of_forges_are_those_an_admin_named() -> None:
    assert FORGES.hosts == ("github.saebom.example", "git.saebom.example:8443", "tea.saebom.example")


def test_git_shows_the_token_to_its_host_only() -> None:
    assert FORGES.credentials_for("https://github.saebom.example/o/r.git") == ("x-access-token", "hub-token")
    assert FORGES.credentials_for("https://git.saebom.example:8443/o/r.git") == ("oauth2", "lab-token")
    assert FORGES.credentials_for("https://git.saebom.example/o/r.git") is None
    assert FORGES.credentials_for("https://github.com/o/r.git") is None
