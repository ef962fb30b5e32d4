"""The dashboard: one widget per deployment, fed from the kernel's I/O thread, live also while a cell runs.

State that must survive a reload of the page is in traits (at most twice a second); streams are messages (at most eight
a second, everything of one tick in one). Handlers of messages only take note: they may run in any thread.
"""

from __future__ import annotations

import sys
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import anywidget
import IPython.display
import traitlets

from hydro_nb.notebook.acts import Acts, apart
from hydro_nb.notebook.asks import Asks, asset
from hydro_nb.notebook.bundle import packed, packed_json
from hydro_nb.notebook.fallback import static_bundle
from hydro_nb.notebook.feed import LOG_LINES, Feed, Message
from hydro_nb.notebook.kept import LINES
from hydro_nb.notebook.meta import graph_trait
from hydro_nb.notebook.pace import FAST, Pace
from hydro_nb.notebook.quiet import quiet_parent
from hydro_nb.notebook.source import DeploymentSource, is_source
from hydro_nb.telemetry.state import shown

if TYPE_CHECKING:
    from hydro_nb.deploy.deployment import Deployment
    from hydro_nb.ir.graph import Graph
    from hydro_nb.notebook.source import Cancel, Source
    from hydro_nb.telemetry.state import DeploymentState
    from hydro_nb.wire import LogLine

STATIC = Path(__file__).parent / "static"
TRAIT_STEP = 0.5
STILL_STEP = 1.0
SNAPSHOT_LINES = 1000
ALL = sys.maxsize
"""As many lines as there can be."""
NO_GRAPH: dict[str, Any] = {
    "svg": "",
    "text": "",
    "summary": "",
    "nodes": {},
    "kinds": [],
    "places": {},
    "streams": [],
    "links": [],
    "by": "location",
    "closed": [],
    "boxes": {},
    "bundles": {},
}


class _View(anywidget.AnyWidget):
    """What both widgets share: the bundle, and a comm that is opened without a parent."""

    _esm = packed(STATIC / "widget.js", STATIC / "widget.css")
    mode = traitlets.Unicode("live").tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
    deployment = traitlets.Unicode().tag(sync=True)
    graph = traitlets.Dict(default_value=NO_GRAPH).tag(sync=True, to_json=packed_json)
    status = traitlets.Dict().tag(sync=True)
    processes = traitlets.List[dict[str, Any]]().tag(sync=True)
    problems = traitlets.List[dict[str, Any]]().tag(sync=True)
    totals = traitlets.Dict().tag(sync=True)
    discarded = traitlets.Dict().tag(sync=True)
    skipped = traitlets.Dict().tag(sync=True)
    faults = traitlets.List[dict[str, Any]]().tag(sync=True)
    stale = traitlets.List[dict[str, Any]]().tag(sync=True)
    acts = traitlets.List[dict[str, Any]]().tag(sync=True)
    logs = traitlets.Unicode().tag(sync=True)
    inlets = traitlets.List[str]().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        with quiet_parent():
            super().__init__(deployment=uuid.uuid4().hex[:12], **traits)


