"""A notebook in a page, and the dashboard in it.

Nothing here waits for a kernel to be idle: a kernel says so also while a cell runs. What is waited for is the end of a
cell, or something on the page.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable
from typing import Any

from lab import PATIENCE, Server
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

CONNECTED = "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.connectionStatus === 'connected'"
START = """index => {
    const content = jupyterapp.shell.currentWidget.content;
    content.deselectAll();
    content.activeCellIndex = index;
    window.ran = null;
    jupyterapp.commands.execute('notebook:run-cell').then(() => { window.ran = index; });
}"""
START_ALL = """() => {
    window.ran = null;
    jupyterapp.commands.execute('notebook:run-all-cells').then(() => { window.ran = 'all'; });
}"""
OUTPUTS = "index => jupyterapp.shell.currentWidget.content.widgets[index].model.outputs?.toJSON()"
NUMBER = "id => jupyterapp.shell.currentWidget.content.widgets.findIndex(cell => cell.model.id === id)"
REWRITE = """([index, text]) => {
    jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.setSource(text);
}"""
REACHED = """([root, least]) => [...root.querySelectorAll('.stream:not(.value) .count b')].some(
    each => Number(each.textContent.replace(/\\D/g, '')) >= least)"""


ITS_OWN = "Could not restore the debugger state: Canceled future"
"""What JupyterLab complains of where its page is loaded anew before its debugger has begun."""


class Notebook:
    """One notebook, open in one page; whatever the page complains of is kept in `complaints`."""

    def __init__(self, server: Server, page: Page, path: str) -> None:
        self.server = server
        self.page = page
        self.path = path
        self._said: list[str] = []
        self._forgiven: list[str] = []
        page.set_default_timeout(PATIENCE * 1000)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._said.append(f"{error.name}: {error.message}\n{error.stack}"))
        page.goto(server.url(path))
        self.wait_for_kernel()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(ITS_OWN):
            self._said.append(f"{message.text} ({message.location.get('url', '')})")

    def forgive(self, text: str) -> None:
        """Expect complaints with this text, whenever they come."""
        self._forgiven.append(text)

    @property
    def complaints(self) -> list[str]:
        """What the page has complained of, but for what is expected."""
        return [said for said in self._said if not any(each in said for each in self._forgiven)]

    def wait_for_kernel(self) -> None:
        """Wait until the notebook that is in front has its kernel."""
        self.page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell")
        self.page.wait_for_function(CONNECTED)

    # ------------------------------------------------------------ cells

    def start(self, index: int) -> None:
        """Start a cell and return at once."""
        self.page.evaluate(START, index)

    def finish(self, index: int, patience: float = PATIENCE) -> None:
        """Wait until the cell that was started has ended."""
        self.page.wait_for_function("index => window.ran === index", arg=index, timeout=patience * 1000)

    def run(self, index: int, patience: float = PATIENCE) -> None:
        """Run a cell, which must succeed, to its end."""
        self.start(index)
        self.finish(index, patience)
        self.check()

    def start_all(self) -> None:
        """Start every cell and return at once."""
        self.page.evaluate(START_ALL)

    def finish_all(self, patience: float = PATIENCE) -> None:
        """Wait until every cell has ended."""
        self.page.wait_for_function("window.ran === 'all'", timeout=patience * 1000)

    def run_all(self, patience: float = PATIENCE) -> None:
        """Run every cell to its end."""
        self.start_all()
        self.finish_all(patience)
        self.check()

    def check(self, but: Container[int] = ()) -> None:
        """Hold that no cell shows an error, but for those that should."""
        cells = self.page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets.length")
        shown = [each for index in range(cells) if index not in but for each in self._outputs(index)]
        assert [_plain(each) for each in shown if each["output_type"] == "error"] == []

    def _outputs(self, index: int) -> list[dict[str, Any]]:
        return self.page.evaluate(OUTPUTS, index) or []

    def number(self, ident: str) -> int:
        """Give the place of the cell with this id."""
        return self.page.evaluate(NUMBER, ident)

    def rewrite(self, index: int, text: str) -> None:
        """Put another text into a cell."""
        self.page.evaluate(REWRITE, [index, text])

    def text(self, index: int) -> str:
        """Give what a cell has printed, its values and its errors."""
        return "".join(map(_plain, self._outputs(index)))

    def cell(self, index: int) -> Locator:
        """Give a cell of the page."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").nth(index)

    def busy(self, index: int) -> Locator:
        """Give the prompt of a cell while it runs."""
        return self.cell(index).locator(".jp-InputPrompt", has_text="[*]:")

    # ------------------------------------------------------------ the notebook as a whole

    def command(self, name: str, **arguments: Any) -> None:
        """Execute a command of JupyterLab and wait for its end."""
        self.page.evaluate("([name, given]) => jupyterapp.commands.execute(name, given)", [name, arguments])

    def save(self) -> dict[str, Any]:
        """Save the notebook; gives what was written."""
        self.command("docmanager:save")
        return json.loads((self.server.folder / self.path).read_text())

    def reload(self) -> None:
        """Load the page again, as F5 does."""
        self.page.reload()
        self.wait_for_kernel()

    def restart(self) -> None:
        """Restart the kernel as a person does, who is asked whether it is meant."""
        self.page.evaluate("() => { jupyterapp.commands.execute('notebook:restart-kernel'); }")
        self.page.locator(".jp-Dialog .jp-mod-accept").click()

    def theme(self, name: str) -> None:
        """Change to another theme, such as `JupyterLab Dark`."""
        self.command("apputils:change-theme", theme=name)
        self.page.wait_for_selector(f'body[data-jp-theme-name="{name}"]', state="attached")

    def fold_side_bar(self) -> None:
        """Give the notebook the width of the page."""
        self.page.evaluate("() => jupyterapp.shell.collapseLeft()")

    def close(self) -> None:
        """End the kernel and close the page."""
        self.shut_down()
        self.page.close()

    def shut_down(self) -> None:
        """End the kernel of the notebook that is in front."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def dashboard(self, number: int = 0) -> Dashboard:
        """Give a live dashboard of this notebook, in the order of the page."""
        found = self.page.locator('.hydro[data-mode="live"]').nth(number)
        found.wait_for()
        found.scroll_into_view_if_needed()
        return Dashboard(found)


class Dashboard:
    """What a person sees of a deployment."""

    def __init__(self, root: Locator) -> None:
        self.root = root

    @property
    def containers(self) -> Locator:
        """The processes of the picture."""
        return self.root.locator(".stage g.cluster")

    @property
    def numbers(self) -> Locator:
        """The exact live counts of the picture."""
        return self.root.locator(".stage .number:not(.under)")

    def tab(self, name: str) -> Locator:
        """Open a tab; gives its pane."""
        self.root.locator(f'[role=tab][data-tab="{name}"]').click()
        return self.root.locator(f".pane.{name}")

    def stop(self) -> None:
        """Press Stop."""
        self.root.locator("header button.stop").click()

    def wait_for_phase(self, phase: str) -> None:
        """Wait until this is its state."""
        expect(self.root.locator("header .word")).to_have_text(phase, timeout=PATIENCE * 1000)

    def wait_for_total(self, least: int) -> int:
        """Wait until the Streams tab shows that a stream has come this far; gives how far it has come."""
        self.tab("streams")
        self.root.page.wait_for_function(REACHED, arg=[self.root.element_handle(), least])
        return max(self.totals())

    def totals(self) -> list[int]:
        """Give the totals that the Streams tab shows, live values left out."""
        shown = self.root.locator(".stream:not(.value) .count b").all_text_contents()
        return [int("".join(filter(str.isdigit, each)) or 0) for each in shown]

    def pids(self) -> list[int]:
        """Give the processes that the Processes tab shows, once it shows any."""
        shown = self.tab("processes").locator(".who small")
        shown.first.wait_for()
        words = shown.all_text_contents()
        return [int(each.removeprefix("pid ")) for each in words]


def _plain(output: dict[str, Any]) -> str:
    if output["output_type"] == "stream":
        return _joined(output["text"])
    if output["output_type"] == "error":
        return f"{output['ename']}: {output['evalue']}\n"
    return _joined(output.get("data", {}).get("text/plain", "")) + "\n"


def _joined(text: str | Iterable[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
