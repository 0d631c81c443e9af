"""What a location would add can be seen before it is added."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeport.catalog import origins, previewing, repository
from homeport.catalog.adapters.sources.files import FileSource
from homeport.catalog.adapters.sources.opening import Sources
from homeport.catalog.locations import Locations
from homeport.catalog.previewing import Preview, Standing
from homeport.kernel.base.errors import Forbidden, InvalidInput, SourceUnreadable
from homeport.kernel.trust.identity import SYSTEM, Actor, Role

SHOP = """\
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: shop}
spec: {targets: [./order.yaml, ./gone.yaml]}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: order}
spec: {type: team, children: []}
"""
ORDER = """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: order-api, title: Orders}
spec: {type: service, lifecycle: production, owner: order}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: "not a name"}
spec: {type: service, lifecycle: production, owner: order}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "all.yaml").write_text(SHOP)
    (folder / "order.yaml").write_text(ORDER)
    return folder


def preview(installation, target: Path | str, type_: str = "file", actor: Actor = SYSTEM) -> Preview:
    return Locations(installation.services, Sources(installation.services.settings)).preview(actor, type_, str(target))


def standings(seen: Preview) -> dict[str, str]:
    return {one.ref: str(one.standing) for one in seen.entities}


def test_a_preview_follows_locations_and_stores_nothing(installation, shop: Path) -> None:
    seen = preview(installation, shop / "all.yaml")
    assert standings(seen) == {
        "location:default/shop": "new",
        "group:default/order": "new",
        "component:default/order-api": "new",
    }
    assert seen.count_by_kind(Standing.NEW) == {"location": 1, "group": 1, "component": 1}
    assert not seen.is_known
    with installation.database.reading() as session:
        assert not origins.list_locations(session, SYSTEM)
        assert not repository.list_entities(session, SYSTEM, repository.Query(), 10).total


def test_what_would_be_left_out_is_told_with_file_line_and_reason(installation, shop: Path) -> None:
    seen = preview(installation, shop / "all.yaml")
    told = {(one.rule, str(one.place)) for one in seen.problems}
    assert told == {
        ("catalog.invalid-entity", f"{shop}/order.yaml:8"),
        ("catalog.unreadable-source", f"{shop}/all.yaml:4"),
    }
    assert all(one.parameters["reason"] for one in seen.problems)


def test_a_preview_tells_what_is_there_and_what_another_location_has(installation, shop: Path) -> None:
    installation.discover(shop / "order.yaml", type="file")
    again = preview(installation, shop / "order.yaml")
    assert again.is_known
    assert standings(again) == {"component:default/order-api": "present"}
    other = preview(installation, shop / "all.yaml")
    taken = other.of(Standing.TAKEN)
    assert [one.ref for one in taken] == ["component:default/order-api"]
    assert taken[0].taken_by.endswith("order.yaml:1")


def test_a_preview_ends_after_so_many_files(shop: Path) -> None:
    source = FileSource(str(shop / "*.yaml"))
    seen = previewing.look(source, source.starts(), "file:x", (), most_files=1)
    assert (len(seen.read), seen.unread_count) == (1, 2)


def test_a_preview_of_repositories_lists_them(installation, repositories) -> None:
    repositories.commit("order-api", {"pyproject.toml": "[project]\nname = 'order-api'\n"})
    seen = preview(installation, repositories.root, "repos")
    assert [one.name for one in seen.plan.targets] == ["order-api"]
    assert not seen.entities


def test_a_location_that_is_not_there_can_not_be_previewed(installation, shop: Path) -> None:
    with pytest.raises(SourceUnreadable, match="does not exist"):
        preview(installation, shop / "nothing.yaml")
    installation.discover(shop / "order.yaml", type="file")
    (shop / "order.yaml").unlink()
    with pytest.raises(SourceUnreadable, match="does not exist"):
        preview(installation, shop / "order.yaml")


def test_previews_are_for_those_who_may_add(installation, shop: Path) -> None:
    viewer = Actor("person", "person:1", "Kim", Role.VIEWER)
    with pytest.raises(Forbidden):
        preview(installation, shop / "order.yaml", actor=viewer)
    with pytest.raises(InvalidInput):
        preview(installation, shop / "order.yaml", "ftp")
