"""Reading locations of descriptors: what changes is read, what fails stays, and nothing vanishes without a word."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from homeport.catalog import api, origins, repository, storing
from homeport.catalog.adapters.sources.opening import Sources
from homeport.catalog.api import Owners
from homeport.catalog.ingestion import ITSELF
from homeport.catalog.locations import Locations
from homeport.catalog.models import EntityRow, UnitRow
from homeport.catalog.service import Catalog
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import SourceUnreadable
from homeport.kernel.knowledge import findings, search
from homeport.kernel.trust.identity import SYSTEM

from .conftest import Installation


def component(name: str, **spec: str) -> str:
    """The text of a component."""
    told = {"type": "service", "lifecycle": "production", "owner": "team-a"} | spec
    lines = "".join(f"  {key}: {value}\n" for key, value in told.items())
    return f"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\nspec:\n{lines}"


def location(name: str, *targets: str, **spec: str) -> str:
    """The text of a Location."""
    told = "".join(f"  {key}: {value}\n" for key, value in spec.items())
    listed = "".join(f"    - {target}\n" for target in targets)
    return (
        f"apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: {name}\nspec:\n{told}"
        f"  targets:\n{listed}"
    )


class Files:
    """A folder of descriptors that is a location."""

    def __init__(self, installation: Installation, root: Path) -> None:
        self.installation = installation
        self.root = root
        root.mkdir()

    @property
    def target(self) -> str:
        return f"{self.root}/*.yaml"

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")

    def read(self, **values):
        """Read the location and return what came of it."""
        run = self.installation.discover(Path(self.target), type="file", **values)
        assert run.state == "succeeded", run.error_message
        return run.outcome

    def find(self, ref: str) -> EntityRow | None:
        with self.installation.database.reading() as session:
            return repository.find_entity(session, SYSTEM, EntityRef.parse(ref))

    def units(self) -> dict[str, UnitRow]:
        with self.installation.database.reading() as session:
            return origins.units_of(session, origins.list_locations(session, SYSTEM)[0].id)

    def findings(self) -> dict[str, findings.Finding]:
        with self.installation.database.reading() as session:
            page = findings.list_findings(
                session, SYSTEM, findings.Wanted(), self.installation.services.clock(), limit=100
            )
            return {found.rule: found for found in page.findings}


@pytest.fixture
def files(installation: Installation, tmp_path: Path) -> Files:
    return Files(installation, tmp_path / "catalog")


def test_described_entities_are_there_with_relations_search_and_where_they_come_from(files, installation) -> None:
    files.write({"a.yaml": component("order-api") + "---\n" + component("pay-api", system="money")})
    assert files.read()["added"] == 3  # and the Location that stands for the pattern
    row = files.find("component:order-api")
    assert (row.type, row.lifecycle, row.owner, row.origin) == ("service", "production", "group:default/team-a", "yaml")
    annotations = row.document["metadata"]["annotations"]
    assert annotations["backstage.io/managed-by-location"] == f"file:{files.root}/a.yaml"
    assert annotations["backstage.io/managed-by-origin-location"] == f"file:{files.target}"
    assert row.text.startswith("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: order-api")
    assert files.find("component:pay-api").line == 10
    parent = files.find(row.parent)
    assert parent.document["spec"] == {"type": "file", "target": files.target}
    with installation.database.reading() as session:
        told = repository.relations_of(session, ["component:default/pay-api", "group:default/team-a"])
        assert ("component:default/pay-api", "partOf", "system:default/money") in told
        assert ("group:default/team-a", "ownerOf", "component:default/order-api") in told
        assert [hit.ref for hit in search.search(session, SYSTEM, "pay", limit=5)] == ["component:default/pay-api"]


def test_what_did_not_change_is_not_read_again_however_much_time_passes(files, clock) -> None:
    files.write({"a.yaml": component("order-api"), "b.yaml": component("pay-api")})
    files.read()
    before = files.find("component:order-api").updated_at
    clock.advance(days=30)
    again = files.read()
    assert (again["added"], again["changed"], again["removed"]) == (0, 0, 0)
    assert files.find("component:order-api").updated_at == before


def test_only_what_changed_in_a_file_is_changed(files, installation, clock) -> None:
    files.write({"a.yaml": component("order-api") + "---\n" + component("pay-api")})
    files.read()
    number, before = files.find("component:order-api").id, files.find("component:order-api").updated_at
    clock.advance(hours=1)
    text = "# a line more\n" + component("order-api") + "---\n" + component("pay-api", lifecycle="deprecated")
    files.write({"a.yaml": text})
    outcome = files.read()
    assert (outcome["changed"], outcome["unchanged"]) == (1, 1)
    row = files.find("component:order-api")
    assert (row.id, row.updated_at, row.line) == (number, before, 2)
    assert files.find("component:pay-api").lifecycle == "deprecated"


def test_a_file_that_is_gone_takes_its_entities_with_it(files, installation) -> None:
    files.write({"a.yaml": component("order-api"), "b.yaml": component("pay-api")})
    files.read()
    (files.root / "b.yaml").unlink()
    assert files.read()["removed"] == 1
    assert files.find("component:pay-api") is None
    assert set(files.units()) == {ITSELF, f"{files.root}/a.yaml"}
    with installation.database.reading() as session:
        assert search.search(session, SYSTEM, "pay", limit=5) == []


def test_rejected_documents_are_findings_and_what_was_known_of_them_stays(files) -> None:
    files.write({"a.yaml": component("order-api")})
    files.read()
    broken = component("order-api", type="").replace("  type: \n", "  type: ''\n")
    files.write({"a.yaml": broken + "---\n" + component("bad name") + "---\n" + component("pay-api")})
    outcome = files.read()
    assert outcome["added"] == 1
    assert files.find("component:order-api").type == "service"
    found = files.findings()["catalog.invalid-entity"]
    assert found.evidence.file == f"{files.root}/a.yaml"
    files.write({"a.yaml": component("order-api") + "---\n" + component("pay-api")})
    files.read()
    assert "catalog.invalid-entity" not in files.findings()


def test_a_broken_document_does_not_hide_the_next(files) -> None:
    files.write({"a.yaml": "kind: [\n---\n" + component("order-api")})
    files.read()
    assert files.find("component:order-api") is not None
    assert files.findings()["catalog.broken-file"].evidence.line is not None


def test_a_file_that_breaks_in_part_loses_nothing(files) -> None:
    files.write({"a.yaml": component("a") + "---\n" + component("b")})
    files.read()
    files.write({"a.yaml": "kind: [\n---\n" + component("b", lifecycle="deprecated")})
    assert files.read()["removed"] == 0
    assert files.find("component:b").lifecycle == "deprecated"


def test_locations_lead_on_with_globs_and_relative_paths(files) -> None:
    files.write(
        {
            "all.yaml": location("all", "./teams/*.yml", "./deep/more.yml"),
            "teams/a.yml": component("order-api"),
            "teams/b.yml": component("pay-api"),
            "deep/more.yml": location("more", "../teams/a.yml", "./nothing.yml"),
        }
    )
    files.read()
    assert files.find("component:order-api").parent == "location:default/all"
    assert files.find("location:more").parent == "location:default/all"
    missing = files.findings()["catalog.unreadable-source"]
    assert "nothing.yml" in missing.parameters["file"]


def test_an_optional_target_may_be_missing(files) -> None:
    files.write({"a.yaml": location("a", "./nothing.yml", presence="optional")})
    files.read()
    assert files.findings() == {}


def test_locations_that_lead_to_each_other_are_read_once(files) -> None:
    files.write({"a.yaml": location("a", "./b.yml"), "b.yml": location("b", "./a.yaml") + "---\n" + component("x")})
    assert files.read()["added"] == 4


def test_what_a_location_no_longer_leads_to_is_gone(files) -> None:
    files.write(
        {"all.yaml": location("all", "./x/a.yml", "./x/b.yml"), "x/a.yml": component("a"), "x/b.yml": component("b")}
    )
    files.read()
    files.write({"all.yaml": location("all", "./x/a.yml")})
    assert files.read()["removed"] == 1
    assert files.find("component:b") is None


def test_a_target_that_can_not_be_read_keeps_its_entities_with_reason_and_since(files, clock, installation) -> None:
    files.write({"all.yaml": location("all", "./x/a.yml"), "x/a.yml": component("a")})
    files.read()
    (files.root / "x/a.yml").unlink()
    since = clock()
    assert files.read()["unreadable"] == 1
    clock.advance(hours=3)
    installation.discover(Path(files.target), type="file")
    assert files.find("component:a") is not None
    unit = files.units()[f"{files.root}/x/a.yml"]
    assert (unit.error is not None, unit.error_since) == (True, since)
    files.write({"x/a.yml": component("a")})
    files.read()
    assert files.units()[f"{files.root}/x/a.yml"].error is None
    assert "catalog.unreadable-source" not in files.findings()


def test_what_can_not_be_read_is_told_to_each_owner_of_what_came_from_it(files, installation) -> None:
    theirs = component("c", owner="team-b") + "---\n" + component("d")
    files.write({"a.yaml": location("more", "./more.yml"), "more.yml": component("b") + "---\n" + theirs})
    files.read()
    groups = [EntityRef.parse(f"group:default/{name}") for name in ("team-a", "team-b")]

    def told(group: EntityRef) -> list[tuple[str, str]]:
        with installation.database.reading() as session:
            wanted = findings.Wanted(rule="catalog.unreadable-source", entities=Owners().owned_by(session, [group]))
            page = findings.list_findings(session, SYSTEM, wanted, installation.services.clock(), limit=10)
            return [(str(one.entity_ref), Path(one.parameters["file"]).name) for one in page.findings]

    assert [told(group) for group in groups] == [[], []]
    (files.root / "more.yml").rename(files.root / "away")
    files.read()
    assert [told(group) for group in groups] == [
        [("component:default/b", "more.yml")],
        [("component:default/c", "more.yml")],
    ]
    (files.root / "away").rename(files.root / "more.yml")
    files.read()
    files.root.rename(files.root.with_name("elsewhere"))
    installation.discover(Path(files.target), type="file")
    assert [told(group) for group in groups] == [
        [("component:default/b", "*.yaml")],
        [("component:default/c", "*.yaml")],
    ]


def test_a_target_that_is_not_there_is_told_at_the_line_that_names_it(files) -> None:
    files.write({"all.yaml": location("all", "./a.yml", "./none.yml"), "a.yml": component("a")})
    missing = f"{files.root}/none.yml"

    def told_at() -> tuple[str | None, int | None, str, str | None]:
        found = files.findings()["catalog.unreadable-source"]
        return found.evidence.file, found.evidence.line, found.parameters["file"], found.entity_ref

    files.read()
    assert told_at() == (f"{files.root}/all.yaml", 8, missing, "location:default/all")
    files.installation.discover(Path(files.target), type="file", only=[missing])
    assert told_at() == (f"{files.root}/all.yaml", 8, missing, "location:default/all")
    files.write({"all.yaml": "# moved\n" + location("all", "./a.yml", "./none.yml")})
    files.read()
    assert told_at() == (f"{files.root}/all.yaml", 9, missing, "location:default/all")
    files.write({"none.yml": component("b")})
    files.read()
    assert "catalog.unreadable-source" not in files.findings()


def test_a_changed_include_is_noticed(files) -> None:
    api = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: orders}\nspec:\n  type: openapi\n"
    api += "  lifecycle: production\n  owner: team-a\n  definition:\n    $text: ./openapi.txt\n"
    files.write({"a.yaml": api, "openapi.txt": "openapi: 3.1.0"})
    files.read()
    assert files.find("api:orders").document["spec"]["definition"] == "openapi: 3.1.0"
    files.write({"openapi.txt": "openapi: 3.1.1 # newer"})
    assert files.read()["changed"] == 1
    assert files.find("api:orders").document["spec"]["definition"].startswith("openapi: 3.1.1")


def test_an_unresolved_placeholder_is_a_finding_with_its_line_and_keeps_what_was_known(files) -> None:
    files.write({"a.yaml": component("a", description="fine")})
    files.read()
    files.write({"a.yaml": component("a").replace("  type: service\n", "  type:\n    $text: ./missing.txt\n")})
    files.read()
    assert files.find("component:a").type == "service"
    found = files.findings()["catalog.unresolved-reference"]
    assert (found.parameters["target"], found.evidence.line) == ("./missing.txt", 6)
    assert found.entity_ref == "component:default/a"


def test_of_two_that_give_one_name_the_first_keeps_it_until_it_lets_go(files) -> None:
    files.write({"a.yaml": component("x", type="service"), "b.yaml": component("X", type="website")})
    files.read()
    assert files.find("component:x").type == "service"
    assert files.findings()["catalog.duplicate-entity"].evidence.file == f"{files.root}/b.yaml"
    (files.root / "a.yaml").unlink()
    files.read()
    assert files.find("component:x").type == "website"
    assert "catalog.duplicate-entity" not in files.findings()


def test_an_entity_that_moves_to_an_earlier_file_is_not_lost(files) -> None:
    files.write({"b.yaml": component("x"), "c.yaml": component("y")})
    files.read()
    number = files.find("component:x").id
    files.write({"a.yaml": component("x"), "b.yaml": component("z")})
    files.read()
    assert files.find("component:x").id == number
    assert "catalog.duplicate-entity" not in files.findings()


def test_unknown_kinds_are_findings_unless_settings_let_them_in(files) -> None:
    files.write({"a.yaml": "apiVersion: acme.io/v1\nkind: Robot\nmetadata: {name: r2}\nspec: {arms: 2}\n"})
    files.read()
    assert files.find("robot:r2") is None
    assert files.findings()["catalog.unknown-kind"].parameters["kind"] == "Robot"


def test_relations_to_nowhere_and_groups_without_members_are_findings(files) -> None:
    group = (
        "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {{name: {0}}}\nspec: {{type: team, children: []}}\n"
    )
    user = "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: kim}\nspec: {memberOf: [team-b]}\n"
    texts = [
        component("a"),
        component("b", owner="team-b", system="ghost"),
        group.format("team-a"),
        group.format("team-b"),
        user,
    ]
    files.write({"a.yaml": "---\n".join(texts)})
    files.read()
    found = files.findings()
    assert found["catalog.owner-without-members"].entity_ref == "group:default/team-a"
    assert found["catalog.dangling-relation"].parameters["target"] == "system:default/ghost"


def test_what_is_wrong_with_a_field_is_told_at_its_line(files) -> None:
    lists = "  dependsOn:\n    - component:b\n    - resource:gone\n  subcomponentOf: whole\n"
    group = (
        "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata:\n  name: {0}\nspec:\n  type: team\n  children: []\n"
    )
    user = "apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {name: kim}\nspec: {memberOf: [team-c]}\n"
    other = "# ours\napiVersion: acme.io/v1\nkind: Robot\nmetadata: {name: r2}\nspec: {}\n"
    files.write(
        {
            "a.yaml": component("a") + lists + "---\n" + component("b", owner="team-b", domain="x"),
            "b.yaml": group.format("team-b") + "  members: []\n",
            "c.yaml": group.format("team-c") + "---\n" + user + "---\n" + other,
        }
    )
    files.read()
    with files.installation.database.reading() as session:
        page = findings.list_findings(
            session, SYSTEM, findings.Wanted(), files.installation.services.clock(), limit=100
        )
    told = {
        (one.rule.partition(".")[2], one.parameters.get("target"), Path(one.evidence.file).name, one.evidence.line)
        for one in page.findings
    }
    assert told == {
        ("dangling-relation", "group:default/team-a", "a.yaml", 8),
        ("dangling-relation", "resource:default/gone", "a.yaml", 11),
        ("dangling-relation", "component:default/whole", "a.yaml", 12),
        ("owner-without-members", None, "b.yaml", 8),
        ("unknown-kind", None, "c.yaml", 16),
    }


def test_a_removed_location_takes_everything_with_it(files, installation) -> None:
    files.write({"a.yaml": component("x") + "---\nkind: [\n"})
    files.read()
    locations = Locations(installation.services, Sources(installation.services.settings))
    with installation.database.writing() as session:
        locations.remove(session, SYSTEM, origins.list_locations(session, SYSTEM)[0].id)
    assert files.find("component:x") is None
    assert files.findings() == {}
    with installation.database.reading() as session:
        assert origins.list_locations(session, SYSTEM) == []
        assert storing.known_by_ref(session, ["component:default/x"]) == {}


def test_an_answer_to_a_described_entity_without_an_owner_survives_reading(files, installation) -> None:
    group = (
        "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team-a}\nspec: {type: team, children: []}\n"
    )
    files.write({"a.yaml": "apiVersion: acme.io/v1\nkind: Resource\nmetadata: {name: bucket}\nspec: {}\n---\n" + group})
    files.write({"b.yaml": component("x", owner="team-a")})
    files.read()
    with installation.database.writing() as session, pytest.raises(Exception, match="change it there"):
        Catalog(installation.services).answer(
            session, SYSTEM, EntityRef.parse("component:x"), "spec.owner", "group:default/team-a", "wrong"
        )


def test_two_locations_read_at_once_give_each_name_to_one_of_them(installation: Installation, tmp_path: Path) -> None:
    places = [Files(installation, tmp_path / f"catalog-{number}") for number in range(2)]
    for place in places:
        place.write({f"{letter}.yaml": component(letter) for letter in "abcdefgh"})
    with ThreadPoolExecutor() as pool:
        outcomes = list(pool.map(lambda place: place.read(), places))
    assert sum(outcome["added"] for outcome in outcomes) == 8 + 2  # and a Location for each
    with installation.database.reading() as session:
        assert repository.count_by_kind(session, SYSTEM)["component"] == 8


def test_hostile_files_are_findings_and_take_nothing_else_with_them(files: Files, tmp_path: Path) -> None:
    api = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {{name: {0}}}\nspec:\n  type: openapi\n"
    api += "  lifecycle: production\n  owner: team-a\n  definition:\n    $text: {1}\n"
    (tmp_path / "secret.txt").write_text("not for the catalog")
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    files.write(
        {
            "good.yaml": component("good"),
            "bomb.yaml": bomb,
            "many.yaml": "---\na: 1\n" * 100_000,
            "traversal.yaml": api.format("traversal", "../secret.txt"),
            "private.yaml": api.format("private", "http://169.254.169.254/latest/meta-data/"),
            "cyclic.yaml": api.format("cyclic", "x").replace("$text: x", "$yaml: ./cyclic.yaml"),
            "upper.yaml": component("GOOD", type="website"),
        }
    )
    (files.root / "large.yaml").write_bytes(b"a: b\n" * 10_000_000)
    (files.root / "latin.yaml").write_bytes(b"kind: \xe9\xff\n")
    (files.root / "link.yaml").symlink_to(tmp_path / "secret.txt")
    files.installation.discover(Path(files.target), type="file")
    assert files.find("component:good").type == "service"
    assert files.find("api:traversal") is None
    assert files.find("api:private") is None
    with files.installation.database.reading() as session:
        page = findings.list_findings(
            session, SYSTEM, findings.Wanted(), files.installation.services.clock(), limit=500
        )
    told = {Path(str(found.evidence.file)).name for found in page.findings}
    hostile = {"bomb", "many", "traversal", "private", "cyclic", "upper", "large", "latin", "link"}
    assert {f"{name}.yaml" for name in hostile} <= told
    assert not any("not for the catalog" in str(found.parameters) for found in page.findings)


def test_what_a_pattern_of_a_location_matches_is_looked_up_at_each_reading(files: Files) -> None:
    files.write({"all.yaml": location("all", "./x/*.yml"), "x/a.yml": component("a")})
    files.read()
    files.write({"x/b.yml": component("b")})
    assert files.read()["added"] == 1
    (files.root / "x/a.yml").unlink()
    assert files.read()["removed"] == 1
    assert files.find("component:a") is None
    assert "catalog.unreadable-source" not in files.findings()


def test_an_optional_target_that_must_not_be_followed_is_a_finding_all_the_same(files: Files) -> None:
    files.write({"a.yaml": location("a", "../../etc/passwd", presence="optional")})
    files.read()
    assert files.findings()["catalog.unresolved-reference"].parameters["target"] == "../../etc/passwd"


def test_what_is_left_out_counts_as_its_owners(files: Files, installation: Installation) -> None:
    wrong = component("wrong", owner="team-b").replace("  type: service\n", "")
    kind = "apiVersion: acme.io/v1\nkind: Robot\nmetadata: {name: r2}\nspec: {owner: user:kim}\n"
    files.write({"a.yaml": wrong + "---\n" + kind})
    files.read()
    refs = [EntityRef.parse("component:wrong"), EntityRef.parse("robot:r2"), EntityRef.parse("api:nothing")]
    with installation.database.reading() as session:
        owners = api.Owners().owners_of(session, refs)
        owned = api.Owners().owned_by(session, [EntityRef.parse("group:team-b")])
    assert {str(ref): str(owner) for ref, owner in owners.items()} == {
        "component:default/wrong": "group:default/team-b",
        "robot:default/r2": "user:default/kim",
    }
    assert list(owned) == [refs[0]]
    files.write({"a.yaml": component("wrong")})
    files.read()
    with installation.database.reading() as session:
        assert api.Owners().owners_of(session, refs[1:]) == {}


def test_files_outside_of_the_folders_that_settings_name_are_not_read(installation: Installation) -> None:
    with pytest.raises(SourceUnreadable, match=r'catalog: \{folders: \["/etc"\]\}'):
        installation.discover(Path("/etc/passwd"), type="file")


def test_a_user_is_found_by_the_address_of_their_profile_unless_two_have_it(
    files: Files, installation: Installation
) -> None:
    head = "apiVersion: backstage.io/v1alpha1\nkind: User\n"
    people = {"haneul": "Haneul@saebom.example", "bora": "team@saebom.example", "jun": "team@saebom.example"}
    spec = "metadata: {{name: {}}}\nspec: {{memberOf: [], profile: {{email: {}}}}}\n"
    files.write({"a.yaml": "---\n".join(head + spec.format(*one) for one in people.items())})
    files.read()
    with installation.database.reading() as session:
        addresses = ("haneul@Saebom.example", "team@saebom.example", "nobody@saebom.example")
        found = [api.Owners().find_user(session, address) for address in addresses]
    assert found == [EntityRef.parse("user:default/haneul"), None, None]


def test_what_the_database_refuses_stays_as_it_was_and_is_told(
    files: Files, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write({"a.yaml": component("order-api")})
    files.read()
    store = storing.store
    monkeypatch.setattr(
        storing, "store", lambda session, actor, entries, *more: store(session, actor, entries * 2, *more)
    )
    files.write({"b.yaml": component("pay-api")})
    refused = installation.discover(Path(files.target), type="file")
    assert (refused.state, refused.error_code) == ("failed", "conflict")
    assert "can't be stored" in refused.error_message
    assert "pay-api" not in refused.error_message
    assert files.find("component:order-api") is not None
    assert "catalog.unreadable-source" in files.findings()

    monkeypatch.undo()
    files.read()
    assert files.find("component:pay-api") is not None
    assert "catalog.unreadable-source" not in files.findings()
