"""What the catalog's pages show, ask and take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from starlette.testclient import TestClient

from homeport.catalog import api, pages
from homeport.catalog.adapters.sources.opening import Sources
from homeport.catalog.domain.fields import Candidate, DescribedEntity, DiscoveredEntity, Field, Place
from homeport.catalog.locations import Locations
from homeport.catalog.models import LocationRow
from homeport.catalog.service import Catalog
from homeport.catalog.wiring import module
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.web import problems
from homeport.web.identify import SESSION_COOKIE, Identify
from homeport.web.shell import Pages, Shell

from .conftest import Installation

OPENAPI = """
openapi: 3.1.0
info: {title: Orders, version: 2.1.0}
paths:
  /orders/{id}:
    get:
      tags: [orders]
      summary: Show an order
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200": {description: Found, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
components:
  schemas:
    Order:
      required: [id]
      properties: {id: {type: string, description: Its number}, parent: {$ref: "#/components/schemas/Order"}}
"""


class Portal:
    """The catalog's pages of an installation, and people who look at them."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.services = installation.services
        self.catalog = Catalog(installation.services)
        self.app = FastAPI()
        located = Locations(self.services, Sources(self.services.settings))
        self.app.include_router(pages.routes(self.services, self.catalog, located))
        self.app.state.shell = Shell([Pages(module.name, module.folder)], strict=True, clock=self.services.clock)
        problems.install(self.app)
        self.app.add_middleware(
            Identify, database=self.services.database, clock=self.services.clock, groups_of=api.groups_of
        )
        with self.services.database.writing() as session:
            location = LocationRow(type="repos", target="/srv/git", origin="person", created_at=self.services.clock())
            session.add(location)
            session.flush()
            self.location_id = location.id

    def publish(self, *entities: DiscoveredEntity) -> None:
        """Let the catalog hold these entities."""
        with self.services.database.writing() as session:
            self.catalog.publish(session, SYSTEM, {self.location_id: entities})

    def as_person(self, name: str, role: Role, language: str = "en") -> TestClient:
        """A browser in which that person of the catalog is signed in."""
        now = self.services.clock()
        with self.services.database.writing() as session:
            person = identity.ensure_person(session, name, role, now, entity=EntityRef("user", "default", name))
            secret = identity.open_session(session, person, now, timedelta(days=1), "test")
        cookies = {SESSION_COOKIE: secret, "homeport_language": language}
        return TestClient(self.app, cookies=cookies, follow_redirects=False)


@pytest.fixture
def portal(installation: Installation) -> Portal:
    """The pages, with two teams and two people in the catalog."""
    portal = Portal(installation)
    portal.publish(*PEOPLE)
    return portal


@pytest.fixture
def operator(portal: Portal) -> Iterator[TestClient]:
    """Someone who may answer everything."""
    with portal.as_person("park", Role.OPERATOR) as client:
        yield client


def inferred(kind: str, name: str, *fields: Field, repository: str = "") -> DiscoveredEntity:
    return DiscoveredEntity(kind, name, fields, repository or f"order/{name}")


def guess(path: str, value: Any, confidence: float, *others: tuple[Any, float]) -> Field:
    candidates = tuple(Candidate(other, "commits", sure) for other, sure in others)
    return Field(path, Candidate(value, "commits", confidence, Place("a.txt", 3)), candidates)


def group(name: str, members: Sequence[str]) -> DiscoveredEntity:
    document = {"kind": "Group", "metadata": {"name": name}, "spec": {"type": "team", "members": list(members)}}
    described = DescribedEntity(document, Place("teams.yaml", 1))
    return DiscoveredEntity("Group", name, (), "org", place=described.place, described=described)


def user(name: str) -> DiscoveredEntity:
    document = {"kind": "User", "metadata": {"name": name}, "spec": {"profile": {"displayName": name.title()}}}
    described = DescribedEntity(document, Place("people.yaml", 1))
    return DiscoveredEntity("User", name, (), "org", place=described.place, described=described)


PEOPLE = (group("order", ["kim"]), group("stock", ["lee"]), user("kim"), user("lee"))
AMBIGUOUS = inferred(
    "Component",
    "order-api",
    guess("spec.owner", "group:default/order", 0.45, ("group:default/stock", 0.4)),
    guess("spec.type", "service", 0.9),
)
ORPHAN = inferred("Component", "kiosk", guess("spec.type", "website", 0.9))


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.replace("<wbr>", "")).split())


