"""Lines between the columns of a picture: out at the right, along the gap, in at the left, with round corners.

Graphviz places the columns well and draws curves across them; these lines stay in the gaps instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

GROUP = re.compile(r'<g id="([^"]+)" class="(node|edge|cluster) ([^"]*)">\n(.*?)</g>\n', re.DOTALL)
SHAPE = re.compile(r'(?: points| d)="([^"]+)"')
PAIR = re.compile(r"(-?[\d.]+)[, ](-?[\d.]+)")
FRAME = re.compile(r'width="([\d.]+)pt" height="([\d.]+)pt"\s+viewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"')
LINE = re.compile(r"<(path|polygon|ellipse)\b[^>]*/>\n?")

CORNER, GAP, LANE, HEAD = 7.0, 13.0, 8.0, 8.0
"""Radius of a corner, distance of a line from a column, distance of two lanes, length of an arrow's head."""

BESIDE, PASS = 5.0, 9.0
"""Distance of two lines in a gap, and of a line from a node that it goes around."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """What a shape covers."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Its vertical middle."""
        return (self.top + self.bottom) / 2

    def holds(self, other: Box) -> bool:
        """Whether the other box is inside it."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


def route(svg: str) -> str:
    """Draw the network edges anew along the gaps between the columns."""
    groups = {unescape(match[1]): match for match in GROUP.finditer(svg)}
    router = Router(list(groups.values()))
    for name, match in groups.items():
        if match[2] == "edge" and "net" in match[3].split() and (points := router.line(name)):
            svg = svg.replace(match[0], _redrawn(match[0], points))
    return _taller(svg, router.lanes) if router.lanes else svg


class Router:
    """Knows where everything stands, and which gaps and lanes are taken by lines so far."""

    def __init__(self, groups: list[re.Match[str]]) -> None:
        shapes = [match for match in groups if SHAPE.search(match[4])]
        self.nodes = {unescape(match[1]): box(match[4]) for match in shapes if match[2] == "node"}
        places = [match for match in shapes if match[2] == "cluster" and "tick" not in match[3].split()]
        self.columns = sorted((box(match[4]) for match in places), key=lambda column: column.left)
        self.taken = [0] * (len(self.columns) + 1)
        self.lanes = 0

    def line(self, name: str) -> list[Point]:
        """Give the corners of an edge's line; none where it does not go from column to column."""
        source, target = (self.nodes.get(end) for end in _ends(name))
        if source is None or target is None:
            return []
        first, last = self._column(source), self._column(target)
        if first < 0 or last < 0:
            return []
        if last - first == 1:
            across = self._gap(last)
            return [*self._leave(source, target, across), *self._enter(source, target, across)]
        self.lanes += 1
        height = min(column.top for column in self.columns) - LANE * self.lanes
        above = Box(0, height, 0, height)
        out, back = self._gap(first + 1), self._gap(last)
        return [*self._leave(source, above, out), (out, height), (back, height), *self._enter(above, target, back)]

    def _column(self, node: Box) -> int:
        return next((index for index, column in enumerate(self.columns) if column.holds(node)), -1)

    def _gap(self, index: int) -> float:
        """Give the next free place in the gap before column `index`, from its middle outwards."""
        number = self.taken[index]
        self.taken[index] += 1
        beside = (number + 1) // 2 * BESIDE * (1 if number % 2 else -1)
        if index == 0:
            return self.columns[0].left - GAP + beside
        if index == len(self.columns):
            return self.columns[-1].right + GAP + beside
        return (self.columns[index - 1].right + self.columns[index].left) / 2 + beside

    def _leave(self, source: Box, target: Box, across: float) -> list[Point]:
        """Go from a node to the gap at its right, around nodes that stand in the way."""
        start = (source.right, source.middle)
        if not self._blocked(source.right, across, source.middle):
            return [start, (across, source.middle)]
        height = source.top - PASS if target.middle < source.middle else source.bottom + PASS
        return [start, (source.right + PASS, source.middle), (source.right + PASS, height), (across, height)]

    def _enter(self, source: Box, target: Box, across: float) -> list[Point]:
        """Go from the gap at its left into a node, around nodes that stand in the way."""
        end = (target.left, target.middle)
        if not self._blocked(across, target.left, target.middle):
            return [(across, target.middle), end]
        height = target.bottom + PASS if source.middle > target.middle else target.top - PASS
        return [(across, height), (target.left - PASS - HEAD, height), (target.left - PASS - HEAD, target.middle), end]

    def _blocked(self, left: float, right: float, height: float) -> bool:
        """Whether a level line would run through a node."""
        return any(
            left < node.left and node.right < right and node.top < height < node.bottom for node in self.nodes.values()
        )


def box(body: str) -> Box:
    """Give what the shapes of a group cover."""
    pairs = [(float(x), float(y)) for shape in SHAPE.findall(body) for x, y in PAIR.findall(shape)]
    across, down = [x for x, _ in pairs], [y for _, y in pairs]
    return Box(min(across), min(down), max(across), max(down))


def _ends(name: str) -> tuple[str, str]:
    """Find the two slots of an edge's name, which is `slot:port->slot:index`."""
    source, _, target = name.partition("->")
    return source.rpartition(":")[0], target.rpartition(":")[0]


def _redrawn(group: str, points: list[Point]) -> str:
    """Replace the shapes of an edge's group by a line through the points and a head."""
    style = re.search(r'stroke="([^"]+)"', group)
    colour = style[1] if style else "#2f74d0"
    x, y = points[-1]
    path = _rounded([*points[:-1], (x - HEAD, y)])
    tip = f"{x:.2f},{y:.2f} {x - HEAD:.2f},{y - 3.5:.2f} {x - HEAD:.2f},{y + 3.5:.2f}"
    line = f'<path fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="5,2" d="{path}"/>\n'
    head = f'<polygon fill="{colour}" stroke="{colour}" points="{tip}"/>\n'
    return LINE.sub("", group).removesuffix("</g>\n") + line + head + "</g>\n"


def _rounded(points: list[Point]) -> str:
    """Write a path through the points whose corners are round."""
    parts = [f"M{points[0][0]:.2f},{points[0][1]:.2f}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        enter, leave = _towards(corner, before), _towards(corner, after)
        parts.append(f"L{enter[0]:.2f},{enter[1]:.2f} Q{corner[0]:.2f},{corner[1]:.2f} {leave[0]:.2f},{leave[1]:.2f}")
    return " ".join([*parts, f"L{points[-1][0]:.2f},{points[-1][1]:.2f}"])


def _towards(corner: Point, other: Point) -> Point:
    """Give the point where a corner's curve begins, on the way to `other`."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = abs(dx) + abs(dy)
    part = min(CORNER, length / 2) / length if length else 0.0
    return corner[0] + dx * part, corner[1] + dy * part


def _taller(svg: str, lanes: int) -> str:
    """Make room above the picture, and a little at its sides, for lines that go around."""
    frame = FRAME.search(svg)
    if frame is None:
        return svg
    above, beside = LANE * (lanes + 0.5), GAP + BESIDE * lanes
    x, y, width, height = (float(frame[n]) for n in range(3, 7))
    wide, tall = width + 2 * beside, height + above
    new = (
        f'width="{wide:.0f}pt" height="{tall:.0f}pt"\n viewBox="{x - beside:.2f} {y - above:.2f} {wide:.2f} {tall:.2f}"'
    )
    return svg.replace(frame[0], new)
