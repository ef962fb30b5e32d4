"""The picture of an execution as SVG: the names of the lanes, which stay in sight, and what scrolls beside them."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from hydro_nb.notebook.cutting import cut
from hydro_nb.notebook.schedule import CHARACTER, ENDING, LINE, Arrow, Box, Layout, Line, lay_out
from hydro_nb.sim.record import Record

Point = tuple[float, float]
_NAME = 26
"""Characters of the name of a lane."""


@dataclass(frozen=True)
class Picture:
    """Two pieces of one height, side by side."""

    names: str
    moments: str
    width: float
    height: float
    caption: str

    @property
    def whole(self) -> str:
        """Both in one picture."""
        wide = _size(self.names)
        moments = self.moments.replace("<svg ", f'<svg x="{wide:g}" ', 1)
        return _svg(wide + self.width, self.height, self.names + moments, "")


def draw(record: Record, most: int = 0) -> Picture:
    """Draw an execution, or the end of it: whole steps of about so many moments.

    >>> from hydro_nb.sim.record import Lane, Moment
    >>> picture = draw(Record("flow", [Lane("test", "test")], [Moment("test", 0, "the test sends 1")]))
    >>> 'data-moment="0"' in picture.moments, picture.caption
    (True, 'flow: passes in 1 step')
    """
    layout = lay_out(record, most)
    first, last = (layout.bands[0][0], layout.bands[-1][0]) if layout.bands else (0, -1)
    caption = f"{record.flow}: {cut(layout.end, 200)} in {last + 1} step{'s' * (last != 0)}"
    caption += f", shown from step {first + 1} on" if first else ""
    wide = max((min(len(name), _NAME) for name in layout.names), default=4) * CHARACTER + 26
    names = _svg(wide, layout.height, "".join(_names(layout, wide)), "names")
    moments = _svg(layout.width, layout.height, "".join(_moments(layout)), "moments")
    return Picture(names, moments, layout.width, layout.height, caption)


def _svg(width: float, height: float, body: str, part: str) -> str:
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    kind = f"hydro-schedule {part}".strip()
    return f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" {size}>{body}</svg>'


def _size(svg: str) -> float:
    return float(svg.partition('width="')[2].partition('"')[0])


# ------------------------------------------------------------ lanes


def _names(layout: Layout, wide: float) -> Iterator[str]:
    yield f'<rect class="paper" width="{wide:g}" height="{layout.height:g}"/>'
    for lane, (name, kind, y) in enumerate(zip(layout.names, layout.kinds, layout.middles, strict=True)):
        text = f'<text x="12" y="{y + 4:g}">{html.escape(cut(name, _NAME))}</text>'
        yield f'<g class="name {kind}" data-lane="{lane}"><title>{html.escape(name)}</title>{text}</g>'
    yield f'<path class="border" d="M{wide - 0.5:g} 0V{layout.height:g}"/>'


def _moments(layout: Layout) -> Iterator[str]:
    for step, left, right in layout.bands:
        edges = f'x="{left - 8:.1f}" width="{right - left + 16:.1f}" height="{layout.height:g}"'
        yield f'<rect class="band" data-step="{step}" {edges}/>'
        yield _text(left - 2, 14, str(step + 1), "number")
    for lane, (kind, y) in enumerate(zip(layout.kinds, layout.middles, strict=True)):
        yield f'<path class="lane {kind}" data-lane="{lane}" d="M0 {y:g}H{layout.width:g}"/>'
    for gap in layout.gaps:
        y = layout.middles[gap.lane]
        yield f'<path class="gap" d="M{gap.left:.1f} {y:g}H{gap.right:.1f}"/>'
    for x, text in layout.times:
        yield f'<path class="clock" d="M{x - 9:.1f} 18V{layout.height:g}"/>'
        yield _text(x + 22, 14, text, "time")
    labels = _Labels(layout.boxes)
    for arrow in layout.arrows:
        yield _arrow(arrow, labels)
    for box in layout.boxes:
        yield _box(box)
        if box.kind == "output":
            at = f'cx="{box.middle:.1f}" cy="{layout.middles[box.lane]:g}" r="3.5"'
            yield f'<circle class="dot" data-step="{box.step}" {at}/>'
    yield from _end(layout)


def _end(layout: Layout) -> Iterator[str]:
    """Say at the end of the test's lane how it ended."""
    failed = layout.end != "passes"
    sign = "\u2717" if failed else "\u2713"
    words = f"{sign} {cut(layout.end, ENDING)}"
    x = max((right for _, _, right in layout.bands), default=0) + 20
    y, wide = layout.middles[0] if layout.middles else 0, len(words) * CHARACTER + 16
    frame = f'<rect x="{x:.1f}" y="{y - 11:g}" width="{wide:.1f}" height="22" rx="11"/>'
    full = f"<title>{html.escape(layout.end)}</title>"
    kind = f'class="end {"failed" if failed else "passed"}" data-step="{layout.bands[-1][0] if layout.bands else -1}"'
    yield f"<g {kind}>{full}{frame}{_text(x + 8, y + 4, words)}</g>"


# ------------------------------------------------------------ moments


def _box(box: Box) -> str:
    title = f"<title>{html.escape(box.full)}</title>"
    body = "".join(_frame(box))
    data = f'data-moment="{box.moment}" data-step="{box.step}" data-lane="{box.lane}"'
    return f'<g class="moment {box.kind}" {data}>{title}{body}</g>'


