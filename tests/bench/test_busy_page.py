"""Real JupyterLab and a real kernel while a flow sends 100 000 elements a second and prints 200 000 lines a second:
what the page and the kernel are still good for, what they hold, and what is shown at the end."""

from __future__ import annotations

import re
import statistics
import time

import pytest
from lab_rig import Beside, notebook_of
from playwright.sync_api import expect

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]
SECONDS = 10
"""How long it is measured."""
BEATS = 100 * (SECONDS + 15)
ELEMENTS, LINES = 1000, 2000
"""of each beat, of which there are a hundred a second"""
FLOW = f"""%%hydro --deploy
class Clock: ...
class Sink: ...
class Loud: ...
beats = process(Clock).source_interval(0.01).limit({BEATS})
beats.flat_map_ordered(lambda _: range({ELEMENTS})).send(process(Sink)).fold(lambda: 0, lambda n, _: n + 1)
loud = process(Loud).source_interval(0.01).limit({BEATS}).flat_map_ordered(lambda _: range({LINES}))
loud.for_each(lambda n: print(n, "a line as long as most are"))"""
LARGE = "deployment = flows.operators(2000).deploy()\ndeployment"
PATIENCE = 60.0
WATCH = """() => {
    const busy = window.busy = { frames: [], longest: 0, tasks: 0 };
    let last = performance.now();
    const frame = at => { busy.frames.push(at - last); last = at; busy.next = requestAnimationFrame(frame); };
    busy.next = requestAnimationFrame(frame);
    new PerformanceObserver(list => list.getEntries().forEach(task => {
        busy.tasks += 1;
        busy.longest = Math.max(busy.longest, task.duration);
    })).observe({ entryTypes: ["longtask"] });
}"""
TOLD = """() => {
    cancelAnimationFrame(window.busy.next);
    return window.busy;
}"""


@pytest.mark.parametrize("tab", ["streams", "logs"])
def test_a_page_and_a_kernel_beside_a_flood(tmp_path, tab):
    with notebook_of(["import hydro_nb", FLOW], tmp_path) as notebook:
        notebook.run_all()
        beside = Beside(notebook)
        _watched(notebook, beside, tab)
        beside.close()


def _watched(notebook, beside, tab):
    dashboard = notebook.dashboard()
    dashboard.wait_for_total(50 * ELEMENTS)
    expect(dashboard.tab(tab)).to_be_visible()
    before, used = beside.held(), beside.spent()
    beside.sizes.clear()
    began = time.perf_counter()
    notebook.page.evaluate(WATCH)
    taken = beside.round_trips(SECONDS)
    told = notebook.page.evaluate(TOLD)
    used, seconds, sizes = beside.spent() - used, time.perf_counter() - began, [*beside.sizes]
    report(told, taken, used, sizes, before, beside.held(), seconds)
    to_sink = dashboard.root.locator(".stream", has_text="Clock → Sink").locator(".count b")
    dashboard.tab("streams")
    expect(to_sink).to_have_text(whole(BEATS * ELEMENTS), timeout=60_000)
    dashboard.tab("logs")
    status = dashboard.root.locator(".log-status")
    expect(status).to_have_text(re.compile(f"^{whole(BEATS * LINES)} lines, "), timeout=60_000)


def test_two_thousand_operators_are_drawn_while_page_and_kernel_go_on(tmp_path):
    with notebook_of(["from hydro_nb.bench import flows", LARGE], tmp_path) as notebook:
        notebook.run_all(PATIENCE)
        beside = Beside(notebook)
        nodes = notebook.dashboard().root.locator(".stage .node")
        expect(nodes).to_have_count(beside.value("len(deployment.processes)"))
        _drawn(notebook, beside, nodes, beside.value("len(deployment.program.graph.nodes)"))
        beside.close()


def _drawn(notebook, beside, nodes, count):
    """Open all boxes, and measure until they are."""
    before, used, began = beside.held(), beside.spent(), time.perf_counter()
    notebook.page.evaluate(WATCH)
    notebook.page.get_by_label("Open all boxes").click()
    taken = []
    while nodes.count() < count:
        taken += beside.round_trips(0.2)
        assert time.perf_counter() - began < PATIENCE
    seconds = time.perf_counter() - began
    told = notebook.page.evaluate(TOLD)
    used = beside.spent() - used
    print(f"\n{count} operators are drawn after {seconds:.1f} s")
    report(told, sorted(taken), used, beside.sizes, before, beside.held(), seconds)


def whole(number):
    """Write a number as the page does."""
    return f"{number:,}".replace(",", "\u202f")


def report(told, taken, used, sizes, before, after, seconds):
    frames = sorted(told["frames"])
    grown = [(now - then) / 2**20 for then, now in zip(before, after, strict=True)]
    print(
        f"\n{1000 * len(frames) / sum(frames):.0f} frames/s (median {statistics.median(frames):.1f} ms, "
        f"95 % {frames[int(len(frames) * 0.95)]:.1f} ms, worst {frames[-1]:.0f} ms); "
        f"{told['tasks']} tasks of more than 50 ms, the longest {told['longest']:.0f} ms; "
        f"the page's thread uses {100 * used / seconds:.0f} % of a processor\n"
        f"{len(sizes) / seconds:.1f} messages/s, {sum(sizes) / seconds / 2**10:.0f} KiB/s; "
        f"a cell is answered in {1e3 * statistics.median(taken):.1f} ms, at most {1e3 * taken[-1]:.0f} ms\n"
        f"the page holds {after[0] / 2**20:.0f} MiB ({grown[0]:+.1f}), "
        f"the kernel {after[1] / 2**20:.0f} ({grown[1]:+.1f})"
    )
