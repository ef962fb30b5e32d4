"""Lines between the columns of a picture: out at the right, along the gap, in at the left, with round corners.

Graphviz places the columns well and draws curves across them; these lines stay in the gaps instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GROUP = re.compile(r'<g id="([^"]+)" class="(node|edge|cluster) ([^"]*)">\n(.*?)</g>\n', re.DOTALL)
SHAPE = re.compile(r'(?: points| d)="([^"]+)"')
PAIR = re.compile(r"(-?[\d.]+)[, ](-?[\d.]+)")
FRAME = re.compile(r'width="([\d.]+)pt" height="([\d.]+)pt"\s+viewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"')
LINE = re.compile(r"<(path|polygon|ellipse)\b[^>]*/>\n?")

CORNER, GAP, LANE, HEAD = 7.0, 13.0, 8.0, 8.0
"""Radius of a corner, distance of a line from a column, distance of two lines, length of an arrow's head."""


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
    groups = {match[1]: match for match in GROUP.finditer(svg)}
    boxes = {name: box(match[4]) for name, match in groups.items() if match[2] == "node" and SHAPE.search(match[4])}
    columns = sorted(_columns(groups.values()), key=lambda column: column.left)
    lanes = 0
    for name, match in groups.items():
        if match[2] != "edge" or "net" not in match[3].split():
            continue
        source, target = _ends(name, boxes)
        if source is None or target is None:
            continue
        direct = _adjacent(columns, source, target)
        lanes += not direct
        points = _direct(columns, source, target) if direct else _around(columns, source, target, lanes)
        svg = svg.replace(match[0], _redrawn(match[0], points))
    return _taller(svg, lanes) if lanes else svg


def box(body: str) -> Box:
    """Give what the shapes of a group cover."""
    pairs = [(float(x), float(y)) for shape in SHAPE.findall(body) for x, y in PAIR.findall(shape)]
    across, down = [x for x, _ in pairs], [y for _, y in pairs]
    return Box(min(across), min(down), max(across), max(down))


def _columns(groups: Iterable[re.Match[str]]) -> Iterator[Box]:
    for match in groups:
        if match[2] == "cluster" and "tick" not in match[3].split():
            yield box(match[4])


def _ends(name: str, boxes: dict[str, Box]) -> tuple[Box | None, Box | None]:
    """Find the two nodes of an edge's name, which is `slot:port->slot:index`, in SVG's spelling."""
    source, _, target = name.replace("&#45;&gt;", "->").replace("&gt;", ">").replace("&#45;", "-").partition("->")
    return boxes.get(source.rpartition(":")[0]), boxes.get(target.rpartition(":")[0])


def _column(columns: list[Box], node: Box) -> int:
    return next((index for index, column in enumerate(columns) if column.holds(node)), -1)


def _adjacent(columns: list[Box], source: Box, target: Box) -> bool:
    return _column(columns, target) - _column(columns, source) == 1


def _direct(columns: list[Box], source: Box, target: Box) -> list[tuple[float, float]]:
    """Go through the one gap between two neighbours."""
    left, right = columns[_column(columns, source)], columns[_column(columns, target)]
    gap = (left.right + right.left) / 2
    return [(source.right, source.middle), (gap, source.middle), (gap, target.middle), (target.left, target.middle)]


def _around(columns: list[Box], source: Box, target: Box, lane: int) -> list[tuple[float, float]]:
    """Go up to a lane above all columns, along it and down again."""
    first, last = columns[_column(columns, source)], columns[_column(columns, target)]
    out, back = first.right + GAP + (lane % 3) * 2, last.left - GAP - (lane % 3) * 2
    height = min(column.top for column in columns) - LANE * lane
    start, end = (source.right, source.middle), (target.left, target.middle)
    return [start, (out, start[1]), (out, height), (back, height), (back, end[1]), end]


def _redrawn(group: str, points: list[tuple[float, float]]) -> str:
    """Replace the shapes of an edge's group by a line through the points and a head."""
    style = re.search(r'stroke="([^"]+)"', group)
    colour = style[1] if style else "#2f74d0"
    x, y = points[-1]
    path = _rounded([*points[:-1], (x - HEAD, y)])
    tip = f"{x:.2f},{y:.2f} {x - HEAD:.2f},{y - 3.5:.2f} {x - HEAD:.2f},{y + 3.5:.2f}"
    line = f'<path fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="5,2" d="{path}"/>\n'
    head = f'<polygon fill="{colour}" stroke="{colour}" points="{tip}"/>\n'
    return LINE.sub("", group).removesuffix("</g>\n") + line + head + "</g>\n"


def _rounded(points: list[tuple[float, float]]) -> str:
    """Write a path through the points whose corners are round."""
    parts = [f"M{points[0][0]:.2f},{points[0][1]:.2f}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        enter, leave = _towards(corner, before), _towards(corner, after)
        parts.append(f"L{enter[0]:.2f},{enter[1]:.2f} Q{corner[0]:.2f},{corner[1]:.2f} {leave[0]:.2f},{leave[1]:.2f}")
    return " ".join([*parts, f"L{points[-1][0]:.2f},{points[-1][1]:.2f}"])


def _towards(corner: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
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
    above, beside = LANE * (lanes + 0.5), GAP + 6
    x, y, width, height = (float(frame[n]) for n in range(3, 7))
    wide, tall = width + 2 * beside, height + above
    new = (
        f'width="{wide:.0f}pt" height="{tall:.0f}pt"\n viewBox="{x - beside:.2f} {y - above:.2f} {wide:.2f} {tall:.2f}"'
    )
    return svg.replace(frame[0], new)
