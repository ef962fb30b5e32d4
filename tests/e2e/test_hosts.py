"""What a page asks of its kernel over the notebook's own connection: in JupyterLab, and in Notebook 7."""

from __future__ import annotations

import pytest
from pages import Dashboard
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

IMPORT = "import hydro_nb"
SERVICE = """%%hydro --deploy
class Server: ...
class Client: ...
server = process(Server)
port, requests = server.source_external(external(Client), tuple[str, int])
requests.map(lambda pair: (pair[0], 100 * pair[1])).for_each(print)"""


def test_a_page_opens_boxes_reads_code_and_sends(open_notebook):
    notebook = open_notebook([IMPORT, SERVICE])
    notebook.run_all()
    dashboard = notebook.dashboard()
    dashboard.wait_for_phase("settled")
    root = dashboard.root
    root.get_by_label("Close all boxes").click()
    expect(root.locator(".node.closed", has_text="Server")).to_contain_text("3 operators")
    root.locator(".node.closed", has_text="Server").click()
    expect(root.locator(".stage .node.transform")).to_be_visible()
    expect(dashboard.tab("code").locator(".code-line", has_text="100 *")).to_be_visible()
    send = dashboard.tab("send").get_by_label("requests")
    send.fill('["ada", 3]')
    send.press("Enter")
    expect(dashboard.tab("logs").locator(".line .text")).to_have_text(["('ada', 300)"])


def test_the_same_in_notebook_7(server, browser):
    path = server.write("notebook7.ipynb", [IMPORT, SERVICE])
    page = browser.new_page(viewport={"width": 1240, "height": 1000})
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"http://127.0.0.1:{server.port}/notebooks/{path}?token={server.token}")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.locator(".jp-Cell").first.click()
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    root = page.locator('.hydro[data-mode="live"]')
    root.wait_for()
    dashboard = Dashboard(root)
    dashboard.wait_for_phase("settled")
    root.get_by_label("Show as a table").click()
    expect(root.get_by_role("region", name="Graph as a table")).to_contain_text("source_external")
    dashboard.stop()
    dashboard.wait_for_phase("stopped")
    page.close()
    assert complaints == []
