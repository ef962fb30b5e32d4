"""The dashboard in Chromium while everything moves: frames a second, memory, and what the page shows at the end."""

from __future__ import annotations

import json
import mimetypes
import shutil
import time
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from hydro_nb import TCP, FlowBuilder, nondet
from hydro_nb.notebook.drawings import Drawings
from hydro_nb.notebook.feed import LOG_BYTES, Feed
from hydro_nb.notebook.layout import draw
from hydro_nb.notebook.meta import graph_trait
from hydro_nb.telemetry import state as telemetry
from hydro_nb.wire import LocationProgram, peer

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[2]
ORIGIN = "http://hydro.test"
SECONDS = 5
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]

# plays a tick of 100 000 events and 25 000 lines eight times a second, and notes when frames come
PLAY = """async ([traits, names, drawing, seconds, slots, lines]) => {
    const { FakeModel } = await import("/js/demo/host.js");
    const { default: widget } = await import("/hydro_nb/notebook/static/widget.js");
    const model = new FakeModel({ traits, names, frames: [], drawings: { location: drawing } });
    const el = document.getElementById("view");
    await widget.render({ model, el, signal: new AbortController().signal });
    window.model = model;
    if (drawing.svg) {
        const opened = performance.now();
        el.querySelector('[aria-label="Open all boxes"]').click();
        window.opened = performance.now() - opened;
    }
    if (lines) el.querySelector("[data-tab=logs]").click();
    const frames = [], spent = [];
    let last = performance.now(), on = true, beats = 0;
    const frame = at => { frames.push(at - last); last = at; if (on) requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
    const text = Array.from({ length: lines }, (_, n) => `${n % names.length}\\to\\tinfo\\t1\\tline ${n} of many more`);
    await new Promise(done => {
        const timer = setInterval(() => {
            const began = performance.now();
            beats += 1;
            const totals = Object.fromEntries(slots.map((slot, n) => [slot, beats * (12500 + n)]));
            const sample = (_, n) => ({ time: 1, text: `('item', ${beats}, ${n})`, type: "tuple" });
            const newest = Array.from({ length: 50 }, sample);
            const samples = Object.fromEntries(slots.slice(0, 20).map(slot => [slot, newest]));
            const at = { time: Date.now() / 1000, totals, samples };
            model.emit("msg:custom", model.message("tick", at, text), lines ? [model.buffer(text)] : []);
            const rows = traits.processes.map(row => ({ ...row, rate: beats, cpu: 0.5 }));
            if (beats % 4 === 0) model.set("processes", rows);
            spent.push(performance.now() - began);
            if (beats >= seconds * 8) { clearInterval(timer); done(); }
        }, 125);
    });
    on = false;
    el.querySelector("[data-tab=streams]").click();
    await new Promise(requestAnimationFrame);
    const sorted = [...frames].sort((a, b) => a - b);
    const at = part => sorted[Math.floor((sorted.length - 1) * part)];
    return {
        fps: frames.length / (frames.reduce((sum, each) => sum + each, 0) / 1000),
        median: at(0.5), late: at(0.95), worst: at(1),
        spent: spent.reduce((sum, each) => sum + each, 0) / spent.length,
        megabytes: performance.memory.usedJSHeapSize / 2 ** 20,
        shown: [...el.querySelectorAll(".stream:not(.value) .count b")]
            .map(each => each.textContent.replace(/\\D/g, "")),
        nodes: el.querySelectorAll(".stage .node").length,
        expected: slots.map((slot, n) => String(beats * (12500 + n))),
    };
}"""


class Worker: ...


def wide(operators, processes):
    """Give a graph of so many operators: rings of processes and a cluster that has all the other members."""
    flow = FlowBuilder("wide")
    places = [flow.process(type(f"P{number}", (), {})) for number in range(8)]
    workers = flow.cluster(Worker)
    stream = places[0].source_iter([1])
    each = operators // 10
    for place in [*places[1:], places[0]]:
        for _ in range(each - 1):
            stream = stream.map(lambda n: n + 1)
        stream = stream.send(place, TCP.fail_stop())
    spread = stream.round_robin(workers, TCP.fail_stop(), nondet("any"))
    while len(flow.graph.nodes) < operators - 1:
        spread = spread.map(lambda n: n + 1)
    spread.for_each(print)
    return flow.graph, {places[0]: 1, workers: processes - len(places)}


def traits(graph, members):
    """Give what a page is told of a deployment of a graph, all of whose processes run."""
    programs = {}
    for place in graph.places.values():
        if place.parent is None:
            kind = "cluster" if place.kind == "cluster" else "process"
            program = LocationProgram(place.number, place.slot, graph.display_name(place), kind)
            programs |= {peer(place.number, n): program for n in range(members if kind == "cluster" else 1)}
    state = telemetry.begin("wide", programs, time.time())
    for row in state.processes:
        state = telemetry.apply(state, telemetry.Entered(row, "running", 1000 + row % 60000, time.time()))
    state = telemetry.phase(state, "running", time.time())
    told = {"mode": "live", "name": "wide", "deployment": "bench", "graph": graph_trait(graph, live=True)}
    return told | Feed(graph).traits(state, time.time()) | {"acts": [], "logs": "", "inlets": []}


def serve(route):
    """Answer from the checkout."""
    path = route.request.url.removeprefix(ORIGIN).split("?")[0].lstrip("/")
    if not path:
        style = (ROOT / "hydro_nb/notebook/static/widget.css").read_text()
        page = f"<!doctype html><style>{style}</style><body><div id=view></div>"
        return route.fulfill(body=page, content_type="text/html")
    file = ROOT / path
    if not file.is_file():
        return route.fulfill(status=204)
    return route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0])


@pytest.fixture(scope="module")
def page():
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        made = browser.new_page(viewport={"width": 1280, "height": 800})
        made.route("**/*", serve)
        made.goto(ORIGIN)
        yield made
        browser.close()


def measured(page, graph, told, *, opened, lines=0):
    """Play and measure; the page begins anew."""
    page.goto(ORIGIN)
    drawing = Drawings(graph, {}).drawn({"closed": []}) if opened else {"svg": ""}
    slots = [stream["slot"] for stream in told["graph"]["streams"] if stream["kind"] != "value"]
    names = [row["name"] for row in told["processes"]]
    result = page.evaluate(PLAY, [json.loads(json.dumps(told)), names, drawing, SECONDS, slots, lines])
    print({name: round(value, 1) for name, value in result.items() if isinstance(value, int | float)})
    return result


@pytest.mark.parametrize("opened", [False, True])
def test_five_hundred_operators_in_sixty_four_processes(page, opened):
    graph, sizes = wide(500, 64)
    result = measured(page, graph, traits(graph, max(sizes.values())), opened=opened)
    assert result["shown"] == result["expected"]


def test_as_many_lines_as_the_kernel_sends(page):
    """Of more than fit into a message the kernel tells the number alone."""
    graph, sizes = wide(40, 8)
    lines = LOG_BYTES // len("0\to\tinfo\t1234567890.123\tline 1000 of many more\n")
    result = measured(page, graph, traits(graph, max(sizes.values())), opened=False, lines=lines)
    assert result["shown"] == result["expected"]


def test_two_thousand_operators_are_laid_out():
    graph, _ = wide(2000, 64)
    began = time.perf_counter()
    graph_trait(graph, live=True)
    closed = time.perf_counter()
    assert draw(graph, live=True)
    print(f"closed in {closed - began:.2f} s, all open, in the background, in {time.perf_counter() - closed:.2f} s")
