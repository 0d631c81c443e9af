"""Static files have an address of their own content, and stay in the browser for good."""

from __future__ import annotations

import gzip
from pathlib import Path

import gallery
import pytest
from starlette.testclient import TestClient

from homeport.web.assets import STATIC, Assets
from homeport.web.icons import icon


@pytest.fixture
def client() -> TestClient:
    return TestClient(gallery.app)


def test_a_file_is_kept_for_good_and_compressed(client: TestClient) -> None:
    answer = client.get(gallery.app.state.shell.assets.url("homeport.css"))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"].startswith("text/css")
    assert answer.content == (STATIC / "homeport.css").read_bytes()


def test_an_old_address_leads_to_the_file_of_today(client: TestClient) -> None:
    answer = client.get("/static/000000000000/homeport.css", follow_redirects=False)
    assert answer.headers["Location"] == gallery.app.state.shell.assets.url("homeport.css")


@pytest.mark.parametrize(
    "path", ["nothing.css", "../shell.py", "%2e%2e/shell.py", "vendor/.stamp", "vendor/icon-nodes.json"]
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"/static/{gallery.app.state.shell.assets.version}/{path}").status_code == 404


def test_the_address_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a")
    before = Assets(tmp_path).url("a.css")
    (tmp_path / "b.css").write_text("b")
    assert Assets(tmp_path).url("a.css") != before


def test_a_file_that_is_not_there_is_an_error_where_it_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match=r"No static file 'a\.css'"):
        Assets(tmp_path).url("a.css")


def test_what_pages_load_is_small() -> None:
    loaded = [file for file in STATIC.rglob("*") if file.suffix in {".css", ".js", ".svg"}]
    assert sum(len(gzip.compress(file.read_bytes())) for file in loaded) < 60_000


@pytest.mark.skipif(not (STATIC / "vendor/icon-nodes.json").exists(), reason="built without front-end files")
def test_an_unknown_icon_names_the_nearest() -> None:
    with pytest.raises(LookupError, match="house"):
        icon("houze")
