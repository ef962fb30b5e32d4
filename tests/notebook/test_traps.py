"""Traps that notebooks lay for tools like this one, each with the tests that hold it off.

A widget whose `initialize` takes more than 2 s hears nothing, for ever:
    test_traps.py::test_nothing_is_begun_before_it_is_shown
The module is kept once per widget in a saved notebook:
    test_traps.py::test_twenty_widgets_make_a_small_notebook
What is needed rarely is loaded on demand, once:
    tests/test_js.py::test_the_bundle_is_small_and_loads_nothing_from_elsewhere
A server drops messages above a rate, and the last number is wrong:
    js/tests/store.test.js::a gap is noticed, and the totals are right again after the snapshot
The rate is that of a person, whatever happens in the flow:
    test_feed.py::test_fresh_answers_keep_it_fast
Counts are right after an overload:
    tests/e2e/test_dashboard.py::test_counts_of_a_fast_flow_are_exact_when_it_has_settled
The last state is told after the end:
    test_widget.py::test_the_last_state_is_told_and_the_ticking_ends
A reload of the page loses all messages:
    test_widget.py::test_what_survives_a_reload_is_in_traits
    tests/e2e/test_dashboard.py::test_a_page_loaded_again_shows_what_runs
A closed tab makes the server keep what is sent to it:
    test_feed.py::test_late_answers_slow_it_down_and_none_ends_it
Nobody is sent to who has not asked:
    test_widget.py::test_nothing_is_sent_before_hello_and_a_snapshot_after_it
Late answers slow the page, never the flow:
    test_feed.py::test_a_brief_tick_has_numbers_alone_and_owes_the_rest
Buttons are dead while a cell runs:
    tests/e2e/test_dashboard.py::test_stop_works_while_a_cell_is_busy
    tests/e2e/test_faults_page.py::test_buttons_work_while_a_cell_is_busy
A comm is answered in the thread of the cell that sent last:
    test_widget.py::test_the_kernel_does_not_tie_a_quiet_comm_to_the_cell
What is sent for a cell carries that cell along into other threads:
    test_traps.py::test_what_ticks_has_no_cell_whichever_began_it
A handler that works holds up the others:
    test_widget.py::test_buttons_do_not_wait_for_what_they_ask
What matters can be done without a page:
    test_magics.py::test_stop_all_tells_deployments_apart
A cell must not wait for a page:
    test_traps.py::test_nothing_waits_for_a_page
"Error displaying widget" where a notebook is opened again:
    tests/e2e/test_dashboard.py::test_a_saved_notebook_keeps_the_picture_with_the_final_counts
    test_widget.py::test_shown_in_a_cell_it_leaves_a_picture_and_a_live_view
The still picture stands beside the live one:
    test_dashboard_page.py::test_the_still_picture_hides_while_the_view_is_live
The page's code is older than the kernel's:
    tests/test_js.py::test_the_committed_bundle_is_what_the_sources_give
A second port, which proxies do not know:
    test_traps.py::test_a_dashboard_opens_no_port
Processes outlive their kernel:
    tests/e2e/test_orphans.py::test_nothing_is_left_after_its_kernel
Views that were closed go on:
    js/tests/store.test.js::nothing is listened to after the end
    js/tests/dashboard.test.js::nothing is painted after the end
    test_widget.py::test_a_closed_view_ticks_no_more
A view of what was replaced looks alive:
    test_traps.py::test_a_view_of_what_a_cell_replaced_shows_how_it_ended
A view of what ended stands still, though it runs again:
    test_traps.py::test_a_dashboard_goes_on_where_its_deployment_begins_anew
A cell that runs again adds a handler, a hook, a thread, a deployment that nobody needs:
    test_traps.py::test_a_cell_that_runs_again_leaves_nothing_behind
The wheel and the keys belong to the notebook:
    tests/e2e/test_dashboard.py::test_keys_and_wheel_belong_to_whom_they_should
Dark pages:
    tests/e2e/test_dashboard.py::test_colours_follow_the_page
    test_dashboard_page.py::test_the_theme_follows_its_host_while_it_is_shown
All is drawn anew for each number:
    test_dashboard_page.py::test_nothing_jumps_when_data_arrives
A network of other people:
    tests/test_js.py::test_the_bundle_is_small_and_loads_nothing_from_elsewhere
A page without its kernel looks alive:
    tests/e2e/test_dashboard.py::test_a_restarted_kernel_leaves_no_process_and_the_dashboard_says_so
    test_dashboard_page.py::test_a_kernel_that_says_nothing_is_missed
Nobody can use it without a mouse:
    test_dashboard_page.py::test_the_whole_dashboard_works_from_the_keyboard
Nobody can use it without eyes:
    test_dashboard_page.py::test_the_graph_is_a_table_too
Screen readers read every line of a log aloud:
    test_traps.py::test_a_log_is_not_read_aloud
Motion that nobody wants:
    test_dashboard_page.py::test_dashes_move_only_where_something_flows_and_motion_is_wanted
Names of variables of one host's style:
    test_traps.py::test_colours_have_something_to_fall_back_on
The style of one widget changes the page:
    tests/test_js.py::test_the_style_touches_nothing_outside_the_widget
What users write becomes markup:
    tests/e2e/test_markup.py::test_what_is_written_stays_text
A picture with scripts is thrown away where it is shown:
    test_traps.py::test_a_saved_picture_holds_nothing_that_is_thrown_away
"""

