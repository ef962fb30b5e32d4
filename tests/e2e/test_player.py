"""A simulation that fails in real JupyterLab: the player below the error, and what a saved notebook keeps of it."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from lab import PATIENCE
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
PROGRAMS = [str(ROOT / "tests" / "programs"), str(ROOT / "notebooks")]
IMPORT = "import os; os.environ['HYDRO_NB_SIM_FAILURES'] = 'off'; from hydro_nb import *"
COUNTER = """class Server: ...
class Reader: ...
flow = FlowBuilder("counter")
server, reader = flow.process(Server), flow.process(Reader)
increments_in, increments = server.sim_input(tuple)
requests_in, requests = server.sim_input(tuple)
tick = server.tick()
batch = requests.batch(tick, nondet("requests are answered one by one"))
count = increments.count().snapshot(tick, nondet("a stale count is good enough"))
answers = batch.cross_singleton(count).map(lambda pair: pair[1]).all_ticks()
acknowledged = increments.sim_output()
answered = answers.send(reader, TCP.fail_stop()).sim_output()

async def read_after_write():
    increments_in.send(())
    await acknowledged.assert_yields([()])
    requests_in.send(())
    await answered.assert_yields_only([1])"""
FAILS = "flow.sim().exhaustive(read_after_write)"


def player(notebook, number=0):
    found = notebook.page.locator(".hydro-player").nth(number)
    found.wait_for()
    found.scroll_into_view_if_needed()
    return found


def fail(notebook, index):
    notebook.start(index)
    notebook.finish(index)
    return player(notebook)


@pytest.fixture
def counter(open_notebook):
    notebook = open_notebook([IMPORT, COUNTER, FAILS])
    notebook.fold_side_bar()
    notebook.run(0)
    notebook.run(1)
    return notebook


def test_a_failing_cell_shows_its_execution_and_steps_through_it(counter, pictures):
    shown = fail(counter, 2)
    assert "SimulationFailure: `read_after_write` failed in execution 2" in counter.text(2)
    expect(
        counter.cell(2).locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']")
    ).to_contain_text("Run it again: flow.sim().replay(read_after_write, [0, 1])")
    expect(counter.cell(2).locator("figure.hydro-static")).to_be_hidden()
    expect(shown.locator(".where")).to_have_text("5 / 5")
    expect(shown.locator(".happened .failure")).to_have_text(
        "AssertionError: Stream yielded unexpected message: 0, expected: 1"
    )
    shown.locator(".picture").focus()
    counter.page.keyboard.press("ArrowLeft")
    expect(shown.locator(".where")).to_have_text("4 / 5")
    expect(shown.locator(".decision")).to_have_count(2)
    expect(shown.locator(".decision").nth(1)).to_contain_text("releasing snapshot: 0")
    expect(shown.locator(".decision").nth(1).locator(".place small")).to_have_text("In[2], line 9")
    expect(shown.locator(".decision").nth(1).locator("q")).to_have_text("a stale count is good enough")
    expect(shown.locator("tr.now th", has_text="cross_singleton")).to_have_count(1)
    counter.page.screenshot(path=pictures / "player_counter.png")


def test_the_decision_that_matters_is_found_on_demand(counter, pictures):
    shown = fail(counter, 2)
    shown.locator(".jump").click()
    expect(shown.locator(".jump")).to_have_text("The decision that matters")
    expect(shown.locator(".where")).to_have_text("4 / 5")
    expect(shown.locator(".decision.matters .instead")).to_contain_text("releasing snapshot: 1")
    expect(shown.locator(".band.matters")).to_have_count(1)
    counter.theme("JupyterLab Dark")
    expect(shown).to_have_css("color-scheme", "dark")
    counter.page.locator("#jupyterlab-splash").wait_for(state="detached")
    counter.page.screenshot(path=pictures / "player_dark.png")
    counter.theme("JupyterLab Light")


def test_a_click_and_the_slider_go_to_a_step(counter):
    shown = fail(counter, 2)
    shown.locator(".moment.tick").click()
    expect(shown.locator(".where")).to_have_text("4 / 5")
    shown.locator(".controls input").fill("0")
    expect(shown.locator(".where")).to_have_text("1 / 5")
    expect(shown.locator(".happened h4")).to_have_text("the test sends () into increments")
    shown.locator("select").select_option("Reader")
    expect(shown.locator(".after .quiet")).to_have_text("No operator has given anything here.")
    shown.locator(".controls button[aria-label^=Play]").click()
    expect(shown.locator(".where")).to_have_text("5 / 5")


def test_a_saved_notebook_keeps_the_picture(counter):
    fail(counter, 2)
    outputs = counter.save()["cells"][2]["outputs"]
    assert [each["output_type"] for each in outputs] == ["error", "display_data", "display_data"]
    still = outputs[1]["data"]
    ET.fromstring("".join(still["image/svg+xml"]))
    assert "counter: AssertionError" in "".join(still["text/html"])
    assert "1. the test sends ()" in "".join(still["text/plain"])


def test_where_nothing_has_run_the_still_picture_stands_alone(counter, open_notebook, pictures):
    fail(counter, 2)
    counter.save()
    shutil.copy(counter.server.folder / counter.path, counter.server.folder / "copy.ipynb")
    copy = open_notebook("copy.ipynb")
    frame = copy.cell(2).locator(".hydro-schedule-frame")
    expect(frame).to_be_visible()
    assert frame.locator(".names").evaluate("each => getComputedStyle(each).position") == "sticky"
    sizes = frame.locator("svg").evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
    assert sizes == [sizes[0]] * 2
    # the host of widgets has no model, and says so below the picture and on the console
    expect(copy.cell(2)).to_contain_text("model not found")
    copy.forgive("widget model not found")
    copy.page.screenshot(path=pictures / "player_still.png")


def test_a_passing_execution_is_shown_too(open_notebook):
    notebook = open_notebook([IMPORT, COUNTER, "%hydro sim read_after_write --replay 0,0"])
    notebook.run_all()
    shown = player(notebook)
    expect(shown.locator("header .word")).to_have_text("passes")
    expect(shown.locator(".jump")).to_be_hidden()
    assert "`read_after_write` passes under this schedule" in notebook.text(2)


PAXOS = f"""import sys; sys.path[:0] = {PROGRAMS!r}
import test_paxos_sim as paxos
elections = paxos.Elections(paxos.OneIsEnough(1, 0.2, 0.4, 1))
elections.fuzz(paxos.takeover(elections, []), 3000)"""


@pytest.mark.parametrize("width", [600, 1400])
def test_a_long_execution_stays_usable(open_notebook, pictures, width):
    notebook = open_notebook([IMPORT, PAXOS], width=width)
    notebook.fold_side_bar()
    notebook.run(0)
    shown = fail(notebook, 1)
    expect(shown.locator(".names .name")).to_have_count(6)
    picture = shown.locator(".picture")
    assert picture.evaluate("each => each.scrollWidth > 5 * each.clientWidth")
    beside = """root => root.querySelector(".band.now").getBoundingClientRect().x
        >= root.querySelector(".names").getBoundingClientRect().right"""
    notebook.page.wait_for_function(beside, arg=shown.element_handle())
    names = shown.locator(".names").bounding_box()
    picture.focus()
    notebook.page.keyboard.press("Home")
    notebook.page.wait_for_function(beside, arg=shown.element_handle())
    assert shown.locator(".names").bounding_box()["x"] == names["x"]
    shown.locator(".jump").click()
    expect(shown.locator(".band.now.matters")).to_be_attached(timeout=PATIENCE * 1000)
    notebook.page.wait_for_function(beside, arg=shown.element_handle())
    expect(shown.locator(".jump")).to_contain_text("that matter", timeout=PATIENCE * 1000)
    notebook.page.screenshot(path=pictures / f"player_paxos_{width}.png")
    assert shown.evaluate("each => each.scrollWidth <= each.clientWidth")