class GraphView(_View):
    """A flow that is being built: its graph to pan, zoom and point at, with `highlight` marking what is new.

    GraphView(flow.graph, highlight=change.touched)
    """

    def __init__(self, graph: Graph, highlight: Collection[str] = ()) -> None:
        drawn = graph_trait(graph, live=False, highlight=highlight)
        super().__init__(mode="build", name=graph.name, graph=drawn)
        cast("Any", self).on_msg(self._heard)

    def _heard(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        """Give what the page loads when its table, its legend or a file is wanted."""
        answer = asset(content) if content.get("kind") == "asset" else None
        if answer is not None:
            cast("Any", self).send(*answer)


class Dashboard(_View):
    """A deployment as it runs: graph, streams, logs, processes, problems, and the buttons that stop and kill.

    Dashboard(deployment)  # at the end of a cell
    """

    def __init__(self, watched: Deployment | Source) -> None:
        source = watched if is_source(watched) else DeploymentSource(watched)
        self._source = source
        self._feed = Feed(source.graph)
        self._pace = Pace()
        self._acts = Acts(source, self._acted)
        self._inbox: deque[dict[str, Any]] = deque()
        self._views: dict[str, int] = {}
        self._cursor = 0
        self._synced = 0.0
        self._handle: Any = None
        self._kept: tuple[str, Mapping[str, int], int] = ("", {}, 0)
        self._kept_at = 0.0
        self._keeping = threading.Lock()
        self._cancel: Cancel | None = None
        self._closed = False
        self._stale: list[dict[str, Any]] = []
        self._graph = source.graph
        self._fresh: dict[str, Any] | None = None
        state = source.snapshot()
        self._asks = Asks(source, {}, self._acted)
        graph = self._draw(state)
        traits = self._feed.traits(state, time.time())
        traits |= {"logs": str(source.log_folder or ""), "inlets": list(source.inlets())}
        super().__init__(mode="live", name=source.name, graph=graph, **traits)
        cast("Any", self).on_msg(self._heard)
        self._cancel = source.every(FAST, self._tick)

    def _draw(self, state: DeploymentState) -> dict[str, Any]:
        """Draw the graph that runs, and be ready for what pages ask about it."""
        sizes = Counter(row.slot for row in state.processes.values())
        self._asks.follow(self._graph, sizes)
        return graph_trait(self._graph, live=True, sizes=sizes) if self._graph else NO_GRAPH

    # ------------------------------------------------------------ showing

    def _ipython_display_(self) -> None:
        """Show the picture that a saved notebook keeps, then the live view, which hides it while it is there."""
        show: Callable[..., Any] = cast("Any", IPython.display).display
        _, lines = self._newest(LINES)
        static = static_bundle(self.graph, self._source.snapshot(), self.deployment, lines)
        self._handle = show(static, raw=True, display_id=f"hydro-{self.deployment}-{uuid.uuid4().hex[:6]}")
        data, metadata = self._mime()
        show(data, metadata=metadata, raw=True)

    def _mime(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give the live view as a display bundle; the picture above it has the words for hosts without widgets."""
        data, metadata = cast("Any", self)._repr_mimebundle_()
        return {**data, "text/plain": ""}, metadata

    def retire(self, by: str) -> None:
        """Show a deployment that is over as it ended, though it is kept nowhere else: the cell `by` has replaced it."""
        if isinstance(self._source, DeploymentSource):
            self._source.retire(by)

    def close(self) -> None:
        """Take the view away; the deployment goes on."""
        self._closed = True
        self._asks.look_away()
        if self._cancel is not None:
            self._cancel()
            self._cancel = None
        super().close()

    # ------------------------------------------------------------ hearing the page (in any thread)

    def _heard(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        kind = content.get("kind")
        if kind == "stop":
            apart(self._source.stop)
        elif kind == "act":
            self._acts.ask(content)
        elif kind == "dismiss":
            self._acts.dismiss(content)
        elif self._asks.ask(content):
            return
        else:
            self._inbox.append(content)
        self._acted()

    def wake(self) -> None:
        """Go on where the deployment had ended and runs again; see which cells are to run again."""
        stale = self._source.stale()
        if stale != self._stale:
            self._stale = stale
            self._acted()
        if self._cancel is None and not (self._closed or self._source.snapshot().over):
            self._answer_once()

    def keep(self) -> None:
        """Show how it is now in the picture that stays, where nothing goes on: who only runs cells looks no later."""
        if _rests(self._source.snapshot()):
            self._keep_still(time.time())

    def _acted(self) -> None:
        """See to it that what has changed is told, also where nothing ticks any more."""
        if self._cancel is None:
            self._answer_once()

    def _answer_once(self) -> None:
        """Answer a page that was opened after the end."""
        timer: list[Cancel] = []

        def answer() -> None:
            timer[0]()
            self._tick()

        timer.append(self._source.every(0.01, answer))

    # ------------------------------------------------------------ telling the page (in the I/O thread)

    def _tick(self) -> None:
        state, now = self._source.snapshot(), time.time()
        owed = self._read_inbox()
        over = state.over
        owed = self._follow(state) or owed
        if not self._pace.listening:
            self._asks.look_away()
        with quiet_parent():
            self._sync(state, now, last=over)
            if owed:
                self._tell(self._everything(state, now), now)
            elif over and self._cancel is not None and self._views:
                self._tell_news(state, now, last=True)
            elif self._pace.due(now):
                self._tell_news(state, now)
            for content, buffers in self._asks.answers():
                cast("Any", self).send(content, buffers)
        if over or (_rests(state) and now - self._kept_at >= STILL_STEP):
            self._keep_still(now)
        if over and self._cancel is not None:
            self._cancel()
            self._cancel = None

    def _follow(self, state: DeploymentState) -> bool:
        """Draw anew where the flow was deployed again, in a thread beside, and go on ticking where all had ended.

        Gives whether pages show another graph from now on, and so are owed what is known of it.
        """
        if self._source.graph is not self._graph:
            self._graph = self._source.graph
            apart(self._redraw)
        fresh, self._fresh = self._fresh, None
        if fresh is not None:
            self._feed = Feed(self._graph)
            with quiet_parent(), self.hold_sync():
                self.set_trait("graph", fresh)
                self.set_trait("inlets", list(self._source.inlets()))
                self.set_trait("logs", str(self._source.log_folder or ""))
        if self._cancel is None and not (state.over or self._closed):
            self._cancel = self._source.every(FAST, self._tick)
        return fresh is not None

    def _redraw(self) -> None:
        self._fresh = self._draw(self._source.snapshot())
        self._acted()

    def _read_inbox(self) -> bool:
        """Take note of what the page said; gives whether it is owed everything."""
        owed = False
        while self._inbox:
            content = self._inbox.popleft()
            if content.get("kind") == "hello" and self._is_new(content):
                self._pace.hello(content.get("pace"))
                owed = True
            elif content.get("kind") == "ack":
                self._pace.ack(int(content.get("seq", 0)))
        return owed

    def _is_new(self, hello: dict[str, Any]) -> bool:
        """Whether this question was not overtaken by a later one: pages ask again while a cell holds up the first."""
        view, number = str(hello.get("view")), int(hello.get("number", 0))
        new = number > self._views.get(view, 0)
        self._views[view] = max(number, self._views.get(view, 0))
        return new

    def _sync(self, state: DeploymentState, now: float, *, last: bool) -> None:
        """Set the traits, at most twice a second; when nobody looks the phase and what buttons did alone."""
        told = self._acts.told()
        news = self.status.get("phase") != shown(state, now) or self.acts != told or self.stale != self._stale
        if not (last or news or (self._pace.listening and now - self._synced >= TRAIT_STEP)):
            return
        self._synced = now
        with self.hold_sync():
            for name, value in {**self._feed.traits(state, now), "acts": told, "stale": self._stale}.items():
                self.set_trait(name, value)

    def _tell_news(self, state: DeploymentState, now: float, *, last: bool = False) -> None:
        """Tell what is new, to who is slow to answer only in numbers; at the end all that has not been told."""
        brief = self._pace.summary(now) and not last
        lines: list[LogLine] = []
        missing = 0
        if not brief:
            cursor, lines = self._newest(LOG_LINES, self._cursor)
            missing, self._cursor = cursor - self._cursor - len(lines), cursor
        content, buffers = self._feed.tick(state, lines, now, brief=brief)
        if missing:
            cast("dict[str, Any]", content["logs"])["dropped"] += missing
        if any(content.get(part) for part in ("totals", "samples", "values", "logs")) or self._pace.idle(now):
            self._tell((content, buffers), now)

    def _everything(self, state: DeploymentState, now: float) -> Message:
        """Give all that a new page has to know; of the lines the newest, and how many there were before."""
        self._cursor, lines = self._newest(SNAPSHOT_LINES)
        content, buffers = self._feed.snapshot(state, lines, now)
        if lines:
            cast("dict[str, Any]", content["logs"])["dropped"] += self._cursor - len(lines)
        return content, buffers

    def _newest(self, count: int, since: int = 0) -> tuple[int, list[LogLine]]:
        """Give how many lines there are, and the newest after the first `since`; older ones are not taken apart."""
        total, _ = self._source.logs_since(ALL)
        return self._source.logs_since(max(since, total - count))

    def _tell(self, message: Message, now: float) -> None:
        content, buffers = message
        cast("Any", self).send({**content, "seq": self._pace.sent(now)}, buffers)

    def _keep_still(self, now: float) -> None:
        """Give the picture that a saved notebook keeps what has been counted, if it does not have it yet."""
        if self._handle is None:
            return
        with self._keeping, quiet_parent():
            state = self._source.snapshot()  # two threads come here: what is seen in turn is shown in turn
            kept = (state.state, state.totals, self._source.logs_since(ALL)[0])
            if self._kept == kept:
                return
            self._kept, self._kept_at = kept, now
            static = static_bundle(self.graph, state, self.deployment, self._newest(LINES)[1])
            self._handle.update(static, raw=True)


def _rests(state: DeploymentState) -> bool:
    """Whether nothing goes on any more, for now or for good."""
    return state.over or state.state in ("settled", "failed")