def test_the_list_opens_on_components_and_everything_is_one_link_away(portal: Portal, operator: TestClient) -> None:
    portal.publish(*PEOPLE, AMBIGUOUS, inferred("API", "orders"))
    first = operator.get("/catalog").text
    assert 'href="/catalog/component/order-api"' in first
    assert 'href="/catalog/api/orders"' not in first
    assert 'href="/catalog?q="' in first
    assert 'href="/catalog/api/orders"' in operator.get("/catalog?q=").text


def test_mine_is_what_my_teams_own(portal: Portal) -> None:
    portal.publish(*PEOPLE, AMBIGUOUS, ORPHAN)
    with portal.as_person("kim", Role.DEVELOPER) as kim, portal.as_person("lee", Role.DEVELOPER) as lee:
        assert 'href="/catalog/component/order-api"' in kim.get("/catalog?q=owner:me").text
        assert 'href="/catalog/component/order-api"' not in lee.get("/catalog?q=owner:me").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("owner:none", ["kiosk"]),
        ("owner:order", ["order-api"]),
        ("owner:group:default/order", ["order-api"]),
        ("is:asked kind:component", ["order-api"]),
        ("kiosk", ["kiosk"]),
        ("type:website type:service", ["kiosk", "order-api"]),
    ],
)
def test_tokens_of_the_address_narrow_the_list(
    portal: Portal, operator: TestClient, query: str, found: list[str]
) -> None:
    portal.publish(*PEOPLE, AMBIGUOUS, ORPHAN)
    html = operator.get("/catalog", params={"q": query}).text
    assert [name for name in ("kiosk", "order-api") if f'<a href="/catalog/component/{name}">' in html] == found


def test_an_unknown_filter_is_explained_in_place(operator: TestClient) -> None:
    answer = operator.get("/catalog?q=foo:bar")
    assert answer.status_code == 200
    assert "is not a filter of this list" in answer.text


def test_a_list_is_paged(portal: Portal, operator: TestClient) -> None:
    portal.publish(*PEOPLE, *(inferred("Component", f"svc-{number:02}") for number in range(60)))
    first = operator.get("/catalog").text
    assert "50 of 60" in text_of(first)
    assert "after=50" in first
    assert "svc-59" in operator.get("/catalog?q=kind:component&after=50").text


def test_a_menu_of_many_values_leads_to_all_of_them(portal: Portal, operator: TestClient) -> None:
    many = (inferred("Component", f"svc-{n}", guess("spec.type", f"type-{n:02}", 0.9)) for n in range(30))
    portal.publish(*PEOPLE, *many)
    menu = operator.get("/catalog?q=type:type-29").text
    assert "type-10" in menu
    assert "type-20" not in menu
    assert 'href="/catalog/values/type?q=type:type-29"' in menu
    every = operator.get("/catalog/values/type").text
    assert all(f"type-{n:02}" in every for n in range(30))
    found = operator.get("/catalog/values/type?find=type-2").text
    assert "type-21" in found
    assert "type-11" not in found
    assert operator.get("/catalog/values/nonsense").status_code == 404


def test_a_longer_list_takes_no_more_queries(portal: Portal, operator: TestClient) -> None:
    portal.publish(*PEOPLE, *(inferred("Component", f"svc-{number}") for number in range(2)))
    few = statements(portal, lambda: operator.get("/catalog"))
    portal.publish(*PEOPLE, *(inferred("Component", f"svc-{number}") for number in range(40)))
    assert statements(portal, lambda: operator.get("/catalog")) == few


def statements(portal: Portal, ask: Any) -> int:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    engine = portal.services.database.engine
    event.listen(engine, "before_cursor_execute", note)
    assert ask().status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    return len(asked)


def test_an_empty_catalog_says_how_to_fill_it(installation: Installation) -> None:
    with Portal(installation).as_person("park", Role.OPERATOR) as client:
        html = client.get("/catalog").text
    assert "Nothing is known yet" in html
    assert 'href="/catalog/locations/new#demo"' in html


def test_both_addresses_of_an_entity_work_and_name_the_canonical_one(portal: Portal, operator: TestClient) -> None:
    portal.publish(*PEOPLE, AMBIGUOUS)
    for address in ("/catalog/component/order-api", "/catalog/component/default/order-api"):
        answer = operator.get(address)
        assert answer.status_code == 200
        assert answer.headers["Link"] == '<http://testserver/catalog/component/order-api>; rel="canonical"'


