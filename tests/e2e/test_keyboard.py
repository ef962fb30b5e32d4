"""A lesson from its first cell to Stop with nothing but the keyboard: the focus is seen, and caught nowhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

IMPORT = "from hydro_nb import *"
RUNNING = """%%hydro --deploy --cluster Worker=2
class Clock: ...
class Worker: ...
clock, workers = process(Clock), cluster(Worker)
beats = clock.source_interval(0.02).enumerate().map(lambda pair: pair[0])
anywhere = nondet("any of them may work")
beats.round_robin(workers, TCP.fail_stop(), anywhere).for_each(print)"""
SEEN = """() => {
    const at = document.activeElement, style = getComputedStyle(at);
    if (!at.closest(".hydro")) return true;
    const wide = Number.parseFloat(at instanceof SVGElement
        ? getComputedStyle(at.querySelector("path, polygon, ellipse")).strokeWidth
        : style.outlineWidth);
    return at.matches(":focus-visible") && wide >= 2 && (at instanceof SVGElement || style.outlineStyle === "solid");
}"""
AT = "selector => document.activeElement.matches(selector)"
FARTHEST = 80
"""Presses of Tab after which something is not reached."""


class Keyboard:
    """Whoever has no mouse."""

    def __init__(self, page):
        self.page = page

    def press(self, *keys: str) -> None:
        """Press keys, one after the other: wherever they lead, the focus is seen."""
        for key in keys:
            self.page.keyboard.press(key)
            assert self.page.evaluate(SEEN), self.page.evaluate("document.activeElement.outerHTML")

    def go(self, selector: str, key: str = "Tab") -> None:
        """Press Tab until the focus is there."""
        for _ in range(FARTHEST):
            self.press(key)
            if self.page.evaluate(AT, selector):
                return
        pytest.fail(f"{selector} is not reached by {key}")


def test_a_lesson_is_done_by_the_keyboard_alone(open_notebook, pictures):
    notebook = open_notebook([IMPORT, RUNNING, "deployment.status"])
    keys, page = Keyboard(notebook.page), notebook.page
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    root = page.locator('.hydro[data-mode="live"]')
    expect(root.locator("header .word")).to_have_text("running")
    look_at_the_picture(keys, root)
    page.screenshot(path=pictures / "keyboard_picture.png")
    read_the_table(keys, root)
    read_the_lines(keys, root)
    break_and_mend(keys, root)
    page.screenshot(path=pictures / "keyboard_processes.png")
    stop_and_leave(keys, root)


def look_at_the_picture(keys, root):
    """Walk along the lines of the picture, watch what passes, and find an operator by its name."""
    keys.go(".frame", "Shift+Tab")
    keys.press("Enter")
    expect(root.locator(".stage .node.source")).to_be_focused()
    keys.press("ArrowDown", "ArrowDown", "ArrowDown")
    expect(root.locator(".stage .node.network")).to_be_focused()
    expect(root.locator(".tip")).to_contain_text("round_robin")
    keys.press("Enter")
    expect(root.locator(".stream[aria-selected=true]")).to_contain_text("Clock → Worker")
    expect(root.locator(".sample code").first).not_to_be_empty()
    keys.press("Escape")
    expect(root.locator(".frame")).to_be_focused()
    keys.press("/")
    keys.page.keyboard.type("for_each")
    expect(root.locator(".hits")).to_have_text("1")
    keys.press("Enter")
    expect(root.locator(".stream[aria-selected=true]")).to_contain_text("for_each")
    keys.press("Escape")
    expect(root.locator(".find")).to_have_value("")
    keys.press("Escape")
    expect(root.locator(".frame")).to_be_focused()


def read_the_table(keys, root):
    """Open the table of the graph, choose in it, and put it away; the same for the menu and the legend."""
    keys.go("[aria-label='Show as a table']")
    keys.press("Enter")
    table = root.get_by_role("region", name="Graph as a table")
    expect(table).to_be_focused()
    keys.go(".graph-table button")
    keys.press("Enter", "Escape")
    expect(table).to_be_hidden()
    expect(root.get_by_label("Show as a table")).to_be_focused()
    keys.press("Tab", "Enter")
    expect(root.get_by_role("menuitem").first).to_be_focused()
    keys.press("ArrowDown")
    expect(root.get_by_role("menuitem").nth(1)).to_be_focused()
    keys.press("Escape")
    expect(root.get_by_label("Save the picture")).to_be_focused()
    keys.go("[aria-label=Legend]")
    keys.press("Enter")
    expect(root.locator(".legend")).to_be_visible()
    keys.press("Escape")
    expect(root.locator(".legend")).to_be_hidden()


def read_the_lines(keys, root):
    """Go from tab to tab, and filter the logs."""
    keys.go("[role=tab]")
    keys.press("ArrowRight")
    logs = root.locator(".pane.logs")
    expect(logs.locator(".line").first).to_be_visible()
    keys.go("select[aria-label=Process]")
    keys.page.keyboard.type("Worker/1")
    keys.go("input[aria-label='Filter text']")
    keys.page.keyboard.type("7")
    expect(logs.locator(".line .tag:not([title^='Worker/1'])").filter(has_text="Worker/0")).to_have_count(0)
    expect(logs.locator(".line .text").first).to_contain_text("7")
    keys.go("[role=tab]", "Shift+Tab")


def break_and_mend(keys, root):
    """Kill a member and start it again; begin a delay and think better of it."""
    keys.press("ArrowRight")
    word = root.locator(".processes tr[data-name='Worker/1'] .word")
    expect(word).to_have_text("running")
    keys.go("[aria-label='Kill Worker/1']")
    keys.press("Enter")
    expect(word).to_have_text("killed")
    restart, delay = root.get_by_label("Restart Worker/1"), root.get_by_label("Delay: Clock to Worker")
    expect(restart).to_be_focused()
    expect(restart).to_be_enabled()
    keys.press("Enter")
    expect(word).to_have_text("running")
    keys.go("[aria-label='Delay: Clock to Worker']")
    expect(delay).to_be_enabled()
    keys.press("Enter")
    expect(root.locator(".ask:visible input")).to_be_focused()
    keys.press("Escape")
    expect(delay).to_be_focused()
    keys.go("[role=tab]", "Shift+Tab")
    keys.press("ArrowRight", "ArrowRight")
    expect(root.locator(".code-line").first).to_be_visible()


def stop_and_leave(keys, root):
    """Stop what runs; the focus stays in the dashboard until Tab leads out of it, at either end."""
    keys.go("header .stop", "Shift+Tab")
    keys.press("Enter")
    expect(root.locator("header .word")).to_have_text("stopped")
    expect(root.locator("[role=tab][aria-selected=true]")).to_be_focused()
    keys.go(":not(.hydro *)")
    keys.go(".hydro *", "Shift+Tab")
    keys.go(":not(.hydro *)", "Shift+Tab")