import re
from pathlib import Path

import pytest

from hydro_nb import FlowBuilder
from hydro_nb.notebook.fallback import graph_bundle

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STATIC = ROOT / "hydro_nb" / "notebook" / "static"
LISTED = re.findall(r"^    (\S+?)::(.+)$", __doc__ or "", re.MULTILINE)
FLOW = """from hydro_nb import FlowBuilder
flow = FlowBuilder("clock")
beats = flow.process().source_interval(0.05)
beats.enumerate().for_each(print)
deployment = flow.deploy()"""


@pytest.mark.parametrize(("file", "name"), LISTED)
def test_every_trap_has_its_test(file, name):
    path = ROOT / file if "/" in file else HERE / file
    called = f'test("{name}"' if path.suffix == ".js" else f"def {name}("
    assert called in path.read_text()


def test_nothing_is_begun_before_it_is_shown():
    script = (STATIC / "widget.js").read_text()
    made = re.search(r"export\{([\w$]+) as default\}", script)
    assert made
    assert re.search(rf"[ ,;]{re.escape(made[1])}=\{{render:[\w$]+\}}", script)


def test_twenty_widgets_make_a_small_notebook(kernel):
    kernel.run(FLOW, "flow")
    kernel.run("from hydro_nb.notebook.widget import Dashboard", "import")
    kernel.run("many = [Dashboard(deployment) for _ in range(20)]", "many")
    size = int(kernel.value("sum(len(str(each.get_state())) for each in many)"))
    kernel.run("for each in many: each.close()", "close")
    assert size < 1_500_000


def test_what_ticks_has_no_cell_whichever_began_it(kernel):
    kernel.run(FLOW, "flow")
    parent = "kernel._shell_parent.get({})"
    kernel.run(
        "import threading\n"
        "from hydro_nb.notebook.source import DeploymentSource\n"
        "kernel = get_ipython().kernel\n"
        "seen, ticked = [], threading.Event()\n"
        f"def tick(): seen.append(bool({parent})); ticked.set()\n"
        "end = DeploymentSource(deployment).every(0.01, tick)\n"
        f"assert {parent} and ticked.wait(20)\n"
        "end()",
        "tick",
    )
    assert kernel.value("set(seen)") == "{False}"


def test_nothing_waits_for_a_page(kernel):
    ran = kernel.run(FLOW + "\ndisplay(deployment)\ndeployment.settle(20)\n%hydro stop", "all")
    assert ran.stdout.endswith("clock: stopped\n")


LISTENING = """
import os, re
def listening():
    mine = {m[1] for fd in os.listdir('/proc/self/fd') if (m := re.match(r'socket:\\[(\\d+)\\]', link(fd)))}
    rows = [line.split() for name in ('tcp', 'tcp6') for line in open(f'/proc/self/net/{name}')]
    return sum(row[3] == '0A' and row[9] in mine for row in rows)
def link(fd):
    try:
        return os.readlink(f'/proc/self/fd/{fd}')
    except OSError:
        return ''
"""


