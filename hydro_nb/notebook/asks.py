"""What a page asks for and waits for: another picture, code, files of its own, an element to be sent into the flow.

Each is done in a thread beside; the answers are told with the next tick, by the thread that tells everything.
"""

from __future__ import annotations

import ast
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_origin

import msgspec

from hydro_nb.errors import HydroError
from hydro_nb.ir.picture import element_name
from hydro_nb.ir.text import to_dot, to_mermaid
from hydro_nb.notebook.acts import apart
from hydro_nb.notebook.drawings import Drawings
from hydro_nb.notebook.meta import site

if TYPE_CHECKING:
    from hydro_nb.ir.graph import Graph
    from hydro_nb.notebook.feed import Message
    from hydro_nb.notebook.source import Source
    from hydro_nb.wire import LocationProgram, SourceLine

ASSETS = {"panes": Path(__file__).parent / "static" / "panes.js"}
"""What a page loads once it is needed."""

OVERTAKEN = ("draw", "watch")
"""Questions of which only the newest of each page is answered."""

SENT_KEPT = 20
"""Elements that a port remembers to have been sent from pages."""

Answer = Callable[[Mapping[str, Any]], "Message | None"]


class Asks:
    """Answers the questions of all pages of one dashboard."""

    def __init__(self, source: Source, sizes: Mapping[str, int], changed: Callable[[], object]) -> None:
        self._source = source
        self._changed = changed
        self._drawings = Drawings(source.graph, sizes) if source.graph else None
        self._newest: dict[tuple[str, str], int] = {}
        self._sending = threading.Lock()
        self._sent: dict[str, deque[dict[str, Any]]] = {}
        self._answers: deque[Message] = deque()
        self._watching = threading.Lock()
        self._watched: Mapping[str, str] = {}
        """page -> the operator that it looks at, if any"""
        self._known: dict[str, Answer] = {
            "draw": self._draw,
            "asset": asset,
            "code": self._code,
            "export": self._export,
            "ports": self._ports,
            "put": self._put,
            "again": self._again,
            "watch": self._watch,
        }

    def ask(self, content: Mapping[str, Any]) -> bool:
        """Begin to answer, and return at once; False where this is no question."""
        kind = str(content.get("kind"))
        answer = self._known.get(kind)
        if answer is None:
            return False
        if kind in OVERTAKEN:
            self._newest[kind, str(content.get("view"))] = int(content.get("number", 0))
        apart(lambda: self._answer(answer, content))
        return True

    def answers(self) -> list[Message]:
        """Give what is to be told, once."""
        return [self._answers.popleft() for _ in range(len(self._answers))]

    def follow(self, graph: Graph | None, sizes: Mapping[str, int]) -> None:
        """Draw another graph from now on."""
        self._drawings = Drawings(graph, sizes) if graph else None

    def _answer(self, answer: Answer, content: Mapping[str, Any]) -> None:
        told = answer(content)
        if told is not None:
            self._answers.append(told)
            self._changed()

    # ------------------------------------------------------------ pictures and text

    def _draw(self, content: Mapping[str, Any]) -> Message | None:
        """Draw, unless the page has asked for another one meanwhile."""
        view, number = str(content.get("view")), int(content.get("number", 0))
        if self._drawings is None or self._overtaken(content):
            return None
        drawn = self._drawings.drawn(content)
        return {"kind": "drawing", "view": view, "number": number, **drawn}, []

    def _overtaken(self, content: Mapping[str, Any]) -> bool:
        """Whether the page has asked for something else of this kind since."""
        asked = str(content.get("kind")), str(content.get("view"))
        return self._newest.get(asked, 0) > int(content.get("number", 0))

    def _code(self, _: Mapping[str, Any]) -> Message:
        return self.code(), []

    def code(self) -> dict[str, Any]:
        """Give what each location runs, line by line with the user's lines."""
        return {"kind": "code", "places": [_place(each) for each in self._source.programs()]}

    def _export(self, content: Mapping[str, Any]) -> Message | None:
        graph, form = self._source.graph, str(content.get("form"))
        if graph is None:
            return None
        text = to_mermaid(graph) if form == "mermaid" else to_dot(graph)
        return {"kind": "export", "view": str(content.get("view")), "form": form, "text": text}, []

    def _again(self, _: Mapping[str, Any]) -> Message:
        """Deploy again; all pages see what became of it."""
        try:
            told = {"text": self._source.again(), "error": ""}
        except HydroError as wrong:
            told = {"text": "", "error": str(wrong)}
        return {"kind": "again", **told}, []

    # ------------------------------------------------------------ operators that somebody looks at

    def _watch(self, content: Mapping[str, Any]) -> Message | None:
        """Let a page see what an operator gives, and none that it looked at before."""
        view, slot = str(content.get("view")), str(content.get("slot", ""))
        with self._watching:
            if self._overtaken(content):
                return None
            self._watched = {**self._watched, view: slot}
            error = self._turn()
        return {"kind": "watched", "view": view, "slot": slot, "error": error}, []

    def look_away(self) -> None:
        """Note that no page looks any more: what somebody had looked at costs nothing from now on."""
        if self._watched:
            self._watched = {}
            apart(self._turn_away)

    def _turn_away(self) -> None:
        with self._watching:
            self._turn()

    def _turn(self) -> str:
        """Have sampled what all pages look at; says why it cannot be."""
        graph = self._source.graph
        try:
            self._source.watch({slot for slot in self._watched.values() if graph and slot in graph.nodes})
        except HydroError as wrong:
            return str(wrong)
        return ""

    # ------------------------------------------------------------ ports

    def _ports(self, _: Mapping[str, Any]) -> Message:
        return self.ports(), []

    def ports(self) -> dict[str, Any]:
        """Give the ports through which a person may send, with what pages have sent."""
        graph = self._source.graph
        ports = [self._port(graph, slot) for slot in self._source.inlets()] if graph else []
        return {"kind": "ports", "ports": ports}

    def _port(self, graph: Graph, slot: str) -> dict[str, Any]:
        node = graph.nodes[slot]
        title = node.site.name.partition(",")[0] or node.op.label
        where = graph.display_name(node.place)
        sent = list(self._sent.get(slot, ()))
        return {"slot": slot, "title": title, "place": where, "type": element_name(node.outputs[0]), "sent": sent}

    def _put(self, content: Mapping[str, Any]) -> Message:
        """Send what a person typed; all that page see what became of it."""
        slot, text = str(content.get("slot")), str(content.get("text"))
        with self._sending:
            try:
                value = self._read(slot, text)
                self._source.send(slot, value)
                told = {"text": repr(value), "error": ""}
            except HydroError as wrong:
                told = {"text": text, "error": str(wrong)}
            except (ValueError, TypeError, msgspec.ValidationError) as wrong:
                told = {"text": text, "error": f"{type(wrong).__name__}: {wrong}"}
            if slot in self._source.inlets():
                self._sent.setdefault(slot, deque(maxlen=SENT_KEPT)).append({**told, "time": time.time()})
        return self._ports(content)

    def _read(self, slot: str, text: str) -> object:
        graph = self._source.graph
        if graph is None or slot not in self._source.inlets():
            raise HydroError(
                f"a page asked to send through `{slot[:40]}`, which is no external port of this deployment"
            )
        return read(text, graph.nodes[slot].outputs[0].element)


