"""A lesson breaks a running flow with the buttons of the dashboard and watches it recover, in real JupyterLab."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser

IMPORT = "from hydro_nb import *"
RUNNING = """%%hydro --deploy --cluster Worker=2
class Clock: ...
class Screen: ...
class Worker: ...
clock, screen, workers = process(Clock), process(Screen), cluster(Worker)
beats = clock.source_interval(0.02).enumerate().map(lambda pair: pair[0])
beats.send(screen).for_each(lambda n: None)
beats.broadcast(workers, TCP.lossy(nondet("a beat is one of many")), nondet("any members")).for_each(
    lambda n: None, commutative=proof("does nothing"))"""
SKIPPING = """%%hydro --deploy
class Clock: ...
class Screen: ...
beats = process(Clock).source_interval(0.02).enumerate().map(lambda pair: pair[0])
beats.send(process(Screen)).map(lambda n: 12 // (n % 3), on_error="skip").for_each(lambda n: None)"""


@pytest.fixture
def lesson(open_notebook):
    """A clock that sends to a screen and to two workers, and what a person sees of it."""
    notebook = open_notebook([IMPORT, RUNNING, "deployment.faults", "deployment.processes"])
    notebook.run(0)
    notebook.run(1)
    dashboard = notebook.dashboard()
    dashboard.wait_for_total(10)
    return notebook, dashboard


def press(dashboard, name: str) -> None:
    """Press the first button of this name: what ends a fault is at its link and in the list of faults."""
    dashboard.root.get_by_role("button", name=name, exact=True).first.click()


def word(dashboard, name: str) -> Locator:
    """Give the state of a process in the list."""
    row = dashboard.root.locator(".processes tbody tr:not(.why)", has=dashboard.root.page.get_by_text(name, exact=True))
    return row.locator("td.phase .word")


def test_a_link_is_cut_the_picture_shows_it_and_it_is_healed(lesson, pictures):
    notebook, dashboard = lesson
    dashboard.tab("processes")
    press(dashboard, "Cut: Clock and Worker")
    marks = dashboard.root.locator(".stage .mark")
    expect(marks).to_have_text(["cut"])
    expect(dashboard.root.locator(".stage .edge.cut")).to_have_count(1)
    expect(dashboard.root.locator("header .faults")).to_have_text("2 faults")
    notebook.page.screenshot(path=pictures / "cut.png")
    notebook.run(2)
    assert "`Clock` and `Worker/0` are cut from each other" in notebook.text(2)
    press(dashboard, "Heal: Clock and Worker")
    expect(marks).to_have_count(0)
    expect(dashboard.root.locator("header .faults")).to_be_hidden()
    expect(dashboard.root.locator(".complaint")).to_have_count(0)
    notebook.run(2)
    assert notebook.text(2).strip() == "[]"


def test_a_process_is_paused_resumed_killed_and_started_again(lesson, pictures):
    notebook, dashboard = lesson
    dashboard.tab("processes")
    press(dashboard, "Pause Screen")
    expect(word(dashboard, "Screen")).to_have_text("paused")
    expect(dashboard.root.locator(".stage .mark")).to_have_text(["paused"])
    expect(dashboard.root.locator(".in-force .words")).to_have_text(["Screen is paused"])
    notebook.page.screenshot(path=pictures / "paused.png")
    press(dashboard, "Resume Screen")
    expect(word(dashboard, "Screen")).to_have_text("running")
    press(dashboard, "Kill Worker/1")
    expect(word(dashboard, "Worker/1")).to_have_text("killed")
    expect(dashboard.root.locator(".stage .mark")).to_have_text(["1 of 2 killed"])
    press(dashboard, "Restart Worker/1")
    expect(word(dashboard, "Worker/1")).to_have_text("running")
    expect(dashboard.root.locator(".again:visible")).to_have_attribute("aria-label", "started again once")
    notebook.run(3)
    assert "started again once" in notebook.text(3)
    dashboard.wait_for_phase("running")


def test_a_plain_process_is_started_again_for_a_reason(lesson, pictures):
    notebook, dashboard = lesson
    pane = dashboard.tab("processes")
    press(dashboard, "Restart Screen")
    field = pane.locator(".ask input:visible")
    expect(field).to_be_focused()
    notebook.page.screenshot(path=pictures / "reason.png")
    notebook.page.keyboard.type("it keeps nothing")
    notebook.page.keyboard.press("Enter")
    expect(dashboard.root.locator(".again:visible")).to_have_count(1)
    expect(word(dashboard, "Screen")).to_have_text("running")
    expect(pane.locator(".reason:visible")).to_contain_text("it keeps nothing")
    expect(notebook.page.locator(".jp-Notebook .jp-Cell")).to_have_count(4)


def test_frames_are_late_and_elements_lost_until_they_are_not(lesson, pictures):
    notebook, dashboard = lesson
    pane = dashboard.tab("processes")
    press(dashboard, "Delay: Clock to Screen")
    pane.locator(".ask:visible input").fill("0.25")
    notebook.page.keyboard.press("Enter")
    press(dashboard, "Drop: Clock to Worker")
    pane.locator(".ask:visible input").fill("40")
    notebook.page.keyboard.press("Enter")
    marks = dashboard.root.locator(".stage .mark")
    expect(marks.filter(has_text="0.25 s")).to_have_count(1)
    expect(marks.filter(has_text="40 %")).to_have_count(1)
    expect(pane.locator(".in-force .end")).to_have_count(3)
    notebook.theme("JupyterLab Dark")
    expect(notebook.page.locator("#jupyterlab-splash")).to_have_count(0)
    notebook.page.screenshot(path=pictures / "late_dark.png")
    notebook.theme("JupyterLab Light")
    while pane.locator(".in-force .end").count():
        left = pane.locator(".in-force .end").count()
        pane.locator(".in-force .end").first.click()
        expect(pane.locator(".in-force .end")).to_have_count(left - 1)
    expect(marks).to_have_count(0)


def test_what_a_call_refuses_is_said_beside_the_link(lesson, pictures):
    notebook, dashboard = lesson
    pane = dashboard.tab("processes")
    press(dashboard, "Cut: Clock and Screen")
    # after three seconds what loses nothing has ended
    expect(pane.locator(".in-force .words")).to_contain_text("ended")
    press(dashboard, "Heal: Clock and Screen")
    complaint = pane.locator(".link .complaint")
    expect(complaint).to_contain_text("these channels have ended for good")
    notebook.page.screenshot(path=pictures / "too_late.png")
    complaint.get_by_role("button", name="Dismiss").click()
    expect(complaint).to_have_count(0)


def test_a_page_loaded_again_shows_the_faults_that_are_in_force(lesson):
    notebook, dashboard = lesson
    dashboard.tab("processes")
    press(dashboard, "Pause Screen")
    expect(word(dashboard, "Screen")).to_have_text("paused")
    notebook.save()
    notebook.reload()
    dashboard = notebook.dashboard()
    expect(dashboard.root.locator("header .faults")).to_have_text("1 fault")
    dashboard.root.locator("header .faults").click()
    press(dashboard, "Resume: Screen")
    expect(word(dashboard, "Screen")).to_have_text("running")


def test_buttons_work_while_a_cell_is_busy(open_notebook):
    notebook = open_notebook([IMPORT, RUNNING, "while True: pass"])
    notebook.run(0)
    notebook.run(1)
    dashboard = notebook.dashboard()
    dashboard.wait_for_total(10)
    notebook.start(2)
    expect(notebook.busy(2)).to_be_visible()
    dashboard.tab("processes")
    press(dashboard, "Restart Worker/0")
    expect(dashboard.root.locator(".again:visible")).to_have_count(1)
    expect(word(dashboard, "Worker/0")).to_have_text("running")
    expect(notebook.busy(2)).to_be_visible()
    notebook.command("notebook:interrupt-kernel")
    notebook.finish(2)


def test_elements_that_are_skipped_are_counted_at_their_operator(open_notebook, pictures):
    notebook = open_notebook([IMPORT, SKIPPING])
    notebook.run_all()
    dashboard = notebook.dashboard()
    expect(dashboard.root.locator(".stage .mark")).to_contain_text("skipped")
    pane = dashboard.tab("problems")
    expect(pane.locator(".problem.skipped .what b")).to_contain_text("ZeroDivisionError")
    pane.locator("summary", has_text="skipped so far").click()
    expect(pane.locator(".left-out code").first).to_be_visible()
    notebook.page.screenshot(path=pictures / "skipped.png")
    expect(dashboard.root.locator(".node.failed")).to_have_count(0)


@pytest.mark.parametrize("width", [1400, 760, 480])
def test_the_buttons_fit_into_a_narrow_page(open_notebook, pictures, width):
    notebook = open_notebook([IMPORT, RUNNING], width=width)
    notebook.fold_side_bar()
    notebook.run_all()
    dashboard = notebook.dashboard()
    dashboard.wait_for_total(10)
    pane = dashboard.tab("processes")
    press(dashboard, "Pause Screen")
    press(dashboard, "Delay: Clock to Worker")
    pane.locator(".ask:visible input").fill("0.5")
    notebook.page.keyboard.press("Enter")
    expect(pane.locator(".in-force .fault")).to_have_count(3)
    notebook.page.screenshot(path=pictures / f"faults_{width}.png")
    assert pane.evaluate("pane => pane.scrollWidth <= pane.clientWidth")
