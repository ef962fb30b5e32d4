"""Pictures without a kernel: what a saved notebook, GitHub or an exported page shows of a flow.

One SVG with a style sheet of its own, for light and dark hosts; the live view hides it while it is there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hydro_nb.ir.dot import COLOURS
from hydro_nb.ir.text import to_text
from hydro_nb.notebook.drawings import opening
from hydro_nb.notebook.kept import story
from hydro_nb.notebook.layout import draw
from hydro_nb.notebook.meta import summary
from hydro_nb.notebook.route import GROUP, box

if TYPE_CHECKING:
    from hydro_nb.ir.graph import Graph
    from hydro_nb.telemetry.state import DeploymentState
    from hydro_nb.wire import LogLine

DARK = {
    "Source": ("#15301f", "#4fbd80"),
    "Transform": ("#242a31", "#76828f"),
    "Join": ("#112c2e", "#45b4ba"),
    "Aggregation": ("#282043", "#a48bef"),
    "Network": ("#15273f", "#64a2f0"),
    "Sink": ("#371b2c", "#dc7fb9"),
    "NonDeterministic": ("#35290c", "#d9a93a"),
}
"""Fill and line of each kind of operator on a dark page; the style sheet of the widget has the same."""

NAMES = re.compile(r'<g id="[^"]*"')
BETWEEN = re.compile(r">\n+<")
PLACEHOLDER = re.compile(r'(<text[^>]*?) text-anchor="start" x="[^"]*"([^>]*)>0000\.0k[^<]*<')


def graph_bundle(graph: Graph, highlight: Collection[str] = ()) -> dict[str, str]:
    """Draw a flow that is not deployed, with what a cell has just made marked, as a rich display.

    >>> from hydro_nb.ir.graph import Graph
    >>> sorted(graph_bundle(Graph("empty")))
    ['text/html', 'text/plain']
    """
    words = to_text(graph)
    if not graph.nodes:
        advice = f"{graph.name}: the flow is empty. Add an operator to a process, such as process.source_iter(...)."
        return {"text/plain": advice, "text/html": f'<p class="hydro-static">{html.escape(advice)}</p>'}
    drawing = draw(graph, highlight=highlight, closed=opening(graph))
    if drawing is None:
        return {"text/plain": words, "text/html": f"<pre>{html.escape(words)}</pre>"}
    new = f", {len(highlight)} new or changed" if highlight else ""
    caption = f"{graph.name}: {summary(graph)}{new}"
    return {"text/plain": words, "text/html": _figure(_styled(drawing.svg, caption), caption, "")}


def static_bundle(
    graph: Mapping[str, Any], state: DeploymentState, ident: str, lines: Sequence[LogLine] = ()
) -> dict[str, str]:
    """Draw a deployment with its counts, from what the page was told of its graph, and tell how it went."""
    words, told = summary_text(graph, state), story(graph, state, lines)
    if not graph["svg"]:
        return {"text/plain": words, "text/html": _figure(f"<pre>{html.escape(words)}</pre>", "", ident, told)}
    caption = f"{state.name}: {state.state}, {_counted(graph, state)}"
    svg = _styled(with_counts(str(graph["svg"]), _arrived(graph, state.totals)), caption)
    return {"text/plain": words, "text/html": _figure(svg, caption, ident, told)}


def _arrived(graph: Mapping[str, Any], totals: Mapping[str, int]) -> dict[str, int]:
    """Add to the totals what has come into each closed box."""
    network = [stream["slot"] for stream in graph["streams"] if stream["kind"] == "network"]
    added = dict(totals)
    for slot, closed in graph.get("boxes", {}).items():
        arriving = [totals.get(each, 0) for each in network if each in closed["inside"]]
        if arriving:
            added[slot] = sum(arriving)
    return added


def summary_text(graph: Mapping[str, Any], state: DeploymentState) -> str:
    """Say in a few lines of text what runs and how far it has come."""
    lines = [f"{state.name}: {state.state}, {graph['summary']}"]
    lines += [
        f"  {row.name}  pid {row.pid or '-'}  {row.state}  {row.story}".rstrip() for row in state.processes.values()
    ]
    for stream in graph["streams"]:
        if stream["kind"] != "value":
            lines.append(f"  {stream['title']} ({stream['route']}): {state.totals.get(stream['slot'], 0)} items")
    return "\n".join(lines)


def _counted(graph: Mapping[str, Any], state: DeploymentState) -> str:
    slots = [stream["slot"] for stream in graph["streams"] if stream["kind"] == "network"]
    total = sum(state.totals.get(slot, 0) for slot in slots)
    return f"{total:,} items over {len(slots)} network edge{'' if len(slots) == 1 else 's'}".replace(",", "\u202f")


def with_counts(svg: str, totals: Mapping[str, int]) -> str:
    """Write totals into the room that was left for them."""

    def counted(match: re.Match[str]) -> str:
        group, slot = match[0], html.unescape(match[1])
        if match[2] != "node" or "0000.0k" not in group:
            return group
        frame = box(match[4])
        text = f"{totals[slot]:,}".replace(",", "\u202f") if slot in totals else ""
        centre = f'text-anchor="middle" x="{(frame.left + frame.right) / 2:.2f}"'
        return PLACEHOLDER.sub(rf"\1 {centre}\2>{text}<", group)

    return GROUP.sub(counted, svg)


def _styled(svg: str, caption: str) -> str:
    """Put the style sheet and a description into the picture."""
    start, end = svg.split(">", 1)
    room = 'preserveAspectRatio="xMinYMin meet"'  # what is too tall for a screen shrinks, and stays at the left
    label = f'{room} role="img" aria-label="{html.escape(caption)}" class="hydro-picture"'
    return f"{start} {label}><desc>{html.escape(caption)}</desc><style>{STYLE}</style>{_nameless(end)}"


def _nameless(svg: str) -> str:
    """Leave out the names by which the live view knows its shapes, which a page may have once, and spaces between."""
    return BETWEEN.sub("><", NAMES.sub("<g", svg))


def _figure(body: str, caption: str, ident: str, told: str = "") -> str:
    mark = f' data-hydro-static="{html.escape(ident)}"' if ident else ""
    words = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    return f'<figure class="hydro-static"{mark}><style>{FIGURE}</style>{body}{words}{told}</figure>'


def _style() -> str:
    rules = [".hydro-picture{max-width:100%;height:auto;max-height:min(80vh,760px);color-scheme:inherit}"]
    for kind, (fill, line) in COLOURS.items():
        dark_fill, dark_line = DARK[kind]
        shapes = f".hydro-picture .{kind.lower()} :is(path,polygon,ellipse)"
        rules.append(f"{shapes}{{fill:light-dark({fill},{dark_fill});stroke:light-dark({line},{dark_line})}}")
    return "".join([*rules, *RULES])


RULES = [
    '.hydro-picture .op [fill="none"]{fill:none}',
    ".hydro-picture .new{filter:drop-shadow(0 0 3px light-dark(#2468c4aa,#6fabf5cc))}",
    ".hydro-picture .new :is(path,polygon,ellipse){stroke-width:2.4}",
    ".hydro-picture .stale :is(path,polygon,ellipse){stroke:light-dark(#9a6700,#e3b341)}",
    ".hydro-picture text{fill:light-dark(#66727f,#98a3af)}",
    '.hydro-picture text[font-weight="bold"]{fill:light-dark(#1f2933,#e3e7ec)}',
    ".hydro-picture .place :is(path,polygon){fill:light-dark(#fbfcfd,#1b1f24);stroke:light-dark(#c9d1da,#3a424b)}",
    ".hydro-picture .tick :is(path,polygon){fill:none;stroke:light-dark(#aab4c0,#56606b)}",
    ".hydro-picture .edge path{fill:none;stroke:light-dark(#7b8794,#8a95a1)}",
    '.hydro-picture .edge path[stroke="none"]{stroke:none}',
    ".hydro-picture .edge :is(polygon,ellipse){fill:light-dark(#7b8794,#8a95a1);stroke:light-dark(#7b8794,#8a95a1)}",
    ".hydro-picture .net :is(path,polygon){stroke:light-dark(#2468c4,#6fabf5)}",
    ".hydro-picture .net polygon{fill:light-dark(#2468c4,#6fabf5)}",
    ".hydro-picture .closed :is(path,polygon){fill:light-dark(#fff,#16191d);stroke:light-dark(#b4bdc7,#4a535d)}",
    ".hydro-picture .live text:last-of-type{fill:light-dark(#2468c4,#6fabf5);font-weight:600}",
]
STYLE = _style()
FIGURE = (
    ".hydro-static{margin:4px 0;color-scheme:inherit}"
    '[data-jp-theme-light="false"] .hydro-static,.vscode-dark .hydro-static,.dark .hydro-static{color-scheme:dark}'
    '[data-jp-theme-light="true"] .hydro-static,.vscode-light .hydro-static{color-scheme:light}'
    ".hydro-static figcaption{margin-top:6px;font:12px var(--jp-ui-font-family,system-ui,sans-serif);opacity:.7}"
    ".hydro-static details{margin-top:4px;font:12px var(--jp-ui-font-family,system-ui,sans-serif)}"
    ".hydro-static summary{cursor:pointer;opacity:.8}"
    ".hydro-static details pre{margin:2px 0 6px 14px;font:11px/1.5 ui-monospace,monospace;white-space:pre-wrap;"
    "max-height:14em;overflow:auto}"
)