def read(text: str, kind: Any = Any) -> object:
    """Read what a person typed: JSON or a Python literal, made into the type of the elements where that is known.

    >>> read('{"n": [1, true]}'), read("('a', 1)"), read('["a", 1]', tuple[str, int])
    ({'n': [1, True]}, ('a', 1), ('a', 1))
    """
    try:
        value = json.loads(text)
    except ValueError:
        try:
            value = ast.literal_eval(text.strip())
        except (ValueError, SyntaxError) as wrong:
            raise HydroError(f"`{text[:80]}` is neither JSON nor a Python literal; a text needs quotes") from wrong
    return value if kind is Any or _is(value, kind) else msgspec.convert(value, kind)


def _is(value: object, kind: Any) -> bool:
    return get_origin(kind) is None and isinstance(kind, type) and isinstance(value, kind)


def _place(program: LocationProgram) -> dict[str, Any]:
    """Give the generated code of a location with the user's line of each of its lines, told once each."""
    sites: dict[tuple[str, int], int] = {}
    told: list[dict[str, Any]] = []
    numbers = [_number(line, sites, told) for line in program.lines]
    return {"name": program.name, "source": program.source, "sites": told, "lines": numbers}


def _number(line: SourceLine | None, sites: dict[tuple[str, int], int], told: list[dict[str, Any]]) -> int:
    if line is None or not line.site.cell:
        return -1
    key = (line.slot, line.site.line)
    if key not in sites:
        sites[key] = len(told)
        told.append({**site(line.site), "slot": line.slot, "op": line.op})
    return sites[key]


def asset(content: Mapping[str, Any]) -> Message | None:
    """Give what a page loads once it is needed; none where it asks for anything else.

    >>> asset({"kind": "asset", "name": "../secret"}) is None
    True
    """
    path = ASSETS.get(str(content.get("name")))
    if path is None:
        return None
    return {"kind": "asset", "name": str(content.get("name"))}, [path.read_bytes()]
