"""The first tutorial, run from top to bottom in real JupyterLab, and what a person sees on the way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pages import Dashboard
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SAVED = 300_000
"""Bytes that a notebook with the state of three dashboards may have."""
TUTORIAL = Path(__file__).parents[2] / "notebooks" / "01_processes.ipynb"


@pytest.mark.timeout(300)
def test_the_first_tutorial_counts_the_library_before_the_readers_eyes(open_notebook, server, pictures):
    shutil.copy(TUTORIAL, server.folder / "tutorial.ipynb")
    shutil.copytree(TUTORIAL.parent / "pictures", server.folder / "pictures")
    notebook = open_notebook("tutorial.ipynb")
    notebook.start_all()
    deploying = notebook.cell(notebook.number("top"))
    dashboard = Dashboard(deploying.locator('.hydro[data-mode="live"]'))
    dashboard.root.wait_for(timeout=60_000)
    dashboard.root.scroll_into_view_if_needed()
    _watch(dashboard)
    notebook.page.screenshot(path=pictures / "tutorial_running.png")
    notebook.finish_all(120)
    assert "words of" in notebook.text(notebook.number("check"))
    assert "are counted right" in notebook.text(notebook.number("check"))
    dashboard.wait_for_phase("stopped")
    notebook.check()
    last = Dashboard(notebook.cell(notebook.number("kill")).locator('.hydro[data-mode="live"]'))
    last.root.scroll_into_view_if_needed()
    last.wait_for_phase("stopped")
    expect(last.tab("processes").locator("tr", has_text="Counter").locator(".word")).to_have_text("killed")
    for ident in ("deploy", "top", "check", "code", "kill"):
        notebook.cell(notebook.number(ident)).scroll_into_view_if_needed()
        notebook.page.screenshot(path=pictures / f"tutorial_{ident}.png")
    notebook.command("@jupyter-widgets/jupyterlab-manager:saveWidgetState")
    states = notebook.save()["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    assert sum("_esm" in each["state"] for each in states.values()) == 3, "each dashboard is saved with its state"
    assert (server.folder / notebook.path).stat().st_size < SAVED


def _watch(dashboard: Dashboard) -> None:
    """See three containers, counts that grow, words, and lines with the name of who printed them."""
    expect(dashboard.containers.filter(has_text="Splitter")).to_have_count(1)
    expect(dashboard.containers.filter(has_text="Counter")).to_have_count(1)
    expect(dashboard.containers.filter(has_text="Top")).to_have_count(1)
    before = dashboard.wait_for_total(1000)
    assert dashboard.wait_for_total(before + 1000) > before
    words = dashboard.root.locator(".sample code").first
    expect(words).not_to_be_empty()
    lines = dashboard.tab("logs").locator(".line")
    expect(lines.first.locator(".tag")).to_have_text("Counter")
    expect(lines.first.locator(".text")).to_contain_text("words so far")
    assert len(dashboard.pids()) == 3
    dashboard.tab("streams")
