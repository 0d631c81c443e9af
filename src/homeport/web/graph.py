"""Relations as a picture: a layered graph in SVG, made on the server, whose nodes are links one can walk.

`draw(fold(graph, more=…), title, description)`; the same edges belong beside it as a table (`ui.graph`). Colours are
classes of homeport.css, so both themes work and no inline style is needed.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence

from markupsafe import Markup

from homeport.web.icons import icon
from homeport.web.layout import NODE_HEIGHT, TEXT_X, Box, Edge, Graph, Line, Node, lay_out, short

__all__ = ["Edge", "Graph", "Node", "draw", "fold"]

MOST_NODES = 30
_MOST_EDGE_LABELS = 14
_LABEL_LINE = 11
_WIDE = 760
"""Pictures wider than this shrink a little where there is less room; narrower ones keep their size."""

ICONS = {
    "component": "box",
    "api": "plug",
    "resource": "database",
    "system": "boxes",
    "domain": "layers",
    "group": "users",
    "user": "user",
    "more": "ellipsis",
}


def fold(graph: Graph, more: Callable[[int], str], href: str = "", most: int = MOST_NODES) -> Graph:
    """The graph with at most `most` nodes: the nearest to the focus stay, the rest is one, named by `more(count)`."""
    if len(graph.nodes) <= most:
        return graph
    kept = set(_by_distance(graph)[: most - 1])
    rest = Node("…", more(len(graph.nodes) - len(kept)), "more", href)
    edges = {
        Edge(_kept_or_rest(edge.source, kept), _kept_or_rest(edge.target, kept), edge.type): None
        for edge in graph.edges
    }
    visible = [edge for edge in edges if not edge.source == edge.target == rest.id]
    return Graph([*(node for node in graph.nodes if node.id in kept), rest], visible, graph.focus)


def draw(graph: Graph, title: str, description: str, name: str = "graph") -> Markup:
    """The graph as SVG; `name` tells its ids from those of another graph on the page."""
    layout = lay_out(graph)
    parts = [_line(line, name) for line in layout.lines]
    if len(layout.lines) <= _MOST_EDGE_LABELS:
        parts += _line_labels(layout.lines)
    parts += [_box(box, box.node.id == layout.focus) for box in layout.boxes]
    return Markup(
        '<svg role="group" class="{size}" aria-labelledby="{name}-title {name}-description" width="{width}"'
        ' height="{height}" viewBox="0 0 {width} {height}"><title id="{name}-title">{title}</title>'
        '<desc id="{name}-description">{description}</desc><defs><marker id="{name}-arrow" viewBox="0 0 8 8" refX="7"'
        ' refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
        '<path class="graph-arrow" d="M0 0 8 4 0 8z"/></marker></defs>{parts}</svg>'
    ).format(
        size="is-wide" if layout.width > _WIDE else "",
        name=name,
        width=_round(layout.width),
        height=_round(layout.height),
        title=title,
        description=description,
        parts=Markup("").join(parts),
    )


# ---- folding


def _by_distance(graph: Graph) -> list[str]:
    """Node ids, nearest to the focus first; those that nothing connects come last, in their own order."""
    near: dict[str, list[str]] = defaultdict(list)
    for edge in graph.edges:
        near[edge.source].append(edge.target)
        near[edge.target].append(edge.source)
    starts = [node.id for node in graph.nodes]
    queue = deque([graph.focus] if graph.focus in starts else starts[:1])
    seen = dict.fromkeys(queue)
    while queue:
        for other in near[queue.popleft()]:
            if other not in seen:
                seen[other] = None
                queue.append(other)
    return [*seen, *(node for node in starts if node not in seen)]


def _kept_or_rest(node: str, kept: set[str]) -> str:
    return node if node in kept else "…"


# ---- drawing


def _box(box: Box, is_focus: bool) -> Markup:
    node = box.node
    css = " ".join(["graph-node", *(["is-focus"] if is_focus else []), *([f"is-{node.state}"] if node.state else [])])
    inside = Markup(
        '<rect class="graph-box" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>'
        '<g transform="translate({icon_x} {icon_y})">{icon}</g>'
        '<text class="graph-name" x="{text_x}" y="{name_y}">{label}</text>'
        '<text class="graph-kind" x="{text_x}" y="{note_y}">{note}</text><title>{title}</title>'
    ).format(
        x=_round(box.x),
        y=_round(box.y),
        width=_round(box.width),
        height=NODE_HEIGHT,
        icon_x=_round(box.x + 13),
        icon_y=_round(box.y + 15),
        icon=icon(ICONS.get(node.kind, "shapes")),
        text_x=_round(box.x + TEXT_X),
        name_y=_round(box.y + 20),
        note_y=_round(box.y + 35),
        label=short(node.label),
        note=short(node.note or ("" if node.kind == "more" else node.kind)),
        title=node.label,
    )
    if not node.href:
        return Markup('<g class="{}">{}</g>').format(css, inside)
    return Markup('<g class="{}"><a href="{}">{}</a></g>').format(css, node.href, inside)


def _line(line: Line, name: str) -> Markup:
    end = "start" if line.is_reversed else "end"
    return Markup('<path class="graph-edge" d="{}" marker-{}="url(#{}-arrow)"><title>{}</title></path>').format(
        _curve(line.points), end, name, ", ".join(line.types)
    )


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """A path that leaves and enters every point level."""
    x, y = points[0]
    path = [f"M{_round(x)} {_round(y)}"]
    for next_x, next_y in points[1:]:
        middle = (x + next_x) / 2
        path.append(
            f"C{_round(middle)} {_round(y)} {_round(middle)} {_round(next_y)} {_round(next_x)} {_round(next_y)}"
        )
        x, y = next_x, next_y
    return " ".join(path)


def _line_labels(lines: Sequence[Line]) -> list[Markup]:
    """What each line means, written at its end with fewer neighbours."""
    leaving = Counter(line.points[0] for line in lines)
    arriving = Counter(line.points[-1] for line in lines)
    return [_line_label(line, leaving[line.points[0]] >= arriving[line.points[-1]]) for line in lines]


def _line_label(line: Line, is_near_end: bool) -> Markup:
    """Its words one below the other: side by side they would run into the boxes."""
    if not line.types:
        return Markup("")
    x, y = (
        _on_curve(line.points[-2], line.points[-1], 0.62)
        if is_near_end
        else _on_curve(line.points[0], line.points[1], 0.38)
    )
    top = y - 4 - _LABEL_LINE * (len(line.types) - 1)
    rows = [
        Markup('<tspan x="{}" y="{}">{}</tspan>').format(_round(x), _round(top + _LABEL_LINE * row), word)
        for row, word in enumerate(line.types)
    ]
    return Markup('<text class="graph-edge-label" aria-hidden="true">{}</text>').format(Markup("").join(rows))


def _on_curve(start: tuple[float, float], end: tuple[float, float], share: float) -> tuple[float, float]:
    """The point of `_curve` after a share of its way."""
    rest = 1 - share
    near_start = rest**3 + 3 * rest**2 * share
    middle = (start[0] + end[0]) / 2
    x = rest**3 * start[0] + 3 * rest * share * middle + share**3 * end[0]
    return x, near_start * start[1] + (1 - near_start) * end[1]


def _round(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
