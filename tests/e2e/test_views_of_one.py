"""One deployment in several views: again after its notebook was closed, and two of them side by side."""

from __future__ import annotations

import pytest
from pages import Dashboard
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

IMPORT = "import hydro_nb"
ENDLESS = """%%hydro --deploy
class Clock: ...
class Screen: ...
beats = process(Clock).source_interval(0.02).enumerate().map(lambda pair: pair[0])
beats.send_bincode(process(Screen)).for_each(print)"""

CLOSE_VIEW = """() => {
    const main = [...jupyterapp.shell.widgets("main")];
    main.find(each => each.node.querySelector(".jp-LinkedOutputView")).close();
    jupyterapp.shell.activateById(main.find(each => each.node.matches(".jp-NotebookPanel")).id);
}"""


def test_a_closed_notebook_opens_again_and_two_views_show_the_same(open_notebook, pictures):
    notebook = open_notebook([IMPORT, ENDLESS])
    notebook.run_all()
    before = notebook.dashboard().wait_for_total(10)
    first = closed_and_opened(notebook)
    assert first.wait_for_total(before + 20) >= before + 20
    second = another_view(notebook)
    assert second.wait_for_total(before + 40) >= before + 40
    second.tab("processes").get_by_role("button", name="Pause Screen").click()
    expect(first.root.locator(".pane.streams")).to_be_visible()
    for view in (first, second):
        expect(view.root.locator(".stage .mark")).to_have_text(["paused"])
    notebook.page.screenshot(path=pictures / "two_views.png")
    first.stop()
    for view in (first, second):
        view.wait_for_phase("stopped")
    notebook.page.evaluate(CLOSE_VIEW)
    expect(notebook.page.locator(".hydro")).to_have_count(1)


def another_view(notebook):
    """Show the output of the cell in a panel of its own, as the menu of an output does."""
    notebook.page.evaluate("() => { jupyterapp.shell.currentWidget.content.activeCellIndex = 1; }")
    notebook.command("notebook:create-output-view")
    root = notebook.page.locator('.jp-LinkedOutputView .hydro[data-mode="live"]')
    expect(root).to_be_visible()
    return Dashboard(root)


def closed_and_opened(notebook):
    """Close the notebook, whose kernel goes on, and open it from its file."""
    notebook.save()
    notebook.command("application:close")
    expect(notebook.page.locator(".jp-NotebookPanel")).to_have_count(0)
    notebook.command("docmanager:open", path=notebook.path)
    notebook.wait_for_kernel()
    return notebook.dashboard()
