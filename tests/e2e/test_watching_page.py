"""What is inside processes, in real JupyterLab: elements that pass there are seen as soon as somebody looks."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

IMPORT = "import hydro_nb"
ENDLESS = """%%hydro --deploy
class Clock: ...
class Screen: ...
beats = process(Clock).source_interval(0.02).enumerate().map(lambda pair: f"beat {pair[0]}")
beats.send_bincode(process(Screen)).filter(lambda beat: beat.endswith("7")).for_each(print)"""


def test_a_click_on_an_operator_shows_what_passes_it(open_notebook, pictures):
    notebook = open_notebook([IMPORT, ENDLESS])
    notebook.run_all()
    dashboard = notebook.dashboard()
    dashboard.wait_for_total(10)
    dashboard.root.locator(".stage .node", has_text="filter").click()
    chosen = dashboard.root.locator(".stream[aria-selected=true]")
    expect(chosen).to_contain_text("inside Screen, sampled while you look")
    expect(dashboard.root.locator(".sample code").first).to_have_text(re.compile(r"'beat \d*7'"))
    expect(dashboard.root.locator(".shown")).to_have_text(re.compile(r"\d+ of .*\d+ shown"))
    notebook.page.screenshot(path=pictures / "watching.png")
    dashboard.root.locator(".stage .node", has_text="enumerate").click()
    expect(dashboard.root.locator(".sample code").first).to_have_text(re.compile(r"\(\d+, \(\)\)"))
    dashboard.stop()
    dashboard.wait_for_phase("stopped")