def test_an_ambiguous_owner_is_asked_with_every_candidate(portal: Portal, operator: TestClient) -> None:
    portal.publish(*PEOPLE, AMBIGUOUS)
    shown = text_of(operator.get("/catalog/component/order-api").text)
    assert "Is this right?" in shown
    assert "0.45" in shown
    assert "0.4 " in shown


def answer(client: TestClient, name: str, field: str, value: str, verdict: str = "confirm", **more: str) -> Any:
    form = {"field": field, "value": f'"{value}"', "answer": verdict, **more}
    return client.post(f"/catalog/component/default/{name}/answers", data=form)


def test_a_confirmed_owner_is_shown_with_who_said_so(portal: Portal, operator: TestClient) -> None:
    portal.publish(*PEOPLE, AMBIGUOUS)
    told = answer(operator, "order-api", "spec.owner", "group:default/stock")
    assert (told.status_code, told.headers["Location"]) == (303, "/catalog/component/order-api")
    shown = text_of(operator.get("/catalog/component/order-api").text)
    assert "stock is confirmed for order-api" in shown
    assert "confirmed by park" in shown
    assert "Is this right?" not in shown


def test_a_wrong_owner_gives_way_to_the_next(portal: Portal, operator: TestClient) -> None:
    portal.publish(*PEOPLE, AMBIGUOUS)
    answer(operator, "order-api", "spec.owner", "group:default/order", "wrong")
    html = operator.get("/catalog/component/order-api").text
    assert "said to be wrong" in html
    assert "order-api" in operator.get("/catalog?q=owner:stock").text


def test_an_orphan_can_be_given_an_owner_that_outlives_the_next_discovery(portal: Portal, operator: TestClient) -> None:
    portal.publish(*PEOPLE, ORPHAN)
    assert "Who owns it?" in operator.get("/catalog/component/kiosk").text
    assert answer(operator, "kiosk", "spec.owner", "group:default/order").status_code == 303
    portal.publish(*PEOPLE, ORPHAN)
    assert "/catalog/component/kiosk" in operator.get("/catalog?q=owner:order").text
    answer(operator, "kiosk", "spec.owner", "group:default/order", "wrong")
    assert "/catalog/component/kiosk" in operator.get("/catalog?q=owner:none").text


def test_an_owner_has_to_be_known(portal: Portal, operator: TestClient) -> None:
    portal.publish(*PEOPLE, ORPHAN)
    assert answer(operator, "kiosk", "spec.owner", "group:default/nobody").status_code == 422


def test_who_may_not_answer_sees_who_may(portal: Portal) -> None:
    portal.publish(*PEOPLE, AMBIGUOUS)
    with portal.as_person("lee", Role.DEVELOPER) as lee:
        html = lee.get("/catalog/component/order-api").text
        assert "This takes order, who own it, or the role operator or higher." in html
        assert (
            '<button class="btn" data-variant="outline" data-size="xs" name="answer" value="confirm" disabled>' in html
        )
        assert answer(lee, "order-api", "spec.owner", "group:default/stock").status_code == 403


def test_an_answer_leads_nowhere_but_this_site(portal: Portal, operator: TestClient) -> None:
    portal.publish(*PEOPLE, AMBIGUOUS)
    told = answer(operator, "order-api", "spec.type", "service", next="https://evil.example/")
    assert told.headers["Location"] == "/"


def test_activity_tells_what_people_said(portal: Portal, operator: TestClient) -> None:
    portal.publish(*PEOPLE, AMBIGUOUS)
    answer(operator, "order-api", "spec.owner", "group:default/stock")
    shown = text_of(operator.get("/catalog/component/order-api?tab=activity").text)
    assert "Owner confirmed: stock" in shown
    assert "Found for the first time" in shown


def test_an_api_is_shown_operation_by_operation(portal: Portal, operator: TestClient) -> None:
    portal.publish(
        inferred("API", "orders", guess("spec.type", "openapi", 1.0), guess("spec.definition", OPENAPI, 1.0))
    )
    shown = text_of(operator.get("/catalog/api/orders?tab=api").text)
    assert "GET /orders/{id} Show an order" in shown
    assert "id required string Its number parent Order" in shown
    assert operator.get("/catalog/api/default/orders/definition").text == OPENAPI


