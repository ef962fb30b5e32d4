"""What a saved notebook keeps of a run beside its picture: problems, the last elements, the end of the logs, as text.

Plain elements that read well where style sheets are taken away.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hydro_nb.telemetry.state import DeploymentState
    from hydro_nb.wire import LogLine

STREAMS, ELEMENTS, LINES, PROBLEMS = 24, 3, 20, 5
"""How many of each are kept."""
WIDE = 160
"""Characters of an element or a line."""


def story(graph: Mapping[str, Any], state: DeploymentState, lines: Sequence[LogLine]) -> str:
    """Write what happened as HTML; sections without anything are left out.

    >>> from hydro_nb.telemetry.state import DeploymentState
    >>> story({"streams": []}, DeploymentState("quiet"), [])
    ''
    """
    parts = [
        _section("Problems", list(_problems(state)), opened=True),
        _section("Last elements", list(_elements(graph, state))),
        _section("End of the logs", [_cut(str(line)) for line in lines[-LINES:]]),
    ]
    return "".join(parts)


def _section(title: str, lines: Sequence[str], *, opened: bool = False) -> str:
    if not lines:
        return ""
    text = html.escape("\n".join(lines))
    return f"<details{' open' if opened else ''}><summary>{title}</summary><pre>{text}</pre></details>"


def _problems(state: DeploymentState) -> Iterator[str]:
    for each in state.problems[-PROBLEMS:]:
        yield _cut(str(each))
        if each.site.text:
            yield f"    {each.site.text.strip()}"


def _elements(graph: Mapping[str, Any], state: DeploymentState) -> Iterator[str]:
    """Give the last elements of each stream, with how many there were, and what live values came to hold."""
    for stream in graph["streams"][:STREAMS]:
        slot, name = stream["slot"], f"{stream['title']} ({stream['route']})"
        if stream["kind"] == "value":
            if value := state.values.get(slot):
                yield f"{name}: {_cut(value.text)}"
            continue
        ring = state.samples.get(slot)
        newest = ring.samples[-ELEMENTS:] if ring else ()
        yield f"{name}: {len(newest)} of {state.totals.get(slot, 0)} shown"
        yield from (f"    {_cut(each.text)}" for each in newest)


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= WIDE else f"{flat[: WIDE - 3]}..."
