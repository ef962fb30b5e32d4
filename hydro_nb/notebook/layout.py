"""Where things stand in the picture: DOT to SVG by Graphviz, in the arrangement that fits its room best.

Graphviz is the executable of the `graphviz-pure` wheel, else a `dot` on the PATH.
"""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from graphviz.backend import execute  # pyright: ignore[reportMissingTypeStubs]

from hydro_nb.ir.dot import to_dot
from hydro_nb.ir.outline import outline
from hydro_nb.notebook.route import route

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from hydro_nb.ir.graph import Graph
    from hydro_nb.ir.outline import By

log = logging.getLogger(__name__)

TIMEOUT = 30.0
"""Seconds that a layout may take before the picture is given up."""

LARGE = 400
"""Operators above which one arrangement is tried."""

ROOM = (440.0, 440.0)
"""The size in points that a picture is made to fit; it is scaled down to it at most."""

COLUMNS_BETTER = 1.25
"""How much smaller columns may be than other arrangements and still be chosen: their lines are easier to follow."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished picture: SVG without prolog, links or scripts, and its size in points."""

    svg: str
    width: float
    height: float

    def scale(self, room: tuple[float, float] = ROOM) -> float:
        """Give the scale at which it fits a room, at most 1."""
        return min(1.0, room[0] / self.width, room[1] / self.height)


def draw(
    graph: Graph,
    *,
    live: bool = False,
    highlight: Collection[str] = (),
    sizes: Mapping[str, int] = {},
    room: tuple[float, float] = ROOM,
    by: By = "location",
    closed: Collection[str] = (),
) -> Drawing | None:
    """Lay the graph out, with a column per location or as one chain, whichever can be read better in its room.

    None where there is no Graphviz or it gives up; the callers then show the graph as text.
    """
    given: dict[str, Any] = {"live": live, "highlight": highlight, "sizes": sizes, "by": by, "closed": closed}
    dots = {way: to_dot(graph, direction=way, **given) for way in _ways(graph, by, closed)}
    ways = {"columns": COLUMNS_BETTER}
    made = {way: _drawn(dot, way) for way, dot in dots.items()}
    drawings = [(each.scale(room) * ways.get(way, 1.0), each) for way, each in made.items() if each]
    return max(drawings, key=lambda scored: scored[0], default=(0.0, None))[1]


def _ways(graph: Graph, by: By, closed: Collection[str]) -> Sequence[str]:
    """Give the arrangements to try: one alone where each takes seconds, no columns where these are not locations."""
    boxes = outline(graph, by, closed)
    if len({*map(boxes.shown, boxes.homes)}) > LARGE:
        return ("TB",)
    several = len({place.root for place in graph.places.values()}) > 1
    return ("columns", "TB", "LR") if several and by == "location" and not boxes.closed else ("TB", "LR")


def _drawn(dot: str, way: str) -> Drawing | None:
    raw = run_graphviz(dot)
    if raw is None:
        return None
    svg = clean(raw)
    return measure(slim(route(svg) if way == "columns" else svg))


def run_graphviz(dot: str) -> str | None:
    """Run Graphviz on DOT text; None, and a line in the log, where that fails."""
    executable = find_graphviz()
    if executable is None:
        return None
    given: dict[str, Any] = {"input": dot, "encoding": "utf-8", "capture_output": True, "quiet": True}
    run: Callable[..., subprocess.CompletedProcess[str]] = cast("Any", execute).run_check
    try:
        done = run([executable, "-Kdot", "-Tsvg"], timeout=TIMEOUT, **given)
    except (OSError, subprocess.SubprocessError, execute.ExecutableNotFound) as error:
        log.warning("the graph cannot be drawn: %s", error)
        return None
    return done.stdout


@cache
def find_graphviz() -> str | None:
    """Find the executable of the `graphviz-pure` wheel, else `dot`."""
    return _bundled() or shutil.which("graphviz-pure") or shutil.which("dot")


def _bundled() -> str | None:
    try:
        files = distribution("graphviz-pure").files or ()
    except PackageNotFoundError:
        return None
    found = [
        Path(str(file.locate())) for file in files if file.stem == "graphviz-pure" and file.parent.name != "licenses"
    ]
    return next((str(path.resolve()) for path in found if path.is_file()), None)


PROLOG = re.compile(r"^.*?(?=<svg)", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
TITLED = re.compile(r'<title>[^<]*</title>\n<g id="a_[^"]*"><a xlink:title="([^"]*)">\n(.*?)</a>\n</g>\n', re.DOTALL)
FRAME = re.compile(r'<g id="[^"]*" class="cluster">\n<title>[^<]*/frame</title>\n</g>\n')
NAME = re.compile(r'(<g id="hydro" [^>]*>\n)<title>[^<]*</title>\n')
VIEW = re.compile(r'width="[\d.]+pt" height="[\d.]+pt"\s+viewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"')


def clean(svg: str) -> str:
    """Drop prolog, comments and what would only be an idle tooltip, and turn Graphviz's links into plain titles."""
    body = COMMENT.sub("", PROLOG.sub("", svg))
    body = NAME.sub(r"\1", FRAME.sub("", body))
    body = TITLED.sub(r"<title>\1</title>\n\2", body)
    return body.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "").strip()


FONT = ' font-family="Helvetica,sans-Serif"'
SAID_OFTEN = re.compile(rf' xml:space="preserve"|{FONT}| font-size="12.00"')
WRITTEN = re.compile(r' (?:d|points|x|y|cx|cy|rx|ry)="[^"<>]*"')
FINE = re.compile(r"(\.\d)\d+")


def slim(svg: str) -> str:
    """Say once what is the same everywhere, and coordinates to a tenth of a point: notebooks keep what is drawn."""
    body = WRITTEN.sub(lambda found: FINE.sub(r"\1", found[0]).replace(".0", ""), SAID_OFTEN.sub("", svg))
    return body.replace('class="graph"', f'class="graph"{FONT} font-size="12"', 1)


def measure(svg: str) -> Drawing | None:
    """Read the size of a picture off its own frame."""
    frame = VIEW.search(svg)
    return Drawing(svg, float(frame[3]), float(frame[4])) if frame else None