def test_a_broken_definition_says_why(portal: Portal, operator: TestClient) -> None:
    broken = guess("spec.definition", "openapi: 3.0.0\npaths: {a: b: c}\n", 1.0)
    portal.publish(inferred("API", "orders", guess("spec.type", "openapi", 1.0), broken))
    answer = operator.get("/catalog/api/orders?tab=api")
    assert answer.status_code == 200
    assert "This definition can" in answer.text
    assert "line 2" in answer.text


def test_the_yaml_tab_shows_the_composed_document(portal: Portal, operator: TestClient) -> None:
    portal.publish(*PEOPLE, AMBIGUOUS)
    assert "owner : group:default/order" in text_of(operator.get("/catalog/component/order-api?tab=yaml").text)


def test_links_lead_to_web_sites_only(portal: Portal, operator: TestClient) -> None:
    links = [{"url": "javascript:alert(1)", "title": "bad"}, {"url": "https://wiki.example/x", "title": "Wiki"}]
    document = {"kind": "Component", "metadata": {"name": "order-api", "links": links}, "spec": {}}
    place = Place("catalog-info.yaml", 1)
    described = DescribedEntity(document, place)
    portal.publish(DiscoveredEntity("Component", "order-api", (), "order/order-api", place=place, described=described))
    html = operator.get("/catalog/component/order-api").text
    assert 'href="https://wiki.example/x"' in html
    assert 'href="javascript' not in html


def test_the_graph_walks_and_has_a_table(portal: Portal, operator: TestClient) -> None:
    needs = guess("spec.dependsOn[resource:default/order-db]", "resource:default/order-db", 0.8)
    portal.publish(inferred("Component", "order-api", needs), inferred("Resource", "order-db"))
    html = operator.get("/catalog/graph?ref=order-api&depth=1").text
    assert 'href="/catalog/graph?ref=resource:default/order-db&amp;depth=1"' in html
    assert "depends on" in html
    assert "<table" in html


def test_an_unknown_entity_is_not_found_and_stays_legible_in_a_graph(portal: Portal, operator: TestClient) -> None:
    needs = guess("spec.dependsOn[resource:default/gone]", "resource:default/gone", 0.8)
    portal.publish(inferred("Component", "order-api", needs))
    assert operator.get("/catalog/resource/gone").status_code == 404
    assert "not in the catalog" in operator.get("/catalog/component/order-api?tab=dependencies").text


def test_a_discovery_is_looked_at_before_it_starts(portal: Portal, operator: TestClient, repositories: Any) -> None:
    repositories.commit("order-api", {"README.md": "# Orders"})
    target = str(repositories.root)
    html = operator.get("/catalog/locations/new", params={"target": target}).text
    fingerprint = re.search(r'name="fingerprint" value="(\w+)"', html)
    assert fingerprint
    repositories.commit("cart-api", {"README.md": "# Cart"})
    form = {"type": "repos", "target": target, "fingerprint": fingerprint[1]}
    assert "has changed since the preview" in operator.post("/catalog/locations", data=form).text
    started = operator.post("/catalog/locations", data={"type": "repos", "target": target})
    assert started.status_code == 303
    assert started.headers["Location"].startswith("/runs/")


def test_a_folder_that_is_not_there_is_said_in_place(operator: TestClient) -> None:
    answer = operator.get("/catalog/locations/new?target=/no/such/folder")
    assert answer.status_code == 422
    assert "/no/such/folder is not there" in answer.text


def test_only_operators_discover(portal: Portal) -> None:
    with portal.as_person("kim", Role.DEVELOPER) as kim:
        assert "This takes the role operator or higher." in kim.get("/catalog/locations/new").text
        assert kim.post("/catalog/locations", data={"type": "repos", "target": "/"}).status_code == 403


