"""Draws growth: time against size, both by powers, one panel for each kind; readable in the light and in the dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10

from hydro_nb.bench.growth import Series

PANEL, GAP, LEFT, TOP, BOTTOM = 170, 62, 52, 46, 50
STYLE = """
text { font: 11px system-ui, sans-serif; fill: #57606a }
.name { font-size: 13px; font-weight: 600; fill: #1f2328 }
.frame { fill: none; stroke: #d0d7de }
.grid { stroke: #eaeef2 }
.even { stroke: #8c959f; stroke-dasharray: 4 3 }
.time { fill: none; stroke: #0969da; stroke-width: 2 }
.point { fill: #0969da }
@media (prefers-color-scheme: dark) {
text { fill: #9198a1 } .name { fill: #f0f6fc } .frame { stroke: #3d444d } .grid { stroke: #2a313c }
.even { stroke: #7d8590 } .time { stroke: #4493f8 } .point { fill: #4493f8 } }
"""


def drawn(all_series: Sequence[Series]) -> str:
    """Give the plot as SVG.

    A step to the right and a step upwards are the same factor, so that the dashed diagonal is growth in proportion:
    what is flatter grows more slowly than its size.
    """
    width = LEFT + len(all_series) * (PANEL + GAP) - GAP + 16
    height = TOP + PANEL + BOTTOM
    words = escape("Time against size: " + "; ".join(f"{each.name}, exponent {each.slope:.2f}" for each in all_series))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [f'{head} role="img" aria-label="{words}">', f"<title>{words}</title>", f"<style>{STYLE}</style>"]
    for number, each in enumerate(all_series):
        parts += [f'<g transform="translate({LEFT + number * (PANEL + GAP)} {TOP})">', *_panel(each), "</g>"]
    legend = f'<text x="{LEFT}" y="{height - 8}">time against size; dashed: in proportion to size (exponent 1)</text>'
    return "\n".join([*parts, legend, "</svg>", ""])


class _Axes:
    """Places of sizes and times in a panel, both by the same number of powers of ten."""

    def __init__(self, series: Series) -> None:
        sizes, times = ([log10(point[side]) for point in series.points] for side in (0, 1))
        self.span = max(max(sizes) - min(sizes), max(times) - min(times)) + 0.5
        middle_x, middle_y = ((max(side) + min(side)) / 2 for side in (sizes, times))
        self.left, self.low = middle_x - self.span / 2, middle_y - self.span / 2

    def x(self, size: float) -> float:
        return (log10(size) - self.left) / self.span * PANEL

    def y(self, seconds: float) -> float:
        return PANEL - (log10(seconds) - self.low) / self.span * PANEL

    def round(self, low: float) -> Iterator[float]:
        """Give the round numbers on an axis: powers of ten, and where these are few their doubles and halves too."""
        for n in range(floor(low), ceil(low + self.span)):
            for digit in (1, 2, 5) if self.span < 2 else (1,):
                if low <= log10(digit) + n <= low + self.span:
                    yield digit * 10.0**n


def _panel(series: Series) -> Iterator[str]:
    axes = _Axes(series)
    yield f'<text class="name" x="0" y="-24">{escape(series.name)}</text>'
    yield f'<text x="{PANEL}" y="-24" text-anchor="end">exponent {series.slope:.2f}</text>'
    yield f'<text x="0" y="-9">{escape(series.what)}</text>'
    yield from _grid(axes)
    yield f'<rect class="frame" width="{PANEL}" height="{PANEL}"/>'
    yield _even(series, axes)
    places = [(axes.x(size), axes.y(seconds)) for size, seconds in series.points]
    yield f'<polyline class="time" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'
    for x, y in places:
        yield f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'


def _grid(axes: _Axes) -> Iterator[str]:
    for size in axes.round(axes.left):
        x = axes.x(size)
        yield f'<path class="grid" d="M{x:.1f} 0V{PANEL}"/>'
        yield f'<text x="{x:.1f}" y="{PANEL + 16}" text-anchor="middle">{_size(size)}</text>'
    for seconds in axes.round(axes.low):
        y = axes.y(seconds)
        yield f'<path class="grid" d="M0 {y:.1f}H{PANEL}"/>'
        yield f'<text x="-6" y="{y + 4:.1f}" text-anchor="end">{_seconds(seconds)}</text>'


def _even(series: Series, axes: _Axes) -> str:
    """Draw growth in proportion through the first point, as far as the panel goes."""
    size, seconds = series.points[0]
    x, y = axes.x(size), axes.y(seconds)
    far = min(PANEL - x, y)
    return f'<path class="even" d="M{x:.1f} {y:.1f}L{x + far:.1f} {y - far:.1f}"/>'


def _size(number: float) -> str:
    for most, unit in ((1e6, " M"), (1e3, " k")):
        if number >= most:
            return f"{number / most:g}{unit}"
    return f"{number:g}"


def _seconds(number: float) -> str:
    for least, unit in ((1, "s"), (1e-3, "ms")):
        if number >= least * 0.99:
            return f"{number / least:g} {unit}"
    return f"{number * 1e6:g} us"
