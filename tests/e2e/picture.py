"""Makes the picture of the README: the dashboard of the tutorial's word count while it runs, at twice the size.

python tests/e2e/picture.py [FILE.png]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from lab import Server, launch
from pages import Dashboard, Notebook
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "notebooks" / "01_processes.ipynb"
PICTURE = ROOT / "js" / "demo" / "dashboard.png"
ENOUGH = 2_800_000
"""Words: so many have come when rates are steady and curves have a shape."""


def take(target: Path) -> None:
    """Run the tutorial and take the picture."""
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory(prefix="hnb") as sockets:
        server = Server(Path(home), Path(sockets))
        try:
            with sync_playwright() as playwright:
                browser = launch(playwright)
                page = browser.new_page(viewport={"width": 1240, "height": 1000}, device_scale_factor=2)
                _take(server, page, target)
                browser.close()
        finally:
            server.close()


def _take(server: Server, page: Page, target: Path) -> None:
    shutil.copy(TUTORIAL, server.folder / "tutorial.ipynb")
    notebook = Notebook(server, page, "tutorial.ipynb")
    notebook.fold_side_bar()
    for ident in ("leader", "functions", "splitter", "counter", "top"):
        notebook.run(notebook.number(ident))
    dashboard = Dashboard(notebook.cell(notebook.number("top")).locator('.hydro[data-mode="live"]'))
    dashboard.root.scroll_into_view_if_needed()
    dashboard.wait_for_total(ENOUGH)
    dashboard.root.screenshot(path=target)
    dashboard.stop()
    dashboard.wait_for_phase("stopped")
    notebook.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE)