SHOP = """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: cart-api, title: Carts}
spec: {type: service, lifecycle: production, owner: order}
---
kind: Component
metadata: {name: cart-web}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    return file


def test_a_location_of_files_shows_what_it_would_add_and_what_not(operator: TestClient, shop: Path) -> None:
    html = operator.get("/catalog/locations/new", params={"type": "file", "target": str(shop)}).text
    shown = text_of(html)
    assert "cart-api Carts" in shown
    assert f"{shop}:6" in shown
    assert "Invalid description" not in shown
    assert "describes something that is no entity" in shown
    assert "Add to the catalog" in shown


def test_a_registered_location_is_listed_and_can_be_removed(
    portal: Portal, operator: TestClient, shop: Path, installation: Installation
) -> None:
    installation.discover(shop, type="file")
    html = operator.get("/catalog/locations").text
    found = re.search(rf'href="(/catalog/locations/\d+)"><code>{shop}', html)
    assert found
    page = text_of(operator.get(found[1]).text)
    assert "the 2 entities that came from it leave the catalog" in page
    with portal.as_person("kim", Role.DEVELOPER) as kim:
        assert kim.post(f"{found[1]}/remove").status_code == 403
    assert operator.post(f"{found[1]}/remove").headers["Location"] == "/catalog/locations"
    assert operator.get("/catalog/component/cart-api").status_code == 404
    assert str(shop) not in operator.get("/catalog/locations").text


def test_a_location_that_can_not_be_reached_says_since_when_and_why(
    operator: TestClient, shop: Path, installation: Installation
) -> None:
    installation.discover(shop, type="file")
    shop.unlink()
    installation.discover(shop, type="file")
    shown = text_of(operator.get("/catalog/locations").text)
    assert f"{shop} does not exist" in shown
    assert "Can&#39;t be read since" in shown


def test_what_the_settings_name_is_removed_there(
    portal: Portal, operator: TestClient, shop: Path, installation: Installation
) -> None:
    installation.discover(shop, type="file")
    with portal.services.database.writing() as session:
        row = session.query(LocationRow).filter_by(target=str(shop)).one()
        row.origin, number = "config", row.id
    assert "homeport.yaml names this location" in operator.get(f"/catalog/locations/{number}").text
    assert operator.post(f"/catalog/locations/{number}/remove").status_code == 409
    started = operator.post(f"/catalog/locations/{number}/read")
    assert started.headers["Location"].startswith("/runs/")


FROM_A_LOCATION = """\
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: carts}
spec: {target: ./carts.yaml}
"""
CARTS = """\
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: carts}
spec:
  type: openapi
  lifecycle: production
  owner: order
  definition:
    $text: ./openapi.yaml
