"""Makes the pictures of the README at twice their size: the dashboard of the tutorial's word count while it runs, and
the execution in which a counter without an atomic section breaks its promise.

python tests/e2e/picture.py [FOLDER]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from lab import Server, browsing, serving
from pages import Dashboard, Notebook
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "notebooks" / "01_processes.ipynb"
PICTURES = ROOT / "js" / "demo"
ENOUGH = 2_800_000
"""Words: so many have come when rates are steady and curves have a shape."""


COUNTER = """import os; os.environ["HYDRO_NB_SIM_FAILURES"] = "off"
from hydro_nb import *

class Server: ...
class Client: ...

flow = FlowBuilder("counter")
server, client = flow.process(Server), flow.process(Client)
increment, increments = server.sim_input(str)
ask, questions = server.sim_input(str)
tick = server.tick()
asked = questions.batch(tick, nondet("each is answered alone"))
count = increments.count().snapshot(tick, nondet("an old count is good enough"))
answers = asked.cross_singleton(count).all_ticks()
acknowledged, answered = increments.sim_output(), answers.send(client, TCP.fail_stop()).sim_output()

async def read_your_writes():
    increment.send("abc")
    await acknowledged.assert_yields(["abc"])
    ask.send("abc")
    await answered.assert_yields_only([("abc", 1)])

flow.sim().exhaustive(read_your_writes)"""


def take(folder: Path) -> None:
    """Run both and take the pictures."""
    with tempfile.TemporaryDirectory() as home, serving(Path(home)) as server, browsing() as browser:
        for name, picture in (("dashboard", _dashboard), ("schedule", _schedule)):
            page = browser.new_page(viewport={"width": 1240, "height": 1000}, device_scale_factor=2)
            picture(server, page, folder / f"{name}.png")


def _dashboard(server: Server, page: Page, target: Path) -> None:
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


def _schedule(server: Server, page: Page, target: Path) -> None:
    notebook = Notebook(server, page, server.write("counter.ipynb", [COUNTER]))
    notebook.fold_side_bar()
    notebook.start(0)
    notebook.finish(0)
    player = page.locator(".hydro-player")
    player.wait_for()
    player.locator(".jump").click()
    expect(player.locator(".decision.matters .instead")).to_contain_text("releasing snapshot: 1")
    player.screenshot(path=target)
    notebook.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES)