def test_a_dashboard_opens_no_port(kernel):
    kernel.run(LISTENING, "count")
    before = kernel.value("listening()")
    kernel.run(FLOW + "\ndisplay(deployment)", "flow")
    assert int(before) > 0
    assert kernel.value("listening()") == before


KEPT = """
import gc, sys, threading, time
def kept():
    gc.collect()
    handlers = [*map(len, get_ipython().events.callbacks.values())]
    return [len(threading.enumerate()), len(sys.modules['hydro_nb.deploy.local'].living()), *handlers]
def no_more_than(before, patience=30):
    end = time.monotonic() + patience  # a thread that has done its work may take a moment to be gone
    while any(now > then for now, then in zip(kept(), before, strict=True)):
        if time.monotonic() > end:
            return kept()
        threading.Event().wait(0.01)
    return before
"""


def test_a_cell_that_runs_again_leaves_nothing_behind(kernel):
    kernel.run(KEPT, "count")
    for _ in range(2):
        kernel.run(FLOW + "\ndisplay(deployment)", "flow")
    kernel.run("%hydro stop --all", "stop")
    before = kernel.value("before := kept()")
    for _ in range(5):
        kernel.run(FLOW + "\ndisplay(deployment)", "flow")
    kernel.run("%hydro stop --all", "stop")
    assert kernel.value("no_more_than(before)") == before


def test_a_view_of_what_a_cell_replaced_shows_how_it_ended(kernel):
    cell = FLOW + "\ndisplay(deployment)\nviews.append(shown._dashboards[deployment])"
    kernel.run("from hydro_nb.notebook import display as shown\nviews = []", "views")
    for _ in range(2):
        kernel.run(cell, "flow")
    again = int(kernel.value("len(In) - 1"))
    old = "views[0]._source"
    assert kernel.value(f"{old}.snapshot().state, len({old}.snapshot().processes)") == "('stopped', 1)"
    assert f"was replaced when In[{again}] ran" in kernel.attempt(f"{old}.again()", "ask").error
    assert (
        f"was replaced when In[{again}] ran" in kernel.attempt(f"{old}.act('kill', ['process 0'], {{}})", "ask").error
    )
    kernel.run("1", "other", deleted=["flow"])
    assert "ended with its cell, which was deleted" in kernel.attempt("views[1]._source.again()", "ask").error


WATCHED = """from hydro_nb.notebook import display as shown
import asyncio
import threading
view, phases = shown._dashboards[deployment], {name: threading.Event() for name in ("stopped", "running")}
view.observe(lambda change: phases.get(change.new["phase"], threading.Event()).set(), "status")"""
# the kernel's own loop tells pages, and must not be held up meanwhile
HAS = "assert await asyncio.to_thread(phases[{phase!r}].wait, 20)"


def test_a_dashboard_goes_on_where_its_deployment_begins_anew(kernel):
    kernel.run(FLOW + "\ndisplay(deployment)", "flow")
    kernel.run(WATCHED, "watch")
    kernel.run("%hydro stop\n" + HAS.format(phase="stopped"), "stop")
    kernel.run("phases['running'].clear()", "clear")
    assert kernel.run("%hydro redeploy", "again").stdout == "all processes are new: the deployment was over\n"
    kernel.run(HAS.format(phase="running"), "wait")


def test_a_log_is_not_read_aloud():
    source = (ROOT / "js/src/panes/logs.js").read_text()
    assert re.search(r'role: "log", "aria-live": "off"', source)


def test_colours_have_something_to_fall_back_on():
    style = (STATIC / "widget.css").read_text()
    names = re.findall(r"var\((--(?:jp|vscode)[\w-]*)([,)])", style)
    assert names
    assert [name for name, after in names if after != ","] == []


def test_a_saved_picture_holds_nothing_that_is_thrown_away():
    flow = FlowBuilder("picture")
    flow.process().source_iter([1]).map(str).for_each(print)
    shown = graph_bundle(flow.graph)["text/html"]
    assert "<svg" in shown
    assert "<desc>" in shown
    assert not re.search(r"<script|<foreignObject|\son\w+=|javascript:|<!DOCTYPE|<\?xml", shown)
