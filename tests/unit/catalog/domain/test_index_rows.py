"""The rows that an entity is found by, one for each leaf of its document."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.catalog.domain.index_rows import indexed_values


def rows(spec: Any) -> list[tuple[str, str | None, str | None]]:
    return indexed_values({"spec": {"x": spec}})


def test_a_component_is_found_by_its_leaves() -> None:
    document = {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": {
            "name": "order-api",
            "namespace": "default",
            "uid": "1",
            "etag": "2",
            "title": "Order API",
            "labels": {"Team": "Order"},
            "annotations": {
                "backstage.io/managed-by-location": "url:https://example.com/a.yaml",
                "backstage.io/managed-by-origin-location": "url:https://example.com/a.yaml",
                "example.com/Slug": "shop/Order",
            },
            "tags": ["java", "web"],
            "links": [{"url": "https://example.com/", "title": "A"}, {"url": "https://example.com/b"}],
        },
        "spec": {"type": "service", "lifecycle": "production", "owner": "Order-Team", "providesApis": ["Order"]},
        "relations": [{"type": "ownedBy", "targetRef": "group:default/order-team"}],
        "status": {"items": []},
        "attachments": {"a": 1},
    }
    assert indexed_values(document) == [
        ("apiversion", "backstage.io/v1alpha1", "backstage.io/v1alpha1"),
        ("metadata.title", "order api", "Order API"),
        ("metadata.labels.team", "order", "Order"),
        ("metadata.annotations.example.com/slug", "shop/order", "shop/Order"),
        ("metadata.tags[]", "java", "java"),
        ("metadata.tags[]", "web", "web"),
        ("metadata.links.url", "https://example.com/", "https://example.com/"),
        ("metadata.links.title", "a", "A"),
        ("metadata.links.url", "https://example.com/b", "https://example.com/b"),
        ("spec.owner", "order-team", "Order-Team"),
        ("spec.providesapis[]", "order", "Order"),
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-0.0, "0"),
        (5, "5"),
        (5.0, "5"),
        (-1.5, "-1.5"),
        (0.000001, "0.000001"),
        (0.0000001, "1e-7"),
        (123456789012345680000, "123456789012345680000"),
        (12345678901234567890, "12345678901234567000"),
        (1e21, "1e+21"),
        (1.25e300, "1.25e+300"),
        (10**400, "Infinity"),
    ],
)
def test_values_that_are_no_text_are_written_as_javascript_does(value: Any, written: str) -> None:
    assert rows(value) == [("spec.x", written.lower(), written)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, [("spec.x", None, None)]),
        ({}, []),
        ([], []),
        ({"y": {"Z": "A"}}, [("spec.x.y.z", "a", "A")]),
        (["a", 1, None], [("spec.x[]", "a", "a"), ("spec.x", "1", "1"), ("spec.x", None, None)]),
        ([["a"], "a"], [("spec.x[]", "a", "a")]),
        (["A", "a"], [("spec.x[]", "a", "A")]),
        ([{"y": "a"}, {"y": "A"}], [("spec.x.y", "a", "a")]),
    ],
    ids=str,
)
def test_objects_and_lists_are_entered_and_rows_given_once(value: Any, expected: list[Any]) -> None:
    assert rows(value) == expected


@pytest.mark.parametrize("value", ["x" * 200, "😀" * 100])
def test_a_value_of_200_characters_is_kept(value: str) -> None:
    assert rows(value) == [("spec.x", value, value)]


@pytest.mark.parametrize("value", ["x" * 201, "😀" * 101, "İ" * 101 + "x" * 99])
def test_of_a_longer_value_only_the_key_is_kept(value: str) -> None:
    assert rows(value) == [("spec.x", None, None)]
    assert rows([value]) == [("spec.x[]", None, None)]


def test_a_key_longer_than_200_characters_is_left_out() -> None:
    assert indexed_values({"spec": {"x" * 195: "a"}}) == [(f"spec.{'x' * 195}", "a", "a")]
    assert indexed_values({"spec": {"x" * 196: "a"}}) == []
    assert indexed_values({"spec": {"x" * 195: ["a"]}}) == [(f"spec.{'x' * 195}[]", "a", "a")]


def test_type_and_lifecycle_are_left_out_only_where_they_are_text() -> None:
    assert indexed_values({"spec": {"type": "A", "lifecycle": "b"}}) == []
    assert indexed_values({"spec": {"type": 1, "lifecycle": ["b"]}}) == [
        ("spec.type", "1", "1"),
        ("spec.lifecycle[]", "b", "b"),
    ]


def test_annotations_with_nothing_in_them_count_as_none() -> None:
    assert indexed_values({"metadata": {"annotations": None}}) == []


def test_depth_is_no_trouble() -> None:
    value: Any = "a"
    for _ in range(5_000):
        value = [value]
    assert rows(value) == [("spec.x[]", "a", "a")]
    for _ in range(5_000):
        value = {"": value}
    assert rows(value) == []
