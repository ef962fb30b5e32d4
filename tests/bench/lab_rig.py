"""A notebook in real JupyterLab, and somebody beside it who asks its kernel, and its page what it uses."""

from __future__ import annotations

import time
from base64 import b64decode
from contextlib import contextmanager

from jupyter_client import BlockingKernelClient
from lab import PATIENCE, browsing, serving
from pages import Notebook

BINARY = 2
RESIDENT = "int(open('/proc/self/statm').read().split()[1]) * 4096"


@contextmanager
def notebook_of(cells, home):
    """Open a notebook of these cells in a page of its own, which may not complain of anything."""
    with serving(home) as server, browsing() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        opened = Notebook(server, page, server.write("bench.ipynb", cells))
        yield opened
        opened.close()
    assert opened.complaints == [], opened.complaints


def _header(body):
    """Give the header of a message: the second of the parts whose places are told at its beginning."""
    places = [int.from_bytes(body[at : at + 8], "little") for at in (16, 24)]
    return body[slice(*places)]


class Beside:
    """Another client of the notebook's kernel, and what the notebook's page uses."""

    def __init__(self, notebook):
        (path,) = (notebook.server.folder.parent / "runtime").glob("kernel-*.json")
        self.client = BlockingKernelClient(connection_file=str(path))
        self.client.load_connection_file()
        self.client.start_channels()
        # `wait_for_ready` would read on until nothing comes any more, and a dashboard is told something all the time
        self.client.kernel_info(reply=True, timeout=PATIENCE)
        self.session = notebook.page.context.new_cdp_session(notebook.page)
        self.sizes = []
        """of the messages to widgets"""
        self.session.on("Network.webSocketFrameReceived", self._heard)
        self.session.send("Network.enable")
        # while other programs run, these are its own
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def _heard(self, told):
        frame = told["response"]
        body = b64decode(frame["payloadData"]) if frame["opcode"] == BINARY else b""
        if b'"comm_msg"' in _header(body):
            self.sizes.append(len(body))

    def value(self, expression):
        """Give the value of an expression in the kernel, which must be one of literals."""
        asked = {"silent": True, "user_expressions": {"it": expression}}
        reply = self.client.execute("", reply=True, timeout=PATIENCE, **asked)["content"]["user_expressions"]["it"]
        assert reply["status"] == "ok", reply
        return eval(reply["data"]["text/plain"])

    def round_trips(self, seconds):
        """Ask the kernel again and again; gives the seconds that answers took, least first."""
        until, taken = time.perf_counter() + seconds, []
        while (began := time.perf_counter()) < until:
            self.value("1")
            taken.append(time.perf_counter() - began)
            time.sleep(0.05)
        return sorted(taken)

    def held(self):
        """Give the bytes that the page has on its heap, and those of the kernel in memory."""
        self.session.send("HeapProfiler.collectGarbage")
        return self._page()["JSHeapUsedSize"], self.value(RESIDENT)

    def spent(self):
        """Give the seconds of a processor that the page's thread has used."""
        return self._page()["TaskDuration"]

    def _page(self):
        return {each["name"]: each["value"] for each in self.session.send("Performance.getMetrics")["metrics"]}

    def close(self):
        self.client.stop_channels()
