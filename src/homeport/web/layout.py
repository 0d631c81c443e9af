"""Where the nodes and edges of a layered graph go: sources left, targets right.

Source: Sugiyama, Tagawa, Toda, "Methods for Visual Understanding of Hierarchical System Structures" (1981).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from unicodedata import east_asian_width

NODE_HEIGHT = 46
TEXT_X = 38
"""Where a node's text begins, right of its icon."""

_ROW_GAP = 18
_LAYER_GAP = 88
_BEND_HEIGHT = 14
_MARGIN = 8
_MOST_LETTERS = 26
_SWEEPS = 6


@dataclass(frozen=True, slots=True)
class Node:
    """A box: its name, an icon by kind, a second line, where it leads; `state` colours its border (ok, warn, bad)."""

    id: str
    label: str
    kind: str
    href: str
    state: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow from one node to another, and what it means."""

    source: str
    target: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and edges; `focus` is the node that the picture is about.

    Raises:
        ValueError: an edge names a node that is not there.
    """

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    focus: str = ""

    def __post_init__(self) -> None:
        known = {node.id for node in self.nodes}
        for edge in self.edges:
            if edge.source not in known or edge.target not in known:
                raise ValueError(f"The edge {edge.source} -> {edge.target} names a node that is not in the graph.")


@dataclass(frozen=True, slots=True)
class Box:
    """Where a node is drawn, in pixels from the top left."""

    node: Node
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """How the edges between two nodes are drawn: points from left to right, and which ends have an arrow."""

    types: tuple[str, ...]
    points: tuple[tuple[float, float], ...]
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """A graph with every place decided."""

    width: float
    height: float
    boxes: Sequence[Box]
    lines: Sequence[Line]
    focus: str = ""


@dataclass(slots=True)
class _Layers:
    """Node ids by layer, left to right; an edge that spans layers has a bend in each one between (an id of its own)."""

    rows: list[list[str]]
    chains: dict[tuple[str, str], list[str]]
    reversed: set[tuple[str, str]]
    bends: set[str] = field(default_factory=set)


def lay_out(graph: Graph) -> Layout:
    """Where every node and edge goes: sources left, targets right, no two nodes over each other, few crossings."""
    layers = _layered(graph)
    _untangle(layers)
    widths = {node.id: _width(node) for node in graph.nodes}
    boxes, centers, size = _placed(graph, layers, widths)
    lines = _lines(graph, layers, boxes, centers)
    return Layout(size[0], size[1], [boxes[node.id] for node in graph.nodes], lines, graph.focus)


# ---- layers


def _layered(graph: Graph) -> _Layers:
    pairs = dict.fromkeys((edge.source, edge.target) for edge in graph.edges if edge.source != edge.target)
    backward = _back_edges([node.id for node in graph.nodes], pairs)
    forward = dict.fromkeys(
        (target, source) if (source, target) in backward else (source, target) for source, target in pairs
    )
    layer_of = _longest_paths([node.id for node in graph.nodes], forward)
    rows: list[list[str]] = [[] for _ in range(max(layer_of.values(), default=0) + 1)]
    for node in graph.nodes:
        rows[layer_of[node.id]].append(node.id)
    layers = _Layers(rows, {}, backward)
    for source, target in forward:
        layers.chains[source, target] = _chain(layers, source, target, layer_of)
    return layers


