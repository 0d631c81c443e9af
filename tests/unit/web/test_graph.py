"""A drawn graph shows every node once, apart from the others, and every edge."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.web.graph import MOST_NODES, Edge, Graph, Node, draw, fold
from homeport.web.layout import NODE_HEIGHT, Box, lay_out


def _node(name: str) -> Node:
    return Node(name, name * 3, "component", f"/catalog/{name}", note="주문 시스템")


@st.composite
def graphs(draw: st.DrawFn, most: int = 12) -> Graph:
    names = [f"n{number}" for number in range(draw(st.integers(1, most)))]
    name = st.sampled_from(names)
    edges = draw(st.lists(st.builds(Edge, name, name, st.sampled_from(["", "consumes", "owns"])), max_size=3 * most))
    return Graph([_node(name) for name in names], edges, draw(name))


@given(graphs())
def test_no_node_lies_over_another_and_all_lie_inside(graph: Graph) -> None:
    layout = lay_out(graph)
    assert len(layout.boxes) == len(graph.nodes)
    assert not [pair for pair in combinations(layout.boxes, 2) if _overlap(*pair)]
    for box in layout.boxes:
        assert 0 <= box.x <= box.x + box.width <= layout.width
        assert 0 <= box.y <= box.y + NODE_HEIGHT <= layout.height


@given(graphs())
def test_every_edge_is_drawn_between_its_nodes(graph: Graph) -> None:
    layout = lay_out(graph)
    places = {box.node.id: box for box in layout.boxes}
    drawn = {(points[0], points[-1]) for points in (line.points for line in layout.lines)}
    assert len(layout.lines) == len({(edge.source, edge.target) for edge in graph.edges})
    for edge in graph.edges:
        assert any(_touch(ends, places[edge.source], places[edge.target]) for ends in drawn)


@given(graphs())
def test_an_edge_that_closes_no_cycle_points_right(graph: Graph) -> None:
    for line in lay_out(graph).lines:
        assert all(one[0] < other[0] for one, other in pairwise(line.points)) or len(line.points) == 3


@given(graphs())
def test_the_same_graph_is_drawn_the_same(graph: Graph) -> None:
    assert draw(graph, "a", "b") == draw(graph, "a", "b")


@given(graphs(most=60))
def test_a_big_graph_is_folded_into_at_most_thirty_nodes(graph: Graph) -> None:
    folded = fold(graph, more=lambda count: f"+{count} more")
    assert len(folded.nodes) == min(len(graph.nodes), MOST_NODES)
    assert graph.focus in {node.id for node in folded.nodes}
    if len(graph.nodes) > MOST_NODES:
        assert folded.nodes[-1].label == f"+{len(graph.nodes) - MOST_NODES + 1} more"


def test_the_nearest_to_the_focus_stay() -> None:
    names = [f"n{number}" for number in range(40)]
    chain = [Edge(one, other) for one, other in pairwise(names)]
    folded = fold(Graph([_node(name) for name in names], chain, "n39"), more=str, most=5)
    assert [node.id for node in folded.nodes] == ["n36", "n37", "n38", "n39", "…"]
    assert Edge("…", "n36") in folded.edges


def test_two_relations_between_the_same_nodes_are_one_line_with_both_words() -> None:
    svg = draw(Graph([_node("a"), _node("b")], [Edge("a", "b", "owns"), Edge("a", "b", "consumes")]), "t", "d")
    assert svg.count('class="graph-edge"') == 1
    assert "<title>owns, consumes</title>" in svg


def test_names_are_escaped_and_nothing_is_inline() -> None:
    svg = draw(Graph([Node("a", "<script>", "api", "/x?a=1&b=2", note='"&')], []), "<t>", "d")
    assert "<script>" not in svg
    assert 'href="/x?a=1&amp;b=2"' in svg
    assert not re.search(r"\s(style|on\w+)=", svg)


def test_an_edge_to_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="names a node that is not in the graph"):
        Graph([_node("a")], [Edge("a", "b")])


def _overlap(one: Box, other: Box) -> bool:
    apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
    apart_y = one.y + NODE_HEIGHT <= other.y or other.y + NODE_HEIGHT <= one.y
    return not (apart_x or apart_y)


def _touch(ends: tuple[tuple[float, float], tuple[float, float]], one: Box, other: Box) -> bool:
    return (_at_side(ends[0], one) and _at_side(ends[1], other)) or (
        _at_side(ends[0], other) and _at_side(ends[1], one)
    )


def _at_side(point: tuple[float, float], box: Box) -> bool:
    return point[0] in {box.x, box.x + box.width} and box.y <= point[1] <= box.y + NODE_HEIGHT


def test_the_words_of_an_edge_stand_one_below_the_other() -> None:
    edges = [Edge("a", "b", "depends on"), Edge("a", "b", "provides")]
    drawn = draw(Graph([_node("a"), _node("b")], edges, "a"), "a", "b")
    words = re.findall(r'<tspan x="([\d.]+)" y="([\d.]+)">([a-z ]+)</tspan>', str(drawn))
    (x, y, first), (next_x, next_y, second) = words
    assert {first, second} == {"depends on", "provides"}
    assert x == next_x
    assert float(next_y) > float(y)