def _frame(box: Box) -> Iterator[str]:
    if not box.lines:
        yield f'<circle cx="{box.middle:.1f}" cy="{box.y:g}" r="3.5"/>'
        return
    top = box.y - box.height / 2
    round_ = 5 if box.kind == "tick" else 11 if len(box.lines) == 1 else 8
    size = f'width="{box.width:.1f}" height="{box.height:g}" rx="{round_}"'
    yield f'<rect x="{box.x:.1f}" y="{top:g}" {size}/>'
    for number, line in enumerate(box.lines):
        yield from _line(line, box.x + 9, top + 14.5 + LINE * number)


def _line(line: Line, x: float, y: float) -> Iterator[str]:
    held = f'<tspan class="held"> +{line.held}</tspan>' if line.held else ""
    shape = _SHAPES.get(line.mark, "")
    if shape:
        yield f'<path class="mark {line.mark}" transform="translate({x + 4:.1f} {y - 4:g})" d="{shape}"/>'
    yield _text(x + (2 * CHARACTER if shape else 0), y, line.text, line.mark, held)


def _text(x: float, y: float, words: str, kind: str = "", more: str = "") -> str:
    mark = f' class="{kind}"' if kind else ""
    return f'<text{mark} x="{x:.1f}" y="{y:g}" xml:space="preserve">{html.escape(words)}{more}</text>'


_SHAPES = {"batch": "M-3.5-3.5h7v7h-7z", "snapshot": "M0-5L5 0L0 5L-5 0z", "order": "M-4-3L4 0L-4 3z"}


# ------------------------------------------------------------ messages


def _arrow(arrow: Arrow, labels: _Labels) -> str:
    curve = _curve(arrow)
    if arrow.fate != "arrived":
        curve = _part(curve, 0.62)
    points = " ".join(f"{x:.1f} {y:.1f}" for x, y in curve[1:])
    line = f'<path class="way" d="M{curve[0][0]:.1f} {curve[0][1]:.1f}C{points}"/>'
    data = f'data-step="{arrow.step}"' + (f' data-read="{arrow.read}"' if arrow.read >= 0 else "")
    head = _head(arrow, curve)
    label = labels.place(arrow.label, curve, broken=arrow.fate != "arrived") if arrow.label else ""
    title = f"<title>{html.escape(arrow.full)}</title>"
    return f'<g class="message {arrow.fate}" {data}>{title}{line}{head}{label}</g>'


def _curve(arrow: Arrow) -> list[Point]:
    (x, y), (to_x, to_y) = arrow.begin, arrow.end
    if arrow.loop:
        high = min(y, to_y) - 26
        return [(x, y), (x, high), (to_x, high), (to_x, to_y)]
    bend = (to_y - y) * 0.55
    return [(x, y), (x, y + bend), (to_x, to_y - bend), (to_x, to_y)]


def _head(arrow: Arrow, curve: list[Point]) -> str:
    x, y = curve[3]
    if arrow.fate == "lost":
        return f'<path class="cross" d="M{x - 4:.1f} {y - 4:.1f}l8 8m0-8l-8 8"/>'
    if arrow.fate == "late":
        return f'<circle class="late" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
    dx, dy = x - curve[2][0], y - curve[2][1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    ux, uy = dx / length, dy / length
    left, right = (x - 7 * ux + 3.5 * uy, y - 7 * uy - 3.5 * ux), (x - 7 * ux - 3.5 * uy, y - 7 * uy + 3.5 * ux)
    ends = f"{left[0]:.1f} {left[1]:.1f}L{x:.1f} {y:.1f}L{right[0]:.1f} {right[1]:.1f}"
    return f'<path class="head" d="M{ends}{"z" if arrow.fate == "arrived" else ""}"/>'


def _part(curve: list[Point], t: float) -> list[Point]:
    """Give the beginning of a curve."""
    first, *levels = curve, _between(curve, t)
    while len(levels[-1]) > 1:
        levels.append(_between(levels[-1], t))
    return [first[0], *(level[0] for level in levels)]


def _between(points: list[Point], t: float) -> list[Point]:
    return [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(points)]


class _Labels:
    """Finds room for what is written beside arrows; what has none is told when the arrow is pointed at."""

    def __init__(self, boxes: list[Box]) -> None:
        self._taken: dict[int, list[tuple[float, float, float, float]]] = {}
        for box in boxes:
            self._take((box.x - 2, box.y - box.height / 2 - 2, box.right + 2, box.y + box.height / 2 + 2))

    def _take(self, area: tuple[float, float, float, float]) -> None:
        for column in _columns(area):
            self._taken.setdefault(column, []).append(area)

    def place(self, words: str, curve: list[Point], *, broken: bool) -> str:
        """Write a label where it covers nothing, if there is such a place."""
        wide = len(words) * CHARACTER * 0.92
        for t in (1.0,) if broken else (0.5, 0.38, 0.62, 0.28, 0.74):
            x, y = _part(curve, t)[3]
            for left in (x - 8 - wide, x + 8) if broken else (x + 6, x - 6 - wide):
                area = (left - 2, y - 8, left + wide + 2, y + 5)
                if left > 0 and not self._covers(area):
                    self._take(area)
                    return _text(left, y + 3, words, "label")
        return ""

    def _covers(self, area: tuple[float, float, float, float]) -> bool:
        left, top, right, bottom = area
        near = [other for column in _columns(area) for other in self._taken.get(column, ())]
        return any(left < b[2] and b[0] < right and top < b[3] and b[1] < bottom for b in near)


def _columns(area: tuple[float, float, float, float]) -> range:
    return range(int(area[0] // 200), int(area[2] // 200) + 1)
