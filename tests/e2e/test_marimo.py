"""A deployed flow in a marimo app: its dashboard is live in the page, and its buttons reach the processes."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys

import pytest
from lab import PATIENCE, free_port, heed
from lives import wait_gone
from pages import Dashboard
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

APP = """
import marimo

app = marimo.App(width="full")


@app.cell
def _():
    import marimo as mo
    from hydro_nb import FlowBuilder
    from hydro_nb.notebook.widget import Dashboard

    return Dashboard, FlowBuilder, mo


@app.cell
def _(Dashboard, FlowBuilder, mo):
    class Clock: ...

    class Screen: ...

    flow = FlowBuilder("beats")
    beats = flow.process(Clock).source_interval(0.02).enumerate().map(lambda pair: pair[0])
    beats.send(flow.process(Screen)).for_each(print)
    deployment = flow.deploy()
    mo.ui.anywidget(Dashboard(deployment))
    return
"""


@pytest.fixture
def app(tmp_path, own_folders, monkeypatch):
    """The address of the app, which marimo serves with settings of its own."""
    for name in ("CONFIG", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    (tmp_path / "app.py").write_text(APP)
    port = free_port()
    command = [sys.executable, "-m", "marimo", "run", "app.py", "--headless", f"--port={port}"]
    with (tmp_path / "said").open("w") as said:
        running = subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    wait_for_port(running, port)
    yield f"http://127.0.0.1:{port}"
    running.terminate()
    running.wait(PATIENCE)


def wait_for_port(running, port):
    """Wait until somebody listens there, which a process that has ended never does."""
    while running.poll() is None:
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", port)).close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(0.1)
    return pytest.fail(f"marimo ended with {running.returncode}")


def test_a_flow_is_seen_to_run_and_is_stopped(app, browser, pictures):
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    complaints = []
    heed(page, complaints)
    page.goto(app)
    root = page.locator('.hydro[data-mode="live"]')
    root.wait_for(timeout=PATIENCE * 1000)
    dashboard = Dashboard(root)
    dashboard.wait_for_phase("running")
    assert dashboard.wait_for_total(dashboard.wait_for_total(10) + 50) >= 60
    expect(dashboard.tab("logs").locator(".line .tag").first).to_have_text("Screen")
    page.screenshot(path=pictures / "marimo.png")
    pids = dashboard.pids()
    assert len(pids) == 2
    rows = dashboard.tab("processes").locator("tbody tr", has_text="Screen")
    rows.get_by_role("button", name="Kill Screen").click()
    expect(rows.first.locator(".word")).to_have_text("killed")
    dashboard.stop()
    dashboard.wait_for_phase("stopped")
    assert wait_gone(pids, PATIENCE) == []
    page.close()
    assert complaints == []