def _back_edges(nodes: Iterable[str], pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The edges that close a cycle when the graph is walked in its own order."""
    following: dict[str, list[str]] = defaultdict(list)
    for source, target in pairs:
        following[source].append(target)
    done: set[str] = set()
    backward: set[tuple[str, str]] = set()
    for start in nodes:
        stack = [(start, iter(following[start]))] if start not in done else []
        path = {node for node, _ in stack}
        while stack:
            node, rest = stack[-1]
            target = next(rest, "")
            if not target:
                stack.pop()
                path.remove(node)
                done.add(node)
            elif target in path:
                backward.add((node, target))
            elif target not in done:
                path.add(target)
                stack.append((target, iter(following[target])))
    return backward


def _longest_paths(nodes: Sequence[str], forward: Iterable[tuple[str, str]]) -> dict[str, int]:
    """The layer of each node: one more than the highest that points to it."""
    following: dict[str, list[str]] = defaultdict(list)
    waiting = dict.fromkeys(nodes, 0)
    for source, target in forward:
        following[source].append(target)
        waiting[target] += 1
    layer_of = dict.fromkeys(nodes, 0)
    ready = deque(node for node in nodes if waiting[node] == 0)
    while ready:
        node = ready.popleft()
        for target in following[node]:
            layer_of[target] = max(layer_of[target], layer_of[node] + 1)
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    return layer_of


def _chain(layers: _Layers, source: str, target: str, layer_of: dict[str, int]) -> list[str]:
    """The ids an edge passes, from source to target, with a new bend in every layer between."""
    chain = [source]
    for number in range(layer_of[source] + 1, layer_of[target]):
        bend = f"{source}\0{target}\0{number}"
        layers.bends.add(bend)
        layers.rows[number].append(bend)
        chain.append(bend)
    return [*chain, target]


def _untangle(layers: _Layers) -> None:
    """Order each layer by where its neighbours lie, forth and back, so that few edges cross."""
    left: dict[str, list[str]] = defaultdict(list)
    right: dict[str, list[str]] = defaultdict(list)
    for chain in layers.chains.values():
        for one, other in pairwise(chain):
            right[one].append(other)
            left[other].append(one)
    for sweep in range(_SWEEPS):
        near = left if sweep % 2 == 0 else right
        rows = layers.rows if sweep % 2 == 0 else layers.rows[::-1]
        for fixed, row in pairwise(rows):
            place = {node: position for position, node in enumerate(fixed)}
            middle = {
                node: _mean([place[other] for other in near[node] if other in place], at) for at, node in enumerate(row)
            }
            row.sort(key=middle.__getitem__)


def _mean(values: Sequence[int], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


# ---- places


def _placed(
    graph: Graph, layers: _Layers, widths: dict[str, float]
) -> tuple[dict[str, Box], dict[str, tuple[float, float]], tuple[float, float]]:
    """Boxes by node, centres of nodes and bends, and the size of it all; every layer is centred on the tallest."""
    nodes = {node.id: node for node in graph.nodes}
    heights = {name: _BEND_HEIGHT if name in layers.bends else NODE_HEIGHT for row in layers.rows for name in row}
    tallest = max(sum(heights[name] + _ROW_GAP for name in row) for row in layers.rows) - _ROW_GAP
    boxes: dict[str, Box] = {}
    centers: dict[str, tuple[float, float]] = {}
    x = float(_MARGIN)
    for row in layers.rows:
        layer_width = max((widths[name] for name in row if name in nodes), default=0.0)
        y = _MARGIN + (tallest - sum(heights[name] + _ROW_GAP for name in row) + _ROW_GAP) / 2
        for name in row:
            if name in nodes:
                boxes[name] = Box(nodes[name], x, y, layer_width)
            centers[name] = (x + layer_width / 2, y + heights[name] / 2)
            y += heights[name] + _ROW_GAP
        x += layer_width + _LAYER_GAP
    return boxes, centers, (x - _LAYER_GAP + _MARGIN, tallest + 2 * _MARGIN)


def _lines(graph: Graph, layers: _Layers, boxes: dict[str, Box], centers: dict[str, tuple[float, float]]) -> list[Line]:
    types: dict[tuple[str, str], list[str]] = defaultdict(list)
    for edge in graph.edges:
        types[edge.source, edge.target].append(edge.type)
    lines = []
    for (source, target), words in types.items():
        is_reversed = (source, target) in layers.reversed
        points = _points(source, target, is_reversed, layers, boxes, centers)
        lines.append(Line(tuple(dict.fromkeys(word for word in words if word)), points, is_reversed))
    return lines


def _points(
    source: str,
    target: str,
    is_reversed: bool,
    layers: _Layers,
    boxes: dict[str, Box],
    centers: dict[str, tuple[float, float]],
) -> tuple[tuple[float, float], ...]:
    """Where the line passes: out of the left box's right side, along the bends, into the right box's left side."""
    if source == target:
        right = boxes[source].x + boxes[source].width
        return ((right, boxes[source].y + 10), (right + 26, boxes[source].y + 23), (right, boxes[source].y + 36))
    left, right_end = (target, source) if is_reversed else (source, target)
    shift = 7 if is_reversed else 0
    first, last = boxes[left], boxes[right_end]
    start = (first.x + first.width, first.y + NODE_HEIGHT / 2 + shift)
    end = (last.x, last.y + NODE_HEIGHT / 2 + shift)
    return (start, *(centers[bend] for bend in layers.chains[left, right_end][1:-1]), end)


def _width(node: Node) -> float:
    longest = max(_text_width(short(node.label), 7.4), _text_width(short(node.note or node.kind), 6.3))
    return max(112.0, TEXT_X + longest + 16)


def _text_width(text: str, letter: float) -> float:
    return sum(letter * (1.75 if east_asian_width(character) in "WF" else 1) for character in text)


def short(text: str) -> str:
    """A text as a node shows it, cut where it is too long."""
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"