---
apiVersion: backstage.io/v1alpha1
kind: Cart
metadata: {name: broken}
"""


@pytest.fixture
def carts(installation: Installation, tmp_path: Path) -> Path:
    """A file that two steps lead to: the location, and the Location in it."""
    (tmp_path / "all.yaml").write_text(FROM_A_LOCATION)
    (tmp_path / "openapi.yaml").write_text(OPENAPI)
    (tmp_path / "carts.yaml").write_text(CARTS)
    installation.discover(tmp_path / "all.yaml", type="file")
    return tmp_path / "carts.yaml"


def test_an_entity_says_where_it_comes_from_step_by_step(operator: TestClient, carts: Path) -> None:
    html = operator.get("/catalog/api/carts").text
    steps = html[html.index('class="ancestry"') :]
    assert re.search(rf'href="/catalog/locations/\d+">{carts.parent}/all.yaml<', steps)
    assert 'href="/catalog/location/carts"' in steps
    assert f"{carts}:1" in steps.replace("<wbr>", "")


def test_an_entity_is_shown_as_written_and_as_resolved(operator: TestClient, carts: Path) -> None:
    shown = text_of(operator.get("/catalog/api/carts?tab=yaml").text)
    assert "$text : ./openapi.yaml" in shown
    assert "summary: Show an order" in shown


def test_what_can_no_longer_be_read_is_marked_as_stale_with_reason_and_since_when(
    portal: Portal, operator: TestClient, carts: Path, installation: Installation
) -> None:
    assert "This may be out of date" not in operator.get("/catalog/api/carts").text
    assert "stale</span>" not in operator.get("/catalog?q=kind:api").text
    carts.unlink()
    installation.discover(carts.parent / "all.yaml", type="file")
    for tab in ("overview", "yaml"):
        shown = text_of(operator.get(f"/catalog/api/carts?tab={tab}").text)
        assert f"This may be out of date {carts} does not exist" in shown
        assert "Stale since" in shown
    assert "stale</span>" in operator.get("/catalog?q=kind:api").text
    place = re.search(r"/catalog/locations/\d+", operator.get("/catalog/api/carts").text)
    assert place is not None
    page = operator.get(place[0]).text
    led_on = re.search(r'href="(/catalog\?q=is:stale[^"]*)"', page)
    assert led_on is not None
    assert "Show the entity that may be out of date" in text_of(page)
    with portal.as_person("park", Role.OPERATOR, "ko") as korean:
        for address in ("/catalog/api/carts", place[0]):
            assert f"{carts}이 없습니다" in text_of(korean.get(address).text), address
    assert '<a href="/catalog/api/carts">' in operator.get(led_on[1]).text
    for nothing in ("is:stale+location:999", "is:stale+location:x", "is:stale+kind:component"):
        assert "Nothing matches these filters" in text_of(operator.get(f"/catalog?q={nothing}").text), nothing
    with portal.as_person("lee", Role.DEVELOPER) as lee:
        for tab in ("overview", "yaml"):
            shown = lee.get(f"/catalog/api/carts?tab={tab}").text
            assert re.search(r'data-size="sm" disabled>.*Read again', shown)
            assert '<p class="hint-line">' in shown.partition('class="stale"')[2].partition('role="tablist"')[0], tab


def test_what_was_left_out_of_the_catalog_says_why(operator: TestClient, carts: Path) -> None:
    answer = operator.get("/catalog/cart/broken")
    assert answer.status_code == 404
    shown = text_of(answer.text)
    assert "left out of the catalog" in shown
    assert f"{carts}:12" in shown
    assert operator.get("/catalog/cart/nothing").status_code == 404


def test_the_graph_shows_the_relations_that_the_address_names(portal: Portal, operator: TestClient) -> None:
    needs = guess("spec.dependsOn[resource:default/order-db]", "resource:default/order-db", 0.8)
    owned = guess("spec.owner", "group:default/order", 0.9)
    portal.publish(*PEOPLE, inferred("Component", "order-api", needs, owned), inferred("Resource", "order-db"))

    def related(relations: str) -> set[str]:
        html = operator.get(f"/catalog/graph?ref=order-api&depth=1&relations={relations}").text
        return {name for name in ("resource:default/order-db", "group:default/order") if f"?ref={name}&amp;" in html}

    assert related("ownedBy") == {"group:default/order"}
    assert related("dependsOn") == {"resource:default/order-db"}
    assert related("all") == {"resource:default/order-db", "group:default/order"}
    assert related("none") == set()


def test_the_address_chooses_the_columns(portal: Portal, operator: TestClient) -> None:
    portal.publish(*PEOPLE, AMBIGUOUS)
    html = operator.get("/catalog?q=kind:component&columns=type,nothing,findings").text
    heads = re.findall(r'role="columnheader"[^>]*>(?:<a[^>]*>)?([A-Z][a-z]+)', html)
    assert heads == ["Name", "Type", "Findings"]
    assert 'href="/catalog?q=kind:component&amp;columns=name,type,findings,owner"' in html
    assert 'href="/catalog?q=kind:component&amp;columns=name,findings"' in html


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_tab_has_words_in_both_languages(portal: Portal, language: str) -> None:
    portal.publish(*PEOPLE, AMBIGUOUS, inferred("API", "orders", guess("spec.definition", OPENAPI, 1.0)))
    with portal.as_person("park", Role.OPERATOR, language) as client:
        for tab in ("overview", "dependencies", "api", "findings", "activity", "yaml"):
            assert client.get(f"/catalog/component/order-api?tab={tab}").status_code == 200
            assert client.get(f"/catalog/api/orders?tab={tab}").status_code == 200
        for address in ("/catalog?q=", "/catalog/group/order", "/catalog/user/kim", "/catalog/graph"):
            assert client.get(address).status_code == 200


def test_home_asks_each_person_what_is_theirs_to_answer(portal: Portal) -> None:
    portal.publish(*PEOPLE, AMBIGUOUS, ORPHAN)
    my_turn, mine = (card.load for card in pages.HOME_CARDS)
    kim = identity.Actor("person", "1", "kim", Role.DEVELOPER, frozenset({EntityRef.parse("group:default/order")}))
    park = identity.Actor("person", "2", "park", Role.OPERATOR)
    with portal.services.database.reading() as session:
        assert [one.entity.name for one in my_turn(session, kim)["questions"]] == ["order-api"]
        assert my_turn(session, kim)["unowned"] == []
        assert [row.name for row, _ in my_turn(session, park)["unowned"]] == ["kiosk"]
        assert [row.entity.name for row in mine(session, kim)["rows"]] == ["order-api"]
        assert mine(session, park)["kinds"]["component"] == 2
