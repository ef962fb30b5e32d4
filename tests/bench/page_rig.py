"""A bare page with a dashboard in it, and large flows to show there."""

from __future__ import annotations

import json
import time

import demo_page

from hydro_nb import TCP, FlowBuilder, nondet
from hydro_nb.notebook.drawings import Drawings
from hydro_nb.notebook.feed import Feed
from hydro_nb.notebook.meta import graph_trait
from hydro_nb.telemetry import state as telemetry
from hydro_nb.wire import LocationProgram, peer

CALL = """([name, given]) => import("/tests/bench/page_play.js").then(module => module[name](given))"""


class Worker: ...


def ring(operators, processes):
    """Give a flow that runs through so many processes, with so many operators."""
    flow = FlowBuilder("ring")
    places = [flow.process(type(f"P{number}", (), {})) for number in range(processes)]
    stream = places[0].source_iter([1])
    for number, place in enumerate([*places[1:], places[0]], start=1):
        # of each process its share, less the edge that leads to it
        while len(flow.graph.nodes) < (operators - 1) * number // processes - 1:
            stream = stream.map(lambda n: n + 1)
        stream = stream.send(place, TCP.fail_stop())
    return flow, places, stream


def linked(operators, processes):
    """Give a flow in which so many processes form a ring."""
    flow, _, stream = ring(operators, processes)
    stream.for_each(print)
    return flow.graph, 1


def spread(operators, processes):
    """Give one in which a ring of a few leads to a cluster that has all the other members."""
    flow, places, stream = ring(operators - operators // 5, 8)
    workers = flow.cluster(Worker)
    stream = stream.round_robin(workers, TCP.fail_stop(), nondet("any"))
    while len(flow.graph.nodes) < operators - 1:
        stream = stream.map(lambda n: n + 1)
    stream.for_each(print)
    return flow.graph, processes - len(places)


def traits(graph, members):
    """Give what a page is told of a deployment of a graph, all of whose processes run."""
    programs = {}
    for place in graph.places.values():
        if place.parent is None:
            kind = "cluster" if place.kind == "cluster" else "process"
            program = LocationProgram(place.number, place.slot, graph.display_name(place), kind)
            programs |= {peer(place.number, n): program for n in range(members if kind == "cluster" else 1)}
    state = telemetry.begin("large", programs, time.time())
    for row in state.processes:
        state = telemetry.apply(state, telemetry.Entered(row, "running", 1000 + row % 60000, time.time()))
    state = telemetry.phase(state, "running", time.time())
    told = {"mode": "live", "name": "large", "deployment": "bench", "graph": graph_trait(graph, live=True)}
    return told | Feed(graph).traits(state, time.time()) | {"acts": [], "logs": "", "inlets": []}


def serve(route):
    """Answer from the checkout."""
    if route.request.url.removeprefix(demo_page.ORIGIN) in ("", "/"):
        style = (demo_page.ROOT / "hydro_nb/notebook/static/widget.css").read_text()
        page = f"<!doctype html><style>{style}</style><body><div id=view></div>"
        return route.fulfill(body=page, content_type="text/html")
    return demo_page.serve(route)


class Rig:
    """A page, and what it costs its thread to show something."""

    def __init__(self, browser):
        self.page = browser.new_page(viewport={"width": 1280, "height": 800})
        self.page.route("**/*", serve)
        self._session = self.page.context.new_cdp_session(self.page)

    def measured(self, graph, members, *, opened, tab, seconds, lines=0):
        """Show a graph in a page that begins anew, play to it, and give the figures."""
        told = json.loads(json.dumps(traits(graph, members)))
        self.page.goto(demo_page.ORIGIN)
        drawing = Drawings(graph, {}).drawn({"closed": []}) if opened else {"svg": ""}
        slots = [stream["slot"] for stream in told["graph"]["streams"] if stream["kind"] != "value"]
        given = {"traits": told, "names": [row["name"] for row in told["processes"]]}
        opening = self._call("open", **given, drawing=drawing, tab=tab)
        before = self._spent()
        result = self._call("play", **given, slots=slots, seconds=seconds, lines=lines)
        used = [100 * (now - then) / seconds for then, now in zip(before, self._spent(), strict=True)]
        print("\n" + sentence(result, used, opening, self._held()))
        return result

    def _call(self, name, **given):
        return self.page.evaluate(CALL, [name, given])

    def _held(self):
        """Give the bytes that the page has on its heap."""
        self._session.send("HeapProfiler.collectGarbage")
        return self._metrics()["JSHeapUsedSize"]

    def _metrics(self):
        # while other programs run, seconds of the thread are its own
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})
        return {each["name"]: each["value"] for each in self._session.send("Performance.getMetrics")["metrics"]}

    def _spent(self):
        """Give the seconds of a processor that the page's thread has used: in all, in scripts, and for layout."""
        told = self._metrics()
        return [told["TaskDuration"], told["ScriptDuration"], told["LayoutDuration"] + told["RecalcStyleDuration"]]


def sentence(figures, used, opening, held):
    """Say it in words."""
    return (
        f"{figures['fps']:.0f} frames/s (median {figures['median']:.1f} ms, 95 % {figures['late']:.1f} ms, "
        f"worst {figures['worst']:.0f} ms); the page's thread uses {used[0]:.0f} % of a processor "
        f"(scripts {used[1]:.1f} %, layout {used[2]:.1f} %), {held / 2**20:.0f} MiB, {figures['nodes']} nodes; "
        f"opened in {opening['took']:.0f} ms"
    )
