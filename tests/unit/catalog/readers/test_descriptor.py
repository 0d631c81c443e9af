"""catalog-info.yaml: what is described, on which line, and what its references lead to."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from homeport.catalog.adapters.readers.descriptor import Described, read_descriptors

COMPONENT = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: order-api\nspec:\n  owner: order\n"


def describe(files: dict[str, str | bytes], starts: Iterable[str] = ("catalog-info.yaml",)) -> Described:
    contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    return read_descriptors(
        starts, contents.keys(), lambda paths: {one: contents[one] for one in paths if one in contents}
    )


def location(*targets: str) -> str:
    listed = "".join(f"    - {target}\n" for target in targets)
    return f"apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: all\nspec:\n  targets:\n{listed}"


def test_every_document_is_an_entity_with_the_lines_of_its_fields() -> None:
    worker = COMPONENT.replace("order-api", "order-worker")
    text = f"# ours\n{COMPONENT}  dependsOn:\n    - resource:order-db\n---\n{worker}"
    first, second = describe({"catalog-info.yaml": text}).entities
    assert [first.document["metadata"]["name"], second.document["metadata"]["name"]] == ["order-api", "order-worker"]
    assert (first.place.line, second.place.line) == (2, 11)
    assert first.lines["spec.owner"] == 7
    assert first.lines["spec.dependsOn[resource:order-db]"] == 9
    assert first.document["spec"]["dependsOn"] == ["resource:order-db"]


def test_locations_lead_to_files_of_the_same_repository_and_patterns() -> None:
    found = describe(
        {
            "catalog-info.yaml": location("./teams/*.yaml", "components/order.yaml"),
            "teams/a.yaml": COMPONENT.replace("Component", "Group").replace("order-api", "a"),
            "teams/b.yaml": COMPONENT.replace("Component", "Group").replace("order-api", "b"),
            "components/order.yaml": COMPONENT,
            "catalog-unrelated.yaml": COMPONENT,
        }
    )
    assert [entity.document["metadata"]["name"] for entity in found.entities] == ["all", "a", "b", "order-api"]
    assert found.problems == []


def test_locations_that_point_at_each_other_end() -> None:
    found = describe({"catalog-info.yaml": location("other.yaml"), "other.yaml": location("catalog-info.yaml")})
    assert len(found.entities) == 2


@pytest.mark.parametrize(
    "target", ["../outside.yaml", "/etc/passwd", "https://example.com/x.yaml", "missing.yaml", "a\\b.yaml"]
)
def test_a_target_that_leads_out_or_nowhere_is_a_problem_with_its_line(target: str) -> None:
    (problem,) = describe({"catalog-info.yaml": location(target)}).problems
    assert problem.rule == "catalog.unresolved-reference"
    assert problem.parameters["target"] == target
    assert problem.place is not None
    assert problem.place.line == 6


def test_placeholders_take_the_content_of_their_file() -> None:
    text = (
        COMPONENT.replace("Component", "API")
        + "  definition:\n    $text: ./api/openapi.yaml\n  extra:\n    $json: ./x.json\n"
    )
    (entity,) = describe(
        {"catalog-info.yaml": text, "api/openapi.yaml": "openapi: 3.0.0\n", "x.json": '{"a": [1]}'}
    ).entities
    assert entity.document["spec"]["definition"] == "openapi: 3.0.0\n"
    assert entity.document["spec"]["extra"] == {"a": [1]}
    assert entity.files["spec.definition"] == "api/openapi.yaml"


@pytest.mark.parametrize("target", ["../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "missing.yaml"])
def test_a_placeholder_never_leads_out(target: str) -> None:
    text = COMPONENT + f"  definition:\n    $text: {target}\n"
    found = describe({"catalog-info.yaml": text})
    assert found.entities[0].document["spec"]["definition"] == {"$text": target}
    assert [problem.rule for problem in found.problems] == ["catalog.unresolved-reference"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("just text", "no mapping"),
        ("kind: Component\nmetadata: {name: a}", "apiVersion"),
        ("apiVersion: v1\nmetadata: {name: a}", "kind"),
        ("apiVersion: v1\nkind: Component", "metadata.name"),
        ("apiVersion: v1\nkind: Component\nmetadata: {name: 'not a name'}", "rules of names"),
        ("apiVersion: v1\nkind: Component\nmetadata: {name: a}\nspec: [1]", "spec"),
    ],
)
def test_what_is_no_entity_is_told(text: str, reason: str) -> None:
    found = describe({"catalog-info.yaml": text})
    assert found.entities == []
    assert [problem.rule for problem in found.problems] == ["catalog.invalid-entity"]
    assert reason in found.problems[0].parameters["reason"]


def test_a_document_can_include_only_so_much() -> None:
    text = COMPONENT + "  definitions:\n" + "    - $yaml: big.yaml\n" * 1_000
    found = describe({"catalog-info.yaml": text, "big.yaml": "a: 1 # " + "x" * 3_000_000})
    assert found.entities[0].document["spec"]["definitions"][2:4] == [{"a": 1}, {"$yaml": "big.yaml"}]
    assert len(found.problems) == 997


def test_a_key_given_twice_breaks_its_document_and_no_other() -> None:
    """As in Backstage; which of the two was meant nobody knows."""
    found = describe({"catalog-info.yaml": f"{COMPONENT}  owner: stock\n---\n{COMPONENT}"})
    assert [entity.place.line for entity in found.entities] == [9]
    assert [(problem.rule, str(problem.place)) for problem in found.problems] == [
        ("catalog.broken-file", "catalog-info.yaml:7")
    ]


@pytest.mark.parametrize("content", ["a: [1", b"\xff\xfa\x00", "a:\n\t- 1", "a: *b", "a: \0"])
def test_a_broken_file_is_a_problem_with_its_reason(content: str | bytes) -> None:
    (problem,) = describe({"catalog-info.yaml": content}).problems
    assert problem.rule == "catalog.broken-file"
    assert problem.parameters["reason"]
    assert problem.parameters["file"] == "catalog-info.yaml"
